//! Laws of airtime and time slots.

use std::collections::BTreeSet;

use frame_crypto::{Key, Kind, Link, OVERHEAD, Opener, Sealer, Volatile};
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use lora_tdma::{
    Base, BaseOutput, BaseTime, Beacon, Bounds, Clock, DecodeError, LocalTime, Node, NodeOutput, Schedule,
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
    beacon(octets);
    schedule(profile, &mut seed);
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

/// Octets are a beacon that encodes to the same octets, or have another length.
fn beacon(octets: &[u8]) {
    match Beacon::decode(octets) {
        Ok(beacon) => {
            assert_eq!(beacon.encode(), octets);
            let bits = (1..=16)
                .filter(|&number| beacon.acknowledges(number, 0) || beacon.acknowledges(number, 1))
                .count();
            assert_eq!(bits, beacon.acknowledged.count_ones() as usize);
            assert!(!beacon.acknowledges(0, 0) && !beacon.acknowledges(17, 0));
            assert!(
                (1..=16).all(|number| !beacon.acknowledges(number, 0) || !beacon.acknowledges(number, 1))
            );
        }
        Err(error) => assert_eq!(error, DecodeError::Length { needed: Beacon::LEN, have: octets.len() }),
    }
    let start: Vec<u8> = octets.iter().copied().chain([0; Beacon::LEN]).take(Beacon::LEN).collect();
    assert_eq!(Beacon::decode(&start).unwrap().encode()[..], start);
}

/// Slots of a schedule come one after the other within the period, a guard apart.
fn schedule(profile: Profile, seed: &mut Seed<'_>) {
    let (devices, message, guard) = (seed.u8() % 20, seed.u8(), u32::from(seed.u16()));
    let period = seed.u64() >> 16;
    let Ok(schedule) = Schedule::new(profile, devices, message, guard, period) else { return };
    let frame = profile.airtime_us((schedule.max_message() + OVERHEAD) as u8);
    let mut end = schedule.beacon_us() + Schedule::TURN_US;
    for number in 1..=devices {
        let start = schedule.frame_us(number);
        assert_eq!((schedule.slot_us(number), start), (end, end + u64::from(guard / 2)));
        end = start + frame + u64::from(guard.div_ceil(2));
    }
    assert!(end + Schedule::TURN_US <= period);
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
const BOUNDS: Bounds = Bounds { stamp_error_us: 20, drift_ppm: 60, drift_rate_ppb_per_s: 20 };
const ALL: Link = Link { network: 1, device: 0xFFFF, epoch: 0 };
const NUMBER: u8 = 2;
const DEVICE: Link = Link { network: 1, device: NUMBER as u16, epoch: 0 };
const START: u64 = 1_700_000_000_000_000;
/// How much later the same time is on the base's clock.
const SHIFT: u64 = START - 5_000_000;

/// A base and a node, what they sent and what came of it.
struct Pair {
    base: Base<Volatile>,
    node: Node<Volatile>,
    now: u64,
    beacons: Vec<Vec<u8>>,
    frames: Vec<Vec<u8>>,
    sent: u32,
    received: BTreeSet<u32>,
    delivered: u32,
}

impl Pair {
    fn new() -> Self {
        let schedule = Schedule::new(PROFILE, 3, 32, 1_000, 500_000).unwrap();
        let (network, device) = (|| Key::new([0xBB; 16]), || Key::new([NUMBER; 16]));
        let beacons = Sealer::new(&network(), Kind::Broadcast, ALL, Volatile::default()).unwrap();
        let uplink = Sealer::new(&device(), Kind::Uplink, DEVICE, Volatile::default()).unwrap();
        let mut base = Base::new(schedule, 1, BaseTime::from_us(START - 1), beacons);
        base.admit(NUMBER, Opener::new(&device(), Kind::Uplink, DEVICE, 0)).unwrap();
        let hears = Opener::new(&network(), Kind::Broadcast, ALL, 0);
        let node = Node::new(schedule, 1, NUMBER, Clock::new(BOUNDS), uplink, hears).unwrap();
        Self {
            base,
            node,
            now: START - Schedule::TURN_US,
            beacons: Vec::new(),
            frames: Vec::new(),
            sent: 0,
            received: BTreeSet::new(),
            delivered: 0,
        }
    }

    fn local(&self) -> LocalTime {
        LocalTime::from_us(self.now - SHIFT)
    }

    /// Polls both until they wait.
    fn poll(&mut self) {
        let now = BaseTime::from_us(self.now);
        for polls in 0.. {
            assert!(polls < 4, "a base that never waits");
            match self.base.poll(now) {
                BaseOutput::Transmit { frame, at } => {
                    assert!(at >= now, "a beacon in the past");
                    self.beacons.push(frame.to_vec());
                }
                BaseOutput::Message { device, message, .. } => {
                    let message = u32::from_be_bytes(message.try_into().unwrap());
                    assert!(device == NUMBER && message <= self.sent, "nobody sent it");
                    assert!(self.received.insert(message), "message {message} came twice");
                }
                BaseOutput::Failed(error) => panic!("{error}"),
                BaseOutput::Wait(until) => {
                    assert!(until > now, "a wait ends later");
                    break;
                }
            }
        }
        let now = self.local();
        for polls in 0.. {
            assert!(polls < 4, "a node that never waits");
            match self.node.poll(now) {
                NodeOutput::Transmit { frame, at } => {
                    assert!(at > now, "a frame in the past");
                    self.frames.push(frame.to_vec());
                }
                NodeOutput::Delivered => self.delivered = self.sent,
                NodeOutput::Wait(until) => {
                    assert!(until.is_none_or(|until| until > now), "a wait ends later");
                    break;
                }
            }
        }
    }

    fn send(&mut self) {
        if self.node.is_free() {
            self.sent += 1;
            self.node.send(&self.sent.to_be_bytes()).unwrap();
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
}

/// A base and a node hear arbitrary octets and frames of each other, at any time and in any order: nothing
/// is sent in the past, and no message comes twice. The octets say what happens.
pub fn link(octets: &[u8]) {
    let mut pair = Pair::new();
    let mut seed = Seed(octets);
    while !seed.is_empty() {
        let step = seed.u8();
        let nth = |frames: &[Vec<u8>]| frames.iter().rev().nth(usize::from(step >> 3)).cloned();
        match step & 7 {
            0 => pair.now += 100 * u64::from(step),
            1 => pair.now += u64::from(seed.u16()) << (step >> 3),
            2 => pair.send(),
            3 | 4 => {
                if let Some(frame) = nth(&pair.beacons) {
                    pair.node_hears(&frame);
                }
            }
            5 | 6 => {
                if let Some(frame) = nth(&pair.frames) {
                    pair.base_hears(&frame);
                }
            }
            _ => {
                let noise = seed.slice(usize::from(step >> 3));
                pair.base_hears(noise);
                pair.node_hears(noise);
            }
        }
        pair.poll();
    }
}

/// What a node calls delivered, the base has. Each octet is a superframe: bit 0 loses the beacon, bit 1 the
/// node's frame; with bit 2 someone sends an old frame of the node again.
pub fn delivery(octets: &[u8]) {
    let mut pair = Pair::new();
    let schedule = Schedule::new(PROFILE, 3, 32, 1_000, 500_000).unwrap();
    for (superframe, octet) in (0..).zip(octets) {
        let start = START + superframe * schedule.period_us();
        pair.now = start - Schedule::TURN_US;
        pair.poll();
        pair.now = start + schedule.beacon_us();
        if octet & 1 == 0 {
            let beacon = pair.beacons.last().unwrap().clone();
            pair.node_hears(&beacon);
        }
        assert!(pair.delivered == 0 || pair.received.contains(&pair.delivered), "delivered, but never came");
        pair.send();
        let before = pair.frames.len();
        pair.now += 100;
        pair.poll();
        pair.now = start + schedule.slot_us(NUMBER + 1);
        if octet & 2 == 0 && pair.frames.len() > before {
            let frame = pair.frames.last().unwrap().clone();
            pair.base_hears(&frame);
        }
        if octet & 4 != 0 && before > 0 {
            let frame = pair.frames[before - 1 - usize::from(octet >> 3) % before].clone();
            pair.base_hears(&frame);
        }
    }
}
