//! Streams of requests and their replies. The content of a frame is its control octet, its address, its CI field
//! and its data, as far as it has them.

use fastrand::Rng;
use mbus::Frame;

use super::FindFrames;
use crate::stream::{self, Found, Sent, Stream};

/// One with which no octets that nobody sent have a checksum that is right by chance.
const SEED: u64 = 2;

/// Frames without gaps, 1 % of the octets wrong.
pub fn corrupted() -> Stream {
    Stream::corrupted(SEED, sent)
}

/// Intact frames, between them up to 24 random octets.
pub fn stray() -> Stream {
    Stream::stray(SEED, stream::noise, sent)
}

/// Acknowledgements do not count: every octet E5 is one.
pub fn count(stream: &Stream, find: FindFrames) -> Found {
    stream.count(|octets, found| {
        find(octets, &mut |frame| match *frame {
            Frame::Ack => {}
            Frame::Short { control, address } => found(&[control.0, address.0]),
            Frame::Control { control, address, ci } => found(&[control.0, address.0, ci.0]),
            Frame::Long { control, address, ci, data } => {
                found(&[&[control.0, address.0, ci.0], data].concat());
            }
        });
    })
}

/// A frame with data, written octet by octet.
pub fn frame(control: u8, address: u8, ci: u8, data: &[u8]) -> Vec<u8> {
    let body = [&[control, address, ci], data].concat();
    let length = body.len() as u8;
    [&[0x68, length, length, 0x68], &body[..], &[sum(&body), 0x16]].concat()
}

fn sum(body: &[u8]) -> u8 {
    body.iter().copied().fold(0, u8::wrapping_add)
}

/// A request, or a reply with up to 252 octets.
fn sent(rng: &mut Rng) -> Sent {
    let address = rng.u8(1..=250);
    if rng.bool() {
        let body = [if rng.bool() { 0x5B } else { 0x7B }, address];
        return Sent { octets: vec![0x10, body[0], body[1], sum(&body), 0x16], content: body.to_vec() };
    }
    let data: Vec<u8> = (0..rng.usize(1..=252)).map(|_| rng.u8(..)).collect();
    Sent { octets: frame(0x08, address, 0x72, &data), content: [&[0x08, address, 0x72], &data[..]].concat() }
}
