//! What can go wrong, by what the caller does next.

use core::time::Duration;

use meter_value::line::BufferTooSmall;

use crate::{ExceptionCode, FunctionCode};

/// The octets are no frame, or the frame's PDU breaks a rule of its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer octets than the frame or PDU needs.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// There are more octets than the frame or PDU can have.
    #[error("too long: {have} octets where {limit} are the limit")]
    TooLong {
        /// How many octets there may be.
        limit: usize,
        /// How many there are.
        have: usize,
    },
    /// The checksum is wrong.
    #[error("wrong checksum: received {received:04X}, computed {computed:04X}")]
    Checksum {
        /// The checksum in the frame.
        received: u16,
        /// The checksum of the frame's octets.
        computed: u16,
    },
    /// No frame of this direction has this function code.
    #[error("function code {function:#04X} does not occur here")]
    Function {
        /// The function code.
        function: u8,
    },
    /// A range is empty, too long, or leaves the 65,536 addresses.
    #[error("{quantity} from address {start:#06X}: 1 to {limit} are allowed, up to address 0xFFFF")]
    Range {
        /// The first address.
        start: u16,
        /// How many.
        quantity: u16,
        /// How many the function allows.
        limit: u16,
    },
    /// A field has a value that its function does not allow.
    #[error("a value of {value:#06X} is impossible for {function:?}")]
    Value {
        /// The function.
        function: FunctionCode,
        /// The value.
        value: u16,
    },
    /// The standard has no such records: the reference type is always 6, files count from 1, records go up to
    /// 9999.
    #[error("no {length} records from {record} of file {file}, reference type {reference}")]
    File {
        /// The reference type.
        reference: u8,
        /// The file.
        file: u16,
        /// The first record.
        record: u16,
        /// How many records.
        length: u16,
    },
    /// An intact response of the unit and function that were asked does not answer the request.
    #[error("a response of {function:?} answers another request")]
    Unasked {
        /// The function.
        function: FunctionCode,
    },
    /// The byte count does not fit the function or the quantity.
    #[error("a byte count of {count} is impossible for {function:?}")]
    ByteCount {
        /// The function.
        function: FunctionCode,
        /// The byte count.
        count: u8,
    },
}

/// The frame cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets the frame has.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// The PDU would have none, or more than 253 octets.
    #[error("a PDU of {have} octets: 1 to {limit} are allowed")]
    PduLength {
        /// How many octets the PDU has.
        have: usize,
        /// How many it may have.
        limit: usize,
    },
    /// There are no coils or registers, or more than the function allows.
    #[error("a quantity of {quantity}: 1 to {limit} are allowed")]
    Quantity {
        /// How many.
        quantity: usize,
        /// How many the function allows.
        limit: u16,
    },
    /// The range leaves the 65,536 addresses.
    #[error("{quantity} from address {start:#06X} pass address 0xFFFF")]
    Range {
        /// The first address.
        start: u16,
        /// How many.
        quantity: u16,
    },
    /// A field has a value that its function does not allow.
    #[error("a value of {value:#06X} is impossible for {function:?}")]
    Value {
        /// The function.
        function: FunctionCode,
        /// The value.
        value: u16,
    },
    /// The standard has no such records: files count from 1, records go up to 9999.
    #[error("no {length} records from {record} of file {file}")]
    File {
        /// The file.
        file: u16,
        /// The first record.
        record: u16,
        /// How many records.
        length: u16,
    },
    /// There are more or fewer octets than the function's byte count allows.
    #[error("{have} octets are impossible for {function:?}")]
    ByteCount {
        /// The function.
        function: FunctionCode,
        /// How many octets.
        have: usize,
    },
    /// The function code is not one a request or response of this kind may have.
    #[error("function code {function:#04X} does not occur here")]
    Function {
        /// The function code.
        function: u8,
    },
    /// A point of a map is of another kind than the value, or does not hold it exactly.
    #[error("the point at address {address:#06X} cannot hold the value")]
    Point {
        /// The point's address.
        address: u16,
    },
    /// Nobody answers a broadcast, so all units can only be written to.
    #[error("{function:?} cannot be asked of all units at once")]
    Broadcast {
        /// The function.
        function: FunctionCode,
    },
}

impl From<BufferTooSmall> for EncodeError {
    fn from(BufferTooSmall { needed, have }: BufferTooSmall) -> Self {
        Self::BufferTooSmall { needed, have }
    }
}

/// A request was not answered as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TransactionError {
    /// Nothing that could be the answer came.
    #[error("no reply within {timeout:?}, asked {attempts} times")]
    NoReply {
        /// How long each attempt waited.
        timeout: Duration,
        /// How often the request was sent.
        attempts: u16,
    },
    /// Something came, but no intact frame.
    #[error("no intact reply: {0}")]
    Corrupt(DecodeError),
    /// The unit refused the request.
    #[error("{function:?} was refused: {exception}")]
    Exception {
        /// The function that was asked for.
        function: FunctionCode,
        /// The reason.
        exception: ExceptionCode,
    },
}
