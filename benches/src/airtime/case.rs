//! What is measured of airtimes.

use std::hint::black_box;

use super::Implementation;
use super::settings::{Sample, Settings, calculators, grid};
use crate::case::{Case, Counted, Meter, meter};
use crate::stream::Found;

/// A frame as LoRaWAN sends it, with a spreading factor.
pub const fn usual(factor: u32, low_data_rate: bool) -> Settings {
    Settings {
        sx127x: false,
        factor,
        divider: 4,
        rate: 1,
        preamble: 8,
        explicit_header: true,
        crc: true,
        low_data_rate,
    }
}

pub const SF7: Settings = usual(7, false);
pub const SF12: Settings = usual(12, true);
pub const PAYLOAD: u8 = 64;

pub const ALL: [Case<Implementation>; 5] = [
    Case { name: "64 octets at SF7", octets: 64, meter: |peer| airtime(peer, &SF7), counted: None },
    Case { name: "64 octets at SF12", octets: 64, meter: |peer| airtime(peer, &SF12), counted: None },
    right(
        "values of calculators",
        Counted {
            counts: "exact, others",
            total: || calculators().len(),
            count: |peer| Some(compare(peer, &calculators(), 0)),
        },
    ),
    right(
        "grid of settings",
        Counted {
            counts: "exact, others",
            total: || grid().len(),
            count: |peer| Some(compare(peer, &grid(), 0)),
        },
    ),
    right(
        "grid of settings",
        Counted {
            counts: "within 1 %, others",
            total: || grid().len(),
            count: |peer| Some(compare(peer, &grid(), 1)),
        },
    ),
];

const fn right(name: &'static str, counted: Counted<Implementation>) -> Case<Implementation> {
    Case { name, octets: 0, meter: |_| None, counted: Some(counted) }
}

fn airtime(peer: &Implementation, settings: &Settings) -> Option<Meter> {
    let airtime = (peer.prepare)(settings)?;
    Some(meter(move || {
        black_box(airtime(black_box(PAYLOAD)));
    }))
}

/// Answers that are right to so many per cent, and all others; settings that it does not have are neither.
pub fn compare(peer: &Implementation, samples: &[Sample], percent: u64) -> Found {
    let mut found = Found { intact: 0, others: 0 };
    for (settings, payload, us) in samples {
        let Some(airtime) = (peer.prepare)(settings) else { continue };
        if airtime(*payload).abs_diff(*us) * 100 <= us * percent {
            found.intact += 1;
        } else {
            found.others += 1;
        }
    }
    found
}
