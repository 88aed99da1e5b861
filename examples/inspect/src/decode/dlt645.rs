//! DL/T 645 frames as JSON. Both editions have the same frame; they differ in functions and identifiers.

use dlt645::{Data, DecodeError, Direction, Frame, Function, Reply};
use serde_json::{Value, json};

use super::joined;
use crate::text;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    Of1997,
    Of2007,
}

impl Edition {
    /// The edition by function and length; the broadcast of the time is the same in both.
    fn of(frame: &Frame<'_>) -> Self {
        // 03 reads again in 1997. The identifiers of 2007 start with 07, and its refusals have two octets.
        let security =
            if frame.control.is_failed() { frame.data.len() == 2 } else { frame.data.at(3) == Some(0x07) };
        match frame.control.function() {
            Function(0x03) if !security => Self::Of1997,
            Function(0x01 | 0x02 | 0x04 | 0x0A | 0x0C | 0x0F | 0x10) => Self::Of1997,
            _ => Self::Of2007,
        }
    }

    fn protocol(self) -> &'static str {
        match self {
            Self::Of1997 => "dlt645-1997",
            Self::Of2007 => "dlt645-2007",
        }
    }

    fn function_name(self, function: Function) -> Option<&'static str> {
        if self == Self::Of2007 {
            return function.name();
        }
        Some(match function.0 {
            0x01 => "read",
            0x02 => "read follow-up",
            0x03 => "read again",
            0x04 => "write",
            0x08 => "broadcast time",
            0x0A => "write address",
            0x0C => "change baud rate",
            0x0F => "change password",
            0x10 => "clear maximum demand",
            _ => return None,
        })
    }

    /// The octets of the identifier at the head of a frame's data.
    fn identifier_octets(self, frame: &Frame<'_>) -> usize {
        let control = frame.control;
        match (self, control.function()) {
            _ if control.is_failed() => 0,
            (Self::Of1997, Function(0x01..=0x04)) => 2,
            (Self::Of2007, Function::CHANGE_PASSWORD) if control.direction() == Direction::Command => 4,
            (
                Self::Of2007,
                Function::SECURITY_AUTHENTICATION
                | Function::READ
                | Function::READ_FOLLOW_UP
                | Function::WRITE,
            ) => 4,
            _ => 0,
        }
    }
}

/// Decodes a frame of an edition, or of the one that the frame tells.
pub fn decode(octets: &[u8], edition: Option<Edition>) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let edition = edition.unwrap_or_else(|| Edition::of(&frame));
    let reply = if edition == Edition::Of2007 { Reply::decode(&frame).ok() } else { None };
    let Frame { address, control, data } = frame;
    let (identifier, rest) = split(data, edition.identifier_octets(&frame));
    let direction = match control.direction() {
        Direction::Command => "command",
        Direction::Reply => "reply",
    };
    let head = json!({
        "ok": true,
        "protocol": edition.protocol(),
        "address": address.to_string(),
        "direction": direction,
        "control": format!("{:02X}", control.0),
        "function": edition.function_name(control.function()),
        "failed": control.is_failed(),
        "more": control.has_more(),
    });
    let error = if control.is_failed() { error(data, reply) } else { json!({}) };
    let tail = json!({ "identifier": identifier, "data": hex(rest), "values": values(reply) });
    Ok(joined([head, error, tail]))
}

/// The identifier as people write it, if the data have as many octets, and what follows it.
fn split(data: Data<'_>, octets: usize) -> (Option<String>, Data<'_>) {
    match (data.range(..octets), data.range(octets..)) {
        (Some(identifier), Some(rest)) if octets > 0 => (Some(number(identifier)), rest),
        _ => (None, data),
    }
}

fn error(data: Data<'_>, reply: Option<Reply<'_>>) -> Value {
    let flags: Vec<&str> = match reply {
        Some(Reply::Failed { error, .. }) => error.names().collect(),
        _ => Vec::new(),
    };
    json!({ "error": { "word": number(data), "flags": flags } })
}

fn values(reply: Option<Reply<'_>>) -> Vec<Value> {
    match reply {
        Some(Reply::Address(address)) => {
            vec![json!({ "name": "address", "value": address.to_string(), "unit": null })]
        }
        Some(Reply::Read { identifier, data, .. }) => {
            let mut items = identifier.values(data).peekable();
            let mut values = Vec::new();
            while let Some(item) = items.next() {
                let end = items.peek().map_or(data.len(), |next| next.offset);
                let raw = data.range(item.offset..end).map(hex).unwrap_or_default();
                values.push(joined([
                    json!({ "name": item.point.to_string() }),
                    super::value(text::value(item.value), raw),
                    json!({ "unit": item.point.unit().symbol() }),
                ]));
            }
            values
        }
        _ => Vec::new(),
    }
}

/// The octets as they were sent.
fn hex(data: Data<'_>) -> String {
    hex::encode_upper(data.iter().collect::<Vec<u8>>())
}

/// The octets as a number, the highest first.
fn number(data: Data<'_>) -> String {
    let mut octets: Vec<u8> = data.iter().collect();
    octets.reverse();
    hex::encode_upper(octets)
}
