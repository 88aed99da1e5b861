//! The values in the data of a read reply.

use core::iter::FusedIterator;

use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use meter_value::{Decimal, Invalid, MeterTime, Value};

use crate::table::{Format, Series};
use crate::time::{daily, date, joined, weekday};
use crate::{Data, Identifier, Point, RecordTime};

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
    /// When a maximum was reached.
    pub time: Option<MeterTime>,
    /// The day of the week that stands beside a date, 0 being Sunday.
    pub weekday: Option<u8>,
}

/// The values in the data of an identifier, as many as the data holds. An unknown identifier has none.
///
/// A value of another length than the table says is [`Invalid::Length`]: a short one, or the last one an
/// identifier names if more octets are left than it has. The AA that ends a block of the 1997 edition is none.
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
        let end = Data::plain(&[BLOCK_END]);
        if series.is_ended() && rest == end {
            return None;
        }
        let point = series.next()?;
        let octets = point.octets();
        let is_last = series.left() == 0 && !(series.is_ended() && rest.range(octets..) == Some(end));
        // Behind the last value there is nothing, so what is too much belongs to it.
        let field = if is_last { rest } else { rest.range(..octets).unwrap_or(rest) };
        let offset = self.offset;
        self.offset += field.len();
        let read = Read::of(point, field).unwrap_or(Read::value(Value::Invalid(Invalid::Length)));
        let Read { value, time, weekday } = read;
        Some(Item { identifier: point.identifier, offset, point, value, time, weekday })
    }
}

impl FusedIterator for Values<'_> {}

/// Ends a block of the 1997 edition, though not with every meter.
const BLOCK_END: u8 = 0xAA;

/// Most octets of a number in the table.
const MAX_OCTETS: usize = 6;

/// What the octets of one value say.
struct Read {
    value: Value<'static>,
    time: Option<MeterTime>,
    weekday: Option<u8>,
}

impl Read {
    const fn value(value: Value<'static>) -> Self {
        Self { value, time: None, weekday: None }
    }

    const fn time(time: MeterTime) -> Self {
        Self::value(Value::Time(time))
    }

    /// `None` if the field has another length.
    fn of(point: Point, field: Data<'_>) -> Option<Self> {
        Some(match point.format() {
            Format::Number { octets, decimals, sign } => {
                let mut plain = [0; MAX_OCTETS];
                let mut writer = Writer::new(&mut plain);
                writer.extend(field.iter());
                let plain = writer.finish().ok().filter(|plain| plain.len() == octets)?;
                Self::value(number(plain, decimals, sign))
            }
            Format::Maximum { sign } => {
                let [low, middle, high, time @ ..] = field.whole::<8>()?;
                let value = number(&[low, middle, high], point.decimals(), sign);
                Self { time: Some(RecordTime(time).time()), ..Self::value(value) }
            }
            Format::Date => {
                let [day_of_week, day @ ..] = field.whole::<4>()?;
                Self { weekday: weekday(day_of_week), ..Self::time(date(day)) }
            }
            Format::Time => Self::time(daily(field.whole()?)),
            Format::DateAndTime => {
                let [second, minute, hour, day_of_week, day @ ..] = field.whole::<7>()?;
                let time = joined(date(day), daily([second, minute, hour]));
                Self { weekday: weekday(day_of_week), ..Self::time(time) }
            }
            Format::Minute => Self::time(RecordTime(field.whole()?).time()),
        })
    }
}

