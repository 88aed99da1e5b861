//! What a meter of 2007 says.

use meter_value::bcd::Sign;
use meter_value::line::Writer;

use super::account::{Combination, KINDS, Peak};
use super::{Meter, format};
use crate::{Edition, Identifier};

/// FF in an identifier: all there is.
const ALL: u8 = 0xFF;

/// Between DI2 of the total and of phase A, and from phase to phase.
const PHASE_STEP: u8 = 0x14;

/// Mode words of freezes: DI2 of the freeze, the parameter.
const MODES: [(u8, u32); 4] = [(0, 0x0400_0902), (1, 0x0400_0903), (4, 0x0400_0905), (6, 0x0400_0906)];

impl<const T: usize, const R: usize> Meter<T, R> {
    /// Appends what an identifier of 2007 names, or each thing of a block, if there is such a thing.
    pub(super) fn put_2007(&self, number: u32, data: &mut Writer<'_>) -> bool {
        let [di3, di2, di1, di0] = number.to_be_bytes();
        let before = data.len();
        match (di3, di1, di0) {
            (0..=2, ALL, _) => (0..ALL).for_each(|di1| _ = self.put_one([di3, di2, di1, di0], data)),
            (0 | 1 | 4, _, ALL) => (0..ALL).for_each(|di0| _ = self.put_one([di3, di2, di1, di0], data)),
            _ => return self.put_one([di3, di2, di1, di0], data),
        }
        data.len() > before
    }

    fn put_one(&self, octets: [u8; 4], data: &mut Writer<'_>) -> bool {
        let ([di3, di2, _, di0], number) = (octets, u32::from_be_bytes(octets));
        let identifier = Identifier::Y2007(number);
        match di3 {
            0x00 => put(data, identifier, self.energy(number).map(|energy| (energy, 2))),
            0x01 => self.peak(number).map(|peak| put_peak(data, identifier, peak)).is_some(),
            0x02 => put(data, identifier, self.variable(number)),
            0x03 => self.events.put(octets, data),
            0x04 => self.put_parameter(number, data),
            0x05 => {
                let mode = MODES.iter().find(|(kind, _)| *kind == di2).map(|(_, word)| self.word(*word));
                di0 > 0 && self.freezes.put(octets, mode.unwrap_or(0), self.tariffs(), data)
            }
            _ => false,
        }
    }

    /// The energy that an identifier of family 00 names, in 0.01 of its unit.
    pub(super) fn energy(&self, number: u32) -> Option<i64> {
        let [_, di2, di1, di0] = number.to_be_bytes();
        let combination = self.combination();
        if di2 == KINDS as u8 {
            let total = |back: u8| self.account(back)?.energy(0, 0, combination);
            return Some(if di1 == 0 && di0 < 2 { total(di0)? - total(di0 + 1)? } else { return None });
        }
        let account = self.account(di0)?;
        let (phase, kind) = (di2 / PHASE_STEP, usize::from(di2 % PHASE_STEP));
        match phase.checked_sub(1) {
            None => {
                let is_kept = usize::from(di1) <= self.tariffs();
                account.energy(kind, di1.into(), combination).filter(|_| is_kept)
            }
            Some(place) => {
                let energies = account.phases.get(usize::from(place)).filter(|_| di1 == 0 && kind > 0)?;
                super::account::energy(energies, kind, combination)
            }
        }
    }

    /// The maximum demand that an identifier of family 01 names.
    pub(super) fn peak(&self, number: u32) -> Option<&Peak> {
        let [_, kind, tariff, back] = number.to_be_bytes();
        let peak = self.account(back)?.peak(kind.into(), tariff.into());
        peak.filter(|_| usize::from(tariff) <= self.tariffs())
    }

