//! What the data of a record say (EN 13757-3:2018, annex A).

use meter_value::bcd::{self, BcdError, Sign};
use meter_value::{Date, DateTime, Decimal, Invalid, MeterTime, Text, Time, Value};

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

/// The value of data whose VIF asks for no type of its own; numbers are multiplied by 10^`exponent`.
pub(crate) fn plain(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
    let digits = |result: Result<i64, BcdError>| match result {
        Ok(mantissa) => Value::Decimal(Decimal::new(mantissa, exponent)),
        Err(error) => Value::Invalid(error.into()),
    };
    match (coding, data) {
        (_, []) => Value::Invalid(Invalid::Empty),
        (Coding::Integer | Coding::Binary, _) => integer(data, exponent),
        (Coding::Real, &[a, b, c, d]) => Value::F32(f32::from_le_bytes([a, b, c, d])),
        (Coding::Bcd, _) => digits(bcd::decode(data, Sign::TopDigit)),
        (Coding::Positive, _) => digits(bcd::decode(data, Sign::Unsigned)),
        (Coding::Negative, _) => digits(bcd::decode(data, Sign::Unsigned).map(|magnitude| -magnitude)),
        (Coding::Text, _) => Value::Text(Text::last_first(data)),
        (Coding::Octets | Coding::Real, _) => Value::Bytes(data.into()),
    }
}

/// Types C and D where the coding is binary: a number without sign, multiplied by 10^`exponent` if a
/// decimal holds it.
pub(crate) fn unsigned(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
    match (coding, widen(data, 0)) {
        (Coding::Integer, Some(_)) if data.iter().all(|&octet| octet == 0xFF) => {
            Value::Invalid(Invalid::Absent)
        }
        (Coding::Integer, Some(octets)) => {
            let number = u64::from_le_bytes(octets);
            let decimal = |number| Value::Decimal(Decimal::new(number, exponent));
            i64::try_from(number).map_or(Value::U64(number), decimal)
        }
        _ => plain(coding, data, exponent),
    }
}

/// Type G: a date.
pub(crate) fn date(coding: Coding, data: &[u8]) -> Value<'_> {
    match (coding, data) {
        (_, []) => Value::Invalid(Invalid::Empty),
        (Coding::Integer, &[low, high]) => {
            Value::Time(calendar(low, high, 0).map_or(MeterTime::Invalid, MeterTime::On))
        }
        _ => Value::Invalid(Invalid::Length),
    }
}

/// Type F: a date and a time of day. The octets of the longer and shorter types stay octets.
pub(crate) fn date_time(coding: Coding, data: &[u8]) -> Value<'_> {
    match (coding, data) {
        (_, []) => Value::Invalid(Invalid::Empty),
        (Coding::Integer, &[minute, hour, low, high]) => {
            let time = Time::new(hour & 0x1F, minute & 0x3F, 0);
            let at = match (calendar(low, high, hour >> 5 & 3), time) {
                (Some(date), Some(time)) if minute & 0x80 == 0 => MeterTime::At(DateTime { date, time }),
                _ => MeterTime::Invalid,
            };
            Value::Time(at)
        }
        (Coding::Integer, [_, _, _] | [_, _, _, _, _, _]) | (Coding::Binary, _) => Value::Bytes(data.into()),
        _ => Value::Invalid(Invalid::Length),
    }
}

/// Type B: a number in two's complement; the most negative one stands for no value.
fn integer(data: &[u8], exponent: i8) -> Value<'_> {
    let fill = if data.last().is_some_and(|&top| top >= 0x80) { 0xFF } else { 0 };
    match (data, widen(data, fill)) {
        ([zeros @ .., 0x80], Some(_)) if zeros.iter().all(|&octet| octet == 0) => {
            Value::Invalid(Invalid::Absent)
        }
        (_, Some(octets)) => Value::Decimal(Decimal::new(i64::from_le_bytes(octets), exponent)),
        (_, None) => Value::Bytes(data.into()),
    }
}

/// Up to eight octets, and `fill` above them.
fn widen(data: &[u8], fill: u8) -> Option<[u8; 8]> {
    let mut octets = [fill; 8];
    octets.get_mut(..data.len())?.copy_from_slice(data);
    Some(octets)
}

/// The day in the two octets that types F and G share. A date that recurs is no day.
fn calendar(low: u8, high: u8, hundreds: u8) -> Option<Date> {
    let year = u16::from(low >> 5 | high >> 4 << 3);
    let year = match (hundreds, year) {
        (_, 100..) => return None,
        (0, ..=80) => 2000 + year,
        _ => 1900 + 100 * u16::from(hundreds) + year,
    };
    Date::new(year, high & 0x0F, low & 0x1F)
}

