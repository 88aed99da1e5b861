//! What identifiers name (DL/T 645-2007, annex A), by pattern: one row stands for every tariff,
//! settlement day and phase.

use core::fmt;
use core::ops::RangeInclusive;

use meter_value::Quantity::{
    self, ApparentPower, Current, Energy, Frequency, Power, PowerFactor, ReactivePower, Voltage,
};
use meter_value::Unit::{self, Ampere, Hertz, Kilovar, KilovoltAmpere, Kilowatt, KilowattHour, One, Volt};
use meter_value::bcd::Sign::{self, TopBit, Unsigned};

use crate::Identifier;

/// What the identifier of one value names. It prints as its name.
///
/// ```
/// use dlt645::Identifier;
/// use meter_value::Unit;
///
/// let point = Identifier::Y2007(0x0001_0201).point().unwrap();
/// assert_eq!(point.to_string(), "forward active energy, tariff 2, 1 settlement day back");
/// assert_eq!((point.unit(), point.octets(), point.decimals()), (Unit::KilowattHour, 4, 2));
/// assert!(Identifier::Y2007(0x0400_0101).point().is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Point {
    row: &'static Row,
    pub(crate) identifier: Identifier,
}

impl Point {
    /// What is measured.
    pub const fn quantity(self) -> Quantity {
        self.row.quantity
    }

    /// The unit of the value.
    pub const fn unit(self) -> Unit {
        self.row.unit
    }

    /// How many octets the value has, two digits each.
    pub const fn octets(self) -> usize {
        self.row.format.octets
    }

    /// How many of the digits stand behind the decimal point.
    pub const fn decimals(self) -> u8 {
        self.row.format.decimals
    }

    /// Whether the value can be negative, and how it says so.
    pub const fn sign(self) -> Sign {
        self.row.format.sign
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identifier::Y2007(number) = self.identifier else { return Ok(()) };
        let [_, _, part, back] = number.to_be_bytes();
        f.write_str(self.row.name)?;
        match (self.row.shape, part) {
            (Shape::One { .. }, _) => return Ok(()),
            (_, 0) => f.write_str(", total")?,
            (Shape::Tariffs, tariff) => write!(f, ", tariff {tariff}")?,
            (Shape::Phases { .. }, 1) => f.write_str(", phase A")?,
            (Shape::Phases { .. }, 2) => f.write_str(", phase B")?,
            (Shape::Phases { .. }, _) => f.write_str(", phase C")?,
        }
        match back {
            0 => Ok(()),
            1 => f.write_str(", 1 settlement day back"),
            _ => write!(f, ", {back} settlement days back"),
        }
    }
}

impl Identifier {
    /// What it names, if that is one value of a known kind.
    pub fn point(self) -> Option<Point> {
        let mut series = Series::of(self)?;
        series.next().filter(|point| point.identifier == self)
    }
}

/// The values an identifier names: one, or those of a block in their order.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    row: &'static Row,
    next: u32,
    step: u32,
    left: usize,
}

impl Series {
    pub(crate) fn of(identifier: Identifier) -> Option<Self> {
        ROWS.iter().find_map(|row| row.series(identifier))
    }
}

impl Iterator for Series {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        self.left = self.left.checked_sub(1)?;
        let point = Point { row: self.row, identifier: Identifier::Y2007(self.next) };
        self.next = self.next.wrapping_add(self.step);
        Some(point)
    }
}

impl ExactSizeIterator for Series {
    fn len(&self) -> usize {
        self.left
    }
}

/// A pattern of identifiers.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Row {
    /// DI3 and DI2.
    family: u16,
    shape: Shape,
    name: &'static str,
    quantity: Quantity,
    unit: Unit,
    format: Format,
}

