//! Reads a Modbus unit.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::Context;
use clap::{Args, ValueEnum};
use modbus_rtu::{Access, Event, FileRange, Object, ObjectId, Range, Request, Response};

use crate::modbus::{Session, number, range};
use crate::question::Question;
use crate::text;

/// What to read.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Asked {
    /// Holding registers: the first and how many, such as 0x6B:3
    #[arg(long, value_name = "START:QUANTITY", value_parser = range)]
    holding: Option<Range>,
    /// Input registers
    #[arg(long, value_name = "START:QUANTITY", value_parser = range)]
    input: Option<Range>,
    /// Coils
    #[arg(long, value_name = "START:QUANTITY", value_parser = range)]
    coils: Option<Range>,
    /// Discrete inputs
    #[arg(long, value_name = "START:QUANTITY", value_parser = range)]
    discrete: Option<Range>,
    /// The exception status, eight bits of the unit's own choice
    #[arg(long)]
    exception_status: bool,
    /// How many requests succeeded
    #[arg(long)]
    event_counter: bool,
    /// That, and the last events, the newest first
    #[arg(long)]
    event_log: bool,
    /// What the unit is, and whether it runs
    #[arg(long)]
    server_id: bool,
    /// The queue at an address
    #[arg(long, value_name = "ADDRESS", value_parser = number)]
    fifo: Option<u16>,
    /// Records of a file: the file, the first record and how many
    #[arg(long, value_name = "FILE:RECORD:LENGTH", value_parser = file)]
    file: Option<FileRange>,
    /// The identification, up to this level
    #[arg(long, value_name = "LEVEL")]
    identification: Option<Level>,
}

/// How much of the identification.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// Vendor, product and revision
    Basic,
    /// That, and what else the standard names
    Regular,
    /// That, and the maker's own
    Extended,
}

impl Asked {
    fn request(&self) -> Option<Request<'_>> {
        Some(match *self {
            Self { holding: Some(range), .. } => Request::ReadHoldingRegisters { range },
            Self { input: Some(range), .. } => Request::ReadInputRegisters { range },
            Self { coils: Some(range), .. } => Request::ReadCoils { range },
            Self { discrete: Some(range), .. } => Request::ReadDiscreteInputs { range },
            Self { exception_status: true, .. } => Request::ReadExceptionStatus,
            Self { event_counter: true, .. } => Request::GetCommEventCounter,
            Self { event_log: true, .. } => Request::GetCommEventLog,
            Self { server_id: true, .. } => Request::ReportServerId,
            Self { fifo: Some(address), .. } => Request::ReadFifoQueue { address },
            Self { file: Some(_), .. } => Request::ReadFileRecord { ranges: self.file.as_slice().into() },
            Self { identification: Some(level), .. } => {
                let access = match level {
                    Level::Basic => Access::Basic,
                    Level::Regular => Access::Regular,
                    Level::Extended => Access::Extended,
                };
                Request::ReadDeviceIdentification { access, object: ObjectId::VENDOR_NAME }
            }
            _ => return None,
        })
    }
}

pub fn run(question: Question, unit: u8, echo: bool, asked: &Asked) -> anyhow::Result<()> {
    let mut request = asked.request().context("nothing is asked for")?;
    let mut session = Session::open(question, unit, echo)?;
    loop {
        let more = session.ask(&request, |response| {
            let response = response.context("nobody answers")?;
            print(&request, &response, &mut io::stdout().lock())?;
            Ok(more(&response))
        })?;
        match (&mut request, more) {
            (Request::ReadDeviceIdentification { object, .. }, Some(next)) => {
                anyhow::ensure!(next > *object, "after object {} comes object {} again", object.0, next.0);
                *object = next;
            }
            _ => return Ok(()),
        }
    }
}

/// Where the identification goes on, if it does.
fn more(response: &Response<'_>) -> Option<ObjectId> {
    match *response {
        Response::ReadDeviceIdentification { more: true, next, .. } => Some(next),
        _ => None,
    }
}

fn print(request: &Request<'_>, response: &Response<'_>, out: &mut impl Write) -> io::Result<()> {
    match (*request, *response) {
        (Request::ReadHoldingRegisters { range }, Response::ReadHoldingRegisters { registers })
        | (Request::ReadInputRegisters { range }, Response::ReadInputRegisters { registers }) => {
            rows(range.iter(), registers.iter(), out)
        }
        (Request::ReadCoils { range }, Response::ReadCoils { coils: bits })
        | (Request::ReadDiscreteInputs { range }, Response::ReadDiscreteInputs { inputs: bits }) => {
            rows(range.iter(), bits.iter().map(u8::from), out)
        }
        (_, Response::ReadExceptionStatus { status }) => rows(0..8, (0..8).map(|bit| status >> bit & 1), out),
        (_, Response::GetCommEventCounter { status, events }) => {
            writeln!(out, "status {status:04X}, {events} events")
        }
        (_, Response::GetCommEventLog { status, events, messages, log }) => {
            writeln!(out, "status {status:04X}, {events} events, {messages} messages")?;
            log.iter().try_for_each(|octet| writeln!(out, "{}", Event(*octet)))
        }
        (_, Response::ReportServerId { data }) => writeln!(out, "server id: {}", data.escape_ascii()),
        (_, Response::ReadFifoQueue { registers }) => rows(0.., registers.iter(), out),
        (Request::ReadFileRecord { ranges }, Response::ReadFileRecord { records }) => ranges
            .iter()
            .zip(records.iter())
            .try_for_each(|(FileRange { record, .. }, registers)| rows(record.., registers.iter(), out)),
        (_, Response::ReadDeviceIdentification { objects, .. }) => {
            objects.iter().try_for_each(|Object { id, value }| {
                let value = text::ascii(value).map_or_else(|| text::octets(value), Into::into);
                match id.name() {
                    Some(name) => writeln!(out, "{name}: {value}"),
                    None => writeln!(out, "object {}: {value}", id.0),
                }
            })
        }
        // The client passes on nothing but the response to its request.
        _ => Ok(()),
    }
}

fn rows(
    places: impl Iterator<Item = u16>,
    values: impl Iterator<Item = impl Display>,
    out: &mut impl Write,
) -> io::Result<()> {
    places.zip(values).try_for_each(|(place, value)| writeln!(out, "{place} = {value}"))
}

fn file(text: &str) -> Result<FileRange, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [file, record, length] = parts[..] else { return Err("the form is FILE:RECORD:LENGTH".into()) };
    Ok(FileRange { file: number(file)?, record: number(record)?, length: number(length)? })
}
