//! The frames of the radio (EN 13757-4).
//!
//! ```text
//!  0   1   2              4                8         9      10
//! ┌───┬───┬──────────────┬────────────────┬─────────┬──────┬────┬ ─ ─ ┐
//! │ L │ C │ manufacturer │ identification │ version │ type │ CI │ ... │
//! └───┴───┴──────────────┴────────────────┴─────────┴──────┴────┴ ─ ─ ┘
//! ```
//!
//! This is a frame without its checksums, as most receivers give it: L octets follow L. On the air there are
//! checksums among the octets, as the [`Format`] says.

use meter_value::line::Writer;
use nom::Parser;
use nom::number::streaming::u8;

use super::checksum;
use super::error::{DecodeError, EncodeError};
use super::station::{Station, station};
use crate::{Ci, Control};

/// Octets of a link header.
const HEADER: usize = 10;

/// A frame of either direction; [`Direction::of`](super::Direction::of) its C field tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    /// What it is for.
    pub control: Control,
    /// Who sends it.
    pub station: Station,
    /// The CI field and what follows it, up to 246 octets.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Octets of the longest frame without its checksums.
    pub const MAX_LEN: usize = 256;
    /// Octets of the longest payload.
    pub const MAX_PAYLOAD: usize = Self::MAX_LEN - HEADER;

    /// Reads exactly one frame without checksums; [`Format::strip`] makes one of a frame with them.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`], [`DecodeError::TooLong`] or [`DecodeError::Length`].
    ///
    /// ```
    /// use mbus::wireless::Frame;
    /// use mbus::{Ci, Control};
    ///
    /// let frame = Frame::decode(&[
    ///     0x0E, 0x44, 0x93, 0x15, 0x78, 0x56, 0x34, 0x12, 0x33, 0x03, 0x78, 0x02, 0x5A, 0xC8, 0x02,
    /// ])?;
    /// assert_eq!(frame.control, Control::SND_NR);
    /// assert_eq!(frame.station.manufacturer.to_string(), "ELS");
    /// assert_eq!(frame.ci(), Some(Ci::RESPONSE));
    /// # Ok::<(), mbus::wireless::DecodeError>(())
    /// ```
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let have = octets.len();
        let truncated = DecodeError::truncated(have);
        let (rest, length) = u8(octets).map_err(truncated)?;
        match Format::A.plain(length)? {
            needed if have < needed => return Err(DecodeError::Truncated { needed, have }),
            limit if have > limit => return Err(DecodeError::TooLong { limit, have }),
            _ => {}
        }
        let (payload, (control, station)) = (u8.map(Control), station).parse(rest).map_err(truncated)?;
        Ok(Self { control, station, payload })
    }

    /// Writes the frame without checksums and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::PayloadLength`], or [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let length = length(HEADER.saturating_add(self.payload.len()))?;
        let mut writer = Writer::new(buffer);
        writer.put(&[length, self.control.0]);
        self.station.write(&mut writer);
        writer.put(self.payload);
        Ok(writer.finish()?)
    }

    /// What the payload is, if there is any.
    pub fn ci(&self) -> Option<Ci> {
        self.payload.first().copied().map(Ci)
    }
}

/// The L field of a frame of so many octets without checksums.
pub(crate) fn length(octets: usize) -> Result<u8, EncodeError> {
    let have = octets.saturating_sub(HEADER);
    let too_long = EncodeError::PayloadLength { have, limit: Frame::MAX_PAYLOAD };
    u8::try_from(octets.saturating_sub(1)).map_err(|_| too_long)
}

/// Where a frame on the air has its checksums.
///
/// ```text
/// A  L and 9 octets, checksum; then each 16 octets or what is left, checksum. L counts no checksum.
/// B  L and up to 125 octets, checksum; then up to 126 octets, checksum. L counts checksums too.
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Format {
    /// Short blocks, for unsteady links.
    A,
    /// Long blocks.
    B,
}

