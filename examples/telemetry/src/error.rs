//! Why octets are no message.

/// The octets are no message of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer octets than are needed.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// There are octets behind the end of the message.
    #[error("{count} octets behind the end of the message")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// The message is of another version.
    #[error("version {version} is not known")]
    Version {
        /// The version.
        version: u8,
    },
    /// An octet has none of the values that its field can have.
    #[error("{field} {code:#04X} is not known")]
    Code {
        /// What the octet says.
        field: Field,
        /// The octet.
        code: u8,
    },
    /// A number has leading zeros, so there is a shorter message that says the same.
    #[error("a number with leading zeros")]
    Padded,
    /// A number does not fit its type: 32 bits of time, 64 bits of mantissa.
    #[error("a number beyond its range")]
    Range,
    /// A report's time is not that of its first reading; without readings, not zero.
    #[error("a report whose time is not that of its first reading")]
    Time,
}

/// What an octet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Field {
    /// Which message or which protocol's address it is.
    #[error("kind")]
    Kind,
    /// Why a reading is missing.
    #[error("reason")]
    Missed,
    /// What an alarm tells.
    #[error("event")]
    Event,
    /// What became of a command.
    #[error("result")]
    Result,
    /// Whether something is so.
    #[error("flag")]
    Flag,
    /// Which limits there are.
    #[error("choice of limits")]
    Limits,
    /// Baud rate and parity.
    #[error("line")]
    Line,
    /// How a point is read.
    #[error("point")]
    Point,
}
