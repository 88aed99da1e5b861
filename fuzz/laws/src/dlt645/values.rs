//! Laws of the values that identifiers name.

use dlt645::{Data, Edition, EncodeError, Identifier, Item};
use meter_value::{
    Date, DateTime, Decimal, Flags, Invalid, MeterTime, Octets, Recurrence, Text, Time, Value,
};

use crate::Seed;

/// Octets as data of an identifier, which they name too.
pub fn identified(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (choice, number) = (seed.u8(), u32::from_le_bytes(seed.octets()));
    let (tariffs, mode) = (seed.u8(), seed.u8());
    for identifier in
        [Identifier::Y2007(likely(choice, number)), Identifier::Y1997(likely_1997(choice, number))]
    {
        for data in [Data::wire(seed.0), Data::plain(seed.0)] {
            values(identifier, identifier.values(data).collect(), data);
            let of_meter = identifier.values(data).with_tariffs(tariffs).with_freeze_mode(mode);
            values(identifier, of_meter.collect(), data);
            laid_out(identifier, data);
            converted(identifier, data);
        }
        anything_written(identifier, &mut Seed(seed.0));
    }
}

/// A layout of the length of the data reads as the identifier does.
fn laid_out(identifier: Identifier, data: Data<'_>) {
    let Some(layout) = identifier.layout() else {
        return assert!(identifier.point().is_none() && identifier.values(data).next().is_none());
    };
    assert_eq!(layout.point(), identifier.point());
    if layout.octets() == Some(data.len()) {
        assert!(layout.values(data).eq(identifier.values(data)), "{identifier}");
    }
    if let Some(point) = layout.point() {
        assert_eq!(point.octets(), layout.octets());
    }
}

/// The other edition says the same under its own identifier, and an identifier leads back from there.
fn converted(identifier: Identifier, data: Data<'_>) {
    let equivalent = identifier.equivalent();
    if let Some(equivalent) = equivalent {
        assert_ne!(equivalent.edition(), identifier.edition());
        assert_eq!(equivalent.equivalent(), Some(identifier));
    }
    let items = || identifier.values(data).filter(|item| item.identifier.equivalent().is_some());
    let mut buffer = [0; 600];
    match identifier.convert(data, &mut buffer) {
        Ok((named, octets)) => {
            assert_eq!(Some(named), equivalent);
            let again: Vec<_> = named.values(Data::plain(octets)).collect();
            assert_eq!(again.len(), items().count(), "{identifier}");
            for (item, again) in items().zip(&again) {
                assert_eq!(Some(again.identifier), item.identifier.equivalent());
                match item.value {
                    Value::Flags(_) => assert!(matches!(again.value, Value::Flags(_))),
                    value => assert_eq!(again.value, value),
                }
            }
            if let Some(have) = octets.len().checked_sub(1) {
                let mut buffer = [0; 600];
                let small = identifier.convert(data, &mut buffer[..have]);
                assert_eq!(small, Err(EncodeError::BufferTooSmall { needed: have + 1, have }));
            }
        }
        Err(EncodeError::Value { identifier }) => {
            assert!(items().any(|item| item.identifier.equivalent() == Some(identifier)));
        }
        Err(error) => {
            assert_eq!(error, EncodeError::Equivalent { identifier });
            assert!(equivalent.is_none() || identifier.edition() == Edition::Y2007);
        }
    }
}

/// What takes a value writes as many octets as it has, which read as the same value.
fn anything_written(identifier: Identifier, seed: &mut Seed<'_>) {
    let Some(point) = identifier.point() else { return };
    let (kind, weekday) = (seed.u8(), seed.u8());
    let number = i64::from_le_bytes(seed.octets()) >> (seed.u8() % 64);
    let [year, month, day, hour, minute, second]: [u8; 6] = seed.octets();
    let date = Date::new(1_950 + u16::from(year), month % 13, day % 32);
    let time = Time::new(hour % 25, minute % 60, second % 60);
    let is_set = |octet: u8| (octet < 0x80).then_some(octet % 32);
    let again = Recurrence::new(is_set(month), is_set(day), is_set(hour), is_set(minute));
    let at = date.zip(time).map(|(date, time)| MeterTime::At(DateTime { date, time }));
    let times = [at, date.map(MeterTime::On), time.map(MeterTime::Daily), again.map(MeterTime::Every)];
    let meter_time = times[usize::from(kind / 8 % 4)].unwrap_or(MeterTime::NotSet);
    let octets = seed.slice(usize::from(kind / 8));
    let value = match kind % 8 {
        0 | 1 => Value::Decimal(Decimal::new(number, -((kind / 8 % 8) as i8))),
        2 | 3 => Value::Time(meter_time),
        4 => Value::Text(Text::first_first(octets)),
        5 => Value::Bytes(Octets::plain(octets)),
        6 => Value::Flags(Flags::new(Octets::plain(octets), &[])),
        _ => Value::Invalid(Invalid::Absent),
    };
    let mut item = point.with(value);
    item.time = Some(meter_time);
    item.weekday = Some(weekday).filter(|weekday| *weekday < 0x80);
    let mut buffer = [0; 260];
    let octets = match item.encode(&mut buffer) {
        Ok(octets) => octets,
        Err(error) => return assert_eq!(error, EncodeError::Value { identifier }),
    };
    assert!(point.octets().is_none_or(|have| have == octets.len()), "{point}: {octets:02X?}");
    let read = point.decode(Data::plain(octets));
    let is_filler = |octets: &[u8]| octets.iter().all(|octet| *octet == 0xFF);
    match (value, read.value) {
        (Value::Text(_) | Value::Bytes(_), Value::Invalid(Invalid::Absent)) => assert!(is_filler(octets)),
        (Value::Text(text), Value::Text(read)) => {
            let (text, read) = (text.to_string(), read.to_string());
            assert_eq!(text.trim_matches('\0'), read);
        }
        (Value::Time(MeterTime::At(time)), Value::Time(MeterTime::At(read))) => {
            assert_eq!((time.date, time.time.hour()), (read.date, read.time.hour()));
            assert_eq!(time.time.minute(), read.time.minute());
        }
        (Value::Time(MeterTime::Daily(time)), Value::Time(MeterTime::Daily(read))) => {
            assert_eq!((time.hour(), time.minute()), (read.hour(), read.minute()));
        }
        (value, read) => assert_eq!(value, read, "{point}"),
    }
}

