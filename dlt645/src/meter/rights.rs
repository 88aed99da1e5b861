//! Who may write.

use crate::{ErrorFlags, Password};

/// So many wrong passwords lock the meter.
const FAILURES: u8 = 3;

/// For so long: 24 hours.
const LOCKED_MINUTES: u16 = 1_440;

#[derive(Clone, Debug)]
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
        if self.passwords.get(usize::from(password.level)) == Some(&password.digits) {
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
