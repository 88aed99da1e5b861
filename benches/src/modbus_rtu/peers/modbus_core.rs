//! `modbus-core`: frames without I/O and without allocation.

use modbus_core::rtu::{self, Header, RequestAdu, ResponseAdu};
use modbus_core::{Data, DecoderType, RequestPdu, Response, ResponsePdu};

use crate::modbus_rtu::{Implementation, Request};
use crate::stream::CHUNK;

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "modbus-core",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    stream: Some(stream),
};

fn decode_request(octets: &[u8]) -> Option<Request> {
    let adu = rtu::server::decode_request(octets).ok()??;
    match adu.pdu.0 {
        modbus_core::Request::ReadHoldingRegisters(address, quantity) => {
            Some(Request { unit: adu.hdr.slave, address, quantity })
        }
        _ => None,
    }
}

fn decode_response(octets: &[u8]) -> Option<u16> {
    let adu = rtu::client::decode_response(octets).ok()??;
    match adu.pdu.0 {
        Ok(Response::ReadHoldingRegisters(data)) => Some(data.into_iter().fold(0, u16::wrapping_add)),
        _ => None,
    }
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let &Request { unit, address, quantity } = request;
    let pdu = RequestPdu(modbus_core::Request::ReadHoldingRegisters(address, quantity));
    let adu = RequestAdu { hdr: Header { slave: unit }, pdu };
    let len = rtu::client::encode_request(adu, buffer).unwrap();
    &buffer[..len]
}

fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut words = [0; 250];
    let data = Data::from_words(values, &mut words).unwrap();
    let pdu = ResponsePdu(Ok(Response::ReadHoldingRegisters(data)));
    let len = rtu::server::encode_response(ResponseAdu { hdr: Header { slave: unit }, pdu }, buffer).unwrap();
    &buffer[..len]
}

fn stream(octets: &[u8], found: &mut dyn FnMut(u8, &[u8])) {
    let mut pending = Vec::new();
    for chunk in octets.chunks(CHUNK) {
        pending.extend_from_slice(chunk);
        let mut place = 0;
        while place < pending.len() {
            match rtu::decode(DecoderType::Request, &pending[place..]) {
                Ok(Some((frame, location))) => {
                    found(frame.slave, frame.pdu);
                    place += location.start + location.size;
                }
                Ok(None) => break,
                // It fails after it went over this many octets, and says that it drops them.
                Err(_) => place += rtu::MAX_FRAME_LEN - 1,
            }
        }
        pending.drain(..place);
    }
}
