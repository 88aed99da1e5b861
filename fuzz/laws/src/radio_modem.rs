//! Laws of what a collector and its radio modem say to each other.

use ::lora_tdma::LocalTime;
use radio_modem::{
    DecodeError, EncodeError, FrameError, FromModem, MAX_CONTENT, MAX_FRAMED, MAX_RADIO, Outcome, Receiver,
    Settings, ToModem,
};

use crate::{Seed, lora_tdma::profile};

/// Octets are a message that encodes to them again, or a typed error with the right numbers; and what the octets
/// make up as a message comes whole to the other side.
pub fn decode(octets: &[u8]) {
    let mut buffer = [0; MAX_FRAMED];
    match ToModem::decode(octets) {
        Ok(message) => comes(message.encode(&mut buffer).unwrap(), octets),
        Err(error) => is_right(error, octets, 0x01..=0x03),
    }
    match FromModem::decode(octets) {
        Ok(message) => comes(message.encode(&mut buffer).unwrap(), octets),
        Err(error) => is_right(error, octets, 0x81..=0x84),
    }
    to_modem(octets, &mut buffer);
    from_modem(octets, &mut buffer);
}

/// The content of a framed message is this.
fn comes(mut framed: &[u8], content: &[u8]) {
    assert_eq!(framed.iter().position(|&octet| octet == 0), Some(framed.len() - 1));
    let mut receiver = Receiver::new();
    assert_eq!(receiver.take(&mut framed), Some(Ok(content)));
    assert!(framed.is_empty() && receiver.take(&mut framed).is_none());
}

fn is_right(error: DecodeError, octets: &[u8], mut kinds: core::ops::RangeInclusive<u8>) {
    match error {
        DecodeError::Kind { kind } => assert!(octets[0] == kind && !kinds.any(|known| known == kind)),
        DecodeError::Length { needed, have } => assert!(have == octets.len() && needed != have),
        DecodeError::TooLong { limit, have } => {
            assert!(limit == MAX_RADIO && have > limit && have < octets.len());
        }
        DecodeError::Value { offset, value } => assert_eq!(octets[offset], value),
        error => panic!("{error}"),
    }
}

fn time(seed: &mut Seed<'_>) -> LocalTime {
    LocalTime::from_us(seed.u64())
}

fn to_modem(octets: &[u8], buffer: &mut [u8; MAX_FRAMED]) {
    let mut seed = Seed(octets);
    let message = match seed.u8() % 3 {
        0 => {
            let [a, b, c, d, power] = seed.octets();
            let frequency_hz = u32::from_be_bytes([a, b, c, d]);
            let profile = profile(&mut seed);
            ToModem::Configure(Settings { frequency_hz, power_dbm: power as i8, profile })
        }
        1 => {
            let (at, listen_us) = (time(&mut seed), u32::from_be_bytes(seed.octets()));
            ToModem::Transmit { at, listen_us, frame: seed.0 }
        }
        _ => ToModem::Wake { at: time(&mut seed) },
    };
    match message.encode(buffer) {
        Ok(mut framed) => {
            let mut receiver = Receiver::new();
            let content = receiver.take(&mut framed).unwrap().unwrap();
            assert_eq!(ToModem::decode(content), Ok(message));
        }
        Err(error) => is_long(error, seed.0),
    }
}

fn from_modem(octets: &[u8], buffer: &mut [u8; MAX_FRAMED]) {
    let mut seed = Seed(octets);
    let message = match seed.u8() % 4 {
        0 => FromModem::Ready { now: time(&mut seed), random: seed.u64() },
        1 => {
            let outcome = [Outcome::Sent, Outcome::Busy, Outcome::Late][usize::from(seed.u8() % 3)];
            FromModem::Transmitted(outcome)
        }
        2 => FromModem::Time { now: time(&mut seed) },
        _ => {
            let (ended, rssi_dbm) = (time(&mut seed), seed.u16() as i16);
            FromModem::Received { ended, rssi_dbm, frame: seed.0 }
        }
    };
    match message.encode(buffer) {
        Ok(mut framed) => {
            let mut receiver = Receiver::new();
            let content = receiver.take(&mut framed).unwrap().unwrap();
            assert_eq!(FromModem::decode(content), Ok(message));
        }
        Err(error) => is_long(error, seed.0),
    }
}

