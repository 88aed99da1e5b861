//! What a collector sends, octet by octet.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use meter_value::Decimal;
use telemetry::{
    Alarm, Answer, BufferTooSmall, DecodeError, Event, Field, Forwarded, Missed, Refusal, Status, Up,
};

/// The octets are this message, and it is these octets; nothing shorter or longer is.
fn both_ways(octets: &[u8], message: Up<'_>) {
    assert_eq!(Up::decode(octets), Ok(message));
    let mut buffer = [0; 64];
    assert_eq!(message.encode(&mut buffer).unwrap(), octets);
    let short = BufferTooSmall { needed: octets.len(), have: octets.len() - 1 };
    assert_eq!(message.encode(&mut buffer[..octets.len() - 1]), Err(short));
    if let Up::Forwarded(Forwarded { result: Ok(_), .. }) = message {
        return;
    }
    let longer = [octets, &[0]].concat();
    assert_eq!(Up::decode(&longer), Err(DecodeError::Trailing { count: 1 }));
    for have in 0..octets.len() {
        let error = Up::decode(&octets[..have]).unwrap_err();
        assert!(
            matches!(error, DecodeError::Truncated { needed, have: said } if said == have && needed > have)
        );
    }
}

#[test]
fn alarms() {
    let alarm = |event| Up::Alarm(Alarm { sequence: 0x0102, time: 0x6553_F100, event });
    let value = Decimal::new(2415, -1);
    let (meter, point) = (4, 2);
    for (octets, event) in [
        (&[0, 4, 2, 0xFF, 0xDE, 0x25][..], Event::Above { meter, point, value }),
        (&[1, 4, 2, 0xFF, 0xDE, 0x25], Event::Below { meter, point, value }),
        (&[2, 4, 2, 0xFF, 0xDE, 0x25], Event::Within { meter, point, value }),
        (&[3, 4], Event::Silent { meter }),
        (&[4, 4], Event::Answers { meter }),
        (&[5, 1, 2], Event::Restarted { boots: 0x0102 }),
        (&[6, 0, 1, 2, 3], Event::Lost { readings: 0x0001_0203 }),
    ] {
        both_ways(&[&[0x11, 1, 2, 0x65, 0x53, 0xF1, 0], octets].concat(), alarm(event));
    }
}

#[test]
fn answers() {
    for (code, result) in [
        (0, Ok(())),
        (1, Err(Refusal::Unknown)),
        (2, Err(Refusal::NoSuchMeter)),
        (3, Err(Refusal::NoSuchPoint)),
        (4, Err(Refusal::Value)),
        (5, Err(Refusal::Busy)),
        (6, Err(Refusal::Unauthorised)),
        (7, Err(Refusal::NoStorage)),
    ] {
        both_ways(&[0x12, 9, code], Up::Answer(Answer { tag: 9, result }));
    }
}

#[test]
fn forwarded_octets() {
    let forwarded = |result| Up::Forwarded(Forwarded { tag: 9, result });
    both_ways(&[0x13, 9, 0, 0x10, 0x40, 0x16], forwarded(Ok(&[0x10, 0x40, 0x16])));
    both_ways(&[0x13, 9, 0], forwarded(Ok(&[])));
    both_ways(&[0x13, 9, 0x7F], forwarded(Err(Missed::NoReply)));
    both_ways(&[0x13, 9, 0x7E], forwarded(Err(Missed::Corrupt)));
    both_ways(&[0x13, 9, 0x7D], forwarded(Err(Missed::Refused)));
    both_ways(&[0x13, 9, 0x7C], forwarded(Err(Missed::NoValue)));
}

#[test]
fn a_status() {
    let status = Status {
        uptime_s: 0x0001_5180,
        boots: 3,
        lost: 0x0102_0304,
        stored: 0x0506,
        stack_most: 0x0708,
        queue_most: 9,
        sequence: 0x0A0B,
        running: true,
        table: 0x0C0D,
    };
    let octets = [0x14, 0, 1, 0x51, 0x80, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0A, 0x0B, 1, 0x0C, 0x0D];
    both_ways(&octets, Up::Status(status));
}

#[test]
fn bad_octets_are_named() {
    let code = |field, code| Err(DecodeError::Code { field, code });
    assert_eq!(Up::decode(&[]), Err(DecodeError::Truncated { needed: 1, have: 0 }));
    assert_eq!(Up::decode(&[0x22, 9, 0]), Err(DecodeError::Version { version: 2 }));
    assert_eq!(Up::decode(&[0x15, 9, 0]), code(Field::Kind, 5));
    assert_eq!(Up::decode(&[0x11, 0, 0, 0, 0, 0, 0, 7]), code(Field::Event, 7));
    assert_eq!(Up::decode(&[0x12, 9, 8]), code(Field::Result, 8));
    assert_eq!(Up::decode(&[0x13, 9, 0x7B]), code(Field::Missed, 0x7B));
    let mut status = [0; 21];
    (status[0], status[18]) = (0x14, 2);
    assert_eq!(Up::decode(&status), code(Field::Flag, 2));
    assert_eq!(
        Up::decode(&[0x11, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 0x80, 0]),
        Err(DecodeError::Padded),
        "a mantissa has one encoding",
    );
}
