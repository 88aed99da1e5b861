//! The machine that listens, to any protocol.

use std::time::Duration;

use meter_value::line::{Machine, Output};

use super::Heard;

/// What a protocol makes of octets.
pub trait Ear {
    /// Octets of the longest frame.
    const MAX_LEN: usize;
    /// What stands before frames and tells nothing.
    const FILLER: Option<u8> = None;

    /// Takes octets that came in and returns how many; the others are for after the next frame.
    fn feed(&mut self, octets: &[u8], now: Duration) -> usize;

    /// Tells of the frames that are complete.
    fn frames(&mut self, heard: &mut Heard, now: Duration);

    /// How long octets take on the line.
    fn time(&self, octets: usize) -> Duration;

    /// When what came in is no part of a frame that goes on.
    fn silent_at(&self) -> Option<Duration>;

    /// Notes the silence that has begun before `now`, and returns whether one has.
    fn elapse(&mut self, now: Duration) -> bool;
}

/// A machine that never transmits; its outcomes are lines to print.
pub struct Listener<E> {
    ear: E,
    heard: Heard,
}

impl<E: Ear> Listener<E> {
    pub fn new(ear: E) -> Self {
        Self { ear, heard: Heard { filler: E::FILLER, ..Heard::default() } }
    }

    /// Takes the frames that are complete.
    fn scan(&mut self, now: Duration) {
        self.ear.frames(&mut self.heard, now);
        self.heard.lose_endless(E::MAX_LEN, now);
    }

    fn elapse(&mut self, now: Duration) {
        if self.ear.elapse(now) {
            self.scan(now);
            self.heard.lose(self.heard.came.len(), now);
        }
    }
}

impl<E: Ear> Machine for Listener<E> {
    type Outcome<'a>
        = String
    where
        Self: 'a;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        self.elapse(now.saturating_sub(self.ear.time(octets.len())));
        while !octets.is_empty() {
            let (fed, rest) = octets.split_at(self.ear.feed(octets, now));
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
            None => Output::Wait(self.ear.silent_at()),
        }
    }
}

/// The silence that ends what came in: one longer than `gap`.
pub struct Silence {
    gap: Duration,
    last: Option<Duration>,
}

impl Silence {
    pub const fn longer_than(gap: Duration) -> Self {
        Self { gap, last: None }
    }

    /// Notes that octets came in.
    pub const fn broken(&mut self, now: Duration) {
        self.last = Some(now);
    }

    /// When it begins.
    pub fn at(&self) -> Option<Duration> {
        Some(self.last?.saturating_add(self.gap))
    }

    /// Whether it has begun, once.
    pub fn begins(&mut self, now: Duration) -> bool {
        let begins = self.at().is_some_and(|silent| silent <= now);
        if begins {
            self.last = None;
        }
        begins
    }
}
