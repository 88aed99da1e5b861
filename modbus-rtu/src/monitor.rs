//! The registers of the portable monitor: a device with a measured value, an alarm, a battery and a clock.
//!
//! It speaks at 9600 baud, 8N1. Its manual prints an answer that counts registers instead of octets and a
//! write without a byte count; [`DIALECT`] takes such frames and writes so.
//!
//! ```
//! use modbus_rtu::{Response, monitor};
//!
//! let read = monitor::MAP.reads(0, 125).next().unwrap();
//! assert_eq!((read.range.start(), read.range.quantity()), (0, 7));
//! let pdu = [3, 7, 0x41, 0xC8, 0, 0, 0, 0, 0, 80, 0x12, 0x07, 0x01, 0x09, 0x0C, 0x22];
//! let response = monitor::DIALECT.response(&pdu)?;
//! let lines: Vec<String> =
//!     read.readings(&response).map(|(point, value)| format!("{}: {value}", point.name)).collect();
//! assert_eq!(lines[0], "measured value: 25");
//! assert_eq!(lines[1..], ["alarm: 0", "card fault: 0", "battery: 80", "clock: 2018-07-01T09:12:34"]);
//! # Ok::<(), modbus_rtu::DecodeError>(())
//! ```

use meter_value::Unit;

use crate::{Dialect, Kind, Map, Point, map};

/// What it holds.
pub const MAP: Map<'_> = map![
    Point::holding("measured value", 0x00, Kind::F32),
    // 1 while there is one.
    ALARM,
    Point::holding("card fault", 0x02, Kind::Low),
    Point::holding("battery", 0x03, Kind::U16).in_unit(Unit::Percent),
    CLOCK,
    Point::holding("alarm time", 0x09, Kind::U16),
    Point::holding("device number", 0x0A, Kind::U16),
];

/// Whether the measured value has passed its limit: 1, else 0.
pub const ALARM: Point = Point::holding("alarm", 0x02, Kind::High);

/// Its clock, which can be set.
pub const CLOCK: Point = Point::holding("clock", 0x04, Kind::Clock);

/// Restarts it when [`RESET_VALUE`] is written here.
pub const RESET: u16 = 0x0B;

/// What [`RESET`] takes.
pub const RESET_VALUE: u16 = 0x00AA;

/// How it deviates from the standard.
pub const DIALECT: Dialect =
    Dialect { count_of_registers: true, write_without_count: true, ..Dialect::STRICT };
