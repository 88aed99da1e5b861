//! What happened to the meter: how often, and the last ten records of each kind (DL/T 645-2007, table A.3).

use meter_value::bcd::Sign;
use meter_value::line::Writer;

use super::account::{Combination, Energies, energy};
use super::format;
use super::mains::Mains;

/// How many records are kept.
const KEPT: usize = 10;

/// The last records of a kind, `LEN` octets each.
#[derive(Clone, Debug)]
pub(super) struct Log<const LEN: usize> {
    pub count: u32,
    records: [[u8; LEN]; KEPT],
}

impl<const LEN: usize> Log<LEN> {
    pub const EMPTY: Self = Self { count: 0, records: [[0; LEN]; KEPT] };

    /// Keeps what `write` writes.
    pub fn push(&mut self, write: impl FnOnce(&mut Writer<'_>)) {
        self.count = self.count.saturating_add(1);
        self.records.rotate_right(1);
        if let Some(latest) = self.records.first_mut() {
            latest.fill(0);
            write(&mut Writer::new(latest));
        }
    }

    /// The latest record; empty if there is none, as after the log was cleared.
    pub fn latest_mut(&mut self) -> &mut [u8] {
        self.records.first_mut().filter(|_| self.count > 0).map_or(&mut [], |record| record)
    }

    /// The record so many back, 1 being the latest; without one, zeros.
    pub fn back(&self, back: u8) -> Option<&[u8; LEN]> {
        self.records.get(usize::from(back).checked_sub(1)?)
    }

    /// Appends the count for 0, or a record.
    fn put(&self, back: u8, data: &mut Writer<'_>) -> bool {
        if back == 0 {
            format::number(data, self.count.into(), 3, Sign::Unsigned);
            return true;
        }
        self.back(back).map(|record| data.put(record)).is_some()
    }
}

/// The energies and charges that a record of a lost voltage has the increments of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// Forward and reverse active, combined reactive 1 and 2 in 0.01: in all, then by phase.
    pub energies: [[i64; 4]; 4],
    /// In mA s, by phase.
    pub charges: [i64; 3],
}

impl Counts {
    pub fn of(total: [i64; 4], phases: &[Energies; 3], charges: [i64; 3], combination: Combination) -> Self {
        let of =
            |energies: &Energies| [1, 2, 3, 4].map(|kind| energy(energies, kind, combination).unwrap_or(0));
        let [a, b, c] = phases;
        Self { energies: [total, of(a), of(b), of(c)], charges }
    }
}

/// 0.01 Ah in mA s.
const HUNDREDTH_AMPERE_HOUR: i64 = 36_000;

/// A voltage that is lost now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    pub start: [u8; 6],
    pub counts: Counts,
    pub mains: Mains,
}

impl Loss {
    /// The record: when, then the increments and how it was when it began.
    pub fn put(&self, end: [u8; 6], now: &Counts, data: &mut Writer<'_>) {
        data.put(&self.start);
        data.put(&end);
        let increments = now.energies.iter().zip(&self.counts.energies);
        for (phase, (now, before)) in increments.enumerate() {
            now.iter()
                .zip(before)
                .for_each(|(now, before)| format::energy(data, now - before, Sign::Unsigned));
            let Some(at) = phase.checked_sub(1).and_then(|place| self.mains.phases.get(place)) else {
                continue;
            };
            format::number(data, at.voltage_dv.into(), 2, Sign::Unsigned);
            format::number(data, at.current_ma.into(), 3, Sign::TopBit);
            format::power(data, at.active_dw.into(), Sign::TopBit);
            format::power(data, at.reactive_dvar.into(), Sign::TopBit);
            format::number(data, self.mains.power_factor_permille(Some(phase)), 2, Sign::TopBit);
        }
        let now = now.charges.iter().zip(&self.counts.charges);
        let charges = now.map(|(now, before)| (now - before) / HUNDREDTH_AMPERE_HOUR);
        format::energy(data, charges.clone().sum(), Sign::Unsigned);
        charges.for_each(|charge| format::energy(data, charge, Sign::Unsigned));
    }
}

#[derive(Clone, Debug)]
pub(super) struct Events {
    pub programming: Log<50>,
    pub meter_clear: Log<106>,
    pub demand_clear: Log<202>,
    pub event_clear: Log<14>,
    pub clock_set: Log<16>,
    pub power_down: Log<12>,
    /// By phase.
    pub losses: [Log<131>; 3],
    pub loss_minutes: [u32; 3],
}

/// FF in an identifier: all of a class.
const ALL: u8 = 0xFF;

impl Events {
    pub const NONE: Self = Self {
        programming: Log::EMPTY,
        meter_clear: Log::EMPTY,
        demand_clear: Log::EMPTY,
        event_clear: Log::EMPTY,
        clock_set: Log::EMPTY,
        power_down: Log::EMPTY,
        losses: [Log::EMPTY; 3],
        loss_minutes: [0; 3],
    };

    /// Appends what an identifier of family 03 names, if there is such a thing.
    pub fn put(&self, [_, di2, di1, di0]: [u8; 4], data: &mut Writer<'_>) -> bool {
        match (di2, di1, di0) {
            (0x01, 0, 0) => {
                for (log, minutes) in self.losses.iter().zip(self.loss_minutes) {
                    format::number(data, log.count.into(), 3, Sign::Unsigned);
                    format::number(data, minutes.into(), 3, Sign::Unsigned);
                }
                true
            }
            (0x01, phase @ 1..=3, 1..) => {
                self.losses.get(usize::from(phase) - 1).is_some_and(|log| log.put(di0, data))
            }
            (0x11, 0, _) => self.power_down.put(di0, data),
            (0x30, 0x00, _) => self.programming.put(di0, data),
            (0x30, 0x01, _) => self.meter_clear.put(di0, data),
            (0x30, 0x02, _) => self.demand_clear.put(di0, data),
            (0x30, 0x03, _) => self.event_clear.put(di0, data),
            (0x30, 0x04, _) => self.clock_set.put(di0, data),
            _ => false,
        }
    }

    /// Whether the events of a class can be forgotten: those of all but clearing.
    pub const fn is_class(class: [u8; 4]) -> bool {
        matches!(
            class,
            [ALL, ALL, ALL, ALL]
                | [3, 0x01, 0..=3 | ALL, ALL]
                | [3, 0x11, 0 | ALL, ALL]
                | [3, 0x30, 0x00 | 0x02 | 0x04, ALL]
        )
    }

    /// Forgets the events of a class.
    pub fn clear(&mut self, class: [u8; 4]) {
        let [_, di2, di1, _] = class;
        match (di2, di1) {
            (ALL, _) => {
                let Self { meter_clear, event_clear, .. } = core::mem::replace(self, Self::NONE);
                (self.meter_clear, self.event_clear) = (meter_clear, event_clear);
            }
            (0x01, phase) => {
                let phases = (1..).zip(self.losses.iter_mut().zip(&mut self.loss_minutes));
                for (_, (log, minutes)) in
                    phases.filter(|(number, _)| matches!(phase, 0 | ALL) || *number == phase)
                {
                    (*log, *minutes) = (Log::EMPTY, 0);
                }
            }
            (0x11, _) => self.power_down = Log::EMPTY,
            (_, 0x00) => self.programming = Log::EMPTY,
            (_, 0x02) => self.demand_clear = Log::EMPTY,
            _ => self.clock_set = Log::EMPTY,
        }
    }
}
