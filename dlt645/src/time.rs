//! Times: two digits an octet, the smallest part first.

use core::fmt;

use meter_value::line::Writer;
use meter_value::{Date, DateTime, MeterTime, Recurrence, Time};

use crate::Data;

/// The number in two digits.
fn number(octet: u8) -> Option<u8> {
    let (tens, ones) = (octet >> 4, octet & 0x0F);
    (tens <= 9 && ones <= 9).then_some(10 * tens + ones)
}

/// Two digits of a number up to 99.
const fn digits(number: u8) -> u8 {
    number / 10 % 10 * 16 + number % 10
}

/// Which parts of a time stand in the data, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Form {
    /// Day of the week, day, month and year.
    Date,
    /// Day, month and year.
    Day,
    /// Second, minute and hour.
    Clock,
    /// [`Clock`](Self::Clock), then [`Date`](Self::Date).
    DateAndClock,
    /// Minute, hour, day, month and year.
    Minute,
    /// Second, minute, hour, day, month and year.
    Second,
    /// Minute and hour.
    HourMinute,
    /// Hour and day.
    DayHour,
    /// Day and month.
    MonthDay,
    /// Hour, day and month.
    MonthDayHour,
    /// Minute, hour, day and month.
    Yearly,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Second,
    Minute,
    Hour,
    Weekday,
    Day,
    Month,
    Year,
}

/// Stands for every month, day, hour or minute.
const EVERY: u8 = 0x99;

impl Form {
    const fn parts(self) -> &'static [Part] {
        use Part::{Day, Hour, Minute, Month, Second, Weekday, Year};
        match self {
            Self::Date => &[Weekday, Day, Month, Year],
            Self::Day => &[Day, Month, Year],
            Self::Clock => &[Second, Minute, Hour],
            Self::DateAndClock => &[Second, Minute, Hour, Weekday, Day, Month, Year],
            Self::Minute => &[Minute, Hour, Day, Month, Year],
            Self::Second => &[Second, Minute, Hour, Day, Month, Year],
            Self::HourMinute => &[Minute, Hour],
            Self::DayHour => &[Hour, Day],
            Self::MonthDay => &[Day, Month],
            Self::MonthDayHour => &[Hour, Day, Month],
            Self::Yearly => &[Minute, Hour, Day, Month],
        }
    }

    pub(crate) const fn octets(self) -> usize {
        self.parts().len()
    }

    /// Where the day of the week stands.
    pub(crate) fn weekday(self) -> Option<usize> {
        self.parts().iter().position(|part| *part == Part::Weekday)
    }

    /// Reads as many octets as the form has. A day or month of 00, and nothing but 99 or FF, is not set.
    pub(crate) fn decode(self, data: Data<'_>) -> MeterTime {
        let part = |wanted| {
            let place = self.parts().iter().position(|part| *part == wanted)?;
            data.at(place)
        };
        let parts = || data.iter().zip(self.parts()).filter(|(_, part)| **part != Part::Weekday);
        let all = |filler| parts().all(|(octet, _)| octet == filler);
        let is_none = parts().any(|(octet, part)| octet == 0 && matches!(part, Part::Day | Part::Month));
        if all(EVERY) || all(0xFF) || is_none {
            return MeterTime::NotSet;
        }
        let time = || {
            let [hour, minute, second] =
                [Part::Hour, Part::Minute, Part::Second].map(|wanted| part(wanted).map_or(Some(0), number));
            Time::new(hour?, minute?, second?)
        };
        let read = match (part(Part::Year), part(Part::Day)) {
            (Some(year), Some(day)) => (|| {
                let (month, day) = (number(part(Part::Month)?)?, number(day)?);
                let date = Date::new(2_000 + u16::from(number(year)?), month, day)?;
                Some(match part(Part::Hour) {
                    Some(_) => MeterTime::At(DateTime { date, time: time()? }),
                    None => MeterTime::On(date),
                })
            })(),
            (None, None) => time().map(MeterTime::Daily),
            _ => {
                let [month, day, hour, minute] = [Part::Month, Part::Day, Part::Hour, Part::Minute].map(part);
                recurrence(month, day, hour, minute).map(MeterTime::Every)
            }
        };
        read.unwrap_or(MeterTime::Invalid)
    }

    /// Whether these are the parts of the form, of which only the longest come every time.
    fn suits(self, recurrence: Recurrence) -> bool {
        let mut is_set = false;
        let is_in_place = [
            (Part::Month, recurrence.month()),
            (Part::Day, recurrence.day()),
            (Part::Hour, recurrence.hour()),
            (Part::Minute, recurrence.minute()),
        ]
        .into_iter()
        .all(|(part, value)| {
            let has = self.parts().contains(&part);
            let is_gap = has && is_set && value.is_none();
            is_set |= value.is_some();
            !is_gap && (has || value.is_none())
        });
        is_in_place && is_set && self.parts().contains(&Part::Day)
    }

    /// Writes a time; `None` if it has other parts than the form, or is not of the years 2000 to 2099. Without
    /// a day of the week, the calendar's.
    pub(crate) fn encode(self, time: MeterTime, weekday: Option<u8>, to: &mut Writer<'_>) -> Option<()> {
        let (date, clock, recurrence) = match time {
            MeterTime::At(at) => (Some(at.date), Some(at.time), None),
            MeterTime::On(date) => (Some(date), None, None),
            MeterTime::Daily(time) => (None, Some(time), None),
            MeterTime::Every(recurrence) => (None, None, Some(recurrence)),
            MeterTime::NotSet => {
                // Midnight is all zeros too, and settlement days that are not used are all 99.
                let filler = match self {
                    Self::Clock | Self::HourMinute | Self::DayHour | Self::MonthDayHour => EVERY,
                    _ => 0x00,
                };
                to.extend(self.parts().iter().map(|_| filler));
                return Some(());
            }
            _ => return None,
        };
        let has = |part| self.parts().contains(&part);
        let fits = match recurrence {
            None => date.is_some() == has(Part::Year) && clock.is_some() == has(Part::Hour),
            Some(recurrence) => !has(Part::Year) && self.suits(recurrence),
        };
        if !fits {
            return None;
        }
        let every = |part: Option<u8>| part.map_or(EVERY, digits);
        for part in self.parts() {
            let octet = match (part, recurrence) {
                (Part::Second, _) => digits(clock?.second()),
                (Part::Minute, None) => digits(clock?.minute()),
                (Part::Hour, None) => digits(clock?.hour()),
                (Part::Day, None) => digits(date?.day()),
                (Part::Month, None) => digits(date?.month()),
                (Part::Minute, Some(recurrence)) => every(recurrence.minute()),
                (Part::Hour, Some(recurrence)) => every(recurrence.hour()),
                (Part::Day, Some(recurrence)) => every(recurrence.day()),
                (Part::Month, Some(recurrence)) => every(recurrence.month()),
                (Part::Weekday, _) => match weekday {
                    Some(octet) => self::weekday(octet)?,
                    None => weekday_of(date?),
                },
                (Part::Year, _) => year(date?)?,
            };
            to.put(&[octet]);
        }
        Some(())
    }
}

