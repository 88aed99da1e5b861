//! What a device holds where, and how to read it in few requests.

use core::fmt;

use meter_value::{Invalid, Value};

use crate::{Kind, Point, Range, Registers, Request, Response, Table};

/// The points of a device, in the order of their addresses.
///
/// As a constant it is checked by the compiler: [`map!`](crate::map) fails to compile with the reason.
///
/// ```
/// use modbus_rtu::meter_value::Unit;
/// use modbus_rtu::{Kind, Map, Point, Response, WordOrder, map};
///
/// const METER: Map<'_> = map![
///     Point::holding("voltage", 0x00, Kind::U16).scaled(-1).in_unit(Unit::Volt),
///     Point::holding("power", 0x02, Kind::I32).ordered(WordOrder::Cdab).in_unit(Unit::Watt),
///     Point::holding("serial number", 0x40, Kind::Text(4)),
/// ];
///
/// // Two requests, as a gap of one register is read along, and one of 60 is not.
/// let mut reads = METER.reads(8, 125);
/// let read = reads.next().unwrap();
/// assert_eq!((read.range.start(), read.range.quantity()), (0x00, 4));
///
/// let response = Response::decode(&[0x03, 8, 0x08, 0xF9, 0x00, 0x00, 0x04, 0xD2, 0x00, 0x00])?;
/// let mut readings = read.readings(&response);
/// let (point, value) = readings.next().unwrap();
/// assert_eq!((point.name, value.to_string()), ("voltage", "229.7".to_string()));
/// let (point, value) = readings.next().unwrap();
/// assert_eq!((point.name, value.to_string()), ("power", "1234".to_string()));
/// # Ok::<(), modbus_rtu::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map<'a> {
    points: &'a [Point],
}

/// Why points are no map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MapError {
    /// A point comes before one with a lower address, or of a table that comes first.
    Order {
        /// Which point, counted from 0.
        index: usize,
    },
    /// A point passes address 0xFFFF.
    Address {
        /// Which point, counted from 0.
        index: usize,
    },
    /// A point's kind does not fit its table, or its size is impossible.
    Kind {
        /// Which point, counted from 0.
        index: usize,
    },
    /// A point has the name of one before.
    Name {
        /// Which point, counted from 0.
        index: usize,
    },
}

impl MapError {
    /// What is wrong.
    pub const fn message(&self) -> &'static str {
        match self {
            Self::Order { .. } => "the points of a map are in the order of their tables and addresses",
            Self::Address { .. } => "a point of the map passes address 0xFFFF",
            Self::Kind { .. } => "a point's kind does not fit its table, or its size is impossible",
            Self::Name { .. } => "two points of the map have the same name",
        }
    }
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Order { index } | Self::Address { index } | Self::Kind { index } | Self::Name { index }) =
            self;
        write!(f, "point {index}: {}", self.message())
    }
}

impl core::error::Error for MapError {}

/// A [`Map`] of points that is checked when it is compiled.
///
/// ```compile_fail
/// use modbus_rtu::{Kind, Point, map};
///
/// // Not in the order of their addresses.
/// let map = map![Point::holding("b", 1, Kind::U16), Point::holding("a", 0, Kind::U16)];
/// ```
#[macro_export]
macro_rules! map {
    ($($point:expr),* $(,)?) => {
        const {
            const POINTS: &[$crate::Point] = &[$($point),*];
            match $crate::Map::new(POINTS) {
                Ok(map) => map,
                Err(error) => panic!("{}", error.message()),
            }
        }
    };
}

/// Which of some points has a name, if it is not empty.
const fn namesake(name: &str, points: &[Point]) -> Option<usize> {
    let mut index = 0;
    let mut rest = points;
    while let [point, more @ ..] = rest {
        if !name.is_empty() && is_same(name.as_bytes(), point.name.as_bytes()) {
            return Some(index);
        }
        index += 1;
        rest = more;
    }
    None
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, rest @ ..], [b, more @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest, more);
    }
    one.is_empty() && other.is_empty()
}

