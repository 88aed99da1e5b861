//! A base and its nodes on a lossy channel, under a virtual clock.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use frame_crypto::{Key, Kind, Link, Opener, Sealer, Volatile};
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use lora_tdma::{
    Base, BaseOutput, BaseTime, Bounds, Clock, LocalTime, Node, NodeOutput, Schedule, ScheduleError,
};

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
const BOUNDS: Bounds = Bounds { stamp_error_us: 21, drift_ppm: 60, drift_rate_ppb_per_s: 20 };
const NODES: u8 = 16;
const ALL: Link = Link { network: 1, device: 0xFFFF, epoch: 0 };
const START: u64 = 1_700_000_000_000_000;

fn schedule() -> Schedule {
    Schedule::new(PROFILE, NODES, 32, 1_000, 500_000).unwrap()
}

/// When a base that starts at [`START`] prepares its first beacon.
fn first_beacon() -> BaseTime {
    BaseTime::from_us(START + schedule().period_us() - Schedule::TURN_US)
}

fn link(number: u8) -> Link {
    Link { network: 1, device: number.into(), epoch: 0 }
}

fn device_key(number: u8) -> Key {
    Key::new([number; 16])
}

/// A node, and how its clock differs from the base's.
struct Device {
    node: Node<Volatile>,
    ppm: i64,
    offset: u64,
    sent: u32,
    delivered: u32,
}

impl Device {
    fn new(number: u8) -> Self {
        let uplink =
            Sealer::new(&device_key(number), Kind::Uplink, link(number), Volatile::default()).unwrap();
        let beacons = Opener::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, 0);
        let node = Node::new(schedule(), 1, number, Clock::new(BOUNDS), uplink, beacons).unwrap();
        // From -40 to +40 millionths.
        let ppm = i64::from(number) * 16 / 3 - 45;
        Self { node, ppm, offset: u64::from(number) * 7_777_777, sent: 0, delivered: 0 }
    }

    fn local(&self, base: u64) -> LocalTime {
        let passed = (base - START) as i64;
        LocalTime::from_us(self.offset + (passed + passed * self.ppm / 1_000_000) as u64)
    }

    fn base(&self, local: LocalTime) -> u64 {
        let passed = (local.us() - self.offset) as i64;
        START + (passed - passed * self.ppm / 1_000_000) as u64
    }
}

struct Random(u64);

impl Random {
    /// Whether something that happens `percent` times in a hundred happens.
    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

struct Outcome {
    collisions: u32,
    received: Vec<Vec<u32>>,
    delivered: Vec<u32>,
    duplicates: u32,
    largest_offset_us: i64,
}

fn run(superframes: u64, loss_percent: u64, late_percent: u64) -> Outcome {
    let sealer = Sealer::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default()).unwrap();
    let mut base = Base::new(schedule(), 1, BaseTime::from_us(START), sealer);
    let mut devices: Vec<Device> = (1..=NODES).map(Device::new).collect();
    for number in 1..=NODES {
        base.admit(number, Opener::new(&device_key(number), Kind::Uplink, link(number), 0)).unwrap();
    }
    let mut random = Random(42);
    let mut outcome = Outcome {
        collisions: 0,
        received: vec![Vec::new(); NODES.into()],
        delivered: Vec::new(),
        duplicates: 0,
        largest_offset_us: 0,
    };

