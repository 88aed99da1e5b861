//! `async-modbus`: views of frames whose length the type fixes, and a client over them.

use async_modbus::pdu::{request, response};
use async_modbus::zerocopy::IntoBytes;
use async_modbus::{Frame, FrameView, Pdu};

use crate::modbus_rtu::case::QUANTITY;
use crate::modbus_rtu::{Implementation, Request};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "async-modbus",
    decode_request: Some(decode_request),
    decode_response: Some(decode_response),
    encode_request: Some(encode_request),
    encode_response: Some(encode_response),
    // It has no decoder of a stream: its client reads as many octets as the answer has to have.
    stream: None,
};

fn decode_request(octets: &[u8]) -> Option<Request> {
    let view = FrameView::try_from_bytes(octets)?;
    let unit = view.unit_id();
    let request: &request::ReadHoldings = view.pdu().ok()?.parse()?;
    let (address, quantity) = (request.starting_register().get(), request.n_registers().get());
    Some(Request { unit, address, quantity })
}

fn decode_response(octets: &[u8]) -> Option<u16> {
    let view = FrameView::try_from_bytes(octets)?;
    let response: &response::ReadHoldings<QUANTITY> = view.pdu().ok()?.parse()?;
    Some(response.data().iter().map(|register| register.get()).fold(0, u16::wrapping_add))
}

fn encode_request<'a>(request: &Request, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let &Request { unit, address, quantity } = request;
    let pdu = request::ReadHoldings::new().with_starting_register(address).with_n_registers(quantity);
    encode_frame(unit, pdu, buffer)
}

fn encode_response<'a>(unit: u8, values: &[u16], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let values: [u16; QUANTITY] = values.try_into().unwrap();
    let pdu = response::ReadHoldings::new().with_data(values.map(Into::into));
    encode_frame(unit, pdu, buffer)
}

fn encode_frame<T: Pdu>(unit: u8, pdu: T, buffer: &mut Vec<u8>) -> &[u8] {
    let frame = Frame::new(unit, pdu);
    let written = &mut buffer[..size_of_val(&frame)];
    written.copy_from_slice(frame.as_bytes());
    written
}
