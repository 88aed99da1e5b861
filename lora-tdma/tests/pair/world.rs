//! The channel, the clocks, and what has to hold whatever happens: nothing is sent in the past, members send in
//! their own turns only, and no two of their frames meet.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use frame_crypto::{
    CounterStore, Header, JoinRequest, Key, Kind, Link, Opener, Sealer, Session, StoreError, Window,
};
use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::{
    Access, Base, BaseOutput, BaseTime, Beacon, Bounds, Device, Grant, Layout, LocalTime, Node, NodeOutput,
    Schedule, Setup, Station,
};

pub const NETWORK: u16 = 1;
pub const START: u64 = 1_700_000_000_000_000;
pub const SECOND: u64 = 1_000_000;
pub const MESSAGE: usize = 256;
const START_ERROR_US: u64 = 20;
const STAMP_ERROR_US: u64 = 20;

pub const FAST: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

/// Slots of 32 octets and everything else there is.
pub fn layout(slots: u8) -> Layout {
    Layout {
        downlink: 32,
        joins: 2,
        alarms: 2,
        alarm: 16,
        extras: 4,
        listen_us: 320,
        ..Layout::plain(FAST, slots, 32, 1_000, 1_000_000)
    }
}

/// Devices from 1 on.
pub fn numbers(count: u16) -> Vec<u16> {
    (1..=count).collect()
}

/// A counter that survives a restart.
#[derive(Clone, Default)]
pub struct Memory {
    counter: Rc<Cell<u64>>,
    is_broken: Rc<Cell<bool>>,
}

impl CounterStore for Memory {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.counter.get())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        if self.is_broken.get() {
            return Err(StoreError::Memory);
        }
        self.counter.set(counter);
        Ok(())
    }
}

pub fn root_key(number: u16) -> Key {
    Key::new([number as u8; 16])
}

pub fn network_key(epoch: u16) -> Key {
    Key::new([0xB0 | epoch as u8; 16])
}

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Whether something that happens `percent` times in a hundred happens.
    pub fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What an application was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// By a node.
    Message {
        to_all: bool,
        octets: Vec<u8>,
    },
    Delivered(u8),
    Lost(u8),
    Joined,
    Scheduled(u8),
    Dismissed,
}

/// What the base's application was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Message { device: u16, is_alarm: bool, octets: Vec<u8> },
    Delivered(u16),
    DeliveredToAll(u16),
    Joined(u16),
    Unknown(u16),
    Left(u16),
    Changed { version: u8, epoch: u16 },
}

pub type TestNode = Node<Memory, frame_crypto::Aes128, 4, MESSAGE>;
pub type TestBase = Base<'static, Memory, frame_crypto::Aes128, MESSAGE>;
pub type TestStation = Station<Memory, frame_crypto::Aes128, MESSAGE>;

/// A node, its clock and its place on the channel.
pub struct Unit {
    pub number: u16,
    pub node: TestNode,
    memory: Memory,
    ppm: i64,
    offset: u64,
    wake: Option<u64>,
    /// Its last frame.
    sends: Span,
    pub told: Vec<Told>,
    /// It hears nothing.
    pub is_deaf: bool,
    /// It hears nothing else.
    pub hears_beacons_only: bool,
    /// Nobody hears it.
    pub is_mute: bool,
    /// Somebody else is heard whenever it wants to send.
    pub is_disturbed: bool,
    pub frames: u32,
    pub failures: u32,
}

impl Unit {
    fn new(number: u16, schedule: Schedule, memory: Memory) -> Self {
        let device = device(number);
        let node = Node::new(schedule, device, &root_key(number), memory.clone()).unwrap();
        Self {
            number,
            node,
            memory,
            ppm: i64::from(number % 9) * 10 - 40,
            offset: u64::from(number) * 7_777_777,
            wake: None,
            sends: Span::default(),
            told: Vec::new(),
            is_deaf: false,
            hears_beacons_only: false,
            is_mute: false,
            is_disturbed: false,
            frames: 0,
            failures: 0,
        }
    }

    pub fn break_store(&mut self, is_broken: bool) {
        self.memory.is_broken.set(is_broken);
    }

