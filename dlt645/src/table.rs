//! What identifiers name (DL/T 645-2007 and -1997, annex A), by pattern: one row stands for every tariff,
//! settlement day and phase.

mod y1997;
mod y2007;

use core::fmt;

use meter_value::bcd::Sign;
use meter_value::{Quantity, Unit};

use crate::{Edition, Identifier};

/// What the identifier of one value names. It prints as its name.
///
/// ```
/// use dlt645::Identifier;
/// use meter_value::Unit;
///
/// let point = Identifier::Y2007(0x0001_0201).point().unwrap();
/// assert_eq!(point.to_string(), "forward active energy, tariff 2, 1 settlement day back");
/// assert_eq!((point.unit(), point.octets(), point.decimals()), (Unit::KilowattHour, 4, 2));
/// assert_eq!(Identifier::Y1997(0xB611).point().unwrap().to_string(), "voltage, phase A");
/// assert!(Identifier::Y2007(0x0400_0501).point().is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Point {
    row: &'static Row,
    place: Place,
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

    /// How many octets the value has, two digits each, those of a maximum's time included.
    pub const fn octets(self) -> usize {
        match self.row.format {
            Format::Number { octets, .. } => octets,
            Format::Maximum { .. } => 8,
            Format::Date => 4,
            Format::Time => 3,
            Format::DateAndTime => 7,
            Format::Minute => 5,
        }
    }

    /// How many of the digits stand behind the decimal point.
    pub const fn decimals(self) -> u8 {
        match self.row.format {
            Format::Number { decimals, .. } => decimals,
            Format::Maximum { .. } => MAXIMUM_DECIMALS,
            _ => 0,
        }
    }

    /// Whether the value can be negative, and how it says so.
    pub const fn sign(self) -> Sign {
        match self.row.format {
            Format::Number { sign, .. } | Format::Maximum { sign } => sign,
            _ => Sign::Unsigned,
        }
    }

    pub(crate) const fn format(self) -> Format {
        self.row.format
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.name)?;
        match self.place.part {
            Part::Only => {}
            Part::Total => f.write_str(", total")?,
            Part::Tariff(tariff) => write!(f, ", tariff {tariff}")?,
            Part::Phase(phase) => f.write_str(phase_name(phase))?,
            Part::Harmonic(phase, order) => write!(f, "{}, order {order}", phase_name(phase))?,
            Part::Number(number) => write!(f, " {number}")?,
        }
        match (self.identifier, self.place.back) {
            (_, 0) => Ok(()),
            (Identifier::Y2007(_), 1) => f.write_str(", 1 settlement day back"),
            (Identifier::Y2007(_), back) => write!(f, ", {back} settlement days back"),
            (Identifier::Y1997(_), 1) => f.write_str(", 1 month back"),
            (Identifier::Y1997(_), back) => write!(f, ", {back} months back"),
        }
    }
}

const fn phase_name(phase: u8) -> &'static str {
    match phase {
        1 => ", phase A",
        2 => ", phase B",
        _ => ", phase C",
    }
}

impl Identifier {
    /// What it names, if that is one value of a known kind.
    pub fn point(self) -> Option<Point> {
        let (row, place) = match self {
            Self::Y1997(number) => find(y1997::ROWS, |row| y1997::place(row, number)),
            Self::Y2007(number) => find(y2007::ROWS, |row| y2007::place(row, number)),
        }?;
        Some(Point { row, place, identifier: self })
    }
}

fn find(rows: &'static [Row], place: impl Fn(&Row) -> Option<Place>) -> Option<(&'static Row, Place)> {
    rows.iter().find_map(|row| Some((row, place(row)?)))
}

/// The values an identifier names: one, or those of a block in their order.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    edition: Edition,
    next: u32,
    step: u32,
    left: usize,
    /// Whether AA may follow the last value.
    is_ended: bool,
}

