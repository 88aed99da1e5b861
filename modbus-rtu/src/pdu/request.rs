//! What a client asks.

use meter_value::line::Writer;

use super::fields::{
    counted, exactly, put_counted, put_other, put_range, put_words, range, range_of, split, two_words,
    values, word,
};
use super::{
    Access, Bits, Diagnostic, FileRange, FileRecord, FunctionCode, Functions, Items, ObjectId, Range,
    Registers,
};
use crate::frame::{self, UnitId};
use crate::{DecodeError, EncodeError};

/// The interface type of the device identification.
pub(crate) const IDENTIFICATION: u8 = 0x0E;

/// What a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Request<'a> {
    /// 01: the values of up to 2000 coils.
    ReadCoils {
        /// Which coils.
        range: Range,
    },
    /// 02: the values of up to 2000 discrete inputs.
    ReadDiscreteInputs {
        /// Which inputs.
        range: Range,
    },
    /// 03: the values of up to 125 holding registers.
    ReadHoldingRegisters {
        /// Which registers.
        range: Range,
    },
    /// 04: the values of up to 125 input registers.
    ReadInputRegisters {
        /// Which registers.
        range: Range,
    },
    /// 05: a new value for one coil.
    WriteSingleCoil {
        /// Which coil.
        address: u16,
        /// Its new value.
        on: bool,
    },
    /// 06: a new value for one holding register.
    WriteSingleRegister {
        /// Which register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// 07: eight bits of the device's own choice.
    ReadExceptionStatus,
    /// 08: a test of the line, or one of its counters.
    Diagnostics {
        /// Which test or counter.
        diagnostic: Diagnostic,
        /// One word; up to 125 for [`Diagnostic::RETURN_QUERY_DATA`].
        data: Registers<'a>,
    },
    /// 0B: how many requests succeeded.
    GetCommEventCounter,
    /// 0C: that, and the last events of the line.
    GetCommEventLog,
    /// 0F: new values for up to 1968 coils.
    WriteMultipleCoils {
        /// The first coil.
        start: u16,
        /// The new values.
        coils: Bits<'a>,
    },
    /// 10: new values for up to 123 holding registers.
    WriteMultipleRegisters {
        /// The first register.
        start: u16,
        /// The new values.
        registers: Registers<'a>,
    },
    /// 11: what the device is, and whether it runs.
    ReportServerId,
    /// 14: records of files.
    ReadFileRecord {
        /// Which records, up to 35 ranges.
        ranges: Items<'a, FileRange>,
    },
    /// 15: new values for records of files.
    WriteFileRecord {
        /// Which records, and their values.
        records: Items<'a, FileRecord<'a>>,
    },
    /// 16: keeps the bits of a holding register that are 1 in `and`, sets the others as in `or`.
    MaskWriteRegister {
        /// Which register.
        address: u16,
        /// The bits to keep.
        and: u16,
        /// The values of the others.
        or: u16,
    },
    /// 17: new values for up to 121 holding registers, then the values of up to 125.
    ReadWriteMultipleRegisters {
        /// Which registers to read, after the write.
        read: Range,
        /// The first register to write.
        start: u16,
        /// The new values.
        registers: Registers<'a>,
    },
    /// 18: the up to 31 registers of a queue.
    ReadFifoQueue {
        /// The register that counts the queue.
        address: u16,
    },
    /// 2B/0E: objects of the device's identification.
    ReadDeviceIdentification {
        /// Which objects.
        access: Access,
        /// The first of them.
        object: ObjectId,
    },
    /// 2B: another protocol, such as CANopen (0D).
    EncapsulatedInterface {
        /// Which one, the MEI type.
        interface: u8,
        /// Its octets.
        data: &'a [u8],
    },
    /// A function of a user's own, or one the standard does not describe.
    Other {
        /// The function, 1 to 127.
        function: FunctionCode,
        /// What follows it.
        data: &'a [u8],
    },
}

/// The value a coil is switched on with; off is 0.
const COIL_ON: u16 = 0xFF00;

