use core::hint::black_box;

use ::lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use ::lora_tdma::{Base, BaseOutput, BaseTime, Beacon, Bounds, Clock, LocalTime, Node, NodeOutput, Schedule};

use crate::frame_crypto::{any_opener, any_sealer};

pub fn run(octets: &[u8]) {
    schedule();
    beacon(octets);
    base(octets);
    node(octets);
}

pub fn any_local() -> LocalTime {
    black_box(LocalTime::from_us(0))
}

pub fn any_base() -> BaseTime {
    black_box(BaseTime::from_us(0))
}

pub fn any_profile() -> Profile {
    black_box(Profile {
        family: Family::Sx126x,
        spreading_factor: SpreadingFactor::Sf7,
        bandwidth: Bandwidth::Khz125,
        coding_rate: CodingRate::Cr4_5,
        preamble: 0,
        explicit_header: false,
        crc: false,
        low_data_rate: false,
    })
}

fn any_schedule() -> Option<Schedule> {
    let schedule = Schedule::new(any_profile(), black_box(0), black_box(0), black_box(0), black_box(0));
    black_box(schedule.ok())
}

fn schedule() {
    let Some(schedule) = any_schedule() else { return };
    black_box((schedule.profile(), schedule.devices(), schedule.max_message(), schedule.guard_us()));
    black_box((schedule.period_us(), schedule.beacon_us()));
    black_box((schedule.slot_us(black_box(0)), schedule.frame_us(black_box(0))));
}

fn beacon(octets: &[u8]) {
    black_box(Beacon::decode(octets).is_ok());
    let beacon = black_box(Beacon { number: 0, unix_time: 0, version: 0, acknowledged: 0, parity: 0 });
    black_box((beacon.encode(), beacon.acknowledges(black_box(0), black_box(0)), beacon.start(black_box(0))));
}

pub fn any_clock() -> Clock {
    black_box(Clock::new(black_box(Bounds { stamp_error_us: 0, drift_ppm: 0, drift_rate_ppb_per_s: 0 })))
}

fn base(octets: &[u8]) {
    let (Some(schedule), Ok(sealer)) = (any_schedule(), any_sealer()) else { return };
    let mut base = Base::new(schedule, black_box(0), any_base(), sealer);
    black_box(black_box(&mut base).admit(black_box(0), any_opener()).is_ok());
    black_box(&mut base).receive(octets, any_base());
    while !matches!(black_box(black_box(&mut base).poll(any_base())), BaseOutput::Wait(_)) {}
    black_box(black_box(&mut base).counts());
}

fn node(octets: &[u8]) {
    let (Some(schedule), Ok(sealer)) = (any_schedule(), any_sealer()) else { return };
    let node = Node::new(schedule, black_box(0), black_box(0), any_clock(), sealer, any_opener());
    let Ok(mut node) = node else { return };
    black_box((
        black_box(&mut node).is_free(),
        black_box(&mut node).send(octets).is_ok(),
        black_box(&mut node).base_time(any_local()),
    ));
    black_box(&mut node).receive(octets, any_local());
    while !matches!(black_box(black_box(&mut node).poll(any_local())), NodeOutput::Wait(_)) {}
}
