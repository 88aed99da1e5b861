//! Laws of frames and PDUs.

use core::fmt::Debug;

use modbus_rtu::{
    DecodeError, Decoder, Dialect, Direction, EncodeError, ExceptionCode, Expect, Frame, FunctionCode, Items,
    Request, Response,
};

use super::layout::{self, Length};
use super::values::{with_request, with_response};
use super::{UNIT, crc, dialect, framed, intact};
use crate::frame::{self, Again, places};
use crate::{Seed, stream};

/// Octets are a frame with a PDU or a typed error, and what is decoded encodes to the same octets. The same
/// for the octets with a checksum behind them, for the octets as a PDU, and for values built of them.
pub fn decode(octets: &[u8]) {
    whole(octets);
    whole(&framed(&octets[..octets.len().min(254)]));
    pdu(octets);
    untyped(octets);
    with_request(&mut Seed(octets), |request| {
        if let Some(octets) = encoded(octets, |buffer| request.encode(buffer)) {
            assert_eq!(Request::decode(&octets), Ok(request));
            pdu(&octets);
        }
    });
    with_response(&mut Seed(octets), |response| {
        if let Some(octets) = encoded(octets, |buffer| response.encode(buffer)) {
            same(&response, &Response::decode(&octets).unwrap());
            pdu(&octets);
        }
    });
}

/// Of how many places of octets one is tried: of long ones, so many that they take no longer than short ones.
fn step(octets: &[u8]) -> usize {
    (octets.len() / 16).saturating_sub(2).max(1)
}

fn whole(octets: &[u8]) {
    let have = octets.len();
    match Frame::decode(octets) {
        Ok(frame) => {
            assert!(intact(octets));
            assert_eq!((frame.unit.0, frame.pdu), (octets[0], &octets[1..have - 2]));
            let mut buffer = [0; Frame::MAX_LEN];
            assert_eq!(Frame::decode(frame.encode(&mut buffer).unwrap()), Ok(frame));
            let again = framed(&[&octets[..1], &canonical(frame.pdu)].concat());
            if let Ok(request) = Request::decode(frame.pdu) {
                assert_eq!(request.encode_frame(frame.unit, &mut buffer), Ok(&again[..]));
                assert_eq!(Dialect::STRICT.encode_frame(&request, frame.unit, &mut buffer), Ok(&again[..]));
                in_any_dialect(octets, Direction::Request, |dialect, pdu| dialect.request(pdu));
            }
            if let Ok(response) = Response::decode(frame.pdu) {
                assert_eq!(response.encode_frame(frame.unit, &mut buffer), Ok(octets));
                in_any_dialect(octets, Direction::Response, |dialect, pdu| dialect.response(pdu));
            }
            frame::laws(octets, step(octets), intact, |octets, buffer| match Frame::decode(octets) {
                Ok(frame) => written(frame.encode(buffer)),
                Err(_) => Again::Refused,
            });
        }
        Err(error) => {
            assert!(!intact(octets));
            assert!(!error.to_string().is_empty());
            match error {
                DecodeError::Truncated { needed: 4, have: said } => assert!(said == have && have < 4),
                DecodeError::TooLong { limit: 256, have: said } => assert!(said == have && have > 256),
                DecodeError::Checksum { received, computed } => {
                    assert_eq!(computed, crc(&octets[..have - 2]));
                    assert_eq!(received.to_le_bytes(), octets[have - 2..]);
                }
                _ => panic!("{error:?} says nothing of a frame"),
            }
        }
    }
    for direction in [Direction::Request, Direction::Response] {
        assert_eq!(Dialect::STRICT.frame(direction, octets), Frame::decode(octets));
        // Whatever the octets are, no dialect panics.
        _ = any_dialect(octets).frame(direction, octets);
    }
}

/// A dialect that octets choose themselves.
fn any_dialect(octets: &[u8]) -> Dialect {
    dialect(octets.last().copied().unwrap_or(0))
}

/// What the standard takes reads the same in every dialect.
fn in_any_dialect<'a, T: Debug + PartialEq>(
    octets: &'a [u8],
    direction: Direction,
    read: impl Fn(Dialect, &'a [u8]) -> Result<T, DecodeError>,
) {
    let expected = Dialect::STRICT.frame(direction, octets).unwrap();
    for dialect in [any_dialect(octets), dialect(0x3F)] {
        let frame = dialect.frame(direction, octets).unwrap();
        if dialect.trailing_zeros && frame != expected {
            // Zeros behind a frame of a function without a length leave its checksum right.
            assert!(octets.ends_with(&[0]) && expected.pdu.starts_with(frame.pdu));
            continue;
        }
        assert_eq!((frame, read(dialect, frame.pdu)), (expected, read(Dialect::STRICT, expected.pdu)));
    }
}

