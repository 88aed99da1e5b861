//! Streams of requests. The content of a frame is its unit and its PDU.

use crc::{CRC_16_MODBUS, Crc};
use fastrand::Rng;

use super::FindFrames;
use crate::stream::{self, Found, Sent, Stream};

/// One with which no octets that nobody sent have a checksum that is right by chance.
const SEED: u64 = 3;

const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);

/// Requests without gaps, 1 % of the octets wrong.
pub fn corrupted() -> Stream {
    Stream::corrupted(SEED, frame)
}

/// Intact requests, up to 24 random octets between them.
pub fn stray() -> Stream {
    Stream::stray(SEED, stream::noise, frame)
}

pub fn count(stream: &Stream, find: FindFrames) -> Found {
    stream.count(|octets, found| find(octets, &mut |unit, pdu| found(&[&[unit], pdu].concat())))
}

/// A request with one of the functions that every peer has in its table of lengths.
fn frame(rng: &mut Rng) -> Sent {
    let mut content = vec![rng.u8(1..=247)];
    content.extend(pdu(rng));
    let checksum = CRC.checksum(&content).to_le_bytes();
    Sent { octets: [&content[..], &checksum].concat(), content }
}

fn pdu(rng: &mut Rng) -> Vec<u8> {
    let address = rng.u16(..0x8000);
    let (function, words, data) = match rng.u8(..10) {
        0 => (0x01, vec![address, rng.u16(1..=2000)], vec![]),
        1 => (0x02, vec![address, rng.u16(1..=2000)], vec![]),
        2 => (0x03, vec![address, rng.u16(1..=125)], vec![]),
        3 => (0x04, vec![address, rng.u16(1..=125)], vec![]),
        4 => (0x05, vec![address, rng.choice([0x0000, 0xFF00]).unwrap()], vec![]),
        5 => (0x06, vec![address, rng.u16(..)], vec![]),
        6 => (0x16, vec![address, rng.u16(..), rng.u16(..)], vec![]),
        7 => {
            let octets = rng.u16(1..=246);
            (0x0F, vec![address, 8 * octets], random(rng, octets))
        }
        8 => {
            let quantity = rng.u16(1..=123);
            (0x10, vec![address, quantity], random(rng, 2 * quantity))
        }
        _ => {
            let quantity = rng.u16(1..=121);
            (0x17, vec![address, rng.u16(1..=125), address, quantity], random(rng, 2 * quantity))
        }
    };
    let mut pdu = vec![function];
    pdu.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    if !data.is_empty() {
        pdu.push(data.len() as u8);
        pdu.extend(data);
    }
    pdu
}

fn random(rng: &mut Rng, octets: u16) -> Vec<u8> {
    (0..octets).map(|_| rng.u8(..)).collect()
}
