//! A node's clock against a simulated truth.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

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

    /// A beacon ends now: its two times, with any error or always the same one.
    fn beacon(&mut self, steady: bool) -> (BaseTime, LocalTime) {
        // Base times are rounded to microseconds, which is part of the error.
        let limit = i64::from(BOUNDS.stamp_error_us) - 1;
        let error = if steady { limit } else { self.random.within(limit) };
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

/// The largest error bound after `heard` beacons and `lost` lost ones, of 500 nodes; and that of a node that
/// only knows the crystals.
fn worst(heard: u64, lost: u64, period: u64, steady: bool) -> (u64, u64) {
    let bounds = (0..500).map(|seed| {
        let mut world = World::new(seed);
        let mut clock = Clock::new(BOUNDS);
        for _ in 0..heard {
            world.pass(period, true);
            let (base, local) = world.beacon(steady);
            assert_ne!(clock.synchronize(base, local), Synchronized::Fault);
        }
        world.pass((lost + 1) * period, true);
        world.check(&clock)
    });
    let raw =
        u64::from(BOUNDS.stamp_error_us) + (lost + 1) * period * u64::from(BOUNDS.drift_ppm) / 1_000_000;
    (bounds.max().unwrap(), raw)
}

#[test]
fn ten_lost_beacons_hardly_matter() {
    // Beacons heard and lost, period in microseconds, whether the error of the stamps is steady, from which
    // the least can be learned; bound and drift alone.
    for (heard, lost, period, steady, bound, raw) in [
        (24, 0, PERIOD, false, 10, 37),
        (24, 10, PERIOD, false, 18, 312),
        (24, 10, PERIOD, true, 22, 312),
        (200, 10, PERIOD, false, 13, 312),
        (24, 10, 3_440_000, false, 54, 1_637),
        (24, 10, 60_000_000, false, 4_984, 28_390),
    ] {
        assert_eq!(
            worst(heard, lost, period, steady),
            (bound, raw),
            "{heard} beacons, {lost} lost, {period} us"
        );
    }
}

/// At most 21 us in 12 hours once 24 beacons were heard; half a guard of 300 us allows 150.
#[test]
fn twelve_hours_with_bursts_of_lost_beacons() {
    let mut worst = 0;
    for seed in 0..4 {
        let mut world = World::new(seed);
        let mut clock = Clock::new(BOUNDS);
        let (mut heard, mut burst) = (0, 0);
        for _ in 0..12 * 3_600 * 1_000_000 / PERIOD {
            world.pass(PERIOD, true);
            let (base, local) = world.beacon(false);
            if heard > 0 {
                let bound = world.check(&clock);
                worst = worst.max(if heard < 24 { 0 } else { bound });
            }
            // One in 100 begins a burst of ten; of the others, a quarter is lost.
            let luck = world.random.within(50);
            if burst == 0 && luck == 0 {
                burst = 10;
            }
            if burst > 0 {
                burst -= 1;
            } else if luck > -25 {
                assert!(clock.admits(base, local));
                assert_ne!(clock.synchronize(base, local), Synchronized::Fault);
                heard += 1;
            }
        }
    }
    assert_eq!(worst, 21);
}

#[test]
fn days_of_silence_end_without_a_fault() {
    for (seed, hours) in [(1, 1), (2, 2), (3, 24), (4, 24 * 30)] {
        let mut world = World::new(seed);
        let mut clock = Clock::new(BOUNDS);
        for _ in 0..3 {
            for _ in 0..30 {
                world.pass(PERIOD, true);
                let (base, local) = world.beacon(false);
                assert_ne!(clock.synchronize(base, local), Synchronized::Fault);
                world.check(&clock);
            }
            // Steadily warmer; the low 32 bits of both clocks start again.
            for _ in 0..100 {
                world.pass(hours * 36_000_000, true);
                world.check(&clock);
            }
        }
    }
}

#[test]
fn a_base_that_steps_is_a_fault() {
    let mut world = World::new(5);
    let mut clock = Clock::new(BOUNDS);
    for _ in 0..24 {
        world.pass(PERIOD, false);
        let (base, local) = world.beacon(false);
        clock.synchronize(base, local);
    }
    world.pass(PERIOD, false);
    let (base, local) = world.beacon(false);
    for stepped in [base.after(60), base.before(60)] {
        let mut clock = clock.clone();
        assert!(!clock.admits(stepped, local));
        assert_eq!(clock.synchronize(stepped, local), Synchronized::Fault);
        // Begins anew, with what is known beforehand.
        assert_eq!(clock.base_time(local), Some(Estimate { time: stepped, error_us: 11 }));
        assert_eq!(clock.error_us(local.after(1_000_000)), Some(54));
    }
    assert_eq!(clock.synchronize(base, local), Synchronized::Agrees);
}

#[test]
fn a_crystal_out_of_its_bounds_is_a_fault() {
    // Twice the drift the bounds allow, found by the second pair after 1 s.
    let mut clock = Clock::new(BOUNDS);
    let at = |us: u64| (BaseTime::from_us(START + us + us * 86 / 1_000_000), LocalTime::from_us(us));
    let faults = (0..20).filter(|step| {
        let (base, local) = at(step * 1_000_000);
        clock.synchronize(base, local) == Synchronized::Fault
    });
    assert_eq!(faults.count(), 19);
}

#[test]
fn an_old_beacon_does_not_fit() {
    let mut world = World::new(6);
    let mut clock = Clock::new(BOUNDS);
    assert!(clock.admits(BaseTime::from_us(1), LocalTime::from_us(77)), "nothing is known yet");
    let (first, _) = world.beacon(false);
    for _ in 0..24 {
        world.pass(PERIOD, true);
        let (base, local) = world.beacon(false);
        clock.synchronize(base, local);
    }
    // An hour of silence leaves an error of milliseconds at most, and any repetition is later than that.
    for seconds in [0, 10, 600, 3_600] {
        world.pass(seconds * 1_000_000, true);
        let (base, local) = world.beacon(false);
        assert!(clock.admits(base, local));
        assert!(!clock.admits(base.before(PERIOD), local));
        assert!(!clock.admits(base.after(PERIOD), local));
        assert!(!clock.admits(first, local));
    }
    clock.forget();
    assert!(clock.admits(first, world.local()));
    assert_eq!((clock.base_time(world.local()), clock.local_time(first)), (None, None));
}

#[test]
fn a_pair_again_or_out_of_order_changes_nothing() {
    let mut world = World::new(7);
    let mut clock = Clock::new(BOUNDS);
    let mut pairs = Vec::new();
    for _ in 0..10 {
        world.pass(PERIOD, true);
        pairs.push(world.beacon(false));
        let (base, local) = pairs[pairs.len() - 1];
        clock.synchronize(base, local);
    }
    let later = world.local().after(10 * PERIOD);
    let before = (clock.base_time(later), clock.error_us(later));
    for &(base, local) in &pairs {
        assert_eq!(clock.synchronize(base, local), Synchronized::Agrees);
    }
    assert_eq!((clock.base_time(later), clock.error_us(later)), before);
}

#[test]
fn a_clock_is_small() {
    assert!(size_of::<Clock>() <= 280, "{} octets", size_of::<Clock>());
}
