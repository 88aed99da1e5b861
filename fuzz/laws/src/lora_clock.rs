//! Laws of a node's clock.

use lora_tdma::{BaseTime, Bounds, Clock, LocalTime, Synchronized};

use crate::Seed;

/// Parts of a microsecond that every time below is a whole number of.
const UNIT: i128 = 2_000_000_000_000;
const START: u64 = 1_700_000_000_000_000;

/// Two clocks of which one gains on the other, now more, now less, as far as bounds allow.
struct Truth {
    bounds: Bounds,
    /// Whether the skew is that of the node's clock against the base's, or the other way round.
    of_node: bool,
    /// In 10^-12.
    skew: i64,
    /// Microseconds of the one clock.
    one: u64,
    /// The other's time in units, and so exact.
    other: i128,
}

impl Truth {
    fn new(seed: &mut Seed<'_>) -> Self {
        let [flags, small] = [seed.u8(), seed.u8()];
        let pick = |bit: u8, usual: u16, any: u16| if flags & bit == 0 { usual } else { any };
        let bounds = Bounds {
            stamp_error_us: pick(1, 10, seed.u16()).max(1),
            drift_ppm: pick(2, u16::from(small), seed.u16()),
            drift_rate_ppb_per_s: pick(4, u16::from(small % 32), seed.u16()),
        };
        let mut truth =
            Self { bounds, of_node: flags & 8 != 0, skew: 0, one: START, other: i128::from(START) * UNIT };
        truth.skew = truth.limit() * i64::from(seed.u8() as i8) / 128;
        truth
    }

    fn limit(&self) -> i64 {
        i64::from(self.bounds.drift_ppm) * 1_000_000
    }

    /// Lets time pass, while the skew changes by `share` 127ths of what it may.
    fn pass(&mut self, us: u64, share: i8) {
        let most = i128::from(self.bounds.drift_rate_ppb_per_s) * i128::from(us) / 1_000;
        let change = most * i128::from(share.max(-127)) / 127;
        let limit = i128::from(self.limit());
        let skew = (i128::from(self.skew) + change).clamp(-limit, limit) as i64;
        self.other += i128::from(us) * (UNIT + i128::from(self.skew) + i128::from(skew));
        self.one += us;
        self.skew = skew;
    }

    /// The time on the node's clock and on the base's, in units.
    fn now(&self) -> (i128, i128) {
        let one = i128::from(self.one) * UNIT;
        if self.of_node { (self.other, one) } else { (one, self.other) }
    }

    /// What the node takes for the time on both clocks now, wrong by `share` 127ths of what it may be.
    fn heard(&self, share: i8) -> (BaseTime, LocalTime) {
        let (local, base) = self.now();
        // Rounding down to microseconds is part of the error.
        let error = i128::from(self.bounds.stamp_error_us - 1) * i128::from(share.max(-127)) / 127;
        (BaseTime::from_us((base / UNIT) as u64), LocalTime::from_us((local / UNIT + error) as u64))
    }

    fn check(&self, clock: &Clock, newest: Option<LocalTime>) {
        let (local, base) = self.now();
        let (at, time) = (LocalTime::from_us((local / UNIT) as u64), BaseTime::from_us((base / UNIT) as u64));
        let (Some(here), Some(there)) = (clock.base_time(at), clock.local_time(time)) else {
            return assert!(newest.is_none());
        };
        // Only one of both times is a whole number of microseconds.
        let rounding = 2 * UNIT;
        let (here_rounding, there_rounding) = if self.of_node { (rounding, 0) } else { (0, rounding) };
        let miss = (i128::from(here.time.us()) * UNIT - base).abs();
        assert!(miss <= i128::from(here.error_us) * UNIT + here_rounding, "{here:?}, but it is {time:?}");
        let miss = (i128::from(there.time.us()) * UNIT - local).abs();
        assert!(miss <= i128::from(there.error_us) * UNIT + there_rounding, "{there:?}, but it is {at:?}");
        assert_eq!(clock.error_us(at), Some(here.error_us));
        // Never worse than the newest pair alone.
        let passed = u128::from(newest.map_or(0, |newest| newest.us().abs_diff(at.us())));
        let drift = u128::from(self.bounds.drift_ppm);
        let alone =
            (u128::from(self.bounds.stamp_error_us) * 1_000_000 + passed * drift) / (1_000_000 - drift);
        // The last term: skew is rounded to 2^-32.
        assert!(
            u128::from(here.error_us) <= alone + 3 + (passed >> 31),
            "{here:?} where {alone} us are possible"
        );
    }
}

/// While the clocks keep to the bounds, no estimate misses by more than it says, no pair of times is a
/// fault, and the error is never larger than the newest pair alone makes it. The octets say what happens.
pub fn bounds(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut truth = Truth::new(&mut seed);
    let mut clock = Clock::new(truth.bounds);
    let mut newest = None;
    while !seed.is_empty() {
        let [step, change, error] = [seed.u8(), seed.u8(), seed.u8()];
        let us = match step & 0x30 {
            0 => 640_000,
            0x10 => u64::from(seed.u16()),
            0x20 => u64::from(seed.u16()) << (step & 7),
            _ => u64::from(seed.u16()) << (step & 0xF) << 9,
        };
        truth.pass(us, change as i8);
        truth.check(&clock, newest);
        if step & 0xC0 != 0 {
            let (base, local) = truth.heard(error as i8);
            assert!(clock.admits(base, local));
            let first = clock.base_time(local).is_none();
            let expected = if first { Synchronized::First } else { Synchronized::Agrees };
            assert_eq!(clock.synchronize(base, local), expected);
            newest = newest.max(Some(local));
            truth.check(&clock, newest);
        }
    }
}

/// Any pairs of times: what was just heard is what is known.
pub fn pairs(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (stamp_error_us, drift_ppm, drift_rate_ppb_per_s) = (seed.u16(), seed.u16(), seed.u16());
    let mut clock = Clock::new(Bounds { stamp_error_us, drift_ppm, drift_rate_ppb_per_s });
    let (mut base, mut local) = (seed.u64(), seed.u64());
    while !seed.is_empty() {
        let step = seed.u8();
        let number = seed.u64() >> (step & 0x3F);
        match step >> 6 {
            0 => (base, local) = (number, seed.u64()),
            1 => local = local.wrapping_add(number),
            2 => (base, local) = (base.saturating_add(number), local.saturating_add(number)),
            _ => base = base.wrapping_sub(number),
        }
        let pair = (BaseTime::from_us(base), LocalTime::from_us(local));
        let admitted = clock.admits(pair.0, pair.1);
        let estimates = (clock.base_time(pair.1), clock.local_time(pair.0), clock.error_us(pair.1));
        assert_eq!(estimates.0.map(|estimate| estimate.error_us), estimates.2);
        match clock.synchronize(pair.0, pair.1) {
            Synchronized::First => assert!(estimates.2.is_none()),
            Synchronized::Agrees => assert!(admitted),
            Synchronized::Fault => {
                let most = u64::from(stamp_error_us) * 1_000_000 / (1_000_000 - u64::from(drift_ppm)) + 1;
                assert!(
                    clock.base_time(pair.1).is_some_and(|now| now.time == pair.0 && now.error_us <= most)
                );
            }
        }
        assert!(clock.admits(pair.0, pair.1));
        if number == 0 {
            clock.forget();
            assert!(clock.base_time(pair.1).is_none());
        }
    }
}
