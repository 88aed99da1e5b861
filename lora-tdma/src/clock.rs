//! Where in the superframe the base is, as far as a node knows.

use crate::LocalTime;

/// Follows the base's clock from beacon to beacon, with a bound on the error.
///
/// The bound is the time stamp's error plus the largest drift between both clocks since the last
/// beacon. A node is silent once the bound exceeds half a guard.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Clock {
    /// Largest error of a beacon's time stamp.
    pub stamp_error_us: u32,
    /// Largest drift between both clocks, in millionths.
    pub drift_ppm: u32,
    reference: Option<Reference>,
}

#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Reference {
    start: LocalTime,
    number: u32,
}

impl Clock {
    /// A clock that has heard no beacon.
    pub const fn new(stamp_error_us: u32, drift_ppm: u32) -> Self {
        Self { stamp_error_us, drift_ppm, reference: None }
    }

    /// Notes that superframe `number` began at `start`.
    pub fn synchronize(&mut self, number: u32, start: LocalTime) {
        self.reference = Some(Reference { start, number });
    }

    /// The superframe that runs at `now`, and when it began, if superframes last `period_us`.
    pub fn superframe(&self, now: LocalTime, period_us: u64) -> Option<(u32, LocalTime)> {
        let Reference { start, number } = self.reference?;
        let passed = now.since(start).checked_div(period_us)?;
        let number = number.wrapping_add(passed as u32);
        Some((number, start.after(passed.saturating_mul(period_us))))
    }

    /// How far the base's clock may be from where this one expects it.
    pub fn error_us(&self, at: LocalTime) -> Option<u64> {
        let age = at.since(self.reference?.start);
        let drift = age.saturating_mul(u64::from(self.drift_ppm)).div_ceil(1_000_000);
        Some(drift.saturating_add(u64::from(self.stamp_error_us)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_grows_from_beacon_to_beacon() {
        let at = LocalTime::from_us;
        let mut clock = Clock::new(30, 50);
        assert_eq!((clock.error_us(at(0)), clock.superframe(at(0), 1_000)), (None, None));
        clock.synchronize(u32::MAX, at(1_000_000));
        assert_eq!(clock.error_us(at(1_000_000)), Some(30));
        assert_eq!(clock.error_us(at(3_000_001)), Some(131));
        assert_eq!(clock.superframe(at(3_000_001), 1_000_000), Some((1, at(3_000_000))));
        assert_eq!(clock.superframe(at(3_000_001), 0), None);
    }
}
