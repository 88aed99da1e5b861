//! A simulated serial line: one client, its meters, and the octets between them.

use std::collections::VecDeque;
use std::time::Duration;

use meter_value::line::{Machine, Output};

/// A line's speed, and what happens to a damaged octet.
#[derive(Clone, Copy)]
pub struct Format {
    pub baud: u32,
    /// With a parity bit the receiver drops a damaged octet; without, it takes it for good.
    pub parity: bool,
}

impl Format {
    /// How long octets take: a start bit, 8 data bits, parity or none, a stop bit.
    fn time(self, octets: usize) -> Duration {
        let bits = if self.parity { 11 } else { 10 };
        Duration::from_secs(octets as u64 * bits) / self.baud
    }
}

/// One octet in this many is damaged.
const NOISE: usize = 20_000;

struct Burst {
    at: Duration,
    octets: Vec<u8>,
    /// The meter that sent it, if it was not the client.
    from: Option<usize>,
}

/// A client and its meters on one pair of wires.
pub struct Bus<C, S> {
    pub client: C,
    meters: Vec<S>,
    format: Format,
    /// When the client's octets have all left.
    leaves: Option<Duration>,
    to_meters: VecDeque<Burst>,
    to_client: VecDeque<Burst>,
}

impl<C: Machine, S: Machine> Bus<C, S> {
    pub fn new(client: C, meters: Vec<S>, format: Format) -> Self {
        Self { client, meters, format, leaves: None, to_meters: VecDeque::new(), to_client: VecDeque::new() }
    }

    /// Moves octets that are due; hands `done` the end of a transaction; says when to come again.
    pub fn step(
        &mut self,
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
            self.client.receive(&burst.octets, now);
        }
        if self.leaves.take_if(|leaves| *leaves <= now).is_some() {
            self.client.transmitted(now);
        }

        let mut next = self.leaves;
        let mut wake = |at: Option<Duration>| next = next.into_iter().chain(at).min();
        for (index, meter) in self.meters.iter_mut().enumerate() {
            loop {
                let left = match meter.poll(now) {
                    Output::Transmit(octets) => {
                        // A UART hands over what it has in pieces.
                        let (first, second) = octets.split_at(octets.len() / 2);
                        let middle = now + self.format.time(first.len());
                        let end = now + self.format.time(octets.len());
                        for (at, part) in [(middle, first), (end, second)] {
                            for queue in [&mut self.to_client, &mut self.to_meters] {
                                let octets = damaged(part, self.format, chance);
                                queue.push_back(Burst { at, octets, from: Some(index) });
                            }
                        }
                        end
                    }
                    Output::Wait(until) => {
                        wake(until);
                        break;
                    }
                    Output::Done(_) => continue,
                };
                meter.transmitted(left);
            }
        }
        loop {
            match self.client.poll(now) {
                Output::Transmit(octets) => {
                    let at = now + self.format.time(octets.len());
                    self.leaves = Some(at);
                    wake(Some(at));
                    let octets = damaged(octets, self.format, chance);
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
fn damaged(octets: &[u8], format: Format, chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut arrived = octets.to_vec();
    arrived.retain_mut(|octet| {
        if chance.usize(..NOISE) != 0 {
            return true;
        }
        *octet ^= 1 << chance.u8(..8);
        !format.parity
    });
    arrived
}