impl<'a> Request<'a> {
    /// The function asked for.
    #[inline]
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadCoils { .. } => FunctionCode::READ_COILS,
            Self::ReadDiscreteInputs { .. } => FunctionCode::READ_DISCRETE_INPUTS,
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::ReadInputRegisters { .. } => FunctionCode::READ_INPUT_REGISTERS,
            Self::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Self::ReadExceptionStatus => FunctionCode::READ_EXCEPTION_STATUS,
            Self::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Self::GetCommEventCounter => FunctionCode::GET_COMM_EVENT_COUNTER,
            Self::GetCommEventLog => FunctionCode::GET_COMM_EVENT_LOG,
            Self::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Self::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
            Self::ReportServerId => FunctionCode::REPORT_SERVER_ID,
            Self::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Self::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Self::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Self::ReadWriteMultipleRegisters { .. } => FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
            Self::ReadFifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Self::ReadDeviceIdentification { .. } | Self::EncapsulatedInterface { .. } => {
                FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT
            }
            Self::Other { function, .. } => *function,
        }
    }

    /// Reads the PDU of a request.
    ///
    /// # Errors
    /// [`DecodeError`]: a length or a field that the function does not allow.
    ///
    /// ```
    /// use modbus_rtu::{Range, Request};
    ///
    /// let range = Range::new(0x6B, 3).unwrap();
    /// let request = Request::decode(&[0x03, 0x00, 0x6B, 0x00, 0x03])?;
    /// assert_eq!(request, Request::ReadHoldingRegisters { range });
    /// # Ok::<(), modbus_rtu::DecodeError>(())
    /// ```
    pub fn decode(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_of(Functions::ALL, pdu)
    }

    /// Reads the PDU of a request for one of some functions; when `functions` is a constant, only what they
    /// need is compiled.
    #[inline(always)]
    pub(crate) fn decode_of(functions: Functions, pdu: &'a [u8]) -> Result<Self, DecodeError> {
        use FunctionCode as F;
        let (function, data) = split(pdu)?;
        let has = |one: F| functions.contains(one);
        Ok(match function {
            F::READ_COILS if has(F::READ_COILS) => {
                Self::ReadCoils { range: range(pdu, Range::MAX_READ_BITS)? }
            }
            F::READ_DISCRETE_INPUTS if has(F::READ_DISCRETE_INPUTS) => {
                Self::ReadDiscreteInputs { range: range(pdu, Range::MAX_READ_BITS)? }
            }
            F::READ_HOLDING_REGISTERS if has(F::READ_HOLDING_REGISTERS) => {
                Self::ReadHoldingRegisters { range: range(pdu, Range::MAX_READ)? }
            }
            F::READ_INPUT_REGISTERS if has(F::READ_INPUT_REGISTERS) => {
                Self::ReadInputRegisters { range: range(pdu, Range::MAX_READ)? }
            }
            F::WRITE_SINGLE_COIL if has(F::WRITE_SINGLE_COIL) => {
                let (address, on) = coil(pdu)?;
                Self::WriteSingleCoil { address, on }
            }
            F::WRITE_SINGLE_REGISTER if has(F::WRITE_SINGLE_REGISTER) => {
                let (address, value) = two_words(pdu)?;
                Self::WriteSingleRegister { address, value }
            }
            F::READ_EXCEPTION_STATUS if has(F::READ_EXCEPTION_STATUS) => {
                exactly(pdu, 1)?;
                Self::ReadExceptionStatus
            }
            F::DIAGNOSTICS if has(F::DIAGNOSTICS) => diagnostics(pdu)?,
            F::GET_COMM_EVENT_COUNTER if has(F::GET_COMM_EVENT_COUNTER) => {
                exactly(pdu, 1)?;
                Self::GetCommEventCounter
            }
            F::GET_COMM_EVENT_LOG if has(F::GET_COMM_EVENT_LOG) => {
                exactly(pdu, 1)?;
                Self::GetCommEventLog
            }
            F::WRITE_MULTIPLE_COILS if has(F::WRITE_MULTIPLE_COILS) => {
                let (range, octets) = values(pdu, 1, Range::MAX_WRITE_BITS, |quantity| quantity.div_ceil(8))?;
                let coils = Bits::from_octets(octets, range.quantity().into());
                Self::WriteMultipleCoils { start: range.start(), coils }
            }
            F::WRITE_MULTIPLE_REGISTERS if has(F::WRITE_MULTIPLE_REGISTERS) => {
                let (range, octets) = values(pdu, 1, Range::MAX_WRITE, |quantity| 2 * quantity)?;
                let registers = Registers::from_octets(octets);
                Self::WriteMultipleRegisters { start: range.start(), registers }
            }
            F::REPORT_SERVER_ID if has(F::REPORT_SERVER_ID) => {
                exactly(pdu, 1)?;
                Self::ReportServerId
            }
            F::READ_FILE_RECORD if has(F::READ_FILE_RECORD) => file_read(pdu)?,
            F::WRITE_FILE_RECORD if has(F::WRITE_FILE_RECORD) => {
                Self::WriteFileRecord { records: file_records(pdu)? }
            }
            F::MASK_WRITE_REGISTER if has(F::MASK_WRITE_REGISTER) => {
                let (address, and, or) = mask(pdu)?;
                Self::MaskWriteRegister { address, and, or }
            }
            F::READ_WRITE_MULTIPLE_REGISTERS if has(F::READ_WRITE_MULTIPLE_REGISTERS) => read_write(pdu)?,
            F::READ_FIFO_QUEUE if has(F::READ_FIFO_QUEUE) => Self::ReadFifoQueue { address: word(pdu)? },
            F::ENCAPSULATED_INTERFACE_TRANSPORT if has(F::ENCAPSULATED_INTERFACE_TRANSPORT) => {
                encapsulated(pdu)?
            }
            F(function) if !functions.has_others() || !has(F(function)) => {
                return Err(DecodeError::Function { function });
            }
            _ => Self::Other { function, data },
        })
    }

    /// Writes the PDU and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a field that the function does not allow, or a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        frame::write_pdu(buffer, |writer| self.write(writer))
    }

    /// Writes the whole frame to `unit` and returns what it wrote.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    #[inline(always)]
    pub fn encode_frame<'b>(&self, unit: UnitId, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = frame::begin(unit, buffer);
        self.write(&mut writer)?;
        frame::end(writer)
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        match *self {
            Self::ReadCoils { range } | Self::ReadDiscreteInputs { range } => {
                put_range(writer, function, range, Range::MAX_READ_BITS)
            }
            Self::ReadHoldingRegisters { range } | Self::ReadInputRegisters { range } => {
                put_range(writer, function, range, Range::MAX_READ)
            }
            _ => self.write_rarer(writer),
        }
    }

    pub(super) fn write_rarer(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        match *self {
            Self::ReadCoils { .. }
            | Self::ReadDiscreteInputs { .. }
            | Self::ReadHoldingRegisters { .. }
            | Self::ReadInputRegisters { .. } => {}
            Self::ReadExceptionStatus
            | Self::GetCommEventCounter
            | Self::GetCommEventLog
            | Self::ReportServerId => writer.put(&[function.0]),
            Self::WriteSingleCoil { address, on } => {
                put_words(writer, function, [address, if on { COIL_ON } else { 0 }]);
            }
            Self::WriteSingleRegister { address, value } => put_words(writer, function, [address, value]),
            Self::Diagnostics { diagnostic, data } => put_diagnostics(writer, diagnostic, data, true)?,
            Self::WriteMultipleCoils { start, coils } => {
                let range = range_of(start, coils.len(), Range::MAX_WRITE_BITS)?;
                put_words(writer, function, [start, range.quantity()]);
                writer.put(&[range.quantity().div_ceil(8) as u8]);
                coils.put(writer);
            }
            Self::WriteMultipleRegisters { start, registers } => {
                let range = range_of(start, registers.len(), Range::MAX_WRITE)?;
                put_words(writer, function, [start, range.quantity()]);
                writer.put(&[2 * range.quantity() as u8]);
                registers.put(writer);
            }
            Self::ReadFileRecord { ranges } => {
                check_files(ranges.iter())?;
                let have = answer_octets(ranges);
                if have > MAX_FILE_OCTETS {
                    return Err(EncodeError::ByteCount { function, have });
                }
                put_counted(writer, function, 0x07..=0xF5, |writer| ranges.put(writer))?;
            }
            Self::WriteFileRecord { records } => put_file_records(writer, records)?,
            Self::MaskWriteRegister { address, and, or } => put_words(writer, function, [address, and, or]),
            Self::ReadWriteMultipleRegisters { read, start, registers } => {
                let range = range_of(start, registers.len(), Range::MAX_READ_WRITE)?;
                put_range(writer, function, read, Range::MAX_READ)?;
                writer.put([start, range.quantity()].map(u16::to_be_bytes).as_flattened());
                writer.put(&[2 * range.quantity() as u8]);
                registers.put(writer);
            }
            Self::ReadFifoQueue { address } => put_words(writer, function, [address]),
            Self::ReadDeviceIdentification { access, object } => {
                writer.put(&[function.0, IDENTIFICATION, access as u8, object.0]);
            }
            Self::EncapsulatedInterface { interface, data } => put_encapsulated(writer, interface, data)?,
            Self::Other { function, data } => put_other(writer, function, data)?,
        }
        Ok(())
    }
}

