//! `rmodbus`: a server over a register store, and a client; both work on whole frames.

use rmodbus::ModbusProto::Rtu;
use rmodbus::client::ModbusRequest;
use rmodbus::consts::ModbusFunction::GetHoldings;
use rmodbus::server::{ModbusFrame, Read};

use crate::modbus_rtu::case::{QUANTITY, REQUEST};
use crate::modbus_rtu::{Implementation, Request};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "rmodbus",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    // It has no decoder of a stream: who calls it finds the frames.
    stream: None,
};

/// A server reads requests to its own unit only, so it is given the unit that the frame is for.
fn decode_request(octets: &[u8]) -> Option<Request> {
    let mut response = Vec::new();
    let mut frame = ModbusFrame::new(octets[0], octets, Rtu, &mut response);
    frame.parse().ok()?;
    let reads = frame.processing_required && frame.func == GetHoldings;
    reads.then_some(Request { unit: frame.unit_id, address: frame.reg, quantity: frame.count })
}

/// A client reads answers to its own request only.
fn decode_response(octets: &[u8]) -> Option<u16> {
    let request = ModbusRequest {
        tr_id: 1,
        unit_id: REQUEST.unit,
        func: GetHoldings,
        reg: REQUEST.address,
        count: QUANTITY as u16,
        proto: Rtu,
    };
    let (pairs, _) = request.parse_slice(octets).ok()?.as_chunks();
    Some(pairs.iter().map(|&pair| u16::from_be_bytes(pair)).fold(0, u16::wrapping_add))
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut client = ModbusRequest::new(request.unit, Rtu);
    client.generate_get_holdings(request.address, request.quantity, buffer).unwrap();
    buffer
}

/// The request is not parsed: of it the answer takes only the first two octets.
fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let header = [unit, 0x03];
    let mut frame = ModbusFrame::new(unit, &header, Rtu, buffer);
    frame.func = GetHoldings;
    frame.count = values.len() as u16;
    let Ok(Read::Words(words)) = frame.get_external_read() else { panic!("no words are read") };
    for (pair, value) in words.buf.as_chunks_mut().0.iter_mut().zip(values) {
        *pair = value.to_be_bytes();
    }
    frame.finalize_response().unwrap();
    buffer
}