/// Identifiers of the families there are, or any at all.
fn likely(choice: u8, number: u32) -> u32 {
    let families = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x14, 0x16, 0x18, 0x1D, 0x1F];
    let [_, di2, di1, di0] = number.to_be_bytes();
    let narrow = |octet: u8, mask: u8| if octet >= 0xF0 { 0xFF } else { octet & mask };
    match families.get(usize::from(choice % 16)) {
        Some(family) => u32::from_be_bytes([*family, di2 & 0x37, narrow(di1, 0x1F), narrow(di0, 0x0F)]),
        None => number,
    }
}

/// Identifiers of 1997 by the families there are, or any at all.
fn likely_1997(choice: u8, number: u32) -> u16 {
    let families = [0x90, 0x91, 0x94, 0x99, 0xA0, 0xA5, 0xB0, 0xB2, 0xB3, 0xB6, 0xC0, 0xC1, 0xC3, 0xD1];
    let [.., di0] = number.to_be_bytes();
    match families.get(usize::from(choice % 16)) {
        Some(family) => u16::from_be_bytes([*family, di0]),
        None => number as u16,
    }
}

/// Values come in order and none twice; what lies between them are marks. A value of another length than its
/// own is invalid, and each other reads alone as it reads in its place.
pub(super) fn values(identifier: Identifier, items: Vec<Item<'_>>, data: Data<'_>) {
    let is_load = matches!(identifier, Identifier::Y2007(number) if number >> 24 == 0x06);
    let (mut end, last) = (0, items.len().saturating_sub(1));
    for (index, item) in items.iter().enumerate() {
        let gap = data.range(end..item.offset).expect("values come in order");
        assert!(is_load || gap.iter().all(|octet| octet == 0xAA), "only AA lies between values");
        let own = data.range(item.offset..item.offset + item.len).expect("inside the data");
        end = item.offset + item.len;
        match item.value {
            // What is too much, behind the last AA, may be as long as a value.
            Value::Invalid(Invalid::Length) => {
                assert!(is_load || index == last || item.point.octets() != Some(item.len));
            }
            Value::Invalid(Invalid::Checksum) => assert!(is_load),
            _ => assert!(item.point.octets().is_none_or(|octets| octets == item.len)),
        }
        if let Some(point) = item.identifier.point() {
            assert!(point == item.point || item.identifier == identifier, "{identifier}");
        }
        assert!(!item.point.to_string().is_empty() && item.len > 0);
        if !matches!(item.value, Value::Text(_)) {
            assert!(!item.value.to_string().is_empty());
        }
        if let Ok(decimal) = item.value.to_decimal() {
            assert_eq!(decimal.exponent(), -(item.point.decimals() as i8));
        }
        // All of a damaged load record stands for its time, and what is too much for the value before it.
        if !matches!(item.value, Value::Invalid(Invalid::Checksum | Invalid::Length)) {
            let alone = item.point.decode(own);
            assert_eq!((alone.value, alone.time, alone.weekday), (item.value, item.time, item.weekday));
        }
        written(item);
    }
    let left = data.range(end..).expect("inside the data");
    let is_marks = left.iter().all(|octet| octet == 0xAA);
    let ends = items.last().is_some_and(|item| item.value == Value::Invalid(Invalid::Length));
    let is_known = identifier.layout().is_some() && !is_load && identifier.edition() == Edition::Y2007;
    assert!(!is_known || is_marks || ends || is_freeze(identifier), "{identifier} leaves {left:?}");
}

/// A freeze may hold less than its mode says.
fn is_freeze(identifier: Identifier) -> bool {
    matches!(identifier, Identifier::Y2007(number) if number >> 24 == 0x05)
}

/// What was read is written, and reads as the same again.
fn written(item: &Item<'_>) {
    let is_value = match item.value {
        Value::Invalid(_) | Value::Time(MeterTime::Invalid) => false,
        _ => item.time != Some(MeterTime::Invalid),
    };
    // Assembled data are longer than those of one frame.
    let mut buffer = vec![0; item.len.max(260)];
    match item.encode(&mut buffer) {
        Ok(octets) => {
            let again = item.point.decode(Data::plain(octets));
            assert_eq!((again.value, again.time), (item.value, item.time), "{}", item.point);
        }
        Err(error) => assert!(!is_value, "{error}: {item:?}"),
    }
}
