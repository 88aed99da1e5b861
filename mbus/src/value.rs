//! What the data of a record say (EN 13757-3:2018, annex A).

use meter_value::bcd::{self, BcdError, Sign};
use meter_value::{
    Date, DateTime, Decimal, Invalid, MeterTime, Octets, Quantity, Recurrence, Text, Time, Value,
};

use crate::table::{Entry, Kind};

/// How data are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Coding {
    /// No number: manufacturer's data, or none at all.
    Octets,
    /// Type B: a number in two's complement.
    Integer,
    /// Type H: a single precision float.
    Real,
    /// Type A: digits, the highest of which may be a sign.
    Bcd,
    /// Digits of a positive number.
    Positive,
    /// Digits of a negative number.
    Negative,
    /// ISO 8859-1 text, last character first.
    Text,
    /// A number of any length.
    Binary,
    /// Digits, the highest pair first (fixed structure, old).
    BcdHighFirst,
    /// A number in two's complement, the highest octet first (fixed structure, old).
    IntegerHighFirst,
}

impl Coding {
    /// The coding and the length by the low half of a DIF; `None` if an LVAR gives them.
    pub(crate) const fn fixed(dif: u8) -> Option<(Self, u8)> {
        Some(match dif & 0x0F {
            length @ 1..=4 => (Self::Integer, length),
            5 => (Self::Real, 4),
            6 => (Self::Integer, 6),
            7 => (Self::Integer, 8),
            field @ 9..=0xC => (Self::Bcd, field - 8),
            0xD => return None,
            0xE => (Self::Bcd, 6),
            _ => (Self::Octets, 0),
        })
    }

    /// The coding and the length by an LVAR; `None` for one that is reserved.
    pub(crate) const fn variable(lvar: u8) -> Option<(Self, u8)> {
        Some(match lvar {
            0x00..=0xBF => (Self::Text, lvar),
            0xC0..=0xCF => (Self::Positive, lvar - 0xC0),
            0xD0..=0xDF => (Self::Negative, lvar - 0xD0),
            0xE0..=0xEF => (Self::Binary, lvar - 0xE0),
            0xF0..=0xF4 => (Self::Binary, 4 * (lvar - 0xEC)),
            0xF5 => (Self::Binary, 48),
            0xF6 => (Self::Binary, 64),
            0xF7..=0xFF => return None,
        })
    }
}

/// What the data say, as an entry of the tables wants it.
pub(crate) fn value<'a>(coding: Coding, data: &'a [u8], entry: &Entry) -> Value<'a> {
    let exponent = entry.exponent;
    match (entry.kind, coding) {
        (_, _) if data.is_empty() => Value::Invalid(Invalid::Empty),
        (Kind::Number, Coding::Integer) => integer(data, exponent),
        (Kind::Time, _) => Value::Time(match time(coding, data, entry) {
            Ok(time) => time,
            Err(value) => return value,
        }),
        (Kind::Octets, _) => Value::Bytes(Octets::plain(data)),
        (Kind::Unsigned, Coding::Integer | Coding::Binary) => unsigned(data, exponent),
        (Kind::Bits, Coding::Integer | Coding::Binary) => bits(data, exponent),
        (Kind::Fraction, Coding::Integer | Coding::Binary) => fraction(unsigned(data, exponent)),
        (Kind::Fraction, _) => fraction(plain(coding, data, exponent)),
        (Kind::Number | Kind::Unsigned | Kind::Bits, _) => plain(coding, data, exponent),
    }
}

/// Whether a time is in summer time, if its type says so.
pub(crate) fn is_summer_time(coding: Coding, data: &[u8], entry: &Entry) -> Option<bool> {
    match (entry.kind, coding, data) {
        (Kind::Time, Coding::Integer, [_, hour, _, _]) => Some(hour & 0x80 != 0),
        (Kind::Time, Coding::Integer, [second, _, _, _, _, _]) => Some(second & 0x40 != 0),
        _ => None,
    }
}