impl Format {
    /// Octets of the longest frame with its checksums, in format A.
    pub const MAX_LEN: usize = 290;

    /// Checks and removes the checksums of exactly one frame, and sets its L field to what is left.
    ///
    /// # Errors
    /// [`DecodeError`]: too few or too many octets, a wrong checksum, or a buffer too small.
    ///
    /// ```
    /// use mbus::wireless::{Format, Frame};
    ///
    /// let octets = [
    ///     0x0E, 0x44, 0x93, 0x15, 0x78, 0x56, 0x34, 0x12, 0x33, 0x03, 0xF3, 0x38, 0x78, 0x02, 0x5A, 0xC8,
    ///     0x02, 0xA5, 0x2A,
    /// ];
    /// let mut buffer = [0; Frame::MAX_LEN];
    /// let stripped = Format::A.strip(&octets, &mut buffer)?;
    /// assert_eq!(Frame::decode(stripped)?.payload, [0x78, 0x02, 0x5A, 0xC8, 0x02]);
    /// # Ok::<(), mbus::wireless::DecodeError>(())
    /// ```
    pub fn strip<'b>(self, octets: &[u8], buffer: &'b mut [u8]) -> Result<&'b mut [u8], DecodeError> {
        let have = octets.len();
        let first = octets.first().ok_or(DecodeError::Truncated { needed: 1, have })?;
        match self.length(*first)? {
            needed if have < needed => return Err(DecodeError::Truncated { needed, have }),
            limit if have > limit => return Err(DecodeError::TooLong { limit, have }),
            _ => {}
        }
        let mut strip = Strip::new(self);
        for octet in octets {
            strip.push(*octet, buffer)?;
        }
        let short = DecodeError::BufferTooSmall { needed: strip.place, have: buffer.len() };
        buffer.get_mut(..strip.place).ok_or(short)
    }

    /// Writes a frame with its checksums and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::PayloadLength`], or [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(self, frame: &Frame<'_>, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let plain = HEADER.saturating_add(frame.payload.len());
        let length = match self {
            Self::A => length(plain)?,
            Self::B => {
                let sums = if plain <= self.block(1) { 2 } else { 4 };
                let limit = Frame::MAX_PAYLOAD - sums;
                let too_long = EncodeError::PayloadLength { have: frame.payload.len(), limit };
                length(plain.saturating_add(sums)).map_err(|_| too_long)?
            }
        };
        let [a, b, c, d, e, f, g, h] = frame.station.octets();
        let header = [length, frame.control.0, a, b, c, d, e, f, g, h];
        // Of format B, the first block goes on behind the header.
        let (first, mut rest) = frame.payload.split_at(frame.payload.len().min(self.block(1) - HEADER));
        let mut writer = Writer::new(buffer);
        let mut sum = super::crc::digest();
        for octets in [&header, first] {
            sum.update(octets);
            writer.put(octets);
        }
        writer.put(&sum.finalize().to_be_bytes());
        while !rest.is_empty() {
            let (block, behind) = rest.split_at(rest.len().min(self.block(2)));
            writer.put(block);
            writer.put(&checksum(block).to_be_bytes());
            rest = behind;
        }
        Ok(writer.finish()?)
    }

    /// Octets of a frame with this L field, checksums and all.
    ///
    /// # Errors
    /// [`DecodeError::Length`] if no frame has it.
    pub const fn length(self, length: u8) -> Result<usize, DecodeError> {
        match (self, self.plain(length)) {
            (Self::A, Ok(plain)) => Ok(plain + 2 + 2 * (plain - HEADER).div_ceil(self.block(2))),
            (Self::B, Ok(_)) => Ok(length as usize + 1),
            (_, Err(error)) => Err(error),
        }
    }

    /// Octets of a frame with this L field without its checksums.
    const fn plain(self, length: u8) -> Result<usize, DecodeError> {
        let octets = length as usize + 1;
        match (self, octets) {
            (Self::A, HEADER..) => Ok(octets),
            (Self::B, 12..=128) => Ok(octets - 2),
            (Self::B, 131..) => Ok(octets - 4),
            _ => Err(DecodeError::Length { length }),
        }
    }

    /// Most octets of a block, its checksum aside.
    const fn block(self, number: u8) -> usize {
        match (self, number) {
            (Self::A, 1) => HEADER,
            (Self::A, _) => 16,
            (Self::B, _) => 126,
        }
    }
}

