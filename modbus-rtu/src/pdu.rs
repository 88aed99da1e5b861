//! What a frame asks or answers (Modbus Application Protocol V1.1b3, sections 6 and 7).
//!
//! Functions 03 and 06 and the exceptions are typed; every other PDU is kept as its octets.

use core::fmt;

use meter_value::line::Writer;
use meter_value::names;

use crate::frame::{self, Frame, UnitId};
use crate::{DecodeError, EncodeError};

/// The first octet of a PDU.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FunctionCode(pub u8);

names!(FunctionCode {
    /// Reads coils.
    READ_COILS = 0x01 "read coils",
    /// Reads discrete inputs.
    READ_DISCRETE_INPUTS = 0x02 "read discrete inputs",
    /// Reads holding registers.
    READ_HOLDING_REGISTERS = 0x03 "read holding registers",
    /// Reads input registers.
    READ_INPUT_REGISTERS = 0x04 "read input registers",
    /// Writes one coil.
    WRITE_SINGLE_COIL = 0x05 "write single coil",
    /// Writes one holding register.
    WRITE_SINGLE_REGISTER = 0x06 "write single register",
    /// Reads eight bits of the device's own choice.
    READ_EXCEPTION_STATUS = 0x07 "read exception status",
    /// Tests the line and reads its counters.
    DIAGNOSTICS = 0x08 "diagnostics",
    /// Reads the count of successful messages.
    GET_COMM_EVENT_COUNTER = 0x0B "get comm event counter",
    /// Reads the last events of the line.
    GET_COMM_EVENT_LOG = 0x0C "get comm event log",
    /// Writes coils.
    WRITE_MULTIPLE_COILS = 0x0F "write multiple coils",
    /// Writes holding registers.
    WRITE_MULTIPLE_REGISTERS = 0x10 "write multiple registers",
    /// Reads what the device is and whether it runs.
    REPORT_SERVER_ID = 0x11 "report server id",
    /// Reads records of files.
    READ_FILE_RECORD = 0x14 "read file record",
    /// Writes records of files.
    WRITE_FILE_RECORD = 0x15 "write file record",
    /// Changes bits of one holding register.
    MASK_WRITE_REGISTER = 0x16 "mask write register",
    /// Writes, then reads holding registers.
    READ_WRITE_MULTIPLE_REGISTERS = 0x17 "read/write multiple registers",
    /// Reads a queue of registers.
    READ_FIFO_QUEUE = 0x18 "read fifo queue",
    /// Carries other protocols, and reads the device's identification.
    ENCAPSULATED_INTERFACE_TRANSPORT = 0x2B "encapsulated interface transport",
});

impl FunctionCode {
    /// The bit that tells an exception from the answer.
    pub const EXCEPTION: u8 = 0x80;
}

/// Why a unit refuses a request. Codes without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ExceptionCode(pub u8);

names!(ExceptionCode {
    /// The unit does not have the function.
    ILLEGAL_FUNCTION = 0x01 "illegal function",
    /// The unit does not have the address.
    ILLEGAL_DATA_ADDRESS = 0x02 "illegal data address",
    /// A field of the request is impossible.
    ILLEGAL_DATA_VALUE = 0x03 "illegal data value",
    /// The unit failed.
    SERVER_DEVICE_FAILURE = 0x04 "server device failure",
    /// The unit began a long job.
    ACKNOWLEDGE = 0x05 "acknowledge",
    /// The unit is at a long job.
    SERVER_DEVICE_BUSY = 0x06 "server device busy",
    /// The unit cannot do it (historic).
    NEGATIVE_ACKNOWLEDGE = 0x07 "negative acknowledge",
    /// The unit's memory is inconsistent.
    MEMORY_PARITY_ERROR = 0x08 "memory parity error",
    /// The gateway has no path.
    GATEWAY_PATH_UNAVAILABLE = 0x0A "gateway path unavailable",
    /// The unit behind the gateway is silent.
    GATEWAY_TARGET_FAILED_TO_RESPOND = 0x0B "gateway target device failed to respond",
});

impl fmt::Display for ExceptionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exception {} {}", self.0, self.name().unwrap_or("without a name"))
    }
}

/// A range of registers that holds one at least and does not pass register 0xFFFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Range {
    start: u16,
    quantity: u16,
}

impl Range {
    /// Most registers one read may ask for.
    pub const MAX_READ: u16 = 125;

