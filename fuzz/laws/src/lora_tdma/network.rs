//! A base and two nodes on a channel, and what has to hold of them whatever they hear.

mod air;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use frame_crypto::{
    Aes128, CounterStore, Header, JoinRequest, Key, Kind, Link, Opener, Session, StoreError, Window,
};
use lora_tdma::{
    Access, Base, BaseOutput, BaseTime, Beacon, Bounds, Device, Grant, Layout, LocalTime, Node, NodeOutput,
    Schedule, Setup, Station,
};

use super::FAST;

pub const START: u64 = 1_700_000_000_000_000;
pub const NODES: usize = 2;
/// The numbers of the nodes: the second one is in another superframe, where there is a cycle.
pub const NUMBERS: [u16; NODES] = [2, 5];
const STATIONS: usize = 6;
const NETWORK: u16 = 1;
/// Crystals' errors in millionths.
const DRIFT_PPM: [i64; NODES] = [40, -40];
const STAMP_ERROR_US: u64 = 20;

pub type Place = Option<Station<Memory, Aes128, 128>>;
/// Stations for a base, and for it after restarts.
pub type Stations = [[Place; STATIONS]; 4];

pub fn no_stations() -> Stations {
    [const { [const { None }; STATIONS] }; 4]
}

/// Every way devices get their turn.
pub fn layout(way: u8, version: u8) -> Layout {
    let full = Layout {
        version,
        downlink: 40,
        joins: 2,
        alarms: 1,
        alarm: 16,
        extras: 2,
        listen_us: 320,
        ..Layout::plain(FAST, 6, 32, 1_000, 500_000)
    };
    match way % 5 {
        0 => full,
        1 => Layout { access: Access::Polling, joins: 1, period_us: 0, ..full },
        2 => Layout { interval_us: 90_000, alarms: 0, alarm: 0, extras: 0, period_us: 800_000, ..full },
        3 => {
            let mut messages = [0; 16];
            messages[..3].copy_from_slice(&[8, 60, 20]);
            Layout { messages, cycle: 2, period_us: 400_000, ..full }
        }
        _ => Layout { extras: 4, alarms: 0, downlink: 100, period_us: 900_000, ..full },
    }
}

/// A counter that survives a restart.
#[derive(Clone, Default)]
pub struct Memory(Rc<Cell<u64>>);

impl CounterStore for Memory {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.0.get())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        self.0.set(counter);
        Ok(())
    }
}

fn root(number: u16) -> Key {
    Key::new([number as u8; 16])
}

fn network_key(epoch: u16) -> Key {
    Key::new([0xA0 ^ epoch as u8; 16])
}

/// A frame that was on the air, or is soon.
pub struct Flight {
    /// A node's index; `None`: the base.
    sender: Option<usize>,
    start: u64,
    pub end: u64,
    pub frame: Vec<u8>,
    /// Whether its receiver got it.
    came: bool,
}

pub struct Unit {
    pub node: Node<Memory, Aes128, 4, 128>,
    memory: Memory,
    wake: Option<u64>,
    /// The message of each ticket.
    tickets: BTreeMap<u8, u32>,
    /// What was called delivered, or lost.
    pub settled: BTreeSet<u32>,
    lost: BTreeSet<u32>,
    /// Messages from the base in this session, and ever.
    heard: BTreeSet<u32>,
    pub heard_ever: BTreeSet<u32>,
    pub sessions: u32,
    /// Whether it asks for a session, with which it loses what is under way.
    asks: bool,
    /// The epoch in which it joined.
    epoch: u16,
    sends: (u64, u64),
}

#[derive(Clone, Copy)]
struct Stored {
    link: Link,
    session: Session,
    window: Window,
}

pub struct Network<'s> {
    pub base: Base<'s, Memory, Aes128, 128>,
    spare: Vec<&'s mut [Place; STATIONS]>,
    memories: [Memory; 2 + NODES],
    stored: [Option<Stored>; NODES],
    pub epoch: u16,
    pub units: [Unit; NODES],
    pub now: u64,
    wake: u64,
    sends: (u64, u64),
    pub flights: Vec<Flight>,
    landed: usize,
    nonce: u64,
    /// Of the newest schedule: a base that restarts forgets the one to come, devices do not.
    version: u8,
    /// Messages have numbers.
    pub sent: u32,
    /// Messages of nodes that came.
    pub came: BTreeSet<u32>,
    /// Messages to each node and to all: the newest, and which ones were called delivered.
    down: [Option<u32>; NODES],
    to_all: Option<u32>,
    pub delivered: [BTreeSet<u32>; NODES],
    pub delivered_to_all: [BTreeSet<u32>; NODES],
    listeners: Vec<Opener>,
    /// The schedule that the newest beacon is of, when its first beacon began, and which one held before.
    schedule: Schedule,
    since: u64,
    former: Schedule,
    /// The newest beacon's superframe and grants.
    number: u64,
    grants: Vec<Grant>,
}

