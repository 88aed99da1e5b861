//! Modbus RTU frames as JSON. What a register or counter holds is a string, since it is the meter's number;
//! bits are 0 or 1.

use modbus_rtu::{
    Access, Bits, DecodeError, Diagnostic, Event, FileRange, FileRecord, Frame, FunctionCode, Object,
    ObjectId, Range, Registers, Request, Response, UnitId,
};
use serde_json::{Value, json};

use super::joined;
use crate::text;

pub fn request(octets: &[u8]) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let request = Request::decode(frame.pdu)?;
    Ok(joined([head(frame.unit, request.function()), request_fields(&request)]))
}

pub fn response(octets: &[u8]) -> Result<Value, DecodeError> {
    let frame = Frame::decode(octets)?;
    let response = Response::decode(frame.pdu)?;
    Ok(joined([head(frame.unit, response.function()), response_fields(&response)]))
}

/// What a request says behind its function, as an object.
pub fn request_fields(request: &Request<'_>) -> Value {
    match *request {
        Request::ReadCoils { range }
        | Request::ReadDiscreteInputs { range }
        | Request::ReadHoldingRegisters { range }
        | Request::ReadInputRegisters { range } => place(range),
        Request::WriteSingleCoil { address, on } => coil(address, on),
        Request::WriteSingleRegister { address, value } => written(address, value),
        Request::Diagnostics { diagnostic, data } => diagnostics(diagnostic, data),
        Request::WriteMultipleCoils { start, coils } => json!({ "start": start, "coils": bits(coils) }),
        Request::WriteMultipleRegisters { start, registers: values } => {
            json!({ "start": start, "registers": registers(values) })
        }
        Request::ReadFileRecord { ranges } => {
            let ranges = ranges.iter().map(|FileRange { file, record, length }| {
                json!({ "file": file, "record": record, "length": length })
            });
            json!({ "ranges": ranges.collect::<Value>() })
        }
        Request::WriteFileRecord { records } => file_records(records.iter()),
        Request::MaskWriteRegister { address, and, or } => mask(address, and, or),
        Request::ReadWriteMultipleRegisters { read, start, registers: values } => {
            json!({ "read": place(read), "write": { "start": start, "registers": registers(values) } })
        }
        Request::ReadFifoQueue { address } => json!({ "address": address }),
        Request::ReadDeviceIdentification { access, object } => {
            json!({ "access": level(access), "object": object_id(object) })
        }
        Request::EncapsulatedInterface { interface, data } => encapsulated(interface, data),
        Request::Other { data, .. } => other(data),
        // Those that are left are nothing but a function.
        _ => json!({}),
    }
}

/// What a response says behind its function, as an object.
pub fn response_fields(response: &Response<'_>) -> Value {
    match *response {
        Response::ReadCoils { coils } => json!({ "coils": bits(coils) }),
        Response::ReadDiscreteInputs { inputs } => json!({ "inputs": bits(inputs) }),
        Response::ReadHoldingRegisters { registers: values }
        | Response::ReadInputRegisters { registers: values }
        | Response::ReadWriteMultipleRegisters { registers: values }
        | Response::ReadFifoQueue { registers: values } => json!({ "registers": registers(values) }),
        Response::WriteSingleCoil { address, on } => coil(address, on),
        Response::WriteSingleRegister { address, value } => written(address, value),
        Response::ReadExceptionStatus { status } => {
            json!({ "status": bits(Bits::from_octets(&[status], 8)) })
        }
        Response::Diagnostics { diagnostic, data } => diagnostics(diagnostic, data),
        Response::GetCommEventCounter { status, events } => {
            json!({ "status": status.to_string(), "events": events.to_string() })
        }
        Response::GetCommEventLog { status, events, messages, log } => json!({
            "status": status.to_string(),
            "events": events.to_string(),
            "messages": messages.to_string(),
            "log": log.iter().map(|octet| Event(*octet).to_string()).collect::<Value>(),
        }),
        Response::WriteMultipleCoils { range } | Response::WriteMultipleRegisters { range } => place(range),
        Response::ReportServerId { data } => other(data),
        Response::ReadFileRecord { records } => {
            json!({ "records": records.iter().map(registers).collect::<Value>() })
        }
        Response::WriteFileRecord { records } => file_records(records.iter()),
        Response::MaskWriteRegister { address, and, or } => mask(address, and, or),
        Response::ReadDeviceIdentification { access, conformity, more, next, objects } => json!({
            "access": level(access),
            "conformity": { "code": conformity.0, "name": conformity.name() },
            "next": more.then(|| object_id(next)),
            "objects": objects.iter().map(object).collect::<Value>(),
        }),
        Response::EncapsulatedInterface { interface, data } => encapsulated(interface, data),
        Response::Exception { exception, .. } => {
            json!({ "exception": { "code": exception.0, "name": exception.name() } })
        }
        Response::Other { data, .. } => other(data),
        _ => json!({}),
    }
}

fn head(unit: UnitId, function: FunctionCode) -> Value {
    json!({
        "ok": true, "protocol": "modbus", "unit": unit.0, "function": function.0, "name": function.name(),
    })
}

fn place(range: Range) -> Value {
    json!({ "start": range.start(), "quantity": range.quantity() })
}

fn coil(address: u16, on: bool) -> Value {
    json!({ "address": address, "value": u8::from(on) })
}

fn written(address: u16, value: u16) -> Value {
    json!({ "address": address, "value": value.to_string() })
}

fn mask(address: u16, and: u16, or: u16) -> Value {
    json!({ "address": address, "and": and.to_string(), "or": or.to_string() })
}

fn diagnostics(diagnostic: Diagnostic, data: Registers<'_>) -> Value {
    json!({
        "diagnostic": { "code": diagnostic.0, "name": diagnostic.name() }, "data": registers(data),
    })
}

fn file_records<'a>(records: impl Iterator<Item = FileRecord<'a>>) -> Value {
    let records = records.map(|FileRecord { file, record, registers: values }| {
        json!({ "file": file, "record": record, "registers": registers(values) })
    });
    json!({ "records": records.collect::<Value>() })
}

fn level(access: Access) -> &'static str {
    match access {
        Access::Basic => "basic",
        Access::Regular => "regular",
        Access::Extended => "extended",
        Access::Individual => "individual",
    }
}

fn object_id(id: ObjectId) -> Value {
    json!({ "id": id.0, "name": id.name() })
}

fn object(Object { id, value }: Object<'_>) -> Value {
    let value = match text::ascii(value) {
        Some(text) => json!({ "text": text }),
        None => other(value),
    };
    joined([object_id(id), value])
}

fn encapsulated(interface: u8, data: &[u8]) -> Value {
    json!({ "interface": interface, "data": hex::encode_upper(data) })
}

fn other(data: &[u8]) -> Value {
    json!({ "data": hex::encode_upper(data) })
}

fn bits(bits: Bits<'_>) -> Value {
    bits.iter().map(u8::from).collect()
}

fn registers(registers: Registers<'_>) -> Value {
    registers.iter().map(|value| value.to_string()).collect()
}
