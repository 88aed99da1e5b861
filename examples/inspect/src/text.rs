//! Values, records and octets in words.

use dlt645::{Item, Point};
use mbus::Record;
use meter_value::{MeterTime, Value};

/// The value, or why there is none.
pub fn value(value: Value<'_>) -> Result<String, String> {
    match value {
        Value::Invalid(_) | Value::Time(MeterTime::NotSet | MeterTime::Invalid) => Err(value.to_string()),
        _ => Ok(value.to_string()),
    }
}

/// A name with its value and unit, or with why there is none.
pub fn row(name: &str, value: Result<String, String>, unit: &str) -> String {
    match value {
        Ok(value) if unit.is_empty() => format!("{name}: {value}"),
        Ok(value) => format!("{name}: {value} {unit}"),
        Err(why) => format!("{name}: no value: {why}"),
    }
}

/// The values of DL/T 645 data, each with its name and, if it is a maximum, when it was reached.
pub fn items<'a>(items: impl Iterator<Item = Item<'a>>, name: impl Fn(Point) -> String) -> Vec<String> {
    let lines = items.map(|item| {
        let line = row(&name(item.point), value(item.value), item.point.unit().symbol());
        match item.time {
            Some(time @ (MeterTime::NotSet | MeterTime::Invalid)) => format!("{line}, time {time}"),
            Some(time) => format!("{line} at {time}"),
            None => line,
        }
    });
    lines.collect()
}

/// The value of an M-Bus record in its base unit, or why there is none.
pub fn record_value(record: &Record<'_>) -> Result<String, String> {
    match (record.vif, record.value()) {
        // Manufacturer's data are their octets, even if there are none.
        (None, _) if !record.header.is_empty() => Ok(hex::encode_upper(record.data)),
        // Sent in another scale than the unit's.
        (_, raw)
            if matches!(raw, Value::F32(_)) || matches!(raw, Value::U64(_)) && record.exponent() != 0 =>
        {
            match record.to_decimal() {
                Ok(decimal) => Ok(decimal.to_string()),
                Err(error) => Err(error.to_string()),
            }
        }
        (_, other) => value(other),
    }
}

/// The unit of an M-Bus record, in the meter's own words if it sends them.
pub fn record_unit(record: &Record<'_>) -> Option<String> {
    let own = record.unit_text().map(|text| text.to_string());
    own.or_else(|| record.unit().map(|unit| unit.symbol().to_string()))
}

/// Which value of its storage interval a record holds.
pub fn function(function: mbus::Function) -> &'static str {
    match function {
        mbus::Function::Instantaneous => "instantaneous",
        mbus::Function::Maximum => "maximum",
        mbus::Function::Minimum => "minimum",
        mbus::Function::Error => "error",
    }
}

/// Octets that are all printable ASCII.
pub fn ascii(octets: &[u8]) -> Option<&str> {
    let printable = |octet: &u8| matches!(octet, b' '..=b'~');
    str::from_utf8(octets).ok().filter(|_| octets.iter().all(printable))
}

/// Octets in hex, apart.
pub fn octets(octets: &[u8]) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    octets.join(" ")
}