impl<'s> Network<'s> {
    pub fn new(layout: Layout, stations: &'s mut Stations) -> Self {
        let schedule = Schedule::new(layout).unwrap();
        let mut spare: Vec<&mut [Place; STATIONS]> = stations.iter_mut().collect();
        let memories: [Memory; 2 + NODES] = Default::default();
        let first = spare.pop().unwrap();
        let base = base(first, &memories, &[None; NODES], 0, schedule, START);
        let units = std::array::from_fn(|index| Unit::new(index, schedule, Memory::default()));
        let mut network = Self {
            base,
            spare,
            memories,
            stored: [None; NODES],
            epoch: 0,
            units,
            now: START,
            wake: START,
            sends: (0, 0),
            flights: Vec::new(),
            landed: 0,
            nonce: 1,
            version: layout.version,
            sent: 0,
            came: BTreeSet::new(),
            down: [None; NODES],
            to_all: None,
            delivered: Default::default(),
            delivered_to_all: Default::default(),
            listeners: Vec::new(),
            schedule,
            since: 0,
            former: schedule,
            number: 0,
            grants: Vec::new(),
        };
        network.listen_to(0);
        network
    }

    fn listen_to(&mut self, epoch: u16) {
        let all = Link { network: NETWORK, device: Link::EVERYBODY, epoch };
        self.listeners.push(Opener::new(&network_key(epoch), Kind::Broadcast, all, 0));
    }

    pub fn local(&self, index: usize, time: u64) -> LocalTime {
        let passed = (time - START) as i64;
        LocalTime::from_us((5_000_000 + passed + passed * DRIFT_PPM[index] / 1_000_000) as u64)
    }

    fn time(&self, index: usize, local: LocalTime) -> u64 {
        let passed = i128::from(local.us()) - 5_000_000;
        START.saturating_add_signed((passed * 1_000_000 / i128::from(1_000_000 + DRIFT_PPM[index])) as i64)
    }

    pub fn join(&mut self, index: usize) {
        // xorshift64 (Marsaglia 2003).
        self.nonce ^= self.nonce << 13;
        self.nonce ^= self.nonce >> 7;
        self.nonce ^= self.nonce << 17;
        let nonce = self.nonce;
        self.units[index].node.join(root(NUMBERS[index]), nonce);
        self.units[index].asks = true;
        self.poll_node(index);
    }

    /// A node forgets all but its counter.
    pub fn restart_node(&mut self, index: usize) {
        let memory = self.units[index].memory.clone();
        let unit = Unit::new(index, *self.base.schedule(), memory);
        let before = core::mem::replace(&mut self.units[index], unit);
        let unit = &mut self.units[index];
        (unit.settled, unit.lost, unit.heard_ever) = (before.settled, before.lost, before.heard_ever);
        unit.sessions = before.sessions;
        unit.lost.extend(before.tickets.values());
        // Of what it sent before and nobody heard, its new self knows nothing: one of 256 such frames could be taken
        // for a new one's acknowledgement, if somebody kept it for so long.
        self.forget(|flight| flight.sender == Some(index) && !flight.came);
        self.join(index);
    }

    /// Forgets some of the frames that were on the air.
    fn forget(&mut self, which: impl Fn(&Flight) -> bool) {
        self.landed -= self.flights[..self.landed].iter().filter(|flight| which(flight)).count();
        self.flights.retain(|flight| !which(flight));
    }

    /// A base goes on with what it stored. There are a few of them.
    pub fn restart_base(&mut self) {
        if let Some(stations) = self.spare.pop() {
            let schedule = *self.base.schedule();
            self.base = base(stations, &self.memories, &self.stored, self.epoch, schedule, self.now);
            let now = self.now;
            self.forget(|flight| flight.sender.is_none() && flight.end > now);
            self.sends = (0, 0);
            // What was under way is forgotten with it.
            (self.down, self.to_all) = ([None; NODES], None);
            self.poll_base();
        }
    }

    /// A message of so many octets, if there is room for it.
    pub fn send(&mut self, index: usize, length: usize, is_alarm: bool) {
        let message = message(self.sent + 1, length);
        let unit = &mut self.units[index];
        let ticket = if is_alarm { unit.node.alarm(&message) } else { unit.node.send(&message) };
        if let Ok(ticket) = ticket {
            self.sent += 1;
            unit.tickets.insert(ticket, self.sent);
        }
        self.poll_node(index);
    }

    pub fn cancel(&mut self, index: usize) {
        let unit = &mut self.units[index];
        if let Some((ticket, message)) = unit.tickets.pop_first() {
            unit.node.cancel(ticket);
            unit.lost.insert(message);
        }
    }

