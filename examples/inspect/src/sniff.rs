//! Listens to others on a line and prints what they say.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use meter_value::line::{Machine, Output};
use modbus_rtu::{DecodeError, Decoder, Direction, Expect, Frame, Request, Response};
use serde_json::Value;

use crate::decode::modbus::{request_fields, response_fields};
use crate::modbus::timing;
use crate::port::{Defaults, Line};
use crate::text;

/// The line to listen to.
#[derive(Subcommand)]
pub enum Bus {
    /// Print each frame with its time in seconds, its direction and its fields
    Modbus {
        #[command(flatten)]
        line: Line,
    },
}

pub fn run(Bus::Modbus { line }: Bus) -> anyhow::Result<Infallible> {
    let mut listener = Listener::new(timing(&line, false));
    let mut port = line.open(&Defaults::MODBUS)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening to modbus on {}", port.path)?;
    loop {
        let heard = port.run(&mut listener, |heard| heard)?;
        writeln!(stdout, "{heard}")?;
        stdout.flush()?;
    }
}

/// A machine that never transmits; its outcomes are lines to print.
struct Listener {
    line: modbus_rtu::Line,
    decoder: Decoder,
    /// What came in and is not yet part of a line.
    came: Vec<u8>,
    /// Why that is no frame.
    error: Option<DecodeError>,
    heard: VecDeque<String>,
}

impl Listener {
    fn new(line: modbus_rtu::Line) -> Self {
        let decoder = Decoder::new(Expect::Both);
        Self { line, decoder, came: Vec::new(), error: None, heard: VecDeque::new() }
    }

    /// Takes the frames that are complete.
    fn scan(&mut self, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            match result.map(|frame| frame.pdu.len()) {
                Err(error) => _ = self.error.get_or_insert(error),
                Ok(_) => {
                    let octets = self.decoder.octets();
                    let (len, behind) = (octets.len(), self.decoder.behind().len());
                    let line = describe(self.decoder.direction(), self.decoder.last(), octets);
                    let lost = self.came.len().saturating_sub(len + behind);
                    self.lose(lost, now);
                    self.came.drain(..len);
                    self.heard.push_back(format!("{} {line}", time(now)));
                }
            }
        }
        // More than the decoder holds is lost, even if the noise has no end.
        let lost = self.came.len().saturating_sub(Frame::MAX_LEN);
        if lost >= Frame::MAX_LEN {
            self.lose(lost, now);
        }
    }

    /// Tells of the first octets that came in, which are no frame.
    fn lose(&mut self, count: usize, now: Duration) {
        let error = self.error.take();
        let octets: Vec<u8> = self.came.drain(..count).collect();
        if !octets.is_empty() {
            let why = error.map_or_else(|| "no frame".into(), |error| error.to_string());
            self.heard.push_back(format!("{} {why}: {}", time(now), text::octets(&octets)));
        }
    }

    /// Notes the silence that has begun before `now`, if one has.
    fn elapse(&mut self, now: Duration) {
        if self.decoder.elapse(now, &self.line) {
            self.scan(now);
            self.lose(self.came.len(), now);
        }
    }
}

impl Machine for Listener {
    type Outcome<'a> = String;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        self.elapse(now.saturating_sub(self.line.time(octets.len())));
        while !octets.is_empty() {
            let (fed, rest) = octets.split_at(self.decoder.feed_at(octets, now, &self.line));
            self.came.extend(fed);
            octets = rest;
            self.scan(now);
        }
    }

    fn transmitted(&mut self, _now: Duration) {}

    fn poll(&mut self, now: Duration) -> Output<'_, String> {
        self.elapse(now);
        match self.heard.pop_front() {
            Some(line) => Output::Done(line),
            None => Output::Wait(self.decoder.silent_at(&self.line)),
        }
    }
}

fn time(now: Duration) -> String {
    format!("{:9.3}", now.as_secs_f64())
}

/// An intact frame in a line.
fn describe(direction: Direction, frame: Result<Frame<'_>, DecodeError>, octets: &[u8]) -> String {
    let decoded = frame.and_then(|Frame { unit, pdu }| {
        Ok(match direction {
            Direction::Request => {
                let request = Request::decode(pdu)?;
                (unit, request.function(), request_fields(&request))
            }
            Direction::Response => {
                let response = Response::decode(pdu)?;
                (unit, response.function(), response_fields(&response))
            }
        })
    });
    let direction = match direction {
        Direction::Request => "request ",
        Direction::Response => "response",
    };
    match decoded {
        Ok((unit, function, fields)) => {
            let name = function.name().map_or_else(|| format!("function {:#04X}", function.0), Into::into);
            format!("{direction} unit {unit} {name}{}", compact(&fields))
        }
        Err(error) => format!("{direction} {error}: {}", text::octets(octets)),
    }
}

/// The fields of an object, each behind a space.
fn compact(object: &Value) -> String {
    let fields = object.as_object().into_iter().flatten();
    fields.map(|(name, value)| format!(" {name}={}", plain(value))).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            format!("[{}]", values.join(","))
        }
        Value::Object(fields) => match fields.get("name") {
            // A number and what it is called.
            Some(Value::String(name)) if fields.len() == 2 => name.clone(),
            _ => format!("({})", compact(value).trim_start()),
        },
        _ => value.to_string(),
    }
}