/// Data of a coding; numbers are multiplied by 10^`exponent`.
fn plain(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
    let digits = |result: Result<i64, BcdError>| match result {
        Ok(mantissa) => Value::Decimal(Decimal::new(mantissa, exponent)),
        Err(error) => Value::Invalid(error.into()),
    };
    match (coding, data) {
        (Coding::Integer | Coding::Binary, _) => integer(data, exponent),
        (Coding::Real, &[a, b, c, d]) => Value::F32(f32::from_le_bytes([a, b, c, d])),
        (Coding::Bcd, _) => digits(bcd::decode(data, Sign::TopDigit)),
        (Coding::Positive, _) => digits(bcd::decode(data, Sign::Unsigned)),
        (Coding::Negative, _) => digits(bcd::decode(data, Sign::Unsigned).map(|magnitude| -magnitude)),
        (Coding::BcdHighFirst, &[a, b, c, d]) => digits(bcd::decode(&[d, c, b, a], Sign::TopDigit)),
        (Coding::IntegerHighFirst, &[a, b, c, d]) => match integer(&[d, c, b, a], exponent) {
            Value::Decimal(number) => Value::Decimal(number),
            _ => Value::Invalid(Invalid::Absent),
        },
        (Coding::Text, _) => Value::Text(Text::last_first(data)),
        (Coding::Octets | Coding::Real | Coding::BcdHighFirst | Coding::IntegerHighFirst, _) => {
            Value::Bytes(Octets::plain(data))
        }
    }
}

/// Type C: a number without sign; the greatest one stands for no value.
fn unsigned(data: &[u8], exponent: i8) -> Value<'_> {
    if data.iter().all(|&octet| octet == 0xFF) {
        return Value::Invalid(Invalid::Absent);
    }
    bits(data, exponent)
}

/// Type D: a number without sign, multiplied by 10^`exponent` if a decimal holds it.
fn bits(data: &[u8], exponent: i8) -> Value<'_> {
    let Some(octets) = widen(data, 0) else { return Value::Bytes(Octets::plain(data)) };
    let number = u64::from_le_bytes(octets);
    let decimal = |number| Value::Decimal(Decimal::new(number, exponent));
    i64::try_from(number).map_or(Value::U64(number), decimal)
}

/// Type B: a number in two's complement; the most negative one stands for no value.
#[inline]
fn integer(data: &[u8], exponent: i8) -> Value<'_> {
    let (number, least) = match *data {
        [a] => (i64::from(a as i8), i64::from(i8::MIN)),
        [a, b] => (i64::from(i16::from_le_bytes([a, b])), i64::from(i16::MIN)),
        [a, b, c, d] => (i64::from(i32::from_le_bytes([a, b, c, d])), i64::from(i32::MIN)),
        _ => {
            let fill = if data.last().is_some_and(|&top| top >= 0x80) { 0xFF } else { 0 };
            let Some(octets) = widen(data, fill) else { return Value::Bytes(Octets::plain(data)) };
            let bits = 8 * data.len().clamp(1, 8) as u32;
            (i64::from_le_bytes(octets), i64::MIN >> (64 - bits))
        }
    };
    if number == least {
        return Value::Invalid(Invalid::Absent);
    }
    Value::Decimal(Decimal::new(number, exponent))
}

/// So many parts of 4096, of which each is 0.000244140625.
fn fraction(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Decimal(parts) => match parts.mantissa().checked_mul(244_140_625) {
            Some(mantissa) => Value::Decimal(Decimal::new(mantissa, parts.exponent().saturating_sub(12))),
            None => Value::Invalid(Invalid::Range),
        },
        Value::U64(_) => Value::Invalid(Invalid::Range),
        // A power of two: the quotient is exact.
        Value::F32(parts) => Value::F32(parts / 4096.0),
        value => value,
    }
}

/// Up to eight octets, and `fill` above them.
fn widen(data: &[u8], fill: u8) -> Option<[u8; 8]> {
    let mut octets = [fill; 8];
    octets.get_mut(..data.len())?.copy_from_slice(data);
    Some(octets)
}

/// A date, a time or both, by the length of its type; or what else the data are.
fn time<'a>(coding: Coding, data: &'a [u8], entry: &Entry) -> Result<MeterTime, Value<'a>> {
    let is_date = entry.quantity == Some(Quantity::Date);
    let read = match (coding, data) {
        (Coding::Integer, &[low, high]) if (low, high) == (0xFF, 0xFF) => None,
        (Coding::Integer, &[low, high]) => date(low, high),
        (Coding::Integer, &[second, minute, hour]) if !is_date => daily(second, minute, hour),
        (Coding::Integer, &[minute, hour, low, high]) if !is_date => date_time([minute, hour, low, high]),
        (Coding::Integer, &[second, minute, hour, low, high, _]) if !is_date => {
            long_date_time([second, minute, hour, low, high])
        }
        // Type M, whose layout no open source confirms.
        (Coding::Binary, _) => return Err(Value::Bytes(Octets::plain(data))),
        _ => return Err(Value::Invalid(Invalid::Length)),
    };
    Ok(read.unwrap_or(MeterTime::Invalid))
}

