//! Laws of airtime and time slots.

use std::collections::BTreeSet;

use frame_crypto::{JoinRequest, Key, OVERHEAD, Volatile};
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use lora_tdma::{
    Access, Base, BaseOutput, BaseTime, Beacon, Bounds, DecodeError, Device, Layout, LocalTime, MAX_SLOTS,
    Node, NodeOutput, Schedule, Setup, Station,
};

use crate::Seed;

/// The octets are a radio's settings and a length of payload.
pub fn airtime(octets: &[u8]) {
    let mut seed = Seed(octets);
    let profile = profile(&mut seed);
    let payload = seed.u8();
    let time = profile.airtime_us(payload);
    assert_eq!((i128::from(time), 1), expected(&profile, payload), "{profile:?}, {payload} octets");
    if let Some(more) = payload.checked_add(1) {
        assert!(profile.airtime_us(more) >= time, "a longer payload is not shorter on the air");
    }
    if let Some(preamble) = profile.preamble.checked_add(1) {
        let longer = Profile { preamble, ..profile }.airtime_us(payload);
        assert_eq!(longer - time, u64::from(profile.symbol_us()));
    }
    inverse(&profile, payload, seed.u64() >> (seed.u8() & 0x3F));
}

/// An airtime holds its payload and none that is longer on the air; so does any other time.
fn inverse(profile: &Profile, payload: u8, time: u64) {
    for time in [profile.airtime_us(payload), time] {
        let longest = profile.payload_in(time);
        assert_eq!(longest.is_none(), time < profile.airtime_us(0));
        assert!(longest.is_none_or(|longest| profile.airtime_us(longest) <= time));
        let next = longest.map_or(Some(0), |longest| longest.checked_add(1));
        assert!(next.is_none_or(|next| time < profile.airtime_us(next)), "{profile:?}, {time} us");
    }
    assert!(profile.payload_in(profile.airtime_us(payload)) >= Some(payload));
    assert_eq!(u64::from(profile.cad_us()) * 2, 5 * u64::from(profile.symbol_us()));
}

pub(crate) fn profile(seed: &mut Seed<'_>) -> Profile {
    use {Bandwidth as B, CodingRate as C, SpreadingFactor as S};
    let factors = [S::Sf5, S::Sf6, S::Sf7, S::Sf8, S::Sf9, S::Sf10, S::Sf11, S::Sf12];
    let bandwidths = [
        B::Khz7_8,
        B::Khz10_4,
        B::Khz15_6,
        B::Khz20_8,
        B::Khz31_2,
        B::Khz41_7,
        B::Khz62_5,
        B::Khz125,
        B::Khz250,
        B::Khz500,
    ];
    let flags = seed.u8();
    Profile {
        family: if flags & 1 == 0 { Family::Sx126x } else { Family::Sx127x },
        spreading_factor: factors[usize::from(seed.u8() % 8)],
        bandwidth: bandwidths[usize::from(seed.u8() % 10)],
        coding_rate: [C::Cr4_5, C::Cr4_6, C::Cr4_7, C::Cr4_8][usize::from(flags >> 1 & 3)],
        preamble: seed.u16(),
        explicit_header: flags & 8 != 0,
        crc: flags & 16 != 0,
        low_data_rate: flags & 32 != 0,
    }
}

/// The airtime in microseconds, as a reduced fraction, by the formulas of the data sheets.
fn expected(profile: &Profile, payload: u8) -> (i128, i128) {
    use Bandwidth as B;
    // In thirds of a hertz, which makes every true bandwidth a whole number.
    let bandwidth = match profile.bandwidth {
        B::Khz7_8 => 23_437 * 100 + 50,
        B::Khz10_4 => 3_125_000,
        B::Khz15_6 => 4_687_500,
        B::Khz20_8 => 6_250_000,
        B::Khz31_2 => 9_375_000,
        B::Khz41_7 => 12_500_000,
        B::Khz62_5 => 18_750_000,
        B::Khz125 => 37_500_000,
        B::Khz250 => 75_000_000,
        B::Khz500 => 150_000_000,
    };
    let factor = profile.spreading_factor as i128;
    let is_short = profile.family == Family::Sx126x && factor < 7;
    let mut bits = 8 * i128::from(payload) - 4 * factor;
    bits += if profile.crc { 16 } else { 0 };
    bits += if profile.explicit_header { 20 } else { 0 };
    bits += if is_short { 0 } else { 8 };
    let reduced = if profile.low_data_rate && !is_short { 2 } else { 0 };
    let per_block = 4 * (factor - reduced);
    let blocks = (bits.max(0) + per_block - 1) / per_block;
    let symbols = 8 + blocks * (4 + profile.coding_rate as i128);
    // Quarters of a symbol, since the sync word has 4.25 or 6.25.
    let quarters = 4 * (i128::from(profile.preamble) + symbols) + if is_short { 25 } else { 17 };
    let (time, unit) = (quarters * (1 << factor) * 300_000_000, 4 * bandwidth);
    let (mut a, mut b) = (time, unit);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (time / a, unit / a)
}

