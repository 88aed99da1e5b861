//! Laws of the values that identifiers name.

use dlt645::{Data, Edition, Identifier, Item};
use meter_value::{Invalid, MeterTime, Value};

use crate::Seed;

/// Octets as data of an identifier, which they name too.
pub fn identified(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (choice, number) = (seed.u8(), u32::from_le_bytes(seed.octets()));
    let (tariffs, mode) = (seed.u8(), seed.u8());
    for identifier in [Identifier::Y2007(likely(choice, number)), Identifier::Y1997(number as u16)] {
        for data in [Data::wire(seed.0), Data::plain(seed.0)] {
            values(identifier, identifier.values(data).collect(), data);
            let of_meter = identifier.values(data).with_tariffs(tariffs).with_freeze_mode(mode);
            values(identifier, of_meter.collect(), data);
        }
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

/// Values come in order and none twice; what lies between them are marks. A value of another length than its
/// own is invalid, and each other reads alone as it reads in its place.
pub(super) fn values(identifier: Identifier, items: Vec<Item<'_>>, data: Data<'_>) {
    let is_load = matches!(identifier, Identifier::Y2007(number) if number >> 24 == 0x06);
    let mut end = 0;
    for item in &items {
        let gap = data.range(end..item.offset).expect("values come in order");
        assert!(is_load || gap.iter().all(|octet| octet == 0xAA), "only AA lies between values");
        let own = data.range(item.offset..item.offset + item.len).expect("inside the data");
        end = item.offset + item.len;
        match item.value {
            Value::Invalid(Invalid::Length) => assert_ne!(item.point.octets(), Some(item.len)),
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
        if item.value != Value::Invalid(Invalid::Checksum) {
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
    let mut buffer = [0; 260];
    match item.encode(&mut buffer) {
        Ok(octets) => {
            let again = item.point.decode(Data::plain(octets));
            assert_eq!((again.value, again.time), (item.value, item.time), "{}", item.point);
        }
        Err(error) => assert!(!is_value, "{error}: {item:?}"),
    }
}
