//! Says what a frame of a Modbus line means.
//!
//! ```console
//! $ cargo run -p meterwire-modbus-rtu --example modbus_decode -- 11 03 06 02 2B 00 00 00 64 C8 BA
//! ```
//!
//! Without a frame it takes one of its own, in which a unit tells three registers.

use std::env;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use modbus_rtu::{Frame, Request, Response};

const FRAME: &str = "11 03 06 02 2B 00 00 00 64 C8 BA";

fn main() -> ExitCode {
    let mut text: String = env::args().skip(1).collect();
    if text.is_empty() {
        text.push_str(FRAME);
    }
    match decode(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn decode(text: &str) -> anyhow::Result<()> {
    let octets = hex::decode(text.replace(' ', "")).context("a frame is written in hex digits")?;
    let frame = Frame::decode(&octets).context("this is no frame")?;
    println!("unit {}", frame.unit);

    // A frame does not say which way it goes; of many, only one way is possible.
    let request = Request::decode(frame.pdu);
    let response = Response::decode(frame.pdu);
    match &request {
        Ok(request) => println!("as a request: {request:?}"),
        Err(error) => println!("no request: {error}"),
    }
    match &response {
        Ok(response) => print(response),
        Err(error) => println!("no response: {error}"),
    }
    ensure!(request.is_ok() || response.is_ok(), "the frame is intact, but means nothing");
    Ok(())
}

fn print(response: &Response<'_>) {
    match *response {
        Response::ReadHoldingRegisters { registers } | Response::ReadInputRegisters { registers } => {
            println!("as a response: {} registers", registers.len());
            for (place, value) in registers.iter().enumerate() {
                println!("  {place}: {value}, in hex {value:04X}, with a sign {}", value.cast_signed());
            }
        }
        Response::Exception { function, exception } => {
            println!("as a response: {function:?} is refused: {exception}");
        }
        ref other => println!("as a response: {other:?}"),
    }
}