impl Series {
    pub(crate) fn of(identifier: Identifier) -> Option<Self> {
        let (edition, number) = match identifier {
            Identifier::Y1997(number) => (Edition::Y1997, u32::from(number)),
            Identifier::Y2007(number) => (Edition::Y2007, number),
        };
        let Block { first, step, count } = match identifier {
            _ if identifier.point().is_some() => Block { first: number, step: 0, count: 1 },
            Identifier::Y1997(number) => y1997::block(number)?,
            Identifier::Y2007(number) => y2007::block(number)?,
        };
        let is_ended = edition == Edition::Y1997 && count > 1;
        Some(Self { edition, next: first, step, left: count, is_ended })
    }

    /// How many values are left.
    pub(crate) const fn left(&self) -> usize {
        self.left
    }

    pub(crate) const fn is_ended(&self) -> bool {
        self.is_ended
    }
}

impl Iterator for Series {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        self.left = self.left.checked_sub(1)?;
        let identifier = match self.edition {
            Edition::Y1997 => Identifier::Y1997(self.next as u16),
            Edition::Y2007 => Identifier::Y2007(self.next),
        };
        self.next = self.next.wrapping_add(self.step);
        identifier.point()
    }
}

/// The identifiers of a block.
struct Block {
    first: u32,
    step: u32,
    count: usize,
}

/// A pattern of identifiers.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Row {
    /// The first identifier of the pattern.
    number: u32,
    shape: Shape,
    name: &'static str,
    quantity: Quantity,
    unit: Unit,
    format: Format,
}

/// Which identifiers a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Shape {
    /// One value.
    One,
    /// The total and tariffs, now and earlier: DI1 up to 63, DI0 up to 12 settlement days back (2007); the
    /// low digit of DI0 up to 14, two bits of DI1 up to 2 months back (1997).
    Tariffs,
    /// As [`Tariffs`](Self::Tariffs), and the phases without tariffs, DI2 being 14, 28 and 3C higher (2007).
    TariffsAndPhases,
    /// The total and the phases without tariffs (2007).
    TotalAndPhases,
    /// The total, which not every quantity has, then phases A, B and C: DI1 (2007), the low digit of DI0
    /// (1997).
    Phases,
    /// DI1: phases A, B and C. DI0: harmonics 1 to 21 (2007).
    Harmonics,
    /// DI0: the price of each tariff (2007).
    Prices,
    /// DI0: one of many, without a block (2007).
    Numbered,
}

/// Which of a row's values an identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Place {
    part: Part,
    /// How many settlement days or months back.
    back: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Part {
    Only,
    Total,
    Tariff(u8),
    Phase(u8),
    Harmonic(u8, u8),
    Number(u8),
}

impl Part {
    const fn tariff(tariff: u8) -> Self {
        if tariff == 0 { Self::Total } else { Self::Tariff(tariff) }
    }

    const fn phase(phase: u8) -> Self {
        if phase == 0 { Self::Total } else { Self::Phase(phase) }
    }

    const fn now(self) -> Place {
        Place { part: self, back: 0 }
    }
}

/// How the value stands in the data, each number with its lowest digits first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Format {
    /// Digits.
    Number { octets: usize, decimals: u8, sign: Sign },
    /// Six digits, then minute, hour, day, month and year.
    Maximum { sign: Sign },
    /// Day of the week, day, month and year.
    Date,
    /// Second, minute and hour.
    Time,
    /// [`Time`](Self::Time), then [`Date`](Self::Date).
    DateAndTime,
    /// Minute, hour, day, month and year.
    Minute,
}

const MAXIMUM_DECIMALS: u8 = 4;

const fn unsigned(octets: usize, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: Sign::Unsigned }
}

const fn signed(octets: usize, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: Sign::TopBit }
}

