//! Copies of the registers (DL/T 645-2007, table A.5).

use meter_value::bcd::Sign;
use meter_value::line::Writer;

use super::account::{Account, Combination, Peak};
use super::format;
use super::mains::Mains;
use super::ring::Ring;

/// A copy at a time: minute, hour, day, month and year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Freeze<const T: usize> {
    time: [u8; 5],
    /// Kinds 1 to 8 in 0.01 of their unit, by tariff.
    energies: [[i32; T]; 8],
    /// Forward and reverse active.
    peaks: [(Peak, [Peak; T]); 2],
    /// Active power, then reactive power: in all, then by phase.
    powers: [i32; 8],
}

impl<const T: usize> Freeze<T> {
    pub const EMPTY: Self = Self {
        time: [0; 5],
        energies: [[0; T]; 8],
        peaks: [(Peak { value: 0, at: [0; 5] }, [Peak { value: 0, at: [0; 5] }; T]); 2],
        powers: [0; 8],
    };

    pub fn new(time: [u8; 5], account: &Account<T>, mains: &Mains, combination: Combination) -> Self {
        let mut freeze = Self { time, ..Self::EMPTY };
        for (kind, tariffs) in (1..).zip(&mut freeze.energies) {
            for (tariff, energy) in (1..).zip(tariffs) {
                let now = account.energy(kind, tariff, combination).unwrap_or(0);
                *energy = i32::try_from(now).unwrap_or(i32::MAX);
            }
        }
        let [_, forward, reverse, ..] = account.peaks;
        freeze.peaks = [forward, reverse];
        let phases = [None, Some(1), Some(2), Some(3)];
        let powers = phases.map(|phase| mains.active_dw(phase)).into_iter();
        let powers = powers.chain(phases.map(|phase| mains.reactive_dvar(phase)));
        for (slot, power) in freeze.powers.iter_mut().zip(powers) {
            *slot = i32::try_from(power).unwrap_or(i32::MAX);
        }
        freeze
    }

    /// Appends an item, with its total before its tariffs, if it is in the mode word.
    fn put(&self, item: u8, mode: u8, tariffs: usize, data: &mut Writer<'_>) -> bool {
        let bit = match item {
            0x00 => return put_time(self.time, data),
            0x01..=0x04 => item - 1,
            0x05..=0x08 => 4,
            0x09 | 0x0A => item - 4,
            0x10 => 7,
            _ => return false,
        };
        if mode >> bit & 1 == 0 {
            return false;
        }
        match item {
            0x01..=0x08 => {
                let sign = if matches!(item, 3 | 4) { Sign::TopBit } else { Sign::Unsigned };
                let Some(kept) = self.energies.get(usize::from(item) - 1) else { return false };
                format::energy(data, kept.iter().map(|energy| i64::from(*energy)).sum(), sign);
                kept.iter().take(tariffs).for_each(|energy| format::energy(data, (*energy).into(), sign));
            }
            0x09 | 0x0A => {
                let Some((total, kept)) = self.peaks.get(usize::from(item) - 9) else { return false };
                let peaks = [total].into_iter().chain(kept.iter().take(tariffs));
                peaks.for_each(|peak| format::peak(data, peak, Sign::Unsigned));
            }
            _ => self.powers.iter().for_each(|power| format::power(data, (*power).into(), Sign::TopBit)),
        }
        true
    }
}

fn put_time(time: [u8; 5], data: &mut Writer<'_>) -> bool {
    data.put(&time);
    true
}

/// A copy of the totals every hour: when, then forward and reverse active energy in 0.01 kWh.
type Hour = ([u8; 5], [i64; 2]);

/// Which copies, as DI2 numbers them.
pub(super) const TIMED: u8 = 0;
pub(super) const INSTANT: u8 = 1;
pub(super) const HOURLY: u8 = 4;
pub(super) const DAILY: u8 = 6;

#[derive(Clone, Debug)]
pub(super) struct Freezes<const T: usize, const R: usize> {
    timed: Ring<Freeze<T>, 12>,
    instant: Ring<Freeze<T>, 3>,
    hourly: Ring<Hour, R>,
    daily: Ring<Freeze<T>, R>,
}

impl<const T: usize, const R: usize> Freezes<T, R> {
    pub const NONE: Self = Self {
        timed: Ring::new(Freeze::EMPTY),
        instant: Ring::new(Freeze::EMPTY),
        hourly: Ring::new(([0; 5], [0; 2])),
        daily: Ring::new(Freeze::EMPTY),
    };

    pub fn push(&mut self, kind: u8, freeze: Freeze<T>) {
        match kind {
            TIMED => self.timed.push(freeze),
            INSTANT => self.instant.push(freeze),
            DAILY => self.daily.push(freeze),
            _ => {
                let total = |energies: &[i32; T]| energies.iter().map(|energy| i64::from(*energy)).sum();
                let [forward, reverse, ..] = &freeze.energies;
                self.hourly.push((freeze.time, [total(forward), total(reverse)]));
            }
        }
    }

    /// Appends what an identifier of family 05 names, if there is such a thing. FF stands for all items, one
    /// after the other.
    pub fn put(
        &self,
        [_, kind, item, back]: [u8; 4],
        mode: u8,
        tariffs: usize,
        data: &mut Writer<'_>,
    ) -> bool {
        let back = usize::from(back);
        let items = if item == 0xFF { 0..=0x10 } else { item..=item };
        let mut any = false;
        for item in items {
            any |= match kind {
                TIMED => self.timed.back(back).is_some_and(|freeze| freeze.put(item, mode, tariffs, data)),
                INSTANT => {
                    self.instant.back(back).is_some_and(|freeze| freeze.put(item, mode, tariffs, data))
                }
                DAILY => self.daily.back(back).is_some_and(|freeze| freeze.put(item, mode, tariffs, data)),
                HOURLY => self.hourly.back(back).is_some_and(|hour| put_hour(hour, item, mode, data)),
                _ => false,
            };
        }
        any
    }
}

fn put_hour((time, energies): &Hour, item: u8, mode: u8, data: &mut Writer<'_>) -> bool {
    let Some(place) = item.checked_sub(1) else { return put_time(*time, data) };
    let Some(energy) = energies.get(usize::from(place)).filter(|_| mode >> place & 1 == 1) else {
        return false;
    };
    format::energy(data, *energy, Sign::Unsigned);
    true
}