/// The day, month and year in the two octets that types F, G and I share. 127 is every year.
fn day_month_year(low: u8, high: u8) -> (u8, u8, u16) {
    (low & 0x1F, high & 0x0F, u16::from(low >> 5 | high >> 4 << 3))
}

/// The year of the century that `hundreds` tells, if it tells one.
const fn full_year(year: u16, hundreds: u8) -> Option<u16> {
    match (hundreds, year) {
        (_, 100..) => None,
        (0, 0..=80) => Some(2_000 + year),
        _ => Some(1_900 + 100 * hundreds as u16 + year),
    }
}

const EVERY_YEAR: u16 = 127;

/// Type G.
fn date(low: u8, high: u8) -> Option<MeterTime> {
    let (day, month, year) = day_month_year(low, high);
    if year == EVERY_YEAR {
        return recurrence(month, day, None, None);
    }
    Date::new(full_year(year, 0)?, month, day).map(MeterTime::On)
}

/// Type J.
fn daily(second: u8, minute: u8, hour: u8) -> Option<MeterTime> {
    Time::new(hour & 0x1F, minute & 0x3F, second & 0x3F).map(MeterTime::Daily)
}

/// Type F.
fn date_time([minute, hour, low, high]: [u8; 4]) -> Option<MeterTime> {
    if minute & 0x80 != 0 {
        return None;
    }
    let (day, month, year) = day_month_year(low, high);
    let (clock, minute) = (hour & 0x1F, minute & 0x3F);
    if year == EVERY_YEAR {
        return recurrence(month, day, some(clock, 31), some(minute, 63));
    }
    let date = Date::new(full_year(year, hour >> 5 & 3)?, month, day)?;
    Some(MeterTime::At(DateTime { date, time: Time::new(clock, minute, 0)? }))
}

/// Type I, without its week, day of week and deviation.
fn long_date_time([second, minute, hour, low, high]: [u8; 5]) -> Option<MeterTime> {
    if minute & 0x80 != 0 {
        return None;
    }
    let (day, month, year) = day_month_year(low, high);
    let date = Date::new(full_year(year, 0)?, month, day)?;
    let time = Time::new(hour & 0x1F, minute & 0x3F, second & 0x3F)?;
    Some(MeterTime::At(DateTime { date, time }))
}

fn some(part: u8, every: u8) -> Option<u8> {
    (part != every).then_some(part)
}