/// Octets are a beacon or a layout that encode to the same octets; and a layout that makes a schedule keeps all
/// frames apart, and gives every device a place.
pub fn layout(octets: &[u8]) {
    match Beacon::decode(octets) {
        Ok(beacon) => {
            let mut buffer = vec![0; octets.len()];
            assert_eq!(beacon.encode(&mut buffer), Ok(octets));
            for slot in 0..=u8::MAX {
                let is_there = 2 * usize::from(slot) + 2 <= beacon.entries.len();
                assert_eq!(beacon.acknowledgement(slot).is_some(), is_there);
            }
        }
        Err(error) => assert_eq!(error, DecodeError::Length { needed: 6, have: octets.len() }),
    }
    if let Ok(layout) = Layout::decode(octets) {
        let mut buffer = [0; Layout::MAX_LEN];
        assert_eq!(Layout::decode(layout.encode(&mut buffer).unwrap()), Ok(layout));
        schedule(layout);
    }
    let mut seed = Seed(octets);
    schedule(any_layout(&mut seed));
}

/// Mostly one that makes a schedule.
fn any_layout(seed: &mut Seed<'_>) -> Layout {
    let profile = if seed.u8() & 3 == 0 { profile(seed) } else { PROFILE };
    let mut messages = [0; MAX_SLOTS];
    let same = seed.u8();
    let count = usize::from(seed.u8()) % (MAX_SLOTS + 1);
    messages[..count].fill(same);
    if seed.u8() & 1 == 0 {
        messages.iter_mut().for_each(|message| *message = (*message).min(seed.u8()));
    }
    Layout {
        messages,
        cycle: 1 + seed.u16() % 50,
        first: seed.u16(),
        listen_us: seed.u16().into(),
        interval_us: if seed.u8() & 7 == 0 { seed.u16().into() } else { 0 },
        downlink: seed.u8(),
        joins: seed.u8() & 7,
        alarms: seed.u8() & 7,
        alarm: seed.u8() & 0x3F,
        extras: seed.u8() & 7,
        ..Layout::plain(profile, 0, 0, seed.u16().into(), (seed.u64() >> (32 + seed.u8() % 16)) as u32)
    }
}

fn schedule(layout: Layout) {
    let Ok(schedule) = Schedule::new(layout) else { return };
    let numbers = schedule.devices();
    let places: BTreeSet<(u16, u8)> = (0..numbers.min(200))
        .map(|index| schedule.place(layout.first + index).expect("a place"))
        .map(|place| (place.phase, place.slot))
        .collect();
    assert_eq!(places.len(), usize::from(numbers.min(200)));
    assert!(schedule.place(layout.first - 1).is_err());
    if layout.access == Access::Polling {
        return;
    }
    let (guard, listen) = (u64::from(layout.guard_us), u64::from(layout.listen_us));
    let head = |octets: usize| octets + 1 + OVERHEAD;
    let joins = (0..layout.joins).map(|join| (schedule.join_us(join), JoinRequest::LEN));
    let slots = (0..schedule.slots()).map(|slot| (schedule.slot_us(slot), head(schedule.max_message(slot))));
    let alarms = (0..layout.alarms).map(|alarm| (schedule.alarm_us(alarm), head(layout.alarm.into())));
    let extras = (0..layout.extras).map(|extra| (schedule.extra_us(extra), schedule.longest()));
    let frames = joins.chain(slots).chain(alarms).chain(extras);
    let mut frames: Vec<(u64, usize)> = frames.map(|(start, octets)| (start.unwrap(), octets)).collect();
    frames.extend(schedule.downlink_us().map(|start| (start, schedule.longest_downlink())));
    frames.sort_unstable();
    let mut end = schedule.beacon_us();
    for (index, (start, octets)) in frames.into_iter().enumerate() {
        let gap = if index == 0 { u64::from(Schedule::TURN_US).min(guard) } else { guard };
        assert!(start >= end + gap / 2 + listen, "frames overlap: {layout:?}");
        end = start + schedule.airtime_us(octets);
    }
    assert!(end + u64::from(Schedule::TURN_US) + listen <= u64::from(layout.period_us));
}

