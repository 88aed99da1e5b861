//! What the Modbus commands share: the line, a client on it, and how numbers are written.

use std::time::Duration;

use inspect::Port;
use modbus_rtu::{Client, Device, Range, Request, Response, UnitId};

use crate::port::{Defaults, Line};
use crate::question::Question;

/// Longer than adapters and operating systems hold octets back.
const GAP: Duration = Duration::from_millis(50);

/// How long characters and silences are on a line.
pub fn timing(line: &Line, echo: bool) -> modbus_rtu::Line {
    let (baud, bits) = (line.baud(&Defaults::MODBUS), line.bits(&Defaults::MODBUS));
    let line = modbus_rtu::Line::new(baud, bits).buffered(GAP);
    if echo { line.echoing() } else { line }
}

/// One unit, or all, and a client that asks it.
pub struct Session {
    device: Device,
    client: Client,
    port: Port,
}

impl Session {
    pub fn open(question: Question, unit: u8, echo: bool) -> anyhow::Result<Self> {
        let retry = question.retry(&Defaults::MODBUS);
        let device = match UnitId(unit) {
            UnitId::BROADCAST => Device::BROADCAST,
            unit => Device { retry, ..Device::new(unit) },
        };
        let client = Client::new(timing(&question.line, echo));
        Ok(Self { device, client, port: question.line.open(&Defaults::MODBUS)? })
    }

    /// What `done` makes of the response; there is none if all units were asked.
    pub fn ask<T>(
        &mut self,
        request: &Request<'_>,
        done: impl FnOnce(Option<Response<'_>>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.client.start(&self.device, request)?;
        self.port.run(&mut self.client, |outcome| done(outcome?))?
    }
}

/// A number in decimal, or in hex after 0x.
pub fn number(text: &str) -> Result<u16, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|error| format!("{text}: {error}"))
}

/// START:QUANTITY.
pub fn range(text: &str) -> Result<Range, String> {
    let (start, quantity) = text.split_once(':').ok_or("the form is START:QUANTITY")?;
    Range::new(number(start)?, number(quantity)?).ok_or_else(|| "there are no such addresses".into())
}

/// ADDRESS=VALUE.
pub fn register(text: &str) -> Result<(u16, u16), String> {
    assignment(text, number)
}

/// An address and what `value` makes of the text behind =.
pub fn assignment<T>(text: &str, value: impl FnOnce(&str) -> Result<T, String>) -> Result<(u16, T), String> {
    let (address, text) = text.split_once('=').ok_or("the form is ADDRESS=VALUE")?;
    Ok((number(address)?, value(text)?))
}
