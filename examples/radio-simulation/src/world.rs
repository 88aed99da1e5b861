//! A base, its nodes and their applications, event by event.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use frame_crypto::{Aes128, CounterStore, Joined, Key, Link, Session, StoreError, Window};
use lora_tdma::{
    Base, BaseOutput, BaseTime, Bounds, Device, LocalTime, Node, NodeOutput, Schedule, Setup, Station,
};

use crate::channel::{self, Channel, Flight, Purpose, Sender};
use crate::crystal::Crystal;
use crate::{Outcome, Scenario, Shot};

const NETWORK: u16 = 1;
/// Messages that wait at a node before the oldest is dropped.
const QUEUE: usize = 128;

/// A counter that survives a restart.
#[derive(Clone, Default)]
struct Memory(Rc<Cell<u64>>);

impl CounterStore for Memory {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.0.get())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        self.0.set(counter);
        Ok(())
    }
}

fn network_key() -> Key {
    Key::new([0xBB; 16])
}

fn root_key(number: u16) -> Key {
    let [a, b] = number.to_be_bytes();
    let mut octets = [0x55; 16];
    octets[..2].copy_from_slice(&[a, b]);
    Key::new(octets)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Base,
    Node(usize),
    Landing,
    Message(usize),
    Alarm(usize),
    Restart,
}

/// A node's application and surroundings.
struct Unit {
    node: Node<Memory, Aes128, 8, 256>,
    crystal: Crystal,
    number: u16,
    flight_ns: u64,
    power_db: i32,
    up: channel::Link,
    down: channel::Link,
    queue: VecDeque<Note>,
    tickets: HashMap<u8, Note>,
    /// What became of each message, by its sequence.
    fates: Vec<Fate>,
    /// Its last frame, on the air or soon.
    transmits: Range<u64>,
    wake: u64,
}

/// A message: which, and since when it waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Note {
    sequence: u32,
    created: u64,
}

#[derive(Clone, Copy, Default)]
struct Fate {
    /// The base's application has it.
    came: bool,
    /// The node's application was told so.
    is_settled: bool,
}

/// What a base has stored of a node.
#[derive(Clone, Copy)]
struct Stored {
    link: Link,
    session: Session,
    window: Window,
}

/// The whole network.
pub struct World {
    scenario: Scenario,
    schedule: Schedule,
    base: Base<'static, Memory, Aes128, 256>,
    memories: Vec<Memory>,
    stored: HashMap<u16, Stored>,
    units: Vec<Unit>,
    channel: Channel,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    chance: fastrand::Rng,
    now: u64,
    /// When the base is polled next.
    wake: u64,
    base_transmits: Range<u64>,
    waits_for: HashSet<u16>,
    since: u64,
    outcome: Outcome,
    shots: Option<Vec<Shot>>,
}

impl World {
    /// 2026-01-01 00:00 UTC, when simulations begin, in microseconds since 1970.
    pub const EPOCH_US: u64 = 1_767_225_600_000_000;

    /// # Panics
    /// If the scenario's layout makes no schedule.
    pub fn new(scenario: Scenario) -> Self {
        let schedule = Schedule::new(scenario.layout).expect("a schedule");
        let mut chance = fastrand::Rng::with_seed(scenario.seed);
        let memories: Vec<Memory> = (0..2 + schedule.devices()).map(|_| Memory::default()).collect();
        let units =
            (0..scenario.nodes).map(|index| Unit::new(&scenario, schedule, index, &mut chance)).collect();
        let mut world = Self {
            base: base(&scenario, schedule, &memories, &HashMap::new(), 0),
            stored: HashMap::new(),
            units,
            channel: Channel::new(scenario.layout.profile, scenario.capture_db),
            events: BinaryHeap::new(),
            now: 0,
            wake: 0,
            base_transmits: 0..0,
            waits_for: (0..scenario.nodes).map(|index| scenario.layout.first + index).collect(),
            since: 0,
            outcome: Outcome::default(),
            shots: None,
            memories,
            chance,
            schedule,
            scenario,
        };
        if scenario.is_joined {
            world.enter();
        }
        world.start();
        world
    }

    /// Keeps who sent when.
    pub fn with_shots(mut self) -> Self {
        self.shots = Some(Vec::new());
        self
    }

    /// Gives all nodes a session, as if they had joined before.
    fn enter(&mut self) {
        for unit in &mut self.units {
            let link = Link { network: NETWORK, device: unit.number, epoch: 0 };
            let session = Session { node: unit.number.into(), base: unit.number.into() };
            let key = root_key(unit.number).session(&link, session);
            let window = Window::new(0);
            self.stored.insert(unit.number, Stored { link, session, window });
            let network_key = network_key();
            unit.node.enter(Joined { link, session, key, network_key, downlink: 0, broadcast: 0 });
        }
        self.base = base(&self.scenario, self.schedule, &self.memories, &self.stored, 0);
    }

