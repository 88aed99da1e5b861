//! Which function a PDU is of, and why a unit refuses one.

use core::fmt;

use meter_value::names;

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

/// A set of function codes.
///
/// ```
/// use modbus_rtu::{FunctionCode, Functions};
///
/// const MINE: Functions = Functions::of(&[FunctionCode::READ_COILS, FunctionCode(0x41)]);
/// assert!(MINE.contains(FunctionCode(0x41)));
/// assert!(!MINE.contains(FunctionCode::WRITE_SINGLE_COIL));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Functions(u128);

impl Functions {
    /// Every code a request may have, 1 to 127.
    pub const ALL: Self = Self(!1);

    /// The functions of the standard, which have variants of their own in [`Request`](crate::Request).
    pub const PUBLIC: Self = Self::of(&[
        FunctionCode::READ_COILS,
        FunctionCode::READ_DISCRETE_INPUTS,
        FunctionCode::READ_HOLDING_REGISTERS,
        FunctionCode::READ_INPUT_REGISTERS,
        FunctionCode::WRITE_SINGLE_COIL,
        FunctionCode::WRITE_SINGLE_REGISTER,
        FunctionCode::READ_EXCEPTION_STATUS,
        FunctionCode::DIAGNOSTICS,
        FunctionCode::GET_COMM_EVENT_COUNTER,
        FunctionCode::GET_COMM_EVENT_LOG,
        FunctionCode::WRITE_MULTIPLE_COILS,
        FunctionCode::WRITE_MULTIPLE_REGISTERS,
        FunctionCode::REPORT_SERVER_ID,
        FunctionCode::READ_FILE_RECORD,
        FunctionCode::WRITE_FILE_RECORD,
        FunctionCode::MASK_WRITE_REGISTER,
        FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
        FunctionCode::READ_FIFO_QUEUE,
        FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
    ]);

    /// The set of these codes; codes that no request may have, 0 and those from 128 on, are left out.
    pub const fn of(codes: &[FunctionCode]) -> Self {
        let mut set = 0;
        let mut rest = codes;
        while let [FunctionCode(code), more @ ..] = rest {
            if let 1..0x80 = *code {
                set |= 1 << *code;
            }
            rest = more;
        }
        Self(set)
    }

    /// The codes of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The codes below 32, a bit each.
    pub(crate) const fn first(self) -> u32 {
        self.0 as u32
    }

    /// Whether there are codes in the set that the standard does not describe.
    pub(crate) const fn has_others(self) -> bool {
        self.0 & !Self::PUBLIC.0 != 0
    }

    /// Whether a code is in the set.
    #[inline]
    pub const fn contains(self, FunctionCode(code): FunctionCode) -> bool {
        code < 0x80 && self.0 >> code & 1 == 1
    }
}