    /// `quantity` registers from `start`, if they exist.
    ///
    /// ```
    /// use modbus_rtu::Range;
    ///
    /// assert!(Range::new(0xFFFF, 1).is_some());
    /// assert!(Range::new(0xFFFF, 2).is_none());
    /// assert!(Range::new(0, 0).is_none());
    /// ```
    pub const fn new(start: u16, quantity: u16) -> Option<Self> {
        if quantity == 0 || start.checked_add(quantity - 1).is_none() {
            return None;
        }
        Some(Self { start, quantity })
    }

    /// The first register.
    pub const fn start(self) -> u16 {
        self.start
    }

    /// How many registers.
    pub const fn quantity(self) -> u16 {
        self.quantity
    }
}

/// Register values, borrowed from a frame or from memory; equal if the values are.
#[derive(Clone, Copy)]
pub struct Registers<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire(&'a [[u8; 2]]),
    Memory(&'a [u16]),
}

impl<'a> Registers<'a> {
    /// How many registers.
    pub const fn len(self) -> usize {
        match self.0 {
            Source::Wire(pairs) => pairs.len(),
            Source::Memory(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of register `index`, counted from 0.
    pub fn at(self, index: usize) -> Option<u16> {
        match self.0 {
            Source::Wire(pairs) => pairs.get(index).copied().map(u16::from_be_bytes),
            Source::Memory(values) => values.get(index).copied(),
        }
    }

    /// The values in order.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'a {
        (0..self.len()).map_while(move |index| self.at(index))
    }
}

impl<'a> From<&'a [u16]> for Registers<'a> {
    fn from(values: &'a [u16]) -> Self {
        Self(Source::Memory(values))
    }
}

impl PartialEq for Registers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Registers<'_> {}

impl fmt::Debug for Registers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Registers<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|value| defmt::write!(f, "{=u16:04X} ", value));
    }
}

/// What a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Request<'a> {
    /// 03: the values of up to 125 holding registers.
    ReadHoldingRegisters {
        /// Which registers.
        range: Range,
    },
    /// 06: a new value for one holding register.
    WriteSingleRegister {
        /// Which register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// Any other function, as its octets.
    Other {
        /// The function, 1 to 127.
        function: FunctionCode,
        /// What follows it.
        data: &'a [u8],
    },
}

/// What a unit answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Response<'a> {
    /// 03: the values of 1 to 125 holding registers.
    ReadHoldingRegisters {
        /// The values, in order.
        registers: Registers<'a>,
    },
    /// 06: the request back.
    WriteSingleRegister {
        /// Which register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// The request was refused.
    Exception {
        /// The function that was asked for, 0 to 127.
        function: FunctionCode,
        /// The reason.
        exception: ExceptionCode,
    },
    /// Any other function, as its octets.
    Other {
        /// The function, 1 to 127.
        function: FunctionCode,
        /// What follows it.
        data: &'a [u8],
    },
}

impl<'a> Request<'a> {
    /// The function asked for.
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
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
        let (function, data) = split(pdu)?;
        match function {
            FunctionCode::READ_HOLDING_REGISTERS => {
                let (start, quantity) = two_words(pdu)?;
                match Range::new(start, quantity) {
                    Some(range) if quantity <= Range::MAX_READ => Ok(Self::ReadHoldingRegisters { range }),
                    _ => Err(DecodeError::Range { start, quantity, limit: Range::MAX_READ }),
                }
            }
            FunctionCode::WRITE_SINGLE_REGISTER => {
                let (address, value) = two_words(pdu)?;
                Ok(Self::WriteSingleRegister { address, value })
            }
            FunctionCode(function @ (0 | 0x80..)) => Err(DecodeError::Function { function }),
            _ => Ok(Self::Other { function, data }),
        }
    }

    /// Writes the PDU and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a quantity or function code out of range, or a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.write(&mut writer)?;
        Ok(writer.finish()?)
    }

    /// Writes the whole frame to `unit` and returns what it wrote.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_frame<'b>(&self, unit: UnitId, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        frame::write(unit, buffer, |writer| self.write(writer))
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match *self {
            Self::ReadHoldingRegisters { range } => {
                let quantity = usize::from(range.quantity);
                if range.quantity > Range::MAX_READ {
                    return Err(EncodeError::Quantity { quantity, limit: Range::MAX_READ });
                }
                put_words(writer, self.function(), range.start, range.quantity);
            }
            Self::WriteSingleRegister { address, value } => {
                put_words(writer, self.function(), address, value);
            }
            Self::Other { function, data } => put_other(writer, function, data)?,
        }
        Ok(())
    }
}

