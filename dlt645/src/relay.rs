//! What function 1C switches, and what function 1D shows.

use meter_value::names;

use crate::flags::flags;

/// What [`Command::ControlRelay`](crate::Command::ControlRelay) does: N1 (DL/T 645-2007, chapter 7, and its
/// amendment). Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RelayAction(pub u8);

names!(RelayAction {
    /// Disconnects the load.
    TRIP = 0x1A "trip",
    /// Lets the user connect the load with the meter's key.
    ALLOW_CLOSE = 0x1B "allow close",
    /// Connects the load.
    CLOSE = 0x1C "close",
    /// Disconnects the load for a while, then connects it.
    TRIP_THEN_CLOSE = 0x1D "trip, then close",
    /// Disconnects the load for a while, then lets the user connect it.
    TRIP_THEN_ALLOW_CLOSE = 0x1E "trip, then allow close",
    /// Raises the alarm.
    ALARM = 0x2A "alarm",
    /// Ends the alarm.
    CANCEL_ALARM = 0x2B "cancel alarm",
    /// Refuses to disconnect the load until that is cancelled.
    KEEP_POWER = 0x3A "keep power",
    /// Lets the load be disconnected again.
    CANCEL_KEEP_POWER = 0x3B "cancel keep power",
});

flags! {
    /// What newer meters answer to [`Command::ControlRelay`](crate::Command::ControlRelay) (amendment to DL/T
    /// 645-2007; the bits are from one maker's source).
    ///
    /// ```
    /// use dlt645::RelayStatus;
    ///
    /// let status = RelayStatus(0x0104);
    /// assert!(status.contains(RelayStatus::TRIPPED));
    /// assert_eq!(status.to_string(), "tripped, power kept");
    /// ```
    RelayStatus(u16), else "no status" {
        /// The load is being connected.
        CLOSED = 0 "direct close accepted",
        /// The user may connect the load.
        CLOSE_ALLOWED = 1 "close allowed",
        /// The load is disconnected.
        TRIPPED = 2 "tripped",
        /// The load is disconnected when the delay of tripping is over.
        TRIP_DELAYED = 3 "trip delayed",
        /// The load is disconnected for a while.
        TRIPPED_FOR_A_WHILE = 4 "tripped in advance",
        /// The load is disconnected when its current has fallen.
        TRIP_DELAYED_BY_CURRENT = 5 "trip delayed by high current",
        /// The load is not disconnected until that is cancelled.
        POWER_KEPT = 8 "power kept",
        /// The load can be disconnected again.
        KEEP_POWER_CANCELLED = 9 "keep power cancelled",
        /// The alarm is raised.
        ALARM = 10 "alarm",
        /// The alarm has ended.
        ALARM_CANCELLED = 11 "alarm cancelled",
    }
}

flags! {
    /// Why newer meters refuse [`Command::ControlRelay`](crate::Command::ControlRelay) (amendment to DL/T
    /// 645-2007; the bits are from one maker's source).
    RelayErrors(u16), else "no reason" {
        /// The meter is suspended.
        SUSPENDED = 0 "meter suspended",
        /// The authentication code of the data is wrong.
        AUTHENTICATION_CODE = 1 "authentication code wrong",
        /// The password is wrong, or does not give the right.
        UNAUTHORISED = 2 "password wrong or unauthorised",
        /// The authentication of the identity timed out.
        AUTHENTICATION_TIMED_OUT = 3 "identity authentication timed out",
        /// The command came after the end of its validity.
        EXPIRED = 4 "validity time expired",
        /// The load cannot be disconnected while power is kept.
        TRIP_WHILE_KEPT = 5 "trip refused, power is kept",
        /// The load cannot be disconnected for a while either while power is kept.
        TRIP_FOR_A_WHILE_WHILE_KEPT = 6 "trip in advance refused, power is kept",
        /// The load cannot be disconnected for a while of no length.
        NO_DURATION = 7 "duration is zero",
        /// The load cannot be disconnected for a while, since it is disconnected already.
        ALREADY_TRIPPED = 8 "trip in advance refused, already tripped",
    }
}

/// What the multi-function terminal of a meter puts out (DL/T 645-2007, chapter 7). Numbers without a name
/// are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TerminalSignal(pub u8);

names!(TerminalSignal {
    /// A pulse each second of the clock.
    SECOND = 0x00 "clock second",
    /// A pulse each period of the demand.
    DEMAND_PERIOD = 0x01 "demand period",
    /// A pulse when the tariff's slot of the day changes.
    SLOT_SWITCH = 0x02 "slot switch",
});
