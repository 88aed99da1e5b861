//! A node of rustmod-core, which has payloads and frames; what is served is its user's.

use rustmod_core::UnitId;
use rustmod_core::encoding::{Reader, Writer};
use rustmod_core::frame::rtu;
use rustmod_core::pdu::{
    DecodedRequest, ExceptionCode, ExceptionResponse, ReadHoldingRegistersResponse, Response,
    WriteMultipleRegistersResponse, WriteSingleRegisterResponse,
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
        let (unit, pdu) = rtu::decode_frame(request).ok()?;
        if unit != UnitId::new(self.unit) {
            return None;
        }
        let request = DecodedRequest::decode(&mut Reader::new(pdu)).ok()?;
        let (mut values, mut pdu) = ([0; 32], [0; 253]);
        let response = serve(&mut self.registers, &request, &mut values).unwrap_or_else(|exception_code| {
            let function_code = request.function_code().as_u8();
            Response::Exception(ExceptionResponse { function_code, exception_code })
        });
        let mut writer = Writer::new(&mut pdu);
        response.encode(&mut writer).ok()?;
        let mut frame = Writer::new(&mut self.reply);
        rtu::encode_frame(&mut frame, unit, writer.as_written()).ok()?;
        let length = frame.as_written().len();
        self.reply.get(..length)
    }
}

fn serve<'a>(
    registers: &mut [u16; 16],
    request: &DecodedRequest<'_>,
    values: &'a mut [u8; 32],
) -> Result<Response<'a>, ExceptionCode> {
    match request {
        DecodedRequest::ReadHoldingRegisters(read) => {
            let registers = range(registers, read.start_address, read.quantity.into())?;
            let data = values.get_mut(..2 * registers.len()).ok_or(ExceptionCode::IllegalDataValue)?;
            for (pair, register) in data.as_chunks_mut().0.iter_mut().zip(registers) {
                *pair = register.to_be_bytes();
            }
            Ok(Response::ReadHoldingRegisters(ReadHoldingRegistersResponse { data }))
        }
        DecodedRequest::WriteSingleRegister(write) => {
            let (address, value) = (write.address, write.value);
            range(registers, address, 1)?.fill(value);
            Ok(Response::WriteSingleRegister(WriteSingleRegisterResponse { address, value }))
        }
        DecodedRequest::WriteMultipleRegisters(write) => {
            let (start_address, quantity) = (write.start_address, write.quantity());
            let registers = range(registers, start_address, quantity)?.iter_mut();
            for (register, value) in registers.zip((0..).map_while(|index| write.register(index))) {
                *register = value;
            }
            let quantity = quantity as u16;
            let response = WriteMultipleRegistersResponse { start_address, quantity };
            Ok(Response::WriteMultipleRegisters(response))
        }
        _ => Err(ExceptionCode::IllegalFunction),
    }
}

fn range(registers: &mut [u16], start: u16, quantity: usize) -> Result<&mut [u16], ExceptionCode> {
    let start = usize::from(start);
    registers.get_mut(start..start + quantity).ok_or(ExceptionCode::IllegalDataAddress)
}
