//! Rows of the table, octet by octet.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use telemetry::{
    Address, Baud, BufferTooSmall, DecodeError, Edition, Field, Line, Meter, Order, Parity, Point,
    RegisterKind, RegisterTable,
};

const LINE: Line = Line { baud: Baud::B9600, parity: Parity::None };

/// The octets are this row, and it is these octets.
fn both_ways(octets: &[u8], address: Address, line: Line, interval_s: u32, points: &[Point]) {
    let meter = Meter::decode(octets).unwrap();
    assert_eq!((meter.address, meter.line, meter.interval_s), (address, line, interval_s));
    assert_eq!(meter.points.len(), points.len());
    assert!(meter.points.eq(points.iter().copied()));
    let mut buffer = [0; 64];
    let short = BufferTooSmall { needed: octets.len(), have: octets.len() - 1 };
    let mut encode = |size: usize| {
        Meter::encode(address, line, interval_s, points, &mut buffer[..size]).map(<[u8]>::to_vec)
    };
    assert_eq!(encode(64), Ok(octets.to_vec()));
    assert_eq!(encode(octets.len() - 1), Err(short));
}

#[test]
fn a_meter_of_each_protocol() {
    let even = Line { baud: Baud::B2400, parity: Parity::Even };
    let voltage = Point::Registers {
        table: RegisterTable::Input,
        start: 0x0102,
        kind: RegisterKind::I16,
        order: Order::Abcd,
        exponent: -1,
    };
    let energy = Point::Registers {
        table: RegisterTable::Holding,
        start: 0,
        kind: RegisterKind::F64,
        order: Order::Dcba,
        exponent: 3,
    };
    let octets = [0x10, 17, 0x05, 15, 0x24, 1, 2, 0xFF, 0x1F, 0, 0, 3];
    both_ways(&octets, Address::Modbus(17), LINE, 15, &[voltage, energy]);

    let digits = [0x12, 0x90, 0x78, 0x56, 0x34, 0x12];
    let energy =
        |octets, signed| Point::Digits { identifier: 0x0001_FF00, offset: 4, octets, signed, exponent: -2 };
    let row = [0x12, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12, 0x13, 0x84, 0x07];
    for (code, octets, signed) in [(0x40, 1, false), (0x43, 4, false), (0x4B, 4, true), (0x4F, 8, true)] {
        let octets_of_row = [&row[..], &[code, 0, 1, 0xFF, 0, 4, 0xFE]].concat();
        let points = [energy(octets, signed)];
        both_ways(&octets_of_row, Address::Dlt645(Edition::Ed2007, digits), even, 900, &points);
    }
    let octets = [0x11, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12, 0x13, 0];
    both_ways(&octets, Address::Dlt645(Edition::Ed1997, digits), even, 0, &[]);

    let records = [Point::Record { index: 0 }, Point::Record { index: 255 }];
    both_ways(&[0x13, 1, 0x13, 15, 0x80, 0, 0x80, 255], Address::Mbus(1), even, 15, &records);
    let octets = [0x14, 0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 1, 4, 0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
    let secondary = Address::MbusSecondary([0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 1, 4]);
    both_ways(&octets, secondary, even, u32::MAX, &[]);
}

#[test]
fn lines() {
    let bauds = [
        (Baud::B300, 300),
        (Baud::B600, 600),
        (Baud::B1200, 1_200),
        (Baud::B2400, 2_400),
        (Baud::B4800, 4_800),
        (Baud::B9600, 9_600),
        (Baud::B19200, 19_200),
        (Baud::B38400, 38_400),
        (Baud::B115200, 115_200),
    ];
    for (low, (baud, rate)) in (0..).zip(bauds) {
        assert_eq!(baud.get(), rate);
        for (high, parity) in [(0x00, Parity::None), (0x10, Parity::Even), (0x20, Parity::Odd)] {
            both_ways(&[0x10, 1, high | low, 0], Address::Modbus(1), Line { baud, parity }, 0, &[]);
        }
    }
}

#[test]
fn registers_of_every_type() {
    let kinds = [
        (RegisterKind::U16, 1),
        (RegisterKind::I16, 1),
        (RegisterKind::U32, 2),
        (RegisterKind::I32, 2),
        (RegisterKind::U64, 4),
        (RegisterKind::I64, 4),
        (RegisterKind::F32, 2),
        (RegisterKind::F64, 4),
    ];
    for (middle, (kind, registers)) in (0..).zip(kinds) {
        assert_eq!(kind.registers(), registers);
        for (low, order) in (0..).zip([Order::Abcd, Order::Badc, Order::Cdab, Order::Dcba]) {
            for (high, table) in (0..).zip([RegisterTable::Holding, RegisterTable::Input]) {
                let point = Point::Registers { table, start: 7, kind, order, exponent: 0 };
                let octets = [0x10, 1, 0x05, 0, high << 5 | middle << 2 | low, 0, 7, 0];
                both_ways(&octets, Address::Modbus(1), LINE, 0, &[point]);
            }
        }
    }
}

#[test]
fn bad_octets_are_named() {
    let code = |field, code| Err(DecodeError::Code { field, code });
    assert_eq!(Meter::decode(&[]), Err(DecodeError::Truncated { needed: 1, have: 0 }));
    assert_eq!(Meter::decode(&[0xF0]), Err(DecodeError::Version { version: 15 }));
    assert_eq!(Meter::decode(&[0x15]), code(Field::Kind, 5));
    assert_eq!(Meter::decode(&[0x12, 1, 2]), Err(DecodeError::Truncated { needed: 7, have: 3 }));
    assert_eq!(Meter::decode(&[0x10, 1, 0x39]), code(Field::Line, 0x39));
    assert_eq!(Meter::decode(&[0x10, 1, 5, 0x8F, 0]), Err(DecodeError::Padded));
    assert_eq!(Meter::decode(&[0x10, 1, 5, 255, 255, 255, 255, 0x10]), Err(DecodeError::Range));
    for point in [0x50, 0x7F, 0x81, 0xFF] {
        assert_eq!(Meter::decode(&[0x10, 1, 5, 15, point]), code(Field::Point, point));
    }
    for (point, length) in [(0x00, 4), (0x40, 7), (0x80, 2)] {
        let octets = [0x10, 1, 5, 15, point, 0, 0, 0, 0, 0];
        for more in 1..length {
            let error = Meter::decode(&octets[..4 + more]).unwrap_err();
            assert!(matches!(error, DecodeError::Truncated { have, .. } if have == 4 + more));
        }
    }
}
