//! What can go wrong.

/// What came before a zero octet is no frame. The one after it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameError {
    /// A run of octets is shorter than its first octet says: some are lost.
    #[error("a run of octets is shorter than it says")]
    Stuffing,
    /// There is more than any content has.
    #[error("more than {limit} octets")]
    TooLong {
        /// How many there are at most, with checksum.
        limit: usize,
    },
    /// There is no room for a checksum.
    #[error("{have} octets where {needed} are needed")]
    TooShort {
        /// How many are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// Octets are damaged.
    #[error("checksum {received:#06X}, computed {computed:#06X}")]
    Checksum {
        /// What came.
        received: u16,
        /// What fits the octets.
        computed: u16,
    },
}

/// The content of a frame is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// The kind is not known, or is one of the other direction.
    #[error("kind {kind:#04X} is not known")]
    Kind {
        /// The first octet.
        kind: u8,
    },
    /// A message of this kind has another length.
    #[error("{have} octets where {needed} are needed")]
    Length {
        /// How many are needed, or at least needed where a radio frame ends the message.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// A radio frame is too long.
    #[error("a radio frame of {have} octets where {limit} are the limit")]
    TooLong {
        /// How many it has at most.
        limit: usize,
        /// How many it has.
        have: usize,
    },
    /// A field has a value that means nothing.
    #[error("octet {offset} is {value:#04X}, which means nothing")]
    Value {
        /// The octet's place in the content.
        offset: usize,
        /// The octet.
        value: u8,
    },
}

/// A message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The radio frame is too long.
    #[error("a radio frame of {have} octets where {limit} are the limit")]
    TooLong {
        /// How many it has at most.
        limit: usize,
        /// How many it has.
        have: usize,
    },
}
