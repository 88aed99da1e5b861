//! The meters of a device that was given no other table. They become octets when the firmware is built.

use std::io;

use telemetry::{
    Address, Baud, Edition, Line, Meter, Order, Parity, Point, RegisterKind as Kind,
    RegisterTable as Registers,
};

/// How often they are read, in seconds.
const INTERVAL_S: u32 = 15;

const FAST: Line = Line { baud: Baud::B9600, parity: Parity::None };
const SLOW: Line = Line { baud: Baud::B2400, parity: Parity::Even };

/// Rows, each after its length.
pub fn table() -> io::Result<Vec<u8>> {
    let modbus = [
        register(0, Kind::U16, -1),
        register(1, Kind::I32, -3),
        register(3, Kind::I32, 0),
        register(5, Kind::I32, -2),
    ];
    let dlt645 = [digits(0x0001_0000, 4, -2), digits(0x0201_0100, 2, -1), digits(0x0202_0100, 3, -3)];
    let mbus = [0, 1, 2, 3, 4].map(|index| Point::Record { index });
    let electricity = |last| Address::Dlt645(Edition::Ed2007, [0x34, 0x69, 0x17, 0x08, 0x17, last]);
    let mut table = Vec::new();
    for (address, line, points) in [
        (Address::Modbus(17), FAST, &modbus[..]),
        (Address::Modbus(18), FAST, &modbus),
        (electricity(0x20), SLOW, &dlt645),
        (electricity(0x21), SLOW, &dlt645),
        (Address::Mbus(1), SLOW, &mbus),
    ] {
        let mut buffer = [0; 160];
        let row = Meter::encode(address, line, INTERVAL_S, points, &mut buffer).map_err(io::Error::other)?;
        table.push(row.len() as u8);
        table.extend_from_slice(row);
    }
    Ok(table)
}

const fn register(start: u16, kind: Kind, exponent: i8) -> Point {
    Point::Registers { table: Registers::Holding, start, kind, order: Order::Abcd, exponent }
}

const fn digits(identifier: u32, octets: u8, exponent: i8) -> Point {
    Point::Digits { identifier, offset: 0, octets, signed: true, exponent }
}