/// A time of which 99 stands for every one, from the longest period down.
fn recurrence(
    month: Option<u8>,
    day: Option<u8>,
    hour: Option<u8>,
    minute: Option<u8>,
) -> Option<Recurrence> {
    let mut is_set = false;
    let mut parts = [month, day, hour, minute];
    for part in &mut parts {
        *part = match *part {
            Some(EVERY) if !is_set => None,
            Some(octet) => {
                is_set = true;
                Some(number(octet)?)
            }
            None => None,
        };
    }
    let [month, day, hour, minute] = parts;
    Recurrence::new(month, day, hour, minute)
}

/// The year in its century, as two digits.
fn year(date: Date) -> Option<u8> {
    u8::try_from(date.year().checked_sub(2_000)?).ok().filter(|&year| year <= 99).map(digits)
}

/// The day of the week of a date of the years from 2000 on, 0 being Sunday.
fn weekday_of(date: Date) -> u8 {
    // 2000-01-01 was a Saturday; March begins the year, so that its last day may be a leap day.
    let (year, month) = (u32::from(date.year()), u32::from(date.month()));
    let (year, month) = if month < 3 { (year.saturating_sub(1), month + 9) } else { (year, month - 3) };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + u32::from(date.day());
    ((days + 2) % 7) as u8
}

/// A day of the week, 0 being Sunday.
pub(crate) fn weekday(octet: u8) -> Option<u8> {
    (octet <= 6).then_some(octet)
}