fn written(result: Result<&[u8], EncodeError>) -> Again<'_> {
    match result {
        Ok(octets) => Again::Written(octets),
        Err(EncodeError::BufferTooSmall { needed, have }) => Again::TooSmall { needed, have },
        Err(error) => panic!("what was decoded does not encode: {error}"),
    }
}

/// A PDU as it is encoded: the bits behind the last coil of a write are 0.
fn canonical(pdu: &[u8]) -> Vec<u8> {
    let mut pdu = pdu.to_vec();
    if let [0x0F, _, _, _, quantity, _, .., last] = &mut pdu[..]
        && *quantity % 8 != 0
    {
        *last &= 0xFF >> (8 - *quantity % 8);
    }
    pdu
}

fn pdu(octets: &[u8]) {
    match Request::decode(octets) {
        Ok(request) => {
            assert_eq!(request.function().0, octets[0]);
            let again = canonical(octets);
            assert_eq!(Request::decode(&again), Ok(request));
            encodes(&again, |buffer| request.encode(buffer));
            requested(&request, &octets[1..]);
            is_found(Direction::Request, octets);
            read_as_written(&request);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match Response::decode(octets) {
        Ok(response) => {
            assert_eq!(response.function().0, octets[0] & 0x7F);
            let refused = matches!(response, Response::Exception { .. });
            assert_eq!(refused, octets[0] >= 0x80, "an exception is never success");
            encodes(octets, |buffer| response.encode(buffer));
            answered(&response, &octets[1..]);
            is_found(Direction::Response, octets);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    assert_eq!(Dialect::STRICT.request(octets), Request::decode(octets));
    assert_eq!(Dialect::STRICT.response(octets), Response::decode(octets));
    // Whatever the octets are, no dialect panics.
    let dialect = any_dialect(octets);
    _ = (dialect.request(octets), dialect.response(octets));
}

/// What was decoded encodes to the octets, in any buffer that holds them.
fn encodes(octets: &[u8], encode: impl for<'b> Fn(&'b mut [u8]) -> Result<&'b [u8], EncodeError>) {
    let mut buffer = [0; Frame::MAX_LEN];
    let needed = octets.len();
    assert_eq!(encode(&mut buffer[..needed]), Ok(octets));
    for have in places(octets, step(octets), needed) {
        assert_eq!(encode(&mut buffer[..have]), Err(EncodeError::BufferTooSmall { needed, have }));
    }
}

/// The fields of a request are the octets behind its function.
fn requested(request: &Request<'_>, data: &[u8]) {
    match *request {
        Request::WriteMultipleCoils { coils, .. } => {
            let bits = data[5..].iter().flat_map(|octet| (0..8).map(move |bit| octet >> bit & 1 == 1));
            assert!(coils.iter().eq(bits.take(coils.len())));
            assert_eq!(coils.at(coils.len()), None);
        }
        Request::WriteMultipleRegisters { registers, .. } => {
            assert!(registers.iter().flat_map(u16::to_be_bytes).eq(data[5..].iter().copied()));
            assert_eq!((registers.octets(), registers.at(registers.len())), (Some(&data[5..]), None));
        }
        Request::ReadFileRecord { ranges } => {
            let words = ranges.iter().map(|range| [range.file, range.record, range.length]);
            let octets = words.flat_map(|words| [vec![6], words.map(u16::to_be_bytes).concat()].concat());
            assert!(octets.eq(data[1..].iter().copied()));
        }
        Request::WriteFileRecord { records } => records_are(records, &data[1..]),
        _ => {}
    }
}

fn records_are(records: Items<'_, modbus_rtu::FileRecord<'_>>, octets: &[u8]) {
    let parts = records.iter().flat_map(|record| {
        let range = record.range();
        let head = [range.file, range.record, range.length].map(u16::to_be_bytes).concat();
        let values = record.registers.iter().flat_map(u16::to_be_bytes).collect();
        [vec![6], head, values].concat()
    });
    assert!(parts.eq(octets.iter().copied()));
}

/// The fields of a response are the octets behind its function.
fn answered(response: &Response<'_>, data: &[u8]) {
    match *response {
        Response::ReadCoils { coils: bits } | Response::ReadDiscreteInputs { inputs: bits } => {
            let expected = data[1..].iter().flat_map(|octet| (0..8).map(move |bit| octet >> bit & 1 == 1));
            assert!(bits.iter().eq(expected));
        }
        Response::ReadHoldingRegisters { registers }
        | Response::ReadInputRegisters { registers }
        | Response::ReadWriteMultipleRegisters { registers } => {
            assert!(registers.iter().flat_map(u16::to_be_bytes).eq(data[1..].iter().copied()));
            assert_eq!(registers.at(registers.len()), None);
        }
        Response::ReadFifoQueue { registers } => {
            assert!(registers.iter().flat_map(u16::to_be_bytes).eq(data[4..].iter().copied()));
        }
        Response::ReadFileRecord { records } => {
            let parts = records.iter().flat_map(|values| {
                let octets: Vec<u8> = values.iter().flat_map(u16::to_be_bytes).collect();
                [vec![1 + octets.len() as u8, 6], octets].concat()
            });
            assert!(parts.eq(data[1..].iter().copied()));
        }
        Response::WriteFileRecord { records } => records_are(records, &data[1..]),
        Response::ReadDeviceIdentification { objects, .. } => {
            assert_eq!(objects.iter().count(), usize::from(data[5]));
            let parts = objects
                .iter()
                .flat_map(|object| [&[object.id.0, object.value.len() as u8], object.value].concat());
            assert!(parts.eq(data[6..].iter().copied()));
        }
        _ => {}
    }
}

/// The frame of a PDU that decodes ends where its function says, and a silence ends one that is not told.
fn is_found(direction: Direction, pdu: &[u8]) {
    let frame = framed(&[&[UNIT.0], pdu].concat());
    let expect = match direction {
        Direction::Request => Expect::Requests,
        Direction::Response => Expect::Responses,
    };
    let found = |silence| stream::first(&mut <Decoder>::new(expect), &frame, silence);
    let (told, whole) = match layout::length(direction, &frame).expect("there is such a frame") {
        Length::Octets(length) => (true, length == frame.len()),
        Length::Usually(length) => {
            let told = frame.get(..length).is_some_and(intact);
            (told, !told || length == frame.len())
        }
        Length::Silence => (false, true),
    };
    assert_eq!(found(false).is_some(), told, "{direction:?} {frame:02X?}");
    // Data that is sent back may hold a frame of the usual length.
    let is_split = matches!(frame[..], [_, 0x08, 0, 0, ..]) && !whole;
    assert!(found(true) == Some(frame) || is_split);
}

/// What a request is written as in a dialect, it is read as.
fn read_as_written(request: &Request<'_>) {
    let mut buffer = [0; Frame::MAX_LEN];
    let dialect = Dialect { write_without_count: true, ..Dialect::STRICT };
    let octets = dialect.encode_frame(request, UNIT, &mut buffer).unwrap();
    let frame = dialect.frame(Direction::Request, octets).unwrap();
    assert_eq!((frame.unit, dialect.request(frame.pdu)), (UNIT, Ok(*request)));
}

/// What encoding takes, decoding takes too, whatever the fields are.
fn untyped(octets: &[u8]) {
    let Some((&code, data)) = octets.split_first() else { return };
    let function = FunctionCode(code);
    let mut buffer = vec![0; octets.len() + 8];
    let request = Request::Other { function, data };
    if let Ok(written) = request.encode(&mut buffer) {
        assert_eq!(Request::decode(written), Ok(request));
    }
    let response = Response::Other { function, data };
    if let Ok(written) = response.encode(&mut buffer) {
        assert_eq!(Response::decode(written), Ok(response));
    }
    let exception = ExceptionCode(data.first().copied().unwrap_or(0));
    let response = Response::Exception { function, exception };
    if let Ok(written) = response.encode(&mut buffer) {
        assert_eq!(Response::decode(written), Ok(response));
    }
    let frame = Frame { unit: UNIT, pdu: octets };
    assert_eq!(frame.encode(&mut buffer).is_ok(), octets.len() <= Frame::MAX_PDU);
}

/// The octets of a value, unless its fields are impossible.
fn encoded(
    octets: &[u8],
    encode: impl for<'b> Fn(&'b mut [u8]) -> Result<&'b [u8], EncodeError>,
) -> Option<Vec<u8>> {
    let mut buffer = [0; Frame::MAX_PDU];
    match encode(&mut buffer) {
        Ok(written) => Some(written.to_vec()),
        Err(EncodeError::BufferTooSmall { .. }) => panic!("a PDU that no frame holds, of {octets:02X?}"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// That what was decoded is what was encoded, but for bits that fill up the last octet.
fn same(sent: &Response<'_>, decoded: &Response<'_>) {
    match (*sent, *decoded) {
        (Response::ReadCoils { coils: sent }, Response::ReadCoils { coils: decoded })
        | (Response::ReadDiscreteInputs { inputs: sent }, Response::ReadDiscreteInputs { inputs: decoded }) =>
        {
            assert_eq!(decoded.first(sent.len()), sent);
            assert_eq!(decoded.len(), sent.len().next_multiple_of(8));
            assert!(decoded.iter().skip(sent.len()).all(|bit| !bit));
        }
        (sent, decoded) => assert_eq!(sent, decoded),
    }
}
