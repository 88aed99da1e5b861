//! A collector: three buses with a task each, and a node of the radio network.

mod bus;

use std::collections::VecDeque;
use std::time::Duration;

use frame_crypto::{Kind, Opener, Sealer, Volatile};
use lora_tdma::{Bounds, Clock as NodeClock, LocalTime, Node, NodeOutput, Schedule};
use telemetry::{Reading, Report};

use crate::collector::bus::Port;
use crate::concentrator::{EVERYBODY, collector_key, link, network_key};
use crate::meters::Clock;
use crate::world::VERSION;

/// How far a collector's crystal may be off, in millionths.
const DRIFT_PPM: i64 = 40;
/// How far the base's may be off.
const BASE_DRIFT_PPM: u16 = 10;
/// How exactly the end of a beacon is stamped.
const STAMP_ERROR_US: u16 = 20;
/// What a collector's clock can rely on: its simulated time is rounded to whole microseconds.
const BOUNDS: Bounds = Bounds {
    stamp_error_us: STAMP_ERROR_US + 2,
    drift_ppm: DRIFT_PPM as u16 + BASE_DRIFT_PPM,
    drift_rate_ppb_per_s: 20,
};

/// When a reading was asked for and answered.
#[derive(Clone, Copy)]
pub struct Asked {
    pub from: Duration,
    pub to: Duration,
}

/// A reading, and when it was taken.
pub struct Taken {
    pub reading: Reading,
    pub asked: Asked,
}

pub struct Collector {
    pub number: u8,
    /// When to call [`step`](Self::step) next.
    pub wake: Duration,
    ports: [Box<dyn Port>; 3],
    taken: VecDeque<Taken>,
    sequence: u16,
    max_message: usize,
    node: Node<Volatile>,
    /// What this collector's clock showed when the simulation began, and how fast it runs.
    offset_us: u64,
    drift_ppm: i64,
}

impl Collector {
    pub fn new(number: u8, schedule: Schedule, clock: &Clock, chance: &mut fastrand::Rng) -> Self {
        let Ok(uplink) = Sealer::new(&collector_key(number), Kind::Uplink, link(number), Volatile::default())
        else {
            unreachable!("a volatile store does not fail")
        };
        let beacons = Opener::new(&network_key(), Kind::Broadcast, EVERYBODY, 0);
        let Ok(node) = Node::new(schedule, VERSION, number, NodeClock::new(BOUNDS), uplink, beacons) else {
            unreachable!("the schedule has a slot for each collector")
        };
        Self {
            number,
            wake: Duration::ZERO,
            ports: bus::ports(number, clock),
            taken: VecDeque::new(),
            sequence: 0,
            max_message: schedule.max_message(),
            node,
            offset_us: chance.u64(..1_000_000_000),
            drift_ppm: chance.i64(-DRIFT_PPM..=DRIFT_PPM),
        }
    }

    /// Takes a frame from the radio.
    pub fn hear(&mut self, frame: &[u8], ended: Duration, chance: &mut fastrand::Rng) {
        let stamp = self.local(ended).after(chance.u64(..=u64::from(STAMP_ERROR_US)));
        self.node.receive(frame, stamp);
        self.wake = ended;
    }

    /// Runs the buses, and puts a report together if the radio is free for one: its number, and when
    /// its readings were asked.
    pub fn step(&mut self, now: Duration, chance: &mut fastrand::Rng) -> Option<(u16, Vec<Asked>)> {
        let wakes = self.ports.iter_mut().map(|port| port.step(now, chance, &mut self.taken));
        self.wake = wakes.min().unwrap_or(Duration::MAX);
        if !self.node.is_free() {
            return None;
        }
        let first = self.taken.front()?;
        let time = self.node.base_time(self.local(first.asked.to))?.us() / 1_000_000;
        let readings: Vec<Reading> = self.taken.iter().map(|taken| taken.reading).collect();
        let mut message = vec![0; self.max_message];
        let (count, report) = Report::encode(self.sequence, time as u32, &readings, &mut message).ok()?;
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
                // Free again: the next report may follow at once.
                NodeOutput::Delivered => self.wake = now,
                NodeOutput::Wait(until) => {
                    if let Some(until) = until {
                        let until = self.simulated(until).max(now) + Duration::from_micros(1);
                        self.wake = self.wake.min(until);
                    }
                    break;
                }
            }
        }
        transmission.map(|(at, frame)| (self.simulated(at), frame))
    }

    /// What this collector's clock shows at a simulated time.
    fn local(&self, time: Duration) -> LocalTime {
        let us = time.as_micros() as i64;
        LocalTime::from_us(self.offset_us.saturating_add_signed(us + us * self.drift_ppm / 1_000_000))
    }

    /// When this collector's clock shows a time.
    fn simulated(&self, local: LocalTime) -> Duration {
        let shown = local.us().saturating_sub(self.offset_us) as i128;
        let us = shown * 1_000_000 / (1_000_000 + i128::from(self.drift_ppm));
        Duration::from_micros(us as u64)
    }
}
