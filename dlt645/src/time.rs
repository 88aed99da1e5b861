//! Times: two digits an octet, the smallest part first.

mod form;

use core::fmt;

use meter_value::{Date, DateTime, MeterTime};

use crate::Data;
use form::EVERY;
pub(crate) use form::{Form, weekday};

/// The number in two digits.
fn number(octet: u8) -> Option<u8> {
    let (tens, ones) = (octet >> 4, octet & 0x0F);
    (tens <= 9 && ones <= 9).then_some(10 * tens + ones)
}

/// Two digits of a number up to 99.
pub(crate) const fn digits(number: u8) -> u8 {
    number / 10 % 10 * 16 + number % 10
}

/// A time as six octets: second, minute, hour, day, month and year of the century 2000. Any octets are kept.
///
/// ```
/// use dlt645::ClockTime;
/// use meter_value::{Date, DateTime, MeterTime, Time};
///
/// let time = ClockTime([0x51, 0x22, 0x10, 0x05, 0x06, 0x17]);
/// assert_eq!(time.to_string(), "2017-06-05T10:22:51");
/// let MeterTime::At(at) = time.time() else { panic!() };
/// assert_eq!(ClockTime::new(at), Some(time));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ClockTime(pub [u8; 6]);

impl ClockTime {
    /// The octets of a time in the years 2000 to 2099.
    pub fn new(at: DateTime) -> Option<Self> {
        let RecordTime([minute, hour, day, month, year]) = RecordTime::new(at)?;
        Some(Self([digits(at.time.second()), minute, hour, day, month, year]))
    }

    /// What the octets say: [`MeterTime::NotSet`] if day or month is 00, or all octets are 99 or FF.
    pub fn time(self) -> MeterTime {
        Form::Second.decode(Data::plain(&self.0))
    }
}

impl fmt::Display for ClockTime {
    /// As the [`time`](Self::time).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time().fmt(f)
    }
}

/// A time to the minute as five octets: minute, hour, day, month and year of the century 2000. Any octets are
/// kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RecordTime(pub [u8; 5]);

impl RecordTime {
    /// The octets of a time in the years 2000 to 2099; its seconds are dropped.
    pub fn new(at: DateTime) -> Option<Self> {
        let DateTime { date, time } = at;
        let year = form::year(date)?;
        Some(Self([
            digits(time.minute()),
            digits(time.hour()),
            digits(date.day()),
            digits(date.month()),
            year,
        ]))
    }

    /// What the octets say: [`MeterTime::NotSet`] if day or month is 00, or all octets are 99 or FF.
    pub fn time(self) -> MeterTime {
        Form::Minute.decode(Data::plain(&self.0))
    }
}

impl fmt::Display for RecordTime {
    /// As the [`time`](Self::time).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time().fmt(f)
    }
}

/// When a meter is to freeze its registers: minute, hour, day and month, of which 99 stands for every one
/// (DL/T 645-2007, chapter 7). Any octets are kept.
///
/// ```
/// use dlt645::{FreezeTime, Schedule};
///
/// let midnight = FreezeTime::new(Schedule::Daily { hour: 0, minute: 0 }).unwrap();
/// assert_eq!(midnight, FreezeTime([0x00, 0x00, 0x99, 0x99]));
/// assert_eq!(midnight.to_string(), "every day at 00:00");
/// assert_eq!(FreezeTime::NOW.schedule(), Some(Schedule::Now));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FreezeTime(pub [u8; 4]);

/// The forms of a [`FreezeTime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Schedule {
    /// At once.
    Now,
    /// Every hour.
    Hourly {
        /// At this minute, 0 to 59.
        minute: u8,
    },
    /// Every day.
    Daily {
        /// At this hour, 0 to 23.
        hour: u8,
        /// And minute, 0 to 59.
        minute: u8,
    },
    /// Every month.
    Monthly {
        /// On this day, 1 to 31.
        day: u8,
        /// At this hour, 0 to 23.
        hour: u8,
        /// And minute, 0 to 59.
        minute: u8,
    },
    /// Once, when this time comes next.
    Once {
        /// In this month, 1 to 12.
        month: u8,
        /// On this day, 1 to 31.
        day: u8,
        /// At this hour, 0 to 23.
        hour: u8,
        /// And minute, 0 to 59.
        minute: u8,
    },
}

impl FreezeTime {
    /// At once.
    pub const NOW: Self = Self([EVERY; 4]);

    /// The octets of a schedule, if clock and calendar have its parts.
    pub fn new(schedule: Schedule) -> Option<Self> {
        let octets = match schedule {
            Schedule::Now => [EVERY; 4],
            Schedule::Hourly { minute } => [digits(minute), EVERY, EVERY, EVERY],
            Schedule::Daily { hour, minute } => [digits(minute), digits(hour), EVERY, EVERY],
            Schedule::Monthly { day, hour, minute } => [digits(minute), digits(hour), digits(day), EVERY],
            Schedule::Once { month, day, hour, minute } => [minute, hour, day, month].map(digits),
        };
        let time = Self(octets);
        (time.schedule() == Some(schedule)).then_some(time)
    }

