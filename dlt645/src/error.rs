//! What can go wrong, by what the caller does next.

use core::time::Duration;

use meter_value::line::BufferTooSmall;

use crate::refusal::Reasons;
use crate::{Edition, Function, Identifier, Refusal};

/// The octets are no frame, or the frame's data breaks a rule of its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer octets than the frame or data needs.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// There are more octets than the frame or data can have.
    #[error("too long: {have} octets where {limit} are the limit")]
    TooLong {
        /// How many octets there may be.
        limit: usize,
        /// How many there are.
        have: usize,
    },
    /// An octet before or after the address is not 68.
    #[error("octet {place} is {octet:#04X} where 0x68 is needed")]
    Start {
        /// Which octet of the frame, 0 or 7.
        place: usize,
        /// What it is.
        octet: u8,
    },
    /// The checksum is wrong.
    #[error("wrong checksum: received {received:02X}, computed {computed:02X}")]
    Checksum {
        /// The checksum in the frame.
        received: u8,
        /// The checksum of the frame's octets.
        computed: u8,
    },
    /// The last octet is not 16.
    #[error("the last octet is {octet:#04X} where 0x16 is needed")]
    End {
        /// What it is.
        octet: u8,
    },
    /// No frame of this direction has this control octet.
    #[error("control octet {control:#04X} does not occur here")]
    Control {
        /// The control octet.
        control: u8,
    },
    /// An intact reply of the meter and function that were asked does not answer the command.
    #[error("a reply of {function:?} answers another command")]
    Unasked {
        /// The function.
        function: Function,
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
    /// The data would have more octets than the standard allows.
    #[error("{have} octets of data: {limit} are the limit")]
    DataLength {
        /// How many octets the data has.
        have: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Octets of a function that does not exist or that, with such data, has a variant of its own.
    #[error("{function:?} does not exist, or has a variant of its own for such data")]
    Function {
        /// The function.
        function: Function,
    },
    /// The function has no such identifier.
    #[error("{function:?} does not take identifier {identifier}")]
    Identifier {
        /// The function.
        function: Function,
        /// The identifier.
        identifier: Identifier,
    },
    /// The value is none that the identifier names: of another kind, out of range, or too exact.
    #[error("the value does not fit identifier {identifier}")]
    Value {
        /// The identifier.
        identifier: Identifier,
    },
    /// The other edition has no such data.
    #[error("the other edition has nothing like identifier {identifier}")]
    Equivalent {
        /// The identifier.
        identifier: Identifier,
    },
    /// A field that the function has in the edition is missing, or one that it does not have is there.
    #[error("{function:?} has other fields in the edition of {edition}")]
    Edition {
        /// The function.
        function: Function,
        /// The edition of its other fields.
        edition: Edition,
    },
    /// The function is not refused in this form.
    #[error("{function:?} is not refused in this form")]
    Refusal {
        /// The function.
        function: Function,
    },
    /// Meters do not do this when all are asked at once.
    #[error("{function:?} cannot be asked of all meters at once")]
    Broadcast {
        /// The function.
        function: Function,
    },
}

impl From<BufferTooSmall> for EncodeError {
    fn from(BufferTooSmall { needed, have }: BufferTooSmall) -> Self {
        Self::BufferTooSmall { needed, have }
    }
}

/// A command was not answered as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TransactionError {
    /// Nothing that could be the answer came.
    #[error("no reply within {timeout:?}, asked {attempts} times")]
    NoReply {
        /// How long each attempt waited.
        timeout: Duration,
        /// How often the command was sent.
        attempts: u16,
    },
    /// Something came, but no intact answer.
    #[error("no intact reply: {0}")]
    Corrupt(DecodeError),
    /// The meter refused the command.
    #[error("{function:?} was refused: {}", Reasons { function: *.function, error: *.error })]
    Refused {
        /// The function that was asked for.
        function: Function,
        /// The reasons.
        error: Refusal,
    },
    /// An answer in several frames has more data than the client has room for.
    #[error("the answer has {have} octets of data so far: {limit} are the limit")]
    TooLong {
        /// How many octets have come, those of the last frame included.
        have: usize,
        /// For how many there is room.
        limit: usize,
    },
    /// An answer does not end: there are no more sequence numbers.
    #[error("the answer goes on after {follow_ups} follow-ups")]
    Endless {
        /// How many there were.
        follow_ups: u8,
    },
}

/// The text is no address or identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ParseError {
    /// The text has too few or too many characters.
    #[error("{have} characters are too few or too many")]
    Length {
        /// How many octets the text has.
        have: usize,
    },
    /// A character has no place here.
    #[error("character {position} is unexpected")]
    Character {
        /// Where it stands, counted in octets from 0.
        position: usize,
    },
}
