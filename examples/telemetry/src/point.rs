//! What is read of a meter.

use core::iter::FusedIterator;

use meter_value::line::Writer;

use crate::octets::Reader;
use crate::{DecodeError, Field};

/// What is read of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Point {
    /// A number in Modbus registers.
    Registers {
        /// Which registers.
        table: RegisterTable,
        /// The first of them, counted from 0.
        start: u16,
        /// The number's type, which says how many they are.
        kind: RegisterKind,
        /// The order of its octets.
        order: Order,
        /// The power of ten it is multiplied by.
        exponent: i8,
    },
    /// Decimal digits of DL/T 645 data. The table says where they are, so that a collector needs no list of
    /// identifiers, and reads those of a manufacturer as well.
    Digits {
        /// DI3 to DI0; of the 1997 edition, DI1 and DI0.
        identifier: u32,
        /// Octets of the data before them.
        offset: u8,
        /// How many octets they take, 1 to 8.
        octets: u8,
        /// Whether the top bit is a sign.
        signed: bool,
        /// The power of ten they are multiplied by.
        exponent: i8,
    },
    /// A record of an M-Bus readout.
    Record {
        /// Which one, counted from 0.
        index: u8,
    },
}

/// Which Modbus registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RegisterTable {
    /// Holding registers.
    Holding,
    /// Input registers.
    Input,
}

/// The type of a number in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RegisterKind {
    /// 16 bits without a sign.
    U16,
    /// 16 bits with a sign.
    I16,
    /// 32 bits without a sign.
    U32,
    /// 32 bits with a sign.
    I32,
    /// 64 bits without a sign.
    U64,
    /// 64 bits with a sign.
    I64,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
}

/// In which order a number's octets come; of 64 bits likewise, A being the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Order {
    /// The highest first, as Modbus has it.
    Abcd,
    /// Octets swapped within registers.
    Badc,
    /// Registers the lowest first.
    Cdab,
    /// The lowest first.
    Dcba,
}

/// The kinds of points that are no registers, whose octets are below. Digits have their sign and number in it.
const DIGITS: u8 = 0x40;
const LAST_DIGITS: u8 = 0x4F;
const RECORD: u8 = 0x80;

impl Point {
    fn take(octets: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match octets.u8()? {
            code @ 0..DIGITS => Self::Registers {
                table: if code & 0x20 == 0 { RegisterTable::Holding } else { RegisterTable::Input },
                kind: RegisterKind::of(code >> 2),
                order: Order::of(code),
                start: octets.u16()?,
                exponent: octets.u8()? as i8,
            },
            code @ DIGITS..=LAST_DIGITS => Self::Digits {
                identifier: octets.u32()?,
                offset: octets.u8()?,
                octets: 1 + (code & 7),
                signed: code & 8 != 0,
                exponent: octets.u8()? as i8,
            },
            RECORD => Self::Record { index: octets.u8()? },
            code => return Err(DecodeError::Code { field: Field::Point, code }),
        })
    }

    pub(crate) fn put(&self, writer: &mut Writer<'_>) {
        match *self {
            Self::Registers { table, start, kind, order, exponent } => {
                writer.put(&[(table as u8) << 5 | (kind as u8) << 2 | order as u8]);
                writer.put(&start.to_be_bytes());
                writer.put(&[exponent as u8]);
            }
            Self::Digits { identifier, offset, octets, signed, exponent } => {
                writer.put(&[DIGITS | u8::from(signed) << 3 | octets.saturating_sub(1).min(7)]);
                writer.put(&identifier.to_be_bytes());
                writer.put(&[offset, exponent as u8]);
            }
            Self::Record { index } => writer.put(&[RECORD, index]),
        }
    }
}

impl RegisterKind {
    /// How many registers the number takes.
    pub const fn registers(self) -> u16 {
        match self {
            Self::U16 | Self::I16 => 1,
            Self::U32 | Self::I32 | Self::F32 => 2,
            Self::U64 | Self::I64 | Self::F64 => 4,
        }
    }

    /// Of the low three bits.
    const fn of(code: u8) -> Self {
        match code & 7 {
            0 => Self::U16,
            1 => Self::I16,
            2 => Self::U32,
            3 => Self::I32,
            4 => Self::U64,
            5 => Self::I64,
            6 => Self::F32,
            _ => Self::F64,
        }
    }
}

impl Order {
    /// Of the low two bits.
    const fn of(code: u8) -> Self {
        match code & 3 {
            0 => Self::Abcd,
            1 => Self::Badc,
            2 => Self::Cdab,
            _ => Self::Dcba,
        }
    }
}

/// The points of a meter, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Points<'a> {
    octets: &'a [u8],
    count: usize,
}

impl<'a> Points<'a> {
    /// Takes the points that are left.
    pub(crate) fn take(octets: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut points = Self { octets: octets.left(), count: 0 };
        while !octets.is_empty() {
            Point::take(octets)?;
            points.count += 1;
        }
        Ok(points)
    }
}

impl Iterator for Points<'_> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        let mut octets = Reader::new(self.octets);
        // A row is checked as a whole when it is decoded, so only its end stops this.
        let point = Point::take(&mut octets).ok()?;
        self.octets = octets.left();
        self.count = self.count.saturating_sub(1);
        Some(point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Points<'_> {}
impl FusedIterator for Points<'_> {}
