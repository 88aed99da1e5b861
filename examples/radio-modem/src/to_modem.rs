//! What the modem is told.

use lora_tdma::LocalTime;

use crate::frame::frame;
use crate::{DecodeError, EncodeError, MAX_FRAMED, MAX_RADIO, Settings};

/// What the modem is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ToModem<'a> {
    /// Use these settings; the modem answers [`Ready`](crate::FromModem::Ready).
    Configure(Settings),
    /// Send at exactly this time of the modem's clock, after listening for so long before; answered by
    /// [`Transmitted`](crate::FromModem::Transmitted).
    Transmit {
        /// When the first symbol leaves.
        at: LocalTime,
        /// How long to listen before, in microseconds; 0 for not at all.
        listen_us: u32,
        /// The frame.
        frame: &'a [u8],
    },
    /// Say [`Time`](crate::FromModem::Time) at this time, or at once if it has passed; takes the place of the
    /// one before.
    Wake {
        /// When; `u64::MAX` us: never.
        at: LocalTime,
    },
}

const CONFIGURE: u8 = 0x01;
const TRANSMIT: u8 = 0x02;
const WAKE: u8 = 0x03;

impl<'a> ToModem<'a> {
    /// Reads the content of a frame.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let length = |needed| DecodeError::Length { needed, have: octets.len() };
        let (&kind, fields) = octets.split_first().ok_or(length(1))?;
        match kind {
            CONFIGURE => {
                let settings = fields.try_into().map_err(|_| length(1 + Settings::LEN))?;
                Ok(Self::Configure(Settings::decode(settings, 1)?))
            }
            TRANSMIT => {
                let (&at, rest) = fields.split_first_chunk().ok_or(length(13))?;
                let (&listen, frame) = rest.split_first_chunk().ok_or(length(13))?;
                if frame.len() > MAX_RADIO {
                    return Err(DecodeError::TooLong { limit: MAX_RADIO, have: frame.len() });
                }
                let at = LocalTime::from_us(u64::from_be_bytes(at));
                Ok(Self::Transmit { at, listen_us: u32::from_be_bytes(listen), frame })
            }
            WAKE => {
                let at = fields.try_into().map_err(|_| length(9))?;
                Ok(Self::Wake { at: LocalTime::from_us(u64::from_be_bytes(at)) })
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
            Self::Configure(settings) => frame(&[&[CONFIGURE], &settings.encode()], &[], buffer),
            Self::Transmit { at, listen_us, frame: radio } => {
                frame(&[&[TRANSMIT], &at.us().to_be_bytes(), &listen_us.to_be_bytes()], radio, buffer)
            }
            Self::Wake { at } => frame(&[&[WAKE], &at.us().to_be_bytes()], &[], buffer),
        }
    }
}