    pub fn local(&self, time: u64) -> LocalTime {
        let passed = (time - START) as i64;
        LocalTime::from_us(self.offset + (passed + passed * self.ppm / 1_000_000) as u64)
    }

    fn time(&self, local: LocalTime) -> u64 {
        let shown = local.us().saturating_sub(self.offset) as i128;
        START + (shown * 1_000_000 / i128::from(1_000_000 + self.ppm)) as u64
    }

    /// The messages it got.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        let octets = |told: &Told| match told {
            Told::Message { octets, .. } => Some(octets.clone()),
            _ => None,
        };
        self.told.iter().filter_map(octets).collect()
    }

    pub fn count(&self, told: &Told) -> usize {
        self.told.iter().filter(|&other| other == told).count()
    }
}

pub fn device(number: u16) -> Device {
    let bounds = Bounds { stamp_error_us: STAMP_ERROR_US as u16 + 2, drift_ppm: 42, drift_rate_ppb_per_s: 1 };
    Device { network: NETWORK, number, bounds, start_error_us: START_ERROR_US as u16 + 2 }
}

/// When a radio sends, and so hears nothing.
#[derive(Clone, Copy, Default)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    fn meets(&self, flight: &Flight) -> bool {
        self.start < flight.end && flight.start < self.end
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Base,
    Node(usize),
}

/// A frame on the air.
#[derive(Clone, Debug)]
pub struct Flight {
    pub sender: Sender,
    pub start: u64,
    pub end: u64,
    /// Whether anybody may send then.
    pub is_contention: bool,
    pub is_spoilt: bool,
    pub frame: Vec<u8>,
}

impl Flight {
    pub fn kind(&self) -> Option<Kind> {
        Header::decode(&self.frame).ok().map(|header| header.kind)
    }

    fn is_beacon(&self) -> bool {
        Header::decode(&self.frame).is_ok_and(|header| header.kind == Kind::Broadcast && !header.flag)
    }
}

/// What the base stored of a device.
#[derive(Clone, Copy)]
struct Stored {
    link: Link,
    session: Session,
    window: Option<Window>,
}

pub struct World {
    pub base: TestBase,
    pub units: Vec<Unit>,
    pub now: u64,
    pub seen: Vec<Seen>,
    /// Of a hundred frames, each way.
    pub loss: u64,
    /// Somebody else is heard whenever the base wants to send.
    pub is_disturbed: bool,
    pub random: Random,
    /// Everything that was ever sent.
    pub flights: Vec<Flight>,
    landed: usize,
    pub schedule: Schedule,
    /// The epochs whose keys there are.
    pub epoch: u16,
    memories: BTreeMap<u16, Memory>,
    stored: BTreeMap<u16, Stored>,
    base_wake: Option<u64>,
    /// How much the base's clock is behind.
    shift: u64,
    pub failures: u32,
    base_sends: Span,
    listeners: Vec<Opener>,
    /// The grants of the newest beacon, and its number.
    grants: Vec<Grant>,
    number: u64,
    pub collisions: u32,
}

/// A base's own memories.
const BEACONS: u16 = 0;
const SESSIONS: u16 = 0xFFFF;

impl World {
    /// A base that knows the devices with these numbers, and they it.
    pub fn new(layout: Layout, numbers: &[u16]) -> Self {
        let schedule = Schedule::new(layout).unwrap();
        let mut memories = BTreeMap::new();
        let base = base(schedule, 0, &mut memories, &BTreeMap::new(), numbers, START);
        let units = numbers.iter().map(|&number| Unit::new(number, schedule, Memory::default())).collect();
        let mut world = Self {
            base,
            units,
            now: START,
            seen: Vec::new(),
            loss: 0,
            is_disturbed: false,
            random: Random(0x9E37_79B9_7F4A_7C15),
            flights: Vec::new(),
            landed: 0,
            schedule,
            epoch: 0,
            memories,
            stored: BTreeMap::new(),
            base_wake: None,
            shift: 0,
            failures: 0,
            base_sends: Span::default(),
            listeners: Vec::new(),
            grants: Vec::new(),
            number: 0,
            collisions: 0,
        };
        world.listen_to(0);
        world.poll_base();
        world
    }