const PROFILE: Profile = Profile {
    family: Family::Sx126x,
    spreading_factor: SpreadingFactor::Sf5,
    bandwidth: Bandwidth::Khz250,
    coding_rate: CodingRate::Cr4_5,
    preamble: 12,
    explicit_header: true,
    crc: true,
    low_data_rate: false,
};
const NUMBER: u16 = 2;
const START: u64 = 1_700_000_000_000_000;
/// How much later the same time is on the base's clock.
const SHIFT: u64 = START - 5_000_000;

fn root() -> Key {
    Key::new([2; 16])
}

fn office() -> Schedule {
    let layout = Layout {
        downlink: 40,
        joins: 2,
        alarms: 1,
        alarm: 16,
        extras: 2,
        listen_us: 320,
        ..Layout::plain(PROFILE, 3, 32, 1_000, 500_000)
    };
    Schedule::new(layout).unwrap()
}

/// A base and a node, what they sent and what came of it.
struct Pair<'s> {
    schedule: Schedule,
    base: Base<'s, Volatile>,
    node: Node<Volatile>,
    now: u64,
    frames: Vec<Vec<u8>>,
    requests: Vec<Vec<u8>>,
    downs: Vec<Vec<u8>>,
    /// The message of each ticket that is on its way, and how many messages there were.
    tickets: Vec<(u8, u32)>,
    sent: u32,
    received: BTreeSet<u32>,
    delivered: BTreeSet<u32>,
}

impl<'s> Pair<'s> {
    fn new(stations: &'s mut [Option<Station<Volatile>>; 3]) -> Self {
        let schedule = office();
        stations[1] = Station::new(1, NUMBER, root(), Volatile::default()).ok();
        let (network, epoch, key) = (1, 0, Key::new([0xBB; 16]));
        let (beacons, sessions) = (Volatile::default(), Volatile::default());
        let setup = Setup { network, epoch, key, schedule, beacons, sessions };
        let bounds = Bounds { stamp_error_us: 20, drift_ppm: 60, drift_rate_ppb_per_s: 20 };
        let device = Device { network, number: NUMBER, bounds, start_error_us: 0 };
        let mut node = Node::new(schedule, device, &root(), Volatile::default()).unwrap();
        node.join(root(), 1);
        Self {
            schedule,
            base: Base::new(setup, stations, BaseTime::from_us(START - 1)).unwrap(),
            node,
            now: START - u64::from(Schedule::TURN_US),
            frames: Vec::new(),
            requests: Vec::new(),
            downs: Vec::new(),
            tickets: Vec::new(),
            sent: 0,
            received: BTreeSet::new(),
            delivered: BTreeSet::new(),
        }
    }

    fn local(&self) -> LocalTime {
        LocalTime::from_us(self.now - SHIFT)
    }

    /// Polls both until they wait.
    fn poll(&mut self) {
        let now = BaseTime::from_us(self.now);
        for polls in 0.. {
            assert!(polls < 16, "a base that never waits");
            match self.base.poll(now) {
                BaseOutput::Transmit { frame, at } => {
                    assert!(at >= now, "a frame in the past");
                    self.downs.push(frame.to_vec());
                }
                BaseOutput::Message { device, message, .. } => {
                    let message = u32::from_be_bytes(message[..4].try_into().unwrap());
                    assert!(device == NUMBER && message <= self.sent, "nobody sent it");
                    assert!(self.received.insert(message), "message {message} came twice");
                }
                BaseOutput::Failed(error) => panic!("{error}"),
                BaseOutput::Wait(until) => {
                    assert!(until > now, "a wait ends later");
                    break;
                }
                _ => {}
            }
        }
        self.poll_node();
        assert!(self.delivered.is_subset(&self.received), "delivered, but never came");
    }

    fn poll_node(&mut self) {
        let now = self.local();
        for polls in 0.. {
            assert!(polls < 32, "a node that never waits");
            match self.node.poll(now) {
                NodeOutput::Transmit { frame, at } => {
                    assert!(at > now, "a frame in the past");
                    if frame.len() == JoinRequest::LEN && JoinRequest::device(frame).is_some() {
                        self.requests.push(frame.to_vec());
                    } else {
                        self.frames.push(frame.to_vec());
                    }
                }
                NodeOutput::Delivered { ticket } => {
                    let index =
                        self.tickets.iter().position(|(other, _)| *other == ticket).expect("a ticket");
                    self.delivered.insert(self.tickets.swap_remove(index).1);
                }
                NodeOutput::Lost { ticket } => self.tickets.retain(|(other, _)| *other != ticket),
                NodeOutput::Failed(error) => panic!("{error}"),
                NodeOutput::Wait(until) => {
                    assert!(until.is_none_or(|until| until > now), "a wait ends later");
                    break;
                }
                _ => {}
            }
        }
    }

