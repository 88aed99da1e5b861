//! `rusty-modbus-codec` for the payload, `rusty-modbus-frame` for the checksum and the stream.

use bytes::{Buf, BytesMut};
use rusty_modbus_codec::decode::{
    decode_request as decode_request_pdu, decode_response as decode_response_pdu,
};
use rusty_modbus_codec::pdu::{RequestPdu, ResponsePdu};
use rusty_modbus_codec::request::{Encode, ReadHoldingRegistersRequest};
use rusty_modbus_codec::response::ReadHoldingRegistersResponse;
use rusty_modbus_frame::rtu_tcp::RtuOverTcpCodec;
use rusty_modbus_frame::{crc16, verify_crc};
use rusty_modbus_types::{Address, Quantity};
use tokio_util::codec::Decoder;

use crate::modbus_rtu::{Implementation, Request};
use crate::stream::CHUNK;

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "rusty-modbus",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    stream: Some(stream),
};

fn decode_request(octets: &[u8]) -> Option<Request> {
    let [unit, pdu @ .., _, _] = octets else { return None };
    if !verify_crc(octets) {
        return None;
    }
    match decode_request_pdu(pdu).ok()? {
        RequestPdu::ReadHoldingRegisters(request) => {
            Some(Request { unit: *unit, address: request.address.0, quantity: request.quantity.0 })
        }
        _ => None,
    }
}

fn decode_response(octets: &[u8]) -> Option<u16> {
    let [_, pdu @ .., _, _] = octets else { return None };
    if !verify_crc(octets) {
        return None;
    }
    match decode_response_pdu(pdu).ok()? {
        ResponsePdu::ReadHoldingRegisters(response) => Some(response.registers().fold(0, u16::wrapping_add)),
        _ => None,
    }
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let &Request { unit, address, quantity } = request;
    let request = ReadHoldingRegistersRequest { address: Address(address), quantity: Quantity(quantity) };
    encode_frame(unit, &request, buffer)
}

/// The registers are octets already when they come to it.
fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut data = [0; 250];
    for (pair, value) in data.as_chunks_mut().0.iter_mut().zip(values) {
        *pair = value.to_be_bytes();
    }
    let register_data = &data[..2 * values.len()];
    let byte_count = register_data.len() as u8;
    encode_frame(unit, &ReadHoldingRegistersResponse { byte_count, register_data }, buffer)
}

/// Its own encoder of frames allocates twice a frame; this takes only its payload and its checksum.
fn encode_frame<'a>(unit: u8, pdu: &impl Encode, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    buffer[0] = unit;
    let end = 1 + pdu.encode_into(&mut buffer[1..]).unwrap();
    let checksum = crc16(&buffer[..end]).to_le_bytes();
    buffer[end..end + 2].copy_from_slice(&checksum);
    &buffer[..end + 2]
}

/// Its decoder of a stream is for RTU over TCP. It fails once no frame starts at the head of the buffer and
/// leaves it to the caller to discard something: one octet, with which it finds the most.
fn stream(octets: &[u8], found: &mut dyn FnMut(u8, &[u8])) {
    let mut pending = BytesMut::new();
    for chunk in octets.chunks(CHUNK) {
        pending.extend_from_slice(chunk);
        loop {
            match RtuOverTcpCodec.decode(&mut pending) {
                Ok(Some(frame)) => found(frame.unit_id(), &frame.pdu),
                Ok(None) => break,
                Err(_) => pending.advance(1),
            }
        }
    }
}
