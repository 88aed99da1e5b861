//! A node's clock against a simulated truth.
#![allow(clippy::unwrap_used)]

use lora_tdma::{BaseTime, Bounds, Clock, Estimate, LocalTime, Synchronized};

const BOUNDS: Bounds = Bounds { stamp_error_us: 10, drift_ppm: 43, drift_rate_ppb_per_s: 20 };
const START: u64 = 1_700_000_000_000_000;
/// A superframe of SF5 at 250 kHz with 16 devices and 64 octets.
const PERIOD: u64 = 640_000;

struct Random(u64);

impl Random {
    /// A number from `-limit` to `limit`.
    fn within(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % (2 * limit as u64 + 1)) as i64 - limit
    }
}

/// The node's clock, and the base's exactly, while the skew drifts.
struct World {
    local: u64,
    /// In 10^-12 us, doubled.
    base: i128,
    /// In 10^-12.
    skew: i64,
    random: Random,
}

impl World {
    const UNIT: i128 = 2_000_000_000_000;

    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let limit = i64::from(BOUNDS.drift_ppm) * 1_000_000;
        let skew = random.within(limit);
        Self { local: 5_000_000, base: i128::from(START) * Self::UNIT, skew, random }
    }

    /// Lets `us` pass on the node's clock, in which the skew changes as much as it may or less.
    fn pass(&mut self, us: u64, drifts: bool) {
        let limit = i64::from(BOUNDS.drift_ppm) * 1_000_000;
        let rate = if drifts { i64::from(BOUNDS.drift_rate_ppb_per_s) * us as i64 / 1_000 } else { 0 };
        let skew = (self.skew + self.random.within(rate)).clamp(-limit, limit);
        self.base += i128::from(us) * (Self::UNIT + i128::from(self.skew + skew));
        (self.local, self.skew) = (self.local + us, skew);
    }

    fn local(&self) -> LocalTime {
        LocalTime::from_us(self.local)
    }

    /// A beacon ends now: its two times, the error of which has an edge to both sides.
    fn beacon(&mut self, edge: bool) -> (BaseTime, LocalTime) {
        let limit = i64::from(BOUNDS.stamp_error_us) - 1;
        let error = if edge { limit * self.random.within(1) } else { self.random.within(limit) };
        let base = (self.base / Self::UNIT) as u64;
        (BaseTime::from_us(base), LocalTime::from_us(self.local.saturating_add_signed(error)))
    }

    /// Checks the bound, both ways.
    fn check(&self, clock: &Clock) -> u64 {
        let Estimate { time, error_us } = clock.base_time(self.local()).unwrap();
        let miss = (i128::from(time.us()) * Self::UNIT - self.base).abs();
        assert!(miss <= i128::from(error_us) * Self::UNIT, "{miss} off, bound {error_us}");
        let base = (self.base / Self::UNIT) as u64;
        let estimate = clock.local_time(BaseTime::from_us(base)).unwrap();
        // The base time was rounded down by less than 1 us.
        let miss = estimate.time.us().abs_diff(self.local);
        assert!(miss <= estimate.error_us + 1, "{miss} us off, bound {}", estimate.error_us);
        estimate.error_us.max(error_us)
    }
}

#[test]
fn after_24_beacons_ten_lost_ones_do_not_matter() {
    let mut worst = 0;
    let mut sum = 0;
    for seed in 0..500 {
        let mut world = World::new(seed);
        let mut clock = Clock::new(BOUNDS);
        for _ in 0..24 {
            world.pass(PERIOD, true);
            let (base, local) = world.beacon(false);
            assert_ne!(clock.synchronize(base, local), Synchronized::Fault);
        }
        world.pass(11 * PERIOD, true);
        let e = world.check(&clock);
        worst = e.max(worst);
        sum += e;
    }
    println!("after 24 beacons and 10 lost ones: at most {worst} us mean {}", sum / 500);
    assert!(worst <= 60, "{worst} us");
}
