//! Modbus RTU frames as JSON. What a register holds is a string, since it is the meter's number.

use modbus_rtu::{DecodeError, Frame, FunctionCode, Request, Response, UnitId};
use serde_json::{Value, json};

use super::joined;

pub fn request(octets: &[u8]) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let request = Request::decode(frame.pdu)?;
    let fields = match request {
        Request::ReadHoldingRegisters { range } => {
            json!({ "start": range.start(), "quantity": range.quantity() })
        }
        Request::WriteSingleRegister { address, value } => written(address, value),
        Request::Other { data, .. } => other(data),
        _ => json!({}),
    };
    Ok(joined([head(frame.unit, request.function()), fields]))
}

pub fn response(octets: &[u8]) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let response = Response::decode(frame.pdu)?;
    let fields = match response {
        Response::ReadHoldingRegisters { registers } => {
            let registers: Vec<String> = registers.iter().map(|value| value.to_string()).collect();
            json!({ "registers": registers })
        }
        Response::WriteSingleRegister { address, value } => written(address, value),
        Response::Exception { exception, .. } => {
            json!({ "exception": { "code": exception.0, "name": exception.name() } })
        }
        Response::Other { data, .. } => other(data),
        _ => json!({}),
    };
    Ok(joined([head(frame.unit, response.function()), fields]))
}

fn head(unit: UnitId, function: FunctionCode) -> Value {
    json!({
        "ok": true, "protocol": "modbus", "unit": unit.0, "function": function.0, "name": function.name(),
    })
}

fn written(address: u16, value: u16) -> Value {
    json!({ "address": address, "value": value.to_string() })
}

fn other(data: &[u8]) -> Value {
    json!({ "data": hex::encode_upper(data) })
}