    fn start(&mut self) {
        self.at(0, Event::Base);
        for index in 0..self.units.len() {
            let every = self.scenario.traffic.every.as_nanos() as u64;
            if every != 0 {
                let first = self.chance.u64(..every);
                self.at(first, Event::Message(index));
            }
            self.plan_alarm(index);
            self.at(0, Event::Node(index));
        }
        if let Some(restart) = self.scenario.restart {
            self.at(restart.as_nanos() as u64, Event::Restart);
        }
    }

    fn at(&mut self, time: u64, event: Event) {
        self.events.push(Reverse((time, event)));
    }

    fn plan_alarm(&mut self, index: usize) {
        let per_day = self.scenario.traffic.alarms_per_day;
        if per_day != 0 {
            let mean = 86_400e9 / f64::from(per_day);
            let wait = -mean * (1.0 - self.chance.f64()).ln();
            self.at(self.now + wait as u64, Event::Alarm(index));
        }
    }

    /// Runs to the end.
    pub fn run(mut self) -> (Outcome, Vec<Shot>) {
        let end = self.scenario.duration.as_nanos() as u64;
        while let Some(Reverse((time, event))) = self.events.pop() {
            if time > end {
                break;
            }
            self.now = time;
            match event {
                Event::Base => {
                    if self.wake == time {
                        self.poll_base();
                    }
                }
                Event::Node(index) => {
                    if self.units[index].wake == time {
                        self.poll_node(index);
                    }
                }
                Event::Landing => self.land(),
                Event::Message(index) => self.message(index),
                Event::Alarm(index) => self.alarm(index),
                Event::Restart => self.restart(),
            }
        }
        self.finish(end)
    }

    fn finish(mut self, end: u64) -> (Outcome, Vec<Shot>) {
        self.outcome.duration = self.scenario.duration;
        self.outcome.collisions = self.channel.collisions;
        self.outcome.contentions = self.channel.contentions;
        self.outcome.airtime = self.channel.airtime;
        // What waits is neither delivered nor lost, unless it waits for long.
        let patience = 60_000_000_000.max(5 * self.scenario.traffic.every.as_nanos() as u64);
        for unit in &self.units {
            let waiting = unit.queue.iter().chain(unit.tickets.values());
            let on_the_way =
                waiting.filter(|note| !unit.fate(note.sequence).came && note.created + patience > end);
            self.outcome.offered -= on_the_way.count() as u64;
            let wrong = unit.fates.iter().filter(|fate| fate.is_settled && !fate.came);
            self.outcome.wrong += wrong.count() as u64;
        }
        (self.outcome, self.shots.unwrap_or_default())
    }

    fn base_time(&self, time: u64) -> BaseTime {
        BaseTime::from_us(World::EPOCH_US + time / 1_000)
    }

    fn message(&mut self, index: usize) {
        let every = self.scenario.traffic.every.as_nanos() as u64;
        self.at(self.now + every, Event::Message(index));
        self.outcome.offered += 1;
        let unit = &mut self.units[index];
        let note = unit.note(self.now);
        unit.queue.push_back(note);
        if unit.queue.len() > QUEUE {
            unit.queue.pop_front();
        }
        self.poll_node(index);
    }

    fn alarm(&mut self, index: usize) {
        self.plan_alarm(index);
        let unit = &mut self.units[index];
        let note = unit.note(self.now);
        let octets = message(note, usize::from(self.scenario.layout.alarm));
        match unit.node.alarm(&octets) {
            Ok(ticket) => {
                unit.tickets.insert(ticket, note);
            }
            Err(_) => self.outcome.lost_alarms += 1,
        }
        self.poll_node(index);
    }

