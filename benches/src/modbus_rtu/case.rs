//! What is measured of Modbus RTU.

use std::hint::black_box;

use super::{Implementation, Request, stream};
use crate::buffer;
use crate::case::{Case, Meter, frames, meter};
use crate::stream::{Found, LEN, Stream};

/// Registers of an answer: the most that one frame carries.
pub const QUANTITY: usize = 125;

pub const REQUEST: Request = Request { unit: 0x11, address: 0x006B, quantity: 3 };

/// The frame of [`REQUEST`].
pub const REQUEST_FRAME: [u8; 8] = [0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87];

/// The registers of the answer.
pub fn values() -> [u16; QUANTITY] {
    std::array::from_fn(|index| (index as u16).wrapping_mul(0x9E37))
}

/// The answer with [`values`].
pub fn response_frame() -> Vec<u8> {
    let header = [REQUEST.unit, 0x03, 2 * QUANTITY as u8].into_iter();
    let mut frame: Vec<u8> = header.chain(values().into_iter().flat_map(u16::to_be_bytes)).collect();
    let checksum = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS).checksum(&frame);
    frame.extend(checksum.to_le_bytes());
    frame
}

pub const ALL: [Case<Implementation>; 6] = [
    Case { name: "decode request", octets: 8, meter: decode_request, counted: None },
    Case { name: "decode reply, 125 registers", octets: 255, meter: decode_response, counted: None },
    Case { name: "encode request", octets: 8, meter: encode_request, counted: None },
    Case { name: "encode reply, 125 registers", octets: 255, meter: encode_response, counted: None },
    Case {
        name: "stream, 1 % corrupted",
        octets: LEN,
        meter: |implementation| find_frames(implementation, stream::corrupted),
        counted: frames(|| stream::corrupted().intact.len(), |it| count(it, stream::corrupted)),
    },
    Case {
        name: "stream, stray octets",
        octets: LEN,
        meter: |implementation| find_frames(implementation, stream::stray),
        counted: frames(|| stream::stray().intact.len(), |it| count(it, stream::stray)),
    },
];

fn decode_request(implementation: &Implementation) -> Option<Meter> {
    let decode = implementation.decode_request?;
    Some(meter(move || {
        black_box(decode(black_box(&REQUEST_FRAME)));
    }))
}

fn decode_response(implementation: &Implementation) -> Option<Meter> {
    let (decode, frame) = (implementation.decode_response?, response_frame());
    Some(meter(move || {
        black_box(decode(black_box(&frame)));
    }))
}

fn encode_request(implementation: &Implementation) -> Option<Meter> {
    let (encode, mut buffer) = (implementation.encode_request?, buffer());
    Some(meter(move || {
        black_box(encode(black_box(&REQUEST), &mut buffer));
    }))
}

fn encode_response(implementation: &Implementation) -> Option<Meter> {
    let (encode, mut buffer, values) = (implementation.encode_response?, buffer(), values());
    Some(meter(move || {
        black_box(encode(black_box(REQUEST.unit), black_box(&values), &mut buffer));
    }))
}

fn find_frames(implementation: &Implementation, stream: fn() -> Stream) -> Option<Meter> {
    let (find, octets) = (implementation.stream?, stream().octets);
    Some(meter(move || {
        find(black_box(&octets), &mut |unit, pdu| {
            black_box((unit, pdu));
        });
    }))
}

fn count(implementation: &Implementation, stream: fn() -> Stream) -> Option<Found> {
    Some(stream::count(&stream(), implementation.stream?))
}
