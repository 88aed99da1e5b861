//! A collector with its bus, its meters, and its node of the radio network.

use std::time::Duration;

use collector::{Ask, Effect, Health, Next, Weight};

use frame_crypto::Volatile;
use lora_tdma::{Bounds, Device, LocalTime, Node, NodeOutput, Schedule};
use radio_simulation::Crystal;
use telemetry::Refusal;

use crate::concentrator::{NETWORK, collector_key};
use crate::meters::{Clock, meters, table};
use crate::serial::Bus;

/// How far a collector's crystal may be off, in millionths, and how fast that changes, in
/// thousand-millionths a second.
pub const DRIFT_PPM: u16 = 40;
pub const DRIFT_RATE: u16 = 20;
/// How exactly the end of a beacon is stamped, in microseconds.
pub const STAMP_ERROR_US: u16 = 20;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(50);

pub struct Collector {
    pub number: u16,
    /// When to call [`step`](Self::step) next.
    pub wake: Duration,
    collector: collector::Collector,
    bus: Bus,
    /// What is being asked, and when the next question may be.
    question: Option<Ask>,
    free: Duration,
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
        let mut collector = collector::Collector::new();
        // Collectors do not start in the same instant.
        collector.use_table(table(), Duration::from_millis(137 * u64::from(number)));
        Self {
            number,
            wake: Duration::ZERO,
            collector,
            bus: Bus::new(meters(number, clock)),
            question: None,
            free: Duration::ZERO,
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

    /// Does what is due; what the radio is to send, and when.
    pub fn step(&mut self, now: Duration, chance: &mut fastrand::Rng) -> Option<(Duration, Vec<u8>)> {
        self.wake = self.run_bus(now, chance).unwrap_or(Duration::MAX);
        self.run_node(now)
    }

    /// Asks the meters; when to come again.
    fn run_bus(&mut self, now: Duration, chance: &mut fastrand::Rng) -> Option<Duration> {
        loop {
            // What has no time is no reading.
            let time = self.time(now)?;
            if self.question.is_none() {
                if now < self.free {
                    return Some(self.free);
                }
                match self.collector.next(now) {
                    Next::Ask(ask) => self.question = Some(ask),
                    Next::Wait(until) => return until,
                }
            }
            let Ask { line, client, about } = self.question.as_mut()?;
            if let Some(client) = client {
                let mut is_over = false;
                let step = self.bus.step(client, *line, now, chance, |heard| is_over |= !about.take(&heard));
                if !is_over {
                    return step;
                }
            }
            self.collector.answered(about, now, time);
            (self.question, self.free) = (None, now + PAUSE);
        }
    }

    fn run_node(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        let local = self.local(now);
        let mut transmission = None;
        loop {
            match self.node.poll(local) {
                NodeOutput::Transmit { frame, at } => transmission = Some((at, frame.to_vec())),
                NodeOutput::Delivered { ticket } => _ = self.collector.settled(ticket, true),
                NodeOutput::Lost { ticket } => _ = self.collector.settled(ticket, false),
                NodeOutput::Message { message, .. } => {
                    // It has nothing to store a table or a name in, and nothing that a reset would mend.
                    let effect = self.collector.command(message, now);
                    if let Effect::Rename { tag, .. } | Effect::Table { tag } = effect {
                        self.collector.answer(tag, Err(Refusal::NoStorage));
                    }
                    self.wake = now;
                }
                NodeOutput::Wait(until) => {
                    if self.put() {
                        continue;
                    }
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

    /// Hands the node what the collector has to say; whether there was anything.
    fn put(&mut self) -> bool {
        if !self.node.is_member() || !self.node.is_free() {
            return false;
        }
        let schedule = self.node.schedule();
        let room = schedule.place(self.number).map_or(0, |place| schedule.max_message(place.slot));
        let Some((weight, message)) = self.collector.message(room, &Health::default()) else { return false };
        let urgent = if weight == Weight::Urgent { self.node.alarm(message).ok() } else { None };
        let Some(ticket) = urgent.or_else(|| self.node.send(message).ok()) else { return false };
        self.collector.sent(ticket);
        true
    }

    /// Seconds since 1970, once the network has told.
    fn time(&mut self, now: Duration) -> Option<u32> {
        let local = self.local(now);
        Some((self.node.clock().base_time(local)?.time.us() / 1_000_000) as u32)
    }

    /// What this collector's clock shows at a simulated time.
    fn local(&mut self, time: Duration) -> LocalTime {
        LocalTime::from_us(self.crystal.shown_us(time.as_nanos() as u64))
    }

    /// When this collector's clock shows a time.
    fn simulated(&mut self, local: LocalTime) -> Duration {
        Duration::from_nanos(self.crystal.time(local.us()))
    }
}
