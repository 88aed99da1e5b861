//! Two clocks that must never be mixed up, and the counter that one of them is.

use core::num::{NonZeroU32, NonZeroU64};

macro_rules! time {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name {
            us: u64,
        }

        impl $name {
            /// The time this many microseconds after the clock's start.
            pub const fn from_us(us: u64) -> Self {
                Self { us }
            }

            /// Microseconds since the clock's start.
            pub const fn us(self) -> u64 {
                self.us
            }

            /// The time this many microseconds later.
            pub const fn after(self, us: u64) -> Self {
                Self { us: self.us.saturating_add(us) }
            }

            /// The time this many microseconds earlier, but not before the clock's start.
            pub const fn before(self, us: u64) -> Self {
                Self { us: self.us.saturating_sub(us) }
            }

            /// Microseconds from `earlier` to this time; 0 if it is later.
            pub const fn since(self, earlier: Self) -> u64 {
                self.us.saturating_sub(earlier.us)
            }
        }
    };
}

time! {
    /// A time on a node's own clock, which starts anywhere and runs a little fast or slow.
    LocalTime
}

time! {
    /// A time on the base's clock, in microseconds since 1970-01-01 00:00 UTC.
    BaseTime
}

/// Makes a node's time of a hardware counter of `BITS` bits that starts again from zero.
///
/// ```
/// use core::num::NonZeroU32;
/// use lora_tdma::Timer;
///
/// // A low-power timer: 16 bits at 32,768 Hz, around every 2 s.
/// let mut timer = Timer::<16>::new(NonZeroU32::new(32_768).unwrap());
/// let before = timer.extend(0xF000);
/// let after = timer.extend(0x1000);
/// assert_eq!(after.since(before), 250_000);
/// // The radio's interrupt had latched the counter a little earlier.
/// assert_eq!(after.since(timer.extend(0x0FFF)), 31);
/// assert_eq!(timer.counter(after.after(1_000_000)), 0x9000);
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timer<const BITS: u32 = 32> {
    hz: NonZeroU64,
    /// The latest reading, with the bits that the counter has not.
    ticks: u64,
}

impl<const BITS: u32> Timer<BITS> {
    const PERIOD: u64 = {
        assert!(BITS >= 2 && BITS <= 32, "counters have 2 to 32 bits");
        1 << BITS
    };

    /// A timer of a counter of this frequency.
    pub const fn new(hz: NonZeroU32) -> Self {
        let hz = match NonZeroU64::new(hz.get() as u64) {
            Some(hz) => hz,
            None => NonZeroU64::MIN,
        };
        // A first reading may lie half a period back.
        Self { hz, ticks: Self::PERIOD }
    }

    /// The time of a reading, less than half a period before or after the latest one; rounded down to
    /// microseconds. At least twice in every period, a reading has to be extended.
    pub fn extend(&mut self, counter: u32) -> LocalTime {
        let ahead = u64::from(counter).wrapping_sub(self.ticks) % Self::PERIOD;
        let ticks = self.ticks.saturating_add(ahead);
        if ahead < Self::PERIOD / 2 {
            self.ticks = ticks;
            self.time(ticks)
        } else {
            self.time(ticks.saturating_sub(Self::PERIOD))
        }
    }

    /// What the counter shows at this time or right after it, for a comparator that starts a transmission.
    pub fn counter(&self, time: LocalTime) -> u32 {
        let (seconds, us) = (time.us() / SECOND, time.us() % SECOND);
        let whole = seconds.wrapping_mul(self.hz.get());
        let ticks = whole.wrapping_add((us * self.hz.get()).div_ceil(SECOND));
        (ticks % Self::PERIOD) as u32
    }

    fn time(&self, ticks: u64) -> LocalTime {
        let seconds = (ticks / self.hz).saturating_mul(SECOND);
        LocalTime::from_us(seconds.saturating_add(ticks % self.hz * SECOND / self.hz))
    }
}

/// In microseconds.
const SECOND: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn timer<const BITS: u32>(hz: u32) -> Timer<BITS> {
        Timer::new(NonZeroU32::new(hz).unwrap())
    }

    /// Counts for a thousand periods, in steps of up to half a period.
    fn counts<const BITS: u32>(hz: u32) {
        let mut timer = timer::<BITS>(hz);
        let period = 1_u64 << BITS;
        let start = timer.extend(0);
        let (mut ticks, mut step) = (0, 1);
        while ticks < 1_000 * period {
            step = step * 7 % (period / 2 - 1) + 1;
            ticks += step;
            let time = timer.extend((ticks % period) as u32);
            let exact = u128::from(ticks + period) * 1_000_000 / u128::from(hz);
            assert_eq!(u128::from(time.us()), exact, "{ticks} ticks of {hz} Hz");
            assert!(time >= start);
            // A tick shorter than a microsecond shares it with others.
            let shown = u64::from(timer.counter(time));
            assert!(ticks.wrapping_sub(shown) % period <= u64::from(hz) / 1_000_000);
            // What was latched before the step, and what is to come, moves nothing.
            let earlier = timer.extend((ticks - step).wrapping_rem(period) as u32);
            assert!(earlier <= time && timer.extend((ticks % period) as u32) == time);
        }
    }

    #[test]
    fn counters_of_any_size_and_speed_start_again_unnoticed() {
        counts::<32>(1_000_000);
        counts::<32>(48_000_000);
        counts::<24>(4_000_000);
        counts::<16>(32_768);
        counts::<16>(1_000_000);
        counts::<8>(1_024);
        counts::<2>(1);
    }

    #[test]
    fn the_first_reading_may_be_any() {
        for counter in [0, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX] {
            let mut timer = timer::<32>(1_000_000);
            let first = timer.extend(counter);
            assert_eq!(timer.extend(counter.wrapping_add(1_000_000)).since(first), 1_000_000);
            assert_eq!(timer.counter(first), counter);
        }
    }
}
