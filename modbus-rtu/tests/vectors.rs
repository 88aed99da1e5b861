//! Checks every frame of `vectors/*.txt`.
//!
//! A line is `name | octets in hex | expected | source`. Expected is the unit and the function, then
//! - of a read request, the first register in hex and how many; of its response, the values;
//! - of a write, the register and the value in hex;
//! - of an exception, the code and its name;
//! - of anything else, in brackets the data;
//!
//! or `error:` and what is wrong with the PDU.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use modbus_rtu::{DecodeError, Decoder, Direction, EncodeError, Frame, Request, Response};

struct Vector {
    direction: Direction,
    name: &'static str,
    octets: Vec<u8>,
    expected: &'static str,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let files = [
        (Direction::Request, include_str!("vectors/requests.txt")),
        (Direction::Response, include_str!("vectors/responses.txt")),
    ];
    let lines =
        files.into_iter().flat_map(|(direction, file)| file.lines().map(move |line| (direction, line)));
    lines.filter(|(_, line)| !line.starts_with('#')).map(|(direction, line)| {
        let [name, octets, expected, _source] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let octets = octets.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        Vector { direction, name, octets, expected }
    })
}

/// The vectors whose PDU is right.
fn frames() -> impl Iterator<Item = Vector> {
    vectors().filter(|vector| !vector.expected.starts_with("error"))
}

fn hex(data: &[u8]) -> String {
    let octets: Vec<String> = data.iter().map(|octet| format!("{octet:02X}")).collect();
    format!("[{}]", octets.join(" "))
}

fn describe(direction: Direction, frame: &Frame<'_>) -> Result<String, DecodeError> {
    let (function, text) = match direction {
        Direction::Request => {
            let request = Request::decode(frame.pdu)?;
            let text = match request {
                Request::ReadHoldingRegisters { range } => {
                    format!(" {:04X} x {}", range.start(), range.quantity())
                }
                Request::WriteSingleRegister { address, value } => format!(" {address:04X} = {value:04X}"),
                Request::Other { data, .. } => format!(" {}", hex(data)),
                _ => panic!("no text for {request:?}"),
            };
            (request.function(), text)
        }
        Direction::Response => {
            let response = Response::decode(frame.pdu)?;
            let text = match response {
                Response::ReadHoldingRegisters { registers } => format!(" {registers:?}"),
                Response::WriteSingleRegister { address, value } => format!(" {address:04X} = {value:04X}"),
                Response::Exception { exception, .. } => format!(": {exception}"),
                Response::Other { data, .. } => format!(" {}", hex(data)),
                _ => panic!("no text for {response:?}"),
            };
            (response.function(), text)
        }
    };
    Ok(format!("{} {function:?}{text}", frame.unit))
}

#[test]
fn every_vector_decodes_as_expected() {
    for Vector { direction, name, octets, expected } in vectors() {
        let frame = Frame::decode(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
        let read = describe(direction, &frame).unwrap_or_else(|error| format!("error: {error}"));
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn every_frame_encodes_back_to_the_same_octets() {
    for Vector { direction, name, octets, .. } in frames() {
        let frame = Frame::decode(&octets).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(frame.encode(&mut buffer), Ok(&octets[..]), "{name}");
        let typed = match direction {
            Direction::Request => Request::decode(frame.pdu).unwrap().encode_frame(frame.unit, &mut buffer),
            Direction::Response => Response::decode(frame.pdu).unwrap().encode_frame(frame.unit, &mut buffer),
        };
        assert_eq!(typed, Ok(&octets[..]), "{name}");
        let (needed, have) = (octets.len(), octets.len() - 1);
        let small = Err(EncodeError::BufferTooSmall { needed, have });
        assert_eq!(frame.encode(&mut buffer[..have]), small, "{name}");
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_passes() {
    for Vector { name, octets, .. } in frames() {
        for length in 0..octets.len() {
            assert!(Frame::decode(&octets[..length]).is_err(), "{name}, {length} octets");
        }
        for bit in 0..8 * octets.len() {
            let mut flipped = octets.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(Frame::decode(&flipped), Err(DecodeError::Checksum { .. })),
                "{name}, bit {bit}"
            );
        }
    }
}

#[test]
fn the_decoder_finds_every_frame_whatever_the_chunks() {
    for chunk in [1, 3, 256] {
        for Vector { direction, name, octets, .. } in frames() {
            let mut decoder: Decoder = Decoder::new(direction);
            for octets in octets.chunks(chunk) {
                assert_eq!(decoder.feed(octets), octets.len());
            }
            decoder.silence();
            assert_eq!(decoder.frame(), Some(Frame::decode(&octets)), "{name}");
            assert_eq!(decoder.frame(), None, "{name}");
        }
    }
}

/// A header that claims 65,541 octets, as functions with a length of 16 bits can.
#[test]
fn an_impossible_length_does_not_stall_the_decoder() {
    let mut decoder: Decoder = Decoder::new(Direction::Response);
    decoder.feed(&[0x11, 0x18, 0xFF, 0xFF]);
    decoder.feed(&[0x11, 0x83, 0x02, 0xC1, 0x34]);
    assert!(matches!(decoder.frame(), Some(Err(DecodeError::ByteCount { count: 0xFF, .. }))));
    decoder.silence();
    let found = decoder.frame().unwrap().unwrap();
    assert_eq!(found.pdu, [0x83, 0x02]);
}