/// The address and the value of a coil in a PDU of either direction.
pub(super) fn coil(pdu: &[u8]) -> Result<(u16, bool), DecodeError> {
    let (address, value) = two_words(pdu)?;
    match value {
        COIL_ON | 0 => Ok((address, value == COIL_ON)),
        _ => Err(DecodeError::Value { function: FunctionCode::WRITE_SINGLE_COIL, value }),
    }
}

/// The records of a file write of either direction.
pub(super) fn file_records(pdu: &[u8]) -> Result<Items<'_, FileRecord<'_>>, DecodeError> {
    Items::decode(counted(pdu, |count| (0x09..=0xFB).contains(&count))?)
}

/// Subfunction and data of a diagnostics PDU of either direction.
pub(super) fn diagnostic(pdu: &[u8]) -> Result<(Diagnostic, Registers<'_>), DecodeError> {
    let have = pdu.len();
    let [_, a, b, data @ ..] = pdu else { return Err(DecodeError::Truncated { needed: 5, have }) };
    let diagnostic = Diagnostic(u16::from_be_bytes([*a, *b]));
    if diagnostic != Diagnostic::RETURN_QUERY_DATA {
        exactly(pdu, 5)?;
    } else if !data.len().is_multiple_of(2) {
        return Err(DecodeError::Truncated { needed: have + 1, have });
    }
    Ok((diagnostic, Registers::from_octets(data)))
}

