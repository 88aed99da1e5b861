//! Load records (DL/T 645-2007, annex B).
//!
//! ```text
//! A0 A0 │ n │ mm hh DD MM YY │ class 1 AA │ … │ class 6 AA │ sum │ E5
//!           └──────────── n octets ───────────────────────┘
//! └────────────────── summed ─────────────────────────────┘
//! ```

use meter_value::bcd::Sign;
use meter_value::line::Writer;

use super::account::{Account, Combination};
use super::format;
use super::mains::Mains;
use super::ring::Ring;

/// Octets of the classes' data: voltages, currents, frequency; powers; power factors; active and combined
/// reactive energies; reactive energies by quadrant; demands.
pub(super) const CLASSES: [usize; 6] = [17, 24, 8, 16, 16, 6];

const OCTETS: usize = 17 + 24 + 8 + 16 + 16 + 6;

/// Octets of the longest record.
const RECORD: usize = 3 + 5 + OCTETS + CLASSES.len() + 2;

const SEPARATOR: u8 = 0xAA;

/// Every class as it was at a time: minute, hour, day, month and year.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadRecord {
    time: [u8; 5],
    /// Which classes it has, from bit 0 on.
    classes: u8,
    data: [u8; OCTETS],
}

impl LoadRecord {
    pub const EMPTY: Self = Self { time: [0; 5], classes: 0, data: [0; OCTETS] };

    pub fn new<const T: usize>(
        time: [u8; 5],
        classes: u8,
        mains: &Mains,
        account: &Account<T>,
        demand: [i64; 3],
        combination: Combination,
    ) -> Self {
        let mut record = Self { time, classes, data: [0; OCTETS] };
        let data = &mut Writer::new(&mut record.data);
        let phases = [None, Some(1), Some(2), Some(3)];
        for phase in mains.phases {
            format::number(data, phase.voltage_dv.into(), 2, Sign::Unsigned);
        }
        for phase in mains.phases {
            format::number(data, phase.current_ma.into(), 3, Sign::TopBit);
        }
        format::number(data, mains.frequency_chz.into(), 2, Sign::Unsigned);
        phases.iter().for_each(|phase| format::power(data, mains.active_dw(*phase), Sign::TopBit));
        phases.iter().for_each(|phase| format::power(data, mains.reactive_dvar(*phase), Sign::TopBit));
        for phase in phases {
            format::number(data, mains.power_factor_permille(phase), 2, Sign::TopBit);
        }
        for kind in 1..=8 {
            let sign = if matches!(kind, 3 | 4) { Sign::TopBit } else { Sign::Unsigned };
            format::energy(data, account.energy(kind, 0, combination).unwrap_or(0), sign);
        }
        let [active, reactive, _] = demand;
        format::power(data, active, Sign::TopBit);
        format::power(data, reactive, Sign::TopBit);
        record
    }

    fn is_from(&self, time: [u8; 5]) -> bool {
        // The year is last.
        self.time.iter().rev().ge(time.iter().rev())
    }

    /// Appends the record with the classes that are asked for.
    fn put(&self, classes: u8, out: &mut Writer<'_>) {
        let mut room = [0; RECORD];
        let mut writer = Writer::new(&mut room);
        writer.put(&[0xA0, 0xA0, 0]);
        writer.put(&self.time);
        let mut start = 0;
        for (class, octets) in CLASSES.iter().enumerate() {
            let end = start + octets;
            if classes >> class & 1 == 1 {
                writer.put(self.data.get(start..end).unwrap_or_default());
            }
            writer.put(&[SEPARATOR]);
            start = end;
        }
        writer.set(2, (writer.len() - 3) as u8);
        let sum = writer.written().iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
        writer.put(&[sum, 0xE5]);
        out.put(writer.written());
    }
}

/// From where on load records are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Earliest,
    Time([u8; 5]),
    Latest,
}

/// Appends up to `count` records that have any of the classes, the earliest first, as many as there is room
/// for.
pub(super) fn put<const R: usize>(
    records: &Ring<LoadRecord, R>,
    classes: u8,
    count: u8,
    from: From,
    data: &mut Writer<'_>,
) {
    let has_class = |record: &&LoadRecord| record.classes & classes != 0;
    // Of the latest, those give way to the room that are farthest back.
    let count = usize::from(count).min(data.room() / RECORD);
    let skipped = match from {
        From::Latest => records.iter().filter(has_class).count().saturating_sub(count),
        _ => 0,
    };
    let since = |record: &&LoadRecord| match from {
        From::Time(time) => record.is_from(time),
        _ => true,
    };
    for record in records.iter().filter(has_class).skip(skipped).filter(since).take(count) {
        record.put(record.classes & classes, data);
    }
}
