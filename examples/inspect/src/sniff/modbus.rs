//! Listens to Modbus.

use std::time::Duration;

use modbus_rtu::{DecodeError, Decoder, Direction, Expect, Frame, Request, Response};

use super::{Heard, compact};
use crate::decode::modbus::{request_fields, response_fields};
use crate::text;

/// Takes frames of both directions.
pub struct Ear {
    line: modbus_rtu::Line,
    decoder: Decoder,
}

impl Ear {
    pub fn new(line: modbus_rtu::Line) -> Self {
        Self { line, decoder: Decoder::new(Expect::Both) }
    }
}

impl super::Ear for Ear {
    const MAX_LEN: usize = Frame::MAX_LEN;

    fn feed(&mut self, octets: &[u8], now: Duration) -> usize {
        self.decoder.feed_at(octets, now, &self.line)
    }

    fn frames(&mut self, heard: &mut Heard, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            match result.map(|frame| frame.pdu.len()) {
                Err(error) => heard.miss(error),
                Ok(_) => {
                    let octets = self.decoder.octets();
                    let line = describe(self.decoder.direction(), self.decoder.last(), octets);
                    heard.frame(&line, (octets.len(), self.decoder.behind().len()), now);
                }
            }
        }
    }

    fn time(&self, octets: usize) -> Duration {
        self.line.time(octets)
    }

    fn silent_at(&self) -> Option<Duration> {
        self.decoder.silent_at(&self.line)
    }

    fn elapse(&mut self, now: Duration) -> bool {
        self.decoder.elapse(now, &self.line)
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