    /// The same, and all of them joined.
    pub fn joined(layout: Layout, numbers: &[u16]) -> Self {
        let mut world = Self::new(layout, numbers);
        (0..world.units.len()).for_each(|index| world.join(index));
        world.pass(20 * u64::from(layout.cycle));
        assert!(world.units.iter().all(|unit| unit.node.is_member() && world.base.is_member(unit.number)));
        world.clear();
        world
    }

    pub fn clear(&mut self) {
        self.seen.clear();
        self.units.iter_mut().for_each(|unit| unit.told.clear());
    }

    fn listen_to(&mut self, epoch: u16) {
        let all = Link { network: NETWORK, device: Link::EVERYBODY, epoch };
        self.listeners.push(Opener::new(&network_key(epoch), Kind::Broadcast, all, 0));
    }

    /// A device asks to join.
    pub fn join(&mut self, index: usize) {
        let nonce = self.random.below(u64::MAX);
        let unit = &mut self.units[index];
        unit.node.join(root_key(unit.number), nonce);
        self.poll_node(index);
    }

    /// A device loses all but its counter, and asks to join.
    pub fn restart_node(&mut self, index: usize, schedule: Schedule) {
        let unit = &mut self.units[index];
        unit.node =
            Node::new(schedule, device(unit.number), &root_key(unit.number), unit.memory.clone()).unwrap();
        unit.wake = None;
        self.join(index);
    }

    /// Adds a device that the base does not know.
    pub fn add(&mut self, number: u16, schedule: Schedule) -> usize {
        self.units.push(Unit::new(number, schedule, Memory::default()));
        self.units.len() - 1
    }

    pub fn enroll(&mut self, number: u16) {
        let memory = self.memories.entry(number).or_default().clone();
        self.base.enroll(number, root_key(number), memory).unwrap();
        self.poll_base();
    }

    /// Stores of the base cannot be written.
    pub fn break_stores(&mut self, are_broken: bool) {
        self.memories.values().for_each(|memory| memory.is_broken.set(are_broken));
    }

    pub fn stop_base(&mut self) {
        self.base_wake = None;
        // What it had not sent yet.
        let now = self.now;
        self.flights.retain(|flight| flight.sender != Sender::Base || flight.start < now);
    }

    /// The base loses all that it did not store, and is back with its clock set back.
    pub fn set_back(&mut self, us: u64) {
        self.shift += us;
        self.restart_base(0);
    }

    /// What was on the air.
    pub fn landed(&self) -> &[Flight] {
        &self.flights[..self.landed]
    }

    fn base_time(&self, time: u64) -> BaseTime {
        BaseTime::from_us(time - self.shift)
    }

    /// The base loses all that it did not store, and is back after some superframes.
    pub fn restart_base(&mut self, superframes: u64) {
        self.stop_base();
        let flights = self.flights.len();
        self.pass(superframes);
        assert!(self.flights[flights..].iter().all(|flight| flight.sender != Sender::Base));
        let numbers: Vec<u16> =
            self.memories.keys().copied().filter(|&number| number != BEACONS && number != SESSIONS).collect();
        self.base = base(
            self.schedule,
            self.epoch,
            &mut self.memories,
            &self.stored,
            &numbers,
            self.now - self.shift,
        );
        self.poll_base();
    }

    pub fn send(&mut self, index: usize, message: &[u8]) -> u8 {
        let ticket = self.units[index].node.send(message).unwrap();
        self.poll_node(index);
        ticket
    }

    pub fn alarm(&mut self, index: usize, message: &[u8]) -> u8 {
        let ticket = self.units[index].node.alarm(message).unwrap();
        self.poll_node(index);
        ticket
    }

    pub fn send_down(&mut self, number: u16, message: &[u8]) {
        self.base.send(number, message).unwrap();
        self.poll_base();
    }

    pub fn send_to_all(&mut self, message: &[u8], repeats: u8) {
        self.base.send_to_all(message, repeats).unwrap();
        self.poll_base();
    }

