//! Reports of readings.

use meter_value::Decimal;
use telemetry::{BufferTooSmall, DecodeError, Field, Missed, Reading, Report, Up};

const TIME: u32 = 0x6553_F100;
const HEAD: [u8; 7] = [0x10, 1, 2, 0x65, 0x53, 0xF1, 0];

const fn reading(after: u32, value: Result<Decimal, Missed>) -> Reading {
    Reading { meter: 4, point: 2, time: TIME + after, value }
}

/// Octets of a report with these readings.
fn report(octets: &[u8]) -> Vec<u8> {
    [&HEAD, octets].concat()
}

#[test]
fn readings() {
    let octets = report(&[
        4, 2, 0, 0xFE, 0x80, 0x89, 0x0F, //
        4, 2, 0x7F, 0, 1, //
        4, 2, 0x80, 1, 0x7F, //
        4, 2, 0x80, 1, 0x7E, //
        4, 2, 0x80, 1, 0x7D, //
        4, 2, 0x80, 1, 0x7C, //
        4, 2, 0, 0x77, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, //
        4, 2, 0, 0x80, 0,
    ]);
    let readings = [
        reading(0, Ok(Decimal::new(123_456, -2))),
        reading(127, Ok(Decimal::new(-1, 0))),
        reading(128, Err(Missed::NoReply)),
        reading(128, Err(Missed::Corrupt)),
        reading(128, Err(Missed::Refused)),
        reading(128, Err(Missed::NoValue)),
        reading(0, Ok(Decimal::new(i64::MIN, 119))),
        reading(0, Ok(Decimal::new(0, -128))),
    ];
    let mut buffer = [0; 100];
    assert_eq!(Report::encode(0x0102, readings, &mut buffer), Ok((8, &octets[..])));
    let Ok(Up::Report(report)) = Up::decode(&octets) else { panic!("no report") };
    assert_eq!((report.sequence, report.time), (0x0102, TIME));
    assert!(report.readings.eq(readings));
    assert_eq!(Up::Report(report).encode(&mut buffer).unwrap(), octets);
}

#[test]
fn a_full_buffer_takes_whole_readings() {
    let readings = [reading(0, Ok(Decimal::ZERO)), reading(200, Ok(Decimal::ZERO))];
    for size in 0..14 {
        let mut buffer = [0; 20];
        let written = Report::encode(0x0102, readings, &mut buffer[..size]);
        match size {
            0..7 => assert_eq!(written, Err(BufferTooSmall { needed: 7, have: size })),
            // Without readings the time is nobody's.
            7..12 => assert_eq!(written, Ok((0, &[0x10, 1, 2, 0, 0, 0, 0][..]))),
            _ => assert_eq!(written, Ok((1, &report(&[4, 2, 0, 0, 0])[..]))),
        }
    }
}

#[test]
fn a_reading_older_than_the_first_waits_for_the_next_report() {
    let readings = [10, 20, 10, 9, 30].map(|after| reading(after, Err(Missed::NoReply)));
    let mut buffer = [0; 100];
    let (count, octets) = Report::encode(0, readings, &mut buffer).unwrap();
    assert_eq!(count, 3);
    let Ok(Up::Report(report)) = Up::decode(octets) else { panic!("no report") };
    assert!(report.time == TIME + 10 && report.readings.eq(readings[..3].iter().copied()));
    assert_eq!(Report::encode(0, readings[3..].iter().copied(), &mut buffer).unwrap().0, 2);
}

#[test]
fn exponents_make_room_for_reasons() {
    for (value, sent) in [
        (Decimal::new(12, 120), Ok((120, 119))),
        (Decimal::new(0, 127), Ok((0, 119))),
        (Decimal::new(i64::MAX, 120), Err(Missed::NoValue)),
    ] {
        let mut buffer = [0; 30];
        let (_, octets) = Report::encode(0, [reading(0, Ok(value))], &mut buffer).unwrap();
        let Ok(Up::Report(mut report)) = Up::decode(octets) else { panic!("no report") };
        let read = report.readings.next().unwrap().value;
        assert_eq!(read.map(|read| (read.mantissa(), read.exponent())), sent);
    }
}

#[test]
fn bad_octets_are_named() {
    let error = |octets: &[u8]| Up::decode(&report(octets)).unwrap_err();
    let code = |code| DecodeError::Code { field: Field::Missed, code };
    assert_eq!(Up::decode(&HEAD[..6]), Err(DecodeError::Truncated { needed: 7, have: 6 }));
    assert_eq!(error(&[4]), DecodeError::Truncated { needed: 9, have: 8 });
    assert_eq!(error(&[4, 2, 0, 0]), DecodeError::Truncated { needed: 12, have: 11 });
    assert_eq!(error(&[4, 2, 0, 0, 0x80]), DecodeError::Truncated { needed: 13, have: 12 });
    assert_eq!(error(&[4, 2, 0, 0x78]), code(0x78));
    assert_eq!(error(&[4, 2, 0, 0x7B]), code(0x7B));
    assert_eq!(error(&[4, 2, 0x80, 0, 0x7F]), DecodeError::Padded);
    assert_eq!(error(&[4, 2, 0, 0, 0x80, 0]), DecodeError::Padded);
    let nines = [255; 9];
    assert_eq!(error(&[&[4, 2, 0, 0], &nines[..], &[2]].concat()), DecodeError::Range);
    assert_eq!(error(&[&[4, 2, 0, 0], &nines[..], &[0x81]].concat()), DecodeError::Range);
    let after_2106 = [4, 2, 0, 0x7F, 4, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F];
    assert_eq!(error(&after_2106), DecodeError::Range);
    assert_eq!(error(&[4, 2, 1, 0x7F]), DecodeError::Time, "the first is the oldest");
    assert_eq!(Up::decode(&HEAD), Err(DecodeError::Time), "nobody's time is zero");
}