    for superframe in 0..superframes {
        // The beacon is sealed a little before its start, and heard or not.
        let start = START + (superframe + 1) * schedule().period_us();
        let now = BaseTime::from_us(start - Schedule::TURN_US);
        let BaseOutput::Transmit { frame, at } = base.poll(now) else { panic!("no beacon at {now:?}") };
        assert_eq!(at, BaseTime::from_us(start));
        let beacon = frame.to_vec();
        let ended = start + schedule().beacon_us();

        let mut air: Vec<(u64, u64, Vec<u8>)> = Vec::new();
        for device in &mut devices {
            let mut poll_early = device.local(ended + 1);
            if random.happens(late_percent) {
                // A node that prepares its frame before it handles the beacon.
                poll_early = device.local(ended + 5_500);
            }
            let early = match device.node.poll(poll_early) {
                NodeOutput::Transmit { frame, at } => Some((at, frame.to_vec())),
                _ => None,
            };
            let early = early.map(|(at, frame)| (device.base(at), frame));
            air.extend(early.map(|(at, frame)| (at, at + PROFILE.airtime_us(frame.len() as u8), frame)));
            if !random.happens(loss_percent) {
                let stamped = ended + random.below(20);
                device.node.receive(&beacon, device.local(stamped));
            }
            if device.node.is_free() {
                device.sent += 1;
                device.node.send(&device.sent.to_be_bytes()).unwrap();
            }
            // Beacons are handed in late, some of them after the frame was prepared.
            let mut now = device.local(ended + random.below(8_000));
            let end = device.local(start + schedule().period_us());
            loop {
                let local = match device.node.poll(now) {
                    NodeOutput::Transmit { frame, at } => (at, frame.to_vec()),
                    NodeOutput::Delivered => {
                        device.delivered += 1;
                        if device.node.is_free() {
                            device.sent += 1;
                            device.node.send(&device.sent.to_be_bytes()).unwrap();
                        }
                        continue;
                    }
                    NodeOutput::Wait(Some(until)) if until < end => {
                        assert!(until > now, "a wait ends later");
                        now = until;
                        continue;
                    }
                    NodeOutput::Wait(_) => break,
                };
                let (at, frame) = (device.base(local.0), local.1);
                air.push((at, at + PROFILE.airtime_us(frame.len() as u8), frame));
            }
        }
        air.sort();
        outcome.collisions += air.windows(2).filter(|pair| pair[0].1 > pair[1].0).count() as u32;
        for (_, ended, frame) in air {
            if random.happens(loss_percent) {
                continue;
            }
            let ended = BaseTime::from_us(ended);
            base.receive(&frame, ended);
            while let BaseOutput::Message { device, offset_us, message } = base.poll(ended) {
                outcome.largest_offset_us = outcome.largest_offset_us.max(offset_us.abs());
                let message = u32::from_be_bytes(message.try_into().unwrap());
                outcome.received[usize::from(device) - 1].push(message);
            }
        }
    }
    outcome.delivered = devices.iter().map(|device| device.delivered).collect();
    outcome.duplicates = base.counts().duplicates;
    outcome
}

#[test]
fn without_loss_every_slot_delivers() {
    let outcome = run(200, 0, 0);
    assert_eq!((outcome.collisions, outcome.duplicates), (0, 0));
    assert!(outcome.delivered.iter().all(|&delivered| delivered == 199));
}

#[test]
fn with_loss_every_message_comes_once_and_in_order() {
    let outcome = run(1_500, 30, 10);
    assert_eq!(outcome.collisions, 0);
    assert!(outcome.duplicates > 0, "lost acknowledgements make nodes repeat");
    assert!(outcome.largest_offset_us <= 500, "{} us", outcome.largest_offset_us);
    for (received, delivered) in outcome.received.iter().zip(outcome.delivered) {
        assert!(received.iter().copied().eq(1..=received.len() as u32));
        assert!(delivered > 450 && delivered as usize <= received.len());
    }
}

#[test]
fn a_node_that_lost_the_base_falls_silent() {
    let mut device = Device::new(3);
    let sealer =
        Sealer::<Volatile>::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default()).unwrap();
    let mut base = Base::new(schedule(), 1, BaseTime::from_us(START), sealer);
    let BaseOutput::Transmit { frame, .. } = base.poll(first_beacon()) else { panic!() };
    let ended = LocalTime::from_us(1_000_000);
    device.node.receive(frame, ended);
    device.node.send(b"now").unwrap();
    let (mut now, mut last) = (ended, ended);
    for _ in 0..200 {
        match device.node.poll(now) {
            NodeOutput::Transmit { at, .. } => last = at,
            NodeOutput::Wait(Some(until)) => now = until,
            _ => panic!(),
        }
    }
    // Half a guard of 500 us, less 21 us of time stamp, at 60 millionths: 8 s.
    assert!((7_000_000..8_000_000).contains(&last.since(ended)), "{} us", last.since(ended));
    assert!(now.since(ended) > 20_000_000);
}

