//! What is measured of DL/T 645.

use std::hint::black_box;

use dlt645::Identifier;

use super::stream::{self, frame};
use super::{Question, Values, Way};
use crate::buffer;
use crate::case::{Case, Meter, frames, meter};
use crate::stream::{Found, LEN, Stream};

pub const METER: [u8; 6] = [0x61, 0x01, 0x00, 0x00, 0x00, 0x00];

/// Forward active energy.
pub const ENERGY: u32 = 0x0001_0000;

/// Forward active energy, total and each tariff.
pub const ENERGIES: u32 = 0x0001_FF00;

/// 1234.56 kWh.
pub const ONE_ENERGY: [u8; 4] = [0x56, 0x34, 0x12, 0x00];

/// The frame that reads [`ENERGY`].
pub const COMMAND_FRAME: [u8; 16] =
    [0x68, 0x61, 0x01, 0x00, 0x00, 0x00, 0x00, 0x68, 0x11, 0x04, 0x33, 0x33, 0x34, 0x33, 0x14, 0x16];

/// The data of as many energies as a frame holds beside its identifier.
pub fn full_block() -> Vec<u8> {
    (0..49).flat_map(|tariff| bcd(1000 + tariff, 4)).collect()
}

/// The frame that answers with plain data.
pub fn reply_frame(number: u32, data: &[u8]) -> Vec<u8> {
    frame(METER, 0x91, &[&number.to_le_bytes(), data].concat())
}

/// Values to read.
pub struct Read {
    pub question: Question,
    /// The data as it is on the line.
    pub data: Vec<u8>,
    pub values: Values,
}

impl Read {
    fn new(question: Question, plain: &[u8], count: usize, sum: i64) -> Self {
        let data = plain.iter().map(|octet| octet.wrapping_add(0x33)).collect();
        Self { question, data, values: Values { count, sum } }
    }

    /// Numbers of so many octets each, the first of which is 1000, each next one 1 more.
    fn numbers(question: Question, before: &[u8], octets: &[usize]) -> Self {
        let numbers = (1000..).zip(octets);
        let plain: Vec<u8> = numbers.flat_map(|(number, &octets)| bcd(number, octets)).collect();
        let sum = (1000..).take(octets.len()).sum();
        Self::new(question, &[before, &plain].concat(), octets.len(), sum)
    }
}

/// Digits, lowest pair first.
fn bcd(number: u32, octets: usize) -> Vec<u8> {
    let digits = (0..octets as u32).map(|place| number / 10_u32.pow(2 * place) % 100);
    digits.map(|pair| (pair / 10 * 16 + pair % 10) as u8).collect()
}

const fn question(number: u32) -> Question {
    let identifier = Identifier::Y2007(number);
    Question { identifier, layout: identifier.layout().unwrap() }
}

pub fn one_energy() -> Read {
    const QUESTION: Question = question(ENERGY);
    Read::numbers(QUESTION, &[], &[4])
}

pub fn five_energies() -> Read {
    const QUESTION: Question = question(ENERGIES);
    Read::numbers(QUESTION, &[], &[4; 5])
}

pub fn voltages() -> Read {
    const QUESTION: Question = question(0x0201_FF00);
    Read::numbers(QUESTION, &[], &[2; 3])
}

/// Loss of voltage, phase A, latest: start and end; 4 energies; 3 times 4 energies, voltage, current, power,
/// reactive power and power factor; 4 charges.
pub fn event() -> Read {
    const QUESTION: Question = question(0x0301_0101);
    const TIMES: [u8; 12] = [0x09, 0x05, 0x14, 0x06, 0x07, 0x26, 0x10, 0x06, 0x14, 0x06, 0x07, 0x26];
    let phase = [4, 4, 4, 4, 2, 3, 3, 3, 2];
    let mut read = Read::numbers(QUESTION, &TIMES, &[&[4; 4][..], &phase, &phase, &phase, &[4; 4]].concat());
    read.values.count += 2;
    read
}

/// The protocol version.
pub fn text() -> Read {
    const QUESTION: Question = question(0x0400_040D);
    let text = b"DLT645-2007     ";
    let reversed: Vec<u8> = text.iter().rev().copied().collect();
    Read::new(QUESTION, &reversed, 1, text.iter().copied().map(i64::from).sum())
}

pub const ALL: [Case<Way>; 12] = [
    Case {
        name: "decode reply, one energy",
        octets: 20,
        meter: |way| decode(way, &ONE_ENERGY),
        counted: None,
    },
    Case {
        name: "decode reply, 200 octets",
        octets: 212,
        meter: |way| decode(way, &full_block()),
        counted: None,
    },
    Case { name: "encode command", octets: 16, meter: encode_command, counted: None },
    Case {
        name: "encode reply, one energy",
        octets: 20,
        meter: |way| encode(way, &ONE_ENERGY),
        counted: None,
    },
    Case {
        name: "encode reply, 200 octets",
        octets: 212,
        meter: |way| encode(way, &full_block()),
        counted: None,
    },
    Case { name: "values, one energy", octets: 4, meter: |way| read(way, one_energy()), counted: None },
    Case {
        name: "values, block of 5 energies",
        octets: 20,
        meter: |way| read(way, five_energies()),
        counted: None,
    },
    Case { name: "values, 3 voltages", octets: 6, meter: |way| read(way, voltages()), counted: None },
    Case { name: "values, event record", octets: 131, meter: |way| read(way, event()), counted: None },
    Case { name: "values, text", octets: 16, meter: |way| read(way, text()), counted: None },
    Case {
        name: "stream, 1 % corrupted",
        octets: LEN,
        meter: |way| find_frames(way, stream::corrupted),
        counted: frames(|| stream::corrupted().intact.len(), |it| count(it, stream::corrupted)),
    },
    Case {
        name: "stream, stray octets",
        octets: LEN,
        meter: |way| find_frames(way, stream::stray),
        counted: frames(|| stream::stray().intact.len(), |it| count(it, stream::stray)),
    },
];

fn decode(way: &Way, data: &[u8]) -> Option<Meter> {
    let (decode, frame) = (way.decode_reply?, reply_frame(ENERGY, data));
    Some(meter(move || {
        black_box(decode(black_box(&frame)));
    }))
}

fn encode_command(way: &Way) -> Option<Meter> {
    let (encode, mut buffer) = (way.encode_command?, buffer());
    Some(meter(move || {
        black_box(encode(black_box(METER), black_box(ENERGY), &mut buffer));
    }))
}

fn encode(way: &Way, data: &[u8]) -> Option<Meter> {
    let (encode, data, mut buffer) = (way.encode_reply?, data.to_vec(), buffer());
    Some(meter(move || {
        black_box(encode(black_box(METER), black_box(ENERGY), black_box(&data), &mut buffer));
    }))
}

fn read(way: &Way, read: Read) -> Option<Meter> {
    let (values, Read { question, data, .. }) = (way.read_values?, read);
    Some(meter(move || {
        black_box(values(black_box(&question), black_box(&data)));
    }))
}

fn find_frames(way: &Way, stream: fn() -> Stream) -> Option<Meter> {
    let (find, octets) = (way.stream?, stream().octets);
    Some(meter(move || {
        find(black_box(&octets), &mut |frame| {
            black_box(frame);
        });
    }))
}

fn count(way: &Way, stream: fn() -> Stream) -> Option<Found> {
    Some(stream::count(&stream(), way.stream?))
}
