//! Seeded streams of requests as a disturbed line carries them, and the frames that arrive intact.

use crc::{CRC_16_MODBUS, Crc};
use fastrand::Rng;

use crate::FindFrames;

/// Octets of a stream.
pub const LEN: usize = 65_536;

/// Octets that come in at once.
pub const CHUNK: usize = 64;

/// One with which no octets that nobody sent have a checksum that is right by chance.
const SEED: u64 = 3;

const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);

pub struct Stream {
    pub octets: Vec<u8>,
    /// Unit and PDU of each intact frame.
    pub intact: Vec<Vec<u8>>,
}

/// Frames without gaps, 1 % of the octets wrong.
pub fn corrupted() -> Stream {
    let mut rng = Rng::with_seed(SEED);
    let mut stream = Stream { octets: Vec::new(), intact: Vec::new() };
    while stream.octets.len() < LEN {
        let sent = frame(&mut rng);
        let received: Vec<u8> = sent.iter().map(|&octet| disturbed(&mut rng, octet)).collect();
        stream.push(&received, received == sent);
    }
    stream
}

/// Intact frames, up to 24 random octets between them.
pub fn stray() -> Stream {
    let mut rng = Rng::with_seed(SEED);
    let mut stream = Stream { octets: Vec::new(), intact: Vec::new() };
    while stream.octets.len() < LEN {
        let noise: Vec<u8> = (0..rng.usize(..=24)).map(|_| rng.u8(..)).collect();
        stream.push(&noise, false);
        stream.push(&frame(&mut rng), true);
    }
    stream
}

impl Stream {
    fn push(&mut self, octets: &[u8], intact: bool) {
        let fits = octets.len() <= LEN - self.octets.len();
        self.octets.extend_from_slice(octets);
        self.octets.truncate(LEN);
        if intact && fits {
            self.intact.push(octets[..octets.len() - 2].to_vec());
        }
    }

    /// How many intact frames an implementation finds, and how many others.
    pub fn count(&self, find: FindFrames) -> Found {
        let mut expected = self.intact.iter();
        let mut found = Found { intact: 0, others: 0 };
        find(&self.octets, &mut |unit, pdu| {
            let rest = expected.clone();
            // Frames come in order: the search goes on behind the one found last.
            if expected.any(|frame| frame[0] == unit && frame[1..] == *pdu) {
                found.intact += 1;
            } else {
                expected = rest;
                found.others += 1;
            }
        });
        found
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub intact: usize,
    pub others: usize,
}

fn disturbed(rng: &mut Rng, octet: u8) -> u8 {
    if rng.u8(..100) == 0 { octet ^ rng.u8(1..) } else { octet }
}

/// A request with one of the functions that every peer has in its table of lengths.
fn frame(rng: &mut Rng) -> Vec<u8> {
    let mut frame = vec![rng.u8(1..=247)];
    frame.extend(pdu(rng));
    let checksum = CRC.checksum(&frame);
    frame.extend(checksum.to_le_bytes());
    frame
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
