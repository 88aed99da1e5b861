//! Checks every frame of `vectors/frames.txt`.
//!
//! A line is `name | octets in hex | expected | source`. Expected is `command` or `reply`, the address and
//! the function, then
//! - of a read, its identifier, and after each `;` a value with its own identifier, its name and its unit,
//!   or in brackets the plain data if no value is known; `; more` if more follows;
//! - of an address, the address; of a refusal, its reasons;
//! - of anything else, in brackets the plain data;
//!
//! or `error:` and why the octets are no frame.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write;

use dlt645::{Command, DecodeError, Decoder, Direction, EncodeError, Frame, Reply};

struct Vector {
    name: &'static str,
    octets: Vec<u8>,
    expected: &'static str,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let lines = include_str!("vectors/frames.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let [name, octets, expected, _source] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let octets = octets.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        Vector { name, octets, expected }
    })
}

/// The vectors that are frames.
fn frames() -> impl Iterator<Item = Vector> {
    vectors().filter(|vector| !vector.expected.starts_with("error"))
}

fn describe(octets: &[u8]) -> Result<String, DecodeError> {
    let frame = Frame::decode(octets)?;
    let mut text = String::new();
    match frame.control.direction() {
        Direction::Command => {
            let command = Command::decode(&frame)?;
            write!(text, "command {} {:?}", frame.address, command.function()).unwrap();
            match command {
                Command::Read { identifier } => write!(text, " {identifier}").unwrap(),
                Command::ReadAddress => {}
                Command::Other { data, .. } => write!(text, " {data:?}").unwrap(),
                _ => panic!("no text for {command:?}"),
            }
        }
        Direction::Reply => {
            let reply = Reply::decode(&frame)?;
            write!(text, "reply {} {:?}", frame.address, reply.function()).unwrap();
            describe_reply(&mut text, &reply);
        }
    }
    Ok(text)
}

fn describe_reply(text: &mut String, reply: &Reply<'_>) {
    match *reply {
        Reply::Read { identifier, data, more } => {
            write!(text, " {identifier}").unwrap();
            if reply.values().next().is_none() {
                write!(text, " {data:?}").unwrap();
            }
            for item in reply.values() {
                write!(text, "; {} {} = {}", item.identifier, item.point, item.value).unwrap();
                let unit = item.point.unit().symbol();
                if item.value.to_decimal().is_ok() && !unit.is_empty() {
                    write!(text, " {unit}").unwrap();
                }
            }
            text.push_str(if more { "; more" } else { "" });
        }
        Reply::Address(address) => write!(text, " {address}").unwrap(),
        Reply::Failed { error, .. } => write!(text, " failed: {error}").unwrap(),
        Reply::Other { control, data } => {
            let failed = if control.is_failed() { " failed" } else { "" };
            write!(text, "{failed} {data:?}").unwrap();
        }
        _ => panic!("no text for {reply:?}"),
    }
}

fn without_preamble(octets: &[u8]) -> &[u8] {
    &octets[octets.iter().take_while(|&&octet| octet == 0xFE).count()..]
}

#[test]
fn every_vector_decodes_as_expected() {
    for Vector { name, octets, expected } in vectors() {
        let read = describe(&octets).unwrap_or_else(|error| format!("error: {error}"));
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn every_frame_encodes_back_to_the_same_octets() {
    for Vector { name, octets, .. } in frames() {
        let expected = without_preamble(&octets);
        let frame = Frame::decode(&octets).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(frame.encode(&mut buffer), Ok(expected), "{name}");
        let typed = match frame.control.direction() {
            Direction::Command => Command::decode(&frame).unwrap().encode_frame(frame.address, &mut buffer),
            Direction::Reply => Reply::decode(&frame).unwrap().encode_frame(frame.address, &mut buffer),
        };
        assert_eq!(typed, Ok(expected), "{name}");
        let (needed, have) = (expected.len(), expected.len() - 1);
        let small = Err(EncodeError::BufferTooSmall { needed, have });
        assert_eq!(frame.encode(&mut buffer[..have]), small, "{name}");
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_passes() {
    for Vector { name, octets, .. } in frames() {
        for length in 0..octets.len() {
            let truncated = Frame::decode(&octets[..length]);
            assert!(matches!(truncated, Err(DecodeError::Truncated { .. })), "{name}, {length} octets");
        }
        for bit in 0..8 * octets.len() {
            let mut flipped = octets.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::decode(&flipped).is_err(), "{name}, bit {bit}");
        }
    }
}

#[test]
fn the_decoder_finds_every_frame_of_one_stream() {
    let stream: Vec<u8> = frames().flat_map(|vector| vector.octets).collect();
    for chunk in [1, 7, stream.len()] {
        let mut expected = frames();
        let mut decoder: Decoder = Decoder::new();
        for mut octets in stream.chunks(chunk) {
            while !octets.is_empty() {
                octets = &octets[decoder.feed(octets)..];
                while let Some(frame) = decoder.frame() {
                    let Vector { name, octets, .. } = expected.next().unwrap();
                    assert_eq!(frame, Frame::decode(&octets), "{name}");
                }
            }
        }
        assert!(expected.next().is_none());
    }
}