#[cfg(test)]
mod tests {
    use super::*;
    use meter_value::Octets;

    fn decimal(mantissa: i64, exponent: i8) -> Value<'static> {
        Value::Decimal(Decimal::new(mantissa, exponent))
    }

    #[test]
    fn integers_have_a_sign_and_one_of_them_is_none() {
        assert_eq!(plain(Coding::Integer, &[0xFE, 0xFF], -1), decimal(-2, -1));
        assert_eq!(plain(Coding::Integer, &[0xFF, 0xFF, 0x7F], 0), decimal(0x7F_FFFF, 0));
        assert_eq!(plain(Coding::Integer, &[1, 0, 0, 0, 0, 0, 0, 0x80], 0), decimal(i64::MIN + 1, 0));
        assert_eq!(plain(Coding::Integer, &[0x00, 0x80], 0), Value::Invalid(Invalid::Absent));
        assert_eq!(plain(Coding::Binary, &[], 0), Value::Invalid(Invalid::Empty));
        assert_eq!(plain(Coding::Binary, &[7; 9], 0), Value::Bytes(Octets::plain(&[7; 9])));
        assert_eq!(unsigned(Coding::Integer, &[0xFD], 0), decimal(0xFD, 0));
        assert_eq!(unsigned(Coding::Integer, &[0xFF], 0), Value::Invalid(Invalid::Absent));
        assert_eq!(unsigned(Coding::Integer, &[0, 0, 0, 0, 0, 0, 0, 0x80], 0), Value::U64(1 << 63));
        assert_eq!(unsigned(Coding::Bcd, &[0x12], 0), decimal(12, 0));
    }

    #[test]
    fn digits_that_are_none_make_no_number() {
        assert_eq!(plain(Coding::Bcd, &[0x05, 0xF0], -1), decimal(-5, -1));
        assert_eq!(plain(Coding::Bcd, &[0xFF, 0xFF], 0), Value::Invalid(Invalid::Absent));
        assert_eq!(plain(Coding::Bcd, &[0xA5, 0x00], 0), Value::Invalid(Invalid::Digit));
        assert_eq!(plain(Coding::Negative, &[0x34, 0x12], -2), decimal(-1234, -2));
        assert_eq!(plain(Coding::Positive, &[0x34, 0xF2], 0), Value::Invalid(Invalid::Digit));
        assert_eq!(plain(Coding::Positive, &[0x11; 10], 0), Value::Invalid(Invalid::Range));
    }

    #[test]
    fn dates_have_their_own_rules_of_years() {
        let shown = |data| std::format!("{}", date(Coding::Integer, data));
        for (data, text) in [
            (&[0x5F, 0x1C], "2010-12-31"),
            (&[0x01, 0xA1], "2080-01-01"),
            (&[0x21, 0xA1], "1981-01-01"),
            (&[0x61, 0xC1], "1999-01-01"),
            (&[0x81, 0xC1], "no valid time"),
            (&[0xFF, 0xFF], "no valid time"),
            (&[0x00, 0x00], "no valid time"),
            (&[0x5F, 0x1B], "no valid time"),
        ] {
            assert_eq!(shown(data), text, "{data:02X?}");
        }
        assert_eq!(date(Coding::Integer, &[1, 2, 3]), Value::Invalid(Invalid::Length));
        assert_eq!(date(Coding::Bcd, &[0x5F, 0x1C]), Value::Invalid(Invalid::Length));
    }

    #[test]
    fn times_of_a_day_know_when_they_are_invalid() {
        let shown = |data| std::format!("{}", date_time(Coding::Integer, data));
        for (data, text) in [
            (&[0x32, 0x37, 0x1F, 0x15], "2008-05-31T23:50:00"),
            (&[0x32, 0xB7, 0x1F, 0x15], "2008-05-31T23:50:00"),
            (&[0x32, 0x17, 0x1F, 0x15], "2008-05-31T23:50:00"),
            (&[0x32, 0x57, 0x1F, 0x15], "2108-05-31T23:50:00"),
            (&[0xB2, 0x17, 0x1F, 0x15], "no valid time"),
            (&[0x3F, 0x17, 0x1F, 0x15], "no valid time"),
            (&[0x00, 0x00, 0x00, 0x00], "no valid time"),
        ] {
            assert_eq!(shown(data), text, "{data:02X?}");
        }
        assert_eq!(date_time(Coding::Integer, &[1, 2, 3]), Value::Bytes(Octets::plain(&[1, 2, 3])));
        assert_eq!(date_time(Coding::Integer, &[1, 2]), Value::Invalid(Invalid::Length));
    }
}
