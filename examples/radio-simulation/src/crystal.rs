//! A node's clock: a crystal that is fast or slow, and a little more so as the temperature changes.

use std::collections::VecDeque;

const SECOND: u64 = 1_000_000_000;

/// A node's clock, in segments of a second of true time.
pub struct Crystal {
    segments: VecDeque<Segment>,
    limit_ppb: i64,
    rate_ppb: i64,
    chance: fastrand::Rng,
}

#[derive(Clone, Copy)]
struct Segment {
    /// True time in nanoseconds, and what the clock shows then, in picoseconds.
    start: u64,
    shown: i128,
    skew_ppb: i64,
}

impl Segment {
    fn shown(&self, time: u64) -> i128 {
        let passed = i128::from(time) - i128::from(self.start);
        self.shown + passed * 1_000 + passed * i128::from(self.skew_ppb) / 1_000_000
    }
}

impl Crystal {
    /// A crystal that starts at a skew and stays within `limit_ppb`, changing by up to `rate_ppb` a second.
    pub fn new(skew_ppb: i64, limit_ppb: i64, rate_ppb: i64, mut chance: fastrand::Rng) -> Self {
        let shown = i128::from(chance.u64(..1_000_000_000)) * 1_000_000;
        let first = Segment { start: 0, shown, skew_ppb };
        Self { segments: VecDeque::from([first]), limit_ppb, rate_ppb, chance }
    }

    fn extend(&mut self) {
        let last = *self.segments.back().expect("there is always one");
        let change = self.chance.i64(-self.rate_ppb..=self.rate_ppb);
        let skew_ppb = (last.skew_ppb + change).clamp(-self.limit_ppb, self.limit_ppb);
        let start = last.start + SECOND;
        self.segments.push_back(Segment { start, shown: last.shown(start), skew_ppb });
    }

    /// What the clock shows, in microseconds, rounded down. Times may go back by some seconds only.
    pub fn shown_us(&mut self, time: u64) -> u64 {
        while self.segments.back().is_some_and(|last| last.start + SECOND <= time) {
            self.extend();
        }
        while self.segments.len() > 2 && self.segments[1].start + 120 * SECOND <= time {
            self.segments.pop_front();
        }
        let segment = self.segments.iter().rev().find(|segment| segment.start <= time);
        (segment.unwrap_or(&self.segments[0]).shown(time) / 1_000_000) as u64
    }

    /// When the clock shows a time, in nanoseconds, rounded up.
    pub fn time(&mut self, shown_us: u64) -> u64 {
        let shown = i128::from(shown_us) * 1_000_000;
        while self.segments.back().is_some_and(|last| last.shown <= shown) {
            self.extend();
        }
        let segment = self.segments.iter().rev().find(|segment| segment.shown <= shown);
        let segment = segment.unwrap_or(&self.segments[0]);
        let ahead = (shown - segment.shown) * 1_000_000;
        let slow = 1_000_000_000 + i128::from(segment.skew_ppb);
        let passed = (ahead + slow - 1).div_euclid(slow);
        segment.start.saturating_add_signed(passed as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let mut crystal = Crystal::new(40_000, 40_000, 20, fastrand::Rng::with_seed(1));
        let start = crystal.shown_us(0);
        for time in (0..100).map(|step| step * 777_777_777) {
            let shown = crystal.shown_us(time);
            let back = crystal.time(shown);
            assert!(back <= time + 1 && time - back.min(time) <= 1_001, "{time}: {shown}, {back}");
        }
        let ahead = crystal.shown_us(100 * SECOND) - start - 100_000_000;
        assert!((3_900..=4_000).contains(&ahead), "{ahead}");
    }
}
