//! Listens to DL/T 645.

mod parts;

use std::time::Duration;

use dlt645::{Command, Data, Decoder, Direction, Edition, Frame, Function, Identifier, Line, Refusal, Reply};
use meter_value::{Invalid, Value};

use self::parts::Parts;
use super::listener::Silence;
use super::{Heard, compact};
use crate::decode::dlt645::{fields, hex, identified};
use crate::text;

/// Takes frames of both editions and directions.
pub struct Ear {
    line: Line,
    decoder: Decoder,
    silence: Silence,
    parts: Parts,
}

impl Ear {
    pub fn new(line: Line) -> Self {
        let silence = Silence::longer_than(line.gap);
        Self { line, decoder: Decoder::new(), silence, parts: Parts::default() }
    }
}

impl super::Ear for Ear {
    const MAX_LEN: usize = Frame::MAX_LEN;
    const FILLER: Option<u8> = Frame::PREAMBLE.first().copied();

    fn feed(&mut self, octets: &[u8], now: Duration) -> usize {
        self.silence.broken(now);
        self.decoder.feed(octets)
    }

    fn frames(&mut self, heard: &mut Heard, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            match result {
                Err(error) => heard.miss(error),
                Ok(frame) => {
                    let line = describe(&frame, &mut self.parts);
                    let octets = (self.decoder.octets().len(), self.decoder.behind().len());
                    heard.frame(&line, octets, now);
                }
            }
        }
    }

    fn time(&self, octets: usize) -> Duration {
        self.line.time(octets)
    }

    fn silent_at(&self) -> Option<Duration> {
        self.silence.at()
    }

    fn elapse(&mut self, now: Duration) -> bool {
        let begins = self.silence.begins(now);
        if begins {
            self.decoder.silence();
        }
        begins
    }
}

/// An intact frame in a line.
fn describe(frame: &Frame<'_>, parts: &mut Parts) -> String {
    let (function, edition) = (frame.control.function(), frame.edition());
    let direction = match frame.control.direction() {
        Direction::Command => "command",
        Direction::Reply => "reply  ",
    };
    let year = match function {
        Function::BROADCAST_TIME => "both".into(),
        _ => edition.to_string(),
    };
    let name = function.name_in(edition).map_or_else(|| format!("function {:02X}", function.0), Into::into);
    let identifier = identified(frame, edition).0.map(|identifier| format!(" {identifier}"));
    let identifier = identifier.unwrap_or_default();
    let said = match frame.control.direction() {
        Direction::Command => command(frame),
        Direction::Reply => reply(frame, edition, parts),
    };
    format!("{direction} {year} meter {} {name}{identifier}{}{said}", frame.address, compact(&fields(frame)))
}

/// What a command has behind its fields.
fn command(frame: &Frame<'_>) -> String {
    match Command::decode(frame) {
        Ok(Command::Write { identifier, data, .. }) => values(identifier, data),
        Ok(Command::Authenticate { data, .. } | Command::Other { data, .. }) => octets(data),
        Ok(_) => String::new(),
        Err(error) => format!(": {error}"),
    }
}

/// What a reply has behind its fields.
fn reply(frame: &Frame<'_>, edition: Edition, parts: &mut Parts) -> String {
    match Reply::decode(frame) {
        Ok(Reply::Failed { error: Refusal::Flags(flags), .. }) => {
            let names: Vec<&str> = flags.names_in(edition).collect();
            format!(" refused: {}", names.join(", "))
        }
        Ok(Reply::Failed { error, .. }) => format!(" refused: {error}"),
        Ok(Reply::Read { identifier, data, more } | Reply::ReadAgain { identifier, data, more }) => {
            parts.begin(frame.address, identifier, data, more);
            match more {
                false => values(identifier, data),
                true if identifier.values(data).any(|item| is_cut(item.value)) => " goes on".into(),
                // What follows may be a report.
                true => format!("{}; goes on", values(identifier, data)),
            }
        }
        Ok(Reply::ReadFollowUp { identifier, data, sequence, more }) => {
            match parts.go_on(frame.address, identifier, data, sequence) {
                _ if more => " goes on".into(),
                Some(all) => values(identifier, Data::plain(all)),
                None => values(identifier, data),
            }
        }
        Ok(Reply::Address(address)) => format!(": {address}"),
        Ok(Reply::Accepted { .. }) => ": done".into(),
        Ok(Reply::Authenticate { data, .. } | Reply::Other { data, .. }) => octets(data),
        Ok(_) => String::new(),
        Err(error) => format!(": {error}"),
    }
}

/// Whether the rest of a value follows.
fn is_cut(value: Value<'_>) -> bool {
    matches!(value, Value::Invalid(Invalid::Length))
}

fn values(identifier: Identifier, data: Data<'_>) -> String {
    let items = text::items(identifier.values(data), |point| point.to_string());
    if items.is_empty() { octets(data) } else { format!(": {}", items.join("; ")) }
}

fn octets(data: Data<'_>) -> String {
    format!(": data {}", hex(data))
}
