//! What can be written, and by whom.

use meter_value::bcd::{self, Sign};
use meter_value::{Date, DateTime, Time};

use super::clock::Clock;
use super::parameters::Kind;
use super::{Meter, format};
use crate::{Address, Data, Edition, ErrorFlags, Identifier, Password};

/// What an identifier names that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Day of the week, day, month and year.
    Date,
    /// Second, minute and hour.
    Time,
    /// Both, the time first.
    DateAndTime,
    /// The reports that were read.
    Report,
    /// The address, which the server keeps.
    Address,
    /// The level of a password, and its digits.
    Password,
    /// A parameter that is only kept.
    Parameter,
}

/// The password of level 0; those of levels 1 to 9 follow.
pub(super) const PASSWORDS: u32 = 0x0400_0C01;

impl<const T: usize, const R: usize> Meter<T, R> {
    /// What to write, how many octets it has, and the level of the password it needs, if that is fixed.
    pub(super) fn target(&self, identifier: Identifier) -> Option<(Target, usize, Option<u8>)> {
        use Identifier::{Y1997, Y2007};
        Some(match identifier {
            Y1997(0xC010) | Y2007(0x0400_0101) => (Target::Date, 4, Some(4)),
            Y1997(0xC011) | Y2007(0x0400_0102) => (Target::Time, 3, Some(4)),
            Y2007(0x0400_010C) => (Target::DateAndTime, 7, Some(4)),
            Y2007(0x0400_0401) => (Target::Address, 6, Some(2)),
            Y1997(0xC212) | Y2007(PASSWORDS..=0x0400_0C0A) => (Target::Password, 4, None),
            Y2007(0x0400_1503) => (Target::Report, 12, None),
            _ => {
                let row = self.parameters.row(self.number(identifier)?)?;
                (Target::Parameter, row.octets.into(), row.level)
            }
        })
    }

    /// The reasons why octets of the right number are no value.
    pub(super) fn judge(&self, number: u32, target: Target, data: Data<'_>) -> Result<(), ErrorFlags> {
        let valid = match target {
            Target::Date | Target::Time | Target::DateAndTime => self.clock_from(target, data).is_some(),
            Target::Report => true,
            Target::Address => data.whole().is_some_and(|octets| is_address(Address(octets), self.edition)),
            Target::Password => {
                let level = data.at(0).filter(|level| *level <= 9).map(u32::from);
                let named =
                    if self.edition == Edition::Y2007 { number.checked_sub(PASSWORDS) } else { level };
                level.is_some() && level == named
            }
            Target::Parameter => {
                let kind = self.parameters.row(number).map(|row| row.kind);
                kind != Some(Kind::Digits) || is_digits(data)
            }
        };
        if !valid {
            return Err(ErrorFlags::OTHER);
        }
        let count = data.at(0).map_or(0, |octet| format::count(&[octet]));
        match (self.edition, number) {
            (Edition::Y2007, 0x0400_0201) | (Edition::Y1997, 0xC310) if count > 14 => {
                Err(ErrorFlags::YEAR_ZONES)
            }
            (Edition::Y2007, 0x0400_0202) | (Edition::Y1997, 0xC311) if count > 8 => {
                Err(ErrorFlags::DAY_SLOTS)
            }
            (Edition::Y2007, 0x0400_0203) if count > 14 => Err(ErrorFlags::DAY_SLOTS),
            (Edition::Y1997, 0xC312) if count > 10 => Err(ErrorFlags::DAY_SLOTS),
            (Edition::Y2007, 0x0400_0204) | (Edition::Y1997, 0xC313) if count as usize > T => {
                Err(ErrorFlags::TARIFFS)
            }
            _ => Ok(()),
        }
    }

    /// Keeps what was judged to be right; whether that set the clock.
    pub(super) fn keep(&mut self, number: u32, target: Target, data: Data<'_>) -> bool {
        match target {
            Target::Date | Target::Time | Target::DateAndTime => {
                if let Some(clock) = self.clock_from(target, data) {
                    self.clock = clock;
                }
                return true;
            }
            Target::Report => {
                for (octet, seen) in self.report.iter_mut().zip(data.iter()) {
                    *octet &= !seen;
                }
            }
            Target::Address => {}
            Target::Password => {
                if let Some(password) = data.whole().map(Password::new) {
                    self.rights.set(password);
                }
            }
            Target::Parameter => {
                if let Some(octets) = self.parameters.octets_mut(number) {
                    octets.iter_mut().zip(data.iter()).for_each(|(octet, new)| *octet = new);
                }
            }
        }
        false
    }

    /// The clock with a new date, time or both.
    fn clock_from(&self, target: Target, data: Data<'_>) -> Option<Clock> {
        let DateTime { date, time } = self.now();
        let number = |place| {
            let octet = data.at(place)?;
            bcd::decode(&[octet], Sign::Unsigned).ok().map(|number| number as u8)
        };
        let new_date = |place: usize| {
            let year = 2_000 + u16::from(number(place + 3)?);
            // The meter knows the day of the week by itself.
            number(place).filter(|weekday| *weekday <= 6)?;
            Date::new(year, number(place + 2)?, number(place + 1)?)
        };
        let new_time = || Time::new(number(2)?, number(1)?, number(0)?);
        Some(Clock::new(match target {
            Target::Date => DateTime { date: new_date(0)?, time },
            Target::Time => DateTime { date, time: new_time()? },
            _ => DateTime { date: new_date(3)?, time: new_time()? },
        }))
    }
}

/// Whether a meter can have the address: digits, and not those that stand for every meter. A meter of 1997
/// fills the highest ones, which it does not have, with AA.
pub(super) fn is_address(address: Address, edition: Edition) -> bool {
    let [filler, ..] = Address::ANY.0;
    let padded = match edition {
        Edition::Y1997 => address.0.iter().rev().take_while(|octet| **octet == filler).count(),
        Edition::Y2007 => 0,
    };
    let digits = Data::plain(address.0.get(..address.0.len() - padded).unwrap_or_default());
    address != Address::BROADCAST && !digits.is_empty() && is_digits(digits)
}

/// Whether every octet is two decimal digits.
fn is_digits(data: Data<'_>) -> bool {
    data.iter().all(|octet| octet >> 4 <= 9 && octet & 0x0F <= 9)
}
