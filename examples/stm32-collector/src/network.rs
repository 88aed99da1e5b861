//! What the device is told before it is in a network: who it is, its radio, and a first table of meters.

use collector::Table;
use collector_identity::Identity;
use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::{Bounds, Layout};
use radio_modem::Settings;
use telemetry::{
    Address, Baud, Edition, Line, Meter, Order, Parity, Point, RegisterKind as Kind,
    RegisterTable as Registers,
};

/// Where the identity is, in a sector of its own.
const IDENTITY: *const [u8; Identity::LEN] = collector_identity::ADDRESS as *const _;

/// A TCXO of 2 millionths would need less; this is a plain crystal at -20 to 60 °C.
pub const BOUNDS: Bounds = Bounds { stamp_error_us: 20, drift_ppm: 41, drift_rate_ppb_per_s: 21 };

/// How exactly the modem begins a frame.
pub const START_ERROR_US: u16 = 2;

/// The radio.
pub const SETTINGS: Settings = Settings { frequency_hz: 480_000_000, power_dbm: 17, profile: PROFILE };

const PROFILE: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

/// A schedule that no base has: the true one comes with the session.
pub const LAYOUT: Layout = Layout { version: 0, ..Layout::plain(PROFILE, 16, 16, 1_000, 1_000_000) };

/// How often meters are read that nobody said otherwise of, in seconds.
const INTERVAL_S: u32 = 15;

/// The identity of this device, if it was given one.
pub fn identity() -> Option<Identity> {
    // SAFETY: this is flash, which nobody writes while the device runs.
    let octets = unsafe { IDENTITY.read_volatile() };
    Identity::decode(&octets).ok()
}

/// The meters of a device that was given no other table.
pub fn table() -> Option<Table> {
    const MODBUS: [Point; 4] = [
        register(0, Kind::U16, -1),
        register(1, Kind::I32, -3),
        register(3, Kind::I32, 0),
        register(5, Kind::I32, -2),
    ];
    const DLT645: [Point; 3] =
        [digits(0x0001_0000, 4, -2), digits(0x0201_0100, 2, -1), digits(0x0202_0100, 3, -3)];
    const MBUS: [Point; 5] = [
        Point::Record { index: 0 },
        Point::Record { index: 1 },
        Point::Record { index: 2 },
        Point::Record { index: 3 },
        Point::Record { index: 4 },
    ];
    let (fast, slow) =
        (Line { baud: Baud::B9600, parity: Parity::None }, Line { baud: Baud::B2400, parity: Parity::Even });
    let electricity = |last| Address::Dlt645(Edition::Ed2007, [0x34, 0x69, 0x17, 0x08, 0x17, last]);
    let mut table = Table::new();
    for (address, line, points) in [
        (Address::Modbus(17), fast, &MODBUS[..]),
        (Address::Modbus(18), fast, &MODBUS),
        (electricity(0x20), slow, &DLT645),
        (electricity(0x21), slow, &DLT645),
        (Address::Mbus(1), slow, &MBUS),
    ] {
        let mut buffer = [0; collector::MAX_ROW];
        let row = Meter::encode(address, line, INTERVAL_S, points, &mut buffer).ok()?;
        table.push(row).ok()?;
    }
    Some(table)
}

const fn register(start: u16, kind: Kind, exponent: i8) -> Point {
    Point::Registers { table: Registers::Holding, start, kind, order: Order::Abcd, exponent }
}

const fn digits(identifier: u32, octets: u8, exponent: i8) -> Point {
    Point::Digits { identifier, offset: 0, octets, signed: true, exponent }
}