    fn poll_node(&mut self, index: usize) {
        let now = self.now;
        let unit = &mut self.units[index];
        let local = LocalTime::from_us(unit.crystal.shown_us(now));
        loop {
            while unit.node.is_free() && unit.node.is_member() {
                let Some(note) = unit.queue.pop_front() else { break };
                match unit.node.send(&message(note, self.scenario.traffic.octets)) {
                    Ok(ticket) => {
                        unit.tickets.insert(ticket, note);
                    }
                    Err(_) => unit.queue.push_front(note),
                }
            }
            match unit.node.poll(local) {
                NodeOutput::Transmit { frame, at } => {
                    let late = self.chance.u64(..=u64::from(self.scenario.start_error_us) * 1_000);
                    let start = unit.crystal.time(at.us()) + late;
                    let purpose =
                        Purpose::at(&self.schedule, BaseTime::from_us(World::EPOCH_US + start / 1_000));
                    assert!(start >= now, "a frame in the past");
                    let end = self.channel.transmit(
                        Sender::Node(index),
                        purpose,
                        start + unit.flight_ns,
                        unit.power_db,
                        frame,
                    );
                    unit.transmits = start..end;
                    self.outcome.frames += 1;
                    if let Some(shots) = &mut self.shots {
                        shots.push(Shot {
                            start,
                            end,
                            device: unit.number,
                            is_contention: purpose == Purpose::Contention,
                        });
                    }
                    self.events.push(Reverse((end, Event::Landing)));
                }
                NodeOutput::Delivered { ticket } => {
                    if let Some(note) = unit.tickets.remove(&ticket) {
                        unit.fates[note.sequence as usize].is_settled = true;
                    }
                }
                NodeOutput::Lost { ticket } => {
                    if let Some(note) = unit.tickets.remove(&ticket) {
                        unit.queue.push_front(note);
                    }
                }
                NodeOutput::Wait(until) => {
                    if let Some(until) = until {
                        let at = unit.crystal.time(until.us()).max(now + 1);
                        if unit.wake != at {
                            unit.wake = at;
                            self.events.push(Reverse((at, Event::Node(index))));
                        }
                    }
                    break;
                }
                _ => {}
            }
        }
    }

    fn poll_base(&mut self) {
        let now = self.base_time(self.now);
        loop {
            match self.base.poll(now) {
                BaseOutput::Transmit { frame, at } => {
                    let start = (at.us() - World::EPOCH_US) * 1_000;
                    assert!(start >= self.now, "a frame in the past");
                    let end = self.channel.transmit(Sender::Base, Purpose::Slot, start, 0, frame);
                    self.base_transmits = start..end;
                    if let Some(shots) = &mut self.shots {
                        shots.push(Shot { start, end, device: 0, is_contention: false });
                    }
                    self.at(end, Event::Landing);
                }
                BaseOutput::Message { device, is_alarm, message, .. } => {
                    let sequence = u32::from_be_bytes(message[..4].try_into().expect("four octets"));
                    let created = u64::from_be_bytes(message[4..12].try_into().expect("eight octets"));
                    let octets = message.len() as u64;
                    let unit = &mut self.units[usize::from(device - self.scenario.layout.first)];
                    if std::mem::replace(&mut unit.fates[sequence as usize].came, true) {
                        self.outcome.wrong += 1;
                    } else if is_alarm {
                        self.outcome.alarms.add(self.now - created);
                    } else {
                        self.outcome.delivered += 1;
                        self.outcome.octets += octets;
                        self.outcome.latencies.add(self.now - created);
                    }
                    self.store(device);
                }
                BaseOutput::Joined { device, link, session, window } => {
                    self.stored.insert(device, Stored { link, session, window });
                }
                BaseOutput::Failed(error) => panic!("{error}"),
                BaseOutput::Wait(until) => {
                    let at = ((until.us() - World::EPOCH_US) * 1_000).max(self.now + 1);
                    if self.wake != at {
                        self.wake = at;
                        self.at(at, Event::Base);
                    }
                    break;
                }
                _ => {}
            }
        }
    }

    fn store(&mut self, device: u16) {
        if let (Some(stored), Some(window)) = (self.stored.get_mut(&device), self.base.window(device)) {
            stored.window = window;
        }
    }

    fn land(&mut self) {
        while let Some(flight) = self.channel.land(self.now) {
            match flight.sender {
                Sender::Base => self.land_at_nodes(&flight),
                Sender::Node(index) => self.land_at_base(index, &flight),
            }
        }
    }

    fn land_at_nodes(&mut self, flight: &Flight) {
        if self.channel.is_spoilt(flight) {
            return;
        }
        for index in 0..self.units.len() {
            let scenario = &self.scenario;
            let unit = &mut self.units[index];
            if unit.down.loses(scenario.loss, &mut self.chance) || overlap(&unit.transmits, flight) {
                continue;
            }
            let late = self.chance.u64(..=u64::from(scenario.stamp_error_us) * 1_000 / 2);
            let ended = unit.crystal.shown_us(self.now + unit.flight_ns + late);
            unit.node.receive(&flight.frame, LocalTime::from_us(ended));
            self.poll_node(index);
        }
    }

