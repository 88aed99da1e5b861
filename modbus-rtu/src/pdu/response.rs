//! What a unit answers.

use meter_value::line::Writer;

use super::fields::{
    counted, exactly, is_bit_count, is_register_count, put_counted, put_other, put_range, put_words,
    quantity, range, split, two_words,
};
use super::request::{
    IDENTIFICATION, coil, diagnostic, file_records, mask, put_diagnostics, put_encapsulated, put_file_records,
};
use super::{
    Access, Bits, Conformity, Diagnostic, ExceptionCode, FileRecord, FunctionCode, Items, Object, ObjectId,
    Range, Registers, Request,
};
use crate::frame::{self, UnitId};
use crate::{DecodeError, EncodeError};

/// What a unit answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Response<'a> {
    /// 01: the values of 1 to 2000 coils.
    ReadCoils {
        /// The values, in order. A frame carries full octets: take the [`first`](Bits::first) that were asked
        /// for.
        coils: Bits<'a>,
    },
    /// 02: the values of 1 to 2000 discrete inputs.
    ReadDiscreteInputs {
        /// The values, in order, filled up as coils are.
        inputs: Bits<'a>,
    },
    /// 03: the values of 1 to 125 holding registers.
    ReadHoldingRegisters {
        /// The values, in order.
        registers: Registers<'a>,
    },
    /// 04: the values of 1 to 125 input registers.
    ReadInputRegisters {
        /// The values, in order.
        registers: Registers<'a>,
    },
    /// 05: the request back.
    WriteSingleCoil {
        /// Which coil.
        address: u16,
        /// Its new value.
        on: bool,
    },
    /// 06: the request back.
    WriteSingleRegister {
        /// Which register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// 07: eight bits of the device's own choice.
    ReadExceptionStatus {
        /// The bits.
        status: u8,
    },
    /// 08: what was tested or counted.
    Diagnostics {
        /// Which test or counter.
        diagnostic: Diagnostic,
        /// The request's data, or a count.
        data: Registers<'a>,
    },
    /// 0B: how many requests succeeded.
    GetCommEventCounter {
        /// 0xFFFF while a long job runs, else 0.
        status: u16,
        /// The count.
        events: u16,
    },
    /// 0C: that, and the last events of the line.
    GetCommEventLog {
        /// 0xFFFF while a long job runs, else 0.
        status: u16,
        /// How many requests succeeded.
        events: u16,
        /// How many messages were on the line.
        messages: u16,
        /// Up to 64 octets, the newest first, each an [`Event`](crate::Event).
        log: &'a [u8],
    },
    /// 0F: what was written.
    WriteMultipleCoils {
        /// Which coils.
        range: Range,
    },
    /// 10: what was written.
    WriteMultipleRegisters {
        /// Which registers.
        range: Range,
    },
    /// 11: what the device is, and whether it runs.
    ReportServerId {
        /// The identifier, then 0xFF if the device runs or 0, then what else it says. How long the identifier
        /// is the maker decides.
        data: &'a [u8],
    },
    /// 14: records of files.
    ReadFileRecord {
        /// The values of each range that was asked for.
        records: Items<'a, Registers<'a>>,
    },
    /// 15: the request back.
    WriteFileRecord {
        /// Which records, and their values.
        records: Items<'a, FileRecord<'a>>,
    },
    /// 16: the request back.
    MaskWriteRegister {
        /// Which register.
        address: u16,
        /// The bits that were kept.
        and: u16,
        /// The values of the others.
        or: u16,
    },
    /// 17: the values of 1 to 125 holding registers.
    ReadWriteMultipleRegisters {
        /// The values, in order.
        registers: Registers<'a>,
    },
    /// 18: the queue.
    ReadFifoQueue {
        /// Up to 31 values; the queue keeps them.
        registers: Registers<'a>,
    },
    /// 2B/0E: objects of the device's identification.
    ReadDeviceIdentification {
        /// Which objects were asked for.
        access: Access,
        /// Which identification the device has.
        conformity: Conformity,
        /// Whether there are more objects to ask for.
        more: bool,
        /// If so, from which one on; else 0.
        next: ObjectId,
        /// The objects.
        objects: Items<'a, Object<'a>>,
    },
    /// 2B: another protocol, such as CANopen (0D).
    EncapsulatedInterface {
        /// Which one, the MEI type.
        interface: u8,
        /// Its octets.
        data: &'a [u8],
    },
    /// The request was refused.
    Exception {
        /// The function that was asked for, 0 to 127.
        function: FunctionCode,
        /// The reason.
        exception: ExceptionCode,
    },
    /// A function of a user's own, or one the standard does not describe.
    Other {
        /// The function, 1 to 127.
        function: FunctionCode,
        /// What follows it.
        data: &'a [u8],
    },
}

