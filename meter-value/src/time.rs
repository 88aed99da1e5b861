//! Dates and times as meters keep them.

use core::fmt;
use core::num::NonZero;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "(u16, u8, u8)")
)]
#[cfg_attr(feature = "serde", serde(into = "(u16, u8, u8)"))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Date {
    year: u16,
    /// Not zero, so that a date that may be missing is no larger than one that is there.
    month: NonZero<u8>,
    day: u8,
}

impl Date {
    /// The day, if the calendar has it; `month` and `day` count from 1.
    ///
    /// ```
    /// use meter_value::Date;
    ///
    /// assert_eq!(Date::new(2024, 2, 29).unwrap().to_string(), "2024-02-29");
    /// assert_eq!(Date::new(2023, 2, 29), None);
    /// ```
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap(year) => 29,
            2 => 28,
            _ => 0,
        };
        match NonZero::new(month) {
            Some(month) if day >= 1 && day <= days => Some(Self { year, month, day }),
            _ => None,
        }
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month.get()
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "(u8, u8, u8)"))]
#[cfg_attr(feature = "serde", serde(into = "(u8, u8, u8)"))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Time {
    hour: u8,
    minute: u8,
    second: u8,
}

impl Time {
    /// The time of day, if the clock has it.
    pub const fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour < 24 && minute < 60 && second < 60 { Some(Self { hour, minute, second }) } else { None }
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        self.second
    }
}

/// A time of a day, in the meter's own zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time of the day.
    pub time: Time,
}

/// A time that comes again: a part that is `None` is every one.
///
/// ```
/// use meter_value::Recurrence;
///
/// let midnight = Recurrence::new(None, None, Some(0), Some(0)).unwrap();
/// assert_eq!(midnight.to_string(), "every day at 00:00");
/// assert_eq!(Recurrence::new(Some(2), Some(30), None, None), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Parts"))]
#[cfg_attr(feature = "serde", serde(into = "Parts"))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Recurrence {
    month: Option<u8>,
    day: Option<u8>,
    hour: Option<u8>,
    minute: Option<u8>,
}

impl Recurrence {
    /// The parts of the time, if calendar and clock have them.
    pub fn new(month: Option<u8>, day: Option<u8>, hour: Option<u8>, minute: Option<u8>) -> Option<Self> {
        // A leap year has every day that a year can have, and January every day of a month.
        Date::new(2_000, month.unwrap_or(1), day.unwrap_or(1))?;
        Time::new(hour.unwrap_or(0), minute.unwrap_or(0), 0)?;
        Some(Self { month, day, hour, minute })
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> Option<u8> {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> Option<u8> {
        self.day
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> Option<u8> {
        self.hour
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> Option<u8> {
        self.minute
    }
}

/// What a meter's date-time field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MeterTime {
    /// A day and a time.
    At(DateTime),
    /// A day.
    On(Date),
    /// A time of any day.
    Daily(Time),
    /// A time that comes again.
    Every(Recurrence),
    /// The field was never set, or stands for "none".
    NotSet,
    /// The meter marks the time as invalid, or the fields are no date.
    Invalid,
}

macro_rules! three_fields {
    ($name:ident: $first:ident $second:ident $third:ident, $wide:ty) => {
        #[cfg(feature = "serde")]
        impl TryFrom<($wide, u8, u8)> for $name {
            type Error = &'static str;
            fn try_from(($first, $second, $third): ($wide, u8, u8)) -> Result<Self, Self::Error> {
                Self::new($first, $second, $third).ok_or(concat!("no such ", stringify!($name)))
            }
        }

        #[cfg(feature = "serde")]
        impl From<$name> for ($wide, u8, u8) {
            fn from(value: $name) -> Self {
                (value.$first(), value.$second(), value.$third())
            }
        }
    };
}
/// Month, day, hour and minute of a [`Recurrence`].
#[cfg(feature = "serde")]
type Parts = (Option<u8>, Option<u8>, Option<u8>, Option<u8>);

#[cfg(feature = "serde")]
impl TryFrom<Parts> for Recurrence {
    type Error = &'static str;
    fn try_from((month, day, hour, minute): Parts) -> Result<Self, Self::Error> {
        Self::new(month, day, hour, minute).ok_or("no such Recurrence")
    }
}

#[cfg(feature = "serde")]
impl From<Recurrence> for Parts {
    fn from(Recurrence { month, day, hour, minute }: Recurrence) -> Self {
        (month, day, hour, minute)
    }
}

three_fields!(Date: year month day, u16);
three_fields!(Time: hour minute second, u8);

impl fmt::Display for Date {
    /// ISO 8601: `2019-07-06`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Time {
    /// ISO 8601: `14:05:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

impl fmt::Display for DateTime {
    /// ISO 8601: `2019-07-06T14:05:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

impl fmt::Display for Recurrence {
    /// In words, from the longest period to the shortest: `every year on 07-06 at 14:05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.month, self.day) {
            (Some(month), Some(day)) => write!(f, "every year on {month:02}-{day:02}"),
            (Some(month), None) => write!(f, "every day of month {month}"),
            (None, Some(day)) => write!(f, "every month on day {day}"),
            (None, None) if self.hour.is_none() => f.write_str("every hour"),
            (None, None) => f.write_str("every day"),
        }?;
        match (self.hour, self.minute) {
            (Some(hour), Some(minute)) => write!(f, " at {hour:02}:{minute:02}"),
            (Some(hour), None) => write!(f, " in hour {hour}"),
            (None, Some(minute)) => write!(f, " at minute {minute:02}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for MeterTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.fmt(f),
            Self::On(date) => date.fmt(f),
            Self::Daily(time) => time.fmt(f),
            Self::Every(recurrence) => recurrence.fmt(f),
            Self::NotSet => f.pad("not set"),
            Self::Invalid => f.pad("no valid time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn recurrences_are_said_in_words() {
        let text = |month, day, hour, minute| {
            Recurrence::new(month, day, hour, minute).map(|recurrence| recurrence.to_string())
        };
        for (said, parts) in [
            ("every year on 02-29 at 14:05", (Some(2), Some(29), Some(14), Some(5))),
            ("every month on day 31 in hour 0", (None, Some(31), Some(0), None)),
            ("every hour at minute 30", (None, None, None, Some(30))),
            ("every hour", (None, None, None, None)),
            ("every day of month 12 at 23:59", (Some(12), None, Some(23), Some(59))),
        ] {
            assert_eq!(text(parts.0, parts.1, parts.2, parts.3).as_deref(), Some(said));
        }
        for (month, day, hour, minute) in [
            (Some(13), None, None, None),
            (Some(4), Some(31), None, None),
            (None, Some(0), None, None),
            (None, None, Some(24), None),
            (None, None, None, Some(60)),
        ] {
            assert_eq!(text(month, day, hour, minute), None);
        }
    }

    #[test]
    fn only_real_days_and_times_exist() {
        for (year, month, day) in [(2023, 0, 1), (2023, 13, 1), (2023, 4, 31), (1900, 2, 29), (2023, 1, 0)] {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert!(Date::new(2000, 2, 29).is_some());
        assert_eq!(Time::new(24, 0, 0), None);
        assert_eq!(Time::new(0, 60, 0), None);
        assert_eq!(Time::new(0, 0, 60), None);
    }
}