impl<'a> Map<'a> {
    /// The map of points in the order of their tables and addresses. Points may share registers, but no name.
    ///
    /// # Errors
    /// [`MapError`].
    pub const fn new(points: &'a [Point]) -> Result<Self, MapError> {
        let mut index = 0;
        let mut rest = points;
        while let [point, more @ ..] = rest {
            if !point.kind.is_possible() || point.table.is_bits() != matches!(point.kind, Kind::Coil) {
                return Err(MapError::Kind { index });
            }
            if point.end() > 0x1_0000 {
                return Err(MapError::Address { index });
            }
            if let [next, ..] = more {
                let (here, there) = (point.table as u8, next.table as u8);
                if here > there || here == there && point.address > next.address {
                    return Err(MapError::Order { index: index + 1 });
                }
            }
            if let Some(distance) = namesake(point.name, more) {
                return Err(MapError::Name { index: index + 1 + distance });
            }
            index += 1;
            rest = more;
        }
        Ok(Self { points })
    }

    /// Its points.
    pub const fn points(self) -> &'a [Point] {
        self.points
    }

    /// The point of a name.
    pub fn point(self, name: &str) -> Option<&'a Point> {
        self.points.iter().find(|point| point.name == name)
    }

    /// The reads that cover all points: each of up to `limit` addresses, over gaps of up to `gap` addresses
    /// that no point has.
    ///
    /// Devices refuse to read what they do not have, so 0 is the gap that always works. No read is longer than
    /// the protocol allows; a point longer than `limit` is read alone.
    pub const fn reads(self, gap: u16, limit: u16) -> Reads<'a> {
        Reads { points: self.points, gap, limit }
    }
}

/// The reads that cover a map, from [`Map::reads`].
#[derive(Clone, Debug)]
pub struct Reads<'a> {
    points: &'a [Point],
    gap: u16,
    limit: u16,
}

/// One read, and the points it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read<'a> {
    /// Which table.
    pub table: Table,
    /// Which addresses.
    pub range: Range,
    /// The points.
    pub points: &'a [Point],
}

impl<'a> Iterator for Reads<'a> {
    type Item = Read<'a>;

    fn next(&mut self) -> Option<Read<'a>> {
        let first = self.points.first()?;
        let (table, start) = (first.table, u32::from(first.address));
        let limit = u32::from(self.limit.min(table.limit()));
        let mut end = first.end();
        let mut count = 1;
        for point in self.points.iter().skip(1) {
            let reaches = u32::from(point.address) <= end.saturating_add(self.gap.into());
            let longer = end.max(point.end());
            if point.table != table || !reaches || longer - start > limit {
                break;
            }
            end = longer;
            count += 1;
        }
        let points = self.points.split_off(..count)?;
        let range = Range::new(first.address, u16::try_from(end - start).ok()?)?;
        Some(Read { table, range, points })
    }
}

impl core::iter::FusedIterator for Reads<'_> {}

impl<'a> Read<'a> {
    /// The request that reads it.
    pub const fn request(&self) -> Request<'static> {
        self.table.read(self.range)
    }

    /// What the response says of each point, in their order. Where the response has no coils for a point, or not
    /// as many registers as were asked for, the value is [`Invalid::Length`].
    pub fn readings<'r>(
        &self,
        response: &Response<'r>,
    ) -> impl Iterator<Item = (&'a Point, Value<'r>)> + use<'a, 'r> {
        let (response, start) = (*response, self.range.start());
        let quantity = usize::from(self.range.quantity());
        self.points.iter().map(move |point| {
            let index = usize::from(point.address.saturating_sub(start));
            (point, value(point, index, quantity, &response).unwrap_or(Value::Invalid(Invalid::Length)))
        })
    }
}

