//! `meterwire-modbus-rtu`: ours.

use modbus_rtu::{Decoder, Expect, Frame, Range, Response, UnitId};

use crate::modbus_rtu::{Implementation, Request};
use crate::stream::CHUNK;

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "meterwire-modbus-rtu",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    stream: Some(stream),
};

fn decode_request(octets: &[u8]) -> Option<Request> {
    let frame = Frame::decode(octets).ok()?;
    match modbus_rtu::Request::decode(frame.pdu).ok()? {
        modbus_rtu::Request::ReadHoldingRegisters { range } => {
            Some(Request { unit: frame.unit.0, address: range.start(), quantity: range.quantity() })
        }
        _ => None,
    }
}

fn decode_response(octets: &[u8]) -> Option<u16> {
    let frame = Frame::decode(octets).ok()?;
    match Response::decode(frame.pdu).ok()? {
        Response::ReadHoldingRegisters { registers } => Some(registers.iter().fold(0, u16::wrapping_add)),
        _ => None,
    }
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let range = Range::new(request.address, request.quantity).unwrap();
    modbus_rtu::Request::ReadHoldingRegisters { range }.encode_frame(UnitId(request.unit), buffer).unwrap()
}

fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    Response::ReadHoldingRegisters { registers: values.into() }.encode_frame(UnitId(unit), buffer).unwrap()
}

fn stream(octets: &[u8], found: &mut dyn FnMut(u8, &[u8])) {
    let mut decoder: Decoder = Decoder::new(Expect::Requests);
    for mut chunk in octets.chunks(CHUNK) {
        while !chunk.is_empty() {
            let taken = decoder.feed(chunk);
            chunk = &chunk[taken..];
            take_frames(&mut decoder, found);
        }
    }
    decoder.silence();
    take_frames(&mut decoder, found);
}

fn take_frames(decoder: &mut Decoder, found: &mut dyn FnMut(u8, &[u8])) {
    while let Some(result) = decoder.frame() {
        if let Ok(frame) = result {
            found(frame.unit.0, frame.pdu);
        }
    }
}
