//! A simulated serial line: its meters, who asks them, and the octets between them.

use std::collections::VecDeque;
use std::time::Duration;

use meter_value::line::{Machine, Output};
use telemetry::{Line, Parity};

use crate::meters::Answer;

/// How long octets take: a start bit, 8 data bits, parity or none, a stop bit.
fn time(line: Line, octets: usize) -> Duration {
    let bits = if has_parity(line) { 11 } else { 10 };
    Duration::from_secs(octets as u64 * bits) / line.baud.get()
}

/// With a parity bit the receiver drops a damaged octet; without, it takes it for good.
fn has_parity(line: Line) -> bool {
    line.parity != Parity::None
}

/// One octet in this many is damaged.
const NOISE: usize = 20_000;

struct Burst {
    at: Duration,
    octets: Vec<u8>,
    /// The meter that sent it, if it was not the client.
    from: Option<usize>,
}

/// Meters on one pair of wires.
pub struct Bus {
    meters: Vec<Box<dyn Answer>>,
    /// When the client's octets have all left.
    leaves: Option<Duration>,
    to_meters: VecDeque<Burst>,
    to_client: VecDeque<Burst>,
}

impl Bus {
    pub fn new(meters: Vec<Box<dyn Answer>>) -> Self {
        Self { meters, leaves: None, to_meters: VecDeque::new(), to_client: VecDeque::new() }
    }

    /// Moves octets that are due between the meters and who asks them; hands `done` the end of a transaction; says
    /// when to come again.
    pub fn step<C: Machine>(
        &mut self,
        client: &mut C,
        line: Line,
        now: Duration,
        chance: &mut fastrand::Rng,
        mut done: impl FnMut(C::Outcome<'_>),
    ) -> Option<Duration> {
        while let Some(burst) = arrived(&mut self.to_meters, now) {
            // A meter does not hear itself, but it hears the others.
            let others = self.meters.iter_mut().enumerate().filter(|(index, _)| Some(*index) != burst.from);
            others.for_each(|(_, meter)| meter.receive(&burst.octets, now));
        }
        while let Some(burst) = arrived(&mut self.to_client, now) {
            client.receive(&burst.octets, now);
        }
        if self.leaves.take_if(|leaves| *leaves <= now).is_some() {
            client.transmitted(now);
        }

        let mut next = self.leaves;
        let mut wake = |at: Option<Duration>| next = next.into_iter().chain(at).min();
        for (index, meter) in self.meters.iter_mut().enumerate() {
            loop {
                let octets = match meter.poll(now) {
                    Ok(octets) => octets,
                    Err(until) => {
                        wake(until);
                        break;
                    }
                };
                // A UART hands over what it has in pieces.
                let (first, second) = octets.split_at(octets.len() / 2);
                let (middle, end) = (now + time(line, first.len()), now + time(line, octets.len()));
                for (at, part) in [(middle, first), (end, second)] {
                    for queue in [&mut self.to_client, &mut self.to_meters] {
                        queue.push_back(Burst { at, octets: damaged(part, line, chance), from: Some(index) });
                    }
                }
            }
        }
        loop {
            match client.poll(now) {
                Output::Transmit(octets) => {
                    let at = now + time(line, octets.len());
                    self.leaves = Some(at);
                    wake(Some(at));
                    let octets = damaged(octets, line, chance);
                    self.to_meters.push_back(Burst { at, octets, from: None });
                }
                Output::Wait(until) => {
                    wake(until);
                    break;
                }
                Output::Done(outcome) => done(outcome),
            }
        }
        for queue in [&self.to_meters, &self.to_client] {
            wake(queue.front().map(|burst| burst.at));
        }
        next
    }
}

/// The first burst that is due.
fn arrived(queue: &mut VecDeque<Burst>, now: Duration) -> Option<Burst> {
    if queue.front()?.at <= now { queue.pop_front() } else { None }
}

/// What arrives of octets.
fn damaged(octets: &[u8], line: Line, chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut arrived = octets.to_vec();
    arrived.retain_mut(|octet| {
        if chance.usize(..NOISE) != 0 {
            return true;
        }
        *octet ^= 1 << chance.u8(..8);
        !has_parity(line)
    });
    arrived
}
