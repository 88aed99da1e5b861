//! Listens to DL/T 645.

mod parts;

use std::time::Duration;

use dlt645::{Command, Data, Decoder, Direction, Edition, Frame, Function, Identifier, Line, Refusal, Reply};
use meter_value::line::{Machine, Output};
use meter_value::{Invalid, Value};

use self::parts::Parts;
use super::{Heard, compact};
use crate::decode::dlt645::{fields, hex, identified};
use crate::text;

/// A machine that never transmits; its outcomes are lines to print.
pub struct Listener {
    line: Line,
    decoder: Decoder,
    heard: Heard,
    /// When octets came in last.
    last: Duration,
    parts: Parts,
}

impl Listener {
    pub fn new(line: Line) -> Self {
        let [filler, ..] = Frame::PREAMBLE;
        let heard = Heard { filler: Some(filler), ..Heard::default() };
        Self { line, decoder: Decoder::new(), heard, last: Duration::ZERO, parts: Parts::default() }
    }

    /// Takes the frames that are complete.
    fn scan(&mut self, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            match result {
                Err(error) => self.heard.miss(error),
                Ok(frame) => {
                    let line = describe(&frame, &mut self.parts);
                    let octets = (self.decoder.octets().len(), self.decoder.behind().len());
                    self.heard.frame(&line, octets, now);
                }
            }
        }
        self.heard.lose_endless(Frame::MAX_LEN, now);
    }

    /// When what came in is no part of a frame that goes on.
    fn silent_at(&self) -> Option<Duration> {
        (!self.heard.came.is_empty()).then(|| self.last.saturating_add(self.line.gap))
    }

    /// Notes the silence that has begun before `now`, if one has.
    fn elapse(&mut self, now: Duration) {
        if self.silent_at().is_some_and(|silent| silent <= now) {
            self.decoder.silence();
            self.scan(now);
            self.heard.lose(self.heard.came.len(), now);
        }
    }
}

impl Machine for Listener {
    type Outcome<'a> = String;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        self.elapse(now.saturating_sub(self.line.time(octets.len())));
        self.last = now;
        while !octets.is_empty() {
            let (fed, rest) = octets.split_at(self.decoder.feed(octets));
            self.heard.came.extend(fed);
            octets = rest;
            self.scan(now);
        }
    }

    fn transmitted(&mut self, _now: Duration) {}

    fn poll(&mut self, now: Duration) -> Output<'_, String> {
        self.elapse(now);
        match self.heard.lines.pop_front() {
            Some(line) => Output::Done(line),
            None => Output::Wait(self.silent_at()),
        }
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