fn diagnostics(pdu: &[u8]) -> Result<Request<'_>, DecodeError> {
    let (diagnostic, data) = diagnostic(pdu)?;
    match data.at(0) {
        Some(value) if !diagnostic.takes(value) => {
            Err(DecodeError::Value { function: FunctionCode::DIAGNOSTICS, value })
        }
        _ => Ok(Request::Diagnostics { diagnostic, data }),
    }
}

/// Either direction's diagnostics; a request's word is checked.
pub(super) fn put_diagnostics(
    writer: &mut Writer<'_>,
    diagnostic: Diagnostic,
    data: Registers<'_>,
    checked: bool,
) -> Result<(), EncodeError> {
    let function = FunctionCode::DIAGNOSTICS;
    if diagnostic != Diagnostic::RETURN_QUERY_DATA {
        super::fields::quantity(data.len(), 1)?;
    } else if data.len() > usize::from(Range::MAX_READ) {
        return Err(EncodeError::Quantity { quantity: data.len(), limit: Range::MAX_READ });
    }
    match data.at(0) {
        Some(value) if checked && !diagnostic.takes(value) => {
            return Err(EncodeError::Value { function, value });
        }
        _ => {}
    }
    put_words(writer, function, [diagnostic.0]);
    data.put(writer);
    Ok(())
}