/// The value of a point, which is at `index` of a response.
fn value<'r>(point: &Point, index: usize, quantity: usize, response: &Response<'r>) -> Option<Value<'r>> {
    let registers = |registers: Registers<'r>| {
        let own = registers.slice(index, point.kind.addresses().into())?;
        (registers.len() == quantity).then(|| point.decode(own))
    };
    match (point.table, *response) {
        (Table::HoldingRegisters, Response::ReadHoldingRegisters { registers: values })
        | (Table::InputRegisters, Response::ReadInputRegisters { registers: values }) => registers(values),
        (Table::Coils, Response::ReadCoils { coils: bits })
        | (Table::DiscreteInputs, Response::ReadDiscreteInputs { inputs: bits }) => {
            Some(point.decode_bit(bits.at(index)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const fn holding(address: u16, kind: Kind) -> Point {
        Point::holding("", address, kind)
    }

    #[test]
    fn points_out_of_order_or_place_are_no_map() {
        let order = [holding(1, Kind::U16), holding(0, Kind::U16)];
        assert_eq!(Map::new(&order), Err(MapError::Order { index: 1 }));
        let tables = [Point::input("", 0, Kind::U16), holding(5, Kind::U16)];
        assert_eq!(Map::new(&tables), Err(MapError::Order { index: 1 }));
        assert_eq!(Map::new(&[holding(0xFFFF, Kind::U32)]), Err(MapError::Address { index: 0 }));
        assert!(Map::new(&[holding(0xFFFE, Kind::U32)]).is_ok());
        for kind in [Kind::Coil, Kind::Bit(16), Kind::Bcd(5), Kind::Bcd(0), Kind::Text(0)] {
            assert_eq!(Map::new(&[holding(0, kind)]), Err(MapError::Kind { index: 0 }), "{kind:?}");
        }
        let namesakes = [Point::coil("a", 0), Point::coil("b", 1), Point::coil("a", 2)];
        assert_eq!(Map::new(&namesakes), Err(MapError::Name { index: 2 }));
        let error = Map::new(&[holding(0, Kind::Coil)]).unwrap_err();
        assert!(std::format!("{error}").starts_with("point 0: "));
    }

    fn reads(map: Map<'_>, gap: u16, limit: u16) -> Vec<(Table, u16, u16, usize)> {
        map.reads(gap, limit)
            .map(|read| (read.table, read.range.start(), read.range.quantity(), read.points.len()))
            .collect()
    }

    #[test]
    fn reads_are_joined_over_gaps_up_to_the_limit() {
        const MAP: Map<'_> = map![
            Point::coil("", 0),
            Point::coil("", 3),
            holding(0, Kind::U32),
            holding(1, Kind::Bit(3)),
            holding(2, Kind::U16),
            holding(5, Kind::U16),
            holding(0xFFFE, Kind::U32),
            Point::input("", 5, Kind::F64),
        ];
        use Table::{Coils, HoldingRegisters as Holding, InputRegisters as Input};
        let apart = [
            (Coils, 0, 1, 1),
            (Coils, 3, 1, 1),
            (Holding, 0, 3, 3),
            (Holding, 5, 1, 1),
            (Holding, 0xFFFE, 2, 1),
            (Input, 5, 4, 1),
        ];
        assert_eq!(reads(MAP, 0, 125), apart);
        let joined = [(Coils, 0, 4, 2), (Holding, 0, 6, 4), (Holding, 0xFFFE, 2, 1), (Input, 5, 4, 1)];
        assert_eq!(reads(MAP, 2, 125), joined);
        let limited = [
            (Coils, 0, 1, 1),
            (Coils, 3, 1, 1),
            (Holding, 0, 2, 2),
            (Holding, 2, 1, 1),
            (Holding, 5, 1, 1),
            (Holding, 0xFFFE, 2, 1),
            (Input, 5, 4, 1),
        ];
        assert_eq!(reads(MAP, 2, 2), limited, "a point longer than the limit is read alone");
        assert_eq!(reads(MAP, u16::MAX, u16::MAX).len(), 4, "the protocol has its own limit");
    }

    #[test]
    fn bits_are_read_and_what_is_missing_is_invalid() {
        const MAP: Map<'_> = map![Point::coil("a", 8), Point::coil("b", 9), Point::coil("c", 17)];
        let read = MAP.reads(100, 100).next().unwrap();
        let coils = Response::decode(&[0x01, 1, 0b10]).unwrap();
        let values: Vec<_> = read.readings(&coils).map(|(_, value)| value).collect();
        let [no, yes] = [0, 1].map(|number| Value::Decimal(i64::from(number).into()));
        assert_eq!(values, [no, yes, Value::Invalid(Invalid::Length)]);
        let other = Response::decode(&[0x02, 2, 0b10, 0]).unwrap();
        assert!(read.readings(&other).all(|(_, value)| value == Value::Invalid(Invalid::Length)));
        assert_eq!(MAP.point("b"), Some(&Point::coil("b", 9)));
        assert_eq!(MAP.point("d"), None);
    }
}
