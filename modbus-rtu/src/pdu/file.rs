//! Records of files (functions 14 and 15, sections 6.14 and 6.15).

use meter_value::line::Writer;

use super::items::Item;
use crate::{DecodeError, Registers};

/// The only reference type there is.
const REFERENCE_TYPE: u8 = 6;

/// Registers of one file, as a read asks for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FileRange {
    /// The file, from 1 on.
    pub file: u16,
    /// The first record, which is a register, up to [`MAX_RECORD`](Self::MAX_RECORD).
    pub record: u16,
    /// How many records, from 1 on.
    pub length: u16,
}

impl FileRange {
    /// The last record of a file.
    pub const MAX_RECORD: u16 = 9_999;

    /// Octets of the answer to this part of a read.
    pub(crate) fn answer_len(self) -> usize {
        2 + 2 * usize::from(self.length)
    }

    /// Whether the standard has these records.
    pub(crate) const fn exists(self) -> bool {
        let Self { file, record, length } = self;
        file != 0 && length != 0 && record as u32 + length as u32 <= Self::MAX_RECORD as u32 + 1
    }
}

/// New values for registers of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FileRecord<'a> {
    /// The file, from 1 on.
    pub file: u16,
    /// The first record, which is a register.
    pub record: u16,
    /// The values of it and of those that follow.
    pub registers: Registers<'a>,
}

impl FileRecord<'_> {
    /// Which registers they are.
    pub fn range(&self) -> FileRange {
        let length = u16::try_from(self.registers.len()).unwrap_or(u16::MAX);
        FileRange { file: self.file, record: self.record, length }
    }
}

/// The fields that reads and writes start with.
fn head(octets: &[u8]) -> Result<(FileRange, &[u8]), DecodeError> {
    let Some((&[reference, f, ile, r, ecord, l, ength], rest)) = octets.split_first_chunk() else {
        return Err(DecodeError::Truncated { needed: 7, have: octets.len() });
    };
    let [file, record, length] = [[f, ile], [r, ecord], [l, ength]].map(u16::from_be_bytes);
    let range = FileRange { file, record, length };
    if reference != REFERENCE_TYPE || !range.exists() {
        return Err(DecodeError::File { reference, file, record, length });
    }
    Ok((range, rest))
}

fn put_head(range: FileRange, writer: &mut Writer<'_>) {
    let [[f, ile], [r, ecord], [l, ength]] = [range.file, range.record, range.length].map(u16::to_be_bytes);
    writer.put(&[REFERENCE_TYPE, f, ile, r, ecord, l, ength]);
}

impl<'a> Item<'a> for FileRange {
    fn split(octets: &'a [u8]) -> Result<(Self, &'a [u8]), DecodeError> {
        head(octets)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        put_head(*self, writer);
    }
}

impl<'a> Item<'a> for FileRecord<'a> {
    fn split(octets: &'a [u8]) -> Result<(Self, &'a [u8]), DecodeError> {
        let (FileRange { file, record, length }, rest) = head(octets)?;
        let needed = 2 * usize::from(length);
        let Some((values, rest)) = rest.split_at_checked(needed) else {
            return Err(DecodeError::Truncated { needed: 7 + needed, have: octets.len() });
        };
        Ok((Self { file, record, registers: Registers::from_octets(values) }, rest))
    }

    fn put(&self, writer: &mut Writer<'_>) {
        put_head(self.range(), writer);
        self.registers.put(writer);
    }
}

/// The registers of one part of a read, in its answer.
impl<'a> Item<'a> for Registers<'a> {
    fn split(octets: &'a [u8]) -> Result<(Self, &'a [u8]), DecodeError> {
        let [length, reference, rest @ ..] = octets else {
            return Err(DecodeError::Truncated { needed: 2, have: octets.len() });
        };
        // The length counts the reference type too.
        let needed = usize::from(*length).saturating_sub(1);
        if *reference != REFERENCE_TYPE || needed == 0 || !needed.is_multiple_of(2) {
            let (reference, length) = (*reference, u16::from(*length));
            return Err(DecodeError::File { reference, file: 0, record: 0, length });
        }
        let Some((values, rest)) = rest.split_at_checked(needed) else {
            return Err(DecodeError::Truncated { needed: 2 + needed, have: octets.len() });
        };
        Ok((Self::from_octets(values), rest))
    }

    fn put(&self, writer: &mut Writer<'_>) {
        let length = u8::try_from(1 + 2 * self.len()).unwrap_or(u8::MAX);
        writer.put(&[length, REFERENCE_TYPE]);
        Self::put(*self, writer);
    }
}
