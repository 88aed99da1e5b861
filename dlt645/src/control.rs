//! The control octet: direction, function and two flags.

use core::fmt;

use meter_value::names;

use crate::Edition;

const REPLY: u8 = 0x80;
const FAILED: u8 = 0x40;
const MORE: u8 = 0x20;
const FUNCTION: u8 = 0x1F;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// From the master to meters.
    Command,
    /// From a meter to the master.
    Reply,
}

/// The control octet (DL/T 645-2007, chapter 5): bit 7 the direction, 6 failed, 5 more to follow, 4 to 0
/// the function.
///
/// ```
/// use dlt645::{Control, Direction, Function};
///
/// let control = Control(0xB1);
/// assert_eq!(control.direction(), Direction::Reply);
/// assert_eq!(control.function(), Function::READ);
/// assert!(control.has_more() && !control.is_failed());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Control(pub u8);

impl Control {
    /// A command. Of `function`, the lower five bits count, here and below.
    pub const fn command(function: Function) -> Self {
        Self(function.0 & FUNCTION)
    }

    /// A reply, and whether more of it can be had with [`Function::READ_FOLLOW_UP`].
    pub const fn reply(function: Function, more: bool) -> Self {
        Self(REPLY | function.0 & FUNCTION | if more { MORE } else { 0 })
    }

    /// A reply that refuses.
    pub const fn failure(function: Function) -> Self {
        Self(REPLY | FAILED | function.0 & FUNCTION)
    }

    /// Which way the frame goes.
    pub const fn direction(self) -> Direction {
        if self.0 & REPLY == 0 { Direction::Command } else { Direction::Reply }
    }

    /// Whether a reply refuses.
    pub const fn is_failed(self) -> bool {
        self.0 & FAILED != 0
    }

    /// Whether a reply has more to follow. Some meters announce an event with this bit.
    pub const fn has_more(self) -> bool {
        self.0 & MORE != 0
    }

    /// What is asked for or answered, 0 to 31.
    pub const fn function(self) -> Function {
        Function(self.0 & FUNCTION)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Control({:#04X})", self.0)
    }
}

/// What a command asks for, 0 to 31. Functions without a name are kept. The editions share 08, and mean
/// different things by 03.
///
/// ```
/// use dlt645::{Edition, Function};
///
/// assert_eq!(Function::READ_1997.edition(), Some(Edition::Y1997));
/// assert_eq!(Function::READ_AGAIN.name_in(Edition::Y1997), Some("read again"));
/// assert_eq!(Function::READ_AGAIN, Function::SECURITY_AUTHENTICATION);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Function(pub u8);

names!(Function {
    /// Reads data (1997).
    READ_1997 = 0x01 "read",
    /// Reads what did not fit the reply before (1997).
    READ_FOLLOW_UP_1997 = 0x02 "read follow-up",
    /// Authenticates and exchanges keys (amendment to the standard).
    SECURITY_AUTHENTICATION = 0x03 "security authentication",
    /// Writes data (1997).
    WRITE_1997 = 0x04 "write",
    /// Sets the clocks of all meters (both editions).
    BROADCAST_TIME = 0x08 "broadcast time",
    /// Sets the address of the only meter (1997).
    WRITE_ADDRESS_1997 = 0x0A "write address",
    /// Changes the baud rate (1997).
    CHANGE_BAUD_RATE_1997 = 0x0C "change baud rate",
    /// Changes a password (1997).
    CHANGE_PASSWORD_1997 = 0x0F "change password",
    /// Sets the maximum demand back to zero (1997).
    CLEAR_MAXIMUM_DEMAND_1997 = 0x10 "clear maximum demand",
    /// Reads data.
    READ = 0x11 "read",
    /// Reads what did not fit the reply before.
    READ_FOLLOW_UP = 0x12 "read follow-up",
    /// Reads the address of the only meter.
    READ_ADDRESS = 0x13 "read address",
    /// Writes data.
    WRITE = 0x14 "write",
    /// Sets the address of the only meter.
    WRITE_ADDRESS = 0x15 "write address",
    /// Has the meters keep a copy of their registers.
    FREEZE = 0x16 "freeze",
    /// Changes the baud rate.
    CHANGE_BAUD_RATE = 0x17 "change baud rate",
    /// Changes a password.
    CHANGE_PASSWORD = 0x18 "change password",
    /// Sets the maximum demand back to zero.
    CLEAR_MAXIMUM_DEMAND = 0x19 "clear maximum demand",
    /// Sets the whole meter back to zero.
    CLEAR_METER = 0x1A "clear meter",
    /// Forgets events.
    CLEAR_EVENTS = 0x1B "clear events",
    /// Switches the load, the alarm, and the hold on both.
    CONTROL_RELAY = 0x1C "control relay",
    /// Chooses the signal of the multi-function terminal.
    MULTIFUNCTION_TERMINAL = 0x1D "multi-function terminal",
});

impl Function {
    /// Reads the last data again (1997).
    pub const READ_AGAIN: Self = Self(0x03);

    /// The edition that has the function; `None` if both or none has it.
    pub const fn edition(self) -> Option<Edition> {
        match self {
            Self::SECURITY_AUTHENTICATION | Self::BROADCAST_TIME => None,
            Self(0x01..=0x10) if self.name().is_some() => Some(Edition::Y1997),
            Self(0x11..=0x1D) => Some(Edition::Y2007),
            _ => None,
        }
    }

    /// Its name in an edition; `None` if that edition does not have it.
    pub const fn name_in(self, edition: Edition) -> Option<&'static str> {
        match (self, edition, self.edition()) {
            (Self::READ_AGAIN, Edition::Y1997, _) => Some("read again"),
            (_, _, None)
            | (_, Edition::Y1997, Some(Edition::Y1997))
            | (_, Edition::Y2007, Some(Edition::Y2007)) => self.name(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_functions_are_of_both_editions() {
        let of = |edition| (0..32).filter(move |&code| Function(code).name_in(edition).is_some());
        assert!(of(Edition::Y1997).eq([0x01, 0x02, 0x03, 0x04, 0x08, 0x0A, 0x0C, 0x0F, 0x10]));
        assert!(of(Edition::Y2007).eq([0x03, 0x08].into_iter().chain(0x11..=0x1D)));
    }
}
