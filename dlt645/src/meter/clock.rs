//! The meter's calendar: seconds since the start of the year 2000.

use meter_value::{Date, DateTime, Time};

pub(super) const MINUTE: u64 = 60;
pub(super) const DAY: u64 = 24 * 60 * MINUTE;

/// Days of four years, of which the first is a leap year, as all are until 2099.
const FOUR_YEARS: u64 = 4 * 365 + 1;

/// The last second of 2099.
const END: u64 = 25 * FOUR_YEARS * DAY - 1;

/// Days of the months of a leap year.
const MONTHS: [u64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A second of the years 2000 to 2099.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clock(u64);

impl Clock {
    /// A time before 2000 counts as the first second, one after 2099 as the last.
    pub fn new(at: DateTime) -> Self {
        let Some(year) = at.date.year().checked_sub(2_000).map(u64::from) else { return Self(0) };
        if year >= 100 {
            return Self(END);
        }
        let months = MONTHS.iter().zip(1..at.date.month()).map(|(days, month)| days - short(year, month));
        let days = 365 * year + year.div_ceil(4) + months.sum::<u64>() + u64::from(at.date.day()) - 1;
        let minutes = u64::from(at.time.hour()) * 60 + u64::from(at.time.minute());
        Self(days * DAY + minutes * MINUTE + u64::from(at.time.second()))
    }

    pub fn date_time(self) -> DateTime {
        let (four, mut day) = (self.0 / DAY / FOUR_YEARS, self.0 / DAY % FOUR_YEARS);
        let (mut year, mut month) = (4 * four, 1);
        for length in [366, 365, 365] {
            if day >= length {
                (day, year) = (day - length, year + 1);
            } else {
                break;
            }
        }
        for days in MONTHS {
            let length = days - short(year, month);
            if day < length {
                break;
            }
            (day, month) = (day - length, month + 1);
        }
        let second = self.0 % DAY;
        let parts = [second / 3_600, second / 60 % 60, second % 60].map(|part| part as u8);
        let [hour, minute, second] = parts;
        let date = Date::new(2_000 + year as u16, month, day as u8 + 1);
        // Every second has a date and a time.
        DateTime {
            date: date.unwrap_or(FIRST.date),
            time: Time::new(hour, minute, second).unwrap_or(FIRST.time),
        }
    }

    /// The day of the week, 0 being Sunday.
    pub const fn weekday(self) -> u8 {
        // 2000 began on a Saturday.
        ((self.0 / DAY + 6) % 7) as u8
    }

    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Minutes since the start of 2000.
    pub const fn minutes(self) -> u64 {
        self.0 / MINUTE
    }

    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds).min(END))
    }

    pub const fn is_at_end(self) -> bool {
        self.0 == END
    }
}

/// How many days shorter the month is than in a leap year.
const fn short(year: u64, month: u8) -> u64 {
    if month == 2 && !year.is_multiple_of(4) { 1 } else { 0 }
}

const FIRST: DateTime = match (Date::new(2_000, 1, 1), Time::new(0, 0, 0)) {
    (Some(date), Some(time)) => DateTime { date, time },
    _ => unreachable!(),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: u16, month: u8, day: u8) -> Clock {
        Clock::new(DateTime { date: Date::new(year, month, day).unwrap(), time: Time::new(0, 0, 0).unwrap() })
    }

    #[test]
    fn the_calendar_is_the_gregorian_one() {
        for (year, month, day, weekday, days) in [
            (2000, 1, 1, 6, 0),
            (2000, 2, 29, 2, 59),
            (2000, 12, 31, 0, 365),
            (2001, 3, 1, 4, 425),
            (2024, 2, 29, 4, 8_825),
            (2026, 7, 1, 3, 9_678),
            (2099, 12, 31, 4, 36_524),
        ] {
            let clock = at(year, month, day);
            assert_eq!((clock.weekday(), clock.seconds() / DAY), (weekday, days), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn every_day_is_the_one_it_was_made_of() {
        let mut clock = at(2000, 1, 1);
        while !clock.is_at_end() {
            assert_eq!(Clock::new(clock.date_time()), clock);
            clock = clock.plus(DAY - 1);
        }
    }
}
