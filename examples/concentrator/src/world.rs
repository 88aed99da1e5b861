//! Everything there is, and the order in which it happens.

use std::rc::Rc;
use std::time::Duration;

use lora_tdma::{BaseTime, Layout, Schedule};
use radio_simulation::{Channel, FAST, Link, Loss, Purpose, Sender};
use telemetry::Reading;

use crate::collector::Collector;
use crate::concentrator::{Concentrator, Event, Place};
use crate::meters::Clock;
use crate::report::{Simulation, State};

/// How many collectors there are.
pub const COLLECTORS: u16 = 16;

/// A superframe of a second, with slots of 64 octets: about eight readings.
const LAYOUT: Layout = Layout {
    downlink: 32,
    joins: 1,
    extras: 4,
    listen_us: FAST.cad_us(),
    ..Layout::plain(FAST, COLLECTORS as u8, 64, 1_000, 1_000_000)
};

/// The schedule of the network.
pub fn schedule() -> Schedule {
    let Ok(schedule) = Schedule::new(LAYOUT) else { unreachable!("16 slots of 25 ms fit a second") };
    schedule
}

/// One frame in 20 is lost on each way.
pub const LOSS: Loss = Loss::independent(5);

/// When the simulation begins: 2026-01-01 00:00 UTC.
pub const BEGIN: BaseTime = BaseTime::from_us(1_767_225_600_000_000);

pub struct World {
    now: Duration,
    chance: fastrand::Rng,
    clock: Clock,
    schedule: Schedule,
    collectors: Vec<Collector>,
    links: Vec<Link>,
    concentrator: Concentrator,
    channel: Channel,
    /// Frames that collectors sent.
    sent: u64,
    /// Readings that differ from what the meter held.
    wrong: u64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut chance = fastrand::Rng::with_seed(seed);
        let clock = Clock::default();
        let schedule = schedule();
        let collectors =
            (1..=COLLECTORS).map(|number| Collector::new(number, schedule, &clock, &mut chance)).collect();
        Self {
            now: Duration::ZERO,
            chance,
            clock: Rc::clone(&clock),
            schedule,
            collectors,
            links: (0..2 * COLLECTORS).map(|_| Link::default()).collect(),
            concentrator: Concentrator::new(schedule, COLLECTORS, BEGIN),
            channel: Channel::new(FAST, None),
            sent: 0,
            wrong: 0,
        }
    }

    /// The base's time at a simulated time.
    pub fn base_time(now: Duration) -> BaseTime {
        BEGIN.after(now.as_micros() as u64)
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(flight) = self.channel.land(now.as_nanos() as u64) {
            if self.channel.is_spoilt(&flight) {
                continue;
            }
            let ended = Duration::from_nanos(flight.end);
            let (down, up) = self.links.split_at_mut(COLLECTORS.into());
            match flight.sender {
                Sender::Base => {
                    for (collector, link) in self.collectors.iter_mut().zip(down) {
                        if !link.loses(LOSS, &mut self.chance) {
                            collector.hear(&flight.frame, ended, &mut self.chance);
                        }
                    }
                }
                Sender::Node(index) => {
                    if up.get_mut(index).is_some_and(|link| !link.loses(LOSS, &mut self.chance)) {
                        self.concentrator.hear(&flight.frame, ended);
                    }
                }
            }
        }
        for collector in &mut self.collectors {
            if collector.wake > now {
                continue;
            }
            let number = collector.number;
            if let Some((start, frame)) = collector.step(now, &mut self.chance) {
                let purpose = Purpose::at(&self.schedule, Self::base_time(start));
                let sender = Sender::Node(usize::from(number - 1));
                self.channel.transmit(sender, purpose, start.as_nanos() as u64, 0, &frame);
                self.sent += 1;
            }
        }
        for event in self.concentrator.step(now) {
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
}

impl Simulation for World {
    fn run_until(&mut self, end: Duration) {
        loop {
            let wakes = self.collectors.iter().map(|collector| collector.wake);
            let next = wakes
                .chain([self.concentrator.wake])
                .chain(self.channel.next().map(Duration::from_nanos))
                .min()
                .unwrap_or(end);
            if next > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(next);
            self.clock.set(self.now.as_secs());
            self.step();
        }
    }

    fn state(&self) -> State<'_> {
        State {
            concentrator: &self.concentrator,
            collectors: COLLECTORS,
            now: self.now,
            collisions: self.channel.collisions,
            sent: self.sent,
            wrong: self.wrong,
        }
    }
}

/// How far the time of a reading may be off from when its meter was asked, in seconds.
const WINDOW: u64 = 5;

/// Whether a reading is what its meter held around then. A missing one claims nothing.
pub fn agrees(collector: u16, reading: &Reading) -> bool {
    let place = Place { collector, meter: reading.meter, point: reading.point };
    let Some((_, point)) = place.entry() else { return false };
    let Ok(value) = reading.value else { return true };
    let second = BaseTime::from_us(u64::from(reading.time) * 1_000_000).since(BEGIN) / 1_000_000;
    let mut around = second.saturating_sub(WINDOW)..=second + WINDOW;
    around.any(|second| point.value(collector, reading.meter, second) == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meters::{METERS, Protocol};
    use crate::report::Report;
    use meter_value::Decimal;
    use telemetry::Missed;

    fn run(seed: u64, seconds: u64) -> World {
        let mut world = World::new(seed);
        world.run_until(Duration::from_secs(seconds));
        world
    }

    #[test]
    fn every_point_of_every_meter_arrives_and_is_right() {
        let world = run(3, 60);
        let points: usize = METERS.iter().map(|meter| meter.points.len()).sum();
        assert_eq!(world.concentrator.rows.len(), usize::from(COLLECTORS) * points);
        assert!(world.concentrator.rows.values().all(|row| row.missed.is_none() && row.value.is_some()));
        assert!(Protocol::ALL.iter().all(|&protocol| world.concentrator.readings(protocol) > 0));
        assert_eq!((world.wrong, world.channel.collisions), (0, 0));
        let counts = world.concentrator.counts();
        assert!(u64::from(counts.frames) < world.sent, "some frames are lost and sent again");
    }

    #[test]
    fn the_seed_decides_everything() {
        let report = |seed| serde_json::to_string(&Report::of(&run(seed, 40).state(), 0)).unwrap();
        assert_eq!(report(7), report(7));
        assert_ne!(report(7), report(8));
    }

    #[test]
    fn a_value_the_meter_did_not_hold_is_noticed() {
        let begin = (BEGIN.us() / 1_000_000) as u32;
        let point = METERS[0].points.last().unwrap();
        let truth = point.value(1, 0, 100);
        let reading = |value| Reading { meter: 0, point: 3, time: begin + 100, value };
        assert!(agrees(1, &reading(Ok(truth))));
        assert!(agrees(1, &reading(Err(Missed::NoReply))));
        let next = truth.checked_add(Decimal::new(1, -2)).unwrap();
        assert!(!agrees(1, &reading(Ok(next))));
        assert!(!agrees(2, &reading(Ok(truth))));
        assert!(!agrees(1, &Reading { time: begin + 110, ..reading(Ok(truth)) }));
        assert!(!agrees(1, &Reading { point: 9, ..reading(Ok(truth)) }));
    }
}
