//! Wired M-Bus frames as JSON.

use mbus::{Ci, DecodeError, Frame, Header, Record, Records, Telegram};
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
    let Telegram { header, records } = match Telegram::decode(ci, data) {
        Ok(telegram) => telegram,
        Err(DecodeError::NoRecords { .. }) => return Ok(json!({ "data": hex::encode_upper(data) })),
        Err(error) => return Err(error),
    };
    let (header, first) = match header {
        Header::None => (json!({}), DATA),
        Header::Short(header) => {
            (json!({ "access": header.access, "status": octet(header.status.0) }), DATA + 4)
        }
        Header::Long(header) => {
            let fields = json!({
                "id": header.identification.to_string(),
                "manufacturer": header.manufacturer.to_string(),
                "version": header.version,
                "medium": header.medium.to_string(),
                "access": header.access,
                "status": octet(header.status.0),
            });
            (fields, DATA + 12)
        }
    };
    Ok(joined([header, self::records(records, first)]))
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
        super::value(text::record_value(record), data.clone()),
        json!({
            "unit": text::record_unit(record),
            "header": hex::encode_upper(record.header),
            "data": data,
        }),
    ])
}

pub(super) fn octet(octet: u8) -> String {
    format!("{octet:02X}")
}
