//! What came of a simulation.

use std::time::Duration;

/// How long messages took, from the application of a node to that of the base.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    micros: Vec<u32>,
    is_sorted: bool,
}

impl Latencies {
    pub(crate) fn add(&mut self, nanos: u64) {
        self.micros.push(u32::try_from(nanos / 1_000).unwrap_or(u32::MAX));
        self.is_sorted = false;
    }

    /// The time that this share of them, in thousandths, did not exceed.
    pub fn quantile(&mut self, thousandths: usize) -> Option<Duration> {
        if !self.is_sorted {
            self.micros.sort_unstable();
            self.is_sorted = true;
        }
        let index = (self.micros.len() * thousandths).div_ceil(1000).checked_sub(1)?;
        Some(Duration::from_micros((*self.micros.get(index)?).into()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.micros.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.micros.is_empty()
    }

    /// Adds those of another run.
    pub fn extend(&mut self, other: &Self) {
        self.micros.extend(&other.micros);
        self.is_sorted = false;
    }
}

/// What came of a simulation.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How long it was.
    pub duration: Duration,
    /// Messages that were due, but for those that were still on their way at the end.
    pub offered: u64,
    /// Messages that came.
    pub delivered: u64,
    /// Messages that came twice, or were called delivered and did not come.
    pub wrong: u64,
    /// Octets of the messages that came.
    pub octets: u64,
    /// Pairs of frames that overlapped though each had a slot of its own.
    pub collisions: u64,
    /// Pairs that met where anybody may send.
    pub contentions: u64,
    /// Nanoseconds on the air.
    pub airtime: u64,
    /// Frames of nodes.
    pub frames: u64,
    /// Messages.
    pub latencies: Latencies,
    /// Alarms.
    pub alarms: Latencies,
    /// Alarms that did not come.
    pub lost_alarms: u64,
    /// How many superframes after the base's start or restart the last node was heard again.
    pub back: Option<u64>,
}

impl Outcome {
    /// Adds another run; of when the last node was heard, the later one is kept.
    pub fn add(&mut self, other: &Self) {
        self.duration += other.duration;
        self.offered += other.offered;
        self.delivered += other.delivered;
        self.wrong += other.wrong;
        self.octets += other.octets;
        self.collisions += other.collisions;
        self.contentions += other.contentions;
        self.airtime += other.airtime;
        self.frames += other.frames;
        self.latencies.extend(&other.latencies);
        self.alarms.extend(&other.alarms);
        self.lost_alarms += other.lost_alarms;
        self.back = self.back.max(other.back);
    }

    /// Of all messages that were due, how many came.
    pub fn delivery(&self) -> f64 {
        if self.offered == 0 { 1.0 } else { self.delivered as f64 / self.offered as f64 }
    }

    /// Bits of messages a second.
    pub fn goodput(&self) -> f64 {
        8.0 * self.octets as f64 / self.duration.as_secs_f64()
    }

    /// The share of time in which something was on the air.
    pub fn usage(&self) -> f64 {
        self.airtime as f64 / self.duration.as_nanos() as f64
    }
}
