//! The fixed structure of old meters: two counters.
//!
//! ```text
//!     identification  access  status  medium and units  counter 1  counter 2
//!            4          1       1            2              4          4      octets
//! ```

use meter_value::{Quantity, Unit};

use crate::Status;
use crate::qualifier::Meaning;
use crate::record::{Function, Record};
use crate::table::{Entry, Kind};
use crate::value::Coding;

/// Octets before the counters.
const HEAD: usize = 8;

/// The two counters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Counters<'a> {
    octets: &'a [u8; 16],
    is_high_first: bool,
    next: u8,
}

impl<'a> Counters<'a> {
    /// All octets behind the CI field.
    pub(crate) const fn new(octets: &'a [u8; 16], is_high_first: bool) -> Self {
        Self { octets, is_high_first, next: 0 }
    }

    fn status(&self) -> Status {
        let [_, _, _, _, _, status, ..] = *self.octets;
        Status(status)
    }

    fn units(&self) -> [u8; 2] {
        let [_, _, _, _, _, _, first, second, ..] = *self.octets;
        [first, second]
    }

    /// Whether the counters were kept at a date.
    fn is_historic(&self) -> bool {
        self.status().0 & 0x02 != 0
    }

    fn coding(&self) -> Coding {
        // Sources differ on which bits of the status say this; those of the standard are taken.
        match (self.status().0 & 0x01 != 0, self.is_high_first) {
            (false, false) => Coding::Bcd,
            (false, true) => Coding::BcdHighFirst,
            (true, false) => Coding::Integer,
            (true, true) => Coding::IntegerHighFirst,
        }
    }
}

impl<'a> Iterator for Counters<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let [first, second] = self.units().map(|unit| unit & 0x3F);
        let index = self.next;
        self.next = index.checked_add(1).filter(|next| *next <= 2)?;
        let offset = HEAD + 4 * usize::from(index);
        let data = self.octets.get(offset..offset + 4)?;
        // The second counter may be of the same unit, kept at a date.
        let (unit, is_kept) = match (index, second) {
            (0, _) => (first, false),
            (_, SAME_UNIT) => (first, true),
            _ => (second, false),
        };
        Some(Record {
            offset,
            function: Function::Instantaneous,
            storage: u64::from(is_kept || self.is_historic()),
            tariff: 0,
            subunit: 0,
            vif: None,
            vifes: &[],
            header: &[],
            data,
            coding: self.coding(),
            meaning: Meaning::of(entry(unit)),
        })
    }
}

/// Of counter 2: the unit of counter 1.
const SAME_UNIT: u8 = 0x3E;

/// The meaning of a unit's code.
const fn entry(code: u8) -> Entry {
    use {Quantity as Q, Unit as U};
    let (quantity, unit, exponent) = match code {
        0x02..=0x0A => (Q::Energy, U::WattHour, code - 0x02),
        0x0B..=0x13 => return Entry::scaled(Q::Energy, U::Joule, (code - 0x0B) as i8 + 3),
        0x14..=0x1C => (Q::Power, U::Watt, code - 0x14),
        0x1D..=0x25 => return Entry::scaled(Q::Power, U::JoulePerHour, (code - 0x1D) as i8 + 3),
        0x26..=0x2E => return Entry::scaled(Q::Volume, U::CubicMetre, (code - 0x26) as i8 - 6),
        0x2F..=0x37 => return Entry::scaled(Q::VolumeFlow, U::CubicMetrePerHour, (code - 0x2F) as i8 - 6),
        0x38 => return Entry::scaled(Q::FlowTemperature, U::Celsius, -3),
        0x39 => (Q::HeatCostAllocation, U::One, 0),
        // Hours, minutes and seconds; day, month and year: how they stand is not known.
        0x00 | 0x01 => return Entry { quantity: Some(Q::DateTime), kind: Kind::Octets, ..Entry::NONE },
        _ => return Entry::NONE,
    };
    Entry::scaled(quantity, unit, exponent as i8)
}
