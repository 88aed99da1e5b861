//! A network of collectors outside: the simulated radio between them and the concentrator.
//!
//! Radio time stands still while a collector reacts, so how fast the host is decides nothing on the radio.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lora_tdma::Schedule;
use radio_simulation::{Channel, Link, Purpose, Sender};
use telemetry::Command;

use crate::concentrator::{Concentrator, Event};
use crate::remote::Remote;
use crate::report::{Simulation, State};
use crate::world::{BEGIN, LOSS, World, agrees, schedule};

pub struct Network {
    now: Duration,
    chance: fastrand::Rng,
    /// The simulated second, for the meters.
    second: Arc<AtomicU64>,
    schedule: Schedule,
    remotes: Vec<Remote>,
    links: Vec<Link>,
    concentrator: Concentrator,
    channel: Channel,
    /// When the newest frame landed.
    landed: u64,
    sent: u64,
    wrong: u64,
    #[cfg(test)]
    seen: emulated::Seen,
}

impl Network {
    /// Collectors 1, 2 and so on, as made by `remote` with a number, the meters' second, and chance.
    pub fn new<E>(
        seed: u64,
        collectors: u16,
        mut remote: impl FnMut(u16, Arc<AtomicU64>, fastrand::Rng) -> Result<Remote, E>,
    ) -> Result<Self, E> {
        let mut chance = fastrand::Rng::with_seed(seed);
        let second = Arc::new(AtomicU64::new(0));
        let remotes: Result<_, E> =
            (1..=collectors).map(|number| remote(number, Arc::clone(&second), chance.fork())).collect();
        let schedule = schedule();
        Ok(Self {
            now: Duration::ZERO,
            chance,
            second,
            schedule,
            remotes: remotes?,
            links: (0..2 * collectors).map(|_| Link::default()).collect(),
            concentrator: Concentrator::new(schedule, collectors, BEGIN),
            channel: Channel::new(schedule.layout().profile, None),
            landed: 0,
            sent: 0,
            wrong: 0,
            #[cfg(test)]
            seen: emulated::Seen::default(),
        })
    }

    /// Commands every collector to read its meters so often, once it has joined.
    pub fn set_interval(&mut self, interval: Duration) {
        let seconds = u32::try_from(interval.as_secs()).unwrap_or(u32::MAX);
        for remote in &self.remotes {
            self.concentrator.command(remote.number, Command::Interval { meter: None, seconds });
        }
    }

    /// Collectors that do not react.
    pub fn absent(&self) -> impl Iterator<Item = u16> {
        self.remotes.iter().filter(|remote| !remote.is_present()).map(|remote| remote.number)
    }

    /// Waits until every collector has reacted to everything.
    fn settle(&mut self) {
        let now = self.now.as_nanos() as u64;
        self.remotes.iter_mut().for_each(|remote| remote.settle(now));
    }

    fn step(&mut self) {
        let now = self.now.as_nanos() as u64;
        while let Some(flight) = self.channel.land(now) {
            self.landed = self.landed.max(flight.end);
            if self.channel.is_spoilt(&flight) {
                // Devices that ask to join at the same time are told to ask less often.
                self.concentrator.hear_noise(Duration::from_nanos(flight.end));
                continue;
            }
            let (down, up) = self.links.split_at_mut(self.remotes.len());
            match flight.sender {
                Sender::Base => {
                    let profile = self.schedule.layout().profile;
                    for (remote, link) in self.remotes.iter_mut().zip(down) {
                        if !link.loses(LOSS, &mut self.chance) && remote.is_tuned(profile) {
                            remote.hear(&flight.frame, &(flight.start..flight.end));
                        }
                    }
                    self.settle();
                }
                Sender::Node(index) => {
                    if up.get_mut(index).is_some_and(|link| !link.loses(LOSS, &mut self.chance)) {
                        self.concentrator.hear(&flight.frame, Duration::from_nanos(flight.end));
                    }
                }
            }
        }
        for index in 0..self.remotes.len() {
            while let Some((since, frame)) = self.remotes.get_mut(index).and_then(|remote| remote.step(now)) {
                self.transmit(index, since, &frame);
            }
        }
        self.settle();
        let events = self.concentrator.step(self.now);
        #[cfg(test)]
        self.seen.note(&events, &self.concentrator.joined);
        for event in events {
            match event {
                Event::Transmit { start, frame } => {
                    self.channel.transmit(Sender::Base, Purpose::Slot, start.as_nanos() as u64, 0, &frame);
                }
                Event::Report { collector, readings, .. } => {
                    let wrong = readings.iter().filter(|reading| !agrees(collector, reading));
                    self.wrong += wrong.count() as u64;
                }
            }
        }
    }

    /// Sends a frame of a collector now, unless its modem heard somebody.
    fn transmit(&mut self, index: usize, since: u64, frame: &[u8]) {
        let now = self.now.as_nanos() as u64;
        let Some(remote) = self.remotes.get_mut(index) else { return };
        let is_tuned = remote.is_tuned(self.schedule.layout().profile);
        // Half of the time to listen is what it takes to make out a preamble.
        let middle = since.midpoint(now);
        let hears = since < now && (self.landed > middle || self.channel.is_busy(middle, middle + 1));
        if is_tuned && hears {
            remote.busy();
            return;
        }
        #[cfg(test)]
        self.seen.sends(remote.number, frame);
        remote.sends(frame, now);
        if is_tuned {
            let purpose = Purpose::at(&self.schedule, World::base_time(self.now));
            self.channel.transmit(Sender::Node(index), purpose, now, 0, frame);
            self.sent += 1;
        }
    }
}

impl Simulation for Network {
    fn run_until(&mut self, end: Duration) {
        self.settle();
        loop {
            let now = self.now.as_nanos() as u64;
            let modems = self.remotes.iter_mut().filter_map(|remote| remote.next(now));
            let next = modems.chain(self.channel.next()).map(Duration::from_nanos).min();
            let next = next.map_or(self.concentrator.wake, |next| next.min(self.concentrator.wake));
            self.now = self.now.max(next.min(end));
            self.second.store(self.now.as_secs(), Ordering::Relaxed);
            if next > end {
                return;
            }
            self.step();
        }
    }

    fn state(&self) -> State<'_> {
        State {
            concentrator: &self.concentrator,
            collectors: self.remotes.len() as u16,
            now: self.now,
            collisions: self.channel.collisions,
            sent: self.sent,
            wrong: self.wrong,
        }
    }
}

#[cfg(test)]
mod emulated;
#[cfg(test)]
mod tests;