/// How a row uses DI1 and DI0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Shape {
    /// One value.
    One { di1: u8, di0: u8 },
    /// DI1: the total, then tariffs 1 to 63. DI0: now, then 1 to 12 settlement days back.
    Tariffs,
    /// DI1: the total, which not every quantity has, then phases A, B and C.
    Phases { first: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Format {
    octets: usize,
    decimals: u8,
    sign: Sign,
}

impl Row {
    fn series(&'static self, identifier: Identifier) -> Option<Series> {
        let Identifier::Y2007(number) = identifier else { return None };
        let [di3, di2, di1, di0] = number.to_be_bytes();
        if u16::from_be_bytes([di3, di2]) != self.family {
            return None;
        }
        let (parts, backs) = match self.shape {
            Shape::One { di1, di0 } => (di1..=di1, di0..=di0),
            Shape::Tariffs => (0..=63, 0..=12),
            Shape::Phases { first } => (first..=3, 0..=0),
        };
        let (part, parts) = span(di1, parts)?;
        let (back, backs) = span(di0, backs)?;
        let (step, left) = match (parts, backs) {
            (_, 1) => (0x100, parts),
            (1, _) => (1, backs),
            // An identifier has one FF at most.
            _ => return None,
        };
        let next = u32::from_be_bytes([di3, di2, part, back]);
        Some(Series { row: self, next, step, left })
    }
}

/// The first value an octet of an identifier names, and how many: all of `range` for FF.
fn span(octet: u8, range: RangeInclusive<u8>) -> Option<(u8, usize)> {
    match octet {
        _ if range.contains(&octet) => Some((octet, 1)),
        0xFF if range.len() > 1 => Some((*range.start(), range.len())),
        _ => None,
    }
}

const fn format(octets: usize, decimals: u8, sign: Sign) -> Format {
    Format { octets, decimals, sign }
}

const fn row(
    family: u16,
    shape: Shape,
    name: &'static str,
    quantity: Quantity,
    unit: Unit,
    format: Format,
) -> Row {
    Row { family, shape, name, quantity, unit, format }
}

const TARIFFS: Shape = Shape::Tariffs;
const PHASES: Shape = Shape::Phases { first: 1 };
const TOTAL_AND_PHASES: Shape = Shape::Phases { first: 0 };
const GRID_FREQUENCY: Shape = Shape::One { di1: 0, di0: 2 };

static ROWS: &[Row] = &[
    row(0x0000, TARIFFS, "combined active energy", Energy, KilowattHour, format(4, 2, TopBit)),
    row(0x0001, TARIFFS, "forward active energy", Energy, KilowattHour, format(4, 2, Unsigned)),
    row(0x0002, TARIFFS, "reverse active energy", Energy, KilowattHour, format(4, 2, Unsigned)),
    row(0x0201, PHASES, "voltage", Voltage, Volt, format(2, 1, Unsigned)),
    row(0x0202, PHASES, "current", Current, Ampere, format(3, 3, TopBit)),
    row(0x0203, TOTAL_AND_PHASES, "active power", Power, Kilowatt, format(3, 4, TopBit)),
    row(0x0204, TOTAL_AND_PHASES, "reactive power", ReactivePower, Kilovar, format(3, 4, TopBit)),
    row(0x0205, TOTAL_AND_PHASES, "apparent power", ApparentPower, KilovoltAmpere, format(3, 4, TopBit)),
    row(0x0206, TOTAL_AND_PHASES, "power factor", PowerFactor, One, format(2, 3, TopBit)),
    row(0x0280, GRID_FREQUENCY, "frequency", Frequency, Hertz, format(2, 2, Unsigned)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn name(identifier: u32) -> Option<std::string::String> {
        Identifier::Y2007(identifier).point().map(|point| point.to_string())
    }

    #[test]
    fn names_one_value_and_nothing_else() {
        for (identifier, expected) in [
            (0x0000_0000, "combined active energy, total"),
            (0x0001_3F00, "forward active energy, tariff 63"),
            (0x0002_000C, "reverse active energy, total, 12 settlement days back"),
            (0x0201_0100, "voltage, phase A"),
            (0x0202_0300, "current, phase C"),
            (0x0206_0000, "power factor, total"),
            (0x0280_0002, "frequency"),
        ] {
            assert_eq!(name(identifier).as_deref(), Some(expected));
        }
        for unknown in [
            0x0001_4000,
            0x0001_000D,
            0x0001_FF00,
            0x0001_00FF,
            0x0001_FFFF,
            0x0201_0000,
            0x0201_0400,
            0x0201_0101,
            0x0280_0001,
            0x0280_FF02,
            0x0100_0000,
            0xFFFF_FFFF,
        ] {
            assert_eq!(name(unknown), None, "{unknown:08X}");
        }
    }

    #[test]
    fn a_block_names_its_values_in_order() {
        let series = |identifier| -> Vec<Identifier> {
            Series::of(Identifier::Y2007(identifier))
                .into_iter()
                .flatten()
                .map(|point| point.identifier)
                .collect()
        };
        let of = |numbers: &[u32]| -> Vec<Identifier> {
            numbers.iter().map(|&number| Identifier::Y2007(number)).collect()
        };
        assert_eq!(series(0x0201_FF00), of(&[0x0201_0100, 0x0201_0200, 0x0201_0300]));
        assert_eq!(series(0x0203_FF00), of(&[0x0203_0000, 0x0203_0100, 0x0203_0200, 0x0203_0300]));
        assert_eq!(series(0x0001_FF03)[..2], of(&[0x0001_0003, 0x0001_0103]));
        assert_eq!(series(0x0001_FF00).len(), 64);
        assert_eq!(series(0x0001_02FF).len(), 13);
        assert_eq!(series(0x0001_02FF)[12], Identifier::Y2007(0x0001_020C));
        assert_eq!(series(0x0001_FFFF), []);
        assert_eq!(series(0x0280_FF02), []);
        assert_eq!(series(0x0280_0002), [Identifier::FREQUENCY]);
        assert!(Series::of(Identifier::Y1997(0x9010)).is_none());
    }
}