impl<'a> Response<'a> {
    /// The function answered or refused.
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Self::Exception { function, .. } | Self::Other { function, .. } => *function,
        }
    }

    /// Reads the PDU of a response.
    ///
    /// # Errors
    /// [`DecodeError`]: a length or a field that the function does not allow.
    pub fn decode(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        let (function, data) = split(pdu)?;
        match function {
            FunctionCode::READ_HOLDING_REGISTERS => {
                let Some((&count, octets)) = data.split_first() else {
                    return Err(DecodeError::Truncated { needed: 4, have: pdu.len() });
                };
                if !register_bytes(count) {
                    return Err(DecodeError::ByteCount { function, count });
                }
                exactly(pdu, 2 + usize::from(count))?;
                let (pairs, _) = octets.as_chunks();
                Ok(Self::ReadHoldingRegisters { registers: Registers(Source::Wire(pairs)) })
            }
            FunctionCode::WRITE_SINGLE_REGISTER => {
                let (address, value) = two_words(pdu)?;
                Ok(Self::WriteSingleRegister { address, value })
            }
            FunctionCode(0) => Err(DecodeError::Function { function: 0 }),
            FunctionCode(code @ FunctionCode::EXCEPTION..) => {
                exactly(pdu, 2)?;
                let exception = ExceptionCode(data.first().copied().unwrap_or(0));
                Ok(Self::Exception { function: FunctionCode(code & !FunctionCode::EXCEPTION), exception })
            }
            _ => Ok(Self::Other { function, data }),
        }
    }

    /// Writes the PDU and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a quantity or function code out of range, or a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.write(&mut writer)?;
        Ok(writer.finish()?)
    }

    /// Writes the whole frame from `unit` and returns what it wrote.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_frame<'b>(&self, unit: UnitId, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        frame::write(unit, buffer, |writer| self.write(writer))
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match *self {
            Self::ReadHoldingRegisters { registers } => {
                let quantity = registers.len();
                let limit = Range::MAX_READ;
                if !(1..=usize::from(limit)).contains(&quantity) {
                    return Err(EncodeError::Quantity { quantity, limit });
                }
                writer.put(&[self.function().0, 2 * quantity as u8]);
                registers.iter().for_each(|value| writer.put(&value.to_be_bytes()));
            }
            Self::WriteSingleRegister { address, value } => {
                put_words(writer, self.function(), address, value);
            }
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

/// Whether a response to a register read can have this byte count.
pub(crate) const fn register_bytes(count: u8) -> bool {
    count != 0 && count.is_multiple_of(2) && count as u16 <= 2 * Range::MAX_READ
}

fn split(pdu: &[u8]) -> Result<(FunctionCode, &[u8]), DecodeError> {
    match pdu.split_first() {
        Some((&function, data)) if pdu.len() <= Frame::MAX_PDU => Ok((FunctionCode(function), data)),
        Some(_) => Err(DecodeError::TooLong { limit: Frame::MAX_PDU, have: pdu.len() }),
        None => Err(DecodeError::Truncated { needed: 1, have: 0 }),
    }
}

fn exactly(pdu: &[u8], needed: usize) -> Result<(), DecodeError> {
    match pdu.len() {
        have if have < needed => Err(DecodeError::Truncated { needed, have }),
        have if have > needed => Err(DecodeError::TooLong { limit: needed, have }),
        _ => Ok(()),
    }
}

fn two_words(pdu: &[u8]) -> Result<(u16, u16), DecodeError> {
    exactly(pdu, 5)?;
    match *pdu {
        [_, a, b, c, d] => Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
        _ => Err(DecodeError::Truncated { needed: 5, have: pdu.len() }),
    }
}

fn put_words(writer: &mut Writer<'_>, function: FunctionCode, first: u16, second: u16) {
    writer.put(&[function.0]);
    writer.put(&first.to_be_bytes());
    writer.put(&second.to_be_bytes());
}

fn put_other(writer: &mut Writer<'_>, function: FunctionCode, data: &[u8]) -> Result<(), EncodeError> {
    match function {
        FunctionCode(function @ (0 | 0x80..)) | FunctionCode(function @ (0x03 | 0x06)) => {
            Err(EncodeError::Function { function })
        }
        _ if data.len() >= Frame::MAX_PDU => {
            Err(EncodeError::PduLength { have: data.len().saturating_add(1), limit: Frame::MAX_PDU })
        }
        FunctionCode(function) => {
            writer.put(&[function]);
            writer.put(data);
            Ok(())
        }
    }
}
