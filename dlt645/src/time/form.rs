//! Which parts of a time stand in the data.

use meter_value::line::Writer;
use meter_value::{Date, DateTime, MeterTime, Recurrence, Time};

use super::{digits, number};
use crate::Data;

/// Parts of a time, in order.
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
pub(super) const EVERY: u8 = 0x99;

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
pub(super) fn year(date: Date) -> Option<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

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
}
