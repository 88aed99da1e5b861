//! What is known beforehand about two clocks, and the arithmetic of it.
//!
//! Skew is how much faster the base's clock runs than the node's, in units of 2^-32. Offsets are in units
//! of 2^-16 us. Everything is rounded to the side that keeps a bound true.

/// What is known beforehand about the clocks of a node and its base, at the worst.
///
/// ```
/// use lora_tdma::{Bounds, Clock};
///
/// // Crystals of 40 and 2.5 millionths; in the sun, one of them drifts by 1 ppm in 50 s.
/// let clock = Clock::new(Bounds { stamp_error_us: 10, drift_ppm: 43, drift_rate_ppb_per_s: 20 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Bounds {
    /// The error of a pair of times: of both time stamps, the flight (3.34 us per km) and the rounding to
    /// whole microseconds, in microseconds of either clock.
    pub stamp_error_us: u16,
    /// How much faster or slower one clock may run than the other, in millionths.
    pub drift_ppm: u16,
    /// How fast that may change, mostly with temperature, in thousand-millionths per second.
    pub drift_rate_ppb_per_s: u16,
}

/// [`Bounds`] in the units of the arithmetic, and true for whichever clock they were meant.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Limits {
    /// In 2^-16 us.
    error: i64,
    /// In 2^-32; below a tenth.
    skew: i64,
    /// In 2^-64 per microsecond; below 2^31.
    rate: u64,
}

const MILLION: u64 = 1_000_000;

impl Limits {
    pub(super) const fn new(bounds: Bounds) -> Self {
        let drift = bounds.drift_ppm as u64;
        // A clock that is slow by d makes the other one fast by d / (1 - d).
        let slow = MILLION - drift;
        // 2^64 / 10^15 = 18446.7; seen from the other clock it is divided by (1 - d)^3 at the worst.
        let rate = bounds.drift_rate_ppb_per_s as u64 * 18_447 * MILLION;
        Self {
            error: ((bounds.stamp_error_us as u64 * MILLION) << 16).div_ceil(slow) as i64,
            skew: (drift << 32).div_ceil(slow) as i64,
            rate: rate.div_ceil(MILLION - 3 * drift),
        }
    }

    /// The error of a pair of times.
    pub(super) const fn error(&self) -> Interval {
        Interval { below: self.error, above: self.error }
    }

    /// All possible skew.
    pub(super) const fn skew(&self) -> Interval {
        Interval { below: self.skew, above: self.skew }
    }

    /// How much the skew may change within this time.
    pub(super) const fn change(&self, us: u64) -> i64 {
        self.rate.saturating_mul(us).div_ceil(1 << 32) as i64
    }

    /// The mean skew of `us` microseconds of the node's clock, in which the base's advances by `more` than
    /// those.
    pub(super) fn mean_skew(&self, us: u32, more: i32) -> Option<Interval> {
        let (more, error) = (i64::from(more) << 16, 2 * self.error);
        Some(Interval { below: mean(error - more, us)?, above: mean(error + more, us)? })
    }

    /// How much more than `us` the base's clock advances in `us` microseconds of the node's, that begin or
    /// end with this skew.
    pub(super) fn advance(&self, skew: Interval, us: u64) -> Interval {
        Interval { below: self.gain(skew.below, us), above: self.gain(skew.above, us) }
    }

    /// The most that a skew makes of this time: it rises to its limit, then stays there.
    fn gain(&self, skew: i64, us: u64) -> i64 {
        if us >= YEARS_US {
            return FOREVER;
        }
        let left = self.skew.saturating_sub(skew).max(0) as u64;
        // Mostly it rises all the time, which needs no division.
        let room = left << 32;
        let rises = self.rate.saturating_mul(us) <= room;
        let rising = if rises { us } else { room.checked_div(self.rate).unwrap_or(us) };
        // On average it rises by half of that; the product is no more than `room`.
        let mean = skew + (self.rate * rising).div_ceil(1 << 33) as i64;
        product(mean, rising) + product(self.skew, us - rising)
    }

    /// A length on the node's clock that no length of this many 2^-16 us on the base's exceeds.
    pub(super) fn in_local(&self, length: u64) -> u64 {
        // Seen from the other clock, a skew s is s / (1 - s), and so below 9/8 of s, as s is below a tenth.
        length + product(self.skew + (self.skew >> 3) + 1, (length >> 16) + 1) as u64
    }
}

/// The skew that makes an offset of so many microseconds, rounded up.
fn mean(offset: i64, us: u32) -> Option<i64> {
    // An offset is below a tenth of 2^48, so that no shift overflows.
    Some(-(-offset << 16).checked_div_euclid(us.into())?)
}

/// What a skew makes of so many microseconds, rounded up, in 2^-16 us.
fn product(skew: i64, us: u64) -> i64 {
    // In two steps, as the product itself may need more than 64 bits.
    let (high, low) = ((us >> 16) as i64, (us & 0xFFFF) as i64);
    skew * high + ((skew * low + 0xFFFF) >> 16)
}

/// Eight years: up to then, every product fits.
const YEARS_US: u64 = 1 << 48;

/// A year, in 2^-16 us, and more than any skew makes of those years: no sum of a few such overflows.
pub(super) const FOREVER: i64 = 1 << 61;

/// All numbers from `-below` to `above`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Interval {
    pub(super) below: i64,
    pub(super) above: i64,
}

impl Interval {
    /// What is in both; `None` if nothing is.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let both = Self { below: self.below.min(other.below), above: self.above.min(other.above) };
        (both.below + both.above >= 0).then_some(both)
    }

    /// The sums of a number of each.
    pub(super) const fn plus(self, other: Self) -> Self {
        Self { below: self.below + other.below, above: self.above + other.above }
    }

    /// The same, further to the right.
    pub(super) const fn shifted(self, by: i64) -> Self {
        self.plus(Self { below: -by, above: by })
    }

    /// The same, and what is at most so far away.
    pub(super) const fn widened(self, by: i64) -> Self {
        self.plus(Self { below: by, above: by })
    }

    /// The same, mirrored at zero.
    pub(super) const fn negated(self) -> Self {
        Self { below: self.above, above: self.below }
    }
}