    pub fn send_down(&mut self, index: usize, length: usize) {
        if self.base.send(NUMBERS[index], &message(self.sent + 1, length)).is_ok() {
            self.sent += 1;
            self.down[index] = Some(self.sent);
        }
    }

    pub fn cancel_down(&mut self, index: usize) {
        self.base.cancel(NUMBERS[index]);
        self.down[index] = None;
    }

    pub fn send_to_all(&mut self, length: usize, repeats: u8) {
        if self.base.send_to_all(&message(self.sent + 1, length), repeats).is_ok() {
            self.sent += 1;
            self.to_all = Some(self.sent);
        }
    }

    pub fn change(&mut self, way: u8, after_us: u64) {
        let schedule = Schedule::new(layout(way, self.version.wrapping_add(1))).unwrap();
        if self.base.change(schedule, BaseTime::from_us(self.now + after_us)).is_ok() {
            self.version = schedule.layout().version;
        }
    }

    pub fn renew(&mut self, after_us: u64) {
        let _ = self.base.renew(network_key(self.epoch + 1), BaseTime::from_us(self.now + after_us));
    }

    pub fn dismiss(&mut self, index: usize) {
        if self.base.dismiss(NUMBERS[index]).is_ok() {
            self.down[index] = None;
        }
    }

    pub fn enroll(&mut self, index: usize) {
        let memory = self.memories[2 + index].clone();
        self.base.enroll(NUMBERS[index], root(NUMBERS[index]), memory).unwrap();
        (self.stored[index], self.down[index]) = (None, None);
    }

    /// Whether nothing is under way any more.
    pub fn is_settled(&self) -> bool {
        let is_idle = |unit: &Unit| {
            unit.node.is_member() && !unit.asks && unit.node.is_idle() && unit.tickets.is_empty()
        };
        self.units.iter().all(is_idle) && self.down == [None; NODES] && self.base.unready() == 0
    }

    /// Whether a node knows the time, and the key of what goes to all.
    pub fn hears_all(&self, index: usize) -> bool {
        let layout = self.base.schedule().layout();
        let Unit { node, epoch, .. } = &self.units[index];
        match layout.access {
            Access::Slots => {
                let recently = self.local(index, self.now).before(layout.period_us.into());
                node.clock().synchronized().is_some_and(|time| time >= recently)
            }
            Access::Polling => *epoch == self.epoch,
        }
    }
}

impl Unit {
    fn new(index: usize, schedule: Schedule, memory: Memory) -> Self {
        let bounds =
            Bounds { stamp_error_us: STAMP_ERROR_US as u16 + 2, drift_ppm: 42, drift_rate_ppb_per_s: 1 };
        let number = NUMBERS[index];
        let device = Device { network: NETWORK, number, bounds, start_error_us: 2 };
        Self {
            node: Node::new(schedule, device, &root(number), memory.clone()).unwrap(),
            memory,
            wake: None,
            tickets: BTreeMap::new(),
            settled: BTreeSet::new(),
            lost: BTreeSet::new(),
            heard: BTreeSet::new(),
            heard_ever: BTreeSet::new(),
            sessions: 0,
            asks: false,
            epoch: 0,
            sends: (0, 0),
        }
    }
}

fn base<'s>(
    stations: &'s mut [Place; STATIONS],
    memories: &[Memory; 2 + NODES],
    stored: &[Option<Stored>; NODES],
    epoch: u16,
    schedule: Schedule,
    now: u64,
) -> Base<'s, Memory, Aes128, 128> {
    for index in 0..NODES {
        let number = NUMBERS[index];
        let mut station = Station::new(NETWORK, number, root(number), memories[2 + index].clone()).unwrap();
        if let Some(Stored { link, session, window }) = stored[index] {
            station.resume(link, session, window);
        }
        stations[usize::from(number) - 1] = Some(station);
    }
    let setup = Setup {
        network: NETWORK,
        epoch,
        key: network_key(epoch),
        schedule,
        beacons: memories[0].clone(),
        sessions: memories[1].clone(),
    };
    Base::new(setup, stations, BaseTime::from_us(now)).unwrap()
}

fn index(device: u16) -> usize {
    NUMBERS.iter().position(|&number| number == device).expect("one of the devices")
}

fn message(number: u32, length: usize) -> Vec<u8> {
    let mut message = vec![number as u8; length.clamp(4, 128)];
    message[..4].copy_from_slice(&number.to_be_bytes());
    message
}

/// The number of a message, which is intact.
fn number(octets: &[u8]) -> u32 {
    let number = u32::from_be_bytes(octets[..4].try_into().unwrap());
    assert_eq!(octets, message(number, octets.len()), "a message of pieces of others");
    number
}
