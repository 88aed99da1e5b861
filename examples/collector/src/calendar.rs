//! Days since 1970 as dates.

use meter_value::{Date, DateTime, Time};

/// The date and time of a number of seconds since 1970-01-01 00:00.
pub(crate) fn date_time(seconds: u32) -> Option<DateTime> {
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970_u16;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let date = Date::new(year, month, days as u8 + 1)?;
    let time = Time::new((second / 3_600) as u8, (second / 60 % 60) as u8, (second % 60) as u8)?;
    Some(DateTime { date, time })
}

const fn is_leap(year: u16) -> bool {
    // Of the years that 32 bits of seconds reach, only 2100 breaks the rule of four.
    year.is_multiple_of(4) && year != 2100
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn seconds_are_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_767_225_600, "2026-01-01T00:00:00"),
            (4_107_542_400, "2100-03-01T00:00:00"),
            (u32::MAX, "2106-02-07T06:28:15"),
        ] {
            assert_eq!(date_time(seconds).unwrap().to_string(), expected);
        }
    }
}
