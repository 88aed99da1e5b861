//! How far off a device's clock can be.

use crate::{BaseTime, Bounds, Clock, LocalTime};

/// More than a clock remembers make no difference.
const MOST_HEARD: u8 = 24;

const MILLION: u64 = 1_000_000;

/// What rounding adds to an error, of either time.
const ROUNDING_US: u64 = 2;

/// The largest error that a clock admits in the superframe of the last of `lost` beacons, after `heard` ones.
///
/// Beacons that came exactly as planned leave a clock the most doubt: whatever else they say rules something
/// out. But for what a clock's own skew does to lengths of time, and for a middle that lies between two
/// microseconds.
pub(super) fn error_us(bounds: Bounds, period_us: u32, heard: u8, lost: u16) -> u64 {
    let mut clock = Clock::new(bounds);
    let period_us = u64::from(period_us);
    let (base, local) = (BaseTime::from_us(0), LocalTime::from_us(0));
    let mut passed = 0;
    for beacon in 0..heard.clamp(1, MOST_HEARD) {
        passed = u64::from(beacon) * period_us;
        clock.synchronize(base.after(passed), local.after(passed));
    }
    let end = passed + (u64::from(lost) + 1) * period_us;
    let Some(time) = clock.local_time(base.after(end)) else { return u64::MAX };
    // Doubt is a sum of skew times time, and of its square.
    let skewed = u128::from(time.error_us) * u128::from(MILLION + 4 * u64::from(bounds.drift_ppm));
    let skewed = u64::try_from(skewed.div_ceil(MILLION.into())).unwrap_or(u64::MAX);
    skewed.saturating_add(ROUNDING_US)
}
