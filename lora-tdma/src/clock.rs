//! Where in the superframe the base is, as far as a node knows.

use crate::LocalTime;

/// Follows the base's clock from beacon to beacon, with a bound on the error.
///
/// The bound is the time stamp's error plus the largest drift between both clocks since the last
/// beacon. A node is silent once the bound exceeds half a guard.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Clock {
    stamp_error_us: u32,
    drift_ppm: u32,
    reference: Option<Reference>,
}

#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Reference {
    start: LocalTime,
    number: u32,
}

impl Clock {
    /// A clock that has heard no beacon, by the largest error of a beacon's time stamp, and the largest
    /// drift between both clocks in millionths.
    pub const fn new(stamp_error_us: u32, drift_ppm: u32) -> Self {
        Self { stamp_error_us, drift_ppm, reference: None }
    }

    /// Notes that superframe `number` began at `start`.
    pub fn synchronize(&mut self, number: u32, start: LocalTime) {
        self.reference = Some(Reference { start, number });
    }

    /// Forgets the base's clock.
    pub fn forget(&mut self) {
        self.reference = None;
    }

    /// The superframe that runs at `now`, and when it began, if superframes last `period_us`.
    pub fn superframe(&self, now: LocalTime, period_us: u64) -> Option<(u32, LocalTime)> {
        let Reference { start, number } = self.reference?;
        let passed = now.since(start).checked_div(period_us)?;
        let number = number.wrapping_add(passed as u32);
        Some((number, start.after(passed.saturating_mul(period_us))))
    }

    /// Whether superframe `number` can have begun at `start`: always, before the first beacon.
    pub fn admits(&self, number: u32, start: LocalTime, period_us: u64) -> bool {
        let Some(reference) = self.reference else { return true };
        let passed = u64::from(number.wrapping_sub(reference.number)).saturating_mul(period_us);
        let expected = reference.start.after(passed);
        let bound = self.error_us(start).unwrap_or(u64::MAX).saturating_add(self.stamp_error_us.into());
        expected.since(start).max(start.since(expected)) <= bound
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
        clock.forget();
        assert_eq!(clock.error_us(at(1_000_000)), None);
    }

    #[test]
    fn a_superframe_begins_where_both_clocks_allow_it() {
        let at = LocalTime::from_us;
        let mut clock = Clock::new(30, 50);
        assert!(clock.admits(9, at(77), 1_000_000));
        clock.synchronize(u32::MAX, at(1_000_000));
        // Two periods later: 30 us and 100 us of the last beacon, 30 us of this one.
        for (start, admitted) in
            [(3_000_160, true), (3_000_162, false), (2_999_841, true), (2_999_839, false)]
        {
            assert_eq!(clock.admits(1, at(start), 1_000_000), admitted, "{start}");
        }
        assert!(!clock.admits(0, at(3_000_000), 1_000_000));
    }
}