fn number(plain: &[u8], decimals: u8, sign: Sign) -> Value<'static> {
    match bcd::decode(plain, sign) {
        Ok(number) => Value::Decimal(Decimal::new(number, -(decimals as i8))),
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
        assert_eq!(one(0x0280_0007, &[0x25, 0x80]), "-2.5");
        assert_eq!(one(0x0280_000B, &[0x00, 0x52, 0x00, 0x00]), "0.5200");
        assert_eq!(one(0x0400_0105, &[0x80, 0x00]), "80");
        assert_eq!(one(0x0400_0401, &[0x34, 0x69, 0x17, 0x08, 0x17, 0x20]), "201708176934");
    }

    #[test]
    fn a_maximum_has_its_time() {
        let read = |plain: &[u8]| {
            let item = Identifier::Y2007(0x0101_0000).values(Data::plain(plain)).next().unwrap();
            (item.value.to_string(), item.time.map(|time| time.to_string()))
        };
        let some = |value: &str, time: &str| (value.to_string(), Some(time.to_string()));
        assert_eq!(
            read(&[0x56, 0x34, 0x12, 0x05, 0x14, 0x06, 0x07, 0x26]),
            some("12.3456", "2026-07-06T14:05:00")
        );
        assert_eq!(read(&[0; 8]), some("0.0000", "not set"));
        assert_eq!(read(&[0xFF; 8]), some("absent", "not set"));
        assert_eq!(read(&[1, 0, 0, 0, 0, 0x31, 0x02, 0x26]), some("0.0001", "no valid time"));
        assert_eq!(read(&[0; 7]), (Invalid::Length.to_string(), None));
    }

    #[test]
    fn dates_and_times_are_of_the_calendar() {
        assert_eq!(one(0x0400_0101, &[0x04, 0x21, 0x05, 0x15]), "2015-05-21");
        assert_eq!(one(0x0400_0101, &[0x05, 0xC8, 0x55, 0x2C]), "no valid time");
        assert_eq!(one(0x0400_0101, &[0x07, 0x02, 0x00, 0x00]), "not set");
        assert_eq!(one(0x0400_0102, &[0x55, 0x53, 0x21]), "21:53:55");
        assert_eq!(one(0x0400_0102, &[0; 3]), "00:00:00");
        assert_eq!(one(0x0400_0102, &[0xFF; 3]), "not set");
        assert_eq!(one(0x0400_0102, &[0x60, 0, 0]), "no valid time");
        assert_eq!(one(0x0400_010C, &[0x55, 0x53, 0x21, 0x04, 0x21, 0x05, 0x15]), "2015-05-21T21:53:55");
        assert_eq!(one(0x0400_010C, &[0, 0, 0, 0, 0, 0, 0]), "not set");
        assert_eq!(one(0x0400_0106, &[0x99; 5]), "not set");
        let weekday = |octet| {
            let data = [octet, 0x21, 0x05, 0x15];
            Identifier::Y1997(0xC010).values(Data::plain(&data)).next().unwrap().weekday
        };
        assert_eq!([weekday(0), weekday(6), weekday(7)], [Some(0), Some(6), None]);
    }

    #[test]
    fn a_block_of_1997_may_end_with_aa() {
        let read = |identifier, plain: &[u8]| -> Vec<String> {
            let values = Identifier::Y1997(identifier).values(Data::plain(plain));
            values.map(|item| item.value.to_string()).collect()
        };
        let length = Invalid::Length.to_string();
        assert_eq!(read(0x901F, &[1, 0, 0, 0, 2, 0, 0, 0]), ["0.01", "0.02"]);
        assert_eq!(read(0x901F, &[1, 0, 0, 0, 2, 0, 0, 0, 0xAA]), ["0.01", "0.02"]);
        assert_eq!(read(0x901F, &[1, 0, 0, 0, 2]), ["0.01", &length]);
        assert_eq!(read(0xB62F, &[0x99, 0x04, 0, 0, 0, 0, 0xAA]), ["4.99", "0.00", "0.00"]);
        assert_eq!(read(0xB62F, &[0x99, 0x04, 0, 0, 0, 0, 0]), ["4.99", "0.00", &length]);
        assert_eq!(read(0x9010, &[1, 0, 0, 0, 0xAA]), [length]);
        assert!(read(0x901F, &[0xAA]).is_empty());
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
        assert_eq!(read(0x0400_0501, &[0; 4]), []);
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
