//! What the DL/T 645 commands share: the line, a client on it, and how times and passwords are written.

use dlt645::{Address, Client, Command, Device, Operator, Password, Reply};
use inspect::Port;
use meter_value::{Date, DateTime, Recurrence, Time};

use crate::port::{Defaults, Line};
use crate::question::Question;

/// Room for an answer in several frames: that of 62 load records.
pub const ROOM: usize = 8_192;

/// How long octets and silences are on a line.
pub fn timing(line: &Line, echo: bool) -> dlt645::Line {
    let line = dlt645::Line::new(line.baud(&Defaults::DLT645));
    if echo { line.echoing() } else { line }
}

/// One meter, or all, and a client that asks it.
pub struct Session {
    device: Device,
    pub client: Client<ROOM>,
    port: Port,
}

impl Session {
    pub fn open(question: Question, address: Address, echo: bool) -> anyhow::Result<Self> {
        let retry = question.retry(&Defaults::DLT645);
        let device = match address {
            Address::BROADCAST => Device::BROADCAST,
            address => Device { retry, ..Device::new(address) },
        };
        let client = Client::new(timing(&question.line, echo));
        Ok(Self { device, client, port: question.line.open(&Defaults::DLT645)? })
    }

    /// What `done` makes of the reply; there is none if all meters were asked.
    pub fn ask<T>(
        &mut self,
        command: &Command<'_>,
        done: impl FnOnce(Option<Reply<'_>>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.client.start(&self.device, command)?;
        self.port.run(&mut self.client, |outcome| done(outcome?))?
    }
}

/// LEVEL:DIGITS.
pub fn password(text: &str) -> Result<Password, String> {
    let form = "the form is LEVEL:DIGITS, of one and six digits";
    let (level, digits) = text.split_once(':').ok_or(form)?;
    let are_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if level.len() != 1 || digits.len() != 6 || !are_digits(level) || !are_digits(digits) {
        return Err(form.into());
    }
    let [.., a, b, c] = u32::from_str_radix(digits, 16).map_err(|_| form)?.to_be_bytes();
    Ok(Password { level: level.parse().map_err(|_| form)?, digits: [c, b, a] })
}

/// Up to eight hex digits.
pub fn operator(text: &str) -> Result<Operator, String> {
    u32::from_str_radix(text, 16).map(Operator).map_err(|error| format!("{text}: {error}"))
}

/// YYYY-MM-DDThh:mm:ss, the seconds being 0 unless they are there.
pub fn date_time(text: &str) -> Result<DateTime, String> {
    let at =
        text.split_once('T').and_then(|(day, clock)| Some(DateTime { date: date(day)?, time: time(clock)? }));
    at.ok_or_else(|| format!("{text}: the form is YYYY-MM-DDThh:mm:ss"))
}

/// YYYY-MM-DD.
pub fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    Date::new(year.parse().ok()?, two(month)?, two(day)?)
}

/// hh:mm or hh:mm:ss.
pub fn time(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        [hour, minute] => Time::new(two(hour)?, two(minute)?, 0),
        [hour, minute, second] => Time::new(two(hour)?, two(minute)?, two(second)?),
        _ => None,
    }
}

/// MM-DD, DDThh, MM-DDThh or MM-DDThh:mm, of which 99 is every one.
pub fn recurrence(text: &str) -> Option<Recurrence> {
    let part = |text: &str| two(text).map(|number| Some(number).filter(|number| *number != 99));
    let (day, clock) = text.split_once('T').map_or((text, None), |(day, clock)| (day, Some(clock)));
    let (month, day) = day.split_once('-').map_or((None, day), |(month, day)| (Some(month), day));
    let (hour, minute) = match clock.map(|clock| clock.split_once(':').ok_or(clock)) {
        Some(Ok((hour, minute))) => (part(hour)?, part(minute)?),
        Some(Err(hour)) => (part(hour)?, None),
        None if month.is_none() => return None,
        None => (None, None),
    };
    let month = month.map_or(Some(None), part)?;
    Recurrence::new(month, part(day)?, hour, minute)
}

/// Two digits.
fn two(text: &str) -> Option<u8> {
    text.parse().ok().filter(|_| text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit()))
}
