//! What time it is on the base's clock, and how surely.

mod bounds;

use crate::{BaseTime, LocalTime};
pub use bounds::Bounds;
use bounds::{FOREVER, Interval, Limits};

/// How many pairs of times are kept.
const PAIRS: usize = 24;

/// Follows the base's clock from beacon to beacon, with a bound on the error that always holds.
///
/// It does not average. Each pair of times says where the base's clock can be, and any two of them how
/// fast it can run; what all of them allow is what is known. Between beacons that widens by what the
/// skew may be, and by what the skew may have become since. A clock whose pairs allow nothing has a
/// fault, or its [`Bounds`] are wrong; it says so and begins anew.
///
/// ```
/// use lora_tdma::{BaseTime, Bounds, Clock, LocalTime, Synchronized};
///
/// let mut clock = Clock::new(Bounds { stamp_error_us: 10, drift_ppm: 43, drift_rate_ppb_per_s: 20 });
/// // A beacon was sent at a whole second, 24 ms long; the radio reports its end, 100 us late.
/// let (second, airtime, delay) = (1_700_000_000_000_000, 23_840, 100);
/// let reported = LocalTime::from_us(5_023_941);
/// let ended = BaseTime::from_us(second).after(airtime);
/// assert_eq!(clock.synchronize(ended, reported.before(delay)), Synchronized::First);
///
/// // The next beacon starts 1 s later, which is when on this clock?
/// let next = clock.local_time(BaseTime::from_us(second + 1_000_000)).unwrap();
/// assert_eq!((next.time.us(), next.error_us), (6_000_001, 52));
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Clock {
    limits: Limits,
    known: Option<Known>,
    /// The newest first.
    pairs: [Pair; PAIRS],
    count: u8,
}

/// What is known at the newest pair of times.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Known {
    local: LocalTime,
    base: BaseTime,
    /// How much later than `base` it can be at `local`.
    offset: Interval,
    skew: Interval,
}

/// The same moment on both clocks, modulo 2^32 us.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Pair {
    local: u32,
    base: u32,
}

/// What a pair of times did to a [`Clock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Synchronized {
    /// It is the first one.
    First,
    /// It agrees with those before.
    Agrees,
    /// It cannot be true if those before and the [`Bounds`] are. All of those are forgotten.
    Fault,
}

/// A time, and how far from it the true one may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Estimate<T> {
    /// The time.
    pub time: T,
    /// The true time is at most this much earlier or later.
    pub error_us: u64,
}

impl Clock {
    /// A clock that has heard no beacon.
    pub const fn new(bounds: Bounds) -> Self {
        Self {
            limits: Limits::new(bounds),
            known: None,
            pairs: [Pair { local: 0, base: 0 }; PAIRS],
            count: 0,
        }
    }

    /// Notes that it was `base` on the base's clock when it was `local` on the node's.
    ///
    /// Any moment will do that both know exactly; the end of a beacon is better than its start, as its
    /// airtime is measured by the base's clock alone. A radio reports the end late by a delay that
    /// depends on its settings and the frame's length, which has to be subtracted.
    pub fn synchronize(&mut self, base: BaseTime, local: LocalTime) -> Synchronized {
        let Some(known) = self.known else {
            self.restart(base, local);
            return Synchronized::First;
        };
        if local <= known.local && self.admits(base, local) {
            // Nothing new; pairs go by age.
            return Synchronized::Agrees;
        }
        match self.agreed(&known, base, local) {
            Some((known, count)) => {
                self.count = count;
                self.insert(known);
                Synchronized::Agrees
            }
            None => {
                self.restart(base, local);
                Synchronized::Fault
            }
        }
    }

    /// Forgets the base's clock.
    pub fn forget(&mut self) {
        self.known = None;
        self.count = 0;
    }

    /// When the newest pair of times was noted, by the node's clock; `None` before the first beacon.
    pub fn synchronized(&self) -> Option<LocalTime> {
        Some(self.known.as_ref()?.local)
    }

    /// Whether it can have been `base` when it was `local`: always, before the first beacon. What does not
    /// fit was sent before, and is sent again by somebody.
    pub fn admits(&self, base: BaseTime, local: LocalTime) -> bool {
        let Some(known) = &self.known else { return true };
        self.miss(known, base, local).and(self.limits.error()).is_some()
    }

