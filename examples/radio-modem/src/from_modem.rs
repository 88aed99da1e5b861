//! What the modem says.

use lora_tdma::LocalTime;

use crate::frame::frame;
use crate::{DecodeError, EncodeError, MAX_FRAMED, MAX_RADIO};

/// What the modem says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FromModem<'a> {
    /// The modem has started, or is configured.
    Ready {
        /// Its time.
        now: LocalTime,
        /// A random number, of the receiver's noise.
        random: u64,
    },
    /// The time that was asked for by [`Wake`](crate::ToModem::Wake) has come.
    Time {
        /// The modem's time.
        now: LocalTime,
    },
    /// A frame that came in whole.
    Received {
        /// When its last symbol ended.
        ended: LocalTime,
        /// How strong it was, in dBm.
        rssi_dbm: i16,
        /// The frame.
        frame: &'a [u8],
    },
    /// What became of the newest [`Transmit`](crate::ToModem::Transmit).
    Transmitted(Outcome),
}

/// What became of a frame that was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome {
    /// It was sent, just now.
    Sent = 0,
    /// It was not: somebody else was heard.
    Busy = 1,
    /// It was not: the time to listen or to send had passed.
    Late = 2,
}

const READY: u8 = 0x81;
const TRANSMITTED: u8 = 0x82;
const TIME: u8 = 0x83;
const RECEIVED: u8 = 0x84;

impl Outcome {
    const ALL: [Self; 3] = [Self::Sent, Self::Busy, Self::Late];
}

impl<'a> FromModem<'a> {
    /// Reads the content of a frame.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let length = |needed| DecodeError::Length { needed, have: octets.len() };
        let (&kind, fields) = octets.split_first().ok_or(length(1))?;
        match kind {
            READY => {
                let (&now, random) = fields.split_first_chunk().ok_or(length(17))?;
                let random = u64::from_be_bytes(random.try_into().map_err(|_| length(17))?);
                Ok(Self::Ready { now: time(now), random })
            }
            TIME => Ok(Self::Time { now: time(fields.try_into().map_err(|_| length(9))?) }),
            RECEIVED => {
                let (&ended, rest) = fields.split_first_chunk().ok_or(length(11))?;
                let (&rssi, frame) = rest.split_first_chunk().ok_or(length(11))?;
                if frame.len() > MAX_RADIO {
                    return Err(DecodeError::TooLong { limit: MAX_RADIO, have: frame.len() });
                }
                Ok(Self::Received { ended: time(ended), rssi_dbm: i16::from_be_bytes(rssi), frame })
            }
            TRANSMITTED => {
                let &[value] = fields else { return Err(length(2)) };
                let outcome = Outcome::ALL.into_iter().find(|outcome| *outcome as u8 == value);
                Ok(Self::Transmitted(outcome.ok_or(DecodeError::Value { offset: 1, value })?))
            }
            _ => Err(DecodeError::Kind { kind }),
        }
    }

    /// The message framed, ready for the wire.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if the radio frame is.
    pub fn encode<'b>(&self, buffer: &'b mut [u8; MAX_FRAMED]) -> Result<&'b [u8], EncodeError> {
        match *self {
            Self::Ready { now, random } => {
                frame(&[&[READY], &now.us().to_be_bytes(), &random.to_be_bytes()], &[], buffer)
            }
            Self::Time { now } => frame(&[&[TIME], &now.us().to_be_bytes()], &[], buffer),
            Self::Received { ended, rssi_dbm, frame: radio } => {
                frame(&[&[RECEIVED], &ended.us().to_be_bytes(), &rssi_dbm.to_be_bytes()], radio, buffer)
            }
            Self::Transmitted(outcome) => frame(&[&[TRANSMITTED, outcome as u8]], &[], buffer),
        }
    }
}

fn time(octets: [u8; 8]) -> LocalTime {
    LocalTime::from_us(u64::from_be_bytes(octets))
}
