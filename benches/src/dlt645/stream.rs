//! Streams of reads and their replies. The content of a frame is its address, its control octet and its data
//! without the offset.

use fastrand::Rng;

use super::FindFrames;
use crate::stream::{self, Found, Sent, Stream};

/// One with which no octets that nobody sent have a checksum that is right by chance.
const SEED: u64 = 1;

/// Frames without gaps, 1 % of the octets wrong.
pub fn corrupted() -> Stream {
    Stream::corrupted(SEED, sent)
}

/// Intact frames, between them up to 24 random octets and up to 4 of preamble.
pub fn stray() -> Stream {
    let stray = |rng: &mut Rng| [stream::noise(rng), vec![0xFE; rng.usize(..=4)]].concat();
    Stream::stray(SEED, stray, sent)
}

pub fn count(stream: &Stream, find: FindFrames) -> Found {
    stream.count(|octets, found| {
        find(octets, &mut |frame| found(&content(frame.address.0, frame.control.0, frame.data.iter())));
    })
}

/// A frame, written octet by octet.
pub fn frame(address: [u8; 6], control: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x68];
    frame.extend(address);
    frame.extend([0x68, control, data.len() as u8]);
    frame.extend(data.iter().map(|octet| octet.wrapping_add(0x33)));
    frame.push(frame.iter().copied().fold(0, u8::wrapping_add));
    frame.push(0x16);
    frame
}

fn content(address: [u8; 6], control: u8, data: impl Iterator<Item = u8>) -> Vec<u8> {
    address.into_iter().chain([control]).chain(data).collect()
}

/// A read, or a reply to one with up to 196 octets.
fn sent(rng: &mut Rng) -> Sent {
    let address = std::array::from_fn(|_| rng.u8(..10) * 16 + rng.u8(..10));
    let (control, len) = if rng.bool() { (0x11, 4) } else { (0x91, 4 + 4 * rng.usize(1..=49)) };
    let data: Vec<u8> = (0..len).map(|_| rng.u8(..)).collect();
    Sent { octets: frame(address, control, &data), content: content(address, control, data.into_iter()) }
}