impl<'a> Response<'a> {
    /// The function answered or refused.
    #[inline]
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadCoils { .. } => FunctionCode::READ_COILS,
            Self::ReadDiscreteInputs { .. } => FunctionCode::READ_DISCRETE_INPUTS,
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::ReadInputRegisters { .. } => FunctionCode::READ_INPUT_REGISTERS,
            Self::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Self::ReadExceptionStatus { .. } => FunctionCode::READ_EXCEPTION_STATUS,
            Self::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Self::GetCommEventCounter { .. } => FunctionCode::GET_COMM_EVENT_COUNTER,
            Self::GetCommEventLog { .. } => FunctionCode::GET_COMM_EVENT_LOG,
            Self::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Self::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
            Self::ReportServerId { .. } => FunctionCode::REPORT_SERVER_ID,
            Self::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Self::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Self::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Self::ReadWriteMultipleRegisters { .. } => FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
            Self::ReadFifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Self::ReadDeviceIdentification { .. } | Self::EncapsulatedInterface { .. } => {
                FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT
            }
            Self::Exception { function, .. } | Self::Other { function, .. } => *function,
        }
    }

    /// Reads the PDU of a response.
    ///
    /// # Errors
    /// [`DecodeError`]: a length or a field that the function does not allow.
    ///
    /// ```
    /// use modbus_rtu::{Bits, Response};
    ///
    /// let Response::ReadCoils { coils } = Response::decode(&[0x01, 0x02, 0xCD, 0x01])? else { panic!() };
    /// assert_eq!(coils.first(3), (&[true, false, true]).into());
    /// # Ok::<(), modbus_rtu::DecodeError>(())
    /// ```
    pub fn decode(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        let (function, _) = split(pdu)?;
        Self::decode_as(function, pdu)
    }

    /// Reads the PDU of a response of this function; when it is a constant, only what it needs is compiled.
    #[inline(always)]
    pub(crate) fn decode_as(function: FunctionCode, pdu: &'a [u8]) -> Result<Self, DecodeError> {
        use FunctionCode as F;
        let (_, data) = split(pdu)?;
        let bits = || counted(pdu, is_bit_count).map(|octets| Bits::from_octets(octets, 8 * octets.len()));
        let registers = || counted(pdu, is_register_count).map(Registers::from_octets);
        Ok(match function {
            F::READ_COILS => Self::ReadCoils { coils: bits()? },
            F::READ_DISCRETE_INPUTS => Self::ReadDiscreteInputs { inputs: bits()? },
            F::READ_HOLDING_REGISTERS => Self::ReadHoldingRegisters { registers: registers()? },
            F::READ_INPUT_REGISTERS => Self::ReadInputRegisters { registers: registers()? },
            F::READ_WRITE_MULTIPLE_REGISTERS => Self::ReadWriteMultipleRegisters { registers: registers()? },
            F::WRITE_SINGLE_REGISTER => {
                let (address, value) = two_words(pdu)?;
                Self::WriteSingleRegister { address, value }
            }
            F::READ_EXCEPTION_STATUS => {
                exactly(pdu, 2)?;
                Self::ReadExceptionStatus { status: data.first().copied().unwrap_or(0) }
            }
            F::DIAGNOSTICS => {
                let (diagnostic, data) = diagnostic(pdu)?;
                Self::Diagnostics { diagnostic, data }
            }
            F::GET_COMM_EVENT_COUNTER => {
                let (status, events) = two_words(pdu)?;
                Self::GetCommEventCounter { status, events }
            }
            F::GET_COMM_EVENT_LOG => event_log(pdu)?,
            F::WRITE_MULTIPLE_COILS => Self::WriteMultipleCoils { range: range(pdu, Range::MAX_WRITE_BITS)? },
            F::WRITE_MULTIPLE_REGISTERS => {
                Self::WriteMultipleRegisters { range: range(pdu, Range::MAX_WRITE)? }
            }
            F::REPORT_SERVER_ID => Self::ReportServerId { data: counted(pdu, |count| count != 0)? },
            // The standard says 07 at least, though one register takes 04.
            F::READ_FILE_RECORD => {
                let octets = counted(pdu, |count| (0x04..=0xF5).contains(&count))?;
                Self::ReadFileRecord { records: Items::decode(octets)? }
            }
            F::READ_FIFO_QUEUE => Self::ReadFifoQueue { registers: fifo(pdu)? },
            F::ENCAPSULATED_INTERFACE_TRANSPORT => encapsulated(pdu)?,
            F::WRITE_SINGLE_COIL => {
                let (address, on) = coil(pdu)?;
                Self::WriteSingleCoil { address, on }
            }
            F::WRITE_FILE_RECORD => Self::WriteFileRecord { records: file_records(pdu)? },
            F::MASK_WRITE_REGISTER => {
                let (address, and, or) = mask(pdu)?;
                Self::MaskWriteRegister { address, and, or }
            }
            F(0) => return Err(DecodeError::Function { function: 0 }),
            F(F::EXCEPTION..) => Self::exception(function, pdu)?,
            _ => Self::Other { function, data },
        })
    }

    /// Reads the PDU of an exception.
    pub(crate) fn exception(FunctionCode(code): FunctionCode, pdu: &'a [u8]) -> Result<Self, DecodeError> {
        exactly(pdu, 2)?;
        let exception = ExceptionCode(pdu.get(1).copied().unwrap_or(0));
        Ok(Self::Exception { function: FunctionCode(code & !FunctionCode::EXCEPTION), exception })
    }

    /// Writes the PDU and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a field that the function does not allow, or a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        frame::write_pdu(buffer, |writer| self.write(writer))
    }

    /// Writes the whole frame from `unit` and returns what it wrote.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    #[inline]
    pub fn encode_frame<'b>(&self, unit: UnitId, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = frame::begin(unit, buffer);
        self.write(&mut writer)?;
        frame::end(writer)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        match *self {
            Self::ReadCoils { coils: bits } | Self::ReadDiscreteInputs { inputs: bits } => {
                let quantity = quantity(bits.len(), Range::MAX_READ_BITS)?;
                writer.put(&[function.0, quantity.div_ceil(8) as u8]);
                bits.put(writer);
            }
            Self::ReadHoldingRegisters { registers }
            | Self::ReadInputRegisters { registers }
            | Self::ReadWriteMultipleRegisters { registers } => {
                let quantity = quantity(registers.len(), Range::MAX_READ)?;
                writer.put(&[function.0, 2 * quantity as u8]);
                registers.put(writer);
            }
            Self::WriteSingleCoil { address, on } => {
                return Request::WriteSingleCoil { address, on }.write_rarer(writer);
            }
            Self::WriteSingleRegister { address, value } => put_words(writer, function, [address, value]),
            Self::ReadExceptionStatus { status } => writer.put(&[function.0, status]),
            Self::Diagnostics { diagnostic, data } => put_diagnostics(writer, diagnostic, data, false)?,
            Self::GetCommEventCounter { status, events } => put_words(writer, function, [status, events]),
            Self::GetCommEventLog { status, events, messages, log } => {
                put_counted(writer, function, 6..=70, |writer| {
                    writer.put([status, events, messages].map(u16::to_be_bytes).as_flattened());
                    writer.put(log);
                })?;
            }
            Self::WriteMultipleCoils { range } => put_range(writer, function, range, Range::MAX_WRITE_BITS)?,
            Self::WriteMultipleRegisters { range } => put_range(writer, function, range, Range::MAX_WRITE)?,
            Self::ReportServerId { data } => {
                put_counted(writer, function, 1..=251, |writer| writer.put(data))?;
            }
            Self::ReadFileRecord { records } => {
                if let Some(empty) = records.iter().find(|record| record.is_empty()) {
                    return Err(EncodeError::ByteCount { function, have: empty.len() });
                }
                put_counted(writer, function, 0x04..=0xF5, |writer| records.put(writer))?;
            }
            Self::WriteFileRecord { records } => put_file_records(writer, records)?,
            Self::MaskWriteRegister { address, and, or } => put_words(writer, function, [address, and, or]),
            Self::ReadFifoQueue { registers } => {
                let have = registers.len();
                if have > 31 {
                    return Err(EncodeError::Quantity { quantity: have, limit: 31 });
                }
                put_words(writer, function, [2 + 2 * have as u16, have as u16]);
                registers.put(writer);
            }
            Self::ReadDeviceIdentification { access, conformity, more, next, objects } => {
                let count = u8::try_from(objects.iter().count()).unwrap_or(u8::MAX);
                if access == Access::Individual && (count, more, next.0) != (1, false, 0) {
                    return Err(EncodeError::Value { function, value: count.into() });
                }
                let more = if more { 0xFF } else { 0 };
                writer.put(&[function.0, IDENTIFICATION, access as u8, conformity.0, more, next.0, count]);
                objects.put(writer);
            }
            Self::EncapsulatedInterface { interface, data } => put_encapsulated(writer, interface, data)?,
            Self::Exception { function: FunctionCode(function), exception } => {
                if function >= FunctionCode::EXCEPTION {
                    return Err(EncodeError::Function { function });
                }
                writer.put(&[function | FunctionCode::EXCEPTION, exception.0]);
            }
            Self::Other { function, data } => put_other(writer, function, data)?,
        }
        Ok(())
    }
}

