//! The relay of the load.

use crate::{ErrorFlags, Refusal, RelayAction, RelayErrors, RelayStatus};

/// What a unit of the duration means, in minutes (amendment to DL/T 645-2007; uncertain).
const DURATION_MINUTES: u16 = 5;

#[derive(Clone, Debug)]
pub(super) struct Relay {
    is_open: bool,
    /// Whether the user may connect the load.
    is_allowed: bool,
    is_kept: bool,
    is_alarmed: bool,
    /// Minutes until the relay closes, and how.
    ahead: Option<(u16, RelayAction)>,
}

impl Relay {
    pub const CLOSED: Self =
        Self { is_open: false, is_allowed: false, is_kept: false, is_alarmed: false, ahead: None };

    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    pub const fn is_alarmed(&self) -> bool {
        self.is_alarmed
    }

    /// Whether the last command was to open it.
    pub const fn is_tripped(&self) -> bool {
        self.is_open && !self.is_allowed
    }

    /// The user's key.
    pub fn press(&mut self) {
        if self.is_allowed {
            (self.is_open, self.is_allowed) = (false, false);
        }
    }

    pub fn control(&mut self, action: RelayAction, duration: u8) -> Result<RelayStatus, Refusal> {
        use RelayAction as A;
        let refused = |error| Err(Refusal::Relay(error));
        match action {
            A::TRIP if self.is_kept => return refused(RelayErrors::TRIP_WHILE_KEPT),
            A::TRIP_THEN_CLOSE | A::TRIP_THEN_ALLOW_CLOSE if self.is_kept => {
                return refused(RelayErrors::TRIP_FOR_A_WHILE_WHILE_KEPT);
            }
            A::TRIP_THEN_CLOSE | A::TRIP_THEN_ALLOW_CLOSE if duration == 0 => {
                return refused(RelayErrors::NO_DURATION);
            }
            A::TRIP_THEN_CLOSE | A::TRIP_THEN_ALLOW_CLOSE if self.is_open => {
                return refused(RelayErrors::ALREADY_TRIPPED);
            }
            _ => {}
        }
        if matches!(action, A::TRIP | A::ALLOW_CLOSE | A::CLOSE) {
            self.ahead = None;
        }
        Ok(match action {
            A::TRIP => {
                (self.is_open, self.is_allowed) = (true, false);
                RelayStatus::TRIPPED
            }
            A::ALLOW_CLOSE => {
                self.is_allowed = self.is_open;
                RelayStatus::CLOSE_ALLOWED
            }
            A::CLOSE => {
                (self.is_open, self.is_allowed) = (false, false);
                RelayStatus::CLOSED
            }
            A::TRIP_THEN_CLOSE | A::TRIP_THEN_ALLOW_CLOSE => {
                (self.is_open, self.is_allowed) = (true, false);
                let then = if action == A::TRIP_THEN_CLOSE { A::CLOSE } else { A::ALLOW_CLOSE };
                self.ahead = Some((u16::from(duration) * DURATION_MINUTES, then));
                RelayStatus::TRIPPED_FOR_A_WHILE
            }
            A::ALARM => {
                self.is_alarmed = true;
                RelayStatus::ALARM
            }
            A::CANCEL_ALARM => {
                self.is_alarmed = false;
                RelayStatus::ALARM_CANCELLED
            }
            A::KEEP_POWER => {
                *self = Self { is_kept: true, is_alarmed: self.is_alarmed, ..Self::CLOSED };
                RelayStatus::POWER_KEPT
            }
            A::CANCEL_KEEP_POWER => {
                self.is_kept = false;
                RelayStatus::KEEP_POWER_CANCELLED
            }
            _ => return Err(Refusal::Flags(ErrorFlags::OTHER)),
        })
    }

    pub fn minute(&mut self) {
        match self.ahead {
            Some((0 | 1, then)) => {
                self.ahead = None;
                (self.is_open, self.is_allowed) =
                    (then == RelayAction::ALLOW_CLOSE, then == RelayAction::ALLOW_CLOSE);
            }
            Some((minutes, then)) => self.ahead = Some((minutes - 1, then)),
            None => {}
        }
    }
}
