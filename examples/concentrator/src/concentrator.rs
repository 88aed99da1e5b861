//! The concentrator: sends beacons, opens what the collectors send, keeps the newest reading of every
//! point.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use frame_crypto::{Aes128, Key, Volatile};
use lora_tdma::{Base, BaseOutput, BaseTime, Counts, MAX_FRAME, Schedule, Setup, Station};
use meter_value::Decimal;
use telemetry::{Command, Down, Missed, Reading, Up};

use crate::meters::{METERS, Meter, Point, Protocol};
use crate::world::World;

/// The network of this simulation.
pub const NETWORK: u16 = 0x4D57;

/// The key of the beacons. A simulation keeps no secrets; a real network is provisioned with its own.
fn network_key() -> Key {
    Key::new(*b"simulated beacon")
}

/// The root key of one collector.
pub fn collector_key(collector: u16) -> Key {
    Key::new(collector_root(collector))
}

/// Its octets.
pub fn collector_root(collector: u16) -> [u8; 16] {
    let mut octets = *b"simulated node 0";
    let [.., high, low] = &mut octets;
    [*high, *low] = collector.to_be_bytes();
    octets
}

/// Which point of which meter of which collector.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub collector: u16,
    pub meter: u8,
    pub point: u8,
}

impl Place {
    /// What the configuration table says of it.
    pub fn entry(self) -> Option<(&'static Meter, &'static Point)> {
        let meter = METERS.get(usize::from(self.meter))?;
        Some((meter, meter.points.get(usize::from(self.point))?))
    }
}

/// The newest reading of a point.
pub struct Row {
    /// The newest value, and when it was taken.
    pub value: Option<(Decimal, BaseTime)>,
    /// Why the newest reading is missing, if it is.
    pub missed: Option<Missed>,
}

pub enum Event {
    /// The radio is to send this at exactly this time.
    Transmit { start: Duration, frame: Vec<u8> },
    /// A report came in.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests look at the sequence"))]
    Report { collector: u16, sequence: u16, readings: Vec<Reading> },
}

pub struct Concentrator {
    base: Base<'static, Volatile, Aes128, MAX_FRAME>,
    begin: BaseTime,
    /// When to call [`step`](Self::step) next.
    pub wake: Duration,
    pub rows: BTreeMap<Place, Row>,
    /// Values that came in, by protocol.
    readings: [u64; Protocol::ALL.len()],
    /// Readings that came in as missing.
    pub missed: u64,
    /// Reports that came in.
    pub reports: u64,
    /// What collectors said beside reports: messages of [`Up`].
    pub told: Vec<(u16, Vec<u8>)>,
    /// How often each collector got a session.
    pub joined: BTreeMap<u16, u32>,
    /// Commands that wait for the one before.
    commands: VecDeque<(u16, Vec<u8>)>,
    /// Commands that were given.
    given: u8,
}

impl Concentrator {
    /// A concentrator of collectors 1 to `collectors`.
    pub fn new(schedule: Schedule, collectors: u16, begin: BaseTime) -> Self {
        let station = |number| Station::new(NETWORK, number, collector_key(number), Volatile::default()).ok();
        let stations =
            (1..=schedule.devices()).map(|number| (number <= collectors).then(|| station(number))?);
        let stations: Box<[Option<_>]> = stations.collect();
        let setup = Setup {
            network: NETWORK,
            epoch: 0,
            key: network_key(),
            schedule,
            beacons: Volatile::default(),
            sessions: Volatile::default(),
        };
        // There is one concentrator as long as the program runs.
        let Ok(base) = Base::new(setup, Box::leak(stations), begin) else {
            unreachable!("there is a station for each collector, and a volatile store does not fail")
        };
        Self {
            base,
            begin,
            wake: Duration::ZERO,
            rows: BTreeMap::new(),
            readings: [0; 3],
            missed: 0,
            reports: 0,
            told: Vec::new(),
            joined: BTreeMap::new(),
            commands: VecDeque::new(),
            given: 0,
        }
    }

    /// Commands a collector something, as soon as it has the command before; returns the tag that its answer will
    /// have.
    pub fn command(&mut self, collector: u16, command: Command<'_>) -> u8 {
        self.given = self.given.wrapping_add(1);
        let mut buffer = [0; MAX_FRAME];
        if let Ok(octets) = (Down { tag: self.given, command }).encode(&mut buffer) {
            self.commands.push_back((collector, octets.to_vec()));
        }
        self.given
    }

    /// Takes a frame from the radio.
    pub fn hear(&mut self, frame: &[u8], ended: Duration) {
        self.base.receive(frame, World::base_time(ended));
        self.wake = ended;
    }

    /// Notes that something was on the air that nobody could make out.
    pub fn hear_noise(&mut self, ended: Duration) {
        self.base.garbled(World::base_time(ended));
        self.wake = ended;
    }

    /// What the radio saw.
    pub fn counts(&self) -> Counts {
        self.base.counts()
    }

    /// Values of one protocol that came in.
    pub fn readings(&self, protocol: Protocol) -> u64 {
        Protocol::ALL
            .iter()
            .zip(self.readings)
            .find(|(each, _)| **each == protocol)
            .map_or(0, |(_, count)| count)
    }

    /// Forgets a collector's session, as if what was stored of it were lost.
    #[cfg(test)]
    pub fn forget(&mut self, collector: u16) {
        let enrolled = self.base.enroll(collector, collector_key(collector), Volatile::default());
        assert_eq!(enrolled, Ok(()));
    }

    pub fn step(&mut self, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        let mut messages = Vec::new();
        if self.wake > now {
            return events;
        }
        // Whoever cannot take a command now is asked again.
        let base = &mut self.base;
        self.commands.retain(|(collector, command)| base.send(*collector, command).is_err());
        let time = World::base_time(now);
        loop {
            match self.base.poll(time) {
                BaseOutput::Transmit { frame, at } => {
                    let start = Duration::from_micros(at.since(self.begin));
                    events.push(Event::Transmit { start, frame: frame.to_vec() });
                }
                BaseOutput::Message { device, message, .. } => messages.push((device, message.to_vec())),
                BaseOutput::Joined { device, .. } => *self.joined.entry(device).or_default() += 1,
                BaseOutput::Wait(until) => {
                    self.wake = Duration::from_micros(until.since(self.begin));
                    break;
                }
                BaseOutput::Failed(_) => {
                    self.wake = Duration::MAX;
                    break;
                }
                _ => {}
            }
        }
        for (collector, message) in messages {
            let Ok(Up::Report(report)) = Up::decode(&message) else {
                self.told.push((collector, message));
                continue;
            };
            let readings: Vec<Reading> = report.readings.collect();
            self.store(collector, &readings);
            self.reports += 1;
            events.push(Event::Report { collector, sequence: report.sequence, readings });
        }
        events
    }

    fn store(&mut self, collector: u16, readings: &[Reading]) {
        for &Reading { meter, point, time, value } in readings {
            let taken = BaseTime::from_us(u64::from(time) * 1_000_000);
            let place = Place { collector, meter, point };
            let row = self.rows.entry(place).or_insert(Row { value: None, missed: None });
            row.missed = value.err();
            match value {
                Ok(value) => {
                    row.value = Some((value, taken));
                    let protocol = place.entry().map(|(meter, _)| meter.protocol);
                    let counters = Protocol::ALL.iter().zip(&mut self.readings);
                    counters.filter(|(each, _)| Some(**each) == protocol).for_each(|(_, count)| *count += 1);
                }
                Err(_) => self.missed += 1,
            }
        }
    }
}
