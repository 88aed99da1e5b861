//! Wired M-Bus frames as JSON.

use mbus::{Ci, Content, DecodeError, Frame, Header, Record, Records, Telegram};
use serde_json::{Value, json};

use super::joined;
use crate::text;

/// Octets of a long frame before its data.
const DATA: usize = 7;

/// Decodes a frame. A record in error is the last of the records; the frame is still good.
pub fn decode(octets: &[u8]) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let fields = match frame {
        Frame::Ack => json!({ "frame": "ack" }),
        Frame::Short { control, address } => {
            json!({ "frame": "short", "control": octet(control.0), "address": address.0 })
        }
        Frame::Control { control, address, ci } => {
            json!({ "frame": "control", "control": octet(control.0), "address": address.0, "ci": octet(ci.0) })
        }
        Frame::Long { control, address, ci, data } => joined([
            json!({ "frame": "long", "control": octet(control.0), "address": address.0, "ci": octet(ci.0) }),
            carried(ci, data)?,
        ]),
    };
    Ok(joined([json!({ "ok": true, "protocol": "mbus" }), fields]))
}

/// The fields of what a long frame carries: header and records, or else its data.
fn carried(ci: Ci, data: &[u8]) -> Result<Value, DecodeError> {
    let content = Content::decode(ci, data)?;
    let Content::Telegram(Telegram { header, records }) = content else {
        let data = json!({ "data": hex::encode_upper(data) });
        return Ok(joined([self::header(&content.header()), other(&content), data]));
    };
    let first = match header {
        Header::None => DATA,
        Header::Short(_) => DATA + 4,
        Header::Long(_) => DATA + 12,
        // The counters say where they stand behind the CI field.
        Header::Fixed(_) => DATA,
    };
    Ok(joined([self::header(&header), self::records(records, first)]))
}

/// The records, the first of which starts at octet `first` of the frame, and whether there are more to fetch.
pub(super) fn records(mut records: Records<'_>, first: usize) -> Value {
    let mut more = false;
    let mut list = Vec::new();
    while let Some(result) = records.next() {
        list.push(match result {
            Ok(found) => {
                more |= found.more_follows();
                record(&found, first)
            }
            Err(error) => json!({ "offset": first + records.offset(), "error": error.to_string() }),
        });
    }
    json!({ "more": more, "records": list })
}

/// Which meter it is.
fn header(header: &Header) -> Value {
    match header {
        Header::None => json!({}),
        Header::Short(header) => json!({ "access": header.access, "status": octet(header.status.0) }),
        Header::Long(header) => json!({
            "id": header.identification.to_string(),
            "manufacturer": header.manufacturer.to_string(),
            "version": header.version,
            "medium": header.medium.to_string(),
            "access": header.access,
            "status": octet(header.status.0),
        }),
        Header::Fixed(header) => json!({
            "id": header.identification.to_string(),
            "medium": header.medium().to_string(),
            "access": header.access,
            "status": octet(header.status.0),
        }),
    }
}

/// What a frame without records says, its header left out.
pub(super) fn other(content: &Content<'_>) -> Value {
    match content {
        Content::Error { error, .. } => {
            let name = error.name().map_or_else(|| octet(error.0), str::to_string);
            json!({ "application_error": name })
        }
        Content::Alarm { data, .. } => json!({ "alarm": hex::encode_upper(data) }),
        Content::Compact(frame) => {
            json!({ "signature": format!("{:04X}", frame.signature), "checksum": format!("{:04X}", frame.checksum) })
        }
        Content::Format(frame) => {
            json!({ "signature": format!("{:04X}", frame.signature), "headers": hex::encode_upper(frame.headers) })
        }
        Content::Reset { part, .. } => {
            let part = part.map(|part| part.name().map_or_else(|| octet(part.0), str::to_string));
            json!({ "reset": part })
        }
        _ => json!({}),
    }
}

/// A record, the first of which starts at octet `first` of the frame.
fn record(record: &Record<'_>, first: usize) -> Value {
    let data = hex::encode_upper(record.data);
    joined([
        json!({
            "offset": first + record.offset,
            "function": text::function(record.function),
            "storage": record.storage,
            "tariff": record.tariff,
            "subunit": record.subunit,
            "quantity": record.quantity().map(|quantity| quantity.name()),
        }),
        qualifiers(record),
        super::value(text::record_value(record), data.clone()),
        json!({
            "unit": text::record_unit(record),
            "header": hex::encode_upper(record.header),
            "data": data,
        }),
    ])
}

/// What VIFEs say beyond the number, if they say anything.
fn qualifiers(record: &Record<'_>) -> Value {
    let names: Vec<String> = record
        .qualifiers()
        .map(|qualifier| qualifier.name().map_or_else(|| format!("{:03X}", qualifier.0), str::to_string))
        .collect();
    let error = record.error().map(|error| error.name().map_or_else(|| octet(error.0), str::to_string));
    match (names.is_empty(), error) {
        (true, None) => json!({}),
        (false, None) => json!({ "qualifiers": names }),
        (_, Some(error)) => json!({ "qualifiers": names, "error": error }),
    }
}

pub(super) fn octet(octet: u8) -> String {
    format!("{octet:02X}")
}