const fn row(
    number: u32,
    shape: Shape,
    name: &'static str,
    quantity: Quantity,
    unit: Unit,
    format: Format,
) -> Row {
    Row { number, shape, name, quantity, unit, format }
}

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
            (0x0003_0100, "combined reactive energy 1, tariff 1"),
            (0x003D_0001, "forward active energy, phase C, 1 settlement day back"),
            (0x0080_0000, "associated energy, total"),
            (0x00AE_0000, "iron loss energy, phase B"),
            (0x0108_0202, "reactive maximum demand of quadrant 4, tariff 2, 2 settlement days back"),
            (0x011E_0000, "reverse apparent maximum demand, phase A"),
            (0x0207_0100, "phase angle, phase A"),
            (0x020A_0315, "voltage harmonic content, phase C, order 21"),
            (0x0400_0101, "date"),
            (0x0405_023F, "price of set 2, tariff 63"),
            (0x0406_0102, "set 1, price of ladder 2"),
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
            0x0280_000C,
            0x0280_FF02,
            0x0014_0000,
            0x0015_0100,
            0x0047_0000,
            0x0081_0100,
            0x0100_0000,
            0x020A_0400,
            0x020A_0116,
            0x0400_0501,
            0x0405_0100,
            0x0406_00FF,
            0xFFFF_FFFF,
        ] {
            assert_eq!(name(unknown), None, "{unknown:08X}");
        }
    }

    #[test]
    fn every_value_of_a_block_is_known() {
        for number in 0..=u16::MAX {
            let identifier = Identifier::Y1997(number);
            let Some(series) = Series::of(identifier) else { continue };
            assert_eq!(series.left(), series.count(), "{identifier}");
        }
        for row in y2007::ROWS {
            for number in [row.number, row.number | 0xFF00, row.number | 0xFF] {
                let Some(series) = Series::of(Identifier::Y2007(number)) else { continue };
                assert_eq!(series.left(), series.count(), "{number:08X}");
            }
            assert_eq!(Identifier::Y2007(row.number).point().unwrap().row, row, "named once");
        }
    }

    #[test]
    fn a_block_names_its_values_in_order() {
        let all = |identifier| -> Vec<Identifier> {
            Series::of(identifier).into_iter().flatten().map(|point| point.identifier).collect()
        };
        let series = |identifier| all(Identifier::Y2007(identifier));
        let of = |numbers: &[u32]| -> Vec<Identifier> {
            numbers.iter().map(|&number| Identifier::Y2007(number)).collect()
        };
        assert_eq!(series(0x0201_FF00), of(&[0x0201_0100, 0x0201_0200, 0x0201_0300]));
        assert_eq!(series(0x0203_FF00), of(&[0x0203_0000, 0x0203_0100, 0x0203_0200, 0x0203_0300]));
        assert_eq!(series(0x0001_FF03)[..2], of(&[0x0001_0003, 0x0001_0103]));
        assert_eq!(series(0x0001_FF00).len(), 64);
        assert_eq!(series(0x020B_02FF)[20], Identifier::Y2007(0x020B_0215));
        assert_eq!(series(0x0405_01FF).len(), 63);
        assert_eq!(series(0x0015_FF00), []);
        assert_eq!(series(0x0001_02FF).len(), 13);
        assert_eq!(series(0x0001_02FF)[12], Identifier::Y2007(0x0001_020C));
        assert_eq!(series(0x0001_FFFF), []);
        assert_eq!(series(0x0280_FF02), []);
        assert_eq!(series(0x0280_0002), [Identifier::FREQUENCY]);
        let of_1997 = |numbers: &[u16]| -> Vec<Identifier> {
            numbers.iter().map(|&number| Identifier::Y1997(number)).collect()
        };
        assert_eq!(all(Identifier::Y1997(0xB61F)), of_1997(&[0xB611, 0xB612, 0xB613]));
        assert_eq!(all(Identifier::Y1997(0xC01F)), of_1997(&[0xC010, 0xC011]));
        assert_eq!(all(Identifier::Y1997(0x941F))[13..], of_1997(&[0x941D, 0x941E]));
        assert_eq!(all(Identifier::Y1997(0x90FF)), []);
    }
}