    /// The variable that an identifier of family 02 names, and how many decimals it has.
    pub(super) fn variable(&self, number: u32) -> Option<(i64, u8)> {
        let [_, di2, di1, di0] = number.to_be_bytes();
        let mains = self.load();
        if di2 == 0x80 {
            let demand = self.demand_now();
            let [active, reactive, apparent] = demand;
            return Some(match (di1, di0) {
                (0, 0x01) => (mains.neutral_ma.into(), 3),
                (0, 0x02) => (mains.frequency_chz.into(), 2),
                (0, 0x03) => (self.demand.average(1).map_or(0, |[active, ..]| active.abs()), 4),
                (0, 0x04) => (active, 4),
                (0, 0x05) => (reactive, 4),
                (0, 0x06) => (apparent, 4),
                (0, 0x07) => (mains.temperature_dc.into(), 1),
                (0, 0x08) => (mains.clock_battery_cv.into(), 2),
                (0, 0x09) => (mains.outage_battery_cv.into(), 2),
                (0, 0x0A) => (i64::try_from(self.minutes_on_battery).unwrap_or(i64::MAX), 0),
                _ => return None,
            });
        }
        if di0 != 0 {
            return None;
        }
        let phase = usize::from(di1).checked_sub(1);
        let of_phase = phase.and_then(|place| mains.phases.get(place));
        if phase.is_some() && of_phase.is_none() {
            return None;
        }
        let phase = phase.map(|place| place + 1);
        Some(match di2 {
            0x01 => (of_phase?.voltage_dv.into(), 1),
            0x02 => (of_phase?.current_ma.into(), 3),
            0x03 => (mains.active_dw(phase), 4),
            0x04 => (mains.reactive_dvar(phase), 4),
            0x05 => (mains.apparent_dva(phase), 4),
            0x06 => (mains.power_factor_permille(phase), 3),
            0x07 => (of_phase?.angle_ddeg.into(), 1),
            _ => return None,
        })
    }

    fn put_parameter(&self, number: u32, data: &mut Writer<'_>) -> bool {
        let time = self.clock_octets();
        let [second, minute, hour, day, month, year] = time;
        let weekday = self.clock.weekday();
        match number {
            0x0400_0101 => data.put(&[weekday, day, month, year]),
            0x0400_0102 => data.put(&[second, minute, hour]),
            0x0400_010C => data.put(&[second, minute, hour, weekday, day, month, year]),
            0x0400_0501..=0x0400_0507 => data.put(&self.status(number as u8).to_le_bytes()),
            0x0400_0508 => data.put(&[0; 4]),
            0x0400_1501 => {
                data.put(&self.report);
                // The count of new events of each kind is not kept.
                let kinds = self.report.iter().map(|octet| octet.count_ones()).sum::<u32>();
                (0..kinds).for_each(|_| data.put(&[1]));
            }
            // Only the prices of the tariffs the meter has.
            0x0405_0101..=0x0405_02FF if number & 0xFF > self.tariffs() as u32 => return false,
            _ => match self.parameters.octets(number) {
                Some(octets) => data.put(octets),
                None => return false,
            },
        }
        true
    }

    /// A word of the meter's state, 1 to 7.
    pub(super) fn status(&self, word: u8) -> u16 {
        let flag = |bit: u32, is_set: bool| u16::from(is_set) << bit;
        let mains = self.load();
        match word {
            1 => {
                let [period, sliding] = self.demand_times();
                flag(1, period == sliding)
                    | flag(4, mains.active_dw(None) < 0)
                    | flag(5, mains.reactive_dvar(None) < 0)
            }
            2 => (0..).zip(mains.phases).fold(0, |word, (bit, phase)| {
                word | flag(bit, phase.active_dw < 0) | flag(bit + 4, phase.reactive_dvar < 0)
            }),
            3 => {
                flag(3, self.programming)
                    | flag(4, self.relay.is_open())
                    | flag(6, self.relay.is_tripped())
                    | flag(7, self.relay.is_alarmed())
            }
            4..=6 => flag(0, self.losses.get(usize::from(word) - 4).is_some_and(Option::is_some)),
            _ => flag(5, self.down.is_some()),
        }
    }

    pub(super) fn combination(&self) -> Combination {
        let word = |number| self.word(number);
        match self.edition {
            Edition::Y1997 => Combination { active: 0x05, reactive: [0x05, 0x50] },
            Edition::Y2007 => {
                Combination { active: word(0x0400_0601), reactive: [word(0x0400_0602), word(0x0400_0603)] }
            }
        }
    }
}

/// Appends a value in the form of the identifier.
pub(super) fn put(data: &mut Writer<'_>, identifier: Identifier, value: Option<(i64, u8)>) -> bool {
    let Some((value, decimals)) = value.filter(|_| identifier.point().is_some()) else { return false };
    format::point(data, identifier, value, decimals);
    true
}

fn put_peak(data: &mut Writer<'_>, identifier: Identifier, peak: &Peak) {
    let sign = identifier.point().map_or(Sign::Unsigned, crate::Point::sign);
    format::peak(data, peak, sign);
}
