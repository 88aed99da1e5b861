//! Writes to a Modbus unit.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use modbus_rtu::{Range, Request, Response};

use crate::modbus::{Session, assignment, number, register};
use crate::question::Question;

/// What to write.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Values {
    /// One coil
    #[arg(long, value_name = "ADDRESS=on|off", value_parser = coil)]
    coil: Option<(u16, bool)>,
    /// One holding register, such as 0x6B=555
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = register)]
    register: Option<(u16, u16)>,
    /// Holding registers, from the address on
    #[arg(long, value_name = "ADDRESS=VALUE,...", value_parser = registers)]
    registers: Option<(u16, Vec<u16>)>,
    /// Coils, from the address on
    #[arg(long, value_name = "ADDRESS=1|0,...", value_parser = coils)]
    coils: Option<(u16, Vec<bool>)>,
    /// Keep the bits of a holding register that are 1 in AND, set the others as in OR
    #[arg(long, value_name = "ADDRESS=AND:OR", value_parser = mask)]
    mask: Option<(u16, (u16, u16))>,
}

impl Values {
    fn request(&self) -> Option<Request<'_>> {
        Some(match *self {
            Self { coil: Some((address, on)), .. } => Request::WriteSingleCoil { address, on },
            Self { register: Some((address, value)), .. } => Request::WriteSingleRegister { address, value },
            Self { registers: Some((start, ref values)), .. } => {
                Request::WriteMultipleRegisters { start, registers: values[..].into() }
            }
            Self { coils: Some((start, ref values)), .. } => {
                Request::WriteMultipleCoils { start, coils: values[..].into() }
            }
            Self { mask: Some((address, (and, or))), .. } => Request::MaskWriteRegister { address, and, or },
            _ => return None,
        })
    }
}

pub fn run(question: Question, unit: u8, echo: bool, values: &Values) -> anyhow::Result<()> {
    let request = values.request().context("nothing is to be written")?;
    let mut session = Session::open(question, unit, echo)?;
    session.ask(&request, |response| {
        let mut out = io::stdout().lock();
        match response.map(|response| written(&response)) {
            Some(Some(range)) if range.quantity() > 1 => {
                writeln!(out, "wrote {} to {}", range.start(), range.last())?;
            }
            Some(Some(range)) => writeln!(out, "wrote {}", range.start())?,
            // The client passes on nothing but the response to its request.
            Some(None) => {}
            None => writeln!(out, "sent to all units, of which none answers")?,
        }
        Ok(())
    })
}

/// The addresses that a unit says it has written.
fn written(response: &Response<'_>) -> Option<Range> {
    match *response {
        Response::WriteSingleCoil { address, .. }
        | Response::WriteSingleRegister { address, .. }
        | Response::MaskWriteRegister { address, .. } => Some(Range::one(address)),
        Response::WriteMultipleCoils { range } | Response::WriteMultipleRegisters { range } => Some(range),
        _ => None,
    }
}

fn coil(text: &str) -> Result<(u16, bool), String> {
    assignment(text, |value| match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{value}: a coil is on or off")),
    })
}

fn coils(text: &str) -> Result<(u16, Vec<bool>), String> {
    let bit = |value: &str| match value {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(format!("{value}: a coil is 1 or 0")),
    };
    assignment(text, |values| values.split(',').map(bit).collect())
}

fn registers(text: &str) -> Result<(u16, Vec<u16>), String> {
    assignment(text, |values| values.split(',').map(number).collect())
}

fn mask(text: &str) -> Result<(u16, (u16, u16)), String> {
    assignment(text, |masks| {
        let (and, or) = masks.split_once(':').ok_or("the form is ADDRESS=AND:OR")?;
        Ok((number(and)?, number(or)?))
    })
}
