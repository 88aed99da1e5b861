//! Listens to M-Bus.

use std::time::Duration;

use mbus::{Address, BaudRate, Ci, Content, Control, Decoder, Frame, Line, Selection};
use meter_value::line::{Machine, Output};

use super::Heard;
use crate::mbus::{lines, selection};

/// A machine that never transmits; its outcomes are lines to print.
pub struct Listener {
    line: Line,
    decoder: Decoder,
    heard: Heard,
    /// When octets came in last.
    last: Duration,
}

/// More octets than these before an acknowledgement may be a damaged frame that it is part of.
const GLITCH: usize = 3;

impl Listener {
    pub fn new(line: Line) -> Self {
        Self { line, decoder: Decoder::new(), heard: Heard::default(), last: Duration::ZERO }
    }

    /// Takes the frames that are complete.
    fn scan(&mut self, now: Duration) {
        while let Some(result) = self.decoder.frame() {
            let described = result.map(|frame| (frame == Frame::Ack, describe(&frame)));
            let octets = (self.decoder.octets().len(), self.decoder.behind().len());
            match described {
                Err(error) => self.heard.miss(error),
                Ok((true, _)) if self.heard.came.len() > GLITCH + octets.0 + octets.1 => {}
                Ok((_, line)) => self.heard.frame(&line, octets, now),
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
