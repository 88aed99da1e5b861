//! What can go wrong, by what the caller does next.

use meter_value::line::BufferTooSmall;

use crate::Ci;

/// The chips or octets are no frame, or a layer in the frame breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer octets than the frame or layer needs.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// There are more octets than the frame has.
    #[error("too long: {have} octets where {limit} are the limit")]
    TooLong {
        /// How many octets there may be.
        limit: usize,
        /// How many there are.
        have: usize,
    },
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets there are to write.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// Chips that stand for nothing in this coding.
    #[error("chips {chips:b} at chip {position} stand for nothing")]
    Symbol {
        /// How many chips lie before them.
        position: usize,
        /// The chips, the last one lowest.
        chips: u8,
    },
    /// No frame of this format has this L field.
    #[error("no frame of this format has the length {length}")]
    Length {
        /// The L field.
        length: u8,
    },
    /// The checksum of a block is wrong.
    #[error("wrong checksum of block {block}: received {received:04X}, computed {computed:04X}")]
    Checksum {
        /// Which block, from 1 on.
        block: u8,
        /// The checksum in the frame.
        received: u16,
        /// The one of the octets it covers.
        computed: u16,
    },
    /// The length of the AFL does not fit its fields.
    #[error("an AFL of {length} octets does not fit its fields")]
    AflLength {
        /// The AFLL field.
        length: u8,
    },
    /// The message is still encrypted, so nothing is known of its records.
    #[error("the message is encrypted")]
    Encrypted,
    /// The frame carries a part of a message only.
    #[error("the frame carries a part of a message")]
    Fragment,
    /// The message carries no records, or none of a structure known here.
    #[error("no records: the CI field is {ci:?}")]
    NoRecords {
        /// What the message carries, if it has such a field.
        ci: Option<Ci>,
    },
}

impl DecodeError {
    /// What a failure of the grammar over `have` octets means: they can only be too few.
    pub(crate) fn truncated(have: usize) -> impl Fn(nom::Err<()>) -> Self + Copy {
        move |error| {
            let missing = match error {
                nom::Err::Incomplete(nom::Needed::Size(missing)) => missing.get(),
                _ => 1,
            };
            Self::Truncated { needed: have.saturating_add(missing), have }
        }
    }
}

impl From<crate::DecodeError> for DecodeError {
    /// Of what a message carries, records left out: it can only be cut or too long.
    fn from(error: crate::DecodeError) -> Self {
        match error {
            crate::DecodeError::Truncated { needed, have } => Self::Truncated { needed, have },
            crate::DecodeError::TooLong { limit, have } => Self::TooLong { limit, have },
            _ => Self::NoRecords { ci: None },
        }
    }
}

impl From<BufferTooSmall> for DecodeError {
    fn from(BufferTooSmall { needed, have }: BufferTooSmall) -> Self {
        Self::BufferTooSmall { needed, have }
    }
}

/// The frame or message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets there are to write.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// The frame would be longer than its format allows.
    #[error("{have} octets behind the link header: {limit} are the limit")]
    PayloadLength {
        /// How many octets there are.
        have: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The message is plain and has to be encrypted.
    #[error("a key is needed to protect the message")]
    KeyNeeded,
    /// Nothing here can protect a message that way, or the counter it takes is missing.
    #[error("the message cannot be protected: {0}")]
    Protection(#[from] super::Reason),
    /// The blocks to encrypt do not start with 2F 2F, so no receiver could tell that its key is right.
    #[error("the data start with {octets:02X?}, not 2F 2F")]
    Filler {
        /// The first two octets.
        octets: [u8; 2],
    },
    /// The configuration field announces other octets behind it than there are.
    #[error("the configuration field does not fit its extension")]
    Extension,
}

impl From<BufferTooSmall> for EncodeError {
    fn from(BufferTooSmall { needed, have }: BufferTooSmall) -> Self {
        Self::BufferTooSmall { needed, have }
    }
}

/// A fragment does not fit the ones before it. What was assembled so far stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FragmentError {
    /// The message is whole by itself.
    #[error("the message is no fragment")]
    Whole,
    /// Another fragment is next: one was lost, or this one came before.
    #[error("fragment {received} where {expected} is next")]
    Id {
        /// The fragment that is next.
        expected: u8,
        /// The fragment that came.
        received: u8,
    },
    /// It is from another station than the first fragment.
    #[error("the fragment is from another station")]
    Station,
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets there are to write.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
    /// The whole message has not the length that its first fragment tells.
    #[error("{have} octets where the message has {told}")]
    Length {
        /// The length told.
        told: u16,
        /// How many octets came.
        have: usize,
    },
}