/// A time of every year: month 15 is every month, day 0 every day.
fn recurrence(month: u8, day: u8, hour: Option<u8>, minute: Option<u8>) -> Option<MeterTime> {
    Recurrence::new(some(month, 15), some(day, 0), hour, minute).map(MeterTime::Every)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(mantissa: i64, exponent: i8) -> Value<'static> {
        Value::Decimal(Decimal::new(mantissa, exponent))
    }

    fn number(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
        value(coding, data, &Entry { exponent, ..Entry::NONE })
    }

    fn of_kind(kind: Kind, coding: Coding, data: &[u8]) -> Value<'_> {
        value(coding, data, &Entry { kind, ..Entry::NONE })
    }

    #[test]
    fn integers_have_a_sign_and_one_of_them_is_none() {
        let absent = Value::Invalid(Invalid::Absent);
        assert_eq!(number(Coding::Integer, &[0xFE, 0xFF], -1), decimal(-2, -1));
        assert_eq!(number(Coding::Integer, &[0xFF, 0xFF, 0x7F], 0), decimal(0x7F_FFFF, 0));
        assert_eq!(number(Coding::Integer, &[0xFE, 0xFF, 0xFF], 0), decimal(-2, 0));
        assert_eq!(number(Coding::Integer, &[1, 0, 0, 0, 0, 0, 0, 0x80], 0), decimal(i64::MIN + 1, 0));
        for data in [&[0x80][..], &[0, 0x80], &[0, 0, 0x80], &[0, 0, 0, 0x80], &[0, 0, 0, 0, 0, 0x80]] {
            assert_eq!(number(Coding::Integer, data, 0), absent);
        }
        assert_eq!(number(Coding::Integer, &[0, 0, 0, 0, 0, 0, 0, 0x80], 0), absent);
        assert_eq!(number(Coding::Binary, &[], 0), Value::Invalid(Invalid::Empty));
        assert_eq!(number(Coding::Binary, &[7; 9], 0), Value::Bytes(Octets::plain(&[7; 9])));
        assert_eq!(number(Coding::IntegerHighFirst, &[0xFF, 0xFF, 0xFF, 0xFE], 2), decimal(-2, 2));
        let unsigned = |coding, data| of_kind(Kind::Unsigned, coding, data);
        assert_eq!(unsigned(Coding::Integer, &[0xFD]), decimal(0xFD, 0));
        assert_eq!(unsigned(Coding::Integer, &[0xFF]), absent);
        assert_eq!(unsigned(Coding::Integer, &[0, 0, 0, 0, 0, 0, 0, 0x80]), Value::U64(1 << 63));
        assert_eq!(unsigned(Coding::Bcd, &[0x12]), decimal(12, 0));
        assert_eq!(of_kind(Kind::Fraction, Coding::Integer, &[0x00, 0x18]), decimal(15, -1));
    }

    #[test]
    fn digits_that_are_none_make_no_number() {
        assert_eq!(number(Coding::Bcd, &[0x05, 0xF0], -1), decimal(-5, -1));
        assert_eq!(number(Coding::Bcd, &[0xFF, 0xFF], 0), Value::Invalid(Invalid::Absent));
        assert_eq!(number(Coding::Bcd, &[0xA5, 0x00], 0), Value::Invalid(Invalid::Digit));
        assert_eq!(number(Coding::Negative, &[0x34, 0x12], -2), decimal(-1234, -2));
        assert_eq!(number(Coding::Positive, &[0x34, 0xF2], 0), Value::Invalid(Invalid::Digit));
        assert_eq!(number(Coding::Positive, &[0x11; 10], 0), Value::Invalid(Invalid::Range));
        assert_eq!(number(Coding::BcdHighFirst, &[0x00, 0x12, 0x34, 0x56], 0), decimal(123_456, 0));
    }

    #[test]
    fn times_are_told_by_their_length() {
        let date = Entry { quantity: Some(Quantity::Date), kind: Kind::Time, ..Entry::NONE };
        let time = Entry { quantity: Some(Quantity::DateTime), ..date };
        let shown = |entry: &Entry, data| std::format!("{}", value(Coding::Integer, data, entry));
        for (data, text) in [
            (&[0x5F, 0x1C][..], "2010-12-31"),
            (&[0x01, 0xA1], "2080-01-01"),
            (&[0x21, 0xA1], "1981-01-01"),
            (&[0x61, 0xC1], "1999-01-01"),
            (&[0x81, 0xC1], "no valid time"),
            (&[0xFF, 0xFF], "no valid time"),
            (&[0x00, 0x00], "no valid time"),
            (&[0x5F, 0x1B], "no valid time"),
            (&[0xE1, 0xF1], "every year on 01-01"),
            (&[0xE1, 0xFF], "every month on day 1"),
            (&[1, 2, 3], "wrong length"),
        ] {
            assert_eq!(shown(&date, data), text, "{data:02X?}");
        }
        for (data, text) in [
            (&[0x32, 0x37, 0x1F, 0x15][..], "2008-05-31T23:50:00"),
            (&[0x32, 0xB7, 0x1F, 0x15], "2008-05-31T23:50:00"),
            (&[0x32, 0x17, 0x1F, 0x15], "2008-05-31T23:50:00"),
            (&[0x32, 0x57, 0x1F, 0x15], "2108-05-31T23:50:00"),
            (&[0xB2, 0x17, 0x1F, 0x15], "no valid time"),
            (&[0x3F, 0x17, 0x1F, 0x15], "no valid time"),
            (&[0x00, 0x00, 0x00, 0x00], "no valid time"),
            (&[0x1E, 0x06, 0xE0, 0xFF], "every day at 06:30"),
            (&[0x3F, 0x1F, 0xE0, 0xFF], "every hour"),
            (&[0x00, 0x00, 0x08, 0x16, 0x27, 0x00], "2016-07-22T08:00:00"),
            (&[0x1E, 0x80, 0x08, 0x16, 0x27, 0x00], "no valid time"),
            (&[0x3B, 0x1E, 0x06], "06:30:59"),
            (&[0xFF, 0xFF, 0xFF], "no valid time"),
            (&[1, 2, 3, 4, 5], "wrong length"),
        ] {
            assert_eq!(shown(&time, data), text, "{data:02X?}");
        }
        assert_eq!(value(Coding::Bcd, &[0x5F, 0x1C], &date), Value::Invalid(Invalid::Length));
        let summer = |data| is_summer_time(Coding::Integer, data, &time);
        assert_eq!(summer(&[0x32, 0xB7, 0x1F, 0x15]), Some(true));
        assert_eq!(summer(&[0x40, 0x00, 0x08, 0x16, 0x27, 0x00]), Some(true));
        assert_eq!([summer(&[0x32, 0x17, 0x1F, 0x15]), summer(&[0x5F, 0x1C])], [Some(false), None]);
    }
}
