//! What is measured of time slots.

use std::time::Duration;

use super::Way;
use super::network::{FRAME, SLOTS};
use crate::case::Case;

pub const ALL: [Case<Way>; 3] = [
    Case {
        name: "superframe of 16 devices",
        octets: FRAME * SLOTS,
        meter: |way| Some(meter(way, 16)),
        counted: None,
    },
    Case {
        name: "superframe of 1,700 devices",
        octets: FRAME * SLOTS,
        meter: |way| Some(meter(way, 1_700)),
        counted: None,
    },
    Case {
        name: "superframe of 10,000 devices",
        octets: FRAME * SLOTS,
        meter: |way| Some(meter(way, 10_000)),
        counted: None,
    },
];

/// What the devices do does not count.
fn meter(way: &Way, devices: u16) -> crate::case::Meter {
    let mut superframe = (way.superframes)(devices);
    Box::new(move |calls| (0..calls).map(|_| superframe().0).sum::<Duration>())
}
