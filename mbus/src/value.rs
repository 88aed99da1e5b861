//! What the data of a record say (EN 13757-3:2018, annex A).

use meter_value::bcd::{self, BcdError, Sign};
use meter_value::{Decimal, Invalid, Octets, Quantity, Text, Value};

use crate::qualifier::{Beside, Meaning};
use crate::table::{Entry, Kind};
use crate::time;

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
    /// The coding and the length by the low half of a DIF; `None` if an LVAR gives them, or there is no VIF.
    #[inline]
    pub(crate) fn fixed(dif: u8) -> Option<(Self, u8)> {
        FIXED.get(usize::from(dif & 0x0F)).copied().flatten()
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

/// The coding and the length of each data field.
static FIXED: [Option<(Coding, u8)>; 16] = [
    Some((Coding::Octets, 0)),
    Some((Coding::Integer, 1)),
    Some((Coding::Integer, 2)),
    Some((Coding::Integer, 3)),
    Some((Coding::Integer, 4)),
    Some((Coding::Real, 4)),
    Some((Coding::Integer, 6)),
    Some((Coding::Integer, 8)),
    Some((Coding::Octets, 0)),
    Some((Coding::Bcd, 1)),
    Some((Coding::Bcd, 2)),
    Some((Coding::Bcd, 3)),
    Some((Coding::Bcd, 4)),
    None,
    Some((Coding::Bcd, 6)),
    None,
];

/// What the data say.
#[inline]
pub(crate) fn value(coding: Coding, data: &[u8], Meaning { entry, beside }: Meaning) -> Value<'_> {
    let Entry { quantity, kind, exponent, .. } = entry;
    let is_date = quantity == Some(Quantity::Date);
    match (beside, kind, coding) {
        // Most are one of these, and none of these is empty.
        (Beside::Nothing, Kind::Number, Coding::Integer) => integer(data, exponent),
        (Beside::Nothing, Kind::Number, Coding::Bcd) => digits(data, exponent),
        (Beside::Nothing, Kind::Time, Coding::Integer) => time::decode(data, is_date),
        _ => any(coding, data, kind, is_date, exponent, beside),
    }
}

/// What data of any coding say to an entry of any kind.
// A function of its own, for the frequent ones to need fewer registers.
#[inline(never)]
fn any(coding: Coding, data: &[u8], kind: Kind, is_date: bool, exponent: i8, beside: Beside) -> Value<'_> {
    match (beside, kind, coding) {
        (Beside::Error(_), _, _) => Value::Invalid(Invalid::Error),
        _ if data.is_empty() => Value::Invalid(Invalid::Empty),
        (_, Kind::Time, Coding::Integer) => time::decode(data, is_date),
        // Type M, whose layout no open source confirms.
        (_, Kind::Time, Coding::Binary) | (_, Kind::Octets, _) => Value::Bytes(Octets::plain(data)),
        (_, Kind::Time, _) => Value::Invalid(Invalid::Length),
        _ => number(coding, data, kind, exponent, beside),
    }
}

/// What data say that are read for a number: a program that wants no more has no code for times.
pub(crate) fn to_number(coding: Coding, data: &[u8], Meaning { entry, beside }: Meaning) -> Value<'_> {
    match (beside, entry.kind) {
        (Beside::Error(_), _) | (_, Kind::Time | Kind::Octets) => Value::Bytes(Octets::plain(data)),
        (_, kind) => number(coding, data, kind, entry.exponent, beside),
    }
}

fn number(coding: Coding, data: &[u8], kind: Kind, exponent: i8, beside: Beside) -> Value<'_> {
    let value = match (kind, coding) {
        _ if data.is_empty() => Value::Invalid(Invalid::Empty),
        (Kind::Unsigned, Coding::Integer | Coding::Binary) => unsigned(data, exponent),
        (Kind::Bits, Coding::Integer | Coding::Binary) => bits(data, exponent),
        (Kind::Fraction, Coding::Integer | Coding::Binary) => fraction(unsigned(data, exponent)),
        (Kind::Fraction, _) => fraction(plain(coding, data, exponent)),
        _ => plain(coding, data, exponent),
    };
    match (value, beside.addend()) {
        (Value::Decimal(number), Some(addend)) => {
            number.checked_add(addend).map_or(Value::Invalid(Invalid::Range), Value::Decimal)
        }
        (value, _) => value,
    }
}

/// Whether a time is in summer time, if its type says so.
pub(crate) fn is_summer_time(coding: Coding, data: &[u8], kind: Kind) -> Option<bool> {
    match (kind, coding, data) {
        (Kind::Time, Coding::Integer, [_, hour, _, _]) => Some(hour & 0x80 != 0),
        (Kind::Time, Coding::Integer, [second, _, _, _, _, _]) => Some(second & 0x40 != 0),
        _ => None,
    }
}

