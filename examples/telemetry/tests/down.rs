//! What a concentrator sends, octet by octet.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use meter_value::Decimal;
use telemetry::{Baud, BufferTooSmall, Command, DecodeError, Down, Field, Line, Parity};

/// The octets after the tag are this command, and it is these octets.
fn both_ways(kind: u8, octets: &[u8], command: Command<'_>) {
    let octets = [&[0x10 | kind, 0xA5], octets].concat();
    let message = Down { tag: 0xA5, command };
    assert_eq!(Down::decode(&octets), Ok(message));
    assert_eq!(Down::tag(&octets), Some(0xA5));
    let mut buffer = [0; 64];
    assert_eq!(message.encode(&mut buffer).unwrap(), octets);
    let short = BufferTooSmall { needed: octets.len(), have: octets.len() - 1 };
    assert_eq!(message.encode(&mut buffer[..octets.len() - 1]), Err(short));
}

#[test]
fn commands() {
    both_ways(0, &[], Command::Read { meter: None });
    both_ways(0, &[3], Command::Read { meter: Some(3) });
    both_ways(1, &[0, 0, 3, 0x84], Command::Interval { meter: None, seconds: 900 });
    both_ways(1, &[0, 0, 3, 0x84, 3], Command::Interval { meter: Some(3), seconds: 900 });
    both_ways(2, &[0], Command::Run(false));
    both_ways(2, &[1], Command::Run(true));
    both_ways(3, &[0x65, 0x53, 0xF1, 0], Command::Time { seconds: 1_700_000_000 });
    both_ways(5, &[1, 2, 3], Command::Rename(&[1, 2, 3]));
    both_ways(6, &[], Command::Reset);
    both_ways(9, &[], Command::Status);
}

#[test]
fn limits() {
    let limits = |low, high| Command::Limits { meter: 4, point: 2, low, high };
    let (low, high) = (Decimal::new(-1, 0), Decimal::new(2415, -1));
    both_ways(4, &[4, 2, 0], limits(None, None));
    both_ways(4, &[4, 2, 1, 0, 1], limits(Some(low), None));
    both_ways(4, &[4, 2, 2, 0xFF, 0xDE, 0x25], limits(None, Some(high)));
    both_ways(4, &[4, 2, 3, 0, 1, 0xFF, 0xDE, 0x25], limits(Some(low), Some(high)));
}

#[test]
fn octets_for_others() {
    let line = Line { baud: Baud::B2400, parity: Parity::Even };
    let octets = &[0x10, 0x7B, 0x01, 0x7C, 0x16][..];
    both_ways(
        7,
        &[0x13, 0x01, 0x2C, 0x10, 0x7B, 0x01, 0x7C, 0x16],
        Command::Forward { line, wait_ms: 300, octets },
    );
    both_ways(8, &[4, 5, 0x13, 1], Command::Row { row: 4, rows: 5, octets: &[0x13, 1] });
}

#[test]
fn bad_octets_are_named() {
    let code = |field, code| Err(DecodeError::Code { field, code });
    assert_eq!(Down::decode(&[0x10]), Err(DecodeError::Truncated { needed: 2, have: 1 }));
    assert_eq!(Down::decode(&[0x06, 0]), Err(DecodeError::Version { version: 0 }));
    assert_eq!(Down::decode(&[0x1A, 0]), code(Field::Kind, 10));
    assert_eq!(Down::decode(&[0x10, 0, 3, 4]), Err(DecodeError::Trailing { count: 1 }));
    assert_eq!(Down::decode(&[0x16, 0, 3]), Err(DecodeError::Trailing { count: 1 }));
    assert_eq!(Down::decode(&[0x11, 0, 0, 0]), Err(DecodeError::Truncated { needed: 6, have: 4 }));
    assert_eq!(Down::decode(&[0x12, 0, 2]), code(Field::Flag, 2));
    assert_eq!(Down::decode(&[0x14, 0, 4, 2, 4]), code(Field::Limits, 4));
    assert_eq!(Down::decode(&[0x14, 0, 4, 2, 1]), Err(DecodeError::Truncated { needed: 6, have: 5 }));
    assert_eq!(Down::decode(&[0x17, 0, 0x33, 0, 0]), code(Field::Line, 0x33));
    assert_eq!(Down::decode(&[0x17, 0, 0x09, 0, 0]), code(Field::Line, 0x09));
    assert_eq!(Down::decode(&[0x18, 0, 4]), Err(DecodeError::Truncated { needed: 4, have: 3 }));
    assert_eq!(Down::tag(&[0x16]), None);
}
