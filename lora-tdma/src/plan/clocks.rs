//! How far off a device's clock can be.

use crate::{BaseTime, Bounds, Clock, LocalTime};

/// More than a clock remembers make no difference.
const MOST_HEARD: u8 = 24;

/// The largest error that a clock admits in the superframe of the last of `lost` beacons, after `heard` ones.
///
/// Beacons that came exactly as planned leave a clock the most doubt: whatever else they say rules something
/// out.
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
    clock.local_time(base.after(end)).map_or(u64::MAX, |time| time.error_us)
}
