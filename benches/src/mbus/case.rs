//! What is measured of M-Bus.

use std::hint::black_box;

use mbus::{Data, Entry};
use meter_value::{Date, DateTime, Time};

use super::stream::{self, frame};
use super::{Implementation, Reading, Value};
use crate::buffer;
use crate::case::{Case, Meter, frames, meter};
use crate::stream::{Found, LEN, Stream};

/// Meter 12345678 of KAM, for heat.
pub const HEADER: [u8; 12] = [0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x04, 0x2A, 0x00, 0x00, 0x00];

/// A record as it is on the line, and what it says.
pub struct Record {
    pub octets: Vec<u8>,
    pub reading: Reading,
}

fn record(octets: &[u8], quantity: &'static str, unit: &'static str, value: Value) -> Record {
    Record { octets: octets.to_vec(), reading: Reading { quantity, unit, value } }
}

/// Energy, volume and volume flow.
pub fn three() -> Vec<Record> {
    use Value::Number;
    vec![
        record(&[0x04, 0x06, 0x39, 0x30, 0x00, 0x00], "energy", "Wh", Number(12_345, 3)),
        record(&[0x0C, 0x13, 0x18, 0x37, 0x02, 0x00], "volume", "m3", Number(23_718, -3)),
        record(&[0x0B, 0x3B, 0x27, 0x01, 0x00], "volume flow", "m3/h", Number(127, -3)),
    ]
}

/// What a heat meter says.
pub fn twelve() -> Vec<Record> {
    use Value::{Date, DateTime, Number};
    let mut records = three();
    records.extend([
        record(&[0x0C, 0x78, 0x78, 0x56, 0x34, 0x12], "fabrication number", "", Number(12_345_678, 0)),
        record(&[0x04, 0x2B, 0x10, 0x27, 0x00, 0x00], "power", "W", Number(10_000, 0)),
        record(&[0x0A, 0x5A, 0x57, 0x06], "flow temperature", "°C", Number(657, -1)),
        record(&[0x0A, 0x5E, 0x02, 0x04], "return temperature", "°C", Number(402, -1)),
        record(&[0x0B, 0x61, 0x48, 0x25, 0x00], "temperature difference", "K", Number(2_548, -2)),
        record(&[0x04, 0x22, 0xE8, 0x03, 0x00, 0x00], "on time", "h", Number(1_000, 0)),
        record(&[0x04, 0x6D, 0x32, 0x17, 0x1D, 0x15], "date and time", "", DateTime(2008, 5, 29, 23, 50)),
        record(&[0x42, 0x6C, 0x1E, 0x1B], "date", "", Date(2008, 11, 30)),
        record(&[0xC4, 0x10, 0x06, 0x01, 0x2F, 0x00, 0x00], "energy", "Wh", Number(12_033, 3)),
    ]);
    records
}

/// The same, and the date and the energy of 14 days.
pub fn forty() -> Vec<Record> {
    let mut records = twelve();
    for day in 2..16 {
        let (low, high) = (day & 1, day >> 1);
        let date = [0x82 | low << 6, high, 0x6C, day, 0x1B];
        records.push(record(&date, "date", "", Value::Date(2008, 11, day)));
        let energy = [0x84 | low << 6, high, 0x06, day, 0x2E, 0x00, 0x00];
        let value = Value::Number(0x2E00 + i64::from(day), 3);
        records.push(record(&energy, "energy", "Wh", value));
    }
    records
}

/// The frame that says this.
pub fn reply_frame(records: &[Record]) -> Vec<u8> {
    let records: Vec<u8> = records.iter().flat_map(|record| record.octets.iter().copied()).collect();
    frame(0x08, 5, 0x72, &[&HEADER[..], &records].concat())
}

/// What [`twelve`] records are made of.
pub fn entries() -> [Entry<'static>; 12] {
    let now = DateTime { date: Date::new(2008, 5, 29).unwrap(), time: Time::new(23, 50, 0).unwrap() };
    let date = Data::Date(Date::new(2008, 11, 30).unwrap());
    [
        Entry::new(&[0x06], Data::Int32(12_345)),
        Entry::new(&[0x13], Data::Bcd8(23_718)),
        Entry::new(&[0x3B], Data::Bcd6(127)),
        Entry::new(&[0x78], Data::Bcd8(12_345_678)),
        Entry::new(&[0x2B], Data::Int32(10_000)),
        Entry::new(&[0x5A], Data::Bcd4(657)),
        Entry::new(&[0x5E], Data::Bcd4(402)),
        Entry::new(&[0x61], Data::Bcd6(2_548)),
        Entry::new(&[0x22], Data::Int32(1_000)),
        Entry::new(&[0x6D], Data::DateTime(now)),
        Entry { storage: 1, ..Entry::new(&[0x6C], date) },
        Entry { storage: 1, tariff: 1, ..Entry::new(&[0x06], Data::Int32(12_033)) },
    ]
}

pub const ALL: [Case<Implementation>; 6] = [
    Case { name: "decode, 3 records", octets: 38, meter: |peer| decode(peer, &three()), counted: None },
    Case { name: "decode, 12 records", octets: 86, meter: |peer| decode(peer, &twelve()), counted: None },
    Case { name: "decode, 40 records", octets: 254, meter: |peer| decode(peer, &forty()), counted: None },
    Case { name: "encode, 12 records", octets: 86, meter: encode, counted: None },
    Case {
        name: "stream, 1 % corrupted",
        octets: LEN,
        meter: |peer| find_frames(peer, stream::corrupted),
        counted: frames(|| stream::corrupted().intact.len(), |it| count(it, stream::corrupted)),
    },
    Case {
        name: "stream, stray octets",
        octets: LEN,
        meter: |peer| find_frames(peer, stream::stray),
        counted: frames(|| stream::stray().intact.len(), |it| count(it, stream::stray)),
    },
];

fn decode(peer: &Implementation, records: &[Record]) -> Option<Meter> {
    let (decode, frame) = (peer.decode?, reply_frame(records));
    Some(meter(move || {
        black_box(decode(black_box(&frame)));
    }))
}

fn encode(peer: &Implementation) -> Option<Meter> {
    let (encode, entries, mut buffer) = (peer.encode_reply?, entries(), buffer());
    Some(meter(move || {
        black_box(encode(black_box(&entries), &mut buffer));
    }))
}

fn find_frames(peer: &Implementation, stream: fn() -> Stream) -> Option<Meter> {
    let (find, octets) = (peer.stream?, stream().octets);
    Some(meter(move || {
        find(black_box(&octets), &mut |frame| {
            black_box(frame);
        });
    }))
}

fn count(peer: &Implementation, stream: fn() -> Stream) -> Option<Found> {
    Some(stream::count(&stream(), peer.stream?))
}