fn is_long(error: EncodeError, frame: &[u8]) {
    assert!(frame.len() > MAX_RADIO);
    assert_eq!(error, EncodeError::TooLong { limit: MAX_RADIO, have: frame.len() });
}

/// What came before one zero octet.
type Piece = Result<Vec<u8>, FrameError>;

/// Any chunking gives the same contents and errors, those of a second implementation; and whatever came before, a
/// whole frame after a zero octet comes.
pub fn stream(octets: &[u8]) {
    let expected: Vec<Piece> = pieces(octets);
    let chunks: [fn(&[u8]) -> usize; 4] =
        [|_| 1, |_| 7, |rest| 1 + usize::from(rest[0] % 64), |rest| rest.len()];
    for chunk in chunks {
        let mut receiver = Receiver::new();
        assert_eq!(taken(&mut receiver, octets, chunk), expected);
        let content = &octets[..octets.len().min(MAX_RADIO)];
        let message =
            FromModem::Received { ended: LocalTime::from_us(u64::MAX), rssi_dbm: 0, frame: content };
        let mut buffer = [0; MAX_FRAMED];
        let framed = message.encode(&mut buffer).unwrap();
        let found = taken(&mut receiver, &[&[0], framed].concat(), chunk);
        let last = found.last().cloned().unwrap().unwrap();
        assert_eq!(FromModem::decode(&last), Ok(message));
        assert!(found.len() <= 2, "a zero octet ends one frame at most");
    }
}

fn taken(receiver: &mut Receiver, octets: &[u8], chunk: impl Fn(&[u8]) -> usize) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let (mut now, later) = rest.split_at(chunk(rest).min(rest.len()));
        while let Some(piece) = receiver.take(&mut now) {
            found.push(piece.map(<[u8]>::to_vec));
        }
        assert!(now.is_empty(), "octets are left, and nothing came");
        rest = later;
    }
    found
}

/// The contents between zero octets, piece by piece.
fn pieces(octets: &[u8]) -> Vec<Piece> {
    let mut pieces: Vec<&[u8]> = octets.split(|&octet| octet == 0).collect();
    // What follows the last zero is not over.
    pieces.pop();
    pieces.into_iter().filter(|piece| !piece.is_empty()).map(content).collect()
}

fn content(mut stuffed: &[u8]) -> Piece {
    let mut checked = Vec::new();
    while let Some((&code, rest)) = stuffed.split_first() {
        let run = usize::from(code) - 1;
        if rest.len() < run {
            return Err(FrameError::Stuffing);
        }
        let (run, rest) = rest.split_at(run);
        checked.extend(run);
        if code != 0xFF && !rest.is_empty() {
            checked.push(0);
        }
        stuffed = rest;
    }
    if checked.len() > MAX_CONTENT + 2 {
        return Err(FrameError::TooLong { limit: MAX_CONTENT + 2 });
    }
    let [content @ .., high, low] = &checked[..] else {
        return Err(FrameError::TooShort { needed: 3, have: checked.len() });
    };
    if content.is_empty() {
        return Err(FrameError::TooShort { needed: 3, have: 2 });
    }
    let received = u16::from_be_bytes([*high, *low]);
    let computed = !content.iter().fold(0xFFFF, |crc, &octet| {
        (0..8).fold(crc ^ u16::from(octet), |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0x8408 })
    });
    if received == computed { Ok(content.to_vec()) } else { Err(FrameError::Checksum { received, computed }) }
}
