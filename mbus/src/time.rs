//! Dates and times (EN 13757-3:2018, annex A).
//!
//! ```text
//!          7     5 4      0   7    4 3       0
//!         ┌───────┬────────┐ ┌──────┬─────────┐
//!  date   │ year  │  day   │ │ year │  month  │  the low bits of the year first
//!         └───────┴────────┘ └──────┴─────────┘
//! ```

use meter_value::{Date, DateTime, Invalid, MeterTime, Recurrence, Time, Value};

/// A date, a time or both, by the length of its type; or a date only.
pub(crate) fn decode(data: &[u8], is_date: bool) -> Value<'static> {
    match *data {
        [low, high] => Value::Time(type_g(low, high)),
        [second, minute, hour] if !is_date => Value::Time(type_j(second, minute, hour)),
        [minute, hour, low, high] if !is_date => Value::Time(type_f(minute, hour, low, high)),
        [second, minute, hour, low, high, _] if !is_date => {
            Value::Time(type_i(second, minute, hour, low, high))
        }
        _ => Value::Invalid(Invalid::Length),
    }
}

/// A date.
fn type_g(low: u8, high: u8) -> MeterTime {
    if is_every_year(low, high) && (low, high) != (0xFF, 0xFF) {
        return recurrence(low, high, None, None).map_or(MeterTime::Invalid, MeterTime::Every);
    }
    date(low, high, 0).map_or(MeterTime::Invalid, MeterTime::On)
}

/// A time of day.
fn type_j(second: u8, minute: u8, hour: u8) -> MeterTime {
    clock(second, minute, hour).map_or(MeterTime::Invalid, MeterTime::Daily)
}

/// A date and a time to the minute.
fn type_f(minute: u8, hour: u8, low: u8, high: u8) -> MeterTime {
    if minute & 0x80 != 0 {
        return MeterTime::Invalid;
    }
    if is_every_year(low, high) {
        let (hour, minute) = (some(hour & 0x1F, 31), some(minute & 0x3F, 63));
        return recurrence(low, high, hour, minute).map_or(MeterTime::Invalid, MeterTime::Every);
    }
    at(date(low, high, hour >> 5 & 3), clock(0, minute, hour))
}

/// A date and a time to the second; its week, day of the week and deviation are not read.
fn type_i(second: u8, minute: u8, hour: u8, low: u8, high: u8) -> MeterTime {
    if minute & 0x80 != 0 {
        return MeterTime::Invalid;
    }
    at(date(low, high, 0), clock(second, minute, hour))
}

fn at(date: Option<Date>, time: Option<Time>) -> MeterTime {
    match (date, time) {
        (Some(date), Some(time)) => MeterTime::At(DateTime { date, time }),
        _ => MeterTime::Invalid,
    }
}

/// Whether the year in the octets that types F, G and I share stands for every one.
fn is_every_year(low: u8, high: u8) -> bool {
    low >= 0xE0 && high >= 0xF0
}

/// The date in the octets that types F, G and I share, and the centuries that type F has beside it.
fn date(low: u8, high: u8, hundreds: u8) -> Option<Date> {
    let year = u16::from(low >> 5 | high >> 4 << 3);
    let year = match (hundreds, year) {
        (_, 100..) => return None,
        (0, 0..=80) => 2_000 + year,
        _ => 1_900 + 100 * u16::from(hundreds) + year,
    };
    Date::new(year, high & 0x0F, low & 0x1F)
}

/// The time of day of types F, I and J.
fn clock(second: u8, minute: u8, hour: u8) -> Option<Time> {
    Time::new(hour & 0x1F, minute & 0x3F, second & 0x3F)
}

fn some(part: u8, every: u8) -> Option<u8> {
    (part != every).then_some(part)
}

/// A time of every year: month 15 is every month, day 0 every day.
fn recurrence(low: u8, high: u8, hour: Option<u8>, minute: Option<u8>) -> Option<Recurrence> {
    Recurrence::new(some(high & 0x0F, 15), some(low & 0x1F, 0), hour, minute)
}
