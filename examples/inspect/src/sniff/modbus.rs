//! Listens to Modbus.

use std::time::Duration;

use meter_value::line::{Machine, Output};
use modbus_rtu::{DecodeError, Decoder, Direction, Expect, Frame, Request, Response};

use super::{Heard, compact};
use crate::decode::modbus::{request_fields, response_fields};
use crate::text;

/// A machine that never transmits; its outcomes are lines to print.
pub struct Listener {
    line: modbus_rtu::Line,
    decoder: Decoder,
    heard: Heard,
}

impl Listener {
    pub fn new(line: modbus_rtu::Line) -> Self {
        Self { line, decoder: Decoder::new(Expect::Both), heard: Heard::default() }
    }

    /// Takes the frames that are complete.
    fn scan(&mut self, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            match result.map(|frame| frame.pdu.len()) {
                Err(error) => self.heard.miss(error),
                Ok(_) => {
                    let octets = self.decoder.octets();
                    let line = describe(self.decoder.direction(), self.decoder.last(), octets);
                    self.heard.frame(&line, (octets.len(), self.decoder.behind().len()), now);
                }
            }
        }
        self.heard.lose_endless(Frame::MAX_LEN, now);
    }

    /// Notes the silence that has begun before `now`, if one has.
    fn elapse(&mut self, now: Duration) {
        if self.decoder.elapse(now, &self.line) {
            self.scan(now);
            self.heard.lose(self.heard.came.len(), now);
        }
    }
}

impl Machine for Listener {
    type Outcome<'a> = String;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        self.elapse(now.saturating_sub(self.line.time(octets.len())));
        while !octets.is_empty() {
            let (fed, rest) = octets.split_at(self.decoder.feed_at(octets, now, &self.line));
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
            None => Output::Wait(self.decoder.silent_at(&self.line)),
        }
    }
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
