use core::hint::black_box;

use ::frame_crypto::{Aes128, Joined, Session, Window};
use ::lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use ::lora_tdma::{
    Access, Base, BaseOutput, BaseTime, Beacon, Bounds, Clock, Device, Layout, LocalTime, MAX_FRAME, Node,
    NodeOutput, Place, Schedule, Setup, Station,
};

use crate::frame_crypto::{Store, any_key, any_link};
use crate::with_buffer;

pub fn run(octets: &[u8]) {
    layout(octets);
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

fn any_layout() -> Layout {
    let layout = Layout::plain(any_profile(), black_box(0), black_box(0), black_box(0), black_box(0));
    black_box(Layout {
        access: if black_box(false) { Access::Polling } else { Access::Slots },
        messages: black_box([0; 16]),
        downlink: 0,
        joins: 0,
        alarms: 0,
        alarm: 0,
        extras: 0,
        interval_us: 0,
        ..layout
    })
}

fn any_schedule() -> Option<Schedule> {
    black_box(Schedule::new(any_layout()).ok())
}

fn layout(octets: &[u8]) {
    black_box(Layout::decode(octets).is_ok());
    black_box(with_buffer(|buffer| any_layout().encode(buffer).is_ok()));
}

fn schedule() {
    let Some(schedule) = any_schedule() else { return };
    let place = black_box(Place { phase: 0, slot: 0 });
    black_box((
        schedule.layout(),
        schedule.slots(),
        schedule.devices(),
        schedule.place(black_box(0)).is_ok(),
    ));
    black_box((schedule.phase(black_box(0)), schedule.start(black_box(0)), schedule.number(any_base())));
    black_box((schedule.max_message(black_box(0)), schedule.beacon_len(), schedule.airtime_us(black_box(0))));
    black_box((schedule.beacon_us(), schedule.join_us(black_box(0)), schedule.downlink_us()));
    black_box((
        schedule.slot_us(black_box(0)),
        schedule.extra_us(black_box(0)),
        schedule.alarm_us(black_box(0)),
    ));
    black_box((schedule.longest(), schedule.longest_downlink(), schedule.used_us()));
    black_box(schedule.offset_us(place, any_base()));
}

fn beacon(octets: &[u8]) {
    if let Ok(beacon) = Beacon::decode(octets) {
        black_box(
            beacon
                .acknowledgement(black_box(0))
                .map(|came| (came.covers(black_box(0)), came.came(black_box(0)))),
        );
        black_box(beacon.grant(black_box(0), black_box(0)));
    }
    let beacon = black_box(Beacon { number: 0, version: 0, run: 0, entries: octets });
    black_box(with_buffer(|buffer| beacon.encode(buffer).is_ok()));
}

fn any_bounds() -> Bounds {
    black_box(Bounds { stamp_error_us: 0, drift_ppm: 0, drift_rate_ppb_per_s: 0 })
}

pub fn any_clock() -> Clock {
    black_box(Clock::new(any_bounds()))
}

fn base(octets: &[u8]) {
    let Some(schedule) = any_schedule() else { return };
    let Ok(mut station) = Station::<Store>::new(black_box(0), black_box(0), any_key(), Store) else { return };
    let session = black_box(Session { node: 0, base: 0 });
    black_box(&mut station).resume(any_link(), session, black_box(Window::new(0)));
    let mut stations = [Some(station), None];
    let setup = Setup {
        network: black_box(0),
        epoch: black_box(0),
        key: any_key(),
        schedule,
        beacons: Store,
        sessions: Store,
    };
    let base = Base::<Store, Aes128, MAX_FRAME>::new(setup, &mut stations, any_base());
    let Ok(mut base) = base else { return };
    let base = black_box(&mut base);
    black_box(base.enroll(black_box(0), any_key(), Store).is_ok());
    black_box((base.send(black_box(0), octets).is_ok(), base.send_to_all(octets, black_box(0)).is_ok()));
    base.cancel(black_box(0));
    black_box(base.dismiss(black_box(0)).is_ok());
    if let Some(schedule) = any_schedule() {
        black_box(base.change(schedule, any_base()).is_ok());
    }
    black_box(base.renew(any_key(), any_base()).is_ok());
    base.receive(octets, any_base());
    base.garbled(any_base());
    while !matches!(black_box(base.poll(any_base())), BaseOutput::Wait(_)) {}
    base.busy();
    black_box((base.counts(), base.unready(), base.is_member(black_box(0)), base.window(black_box(0))));
    black_box(base.schedule());
}

fn node(octets: &[u8]) {
    let Some(schedule) = any_schedule() else { return };
    let device =
        Device { network: black_box(0), number: black_box(0), bounds: any_bounds(), start_error_us: 0 };
    let Ok(mut node) = Node::<Store>::new(schedule, black_box(device), &any_key(), Store) else { return };
    let node = black_box(&mut node);
    node.join(any_key(), black_box(0));
    node.forget_time();
    let (link, session) = (any_link(), black_box(Session { node: 0, base: 0 }));
    let (key, network_key) = (any_key(), any_key());
    let (downlink, broadcast) = (black_box(0), black_box(0));
    node.enter(Joined { link, session, key, network_key, downlink, broadcast });
    black_box((node.is_member(), node.is_free(), node.is_idle(), node.unanswered()));
    black_box((node.send(octets).is_ok(), node.alarm(octets).is_ok()));
    node.cancel(black_box(0));
    node.leave();
    node.receive(octets, any_local());
    while !matches!(black_box(node.poll(any_local())), NodeOutput::Wait(_)) {}
    node.busy();
    black_box((node.schedule(), node.clock().error_us(any_local()), node.clock().synchronized()));
}
