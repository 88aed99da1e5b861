//! A base and its nodes on a lossy channel, under a virtual clock.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use frame_crypto::{Key, Kind, Link, Opener, Sealer, Volatile};
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use lora_tdma::{Base, BaseOutput, BaseTime, Clock, LocalTime, Node, NodeOutput, Schedule};

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
const NODES: u8 = 16;
const ALL: Link = Link { network: 1, device: 0xFFFF, epoch: 0 };
const START: u64 = 1_700_000_000_000_000;

fn schedule() -> Schedule {
    Schedule::new(PROFILE, NODES, 32, 1_000, 500_000).unwrap()
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
        let node = Node::new(schedule(), 1, number, Clock::new(20, 60), uplink, beacons);
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
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % 100 < percent
    }
}

struct Outcome {
    collisions: u32,
    received: Vec<Vec<u32>>,
    delivered: Vec<u32>,
    duplicates: u32,
    largest_offset_us: i64,
}

fn run(superframes: u64, loss_percent: u64) -> Outcome {
    let sealer = Sealer::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default()).unwrap();
    let mut base = Base::new(schedule(), 1, 0, BaseTime::from_us(START + 50_000), sealer);
    let mut devices: Vec<Device> = (1..=NODES).map(Device::new).collect();
    for number in 1..=NODES {
        assert!(base.admit(number, Opener::new(&device_key(number), Kind::Uplink, link(number), 0)));
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
        let start = START + 50_000 + superframe * schedule().period_us();
        let now = BaseTime::from_us(start - Schedule::LEAD_US);
        let BaseOutput::Transmit { frame, at } = base.poll(now) else { panic!("no beacon at {now:?}") };
        assert_eq!(at, BaseTime::from_us(start));
        let beacon = frame.to_vec();
        let ended = start + schedule().beacon_us();

        let mut air: Vec<(u64, u64, Vec<u8>)> = Vec::new();
        for device in &mut devices {
            if !random.happens(loss_percent) {
                device.node.receive(&beacon, device.local(ended));
            }
            if device.node.is_free() {
                device.sent += 1;
                device.node.send(&device.sent.to_be_bytes()).unwrap();
            }
            let mut now = device.local(ended);
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
    let outcome = run(200, 0);
    assert_eq!((outcome.collisions, outcome.duplicates), (0, 0));
    assert!(outcome.delivered.iter().all(|&delivered| delivered == 199));
}

#[test]
fn with_loss_every_message_comes_once_and_in_order() {
    let outcome = run(1_500, 30);
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
    let mut base = Base::new(schedule(), 1, 0, BaseTime::from_us(START), sealer);
    let BaseOutput::Transmit { frame, .. } = base.poll(BaseTime::from_us(START)) else { panic!() };
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
    // Half a guard of 500 us, less 20 us of time stamp, at 60 millionths: 8 s.
    assert!((7_000_000..8_000_000).contains(&last.since(ended)), "{} us", last.since(ended));
    assert!(now.since(ended) > 20_000_000);
}

#[test]
fn another_schedule_mutes_a_node() {
    let mut device = Device::new(3);
    let sealer =
        Sealer::<Volatile>::new(&Key::new([0xBB; 16]), Kind::Broadcast, ALL, Volatile::default()).unwrap();
    let mut base = Base::new(schedule(), 2, 0, BaseTime::from_us(START), sealer);
    let BaseOutput::Transmit { frame, .. } = base.poll(BaseTime::from_us(START)) else { panic!() };
    device.node.receive(frame, LocalTime::from_us(1_000_000));
    device.node.send(b"now").unwrap();
    assert_eq!(device.node.poll(LocalTime::from_us(1_000_000)), NodeOutput::Wait(None));
    assert_eq!(
        device.node.base_time(LocalTime::from_us(1_000_000)).unwrap().us() / 1_000_000,
        START / 1_000_000
    );
}
