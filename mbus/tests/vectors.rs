//! Checks every frame of `vectors/frames.txt`.
//!
//! A line is `name | octets in hex | expected | source`. Expected is the control field, whom it is to or
//! from, what it says, the meter of a long header, and after each `;` a record: its header in hex, its
//! storage number if it has one, its quantity, value and unit; or in brackets the data if they are no
//! records; or `error:` and why the octets are no frame, or go on no further.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write;

use mbus::{Ci, Control, DecodeError, Decoder, EncodeError, Frame, Header, Record};

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

fn hex(octets: &[u8], gap: &str) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    octets.join(gap)
}

fn describe(octets: &[u8]) -> Result<String, DecodeError> {
    let frame = Frame::decode(octets)?;
    let side = |control: Control| if control.from_primary() { "to" } else { "from" };
    let mut text = match frame {
        Frame::Ack => "ack".into(),
        Frame::Short { control, address } => format!("{control:?} {} {address}", side(control)),
        Frame::Control { control, address, ci } | Frame::Long { control, address, ci, .. } => {
            format!("{control:?} {} {address}, {ci:?}", side(control))
        }
    };
    if let Frame::Long { ci: Ci::SELECT, data, .. } = frame {
        write!(text, " [{}]", hex(data, " ")).unwrap();
    } else if let Ok(telegram) = frame.telegram() {
        if let Header::Long(header) = telegram.header {
            write!(text, " {} {} {}", header.identification, header.manufacturer, header.medium).unwrap();
        }
        for record in telegram.records {
            match record {
                Ok(record) => describe_record(&mut text, &record),
                Err(error) => write!(text, "; error: {error}").unwrap(),
            }
        }
    }
    Ok(text)
}

fn describe_record(text: &mut String, record: &Record<'_>) {
    write!(text, "; {}", hex(record.header, "")).unwrap();
    for (name, number) in
        [("storage", record.storage), ("tariff", record.tariff.into()), ("subunit", record.subunit.into())]
    {
        if number != 0 {
            write!(text, " {name} {number}").unwrap();
        }
    }
    if let Some(quantity) = record.quantity() {
        write!(text, " {quantity}").unwrap();
    }
    write!(text, " = {}", record.value()).unwrap();
    match (record.unit(), record.unit_text()) {
        (Some(unit), _) => write!(text, " {unit}").unwrap(),
        (_, Some(unit)) => write!(text, " {unit}").unwrap(),
        _ => {}
    }
    text.push_str(if record.more_follows() { "; more" } else { "" });
}

#[test]
fn every_vector_decodes_as_expected() {
    for Vector { name, octets, expected } in vectors() {
        let read = describe(&octets).unwrap_or_else(|error| format!("error: {error}"));
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn every_frame_and_record_encodes_back_to_the_same_octets() {
    for Vector { name, octets, .. } in frames() {
        let frame = Frame::decode(&octets).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(frame.encode(&mut buffer), Ok(&octets[..]), "{name}");
        let (needed, have) = (octets.len(), octets.len() - 1);
        let small = Err(EncodeError::BufferTooSmall { needed, have });
        assert_eq!(frame.encode(&mut buffer[..have]), small, "{name}");
        let Ok(telegram) = frame.telegram() else { continue };
        let header = telegram.header.encode(&mut buffer).unwrap().len();
        for record in telegram.records.map_while(Result::ok) {
            let octets = &octets[7 + header + record.offset..];
            let written = record.encode(&mut buffer).unwrap();
            assert!(octets.starts_with(written), "{name}: {written:02X?}");
        }
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
