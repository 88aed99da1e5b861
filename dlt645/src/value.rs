//! The values in the data of a read reply.

use core::iter::FusedIterator;

use meter_value::line::Writer;
use meter_value::{Decimal, Invalid, Value, bcd};

use crate::table::Series;
use crate::{Data, Identifier, Point};

/// One value of a reply.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Item<'a> {
    /// The identifier of this very value; in a block, another one than was asked for.
    pub identifier: Identifier,
    /// Where the value starts in the data, in octets.
    pub offset: usize,
    /// What the value is.
    pub point: Point,
    /// The value.
    pub value: Value<'a>,
}

/// The values in the data of an identifier, as many as the data holds. An unknown identifier has none.
///
/// A value of another length than the table says is [`Invalid::Length`]: a short one, or the last one an
/// identifier names if more octets are left than it has.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    series: Option<Series>,
    data: Data<'a>,
    offset: usize,
}

impl Values<'_> {
    pub(crate) const EMPTY: Self = Self { series: None, data: Data::plain(&[]), offset: 0 };
}

impl Identifier {
    /// Reads `data`, which follows this identifier in a reply; if the reply came in several frames, their
    /// data one after the other.
    ///
    /// ```
    /// use dlt645::{Data, Identifier};
    ///
    /// let data = Data::plain(&[0x97, 0x22, 0x05, 0x23, 0xFF, 0xFF]);
    /// let read: Vec<_> = Identifier::VOLTAGES
    ///     .values(data)
    ///     .map(|item| format!("{} {}: {}", item.identifier, item.point, item.value))
    ///     .collect();
    /// assert_eq!(read, [
    ///     "02010100 voltage, phase A: 229.7",
    ///     "02010200 voltage, phase B: 230.5",
    ///     "02010300 voltage, phase C: absent",
    /// ]);
    /// ```
    pub fn values(self, data: Data<'_>) -> Values<'_> {
        Values { series: Series::of(self), data, offset: 0 }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let rest = self.data.range(self.offset..).filter(|rest| !rest.is_empty())?;
        let series = self.series.as_mut()?;
        let point = series.next()?;
        // Behind the last value there is nothing, so what is too much belongs to it.
        let field = match series.len() {
            0 => rest,
            _ => rest.range(..point.octets()).unwrap_or(rest),
        };
        let offset = self.offset;
        self.offset += field.len();
        Some(Item { identifier: point.identifier, offset, point, value: value(point, field) })
    }
}

impl FusedIterator for Values<'_> {}

/// Most octets of a value in the table.
const MAX_OCTETS: usize = 4;

fn value(point: Point, field: Data<'_>) -> Value<'static> {
    let mut plain = [0; MAX_OCTETS];
    let mut writer = Writer::new(&mut plain);
    writer.extend(field.iter());
    let number = match writer.finish() {
        Ok(plain) if plain.len() == point.octets() => bcd::decode(plain, point.sign()),
        _ => return Value::Invalid(Invalid::Length),
    };
    match number {
        Ok(number) => Value::Decimal(Decimal::new(number, -(point.decimals() as i8))),
        Err(error) => Value::Invalid(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn read(identifier: u32, plain: &[u8]) -> Vec<(Identifier, usize, String)> {
        let values = Identifier::Y2007(identifier).values(Data::plain(plain));
        values.map(|item| (item.identifier, item.offset, item.value.to_string())).collect()
    }

    fn one(identifier: u32, plain: &[u8]) -> String {
        let values = read(identifier, plain);
        assert_eq!(values.len(), 1);
        values[0].2.clone()
    }

    #[test]
    fn every_format_is_exact() {
        assert_eq!(one(0x0001_0000, &[0x56, 0x34, 0x12, 0x99]), "991234.56");
        assert_eq!(one(0x0000_0000, &[0x56, 0x34, 0x12, 0x80]), "-1234.56");
        assert_eq!(one(0x0201_0100, &[0x97, 0x22]), "229.7");
        assert_eq!(one(0x0202_0200, &[0x26, 0x57, 0x81]), "-15.726");
        assert_eq!(one(0x0203_0000, &[0x01, 0x00, 0x80]), "-0.0001");
        assert_eq!(one(0x0206_0300, &[0x00, 0x10]), "1.000");
        assert_eq!(one(0x0280_0002, &[0x99, 0x49]), "49.99");
    }

    #[test]
    fn what_is_no_value_says_why() {
        assert_eq!(one(0x0001_0000, &[0xFF; 4]), "absent");
        assert_eq!(one(0x0202_0100, &[0xFF; 3]), "absent");
        assert_eq!(one(0x0001_0000, &[0, 0, 0x0E, 0]), Invalid::Digit.to_string());
        assert_eq!(one(0x0201_0100, &[0x97]), Invalid::Length.to_string());
        assert_eq!(one(0x0201_0100, &[0x97, 0x22, 0]), Invalid::Length.to_string());
        assert_eq!(one(0x0001_0000, &[0; 5]), Invalid::Length.to_string());
        assert_eq!(read(0x0201_0100, &[]), []);
        assert_eq!(read(0x0400_0101, &[0; 4]), []);
    }

    #[test]
    fn a_block_yields_as_many_values_as_it_holds() {
        let tariffs = read(0x0001_FF01, &[0x10, 0, 0, 0, 0x20, 0, 0, 0, 0x30]);
        let length = Invalid::Length.to_string();
        assert_eq!(
            tariffs,
            [
                (Identifier::Y2007(0x0001_0001), 0, "0.10".into()),
                (Identifier::Y2007(0x0001_0101), 4, "0.20".into()),
                (Identifier::Y2007(0x0001_0201), 8, length.clone()),
            ]
        );
        let phases = read(0x0201_FF00, &[0, 0x22, 0xFF, 0xFF, 0, 0x23, 0]);
        assert_eq!(
            phases,
            [
                (Identifier::Y2007(0x0201_0100), 0, "220.0".into()),
                (Identifier::Y2007(0x0201_0200), 2, "absent".into()),
                (Identifier::Y2007(0x0201_0300), 4, length),
            ]
        );
        let mut values = Identifier::VOLTAGE_A.values(Data::plain(&[0, 0x22]));
        assert!(values.next().is_some() && values.next().is_none() && values.next().is_none());
    }
}
