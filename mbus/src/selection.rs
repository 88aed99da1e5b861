//! Which meters a selection means (EN 13757-3, secondary addressing).
//!
//! ```text
//!  0                4              6         7        8
//! ┌────────────────┬──────────────┬─────────┬────────┬ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┐
//! │ identification │ manufacturer │ version │ medium │ 0C 78 fabrication number, 4 │
//! └────────────────┴──────────────┴─────────┴────────┴ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┘
//!  low octets first                                   enhanced selection
//! ```

use core::fmt;

use meter_value::line::Writer;

use crate::{Address, Ci, Control, DecodeError, Frame, Identification, LongHeader, Manufacturer, Medium};

/// The record of a fabrication number: eight digits.
const FABRICATION: [u8; 2] = [0x0C, 0x78];

/// The meters with a secondary address, and wildcards in it: digits F of the two numbers, FFFF for any
/// manufacturer, FF for any version and any medium.
///
/// ```
/// use mbus::{Identification, Manufacturer, Medium, Selection};
///
/// let water = Selection { medium: Medium::WATER, ..Selection::ANY };
/// let some = Selection { identification: Identification(0x1234_FFFF), ..water };
/// let meter = Selection {
///     identification: Identification(0x1234_5678),
///     manufacturer: Manufacturer(0x2C2D),
///     version: 1,
///     medium: Medium::WATER,
///     fabrication: None,
/// };
/// assert!(water.matches(&meter) && some.matches(&meter) && meter.matches(&meter));
/// assert!(!meter.matches(&some) && meter.is_whole() && !some.is_whole());
/// assert_eq!(some.to_string(), "1234FFFF any FF water");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Selection {
    /// The number.
    pub identification: Identification,
    /// Who made it.
    pub manufacturer: Manufacturer,
    /// Its generation.
    pub version: u8,
    /// What it measures.
    pub medium: Medium,
    /// The number it was made with, which nobody can change; meters that do not know of it ignore a selection
    /// by it, or ignore this field.
    pub fabrication: Option<Identification>,
}

impl Selection {
    /// Any meter.
    pub const ANY: Self = Self {
        identification: Identification(u32::MAX),
        manufacturer: Manufacturer(u16::MAX),
        version: u8::MAX,
        medium: Medium::ANY,
        fabrication: None,
    };

    /// Octets of the longest selection.
    pub const MAX_LEN: usize = 14;

    /// The meter with a long header.
    pub const fn of(header: &LongHeader) -> Self {
        let LongHeader { identification, manufacturer, version, medium, .. } = *header;
        Self { identification, manufacturer, version, medium, fabrication: None }
    }

    /// Whether a meter is meant. A fabrication number that is asked for has to be the meter's.
    pub fn matches(&self, meter: &Self) -> bool {
        let fabrication = match (self.fabrication, meter.fabrication) {
            (None, _) => true,
            (Some(asked), Some(own)) => digits_match(asked, own),
            (Some(_), None) => false,
        };
        fabrication
            && digits_match(self.identification, meter.identification)
            && (self.manufacturer.0 == u16::MAX || self.manufacturer == meter.manufacturer)
            && (self.version == u8::MAX || self.version == meter.version)
            && (self.medium == Medium::ANY || self.medium == meter.medium)
    }

    /// Whether the header of a meter, which has no fabrication number, can be of a meter that is meant.
    pub(crate) fn admits(&self, header: &LongHeader) -> bool {
        Self { fabrication: None, ..*self }.matches(&Self::of(header))
    }

    /// Whether there are no wildcards in the eight octets of the secondary address.
    pub fn is_whole(&self) -> bool {
        let digits = wildcards(self.identification) == 0;
        digits && self.manufacturer.0 != u16::MAX && self.version != u8::MAX && self.medium != Medium::ANY
    }

