use core::hint::black_box;

use ::modbus_rtu::{
    Client, Decoder, Direction, ExceptionCode, Frame, FunctionCode, Handler, Range, Registers, Request,
    Response, Retry, Server, UnitId,
};

use crate::{any_time, drive, with_buffer};

pub fn run(octets: &[u8]) {
    frames(octets);
    requests(octets);
    responses(octets);
    decoder(octets);
    client(octets);
    server(octets);
}

fn any_unit() -> UnitId {
    black_box(UnitId(0))
}

fn frames(octets: &[u8]) {
    black_box(Frame::decode(octets).is_ok());
    let frame = black_box(Frame { unit: any_unit(), pdu: octets });
    black_box(with_buffer(|buffer| frame.encode(buffer).is_ok()));
}

fn requests(octets: &[u8]) {
    black_box(Request::decode(octets).is_ok());
    let request = black_box(Request::WriteSingleRegister { address: 0, value: 0 });
    black_box(request.function());
    black_box(with_buffer(|buffer| request.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| request.encode_frame(any_unit(), buffer).is_ok()));
}

fn responses(octets: &[u8]) {
    if let Ok(Response::ReadHoldingRegisters { registers }) = Response::decode(octets) {
        registers_of(registers);
    }
    let response = black_box(Response::WriteSingleRegister { address: 0, value: 0 });
    black_box(response.function());
    black_box(response == black_box(response));
    black_box(with_buffer(|buffer| response.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| response.encode_frame(any_unit(), buffer).is_ok()));
}

fn registers_of(registers: Registers<'_>) {
    black_box((registers.len(), registers.is_empty(), registers.at(black_box(0))));
    registers.iter().for_each(|value| _ = black_box(value));
    black_box(registers == black_box(registers));
}

fn decoder(octets: &[u8]) {
    let mut decoder: Decoder = Decoder::new(black_box(Direction::Request));
    black_box(black_box(&mut decoder).feed(octets));
    black_box(&mut decoder).silence();
    while let Some(result) = black_box(&mut decoder).frame() {
        black_box(result.is_ok());
    }
    black_box(&mut decoder).clear();
    black_box(&mut decoder);
}

fn client(octets: &[u8]) {
    let mut client = Client::new(Retry { timeout: any_time(), retries: 0 });
    let request = black_box(Request::Other { function: FunctionCode(0), data: octets });
    black_box(black_box(&mut client).start(any_unit(), &request).is_ok());
    drive(&mut client, octets);
}

fn server(octets: &[u8]) {
    let mut server = Server::new(any_unit(), Unit);
    drive(&mut server, octets);
    black_box(black_box(&mut server).handler());
}

struct Unit;

impl Handler for Unit {
    fn read_holding_registers(&mut self, range: Range, registers: &mut [u16]) -> Result<(), ExceptionCode> {
        black_box((range, registers));
        black_box(Ok(()))
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        black_box((address, value));
        black_box(Ok(()))
    }
}
