//! The number that names a piece of data.

use core::fmt;
use core::str::FromStr;

use meter_value::line::Writer;

use crate::{Data, ParseError};

/// Which edition of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Edition {
    /// DL/T 645-1997.
    Y1997,
    /// DL/T 645-2007.
    Y2007,
}

impl fmt::Display for Edition {
    /// The year.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Y1997 => "1997",
            Self::Y2007 => "2007",
        })
    }
}

/// A data identifier. On the line its lowest octet, DI0, comes first. FF in an octet of the 2007 edition, and
/// F in a digit of the 1997 one, names a block.
///
/// ```
/// use dlt645::{Edition, Identifier};
///
/// assert_eq!("02-01-01-00".parse(), Ok(Identifier::VOLTAGE_A));
/// assert_eq!("02010100".parse(), Ok(Identifier::VOLTAGE_A));
/// assert_eq!(Identifier::VOLTAGE_A.to_string(), "02010100");
/// assert_eq!("B611".parse(), Ok(Identifier::Y1997(0xB611)));
/// assert_eq!(Identifier::Y1997(0xB611).edition(), Edition::Y1997);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Identifier {
    /// DI1 and DI0 (DL/T 645-1997, annex A).
    Y1997(u16),
    /// DI3 to DI0 (DL/T 645-2007, annex A).
    Y2007(u32),
}

impl Identifier {
    /// Combined active energy now, all tariffs together.
    pub const COMBINED_ACTIVE_ENERGY: Self = Self::Y2007(0x0000_0000);
    /// Forward active energy now, all tariffs together.
    pub const FORWARD_ACTIVE_ENERGY: Self = Self::Y2007(0x0001_0000);
    /// Block: forward active energy now, total and every tariff.
    pub const FORWARD_ACTIVE_ENERGIES: Self = Self::Y2007(0x0001_FF00);
    /// Reverse active energy now, all tariffs together.
    pub const REVERSE_ACTIVE_ENERGY: Self = Self::Y2007(0x0002_0000);
    /// Voltage of phase A.
    pub const VOLTAGE_A: Self = Self::Y2007(0x0201_0100);
    /// Voltage of phase B.
    pub const VOLTAGE_B: Self = Self::Y2007(0x0201_0200);
    /// Voltage of phase C.
    pub const VOLTAGE_C: Self = Self::Y2007(0x0201_0300);
    /// Block: voltages of phases A, B and C.
    pub const VOLTAGES: Self = Self::Y2007(0x0201_FF00);
    /// Current of phase A.
    pub const CURRENT_A: Self = Self::Y2007(0x0202_0100);
    /// Current of phase B.
    pub const CURRENT_B: Self = Self::Y2007(0x0202_0200);
    /// Current of phase C.
    pub const CURRENT_C: Self = Self::Y2007(0x0202_0300);
    /// Block: currents of phases A, B and C.
    pub const CURRENTS: Self = Self::Y2007(0x0202_FF00);
    /// Active power of all phases together.
    pub const ACTIVE_POWER: Self = Self::Y2007(0x0203_0000);
    /// Reactive power of all phases together.
    pub const REACTIVE_POWER: Self = Self::Y2007(0x0204_0000);
    /// Power factor of all phases together.
    pub const POWER_FACTOR: Self = Self::Y2007(0x0206_0000);
    /// Frequency of the grid.
    pub const FREQUENCY: Self = Self::Y2007(0x0280_0002);

    /// [`Command::ClearEvents`](crate::Command::ClearEvents): the events of every class.
    pub const ALL_EVENTS: Self = Self::Y2007(0xFFFF_FFFF);

    /// The edition whose meters know it.
    pub const fn edition(self) -> Edition {
        match self {
            Self::Y1997(_) => Edition::Y1997,
            Self::Y2007(_) => Edition::Y2007,
        }
    }

    /// The identifier so many numbers on.
    pub(crate) const fn on(self, count: u32) -> Self {
        match self {
            Self::Y1997(number) => Self::Y1997(number.wrapping_add(count as u16)),
            Self::Y2007(number) => Self::Y2007(number.wrapping_add(count)),
        }
    }

    /// The identifier with another DI1.
    pub(crate) const fn with_part(self, part: u8) -> Self {
        match self {
            Self::Y1997(number) => Self::Y1997(number & 0x00FF | (part as u16) << 8),
            Self::Y2007(number) => Self::Y2007(number & 0xFFFF_00FF | (part as u32) << 8),
        }
    }

    /// The identifier at the head of `data`, and what follows it.
    pub(crate) fn split(edition: Edition, data: Data<'_>) -> Option<(Self, Data<'_>)> {
        match edition {
            Edition::Y1997 => {
                let (octets, rest) = data.split()?;
                Some((Self::Y1997(u16::from_le_bytes(octets)), rest))
            }
            Edition::Y2007 => {
                let (octets, rest) = data.split()?;
                Some((Self::Y2007(u32::from_le_bytes(octets)), rest))
            }
        }
    }

    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        match self {
            Self::Y1997(number) => writer.put(&number.to_le_bytes()),
            Self::Y2007(number) => writer.put(&number.to_le_bytes()),
        }
    }
}

impl FromStr for Identifier {
    type Err = ParseError;

    /// Reads `02010100` or `02-01-01-00`, and of the 1997 edition `B611` or `B6-11`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let dashed = match text.len() {
            4 | 8 => false,
            5 | 11 => true,
            have => return Err(ParseError::Length { have }),
        };
        let mut number = 0_u32;
        for (position, character) in text.bytes().enumerate() {
            if dashed && position % 3 == 2 {
                if character != b'-' {
                    return Err(ParseError::Character { position });
                }
            } else {
                let digit = char::from(character).to_digit(16);
                number = number << 4 | digit.ok_or(ParseError::Character { position })?;
            }
        }
        Ok(if text.len() < 8 { Self::Y1997(number as u16) } else { Self::Y2007(number) })
    }
}

impl fmt::Display for Identifier {
    /// Eight hex digits, or four of the 1997 edition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Y1997(number) => write!(f, "{number:04X}"),
            Self::Y2007(number) => write!(f, "{number:08X}"),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_and_names_what_is_wrong() {
        let read = str::parse::<Identifier>;
        assert_eq!(read("0280000a"), Ok(Identifier::Y2007(0x0280_000A)));
        assert_eq!(read("00-01-FF-00"), Ok(Identifier::FORWARD_ACTIVE_ENERGIES));
        assert_eq!(read("B6-1F"), Ok(Identifier::Y1997(0xB61F)));
        assert_eq!(read("9010"), Ok(Identifier::Y1997(0x9010)));
        assert_eq!(read("0280002"), Err(ParseError::Length { have: 7 }));
        assert_eq!(read("0280000G"), Err(ParseError::Character { position: 7 }));
        assert_eq!(read("00-01-FF 00"), Err(ParseError::Character { position: 8 }));
        assert_eq!(read("00-01-FF--0"), Err(ParseError::Character { position: 9 }));
        assert_eq!(read("0001-000"), Err(ParseError::Character { position: 4 }));
    }
}