    /// Sends a message of so many octets, if there is room for it.
    fn send(&mut self, length: usize, is_alarm: bool) {
        let mut message = vec![0xA5; length.max(4)];
        message[..4].copy_from_slice(&(self.sent + 1).to_be_bytes());
        let ticket = if is_alarm { self.node.alarm(&message) } else { self.node.send(&message) };
        if let Ok(ticket) = ticket {
            self.sent += 1;
            self.tickets.push((ticket, self.sent));
        }
    }

    fn base_hears(&mut self, frame: &[u8]) {
        self.base.receive(frame, BaseTime::from_us(self.now));
        self.poll();
    }

    fn node_hears(&mut self, frame: &[u8]) {
        self.node.receive(frame, self.local());
        self.poll();
    }

    /// One superframe, in which nothing is lost but what `loses` says, for frames down and up.
    fn superframe(&mut self, mut loses: impl FnMut(bool) -> bool) {
        let end = self.now + u64::from(self.schedule.layout().period_us);
        while self.now < end {
            let (downs, ups) = (self.downs.len(), self.frames.len() + self.requests.len());
            self.poll();
            // The air of each frame is shorter than a step; what matters is the order.
            for index in downs..self.downs.len() {
                let frame = self.downs[index].clone();
                if !loses(true) {
                    // A beacon is stamped when it ended.
                    let airtime = self.schedule.airtime_us(frame.len());
                    let now = self.now;
                    let period = u64::from(self.schedule.layout().period_us);
                    if frame.len() == self.schedule.beacon_len() {
                        self.now = now.next_multiple_of(period) + airtime;
                    }
                    self.node_hears(&frame);
                    self.now = self.now.max(now);
                }
            }
            if self.frames.len() + self.requests.len() > ups {
                let last = if self.requests.len() + self.frames.len() > ups && !self.node.is_member() {
                    self.requests.last()
                } else {
                    self.frames.last()
                };
                if let Some(frame) = last.cloned()
                    && !loses(false)
                {
                    self.base_hears(&frame);
                }
            }
            self.now += 1_000;
        }
    }
}

/// A base and a node hear arbitrary octets and frames of each other, at any time and in any order: nothing is
/// sent in the past, no message comes twice, and what is called delivered came. The octets say what happens.
pub fn link(octets: &[u8]) {
    let mut stations = [const { None }; 3];
    let mut pair = Pair::new(&mut stations);
    let mut seed = Seed(octets);
    if seed.u8() & 1 == 0 {
        for _ in 0..4 {
            pair.superframe(|_| false);
        }
    }
    while !seed.is_empty() {
        let step = seed.u8();
        let nth = |frames: &[Vec<u8>]| frames.iter().rev().nth(usize::from(step >> 4)).cloned();
        match step & 15 {
            0 => pair.now += 100 * u64::from(step),
            1 => pair.now += u64::from(seed.u16()) << (step >> 4),
            2 => pair.send(usize::from(seed.u8()), false),
            3 => pair.send(usize::from(step >> 4), true),
            4..=6 => nth(&pair.downs).into_iter().for_each(|frame| pair.node_hears(&frame)),
            7..=9 => nth(&pair.frames).into_iter().for_each(|frame| pair.base_hears(&frame)),
            10 => nth(&pair.requests).into_iter().for_each(|frame| pair.base_hears(&frame)),
            11 => drop(pair.base.send(NUMBER, &[step; 60])),
            12 => pair.superframe(|_| false),
            13 => pair.node.busy(),
            14 => pair.base.busy(),
            _ => {
                let noise = seed.slice(usize::from(step >> 4));
                pair.base_hears(noise);
                pair.node_hears(noise);
            }
        }
        pair.poll();
    }
}

/// Whatever is lost for some superframes, all that was sent came once nothing is lost any more. The octets say
/// what is lost.
pub fn delivery(octets: &[u8]) {
    let mut stations = [const { None }; 3];
    let mut pair = Pair::new(&mut stations);
    for _ in 0..4 {
        pair.superframe(|_| false);
    }
    assert!(pair.node.is_member());
    let mut lost = octets.iter().flat_map(|octet| (0..8).map(move |bit| octet >> bit & 1 != 0));
    for superframe in 0..octets.len().min(24) {
        pair.send(if superframe % 5 == 4 { 100 } else { 20 }, superframe % 7 == 3);
        pair.superframe(|_| lost.next().unwrap_or(false));
    }
    for _ in 0..40 {
        pair.superframe(|_| false);
    }
    assert_eq!(pair.received.len() as u32, pair.sent, "something never came");
    assert_eq!(pair.delivered, pair.received, "something came, and is not called delivered");
}
