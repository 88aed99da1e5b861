//! Meters on a simulated line, found and told apart.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod detection;
mod every_meter;

use std::time::Duration;

use dlt645::{Address, Command, Control, Data, ErrorFlags, Frame, Identifier, Line, Machine, Output, Retry};

const LINE: Line = Line::new(2_400);
const RETRY: Retry = Retry { timeout: Duration::from_millis(600), retries: 0 };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What a line makes of octets that several send at once.
#[derive(Clone, Copy, Debug)]
enum Collision {
    /// A bit is 1 where all send a 1.
    And,
    /// Anything.
    Garbage,
}

/// How a meter answers: control and plain data.
type Script = fn(&Meter, &Command<'_>) -> Option<(u8, Vec<u8>)>;

#[derive(Clone)]
struct Meter {
    address: Address,
    /// From the end of a command to the answer.
    delay: Duration,
    /// In whose name it answers.
    name: Option<Address>,
    /// What it sends behind its answers.
    tail: &'static [u8],
    script: Script,
}

impl Meter {
    fn new(address: Address) -> Self {
        Self { address, delay: ms(20), name: None, tail: &[], script: energy }
    }

    fn answer(&self, frame: &Frame<'_>) -> Option<Vec<u8>> {
        let command = Command::decode(frame).unwrap();
        let (control, data) =
            (self.script)(self, &command).filter(|_| frame.address.matches(self.address))?;
        let address = self.name.unwrap_or(self.address);
        let reply = Frame { address, control: Control(control), data: Data::plain(&data) };
        let octets = reply.encode(&mut [0; 267]).unwrap().to_vec();
        Some([&[0xFE; 4], &octets[..], self.tail].concat())
    }
}

/// A meter of 2007 that knows its address and an energy, of its own to the last octet.
fn energy(meter: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    match *command {
        Command::ReadAddress => Some((0x93, meter.address.0.to_vec())),
        Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY } => {
            let [a, b, c, d, e, f] = meter.address.0;
            Some((0x91, vec![0, 0, 1, 0, a ^ f, b ^ e, c.wrapping_mul(3), d | 1]))
        }
        _ => None,
    }
}

/// A new meter has counted nothing yet.
fn zero(_: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let is_read = matches!(command, Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY });
    is_read.then(|| (0x91, vec![0, 0, 1, 0, 0, 0, 0, 0]))
}

/// A meter of 2007 that has no data, and refuses also what it does not know.
fn refusing(_: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let control = Control::failure(command.function()).0;
    (!matches!(command, Command::ReadAddress)).then(|| (control, vec![ErrorFlags::NO_SUCH_DATA.0]))
}

/// A meter of 1997: its energy, its number, and nothing else.
fn of_1997(meter: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    match *command {
        Command::Read { identifier: Identifier::Y1997(0x9010) } => {
            Some((0x81, vec![0x10, 0x90, 0x78, 0x56, 0x34, 0x12]))
        }
        Command::Read { identifier: Identifier::Y1997(0xC032) } => {
            Some((0x81, [&[0x32, 0xC0], &meter.address.0[..]].concat()))
        }
        _ => None,
    }
}

/// A meter of 1997 that does not have the energy, and refuses what it does not know in its own way.
fn refusing_of_1997(_: &Meter, _: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    Some((0xC1, vec![2]))
}

/// A line with meters, and a machine that asks them.
struct Bus {
    meters: Vec<Meter>,
    collision: Collision,
    line: Line,
    /// What the line adds behind every command, so long after it.
    noise: Vec<(Duration, Vec<u8>)>,
    /// Commands with their addresses, in order.
    asked: Vec<Address>,
    now: Duration,
    seed: u32,
}

impl Bus {
    fn new(meters: &[Address]) -> Self {
        let meters = meters.iter().copied().map(Meter::new).collect();
        let (collision, line) = (Collision::Garbage, LINE);
        Self { meters, collision, line, noise: Vec::new(), asked: Vec::new(), now: ms(0), seed: 1 }
    }

    fn garbage(&mut self) -> u8 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 24) as u8
    }

    /// What is on the line behind a command: when, and which octet.
    fn heard(&mut self, command: &[u8]) -> Vec<(Duration, u8)> {
        let frame = Frame::decode(command).unwrap();
        self.asked.push(frame.address);
        let answers = self.meters.iter().filter_map(|meter| Some((meter.delay, meter.answer(&frame)?)));
        let slot = |at: Duration| (at.as_nanos() / LINE.octet.as_nanos()) as usize;
        let mut slots: Vec<Vec<u8>> = Vec::new();
        for (delay, octets) in answers.chain(self.noise.clone()) {
            let first = slot(delay);
            slots.resize(slots.len().max(first + octets.len()), Vec::new());
            slots[first..].iter_mut().zip(&octets).for_each(|(slot, octet)| slot.push(*octet));
        }
        let mut heard = Vec::new();
        for (place, octets) in slots.into_iter().enumerate() {
            let octet = match (&octets[..], self.collision) {
                ([], _) => continue,
                ([octet], _) => *octet,
                (octets, Collision::And) => octets.iter().fold(0xFF, |all, octet| all & octet),
                (_, Collision::Garbage) => self.garbage(),
            };
            heard.push((LINE.octet * (place as u32 + 1), octet));
        }
        heard
    }

    /// Runs a machine until it is done.
    fn run<M: Machine, T>(&mut self, machine: &mut M, done: impl FnOnce(M::Outcome<'_>) -> T) -> T {
        let mut coming: Vec<(Duration, u8)> = Vec::new();
        loop {
            let step = match machine.poll(self.now) {
                Output::Done(outcome) => return done(outcome),
                Output::Transmit(octets) => Ok(octets.to_vec()),
                Output::Wait(until) => Err(until),
            };
            match step {
                Ok(octets) => {
                    self.now += self.line.time(octets.len());
                    if self.line.echo {
                        machine.receive(&octets, self.now);
                    }
                    machine.transmitted(self.now);
                    let heard = self.heard(&octets);
                    coming.extend(heard.into_iter().map(|(at, octet)| (self.now + at, octet)));
                    coming.sort();
                }
                Err(until) => match coming.first().copied() {
                    Some((at, octet)) if until.is_none_or(|until| at <= until) => {
                        coming.remove(0);
                        self.now = self.now.max(at);
                        machine.receive(&[octet], self.now);
                    }
                    _ => self.now = until.unwrap(),
                },
            }
        }
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}