/// Octets that the answer to a file read has behind its byte count.
pub(crate) fn answer_octets(ranges: Items<'_, FileRange>) -> usize {
    ranges.iter().fold(0, |sum: usize, range| sum.saturating_add(range.answer_len()))
}

/// How many octets that may be.
const MAX_FILE_OCTETS: usize = 0xF5;

fn file_read(pdu: &[u8]) -> Result<Request<'_>, DecodeError> {
    let octets = counted(pdu, |count| (0x07..=0xF5).contains(&count) && count.is_multiple_of(7))?;
    let ranges = Items::<FileRange>::decode(octets)?;
    let have = answer_octets(ranges);
    if have > MAX_FILE_OCTETS {
        return Err(DecodeError::TooLong { limit: MAX_FILE_OCTETS, have });
    }
    Ok(Request::ReadFileRecord { ranges })
}

/// The request and the response of a file write.
pub(super) fn put_file_records<'a>(
    writer: &mut Writer<'_>,
    records: Items<'a, FileRecord<'a>>,
) -> Result<(), EncodeError> {
    check_files(records.iter().map(|record| record.range()))?;
    put_counted(writer, FunctionCode::WRITE_FILE_RECORD, 0x09..=0xFB, |writer| records.put(writer))
}

fn check_files(mut ranges: impl Iterator<Item = FileRange>) -> Result<(), EncodeError> {
    match ranges.find(|range| !range.exists()) {
        Some(FileRange { file, record, length }) => Err(EncodeError::File { file, record, length }),
        None => Ok(()),
    }
}

/// The words of a mask write of either direction.
pub(super) fn mask(pdu: &[u8]) -> Result<(u16, u16, u16), DecodeError> {
    exactly(pdu, 7)?;
    match *pdu {
        [_, a, b, c, d, e, f] => {
            Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]), u16::from_be_bytes([e, f])))
        }
        _ => Err(DecodeError::Truncated { needed: 7, have: pdu.len() }),
    }
}

fn read_write(pdu: &[u8]) -> Result<Request<'_>, DecodeError> {
    let &[_, a, b, c, d, ..] = pdu else {
        return Err(DecodeError::Truncated { needed: 10, have: pdu.len() });
    };
    let ([start, quantity], limit) = ([[a, b], [c, d]].map(u16::from_be_bytes), Range::MAX_READ);
    let unreadable = DecodeError::Range { start, quantity, limit };
    if !(1..=limit).contains(&quantity) {
        return Err(unreadable);
    }
    let (write, octets) = values(pdu, 5, Range::MAX_READ_WRITE, |quantity| 2 * quantity)?;
    let read = Range::new(start, quantity).ok_or(unreadable)?;
    let registers = Registers::from_octets(octets);
    Ok(Request::ReadWriteMultipleRegisters { read, start: write.start(), registers })
}

fn encapsulated(pdu: &[u8]) -> Result<Request<'_>, DecodeError> {
    match *pdu {
        [function, IDENTIFICATION, ..] => {
            exactly(pdu, 4)?;
            let [_, _, code, object] = *pdu else {
                return Err(DecodeError::Truncated { needed: 4, have: pdu.len() });
            };
            let access = Access::decode(code)
                .ok_or(DecodeError::Value { function: FunctionCode(function), value: code.into() })?;
            Ok(Request::ReadDeviceIdentification { access, object: ObjectId(object) })
        }
        [_, interface, ref data @ ..] => Ok(Request::EncapsulatedInterface { interface, data }),
        _ => Err(DecodeError::Truncated { needed: 2, have: pdu.len() }),
    }
}

/// Either direction's PDU of an interface that is not the identification's.
pub(super) fn put_encapsulated(
    writer: &mut Writer<'_>,
    interface: u8,
    data: &[u8],
) -> Result<(), EncodeError> {
    let function = FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT;
    if interface == IDENTIFICATION {
        return Err(EncodeError::Value { function, value: interface.into() });
    }
    writer.put(&[function.0, interface]);
    writer.put(data);
    Ok(())
}