    /// The base's time at `local`; `None` before the first beacon.
    pub fn base_time(&self, local: LocalTime) -> Option<Estimate<BaseTime>> {
        let known = self.known.as_ref()?;
        let offset = self.offset(known, local);
        let middle = (offset.above - offset.below + (1 << 16)) >> 17;
        let error = (offset.above - (middle << 16)).max(offset.below + (middle << 16));
        let time = known.base.us().checked_add_signed(difference(local.us(), known.local.us()))?;
        let time = BaseTime::from_us(time.checked_add_signed(middle)?);
        Some(Estimate { time, error_us: (error as u64 + 0xFFFF) >> 16 })
    }

    /// When it is `base` on the node's clock; `None` before the first beacon.
    pub fn local_time(&self, base: BaseTime) -> Option<Estimate<LocalTime>> {
        let known = self.known.as_ref()?;
        let mut local = known.local;
        // Each round leaves less than a tenth of the miss of the one before, with usual crystals less than
        // a thousandth. What is left at last adds to the error.
        for _ in 0..4 {
            let miss = difference(base.us(), self.base_time(local)?.time.us());
            local = LocalTime::from_us(local.us().checked_add_signed(miss)?);
        }
        let offset = self.miss(known, base, local);
        let error = self.limits.in_local(offset.below.max(offset.above) as u64);
        Some(Estimate { time: local, error_us: (error + 0xFFFF) >> 16 })
    }

    /// The error of [`base_time`](Self::base_time).
    pub fn error_us(&self, at: LocalTime) -> Option<u64> {
        Some(self.base_time(at)?.error_us)
    }

    /// How much the base's clock can be later at `local` than if both ran alike since the newest pair.
    fn offset(&self, known: &Known, local: LocalTime) -> Interval {
        let advance = self.limits.advance(known.skew, local.us().abs_diff(known.local.us()));
        known.offset.plus(if local < known.local { advance.negated() } else { advance })
    }

    /// How much later than `base` it can be at `local`.
    fn miss(&self, known: &Known, base: BaseTime, local: LocalTime) -> Interval {
        // How much less than the node's clock the base's advanced from the newest pair to this one.
        let advance = difference(base.us(), known.base.us());
        let lag = difference(local.us(), known.local.us()).wrapping_sub(advance);
        self.offset(known, local).shifted(lag.clamp(-FOREVER >> 16, FOREVER >> 16) << 16)
    }

    /// What is known if this later pair of times is true, and how many of the pairs are young enough to be
    /// kept.
    fn agreed(&self, known: &Known, base: BaseTime, local: LocalTime) -> Option<(Known, u8)> {
        let passed = local.us().checked_sub(known.local.us())?;
        let error = self.limits.error();
        let mut offset = self.miss(known, base, local).and(error)?;
        let mut skew = known.skew.widened(self.limits.change(passed)).and(self.limits.skew())?;
        // Each pair's age, and how much more than that the base's clock advanced.
        let pairs = self.pairs.iter().take(self.count.into()).map_while(|pair| {
            let age = u64::from((known.local.us() as u32).wrapping_sub(pair.local)).checked_add(passed)?;
            let age = u32::try_from(age).ok()?;
            Some((age, (base.us() as u32).wrapping_sub(pair.base).wrapping_sub(age) as i32))
        });
        let mut count = 0;
        for (age, more) in pairs.clone() {
            // The skew that a mean is made of is, on average, half as old as the pair.
            let change = self.limits.change(u64::from(age).div_ceil(2));
            skew = skew.and(self.limits.mean_skew(age, more)?.widened(change))?;
            count += 1;
        }
        for (age, more) in pairs {
            let then = error.shifted(-i64::from(more) << 16);
            offset = offset.and(then.plus(self.limits.advance(skew, age.into())))?;
        }
        Some((Known { local, base, offset, skew }, count))
    }

    /// Begins anew with one pair.
    fn restart(&mut self, base: BaseTime, local: LocalTime) {
        self.count = 0;
        self.insert(Known { local, base, offset: self.limits.error(), skew: self.limits.skew() });
    }

    fn insert(&mut self, known: Known) {
        // A rotation would take the kilobyte of code that moves overlapping octets.
        let mut pair = Pair { local: known.local.us() as u32, base: known.base.us() as u32 };
        for place in &mut self.pairs {
            pair = core::mem::replace(place, pair);
        }
        self.count = (self.count + 1).min(PAIRS as u8);
        self.known = Some(known);
    }
}

/// How much later `time` is than `other`; they are less than 292,000 years apart.
const fn difference(time: u64, other: u64) -> i64 {
    time.wrapping_sub(other) as i64
}