/// Data of a coding; numbers are multiplied by 10^`exponent`.
fn plain(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
    match (coding, data) {
        (Coding::Integer | Coding::Binary, _) => integer(data, exponent),
        (Coding::Real, &[a, b, c, d]) => Value::F32(f32::from_le_bytes([a, b, c, d])),
        (Coding::Bcd, _) => digits(data, exponent),
        (Coding::Positive, _) => magnitude(data, 1, exponent),
        (Coding::Negative, _) => magnitude(data, -1, exponent),
        (Coding::BcdHighFirst, &[a, b, c, d]) => digits(&[d, c, b, a], exponent),
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

/// Type A: digits, the highest of which may be a minus.
fn digits(data: &[u8], exponent: i8) -> Value<'static> {
    match at_top(data).and_then(eight_digits) {
        Some(number) => Value::Decimal(Decimal::new(number.into(), exponent)),
        None => decimal(bcd::decode(data, Sign::TopDigit), exponent),
    }
}

/// All digits of a word at the same time, if nothing is wrong with them.
fn eight_digits((word, gap): (u32, u32)) -> Option<i32> {
    let is_negative = word >> 28 == 0xF;
    let digits = if is_negative { word & 0x0FFF_FFFF } else { word } >> gap;
    if digits & (digits << 1 | digits << 2) & 0x8888_8888 != 0 {
        return None;
    }
    // Digits become pairs, pairs become fours, and fours the number: what counted 16, 256 or 65,536 counts 10, 100
    // or 10,000.
    let pairs = digits - 6 * (digits >> 4 & 0x0F0F_0F0F);
    let fours = pairs - 156 * (pairs >> 8 & 0x00FF_00FF);
    let magnitude = (fours - 55_536 * (fours >> 16)) as i32;
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Digits of a number with this sign.
fn magnitude(data: &[u8], sign: i64, exponent: i8) -> Value<'static> {
    decimal(bcd::decode(data, Sign::Unsigned).map(|magnitude| sign * magnitude), exponent)
}

fn decimal(mantissa: Result<i64, BcdError>, exponent: i8) -> Value<'static> {
    match mantissa {
        Ok(mantissa) => Value::Decimal(Decimal::new(mantissa, exponent)),
        Err(error) => Value::Invalid(error.into()),
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
    let Some(octets) = widen(data) else { return Value::Bytes(Octets::plain(data)) };
    let number = u64::from_le_bytes(octets);
    let decimal = |number| Value::Decimal(Decimal::new(number, exponent));
    i64::try_from(number).map_or(Value::U64(number), decimal)
}

/// Type B: a number in two's complement; the most negative one stands for no value.
fn integer(data: &[u8], exponent: i8) -> Value<'_> {
    match at_top(data) {
        Some((0x8000_0000, _)) => Value::Invalid(Invalid::Absent),
        Some((word, gap)) => Value::Decimal(Decimal::new((word as i32 >> gap).into(), exponent)),
        None => long_integer(data, exponent),
    }
}

/// A number of more than four octets.
// A function of its own, for shorter numbers to need fewer registers.
#[inline(never)]
fn long_integer(data: &[u8], exponent: i8) -> Value<'_> {
    let Some(octets) = widen(data) else { return Value::Bytes(Octets::plain(data)) };
    let gap = 64 - 8 * data.len().clamp(1, 8) as u32;
    match i64::from_le_bytes(octets) << gap {
        i64::MIN => Value::Invalid(Invalid::Absent),
        word => Value::Decimal(Decimal::new(word >> gap, exponent)),
    }
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

/// Up to four octets at the top of a word, where a sign is at the same place at every length, and how many bits
/// are below them.
#[inline(always)]
fn at_top(data: &[u8]) -> Option<(u32, u32)> {
    Some(match *data {
        [a, b, c, d] => (u32::from_le_bytes([a, b, c, d]), 0),
        [a, b, c] => (u32::from_le_bytes([0, a, b, c]), 8),
        [a, b] => (u32::from_le_bytes([0, 0, a, b]), 16),
        [a] => (u32::from_le_bytes([0, 0, 0, a]), 24),
        _ => return None,
    })
}

/// Up to eight octets, and zeros above them.
fn widen(data: &[u8]) -> Option<[u8; 8]> {
    let mut octets = [0; 8];
    octets.get_mut(..data.len())?.copy_from_slice(data);
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(mantissa: i64, exponent: i8) -> Value<'static> {
        Value::Decimal(Decimal::new(mantissa, exponent))
    }

    fn number(coding: Coding, data: &[u8], exponent: i8) -> Value<'_> {
        value(coding, data, Meaning::of(Entry { exponent, ..Entry::NONE }))
    }

    fn of_kind(kind: Kind, coding: Coding, data: &[u8]) -> Value<'_> {
        value(coding, data, Meaning::of(Entry { kind, ..Entry::NONE }))
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
    fn digits_at_the_same_time_are_those_one_after_the_other() {
        let words = (0..=0xFFFF_u32).flat_map(|part| [part, part << 8 | 0x78, part << 16 | 0x9876]);
        for octets in words.map(u32::to_le_bytes) {
            for length in 1..=4 {
                let data = &octets[..length];
                let expected = super::decimal(bcd::decode(data, Sign::TopDigit), -1);
                assert_eq!(number(Coding::Bcd, data, -1), expected, "{data:02X?}");
            }
        }
    }

    #[test]
    fn times_are_told_by_their_length() {
        let date = Entry { quantity: Some(Quantity::Date), kind: Kind::Time, ..Entry::NONE };
        let time = Entry { quantity: Some(Quantity::DateTime), ..date };
        let shown = |entry, data| std::format!("{}", value(Coding::Integer, data, Meaning::of(entry)));
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
            assert_eq!(shown(date, data), text, "{data:02X?}");
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
            assert_eq!(shown(time, data), text, "{data:02X?}");
        }
        assert_eq!(value(Coding::Bcd, &[0x5F, 0x1C], Meaning::of(date)), Value::Invalid(Invalid::Length));
        let summer = |data| is_summer_time(Coding::Integer, data, Kind::Time);
        assert_eq!(summer(&[0x32, 0xB7, 0x1F, 0x15]), Some(true));
        assert_eq!(summer(&[0x40, 0x00, 0x08, 0x16, 0x27, 0x00]), Some(true));
        assert_eq!([summer(&[0x32, 0x17, 0x1F, 0x15]), summer(&[0x5F, 0x1C])], [Some(false), None]);
    }
}