    fn land_at_base(&mut self, index: usize, flight: &Flight) {
        let ended = self.base_time(self.now);
        if self.channel.is_spoilt(flight) {
            self.base.garbled(ended);
        } else if !self.units[index].up.loses(self.scenario.loss, &mut self.chance)
            && !overlap(&self.base_transmits, flight)
        {
            let before = self.base.counts();
            self.base.receive(&flight.frame, ended);
            let device = self.units[index].number;
            if self.base.counts().frames != before.frames {
                self.store(device);
                if self.waits_for.remove(&device) && self.waits_for.is_empty() {
                    // The first superframe is the next after the start.
                    let first = self.schedule.number(self.base_time(self.since));
                    self.outcome.back = Some(self.schedule.number(ended) - first);
                }
            }
        }
        self.poll_base();
    }

    /// The base starts again from what it stored.
    fn restart(&mut self) {
        self.base = base(&self.scenario, self.schedule, &self.memories, &self.stored, self.now / 1_000);
        self.since = self.now;
        self.waits_for = self.units.iter().map(|unit| unit.number).collect();
        self.outcome.back = None;
        self.poll_base();
    }
}

impl Unit {
    fn note(&mut self, created: u64) -> Note {
        self.fates.push(Fate::default());
        Note { sequence: self.fates.len() as u32 - 1, created }
    }

    fn fate(&self, sequence: u32) -> Fate {
        self.fates[sequence as usize]
    }

    fn new(scenario: &Scenario, schedule: Schedule, index: u16, chance: &mut fastrand::Rng) -> Self {
        let number = scenario.layout.first + index;
        let limit = i64::from(scenario.drift_ppm) * 1_000;
        // The first two are at the ends of what is allowed.
        let skew = match index {
            0 => limit,
            1 => -limit,
            _ => chance.i64(-limit..=limit),
        };
        let rate = i64::from(scenario.drift_rate_ppb_per_s);
        let bounds = Bounds {
            stamp_error_us: scenario.stamp_error_us,
            drift_ppm: scenario.drift_ppm + 1,
            drift_rate_ppb_per_s: scenario.drift_rate_ppb_per_s + 1,
        };
        let start_error_us = scenario.start_error_us;
        let device = Device { network: NETWORK, number, bounds, start_error_us };
        let mut layout = *schedule.layout();
        if !scenario.knows_schedule {
            layout.version = layout.version.wrapping_sub(1);
        }
        let schedule = Schedule::new(layout).expect("only the version differs");
        let mut node = Node::new(schedule, device, &root_key(number), Memory::default()).expect("a slot");
        if !scenario.is_joined {
            node.join(root_key(number), chance.u64(..));
        }
        Self {
            node,
            crystal: Crystal::new(skew, limit, rate, chance.fork()),
            number,
            // Up to 1.5 km.
            flight_ns: chance.u64(..5_000),
            power_db: chance.i32(-20..=0),
            up: channel::Link::default(),
            down: channel::Link::default(),
            queue: VecDeque::new(),
            tickets: HashMap::new(),
            fates: Vec::new(),
            transmits: 0..0,
            wake: 0,
        }
    }
}

/// Whether a radio sends while a frame is on the air, and so does not hear it.
fn overlap(transmits: &Range<u64>, flight: &Flight) -> bool {
    transmits.start < flight.end && flight.start < transmits.end
}

/// A base with what was stored, at some microsecond of the simulation.
fn base(
    scenario: &Scenario,
    schedule: Schedule,
    memories: &[Memory],
    stored: &HashMap<u16, Stored>,
    now_us: u64,
) -> Base<'static, Memory, Aes128, 256> {
    let stations = (0..schedule.devices()).map(|index| {
        let number = scenario.layout.first + index;
        let memory = memories[2 + usize::from(index)].clone();
        let mut station = Station::new(NETWORK, number, root_key(number), memory).ok()?;
        if let Some(stored) = stored.get(&number) {
            station.resume(stored.link, stored.session, stored.window);
        }
        Some(station)
    });
    let setup = Setup {
        network: NETWORK,
        epoch: 0,
        key: network_key(),
        schedule,
        beacons: memories[0].clone(),
        sessions: memories[1].clone(),
    };
    // A base borrows its stations; a simulation ends with the program.
    let stations: &'static mut [Option<Station<Memory, Aes128, 256>>] = Box::leak(stations.collect());
    Base::new(setup, stations, BaseTime::from_us(World::EPOCH_US + now_us)).expect("a base")
}

fn message(note: Note, octets: usize) -> Vec<u8> {
    let mut message = vec![0xA5; octets.max(12)];
    message[..4].copy_from_slice(&note.sequence.to_be_bytes());
    message[4..12].copy_from_slice(&note.created.to_be_bytes());
    message
}
