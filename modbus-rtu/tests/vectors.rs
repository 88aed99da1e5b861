//! Checks every frame of `vectors/*.txt`.
//!
//! A line is `name | octets in hex | expected | source`. Expected is the unit and the function, then
//! - of ranges, the first address in hex and how many: `006B x 3`;
//! - of a single write, the address in hex, and `on`, `off` or `=` the value in hex; of a mask, `and` and
//!   `or`;
//! - of bits, a 0 or 1 for each; of registers, their values: `[555, 0, 100]`; where they are written, the
//!   first address in hex and `=` before them;
//! - of diagnostics, the subfunction and its words;
//! - of a status, its octet or word in hex; of counters, the counts; of a log or an identifier, its octets;
//! - of file records, for each range `file: first record x how many`, or `=` the values, or the values alone;
//! - of an identification, the access and the object it starts from, or the access, the conformity, whether
//!   there is more, from which object on, and each object with its value;
//! - of another interface, its type and, in brackets, the data; of another function, the data;
//! - of an exception, the code and its name;
//!
//! or `error:` and what is wrong with the PDU. No frame here ends with 00: without that octet the checksum is
//! still right, as `peers.rs` shows.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use modbus_rtu::{
    Bits, DecodeError, Decoder, Direction, EncodeError, Expect, Frame, FunctionCode, Functions, Range,
    Request, Response,
};

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

fn span(range: Range) -> String {
    format!("{:04X} x {}", range.start(), range.quantity())
}

