//! A collector: three buses with a task each, and a node of the radio network.

pub mod bus;

use std::collections::VecDeque;
use std::time::Duration;

use frame_crypto::Volatile;
use lora_tdma::{Bounds, Device, LocalTime, Node, NodeOutput, Schedule};
use meter_value::Decimal;
use radio_simulation::Crystal;
use telemetry::{Missed, Reading, Report};

use crate::collector::bus::Port;
use crate::concentrator::{NETWORK, collector_key};
use crate::meters::Clock;

/// How far a collector's crystal may be off, in millionths, and how fast that changes, in
/// thousand-millionths a second.
pub const DRIFT_PPM: u16 = 40;
pub const DRIFT_RATE: u16 = 20;
/// How exactly the end of a beacon is stamped, in microseconds.
pub const STAMP_ERROR_US: u16 = 20;

/// When a reading was asked for and answered.
#[derive(Clone, Copy)]
pub struct Asked {
    pub from: Duration,
    pub to: Duration,
}

/// What a meter said, and when it was asked.
pub struct Taken {
    pub meter: u8,
    pub point: u8,
    pub value: Result<Decimal, Missed>,
    pub asked: Asked,
}

pub struct Collector {
    pub number: u16,
    /// When to call [`step`](Self::step) next.
    pub wake: Duration,
    ports: [Box<dyn Port>; 3],
    taken: VecDeque<Taken>,
    sequence: u16,
    max_message: usize,
    node: Node<Volatile>,
    crystal: Crystal,
}

impl Collector {
    pub fn new(number: u16, schedule: Schedule, clock: &Clock, chance: &mut fastrand::Rng) -> Self {
        let bounds = Bounds {
            stamp_error_us: STAMP_ERROR_US,
            drift_ppm: DRIFT_PPM + 1,
            drift_rate_ppb_per_s: DRIFT_RATE + 1,
        };
        let device = Device { network: NETWORK, number, bounds, start_error_us: 0 };
        let Ok(mut node) = Node::new(schedule, device, &collector_key(number), Volatile::default()) else {
            unreachable!("the schedule has a slot for each collector, and a volatile store does not fail")
        };
        node.join(collector_key(number), chance.u64(..));
        let limit = i64::from(DRIFT_PPM) * 1_000;
        Self {
            number,
            wake: Duration::ZERO,
            ports: bus::ports(number, clock),
            taken: VecDeque::new(),
            sequence: 0,
            max_message: schedule.max_message(0),
            node,
            crystal: Crystal::new(chance.i64(-limit..=limit), limit, DRIFT_RATE.into(), chance.fork()),
        }
    }

    /// Takes a frame from the radio.
    pub fn hear(&mut self, frame: &[u8], ended: Duration, chance: &mut fastrand::Rng) {
        let late = Duration::from_micros(chance.u64(..=u64::from(STAMP_ERROR_US / 2)));
        let stamp = self.local(ended + late);
        self.node.receive(frame, stamp);
        self.wake = ended;
    }

    /// Runs the buses, and puts a report together if the radio is free for one: its number, and when
    /// its readings were asked.
    pub fn step(&mut self, now: Duration, chance: &mut fastrand::Rng) -> Option<(u16, Vec<Asked>)> {
        let wakes = self.ports.iter_mut().map(|port| port.step(now, chance, &mut self.taken));
        self.wake = wakes.min().unwrap_or(Duration::MAX);
        if !self.node.is_free() || !self.node.is_member() {
            return None;
        }
        let clock = self.node.clock();
        let crystal = &mut self.crystal;
        let readings = self.taken.iter().map_while(|&Taken { meter, point, value, asked }| {
            let time = clock.base_time(shown(crystal, asked.to))?.time.us() / 1_000_000;
            Some(Reading { meter, point, time: time as u32, value })
        });
        let mut message = vec![0; self.max_message];
        let (count, report) = Report::encode(self.sequence, readings, &mut message).ok()?;
        if count == 0 {
            return None;
        }
        self.node.send(report).ok()?;
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        Some((sequence, self.taken.drain(..count).map(|taken| taken.asked).collect()))
    }

    /// What the radio is to send, and when; to be called after [`step`](Self::step).
    pub fn transmission(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        let local = self.local(now);
        let mut transmission = None;
        loop {
            match self.node.poll(local) {
                NodeOutput::Transmit { frame, at } => transmission = Some((at, frame.to_vec())),
                // There may be room for the next report.
                NodeOutput::Delivered { .. } | NodeOutput::Joined { .. } => self.wake = now,
                NodeOutput::Wait(until) => {
                    if let Some(until) = until {
                        let until = self.simulated(until).max(now) + Duration::from_micros(1);
                        self.wake = self.wake.min(until);
                    }
                    break;
                }
                _ => {}
            }
        }
        transmission.map(|(at, frame)| (self.simulated(at), frame))
    }

    /// What this collector's clock shows at a simulated time.
    fn local(&mut self, time: Duration) -> LocalTime {
        shown(&mut self.crystal, time)
    }

    /// When this collector's clock shows a time.
    fn simulated(&mut self, local: LocalTime) -> Duration {
        Duration::from_nanos(self.crystal.time(local.us()))
    }
}

/// What a crystal's clock shows at a simulated time.
fn shown(crystal: &mut Crystal, time: Duration) -> LocalTime {
    LocalTime::from_us(crystal.shown_us(time.as_nanos() as u64))
}