    /// The schedule; `None` if clock or calendar do not have it, or a part is missing between two others.
    pub fn schedule(self) -> Option<Schedule> {
        let part = |octet, least, most| number(octet).filter(|part| (least..=most).contains(part));
        let [minute, hour, day, month] = self.0;
        Some(match self.0 {
            [EVERY, EVERY, EVERY, EVERY] => Schedule::Now,
            [_, EVERY, EVERY, EVERY] => Schedule::Hourly { minute: part(minute, 0, 59)? },
            [_, _, EVERY, EVERY] => {
                Schedule::Daily { hour: part(hour, 0, 23)?, minute: part(minute, 0, 59)? }
            }
            [_, _, _, EVERY] => Schedule::Monthly {
                day: part(day, 1, 31)?,
                hour: part(hour, 0, 23)?,
                minute: part(minute, 0, 59)?,
            },
            _ => {
                // A leap year has every day that a year can have.
                let date = Date::new(2_000, number(month)?, number(day)?)?;
                let (hour, minute) = (part(hour, 0, 23)?, part(minute, 0, 59)?);
                Schedule::Once { month: date.month(), day: date.day(), hour, minute }
            }
        })
    }
}

impl fmt::Display for FreezeTime {
    /// The schedule in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schedule() {
            None => f.write_str("no valid time"),
            Some(Schedule::Now) => f.write_str("now"),
            Some(Schedule::Hourly { minute }) => write!(f, "every hour at minute {minute:02}"),
            Some(Schedule::Daily { hour, minute }) => write!(f, "every day at {hour:02}:{minute:02}"),
            Some(Schedule::Monthly { day, hour, minute }) => {
                write!(f, "every month on day {day} at {hour:02}:{minute:02}")
            }
            Some(Schedule::Once { month, day, hour, minute }) => {
                write!(f, "on {month:02}-{day:02} at {hour:02}:{minute:02}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meter_value::Time;
    use std::string::ToString;

    #[test]
    fn what_is_no_time_says_so() {
        assert_eq!(ClockTime([0x25, 0x11, 0x02, 0x12, 0x34, 0x56]).time(), MeterTime::Invalid);
        assert_eq!(ClockTime([0x5A, 0, 0, 1, 1, 0]).time(), MeterTime::Invalid);
        assert_eq!(ClockTime([0x51, 0x22, 0x10, 0x00, 0x06, 0x17]).time(), MeterTime::NotSet);
        assert_eq!(ClockTime([0; 6]).time(), MeterTime::NotSet);
        assert_eq!(ClockTime([0x99; 6]).to_string(), "not set");
        for octets in [[0x00; 5], [0x99; 5], [0xFF; 5], [0x30, 0x12, 0x00, 0x07, 0x26], [0, 0, 1, 0, 0x26]] {
            assert_eq!(RecordTime(octets).time(), MeterTime::NotSet);
        }
        assert_eq!(RecordTime([0x60, 0, 1, 1, 0x20]).to_string(), "no valid time");
    }

    #[test]
    fn times_are_of_one_century() {
        let time = Time::new(23, 59, 58).unwrap();
        let at = |year| DateTime { date: Date::new(year, 12, 31).unwrap(), time };
        assert_eq!(ClockTime::new(at(1_999)), None);
        assert_eq!(ClockTime::new(at(2_100)), None);
        assert_eq!(ClockTime::new(at(2_500)), None);
        let last = ClockTime([0x58, 0x59, 0x23, 0x31, 0x12, 0x99]);
        assert_eq!((ClockTime::new(at(2_099)), last.time()), (Some(last), MeterTime::At(at(2_099))));
        assert_eq!(RecordTime::new(at(2_000)), Some(RecordTime([0x59, 0x23, 0x31, 0x12, 0x00])));
        assert_eq!(RecordTime([0x59, 0x23, 0x31, 0x12, 0x00]).to_string(), "2000-12-31T23:59:00");
    }

    #[test]
    fn every_schedule_has_its_own_octets() {
        for (octets, schedule, text) in [
            ([0x99; 4], Schedule::Now, "now"),
            ([0x30, 0x99, 0x99, 0x99], Schedule::Hourly { minute: 30 }, "every hour at minute 30"),
            ([0x05, 0x23, 0x99, 0x99], Schedule::Daily { hour: 23, minute: 5 }, "every day at 23:05"),
            (
                [0x00, 0x00, 0x31, 0x99],
                Schedule::Monthly { day: 31, hour: 0, minute: 0 },
                "every month on day 31 at 00:00",
            ),
            (
                [0x59, 0x12, 0x29, 0x02],
                Schedule::Once { month: 2, day: 29, hour: 12, minute: 59 },
                "on 02-29 at 12:59",
            ),
        ] {
            let time = FreezeTime(octets);
            assert_eq!((time.schedule(), FreezeTime::new(schedule)), (Some(schedule), Some(time)));
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn a_schedule_that_never_comes_is_none() {
        for octets in [
            [0x60, 0x99, 0x99, 0x99],
            [0x00, 0x24, 0x99, 0x99],
            [0x00, 0x00, 0x00, 0x99],
            [0x00, 0x00, 0x30, 0x02],
            [0x00, 0x00, 0x01, 0x13],
            [0x99, 0x00, 0x99, 0x99],
            [0x00, 0x00, 0x99, 0x01],
            [0x0A, 0x00, 0x01, 0x01],
        ] {
            assert_eq!(FreezeTime(octets).schedule(), None, "{octets:02X?}");
            assert_eq!(FreezeTime(octets).to_string(), "no valid time");
        }
        for schedule in [
            Schedule::Hourly { minute: 99 },
            Schedule::Daily { hour: 24, minute: 0 },
            Schedule::Monthly { day: 0, hour: 0, minute: 0 },
            Schedule::Once { month: 255, day: 1, hour: 0, minute: 0 },
        ] {
            assert_eq!(FreezeTime::new(schedule), None);
        }
    }
}
