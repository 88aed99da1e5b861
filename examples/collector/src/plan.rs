//! Which meter is read when.

use core::time::Duration;

/// When one meter is read next, and how it fares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    pub due: Duration,
    pub interval_s: u32,
    /// Readings in a row in which it said nothing.
    failures: u8,
}

/// What a reading says of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    /// It answers no longer.
    Silent,
    /// It answers again.
    Answers,
}

impl Course {
    /// So many failures in a row make a meter silent.
    const SILENT: u8 = 3;
    /// A silent meter is asked seldom, up to so many doublings of its interval.
    const DOUBLINGS: u8 = 3;

    pub(crate) const fn new(due: Duration, interval_s: u32) -> Self {
        Self { due, interval_s, failures: 0 }
    }

    /// A meter was read at `now`.
    pub(crate) fn passed(&mut self, is_heard: bool, now: Duration) -> Turn {
        let was_silent = self.failures >= Self::SILENT;
        self.failures = if is_heard { 0 } else { self.failures.saturating_add(1) };
        let doublings = self.failures.saturating_sub(Self::SILENT - 1).min(Self::DOUBLINGS);
        let interval = Duration::from_secs(u64::from(self.interval_s) << doublings);
        // The beat stays where it was, unless it is lost.
        let due = self.due.saturating_add(interval);
        self.due = if due > now { due } else { now.saturating_add(interval) };
        match (was_silent, self.failures) {
            (true, 0) => Turn::Answers,
            (false, Self::SILENT) => Turn::Silent,
            _ => Turn::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_meter_that_answers_keeps_its_beat() {
        let mut course = Course::new(seconds(5), 10);
        for (now, due) in [(6, 15), (16, 25), (47, 57), (57, 67)] {
            assert_eq!(course.passed(true, seconds(now)), Turn::None);
            assert_eq!(course.due, seconds(due));
        }
    }

    #[test]
    fn a_silent_meter_is_asked_seldom_and_noticed_when_it_is_back() {
        let mut course = Course::new(seconds(0), 10);
        let mut told = std::vec::Vec::new();
        for _ in 0..7 {
            let before = course.due;
            let turn = course.passed(false, before);
            told.push((turn, (course.due - before).as_secs()));
        }
        use Turn::{None, Silent};
        let expected = [(None, 10), (None, 10), (Silent, 20), (None, 40), (None, 80), (None, 80), (None, 80)];
        assert_eq!(told, expected);
        assert_eq!(course.passed(true, course.due), Turn::Answers);
        assert_eq!(course.passed(true, course.due), Turn::None);
    }
}
