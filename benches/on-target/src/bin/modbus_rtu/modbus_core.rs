//! A node of modbus-core.

use modbus_core::rtu::server::{decode_request, encode_response};
use modbus_core::rtu::{Header, RequestAdu, ResponseAdu};
use modbus_core::{
    Data, Exception, ExceptionResponse, FunctionCode, Request, RequestPdu, Response, ResponsePdu,
};

pub struct Node {
    unit: u8,
    registers: [u16; 16],
    reply: [u8; 256],
}

impl Node {
    pub const fn new(unit: u8, registers: [u16; 16]) -> Self {
        Self { unit, registers, reply: [0; 256] }
    }

    #[inline(never)]
    pub fn answer(&mut self, request: &[u8]) -> Option<&[u8]> {
        let RequestAdu { hdr: Header { slave }, pdu: RequestPdu(request) } =
            decode_request(request).ok()??;
        if slave != self.unit {
            return None;
        }
        let mut values = [0; 32];
        let response = serve(&mut self.registers, request, &mut values)
            .map_err(|exception| ExceptionResponse { function: FunctionCode::from(request), exception });
        let adu = ResponseAdu { hdr: Header { slave }, pdu: ResponsePdu(response) };
        let length = encode_response(adu, &mut self.reply).ok()?;
        self.reply.get(..length)
    }
}

fn serve<'a>(
    registers: &mut [u16; 16],
    request: Request<'_>,
    values: &'a mut [u8; 32],
) -> Result<Response<'a>, Exception> {
    match request {
        Request::ReadHoldingRegisters(start, quantity) => {
            let registers = range(registers, start, quantity.into())?;
            let data = Data::from_words(registers, values).map_err(|_| Exception::IllegalDataValue)?;
            Ok(Response::ReadHoldingRegisters(data))
        }
        Request::WriteSingleRegister(address, value) => {
            range(registers, address, 1)?.fill(value);
            Ok(Response::WriteSingleRegister(address, value))
        }
        Request::WriteMultipleRegisters(start, data) => {
            for (register, value) in range(registers, start, data.len())?.iter_mut().zip(data) {
                *register = value;
            }
            Ok(Response::WriteMultipleRegisters(start, data.len() as u16))
        }
        _ => Err(Exception::IllegalFunction),
    }
}

fn range(registers: &mut [u16], start: u16, quantity: usize) -> Result<&mut [u16], Exception> {
    let start = usize::from(start);
    registers.get_mut(start..start + quantity).ok_or(Exception::IllegalDataAddress)
}
