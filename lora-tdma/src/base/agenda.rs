//! When a base sends within a superframe.

use crate::BaseTime;
use crate::superframe::Schedule;

/// What is left to send in the superframe whose beacon was sent last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Agenda {
    number: u64,
    has_downlink: bool,
    /// The extra slots that are the base's, a bit each.
    extras: u8,
}

impl Agenda {
    pub(super) const fn new(number: u64, has_downlink: bool, extras: u8) -> Self {
        Self { number, has_downlink, extras }
    }

    /// When to send next.
    pub(super) fn next(&self, schedule: &Schedule) -> Option<BaseTime> {
        let start = schedule.start(self.number);
        if self.has_downlink {
            return Some(start.after(schedule.downlink_us()?));
        }
        let extra = self.extras.trailing_zeros() as u8;
        Some(start.after(schedule.extra_us(extra)?))
    }

    /// The next one is over.
    pub(super) fn pass(&mut self) {
        if self.has_downlink {
            self.has_downlink = false;
        } else {
            self.extras &= self.extras.wrapping_sub(1);
        }
    }

    /// The superframe.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }
}
