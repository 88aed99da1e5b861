//! What can go wrong, by what the caller does next.

use core::time::Duration;

use meter_value::line::BufferTooSmall;

use crate::{ApplicationError, Ci};

/// The octets are no frame, or what the frame carries breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer octets than the frame, header or record needs.
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
    /// No frame starts with this octet.
    #[error("no frame starts with {octet:02X}")]
    Start {
        /// The first octet.
        octet: u8,
    },
    /// The fourth octet of a long frame is not its start octet again.
    #[error("the fourth octet is {octet:02X}, not 68")]
    SecondStart {
        /// The fourth octet.
        octet: u8,
    },
    /// The length octets of a long frame differ.
    #[error("the lengths differ: {first} and {second}")]
    Lengths {
        /// The first length octet.
        first: u8,
        /// The second length octet.
        second: u8,
    },
    /// A long frame is too short for its own fields.
    #[error("a length of {length}: 3 is the least")]
    Length {
        /// Both length octets.
        length: u8,
    },
    /// The checksum is wrong.
    #[error("wrong checksum: received {received:02X}, computed {computed:02X}")]
    Checksum {
        /// The checksum in the frame.
        received: u8,
        /// The sum of the octets it covers.
        computed: u8,
    },
    /// The frame does not end with the stop octet.
    #[error("the last octet is {octet:02X}, not 16")]
    Stop {
        /// The last octet.
        octet: u8,
    },
    /// The frame carries no records, or none of a structure known here.
    #[error("no records: the CI field is {ci:?}")]
    NoRecords {
        /// What the frame carries, if it has such a field.
        ci: Option<Ci>,
    },
    /// The standard reserves this DIF, so the record has no end.
    #[error("DIF {dif:02X} is reserved")]
    Dif {
        /// The DIF.
        dif: u8,
    },
    /// A record has an eleventh DIFE.
    #[error("more than 10 DIFEs")]
    TooManyDifes,
    /// A record has an eleventh VIFE.
    #[error("more than 10 VIFEs")]
    TooManyVifes,
    /// The standard reserves this LVAR, so the record has no end.
    #[error("LVAR {lvar:02X} is reserved")]
    Lvar {
        /// The length octet of data of variable length.
        lvar: u8,
    },
}

/// The frame or record cannot be written.
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
    /// A long frame would carry no data or more than 252 octets, or a record more than its length can say.
    #[error("{have} octets of data: 1 to {limit} are allowed")]
    DataLength {
        /// How many octets of data there are.
        have: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Storage number, tariff or subunit do not fit 10 DIFEs.
    #[error("more than 10 DIFEs")]
    TooManyDifes,
    /// The octets are not one VIF with its VIFEs.
    #[error("the octets are not one VIF with its VIFEs")]
    Vib,
    /// The number does not fit the digits.
    #[error("{value} does not fit {digits} digits")]
    Digits {
        /// The number.
        value: i64,
        /// How many digits there are, sign included.
        digits: u8,
    },
    /// The number does not fit the octets.
    #[error("{value} does not fit {octets} octets")]
    Integer {
        /// The number.
        value: i64,
        /// How many octets there are.
        octets: u8,
    },
    /// The type of the date does not have the year.
    #[error("a date of this type does not have the year {year}")]
    Year {
        /// The year.
        year: u16,
    },
    /// The text is not three letters A to Z.
    #[error("a manufacturer is three letters A to Z")]
    Manufacturer,
    /// Nobody answers a broadcast, so a client has nothing to wait for.
    #[error("a broadcast has no answer to wait for")]
    Broadcast,
    /// No meter can have this primary address.
    #[error("address {address} is none of a meter: {limit} is the highest")]
    Address {
        /// The address.
        address: u8,
        /// The highest of a meter.
        limit: u8,
    },
    /// What is selected is to be named by a secondary address.
    #[error("a selection needs a secondary address")]
    Selection,
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
    /// Something came, but no intact answer.
    #[error("no intact reply: {0}")]
    Corrupt(DecodeError),
    /// Every attempt, and there was more than one, was answered with octets that are no frame: several meters
    /// have this address, or the line is damaged.
    #[error("several answers at once, asked {attempts} times")]
    Collision {
        /// How often the request was sent.
        attempts: u16,
    },
    /// The meter refused.
    #[error("refused: {error}")]
    Refused {
        /// Why.
        error: ApplicationError,
    },
    /// A readout does not go on: the meter, which announced more, gave the same telegram again.
    #[error("the readout stays at telegram {telegrams}")]
    Repeated {
        /// How many different telegrams came.
        telegrams: u16,
    },
}