fn octets<const N: usize>(form: Form, at: DateTime) -> Option<[u8; N]> {
    let mut octets = [0; N];
    form.encode(MeterTime::At(at), None, &mut Writer::new(&mut octets))?;
    Some(octets)
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
        octets(Form::Second, at).map(Self)
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
        octets(Form::Minute, at).map(Self)
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
    fn every_form_reads_and_writes_its_parts() {
        let read = |form: Form, octets: &[u8]| form.decode(Data::plain(octets));
        for (form, octets, text) in [
            (Form::Date, &[0x06, 0x06, 0x07, 0x19][..], "2019-07-06"),
            (Form::Day, &[0x31, 0x12, 0x26], "2026-12-31"),
            (Form::Clock, &[0x55, 0x53, 0x21], "21:53:55"),
            (Form::DateAndClock, &[0x55, 0x53, 0x21, 0x04, 0x21, 0x05, 0x15], "2015-05-21T21:53:55"),
            (Form::HourMinute, &[0x30, 0x23], "23:30:00"),
            (Form::DayHour, &[0x00, 0x01], "every month on day 1 in hour 0"),
            (Form::DayHour, &[0x12, 0x99], "every day in hour 12"),
            (Form::MonthDay, &[0x29, 0x02], "every year on 02-29"),
            (Form::MonthDayHour, &[0x23, 0x31, 0x12], "every year on 12-31 in hour 23"),
            (Form::Yearly, &[0x05, 0x14, 0x06, 0x07], "every year on 07-06 at 14:05"),
            (Form::Yearly, &[0x00, 0x00, 0x99, 0x99], "every day at 00:00"),
        ] {
            let time = read(form, octets);
            assert_eq!(time.to_string(), text);
            let weekday = form.weekday().map(|place| octets[place]);
            for weekday in [weekday, None] {
                let mut buffer = [0; 7];
                let mut writer = Writer::new(&mut buffer);
                assert_eq!(form.encode(time, weekday, &mut writer), Some(()));
                assert_eq!(writer.finish(), Ok(octets));
            }
        }
        for (form, octets) in [
            (Form::Yearly, &[0x05, 0x14, 0x99, 0x07][..]),
            (Form::Yearly, &[0x05, 0x14, 0x30, 0x02]),
            (Form::DayHour, &[0x24, 0x01]),
            (Form::Clock, &[0x0A, 0x00, 0x00]),
            (Form::Day, &[0x29, 0x02, 0x25]),
        ] {
            assert_eq!(read(form, octets), MeterTime::Invalid, "{form:?}");
        }
        for (form, octets) in [
            (Form::Yearly, &[0x99; 4][..]),
            (Form::DayHour, &[0x99; 2]),
            (Form::DateAndClock, &[0xFF; 7]),
            (Form::DateAndClock, &[0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00]),
            (Form::MonthDay, &[0x00, 0x00]),
        ] {
            assert_eq!(read(form, octets), MeterTime::NotSet, "{form:?}");
        }
        let mut buffer = [0; 7];
        let date = read(Form::Day, &[0x31, 0x12, 0x26]);
        assert_eq!(Form::Clock.encode(date, None, &mut Writer::new(&mut buffer)), None);
        assert_eq!(Form::Second.encode(date, None, &mut Writer::new(&mut buffer)), None);
    }

    /// What the form has no place for is not left out, and what it has is not guessed.
    #[test]
    fn a_recurrence_has_the_parts_of_its_form() {
        let encode = |form: Form, parts: [Option<u8>; 4]| {
            let [month, day, hour, minute] = parts;
            let time = MeterTime::Every(Recurrence::new(month, day, hour, minute).unwrap());
            form.encode(time, None, &mut Writer::new(&mut [0; 7]))
        };
        for (form, parts) in [
            (Form::DayHour, [Some(5), Some(1), Some(0), None]),
            (Form::DayHour, [None, Some(1), Some(0), Some(30)]),
            (Form::DayHour, [None, Some(1), None, None]),
            (Form::MonthDay, [Some(5), Some(1), Some(0), None]),
            (Form::MonthDay, [Some(5), None, None, None]),
            (Form::Yearly, [None, Some(1), Some(0), None]),
            (Form::Yearly, [Some(5), None, Some(0), Some(0)]),
            (Form::Yearly, [None; 4]),
            (Form::HourMinute, [None, None, Some(0), Some(0)]),
        ] {
            assert_eq!(encode(form, parts), None, "{form:?} {parts:?}");
        }
        assert_eq!(encode(Form::Yearly, [None, None, None, Some(30)]), Some(()));
        assert_eq!(encode(Form::DayHour, [None, Some(1), Some(0), None]), Some(()));
    }

    #[test]
    fn what_is_not_set_is_written_as_such() {
        for (form, octets) in [
            (Form::Date, &[0x00; 4][..]),
            (Form::Day, &[0x00; 3]),
            (Form::Clock, &[0x99; 3]),
            (Form::DateAndClock, &[0x00; 7]),
            (Form::Minute, &[0x00; 5]),
            (Form::Second, &[0x00; 6]),
            (Form::HourMinute, &[0x99; 2]),
            (Form::DayHour, &[0x99; 2]),
            (Form::MonthDay, &[0x00; 2]),
            (Form::MonthDayHour, &[0x99; 3]),
            (Form::Yearly, &[0x00; 4]),
        ] {
            let mut buffer = [0; 7];
            let mut writer = Writer::new(&mut buffer);
            assert_eq!(form.encode(MeterTime::NotSet, None, &mut writer), Some(()));
            assert_eq!(writer.finish(), Ok(octets), "{form:?}");
            assert_eq!(form.decode(Data::plain(octets)), MeterTime::NotSet, "{form:?}");
        }
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
