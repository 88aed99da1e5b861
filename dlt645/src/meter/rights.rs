//! Who may write.

use core::fmt;

use crate::{ErrorFlags, Password};

/// So many wrong passwords lock the meter.
const FAILURES: u8 = 3;

/// For so long: 24 hours.
const LOCKED_MINUTES: u16 = 1_440;

#[derive(Clone)]
pub(super) struct Rights {
    /// Of levels 0 to 9.
    passwords: [[u8; 3]; 10],
    failures: u8,
    locked_minutes: u16,
}

impl Rights {
    pub const INITIAL: Self = Self { passwords: [[0; 3]; 10], failures: 0, locked_minutes: 0 };

    /// The password is right, and its level is as high as needed: 0 is the highest.
    pub fn check(&mut self, password: Password, level: u8) -> Result<(), ErrorFlags> {
        if self.locked_minutes > 0 || password.level > level {
            return Err(ErrorFlags::UNAUTHORISED);
        }
        let kept = self.passwords.get(usize::from(password.level));
        if kept.is_some_and(|digits| password == Password { digits: *digits, ..password }) {
            self.failures = 0;
            return Ok(());
        }
        self.failures += 1;
        if self.failures == FAILURES {
            (self.failures, self.locked_minutes) = (0, LOCKED_MINUTES);
        }
        Err(ErrorFlags::UNAUTHORISED)
    }

    /// Whether there is such a level.
    pub fn set(&mut self, password: Password) -> bool {
        let slot = self.passwords.get_mut(usize::from(password.level));
        slot.map(|slot| *slot = password.digits).is_some()
    }

    pub fn minute(&mut self) {
        self.locked_minutes = self.locked_minutes.saturating_sub(1);
    }
}

impl fmt::Debug for Rights {
    /// No password prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Rights");
        text.field("failures", &self.failures).field("locked_minutes", &self.locked_minutes);
        text.finish_non_exhaustive()
    }
}
