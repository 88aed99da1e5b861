//! `rustmod-core`: payloads and frames without I/O.

use rustmod_core::UnitId;
use rustmod_core::encoding::{Reader, Writer};
use rustmod_core::frame::rtu;
use rustmod_core::pdu::{
    DecodedRequest, ReadHoldingRegistersRequest, ReadHoldingRegistersResponse, Response,
};

use crate::modbus_rtu::{Implementation, Request};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "rustmod-core",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    // It has no decoder of a stream: who calls it finds the frames.
    stream: None,
};

fn decode_request(octets: &[u8]) -> Option<Request> {
    let (unit, pdu) = rtu::decode_frame(octets).ok()?;
    match DecodedRequest::decode(&mut Reader::new(pdu)).ok()? {
        DecodedRequest::ReadHoldingRegisters(request) => {
            Some(Request { unit: unit.as_u8(), address: request.start_address, quantity: request.quantity })
        }
        _ => None,
    }
}

fn decode_response(octets: &[u8]) -> Option<u16> {
    let (_, pdu) = rtu::decode_frame(octets).ok()?;
    match Response::decode(&mut Reader::new(pdu)).ok()? {
        Response::ReadHoldingRegisters(response) => {
            let registers = (0..response.register_count()).map_while(|index| response.register(index));
            Some(registers.fold(0, u16::wrapping_add))
        }
        _ => None,
    }
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let &Request { unit, address, quantity } = request;
    let mut pdu = [0; 5];
    let request = ReadHoldingRegistersRequest { start_address: address, quantity };
    request.encode(&mut Writer::new(&mut pdu)).unwrap();
    encode_frame(unit, &pdu, buffer)
}

/// The registers are octets already when they come to it.
fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut data = [0; 250];
    for (pair, value) in data.as_chunks_mut().0.iter_mut().zip(values) {
        *pair = value.to_be_bytes();
    }
    let mut pdu = [0; 253];
    let mut writer = Writer::new(&mut pdu);
    ReadHoldingRegistersResponse { data: &data[..2 * values.len()] }.encode(&mut writer).unwrap();
    encode_frame(unit, writer.as_written(), buffer)
}

fn encode_frame<'a>(unit: u8, pdu: &[u8], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    rtu::encode_frame(&mut Writer::new(buffer), UnitId::new(unit), pdu).unwrap();
    &buffer[..pdu.len() + 3]
}
