//! Any identifier, by the table.

use dlt645::{Frame, Reply};
use meter_value::{Decimal, Value};

#[inline(never)]
pub fn read(reply: &[u8]) -> Option<Decimal> {
    let frame = Frame::decode(reply).ok()?;
    let reply = Reply::decode(&frame).ok()?;
    match reply.values().next()?.value {
        Value::Decimal(value) => Some(value),
        _ => None,
    }
}
