//! Frames among other octets.

use super::*;

#[test]
fn no_count_of_a_queue_stalls_a_stream() {
    let refusal = framed(&[0x12, 0x83, 0x02]);
    for high in 0..=0xFF {
        for low in [0x00, 0x01, 0x02, 0x03, 0x3E, 0x40, 0x42, 0xFE, 0xFF] {
            let mut decoder: Decoder = Decoder::new(Expect::Responses);
            decoder.feed(&[0x11, 0x18, high, low]);
            let mut frames = 0;
            for _ in 0..60 {
                decoder.feed(&refusal);
                while let Some(result) = decoder.frame() {
                    frames += usize::from(result.is_ok());
                }
            }
            assert!(frames > 0, "{high:02X} {low:02X}: nothing is found without a silence");
            decoder.silence();
            while let Some(result) = decoder.frame() {
                frames += usize::from(result.is_ok());
            }
            assert_eq!(frames, 60, "{high:02X} {low:02X}");
        }
    }
}

/// Nothing intact is lost behind what is not, and nothing is found that was not sent.
#[test]
fn every_intact_frame_of_a_bad_line_is_found() {
    let mut random = Random(0xC0FF_EE00_1234);
    let mut intact = Vec::new();
    let mut stream = Vec::new();
    for _ in 0..1_000 {
        let count = 1 + random.octet() % 60;
        let values = random.octets(2 * usize::from(count));
        let head = [1 + random.octet() % 247, 0x10, random.octet() & 0x7F, 0, 0, count, 2 * count];
        let mut octets = framed(&[&head, &values[..]].concat());
        let mut damaged = false;
        for octet in &mut octets {
            if random.octet() < 2 && random.octet() < 128 {
                *octet ^= 1 << (random.octet() % 8);
                damaged = true;
            }
        }
        stream.extend_from_slice(&octets);
        if !damaged {
            intact.push(octets);
        }
        let stray = usize::from(random.octet() % 4);
        stream.extend(random.octets(stray));
    }
    assert!((400..900).contains(&intact.len()), "{} of 1000", intact.len());
    assert_eq!(found(Expect::Requests, &stream), intact);
}

/// Behind an intact frame, the checksum of the frame and any zeros is right too.
#[test]
fn zeros_behind_a_frame_are_not_part_of_it() {
    for hex in [
        "11 01 00 13 00 25 0E 84",
        "11 03 00 6B 00 03 76 87",
        "11 06 00 01 00 03 9A 9B",
        "11 07 4C 22",
        "11 0F 00 13 00 0A 02 CD 01 BF 0B",
        "11 10 00 01 00 02 04 00 0A 01 02 C6 F0",
        "11 14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 02 F9 38",
        "11 17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF 4B 54",
        "11 18 04 DE 07 87",
        "11 2B 0E 01 00 B1 B4",
    ] {
        let frame = octets(hex);
        for zeros in 1..10 {
            let longer = [&frame[..], &[0; 10][..zeros]].concat();
            let pdu = Frame::decode(&longer).unwrap().pdu;
            assert!(matches!(Request::decode(pdu), Err(DecodeError::TooLong { .. })), "{hex}");
            assert_eq!(found(Expect::Requests, &longer), [&frame[..]], "{hex}");
        }
    }
    let reply = octets("11 03 06 02 2B 00 00 00 64 C8 BA");
    let longer = [&reply[..], &[0, 0]].concat();
    assert!(Response::decode(Frame::decode(&longer).unwrap().pdu).is_err());
    assert_eq!(found(Expect::Responses, &longer), [reply]);
}

/// For the same reason a frame that ends with 00 is intact without it: its function tells.
#[test]
fn a_frame_that_lacks_a_zero_at_its_end_is_no_request() {
    let body = |value: u16| [0x11, 0x06, 0x00, 0x01, (value >> 8) as u8, value as u8];
    let value = (0..u16::MAX).find(|value| checksum(&body(*value)) < 0x100).unwrap();
    let frame = framed(&body(value));
    let shorter = Frame::decode(&frame[..7]).unwrap();
    assert!(matches!(Request::decode(shorter.pdu), Err(DecodeError::Truncated { .. })));
    assert!(found(Expect::Requests, &frame[..7]).is_empty());
    assert_eq!(found(Expect::Requests, &frame), [frame]);
}

/// Three octets of coils or inputs are eight octets of frame, as are a request for them.
/// The first write is not answered, the second is.
#[test]
fn a_listener_does_not_take_a_repeated_write_for_its_answer() {
    let mut decoder: Decoder = Decoder::new(Expect::Both);
    let write = framed(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03]);
    let mut told = Vec::new();
    for at in [0, 1_000, 1_020] {
        assert_eq!(decoder.feed_at(&write, ms(at), &LINE), write.len());
        assert!(matches!(decoder.frame(), Some(Ok(_))));
        told.push(decoder.direction());
        assert_eq!(decoder.frame(), None);
    }
    assert_eq!(told, [Direction::Request, Direction::Request, Direction::Response]);
}

#[test]
fn a_listener_tells_a_request_from_an_answer_of_the_same_length() {
    for function in [0x01, 0x02] {
        let request = framed(&[0x11, function, 0x03, 0x00, 0x00, 0x16]);
        let answer = framed(&[0x11, function, 0x03, 0x00, 0x00, 0x16]);
        assert_eq!((request.len(), &request), (8, &answer), "nothing but the order tells");
        let mut listener: Decoder = Decoder::new(Expect::Both);
        for _ in 0..3 {
            listener.feed(&request);
            assert!(listener.frame().unwrap().is_ok());
            assert_eq!(listener.direction(), Direction::Request);
            listener.feed(&answer);
            assert!(listener.frame().unwrap().is_ok());
            assert_eq!(listener.direction(), Direction::Response);
        }
    }
}

/// What counts is when an answer begins, however long it takes.
#[test]
fn a_listener_takes_the_long_answer_of_a_slow_line_for_one() {
    let line = Line::new(300, 11);
    for (idle, direction) in [(700, Direction::Response), (900, Direction::Request)] {
        let mut decoder: Decoder = Decoder::new(Expect::Both);
        // Of a function without a length, which only silence ends.
        let frame = framed(&[[0x11, 0x5A].as_slice(), &[7; 40]].concat());
        let answered = ms(idle) + line.time(frame.len());
        let mut told = Vec::new();
        for now in [ms(0), answered] {
            while decoder.feed_at(&frame, now, &line) == 0 {
                assert_eq!(decoder.frame().map(|frame| frame.is_ok()), Some(true));
                told.push(decoder.direction());
                assert_eq!(decoder.frame(), None);
            }
        }
        decoder.silence();
        assert!(matches!(decoder.frame(), Some(Ok(_))));
        told.push(decoder.direction());
        assert_eq!(told, [Direction::Request, direction], "{idle} ms");
    }
}
