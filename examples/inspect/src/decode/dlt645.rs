//! DL/T 645 frames as JSON. Both editions have the same frame; they differ in functions and identifiers.

mod fields;

use dlt645::{Data, DecodeError, Direction, Edition, Frame, Function, Item, Refusal, Reply};
use meter_value::Value::Flags;
use serde_json::{Value, json};

pub use self::fields::fields;
use super::joined;
use crate::text;

/// Decodes a frame of an edition, or of the one that the frame tells.
pub fn decode(octets: &[u8], edition: Option<Edition>) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let Frame { address, control, data } = frame;
    let function = control.function();
    let edition = edition.unwrap_or_else(|| frame.edition());
    // In the other edition the data would mean something else.
    let is_typed = frame.edition() == edition || function == Function::BROADCAST_TIME;
    let reply = Reply::decode(&frame).ok();
    let (identifier, rest) = identified(&frame, edition);
    let direction = match control.direction() {
        Direction::Command => "command",
        Direction::Reply => "reply",
    };
    let head = json!({
        "ok": true,
        "protocol": format!("dlt645-{edition}"),
        "address": address.to_string(),
        "direction": direction,
        "control": format!("{:02X}", control.0),
        "function": function.name_in(edition),
        "failed": control.is_failed(),
        "more": control.has_more(),
    });
    let error = if control.is_failed() { error(data, reply, edition) } else { json!({}) };
    let values = values(reply.filter(|_| is_typed));
    let tail = json!({ "identifier": identifier, "data": hex(rest), "values": values });
    let fields = if is_typed { fields(&frame) } else { json!({}) };
    Ok(joined([head, error, tail, fields]))
}

/// The identifier in a frame as people write it, if it has one, and the data that follow it.
pub fn identified<'a>(frame: &Frame<'a>, edition: Edition) -> (Option<String>, Data<'a>) {
    split(frame.data, identifier_octets(frame, edition))
}

/// The octets of the identifier at the head of a frame's data.
fn identifier_octets(frame: &Frame<'_>, edition: Edition) -> usize {
    let control = frame.control;
    match (edition, control.function()) {
        _ if control.is_failed() => 0,
        (Edition::Y1997, Function(0x01..=0x04)) => 2,
        (Edition::Y2007, Function::CHANGE_PASSWORD) if control.direction() == Direction::Command => 4,
        (
            Edition::Y2007,
            Function::SECURITY_AUTHENTICATION | Function::READ | Function::READ_FOLLOW_UP | Function::WRITE,
        ) => 4,
        _ => 0,
    }
}

/// The identifier as people write it, if the data have as many octets, and what follows it.
fn split(data: Data<'_>, octets: usize) -> (Option<String>, Data<'_>) {
    match (data.range(..octets), data.range(octets..)) {
        (Some(identifier), Some(rest)) if octets > 0 => (Some(number(identifier)), rest),
        _ => (None, data),
    }
}

fn error(data: Data<'_>, reply: Option<Reply<'_>>, edition: Edition) -> Value {
    let flags: Vec<&str> = match reply {
        Some(Reply::Failed { error: Refusal::Flags(flags), .. }) => flags.names_in(edition).collect(),
        Some(Reply::Failed { error: Refusal::Security(errors), .. }) => errors.names().collect(),
        Some(Reply::Failed { error: Refusal::Relay(errors), .. }) => errors.names().collect(),
        _ => Vec::new(),
    };
    json!({ "error": { "word": number(data), "flags": flags } })
}

fn values(reply: Option<Reply<'_>>) -> Vec<Value> {
    match reply {
        Some(Reply::Address(address)) => {
            vec![json!({ "name": "address", "value": address.to_string(), "unit": null })]
        }
        Some(Reply::Read { identifier, data, .. } | Reply::ReadAgain { identifier, data, .. }) => {
            let items = identifier.values(data).map(|item| {
                let raw = data.range(item.offset..item.offset + item.len).map(hex).unwrap_or_default();
                joined([
                    json!({ "name": item.point.to_string() }),
                    super::value(shown(&item), raw),
                    json!({ "unit": item.point.unit().symbol() }),
                    beside(&item),
                ])
            });
            items.collect()
        }
        _ => Vec::new(),
    }
}

/// The value, or why there is none; of a word of flags, its digits.
fn shown(item: &Item<'_>) -> Result<String, String> {
    match item.value {
        Flags(flags) => Ok(flags.octets().reversed().to_string()),
        value => text::value(value),
    }
}

/// What a value has beside it: the time of a maximum, the weekday of a date, what is set in a word.
fn beside(item: &Item<'_>) -> Value {
    if let Flags(flags) = item.value {
        return json!({ "flags": flags.names().collect::<Vec<_>>() });
    }
    match (item.time, item.weekday) {
        (Some(time), _) => json!({ "time": text::value(meter_value::Value::Time(time)).ok() }),
        (_, Some(weekday)) => json!({ "weekday": weekday }),
        _ => json!({}),
    }
}

/// The octets as they were sent.
pub fn hex(data: Data<'_>) -> String {
    hex::encode_upper(data.iter().collect::<Vec<u8>>())
}

/// The octets as a number, the highest first.
fn number(data: Data<'_>) -> String {
    let mut octets: Vec<u8> = data.iter().collect();
    octets.reverse();
    hex::encode_upper(octets)
}
