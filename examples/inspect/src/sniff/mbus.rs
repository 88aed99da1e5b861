//! Listens to M-Bus.

use std::time::Duration;

use mbus::{Address, BaudRate, Ci, Content, Control, Decoder, Frame, Line, Selection};

use super::Heard;
use super::listener::Silence;
use crate::mbus::{lines, selection};

/// Takes frames of both directions.
pub struct Ear {
    line: Line,
    decoder: Decoder,
    silence: Silence,
}

/// More octets than these before an acknowledgement may be a damaged frame that it is part of.
const GLITCH: usize = 3;

impl Ear {
    pub fn new(line: Line) -> Self {
        let silence = Silence::longer_than(line.gap);
        Self { line, decoder: Decoder::new(), silence }
    }
}

impl super::Ear for Ear {
    const MAX_LEN: usize = Frame::MAX_LEN;

    fn feed(&mut self, octets: &[u8], now: Duration) -> usize {
        self.silence.broken(now);
        self.decoder.feed(octets)
    }

    fn frames(&mut self, heard: &mut Heard, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            let described = result.map(|frame| (frame == Frame::Ack, describe(&frame)));
            let octets = (self.decoder.octets().len(), self.decoder.behind().len());
            match described {
                Err(error) => heard.miss(error),
                Ok((true, _)) if heard.came.len() > GLITCH + octets.0 + octets.1 => {}
                Ok((_, line)) => heard.frame(&line, octets, now),
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
fn describe(frame: &Frame<'_>) -> String {
    match *frame {
        Frame::Ack => "reply   acknowledged".into(),
        Frame::Short { control, address } => link(control, address),
        Frame::Control { control, address, ci } => link(control, address) + &said(ci, &[]),
        Frame::Long { control, address, ci, data } => link(control, address) + &said(ci, data),
    }
}

/// Who speaks to whom, and what for.
fn link(control: Control, address: Address) -> String {
    let direction = if control.from_primary() { "command" } else { "reply  " };
    let meter = match address {
        Address::SELECTED => "selected meter".into(),
        Address::TEST => "any meter".into(),
        Address::BROADCAST => "all meters".into(),
        address => format!("meter {address}"),
    };
    let name = control.name().map_or_else(|| format!("control {:02X}", control.0), Into::into);
    let mut line = format!("{direction} {meter} {name}");
    if control.fcv() {
        line += &format!(" fcb={}", u8::from(control.fcb()));
    }
    for (is_set, bit) in [(control.acd(), " acd=1"), (control.dfc(), " dfc=1")] {
        if is_set {
            line += bit;
        }
    }
    line
}

/// What a frame carries.
fn said(ci: Ci, data: &[u8]) -> String {
    if let Some(rate) = BaudRate::of(ci) {
        return format!(" switch to {rate}");
    }
    let name = ci.name().map_or_else(|| format!("CI {:02X}", ci.0), Into::into);
    if ci == Ci::SELECT {
        return match Selection::decode(data) {
            Ok(meters) => format!(" {name}: {}", selection(&meters)),
            Err(error) => format!(" {name}: {error}: {}", hex::encode_upper(data)),
        };
    }
    match Content::decode(ci, data) {
        Ok(content) => {
            let lines = lines(&content).join("; ");
            match content {
                Content::Reset { .. } | Content::Other { .. } if lines.is_empty() => format!(" {name}"),
                Content::Reset { .. } | Content::Other { .. } => format!(" {name}: {lines}"),
                _ => format!(": {lines}"),
            }
        }
        Err(error) => format!(" {name}: {error}: {}", hex::encode_upper(data)),
    }
}
