//! What is measured of one implementation in one case.

use std::time::Duration;

use benches::case::Meter;

use crate::allocation;

/// How long a sample takes at least: so short that some are not interrupted on a busy machine.
const SAMPLE: Duration = Duration::from_micros(500);

/// Samples of a cell, or fewer where they take longer than this.
pub const SAMPLES: usize = 400;
const FEWEST: usize = 20;
const ENOUGH: Duration = Duration::from_millis(250);

pub struct Cell {
    meter: Meter,
    calls: u64,
    samples: usize,
    spent: Duration,
    /// Of the fastest sample, a call: what else the machine does only ever adds.
    pub nanoseconds: f64,
    /// Octets that a call allocates.
    pub octets: usize,
}

impl Cell {
    pub fn new(mut meter: Meter) -> Self {
        // What is allocated once is not a call's.
        meter(1);
        let octets = allocation::octets(|| meter(1));
        let mut calls = 1;
        while meter(calls) < SAMPLE {
            calls *= 2;
        }
        Self { meter, calls, samples: 0, spent: Duration::ZERO, nanoseconds: f64::INFINITY, octets }
    }

    pub fn sample(&mut self) {
        if self.samples >= FEWEST && self.spent >= ENOUGH {
            return;
        }
        let sample = (self.meter)(self.calls);
        self.samples += 1;
        self.spent += sample;
        self.nanoseconds = self.nanoseconds.min(sample.as_nanos() as f64 / self.calls as f64);
    }
}
