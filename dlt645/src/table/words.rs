//! Words whose bits mean something.

use meter_value::Flag;

use super::{Field, name};
use crate::format::{Kind, Names};

pub(super) const fn flags(
    english: &'static str,
    chinese: &'static str,
    octets: u8,
    names: &'static &'static [Flag],
) -> Field {
    Field { name: name(english, chinese), kind: Kind::Flags { octets, names: Names(names) } }
}

const fn set(bit: u8, text: &'static str) -> Flag {
    Flag::set(bit, text)
}

const fn clear(bit: u8, text: &'static str) -> Flag {
    Flag::when(bit, 1, 0, text)
}

pub(super) static RUN_1: &[Flag] = &[
    clear(0, "external switch by level"),
    set(0, "external switch by pulse"),
    clear(1, "sliding demand"),
    set(1, "block demand"),
    set(2, "clock battery low"),
    set(3, "outage reading battery low"),
    set(4, "active power reversed"),
    set(5, "reactive power reversed"),
];

pub(super) static RUN_2: &[Flag] = &[
    set(0, "active power of phase A reversed"),
    set(1, "active power of phase B reversed"),
    set(2, "active power of phase C reversed"),
    set(4, "reactive power of phase A reversed"),
    set(5, "reactive power of phase B reversed"),
    set(6, "reactive power of phase C reversed"),
];

pub(super) static RUN_3: &[Flag] = &[
    clear(0, "first set of day slots"),
    set(0, "second set of day slots"),
    Flag::when(1, 2, 0, "main supply"),
    Flag::when(1, 2, 1, "auxiliary supply"),
    Flag::when(1, 2, 2, "battery supply"),
    set(3, "programming allowed"),
    clear(4, "relay closed"),
    set(4, "relay open"),
    clear(5, "first set of year zones"),
    set(5, "second set of year zones"),
    clear(6, "close commanded"),
    set(6, "trip commanded"),
    set(7, "alarm before trip"),
    Flag::when(8, 2, 0, "not prepaid"),
    Flag::when(8, 2, 1, "energy prepaid"),
    Flag::when(8, 2, 2, "money prepaid"),
    clear(10, "first set of tariff prices"),
    set(10, "second set of tariff prices"),
    clear(11, "first set of ladders"),
    set(11, "second set of ladders"),
];

/// Of each phase.
pub(super) static RUN_4: &[Flag] = &[
    set(0, "loss of voltage"),
    set(1, "undervoltage"),
    set(2, "overvoltage"),
    set(3, "loss of current"),
    set(4, "overcurrent"),
    set(5, "overload"),
    set(6, "reversal"),
    set(7, "phase break"),
    set(8, "current break"),
];

pub(super) static RUN_7: &[Flag] = &[
    set(0, "voltage reverse sequence"),
    set(1, "current reverse sequence"),
    set(2, "voltage unbalance"),
    set(3, "current unbalance"),
    set(4, "auxiliary supply loss"),
    set(5, "power-down"),
    set(6, "demand over limit"),
    set(7, "power factor below limit"),
    set(8, "severe current unbalance"),
];

/// A bit for each key; 0 is a public key.
pub(super) static KEYS: &[Flag] = &[];

pub(super) static ACTIVE_COMBINATION: &[Flag] = &[
    set(0, "forward added"),
    set(1, "forward subtracted"),
    set(2, "reverse added"),
    set(3, "reverse subtracted"),
];

pub(super) static REACTIVE_COMBINATION: &[Flag] = &[
    set(0, "quadrant 1 added"),
    set(1, "quadrant 1 subtracted"),
    set(2, "quadrant 2 added"),
    set(3, "quadrant 2 subtracted"),
    set(4, "quadrant 3 added"),
    set(5, "quadrant 3 subtracted"),
    set(6, "quadrant 4 added"),
    set(7, "quadrant 4 subtracted"),
];

pub(super) static BAUD: &[Flag] = &[
    set(1, "600 baud"),
    set(2, "1200 baud"),
    set(3, "2400 baud"),
    set(4, "4800 baud"),
    set(5, "9600 baud"),
    set(6, "19200 baud"),
];

/// 0 is a rest day.
pub(super) static WEEKEND: &[Flag] = &[
    clear(0, "Sunday"),
    clear(1, "Monday"),
    clear(2, "Tuesday"),
    clear(3, "Wednesday"),
    clear(4, "Thursday"),
    clear(5, "Friday"),
    clear(6, "Saturday"),
];

pub(super) static LOAD_MODE: &[Flag] = &[
    set(0, "voltage, current and frequency"),
    set(1, "active and reactive power"),
    set(2, "power factor"),
    set(3, "active and reactive energy"),
    set(4, "reactive energy of the quadrants"),
    set(5, "demand"),
];

pub(super) static FREEZE_MODE: &[Flag] = &[
    set(0, "forward active energy"),
    set(1, "reverse active energy"),
    set(2, "combined reactive energy 1"),
    set(3, "combined reactive energy 2"),
    set(4, "reactive energy of the quadrants"),
    set(5, "forward active maximum demand"),
    set(6, "reverse active maximum demand"),
    set(7, "variables"),
];

pub(super) static HOURLY_MODE: &[Flag] = &[set(0, "forward active energy"), set(1, "reverse active energy")];

pub(super) static FEATURES: &[Flag] = &[
    clear(0, "external switch by level"),
    set(0, "external switch by pulse"),
    clear(1, "slot sets shown"),
    set(1, "price sets shown"),
    set(2, "events reported by the bit for more"),
];

/// The bits of the report words are not known.
pub(super) static REPORT: &[Flag] = &[];

pub(super) static RUN_1997: &[Flag] = &[
    clear(0, "automatic reading"),
    set(0, "manual reading"),
    clear(1, "sliding demand"),
    set(1, "block demand"),
    set(2, "battery low"),
    set(4, "active power reversed"),
    set(5, "reactive power reversed"),
];

pub(super) static GRID_1997: &[Flag] = &[
    set(0, "phase A off"),
    set(1, "phase B off"),
    set(2, "phase C off"),
    set(4, "overvoltage of phase A"),
    set(5, "overvoltage of phase B"),
    set(6, "overvoltage of phase C"),
];
