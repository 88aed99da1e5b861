//! What a unit does when it is asked.

use meter_value::line::Writer;

use crate::Dialect;
use crate::pdu::{
    Bits, BitsOut, Conformity, ExceptionCode, FileRange, FileRecord, FunctionCode, Functions, ObjectId,
    Range, Registers, RegistersOut,
};

/// What a handler says: nothing more, or the exception to answer with.
pub(crate) type Handled<T = ()> = Result<T, ExceptionCode>;

const UNKNOWN: Handled = Err(ExceptionCode::ILLEGAL_FUNCTION);

/// What a unit does when it is asked. What it does not override, it refuses as illegal function.
///
/// A method is called with fields that the standard allows; it refuses addresses it does not have with
/// [`ExceptionCode::ILLEGAL_DATA_ADDRESS`]. Values to be answered go to `out`, as many as it wants: if fewer or
/// more come, the unit answers [`ExceptionCode::SERVER_DEVICE_FAILURE`].
///
/// ```
/// use modbus_rtu::{ExceptionCode, FunctionCode, Functions, Handler, Range, RegistersOut};
///
/// struct Clock {
///     registers: [u16; 3],
/// }
///
/// impl Handler for Clock {
///     const FUNCTIONS: Functions = Functions::of(&[FunctionCode::READ_INPUT_REGISTERS]);
///
///     fn read_input_registers(
///         &mut self,
///         range: Range,
///         out: &mut RegistersOut<'_>,
///     ) -> Result<(), ExceptionCode> {
///         out.extend(range.of(&self.registers)?);
///         Ok(())
///     }
/// }
/// ```
#[allow(unused_variables, reason = "the names of the arguments are documentation")]
pub trait Handler {
    /// The functions the unit has. Another is refused before anything else of the request is looked at, and
    /// costs no code.
    const FUNCTIONS: Functions;

    /// What the unit takes for requests besides those of the standard.
    const DIALECT: Dialect = Dialect::STRICT;

    /// Which identification the unit has, if it has function 2B/0E.
    const CONFORMITY: Conformity = Conformity::BASIC;

    /// 01.
    ///
    /// # Errors
    /// The exception to answer with, as in every method.
    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 02.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 03.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 04.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_input_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 05.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_single_coil(&mut self, address: u16, on: bool) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 06.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 07: eight bits of the unit's own choice.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_exception_status(&mut self) -> Result<u8, ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// 08/02: 16 bits of the unit's own choice.
    fn diagnostic_register(&mut self) -> u16 {
        0
    }

    /// 08/0A: the diagnostic register is to be cleared.
    fn clear_diagnostic_register(&mut self) {}

    /// 0F.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 10.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_multiple_registers(
        &mut self,
        range: Range,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 11: the identifier, then 0xFF if the unit runs or 0, then anything; up to 251 octets.
    ///
    /// # Errors
    /// The exception to answer with.
    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 14: one of the ranges of a request.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_file_record(
        &mut self,
        range: FileRange,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 15: one of the records of a request.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 16: keeps the bits of a register that are 1 in `and`, sets the others as in `or`.
    ///
    /// # Errors
    /// The exception to answer with.
    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 17: writes, then reads; neither if either is refused.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 18: the registers of a queue, as many as it has, up to 31. More are answered with
    /// [`ExceptionCode::ILLEGAL_DATA_VALUE`].
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_fifo_queue(&mut self, address: u16, out: &mut RegistersOut<'_>) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// 2B/0E: an object of the identification, up to 244 octets, if the unit has it.
    fn object(&mut self, id: ObjectId) -> Option<&[u8]> {
        None
    }

    /// 2B: another protocol; what it answers goes to `out`, up to 251 octets.
    ///
    /// # Errors
    /// The exception to answer with.
    fn encapsulated_interface(
        &mut self,
        interface: u8,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }

    /// A function of a user's own; what it answers goes to `out`, up to 252 octets.
    ///
    /// # Errors
    /// The exception to answer with.
    fn other(
        &mut self,
        function: FunctionCode,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        UNKNOWN
    }
}
