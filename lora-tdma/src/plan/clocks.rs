//! How far off a device's clock can be.

use crate::{BaseTime, Bounds, Clock, LocalTime};

/// More than a clock remembers make no difference.
const MOST_HEARD: u8 = 24;

const MILLION: u128 = 1_000_000;

/// What rounding adds to an error, of either time.
const ROUNDING_US: u64 = 5;

/// The largest error that a clock admits in the superframe of the last of `lost` beacons, after `heard` ones.
///
/// Beacons that came exactly as planned leave a clock the most doubt: whatever else they say rules something
/// out. But for what a clock's own skew does to lengths of time, which is little with crystals, and for a middle
/// that lies between two microseconds.
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
    let drift = u128::from(bounds.drift_ppm);
    // Doubt is a sum of skew times time, and of its square.
    let skewed = u128::from(time.error_us) * (MILLION + 4 * drift) / MILLION;
    // A clock finds a local time in four steps, each of which leaves that part of the last.
    let left = 2 * u128::from(end) * drift.pow(4) / MILLION.pow(4);
    u64::try_from(skewed + left).unwrap_or(u64::MAX).saturating_add(ROUNDING_US)
}