fn digits(bits: Bits<'_>) -> String {
    bits.iter().map(|bit| if bit { '1' } else { '0' }).collect()
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn describe(direction: Direction, frame: &Frame<'_>) -> Result<String, DecodeError> {
    let text = match direction {
        Direction::Request => describe_request(&Request::decode(frame.pdu)?),
        Direction::Response => describe_response(&Response::decode(frame.pdu)?),
    };
    Ok(format!("{} {text}", frame.unit))
}

fn describe_request(request: &Request<'_>) -> String {
    let function = request.function();
    let fields = match *request {
        Request::ReadCoils { range }
        | Request::ReadDiscreteInputs { range }
        | Request::ReadHoldingRegisters { range }
        | Request::ReadInputRegisters { range } => span(range),
        Request::WriteSingleCoil { address, on } => {
            format!("{address:04X} {}", if on { "on" } else { "off" })
        }
        Request::WriteSingleRegister { address, value } => format!("{address:04X} = {value:04X}"),
        Request::ReadExceptionStatus
        | Request::GetCommEventCounter
        | Request::GetCommEventLog
        | Request::ReportServerId => return format!("{function:?}"),
        Request::Diagnostics { diagnostic, data } => format!("{diagnostic:?} {data:?}"),
        Request::WriteMultipleCoils { start, coils } => format!("{start:04X} = {}", digits(coils)),
        Request::WriteMultipleRegisters { start, registers } => format!("{start:04X} = {registers:?}"),
        Request::ReadFileRecord { ranges } => {
            let ranges = ranges.iter().map(|at| format!("{}: {} x {}", at.file, at.record, at.length));
            format!("[{}]", list(ranges))
        }
        Request::WriteFileRecord { records } => {
            let records = records.iter().map(|at| format!("{}: {} = {:?}", at.file, at.record, at.registers));
            format!("[{}]", list(records))
        }
        Request::MaskWriteRegister { address, and, or } => format!("{address:04X} and {and:04X} or {or:04X}"),
        Request::ReadWriteMultipleRegisters { read, start, registers } => {
            format!("{}, {start:04X} = {registers:?}", span(read))
        }
        Request::ReadFifoQueue { address } => format!("{address:04X}"),
        Request::ReadDeviceIdentification { access, object } => format!("0E: {access:?} from {object:?}"),
        Request::EncapsulatedInterface { interface, data } => format!("{interface:02X} {}", hex(data)),
        Request::Other { data, .. } => hex(data),
        _ => panic!("no text for {request:?}"),
    };
    format!("{function:?} {fields}")
}

fn describe_response(response: &Response<'_>) -> String {
    let function = response.function();
    let fields = match *response {
        Response::ReadCoils { coils: bits } | Response::ReadDiscreteInputs { inputs: bits } => digits(bits),
        Response::ReadHoldingRegisters { registers }
        | Response::ReadInputRegisters { registers }
        | Response::ReadWriteMultipleRegisters { registers }
        | Response::ReadFifoQueue { registers } => format!("{registers:?}"),
        Response::WriteSingleCoil { address, on } => {
            format!("{address:04X} {}", if on { "on" } else { "off" })
        }
        Response::WriteSingleRegister { address, value } => format!("{address:04X} = {value:04X}"),
        Response::ReadExceptionStatus { status } => format!("{status:02X}"),
        Response::Diagnostics { diagnostic, data } => format!("{diagnostic:?} {data:?}"),
        Response::GetCommEventCounter { status, events } => format!("status {status:04X}, {events} events"),
        Response::GetCommEventLog { status, events, messages, log } => {
            format!("status {status:04X}, {events} events, {messages} messages, log {}", hex(log))
        }
        Response::WriteMultipleCoils { range } | Response::WriteMultipleRegisters { range } => span(range),
        Response::ReportServerId { data } | Response::Other { data, .. } => hex(data),
        Response::ReadFileRecord { records } => {
            records.iter().map(|registers| format!("{registers:?}")).collect::<Vec<_>>().join(" ")
        }
        Response::WriteFileRecord { records } => {
            let records = records.iter().map(|at| format!("{}: {} = {:?}", at.file, at.record, at.registers));
            format!("[{}]", list(records))
        }
        Response::MaskWriteRegister { address, and, or } => {
            format!("{address:04X} and {and:04X} or {or:04X}")
        }
        Response::ReadDeviceIdentification { access, conformity, more, next, objects } => {
            let objects = objects.iter().map(|at| format!("{:?} \"{}\"", at.id, at.value.escape_ascii()));
            let head = format!("0E: {access:?} of {conformity:?}, more {more} from {next:?}");
            format!("{head} [{}]", list(objects))
        }
        Response::EncapsulatedInterface { interface, data } => format!("{interface:02X} {}", hex(data)),
        Response::Exception { exception, .. } => return format!("{function:?}: {exception}"),
        _ => panic!("no text for {response:?}"),
    };
    format!("{function:?} {fields}")
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
        let encode = |buffer: &mut [u8]| match direction {
            Direction::Request => {
                let request = Request::decode(frame.pdu).unwrap();
                request.encode_frame(frame.unit, buffer).map(<[u8]>::to_vec)
            }
            Direction::Response => {
                let response = Response::decode(frame.pdu).unwrap();
                response.encode_frame(frame.unit, buffer).map(<[u8]>::to_vec)
            }
        };
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(frame.encode(&mut buffer), Ok(&octets[..]), "{name}");
        assert_eq!(encode(&mut buffer), Ok(octets.clone()), "{name}");
        for have in 0..octets.len() {
            let small = EncodeError::BufferTooSmall { needed: octets.len(), have };
            assert_eq!(frame.encode(&mut buffer[..have]), Err(small), "{name}");
            assert_eq!(encode(&mut buffer[..have]), Err(small), "{name}");
        }
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
fn no_prefix_of_a_pdu_reads_as_the_whole() {
    for Vector { direction, name, octets, .. } in frames() {
        let pdu = Frame::decode(&octets).unwrap().pdu;
        for length in 0..pdu.len() {
            match direction {
                Direction::Request => {
                    assert_ne!(Request::decode(&pdu[..length]), Request::decode(pdu), "{name}")
                }
                Direction::Response => {
                    assert_ne!(Response::decode(&pdu[..length]), Response::decode(pdu), "{name}");
                }
            }
        }
    }
}

#[test]
fn the_decoder_finds_every_frame_whatever_the_chunks() {
    for chunk in [1, 3, 256] {
        for Vector { direction, name, octets, .. } in frames() {
            let mut decoder: Decoder = Decoder::new(match direction {
                Direction::Request => Expect::Requests,
                Direction::Response => Expect::Responses,
            });
            for octets in octets.chunks(chunk) {
                assert_eq!(decoder.feed(octets), octets.len());
            }
            decoder.silence();
            assert_eq!(decoder.frame(), Some(Frame::decode(&octets)), "{name}");
            assert_eq!(decoder.direction(), direction, "{name}");
            assert_eq!(decoder.frame(), None, "{name}");
        }
    }
}

/// Only unusual data to be sent back, other interfaces and functions of a user's own have no length of their own.
#[test]
fn a_frame_whose_function_implies_its_length_needs_no_silence() {
    for Vector { direction, name, octets, .. } in frames() {
        let frame = Frame::decode(&octets).unwrap();
        let exception = frame.pdu[0] & FunctionCode::EXCEPTION != 0;
        let endless = match *frame.pdu {
            [0x08, 0, 0, ref data @ ..] => data.len() != 2,
            [0x2B, interface, ..] => interface != 0x0E,
            [function, ..] => !exception && !Functions::PUBLIC.contains(FunctionCode(function)),
            [] => false,
        };
        let expect = if direction == Direction::Request { Expect::Requests } else { Expect::Responses };
        let mut decoder: Decoder = Decoder::new(expect);
        for octet in &octets {
            assert_eq!(decoder.frame(), None, "{name}");
            decoder.feed(&[*octet]);
        }
        assert_eq!(decoder.frame(), (!endless).then_some(Ok(frame)), "{name}");
    }
}

/// A unit may fill the last octet of coils up with anything; what is written fills it with zeros.
#[test]
fn bits_behind_the_last_coil_are_ignored_and_written_as_zeros() {
    let filled = [0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0xFD];
    let plain = [0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01];
    let request = Request::decode(&filled).unwrap();
    assert_eq!(request, Request::decode(&plain).unwrap());
    assert_eq!(request.encode(&mut [0; Frame::MAX_PDU]), Ok(&plain[..]));
}

/// A header that claims 65,541 octets, as functions with a length of 16 bits can.
#[test]
fn an_impossible_length_does_not_stall_the_decoder() {
    let mut decoder: Decoder = Decoder::new(Expect::Responses);
    decoder.feed(&[0x11, 0x18, 0xFF, 0xFF]);
    decoder.feed(&[0x11, 0x83, 0x02, 0xC1, 0x34]);
    assert!(matches!(decoder.frame(), Some(Err(DecodeError::ByteCount { count: 0xFF, .. }))));
    decoder.silence();
    let found = decoder.frame().unwrap().unwrap();
    assert_eq!(found.pdu, [0x83, 0x02]);
}