    /// Reads the data of a selection.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`], [`DecodeError::TooLong`], or [`DecodeError::Dif`] if more follows than the
    /// record of a fabrication number.
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let have = octets.len();
        let [a, b, c, d, e, f, version, medium, ref rest @ ..] = *octets else {
            return Err(DecodeError::Truncated { needed: 8, have });
        };
        let fabrication = match *rest {
            [] => None,
            [0x0C, 0x78, a, b, c, d] => Some(Identification(u32::from_le_bytes([a, b, c, d]))),
            [0x0C, 0x78, ..] if have > Self::MAX_LEN => {
                return Err(DecodeError::TooLong { limit: Self::MAX_LEN, have });
            }
            [0x0C, 0x78, ..] | [0x0C] => return Err(DecodeError::Truncated { needed: Self::MAX_LEN, have }),
            [dif, ..] => return Err(DecodeError::Dif { dif }),
        };
        Ok(Self {
            identification: Identification(u32::from_le_bytes([a, b, c, d])),
            manufacturer: Manufacturer(u16::from_le_bytes([e, f])),
            version,
            medium: Medium(medium),
            fabrication,
        })
    }

    /// Writes the data of the selection and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`](crate::EncodeError::BufferTooSmall).
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], crate::EncodeError> {
        let mut writer = Writer::new(buffer);
        writer.put(&self.identification.0.to_le_bytes());
        writer.put(&self.manufacturer.0.to_le_bytes());
        writer.put(&[self.version, self.medium.0]);
        if let Some(number) = self.fabrication {
            writer.put(&FABRICATION);
            writer.put(&number.0.to_le_bytes());
        }
        Ok(writer.finish()?)
    }

    /// Writes the frame that selects and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`](crate::EncodeError::BufferTooSmall).
    ///
    /// ```
    /// use mbus::Selection;
    ///
    /// let any = [
    ///     0x68, 0x0B, 0x0B, 0x68, 0x53, 0xFD, 0x52, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x9A,
    ///     0x16,
    /// ];
    /// assert_eq!(Selection::ANY.encode_frame(&mut [0; 32])?, any);
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode_frame<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], crate::EncodeError> {
        let mut data = [0; Self::MAX_LEN];
        let data = self.encode(&mut data)?;
        let (control, address) = (Control::SND_UD, Address::SELECTED);
        Frame::Long { control, address, ci: Ci::SELECT, data }.encode(buffer)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.identification)?;
        match self.manufacturer {
            Manufacturer(u16::MAX) => write!(f, "any")?,
            manufacturer => write!(f, "{manufacturer}")?,
        }
        write!(f, " {:02X} {}", self.version, self.medium)?;
        self.fabrication.map_or(Ok(()), |number| write!(f, " {number}"))
    }
}

/// A mask with F in place of each wildcard.
fn wildcards(number: Identification) -> u32 {
    (0..8).map(|digit| 0xF << (4 * digit)).filter(|mask| number.0 & mask == *mask).sum()
}

fn digits_match(asked: Identification, own: Identification) -> bool {
    (asked.0 ^ own.0) & !wildcards(asked) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;

    const METER: Selection = Selection {
        identification: Identification(0x1234_567A),
        manufacturer: Manufacturer(0x2C2D),
        version: 1,
        medium: Medium::WATER,
        fabrication: Some(Identification(0x0010_0002)),
    };

    #[test]
    fn each_field_counts_or_is_a_wildcard() {
        for (asked, is_meant) in [
            (Selection::ANY, true),
            (Selection { identification: Identification(0xFFFF_FFFA), ..Selection::ANY }, true),
            (Selection { identification: Identification(0xFFFF_FFF9), ..Selection::ANY }, false),
            (Selection { manufacturer: Manufacturer(0x2C2C), ..METER }, false),
            (Selection { version: 0xFF, ..METER }, true),
            (Selection { version: 2, ..METER }, false),
            (Selection { medium: Medium::HEAT, ..METER }, false),
            (Selection { fabrication: Some(Identification(0x0010_000F)), ..Selection::ANY }, true),
            (Selection { fabrication: Some(Identification(0x0010_0003)), ..Selection::ANY }, false),
        ] {
            assert_eq!(asked.matches(&METER), is_meant, "{asked}");
        }
        let without = Selection { fabrication: None, ..METER };
        assert!(without.matches(&METER) && !METER.matches(&without));
    }

    #[test]
    fn the_octets_are_those_of_the_standard() {
        let octets = [0x7A, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x07, 0x0C, 0x78, 0x02, 0x00, 0x10, 0x00];
        assert_eq!(METER.encode(&mut [0; 14]).unwrap(), octets);
        assert_eq!(Selection::decode(&octets), Ok(METER));
        assert_eq!(Selection::decode(&octets[..8]), Ok(Selection { fabrication: None, ..METER }));
        assert_eq!(METER.encode(&mut [0; 13]), Err(EncodeError::BufferTooSmall { needed: 14, have: 13 }));
        for have in (0..8).chain(9..14) {
            assert!(matches!(Selection::decode(&octets[..have]), Err(DecodeError::Truncated { .. })));
        }
        let long = [&octets[..], &[0]].concat();
        assert_eq!(Selection::decode(&long), Err(DecodeError::TooLong { limit: 14, have: 15 }));
        let mut other = octets;
        other[9] = 0x79;
        assert_eq!(Selection::decode(&other), Err(DecodeError::Dif { dif: 0x0C }));
    }
}
