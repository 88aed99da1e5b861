//! Ours.

use std::hint::black_box;

use mbus::{Address, Ci, Control, Decoder, Entry, Frame, Record, Writer};
use meter_value::{MeterTime, Quantity, Unit, Value};

use crate::mbus::case::HEADER;
use crate::mbus::{self as bench, Implementation, Reading};
use crate::stream::CHUNK;

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "meterwire-mbus",
    decode: Some(decode),
    readings: Some(readings),
    encode_reply: Some(encode_reply),
    stream: Some(stream),
};

fn decode(octets: &[u8]) -> Option<usize> {
    let mut count = 0;
    each(octets, |record| {
        black_box(record.quantity());
        black_box(record.unit());
        black_box(&record.value());
        count += 1;
    })?;
    Some(count)
}

fn readings(octets: &[u8]) -> Option<Vec<Reading>> {
    let mut readings = vec![];
    each(octets, |record| {
        let quantity = record.quantity().map_or("", Quantity::name);
        let unit = record.unit().map_or("", Unit::symbol);
        readings.push(Reading { quantity, unit, value: value(record) });
    })?;
    Some(readings)
}

fn value(record: &Record<'_>) -> bench::Value {
    match record.value() {
        Value::Decimal(number) => bench::Value::Number(number.mantissa(), number.exponent()),
        Value::Time(MeterTime::On(date)) => bench::Value::Date(date.year(), date.month(), date.day()),
        Value::Time(MeterTime::At(at)) => {
            let (date, time) = (at.date, at.time);
            bench::Value::DateTime(date.year(), date.month(), date.day(), time.hour(), time.minute())
        }
        other => panic!("{other:?}"),
    }
}

#[inline]
fn each(octets: &[u8], mut found: impl FnMut(&Record<'_>)) -> Option<()> {
    let telegram = Frame::decode(octets).ok()?.telegram().ok()?;
    for record in telegram.records {
        found(record.as_ref().ok()?);
    }
    Some(())
}

fn encode_reply<'a>(entries: &[Entry<'_>], buffer: &'a mut [u8]) -> &'a [u8] {
    let mut data = [0; Frame::MAX_DATA];
    let mut writer = Writer::new(&mut data);
    writer.put(&HEADER);
    for entry in entries {
        entry.write(&mut writer).unwrap();
    }
    let data = writer.finish().unwrap();
    let (control, address, ci) = (Control::RSP_UD, Address(5), Ci::RESPONSE_LONG);
    Frame::Long { control, address, ci, data }.encode(buffer).unwrap()
}

fn stream(octets: &[u8], found: &mut dyn FnMut(&Frame<'_>)) {
    let mut decoder: Decoder = Decoder::new();
    for mut chunk in octets.chunks(CHUNK) {
        while !chunk.is_empty() {
            let taken = decoder.feed(chunk);
            chunk = &chunk[taken..];
            take_frames(&mut decoder, found);
        }
    }
    decoder.silence();
    take_frames(&mut decoder, found);
}

fn take_frames(decoder: &mut Decoder, found: &mut dyn FnMut(&Frame<'_>)) {
    while let Some(result) = decoder.frame() {
        if let Ok(frame) = result {
            found(&frame);
        }
    }
}
