//! The RTU frame.
//!
//! ```text
//!  0      1             n-2    n
//! ┌──────┬───────┬ ─ ─ ┬──────┐
//! │ unit │  PDU: function,    │ CRC-16/MODBUS, low octet first
//! │      │  data │     │      │ n = 4 to 256
//! └──────┴───────┴ ─ ─ ┴──────┘
//! ```

use core::fmt;

use meter_value::line::Writer;

use crate::{DecodeError, EncodeError, checksum};

/// Who a frame is for or from: any octet; 1 to 247 are units, 248 to 255 are reserved, though some
/// devices use them (Modbus over Serial Line V1.02, section 2.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UnitId(pub u8);

impl UnitId {
    /// Every unit listens, none answers.
    pub const BROADCAST: Self = Self(0);

    /// Whether the standard keeps this number for later use.
    pub const fn is_reserved(self) -> bool {
        self.0 > 247
    }
}

impl fmt::Debug for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnitId({})", self.0)
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A frame of either direction. The octets do not tell which: read [`pdu`](Self::pdu) with
/// [`Request::decode`](crate::Request::decode) or [`Response::decode`](crate::Response::decode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    /// Who it is for, or from.
    pub unit: UnitId,
    /// Function code and data, 1 to 253 octets.
    pub pdu: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Octets of the shortest frame.
    pub const MIN_LEN: usize = 4;
    /// Octets of the longest frame.
    pub const MAX_LEN: usize = 256;
    /// Octets of the longest PDU.
    pub const MAX_PDU: usize = Self::MAX_LEN - 3;

    /// Reads exactly one frame.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`], [`DecodeError::TooLong`] or [`DecodeError::Checksum`].
    ///
    /// ```
    /// use modbus_rtu::{Frame, UnitId};
    ///
    /// let frame = Frame::decode(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03, 0x9A, 0x9B])?;
    /// assert_eq!(frame.unit, UnitId(0x11));
    /// assert_eq!(frame.pdu, [0x06, 0x00, 0x01, 0x00, 0x03]);
    /// # Ok::<(), modbus_rtu::DecodeError>(())
    /// ```
    #[inline]
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        if octets.len() > Self::MAX_LEN {
            return Err(DecodeError::TooLong { limit: Self::MAX_LEN, have: octets.len() });
        }
        let truncated = DecodeError::Truncated { needed: Self::MIN_LEN, have: octets.len() };
        let Some((body, &received)) = octets.split_last_chunk() else { return Err(truncated) };
        let Some((&unit, pdu @ [_, ..])) = body.split_first() else { return Err(truncated) };
        let (received, computed) = (u16::from_le_bytes(received), checksum(body));
        if received != computed {
            return Err(DecodeError::Checksum { received, computed });
        }
        Ok(Self { unit: UnitId(unit), pdu })
    }

    /// Writes the frame and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::PduLength`], or [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = begin(self.unit, buffer);
        writer.put(self.pdu);
        end(writer)
    }
}

/// Writes a PDU as `pdu` does.
pub(crate) fn write_pdu(
    buffer: &mut [u8],
    pdu: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<&[u8], EncodeError> {
    let mut writer = Writer::new(buffer);
    pdu(&mut writer)?;
    check_length(writer.len())?;
    Ok(writer.finish()?)
}

/// Begins a frame, up to its PDU.
#[inline]
pub(crate) fn begin(unit: UnitId, buffer: &mut [u8]) -> Writer<'_> {
    let mut writer = Writer::new(buffer);
    writer.put(&[unit.0]);
    writer
}

/// Ends a frame behind its PDU, and returns all of it.
#[inline]
pub(crate) fn end(mut writer: Writer<'_>) -> Result<&[u8], EncodeError> {
    check_length(writer.len().saturating_sub(1))?;
    let sum = checksum(writer.written());
    writer.put(&sum.to_le_bytes());
    Ok(writer.finish()?)
}

/// Whether octets are a frame of any length: the last two are the checksum of the others.
#[inline]
pub(crate) fn is_intact(octets: &[u8]) -> bool {
    match octets.split_last_chunk() {
        Some((body @ [_, _, ..], &received)) => u16::from_le_bytes(received) == checksum(body),
        _ => false,
    }
}

fn check_length(have: usize) -> Result<(), EncodeError> {
    match have {
        1..=Frame::MAX_PDU => Ok(()),
        _ => Err(EncodeError::PduLength { have, limit: Frame::MAX_PDU }),
    }
}