    /// Lets so many superframes pass.
    pub fn pass(&mut self, superframes: u64) {
        self.run(superframes * u64::from(self.schedule.layout().period_us));
    }

    /// Lets time pass, event by event.
    pub fn run(&mut self, us: u64) {
        let end = self.now + us;
        loop {
            let landing = self.flights[self.landed..].iter().map(|flight| flight.end).min();
            let wakes = self.units.iter().filter_map(|unit| unit.wake).chain(self.base_wake).chain(landing);
            let Some(next) = wakes.min().filter(|&next| next <= end) else { break };
            assert!(next >= self.now);
            self.now = next;
            if landing == Some(next) {
                self.land();
            }
            if self.base_wake == Some(next) {
                self.poll_base();
            }
            for index in 0..self.units.len() {
                if self.units[index].wake == Some(next) {
                    self.poll_node(index);
                }
            }
        }
        self.now = end;
    }

    pub fn poll_base(&mut self) {
        let now = self.base_time(self.now);
        for polls in 0.. {
            assert!(polls < 50, "a base that never waits");
            match self.base.poll(now) {
                BaseOutput::Transmit { frame, at } => {
                    let frame = frame.to_vec();
                    assert!(at >= now, "the base sends in the past");
                    if self.is_disturbed {
                        self.base.busy();
                        continue;
                    }
                    self.note_beacon(&frame);
                    self.base_sends = self.transmit(Sender::Base, at.us() + self.shift, false, frame);
                }
                BaseOutput::Message { device, is_alarm, message, .. } => {
                    self.seen.push(Seen::Message { device, is_alarm, octets: message.to_vec() });
                    self.store(device);
                }
                BaseOutput::Delivered { device } => self.seen.push(Seen::Delivered(device)),
                BaseOutput::DeliveredToAll { device } => self.seen.push(Seen::DeliveredToAll(device)),
                BaseOutput::Joined { device, link, session } => {
                    self.seen.push(Seen::Joined(device));
                    self.stored.insert(device, Stored { link, session, window: None });
                }
                BaseOutput::Unknown { device } => self.seen.push(Seen::Unknown(device)),
                BaseOutput::Left { device } => {
                    self.seen.push(Seen::Left(device));
                    self.stored.remove(&device);
                }
                BaseOutput::Changed { version, epoch } => {
                    self.seen.push(Seen::Changed { version, epoch });
                    self.schedule = *self.base.schedule();
                    if epoch != self.epoch {
                        self.listen_to(epoch);
                    }
                    self.epoch = epoch;
                }
                BaseOutput::Failed(_) => self.failures += 1,
                BaseOutput::Wait(until) => {
                    assert!(until > now, "a wait ends later");
                    self.base_wake = Some(until.us() + self.shift);
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Remembers whom a beacon grants extra slots.
    fn note_beacon(&mut self, frame: &[u8]) {
        if Header::decode(frame).is_ok_and(|header| header.kind == Kind::Broadcast && !header.flag) {
            let mut buffer = [0; 255];
            let sealed = &frame[..frame.len() - Beacon::CLEAR_LEN];
            let opened = self.listeners.iter_mut().find_map(|opener| {
                opener.open(sealed, &mut buffer).ok().map(|opened| opened.plaintext.len())
            });
            let beacon = Beacon::decode(&buffer[..opened.expect("a genuine beacon")]).unwrap();
            let schedule = self.base.schedule();
            self.grants =
                (0..schedule.layout().extras).map(|extra| beacon.grant(extra, schedule.slots())).collect();
            self.number = beacon.number;
        }
    }

    fn store(&mut self, device: u16) {
        if let Some(stored) = self.stored.get_mut(&device) {
            stored.window = self.base.window(device);
        }
    }

    pub fn poll_node(&mut self, index: usize) {
        let now = self.now;
        for polls in 0.. {
            assert!(polls < 50, "a node that never waits");
            let unit = &mut self.units[index];
            let local = unit.local(now);
            match unit.node.poll(local) {
                NodeOutput::Transmit { frame, at } => {
                    assert!(at > local, "a node sends in the past");
                    let frame = frame.to_vec();
                    if unit.is_disturbed {
                        unit.node.busy();
                        continue;
                    }
                    unit.frames += 1;
                    assert!(unit.time(at) >= unit.sends.end, "two frames at once");
                    let start = unit.time(at) + self.random.below(START_ERROR_US + 1);
                    let is_contention = self.check_turn(index, start, &frame);
                    let end = self.transmit(Sender::Node(index), start, is_contention, frame);
                    self.units[index].sends = end;
                }
                NodeOutput::Message { to_all, message } => {
                    let octets = message.to_vec();
                    unit.told.push(Told::Message { to_all, octets });
                }
                NodeOutput::Delivered { ticket } => unit.told.push(Told::Delivered(ticket)),
                NodeOutput::Lost { ticket } => unit.told.push(Told::Lost(ticket)),
                NodeOutput::Joined { .. } => unit.told.push(Told::Joined),
                NodeOutput::Scheduled(schedule) => {
                    let version = schedule.layout().version;
                    unit.told.push(Told::Scheduled(version));
                }
                NodeOutput::Dismissed => unit.told.push(Told::Dismissed),
                NodeOutput::Failed(_) => unit.failures += 1,
                NodeOutput::Wait(until) => {
                    assert!(until.is_none_or(|until| until > local), "a wait ends later");
                    unit.wake = until.map(|until| unit.time(until).max(now + 1));
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Whether it is a turn that others share; panics if it is none of this node's.
    fn check_turn(&self, index: usize, start: u64, frame: &[u8]) -> bool {
        let schedule = *self.base.schedule();
        let layout = schedule.layout();
        if layout.access == Access::Polling {
            return JoinRequest::device(frame).is_some();
        }
        let unit = &self.units[index];
        let half = u64::from(layout.guard_us / 2);
        let start = self.base_time(start);
        let number = schedule.number(start.after(half));
        let after = start.us() - schedule.start(number).us();
        let at = |offset: u64| offset.abs_diff(after) <= half;
        let is_request = JoinRequest::device(frame).is_some();
        if is_request && (0..layout.joins).filter_map(|join| schedule.join_us(join)).any(at) {
            return true;
        }
        let place = schedule.place(unit.number).unwrap();
        if schedule.phase(number) == place.phase && schedule.slot_us(place.slot).is_some_and(at) {
            let octets = usize::from(layout.messages[usize::from(place.slot)]) + 14;
            assert!(frame.len() <= octets, "{} octets in a slot for {octets}", frame.len());
            return false;
        }
        assert!(!is_request, "device {} asks in a slot of others, {after} us after the beacon", unit.number);
        if (0..layout.alarms).filter_map(|alarm| schedule.alarm_us(alarm)).any(at) {
            assert!(frame.len() <= usize::from(layout.alarm) + 14);
            return true;
        }
        let granted = self.grants.iter().zip(0..).any(|(&grant, extra)| {
            number == self.number
                && schedule.phase(number - 1) == place.phase
                && grant == Grant::Slot(place.slot)
                && schedule.extra_us(extra).is_some_and(at)
        });
        let (own, others) = (unit.node.schedule().layout().version, layout.version);
        assert!(
            granted,
            "device {} sends {after} us after beacon {number}, by {own} of {others}",
            unit.number
        );
        false
    }

    /// Puts a frame on the air; how long it is there.
    fn transmit(&mut self, sender: Sender, start: u64, is_contention: bool, frame: Vec<u8>) -> Span {
        assert!(start >= self.now);
        let end = start + self.schedule.airtime_us(frame.len());
        let mut is_spoilt = false;
        for other in &mut self.flights[self.landed..] {
            if other.start < end && start < other.end {
                (is_spoilt, other.is_spoilt) = (true, true);
                if !is_contention && !other.is_contention {
                    self.collisions += 1;
                }
            }
        }
        self.flights.push(Flight { sender, start, end, is_contention, is_spoilt, frame });
        Span { start, end }
    }

    fn land(&mut self) {
        // In the order of their ends.
        self.flights[self.landed..].sort_by_key(|flight| flight.end);
        while let Some(flight) =
            self.flights.get(self.landed).filter(|flight| flight.end <= self.now).cloned()
        {
            self.landed += 1;
            match flight.sender {
                Sender::Base => {
                    for index in 0..self.units.len() {
                        let is_lost = self.random.happens(self.loss);
                        let unit = &self.units[index];
                        let is_deaf = unit.is_deaf || unit.hears_beacons_only && !flight.is_beacon();
                        if !is_lost && !flight.is_spoilt && !is_deaf && !unit.sends.meets(&flight) {
                            self.node_hears(index, &flight.frame);
                        }
                    }
                }
                Sender::Node(index) => {
                    let is_lost = self.random.happens(self.loss) || self.units[index].is_mute;
                    if !is_lost && self.base_wake.is_some() && !self.base_sends.meets(&flight) {
                        if flight.is_spoilt {
                            self.base.garbled(self.base_time(self.now));
                        } else {
                            self.base.receive(&flight.frame, self.base_time(self.now));
                        }
                        self.poll_base();
                    }
                }
            }
        }
        assert_eq!(self.collisions, 0, "slots overlap");
    }

    /// A node hears a frame that ends now.
    pub fn node_hears(&mut self, index: usize, frame: &[u8]) {
        let late = self.random.below(STAMP_ERROR_US + 1);
        let unit = &mut self.units[index];
        let ended = unit.local(self.now + late);
        unit.node.receive(frame, ended);
        self.poll_node(index);
    }

    /// The base hears a frame that ends now.
    pub fn base_hears(&mut self, frame: &[u8]) {
        self.base.receive(frame, self.base_time(self.now));
        self.poll_base();
    }

    /// A beacon of another version, by somebody who has the key of an epoch.
    pub fn forge_beacon(&self, epoch: u16, version: u8) -> Vec<u8> {
        let all = Link { network: NETWORK, device: Link::EVERYBODY, epoch };
        let mut sealer: Sealer<Memory> =
            Sealer::new(&network_key(epoch), Kind::Broadcast, all, self.memories[&BEACONS].clone()).unwrap();
        let mut plaintext = [0; Beacon::MAX_LEN];
        let number = self.base.schedule().number(self.base_time(self.now));
        let plaintext = Beacon { number, version, run: 0, entries: &[0; 12] }.encode(&mut plaintext).unwrap();
        let mut buffer = [0; 255];
        let mut frame = sealer.seal(false, plaintext, &mut buffer).unwrap().to_vec();
        frame.extend([version, 0]);
        frame
    }

    /// The messages that came from a device.
    pub fn came(&self, number: u16) -> Vec<Vec<u8>> {
        let octets = |seen: &Seen| match seen {
            Seen::Message { device, octets, .. } if *device == number => Some(octets.clone()),
            _ => None,
        };
        self.seen.iter().filter_map(octets).collect()
    }

    pub fn count(&self, seen: &Seen) -> usize {
        self.seen.iter().filter(|&other| other == seen).count()
    }
}

fn base(
    schedule: Schedule,
    epoch: u16,
    memories: &mut BTreeMap<u16, Memory>,
    stored: &BTreeMap<u16, Stored>,
    numbers: &[u16],
    now: u64,
) -> TestBase {
    let mut memory = |number: u16| memories.entry(number).or_default().clone();
    let mut stations: Vec<Option<TestStation>> = (0..schedule.devices()).map(|_| None).collect();
    for &number in numbers {
        let mut station = Station::new(NETWORK, number, root_key(number), memory(number)).unwrap();
        if let Some(&Stored { link, session, window }) = stored.get(&number) {
            station.resume(link, session, window.unwrap_or(Window::new(0)));
        }
        stations[usize::from(number - schedule.layout().first)] = Some(station);
    }
    let setup = Setup {
        network: NETWORK,
        epoch,
        key: network_key(epoch),
        schedule,
        beacons: memory(BEACONS),
        sessions: memory(SESSIONS),
    };
    // A base borrows its stations; a test ends with the program.
    Base::new(setup, Box::leak(stations.into_boxed_slice()), BaseTime::from_us(now)).unwrap()
}
