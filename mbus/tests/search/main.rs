//! Meters on a simulated bus, found.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod primary;
mod secondary;

use std::time::Duration;

use mbus::{
    Address, Data, Entry, Found, Frame, Handler, Identification, Line, LongHeader, Machine, Manufacturer,
    Medium, Output, Retry, Scope, Search, Selection, Server, Status, Writer,
};

const LINE: Line = Line::new(2_400);
const RETRY: Retry = Retry { timeout: Duration::from_millis(200), retries: 0 };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A meter with one value.
#[derive(Clone, Copy)]
struct Plain {
    selection: Selection,
    value: i32,
}

impl Handler for Plain {
    fn header(&mut self) -> LongHeader {
        let Selection { identification, manufacturer, version, medium, .. } = self.selection;
        LongHeader {
            identification,
            manufacturer,
            version,
            medium,
            access: 0,
            status: Status(0),
            configuration: 0,
        }
    }

    fn records(&mut self, _: u16, records: &mut Writer<'_>) -> bool {
        Entry::new(&[0x13], Data::Int32(self.value)).write(records).unwrap();
        false
    }
}

fn water(number: u32) -> Selection {
    Selection {
        identification: Identification(number),
        manufacturer: Manufacturer(0x2C2D),
        version: 1,
        medium: Medium::WATER,
        fabrication: None,
    }
}

/// A bus with meters, and a machine that asks them. Where answers overlap, a bit is 1 where all send a 1.
struct Bus {
    meters: Vec<Server<Plain>>,
    line: Line,
    /// How many of 256 frames are lost in either direction.
    loss: u32,
    /// What the bus adds behind every frame of the master.
    noise: Vec<u8>,
    now: Duration,
    seed: u32,
    frames: u32,
}

impl Bus {
    fn new(meters: Vec<Server<Plain>>) -> Self {
        Self { meters, line: LINE, loss: 0, noise: Vec::new(), now: ms(0), seed: 1, frames: 0 }
    }

    /// Meters with numbers, all at address 0, all the same but for their numbers.
    fn numbers(numbers: &[u32]) -> Self {
        let meter = |&number| Server::new(Address(0), Plain { selection: water(number), value: 0 });
        Self::new(numbers.iter().map(meter).collect())
    }

    fn is_lost(&mut self) -> bool {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.seed >> 24 < self.loss
    }

    /// What is on the line behind a frame: when, and which octet.
    fn heard(&mut self, frame: &[u8]) -> Vec<(Duration, u8)> {
        let slot = |at: Duration| (at.as_nanos() / LINE.octet.as_nanos()) as usize;
        let mut slots: Vec<Option<u8>> = self.noise.iter().copied().map(Some).collect();
        for place in 0..self.meters.len() {
            if self.is_lost() {
                continue;
            }
            let meter = &mut self.meters[place];
            meter.receive(frame, self.now);
            let Output::Wait(Some(due)) = meter.poll(self.now) else { continue };
            let Output::Transmit(octets) = meter.poll(due) else { panic!() };
            let octets = octets.to_vec();
            let first = slot(due - self.now);
            meter.transmitted(due + LINE.time(octets.len()));
            if self.is_lost() {
                continue;
            }
            slots.resize(slots.len().max(first + octets.len()), None);
            for (slot, octet) in slots[first..].iter_mut().zip(octets) {
                *slot = Some(slot.unwrap_or(0xFF) & octet);
            }
        }
        let octets = slots.into_iter().enumerate();
        octets.filter_map(|(place, octet)| Some((LINE.octet * (place as u32 + 1), octet?))).collect()
    }

    fn search(&mut self, scope: Scope, retry: Retry) -> Vec<Found> {
        let mut search = Search::new(self.line, retry);
        search.start(scope);
        let mut found = Vec::new();
        let mut coming: Vec<(Duration, u8)> = Vec::new();
        loop {
            match search.poll(self.now) {
                Output::Done(Some(next)) => found.push(next),
                Output::Done(None) => break,
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    assert!(Frame::decode(&octets).is_ok());
                    self.now += self.line.time(octets.len());
                    if self.line.echo {
                        search.receive(&octets, self.now);
                    }
                    search.transmitted(self.now);
                    let heard = self.heard(&octets);
                    let now = self.now;
                    coming.extend(heard.into_iter().map(|(at, octet)| (now + at, octet)));
                    coming.sort();
                }
                Output::Wait(until) => match coming.first().copied() {
                    Some((at, octet)) if until.is_none_or(|until| at <= until) => {
                        coming.remove(0);
                        self.now = self.now.max(at);
                        search.receive(&[octet], self.now);
                    }
                    _ => self.now = until.unwrap(),
                },
            }
        }
        self.frames = search.frames();
        assert_eq!(search.poll(self.now + ms(100_000)), Output::Wait(None));
        assert!(self.loss > 0 || self.meters.iter().all(|meter| !meter.is_selected()));
        found
    }

    /// The secondary addresses that a search finds, in their order.
    fn selections(&mut self, scope: Scope, retry: Retry) -> Vec<Selection> {
        let found = self.search(scope, retry).into_iter().map(|found| match found {
            Found::Meter { selection, .. } => selection.unwrap(),
            Found::Garbled(target) => panic!("{target:?} is garbled"),
        });
        let mut selections: Vec<_> = found.collect();
        selections.sort();
        selections
    }

    /// The secondary addresses of its meters, in their order.
    fn own(&mut self) -> Vec<Selection> {
        let mut own: Vec<_> = self.meters.iter_mut().map(|meter| meter.handler().selection).collect();
        own.sort();
        own
    }
}

/// A generator of numbers below a limit.
fn random(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    }
}

/// A decimal number as digits.
fn bcd(number: u32) -> u32 {
    u32::from_str_radix(&number.to_string(), 16).unwrap()
}
