//! Everything there is, and the order in which it happens.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use lora_tdma::{BaseTime, Schedule};
use telemetry::Reading;

use crate::collector::{Asked, Collector};
use crate::concentrator::{Concentrator, Event, Place};
use crate::meters::Clock;
use crate::radio::{Channel, PROFILE, Sender};

/// How many collectors there are.
pub const COLLECTORS: u8 = 16;

/// Most octets of a message: about nine readings.
const MESSAGE: u8 = 64;
const GUARD_US: u32 = 1_000;
const PERIOD_US: u64 = 1_000_000;

/// The version of the schedule that base and nodes hold.
pub const VERSION: u8 = 1;

/// When the simulation begins: 2026-01-01 00:00 UTC.
const BEGIN: BaseTime = BaseTime::from_us(1_767_225_600_000_000);

pub struct World {
    now: Duration,
    chance: fastrand::Rng,
    clock: Clock,
    collectors: Vec<Collector>,
    pub concentrator: Concentrator,
    pub channel: Channel,
    /// When the readings of a report were asked and answered, for the check against the meters.
    asked: HashMap<(u8, u16), Vec<Asked>>,
    /// Readings that differ from what the meter held.
    pub wrong: u64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut chance = fastrand::Rng::with_seed(seed);
        let clock = Clock::default();
        // These demands are constants, and 16 slots of 24 ms fit a second.
        let Ok(schedule) = Schedule::new(PROFILE, COLLECTORS, MESSAGE, GUARD_US, PERIOD_US) else {
            unreachable!("the schedule is a constant")
        };
        let collectors =
            (1..=COLLECTORS).map(|number| Collector::new(number, schedule, &clock, &mut chance)).collect();
        Self {
            now: Duration::ZERO,
            chance,
            clock: Rc::clone(&clock),
            collectors,
            concentrator: Concentrator::new(schedule, BEGIN),
            channel: Channel::default(),
            asked: HashMap::new(),
            wrong: 0,
        }
    }

    /// Simulated time since the beginning.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The base's time at a simulated time.
    pub fn base_time(now: Duration) -> BaseTime {
        BEGIN.after(now.as_micros() as u64)
    }

    /// Lets everything happen until `end`.
    pub fn run_until(&mut self, end: Duration) {
        loop {
            let wakes = self.collectors.iter().map(|collector| collector.wake);
            let next = wakes.chain([self.concentrator.wake]).chain(self.channel.next()).min().unwrap_or(end);
            if next > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(next);
            self.clock.set(self.now.as_secs());
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(flight) = self.channel.land(now) {
            match flight.sender {
                Sender::Base => {
                    for collector in &mut self.collectors {
                        if flight.heard(&mut self.chance) {
                            collector.hear(&flight.frame, flight.end, &mut self.chance);
                        }
                    }
                }
                Sender::Collector => {
                    if flight.heard(&mut self.chance) {
                        self.concentrator.hear(&flight.frame, flight.end);
                    }
                }
            }
        }
        for collector in &mut self.collectors {
            if collector.wake > now {
                continue;
            }
            let number = collector.number;
            if let Some((sequence, asked)) = collector.step(now, &mut self.chance) {
                self.asked.insert((number, sequence), asked);
            }
            if let Some((start, frame)) = collector.transmission(now) {
                self.channel.transmit(Sender::Collector, start, &frame);
            }
        }
        for event in self.concentrator.step(now) {
            match event {
                Event::Transmit { start, frame } => self.channel.transmit(Sender::Base, start, &frame),
                Event::Report { collector, sequence, readings } => {
                    let asked = self.asked.remove(&(collector, sequence)).unwrap_or_default();
                    let asked = asked.into_iter().map(Some).chain(std::iter::repeat(None));
                    let wrong = readings.iter().zip(asked).filter(|(reading, asked)| {
                        !asked.is_some_and(|asked| agrees(collector, reading, asked))
                    });
                    self.wrong += wrong.count() as u64;
                }
            }
        }
    }
}

/// Whether a reading is what its meter held at some time while it was asked. A missing one claims nothing.
fn agrees(collector: u8, reading: &Reading, asked: Asked) -> bool {
    let place = Place { collector, meter: reading.meter, point: reading.point };
    let Some((_, point)) = place.entry() else { return false };
    let Ok(value) = reading.value else { return true };
    (asked.from.as_secs()..=asked.to.as_secs())
        .any(|second| point.value(collector, reading.meter, second) == value)
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
        assert!(u64::from(counts.messages) < world.channel.sent, "some frames are lost and sent again");
    }

    #[test]
    fn the_seed_decides_everything() {
        let report = |seed| serde_json::to_string(&Report::of(&run(seed, 40), 0)).unwrap();
        assert_eq!(report(7), report(7));
        assert_ne!(report(7), report(8));
    }

    #[test]
    fn a_value_the_meter_did_not_hold_is_noticed() {
        let asked = Asked { from: Duration::from_secs(100), to: Duration::from_millis(100_900) };
        let point = METERS[0].points.last().unwrap();
        let truth = point.value(1, 0, 100);
        let reading = |value| Reading { meter: 0, point: 3, value };
        assert!(agrees(1, &reading(Ok(truth)), asked));
        assert!(agrees(1, &reading(Err(Missed::NoReply)), asked));
        let next = truth.checked_add(Decimal::new(1, -2)).unwrap();
        assert!(!agrees(1, &reading(Ok(next)), asked));
        assert!(!agrees(2, &reading(Ok(truth)), asked));
        assert!(!agrees(1, &Reading { point: 9, ..reading(Ok(truth)) }, asked));
    }
}