/// Removes the checksums of a frame that comes octet by octet.
#[derive(Clone, Debug)]
pub(crate) struct Strip {
    format: Format,
    /// The block that comes; before L is known, 0.
    block: u8,
    /// Octets of the whole frame, its checksums aside.
    plain: usize,
    /// Octets that are missing, checksums and all.
    missing: usize,
    /// Where the block starts.
    start: usize,
    /// Where the next octet goes.
    place: usize,
    /// Where the block ends.
    end: usize,
    /// The block's checksum as far as it came.
    sum: Option<u8>,
}

impl Strip {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format, block: 0, plain: 0, missing: 0, start: 0, place: 0, end: 0, sum: None }
    }

    /// How many octets are missing, checksums and all, once L is known.
    pub(crate) fn missing(&self) -> Option<usize> {
        (self.block > 0).then_some(self.missing)
    }

    /// Takes the next octet; says how many octets the frame has in `buffer` once it is whole.
    pub(crate) fn push(&mut self, octet: u8, buffer: &mut [u8]) -> Result<Option<usize>, DecodeError> {
        if self.block == 0 {
            self.plain = self.format.plain(octet)?;
            self.missing = self.format.length(octet)?;
            self.next_block();
        }
        self.missing = self.missing.saturating_sub(1);
        if self.place < self.end {
            let short = DecodeError::BufferTooSmall { needed: self.plain, have: buffer.len() };
            *buffer.get_mut(self.place).ok_or(short)? = octet;
            self.place += 1;
            return Ok(None);
        }
        let Some(high) = self.sum.take() else {
            self.sum = Some(octet);
            return Ok(None);
        };
        let received = u16::from_be_bytes([high, octet]);
        let computed = checksum(buffer.get(self.start..self.place).unwrap_or_default());
        if received != computed {
            return Err(DecodeError::Checksum { block: self.block, received, computed });
        }
        if self.place < self.plain {
            self.next_block();
            return Ok(None);
        }
        if let Some(length) = buffer.first_mut() {
            *length = self.plain.saturating_sub(1) as u8;
        }
        Ok(Some(self.plain))
    }

    fn next_block(&mut self) {
        self.block = self.block.saturating_add(1);
        self.start = self.place;
        self.end = self.plain.min(self.place.saturating_add(self.format.block(self.block)));
    }
}

/// Removes the checksums if there are any, and says in which format they were: [`None`] for a frame that
/// came without. One of format B with a wrong checksum looks like a frame without.
///
/// # Errors
/// [`DecodeError`]: no frame in any of the forms, or a buffer too small.
pub fn strip<'b>(octets: &[u8], buffer: &'b mut [u8]) -> Result<(Option<Format>, &'b mut [u8]), DecodeError> {
    let has_length_of =
        |format: Format| octets.first().is_some_and(|length| format.length(*length) == Ok(octets.len()));
    let are_blocks = octets.chunks(128).all(|block| {
        block.split_last_chunk().is_some_and(|(octets, sum)| checksum(octets) == u16::from_be_bytes(*sum))
    });
    let format = match are_blocks {
        _ if has_length_of(Format::A) => Format::A,
        true if has_length_of(Format::B) => Format::B,
        _ => {
            Frame::decode(octets)?;
            let mut writer = Writer::new(buffer);
            writer.put(octets);
            let (needed, have) = (octets.len(), buffer.len());
            let stripped = buffer.get_mut(..needed).ok_or(DecodeError::BufferTooSmall { needed, have })?;
            return Ok((None, stripped));
        }
    };
    Ok((Some(format), format.strip(octets, buffer)?))
}