fn event_log(pdu: &[u8]) -> Result<Response<'_>, DecodeError> {
    let octets = counted(pdu, |count| (6..=70).contains(&count))?;
    let Some((words, log)) = octets.split_first_chunk::<6>() else {
        return Err(DecodeError::Truncated { needed: 8, have: pdu.len() });
    };
    let [a, b, c, d, e, f] = *words;
    let [status, events, messages] = [[a, b], [c, d], [e, f]].map(u16::from_be_bytes);
    Ok(Response::GetCommEventLog { status, events, messages, log })
}

/// A queue, the only response with counts of 16 bits.
fn fifo(pdu: &[u8]) -> Result<Registers<'_>, DecodeError> {
    let [function, a, b, c, d, values @ ..] = pdu else {
        return Err(DecodeError::Truncated { needed: 5, have: pdu.len() });
    };
    let function = FunctionCode(*function);
    let (octets, count) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
    if count > 31 || octets != 2 + 2 * count {
        return Err(DecodeError::Value { function, value: octets });
    }
    exactly(pdu, 5 + 2 * usize::from(count))?;
    Ok(Registers::from_octets(values))
}

fn encapsulated(pdu: &[u8]) -> Result<Response<'_>, DecodeError> {
    let have = pdu.len();
    let function = FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT;
    match *pdu {
        [_, IDENTIFICATION, code, conformity, more, next, count, ref octets @ ..] => {
            let invalid = |value: u8| DecodeError::Value { function, value: value.into() };
            let access = Access::decode(code).ok_or(invalid(code))?;
            let more = match more {
                0 => false,
                0xFF => true,
                _ => return Err(invalid(more)),
            };
            let objects = Items::<Object<'_>>::decode(octets)?;
            if objects.iter().count() != usize::from(count) {
                return Err(DecodeError::ByteCount { function, count });
            }
            // One object alone has none to follow it.
            if access == Access::Individual && (count, more, next) != (1, false, 0) {
                return Err(invalid(count));
            }
            let (conformity, next) = (Conformity(conformity), ObjectId(next));
            Ok(Response::ReadDeviceIdentification { access, conformity, more, next, objects })
        }
        [_, IDENTIFICATION, ..] => Err(DecodeError::Truncated { needed: 7, have }),
        [_, interface, ref data @ ..] => Ok(Response::EncapsulatedInterface { interface, data }),
        _ => Err(DecodeError::Truncated { needed: 2, have }),
    }
}