#[test]
fn a_base_that_restarts_keeps_the_beat() {
    let period = schedule().period_us();
    for (now, first) in [(START, 1), (START + 1, 1), (START + period - 1, 1), (START + 7 * period, 8)] {
        let sealer =
            Sealer::<Volatile>::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default());
        let mut base = Base::new(schedule(), 1, BaseTime::from_us(now), sealer.unwrap());
        let due = BaseTime::from_us(START + first * period);
        let BaseOutput::Transmit { at, .. } = base.poll(due) else { panic!() };
        assert_eq!(at, due);
    }
}

#[test]
fn a_delayed_beacon_moves_no_slot() {
    let sealer = Sealer::<Volatile>::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default());
    let mut base = Base::new(schedule(), 1, BaseTime::from_us(START), sealer.unwrap());
    let mut device = Device::new(3);
    let mut beacons = Vec::new();
    for superframe in 0..2 {
        let now = first_beacon().after(superframe * schedule().period_us());
        let BaseOutput::Transmit { frame, .. } = base.poll(now) else { panic!() };
        beacons.push(frame.to_vec());
    }
    let ended = LocalTime::from_us(1_000_000);
    device.node.receive(&beacons[0], ended);
    device.node.send(b"now").unwrap();
    device.node.receive(&beacons[1], ended.after(schedule().period_us() + 24_000));
    let decided = ended.after(schedule().period_us() + Node::<Volatile>::BEACON_DELAY_US);
    let NodeOutput::Transmit { at, .. } = device.node.poll(decided) else { panic!() };
    let start = ended.before(schedule().beacon_us()).after(schedule().period_us());
    assert_eq!(at, start.after(schedule().frame_us(3)));
}

#[test]
fn a_schedule_says_what_it_lacks() {
    let make = |devices, message, period_us| Schedule::new(PROFILE, devices, message, 1_000, period_us).err();
    assert_eq!(make(0, 32, 500_000), Some(ScheduleError::Devices { devices: 0, limit: 16 }));
    assert_eq!(make(17, 32, 500_000), Some(ScheduleError::Devices { devices: 17, limit: 16 }));
    assert_eq!(make(16, 243, 500_000), Some(ScheduleError::Message { message: 243, limit: 242 }));
    let needed_us = schedule().slot_us(NODES + 1) + Schedule::TURN_US;
    let period_us = needed_us - 1;
    assert_eq!(make(16, 32, period_us), Some(ScheduleError::Period { needed_us, period_us }));
    assert_eq!(make(16, 32, needed_us), None);
}

#[test]
fn a_slot_has_to_exist() {
    for number in [0, NODES + 1, 255] {
        let uplink =
            Sealer::<Volatile>::new(&device_key(1), Kind::Uplink, link(1), Volatile::default()).unwrap();
        let beacons = Opener::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, 0);
        let node = Node::new(schedule(), 1, number, Clock::new(BOUNDS), uplink, beacons);
        assert_eq!(node.err(), Some(ScheduleError::Number { number, devices: NODES }));
    }
}

#[test]
fn another_schedule_mutes_a_node() {
    let mut device = Device::new(3);
    let sealer =
        Sealer::<Volatile>::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default()).unwrap();
    let mut base = Base::new(schedule(), 2, BaseTime::from_us(START), sealer);
    let BaseOutput::Transmit { frame, .. } = base.poll(first_beacon()) else { panic!() };
    device.node.receive(frame, LocalTime::from_us(1_000_000));
    device.node.send(b"now").unwrap();
    assert_eq!(device.node.poll(LocalTime::from_us(1_000_000)), NodeOutput::Wait(None));
    assert_eq!(
        device.node.base_time(LocalTime::from_us(1_000_000)).unwrap().us() / 1_000_000,
        START / 1_000_000
    );
}
