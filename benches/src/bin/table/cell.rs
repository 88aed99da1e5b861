//! What is measured of one implementation in one case.

use std::time::Duration;

use benches::case::Meter;

use crate::allocation;

/// How long a sample takes at least: so short that some are not interrupted on a busy machine.
const SAMPLE: Duration = Duration::from_micros(500);

/// How long the samples of a round take, if that is more than one.
const ROUND: Duration = Duration::from_millis(20);

pub struct Cell {
    pub peer: bool,
    meter: Meter,
    calls: u64,
    samples: u32,
    spent: Duration,
    /// Of the fastest sample, a call: what else the machine does only ever adds.
    pub nanoseconds: f64,
    /// Octets that a call allocates.
    octets: usize,
}

impl Cell {
    /// Most samples of a round.
    pub const SAMPLES: usize = 40;

    pub fn new(mut meter: Meter, peer: bool) -> Self {
        // What is allocated once is not a call's.
        meter(1);
        let octets = allocation::octets(|| meter(1));
        let mut calls = 1;
        while meter(calls) < SAMPLE {
            calls *= 2;
        }
        Self { peer, meter, calls, samples: 0, spent: Duration::ZERO, nanoseconds: f64::INFINITY, octets }
    }

    /// Takes a sample, unless this round, counted from 1, has its share.
    pub fn sample(&mut self, round: u32) {
        if self.samples >= round && self.spent >= round * ROUND {
            return;
        }
        let sample = (self.meter)(self.calls);
        self.samples += 1;
        self.spent += sample;
        self.nanoseconds = self.nanoseconds.min(sample.as_nanos() as f64 / self.calls as f64);
    }

    /// The time, how many times the best peer's it is, and octets allocated.
    pub fn show(&self, peer: Option<f64>, scale: f64) -> String {
        let ratio = peer.map_or(String::new(), |peer| format!(" ×{:.2}", self.nanoseconds / peer));
        format!("{:.1}{ratio} {} B", self.nanoseconds / scale, self.octets)
    }
}
