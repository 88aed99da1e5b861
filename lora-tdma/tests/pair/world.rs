//! The channel, the clocks, and what has to hold whatever happens: nothing is sent in the past, members send in
//! their own turns only, and no two of their frames meet.

mod air;
mod unit;

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

pub use air::{Flight, Sender};
pub use unit::{Memory, Told, Unit, device};

use air::Span;

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

/// What the base stored of a device.
#[derive(Clone, Copy)]
struct Stored {
    link: Link,
    session: Session,
    window: Window,
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

    /// A device has counted so many frames before it starts the next time.
    pub fn age(&mut self, index: usize, frames: u64) {
        self.units[index].memory.counter.set(frames);
    }

    /// A device's clock starts anew, as that of a modem does, and it asks to join.
    pub fn restart_clock(&mut self, index: usize) {
        let unit = &mut self.units[index];
        (unit.began, unit.wake) = (self.now, None);
        unit.node.forget_time();
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
                BaseOutput::Joined { device, link, session, window } => {
                    self.seen.push(Seen::Joined(device));
                    self.stored.insert(device, Stored { link, session, window });
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

    fn store(&mut self, device: u16) {
        if let Some(stored) = self.stored.get_mut(&device) {
            stored.window = self.base.window(device).expect("a message of a member");
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
            station.resume(link, session, window);
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
