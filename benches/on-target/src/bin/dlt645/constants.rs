//! The points that a collector reads as constants, without the table.

use dlt645::{Frame, Identifier, Point, Reply};
use meter_value::{Decimal, Value};

const ENERGY: Point = Identifier::FORWARD_ACTIVE_ENERGY.point().unwrap();
const VOLTAGE: Point = Identifier::VOLTAGE_A.point().unwrap();
const POWER: Point = Identifier::ACTIVE_POWER.point().unwrap();

#[inline(never)]
pub fn read(reply: &[u8]) -> Option<Decimal> {
    let frame = Frame::decode(reply).ok()?;
    let Ok(Reply::Read { identifier, data, .. }) = Reply::decode(&frame) else { return None };
    let point = match identifier {
        Identifier::FORWARD_ACTIVE_ENERGY => ENERGY,
        Identifier::VOLTAGE_A => VOLTAGE,
        Identifier::ACTIVE_POWER => POWER,
        _ => return None,
    };
    match point.decode(data).value {
        Value::Decimal(value) => Some(value),
        _ => None,
    }
}
