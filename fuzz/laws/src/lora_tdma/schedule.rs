//! Laws of layouts and of beacons.

use std::collections::BTreeSet;

use frame_crypto::{JoinRequest, OVERHEAD};
use lora_tdma::{Access, Beacon, DecodeError, EncodeError, Layout, MAX_SLOTS, Schedule, ScheduleError};

use super::{FAST, profile};
use crate::Seed;

/// Octets are a beacon or a layout that encodes to the same octets, and no part of them is one; and a layout that
/// makes a schedule keeps all frames apart, and gives every device a place.
pub fn layout(octets: &[u8]) {
    beacon(octets);
    match Layout::decode(octets) {
        Ok(layout) => {
            encoded(&layout, octets);
            schedule(layout);
        }
        Err(DecodeError::Length { needed, have }) => {
            assert!(have == octets.len() && have != needed);
            assert!(needed == Layout::SHORT_LEN || needed == Layout::MAX_LEN);
        }
        Err(error) => assert!(matches!(error, DecodeError::Radio { .. } | DecodeError::Slots), "{error}"),
    }
    let layout = any(&mut Seed(octets));
    let mut buffer = [0; Layout::MAX_LEN];
    // What has too many slots of a kind makes no schedule.
    if layout.joins < 16 && layout.alarms < 16 {
        let octets = layout.encode(&mut buffer).unwrap();
        assert_eq!(Layout::decode(octets), Ok(layout));
        encoded(&layout, octets);
    }
    schedule(layout);
}

fn beacon(octets: &[u8]) {
    let needed = Beacon::HEAD_LEN;
    match Beacon::decode(octets) {
        Ok(beacon) => {
            let mut buffer = vec![0; octets.len()];
            assert_eq!(beacon.encode(&mut buffer), Ok(octets));
            let have = octets.len() - 1;
            let short = EncodeError::BufferTooSmall { needed: octets.len(), have };
            assert_eq!(beacon.encode(&mut vec![0; have]), Err(short));
            for slot in 0..=u8::MAX {
                let is_there = 2 * usize::from(slot) + 2 <= beacon.entries.len();
                assert_eq!(beacon.acknowledgement(slot).is_some(), is_there);
                beacon.grant(slot, octets[0]);
            }
        }
        Err(error) => assert_eq!(error, DecodeError::Length { needed, have: octets.len() }),
    }
}

/// A layout is these octets, all of them.
fn encoded(layout: &Layout, octets: &[u8]) {
    let needed = octets.len();
    assert_eq!(layout.encode(&mut vec![0; needed]), Ok(octets));
    for have in 0..needed {
        assert!(matches!(Layout::decode(&octets[..have]), Err(DecodeError::Length { .. })));
        assert_eq!(layout.encode(&mut vec![0; have]), Err(EncodeError::BufferTooSmall { needed, have }));
    }
}

/// Mostly one that makes a schedule.
fn any(seed: &mut Seed<'_>) -> Layout {
    let profile = if seed.u8() & 3 == 0 { profile(seed) } else { FAST };
    let mut messages = [0; MAX_SLOTS];
    let same = seed.u8();
    let count = usize::from(seed.u8()) % (MAX_SLOTS + 1);
    messages[..count].fill(same);
    if seed.u8() & 1 == 0 {
        messages.iter_mut().for_each(|message| *message = (*message).min(seed.u8()));
    }
    Layout {
        version: seed.u8(),
        access: if seed.u8() & 3 == 0 { Access::Polling } else { Access::Slots },
        messages,
        cycle: 1 + seed.u16() % 50,
        first: seed.u16(),
        listen_us: seed.u16().into(),
        interval_us: if seed.u8() & 7 == 0 { u32::from(seed.u16()) * 8 } else { 0 },
        downlink: seed.u8(),
        joins: seed.u8() % 9,
        alarms: seed.u8() % 10,
        alarm: seed.u8() & 0x3F,
        extras: seed.u8() % 10,
        ..Layout::plain(profile, 0, 0, seed.u16().into(), (seed.u64() >> (32 + seed.u8() % 16)) as u32)
    }
}

fn schedule(layout: Layout) {
    let schedule = match Schedule::new(layout) {
        Ok(schedule) => schedule,
        Err(ScheduleError::Period { needed_us, period_us }) => {
            assert!(needed_us > period_us.into() && period_us == layout.period_us);
            // What is said to be needed is enough.
            if let Ok(period_us) = needed_us.try_into() {
                assert!(Schedule::new(Layout { period_us, ..layout }).is_ok());
            }
            return;
        }
        Err(_) => return,
    };
    let numbers = schedule.devices();
    let places: BTreeSet<(u16, u8)> = (0..numbers.min(200))
        .map(|index| schedule.place(layout.first + index).expect("a place"))
        .map(|place| (place.phase, place.slot))
        .collect();
    assert_eq!(places.len(), usize::from(numbers.min(200)));
    assert!(schedule.place(layout.first - 1).is_err());
    assert!(layout.first.checked_add(numbers).is_none_or(|number| schedule.place(number).is_err()));
    if layout.access == Access::Slots {
        apart(&schedule);
    }
}

/// No two frames overlap, whoever sends them; each fits its slot, with half a guard on both sides and the time to
/// listen before it, and all of them the period.
fn apart(schedule: &Schedule) {
    let layout = schedule.layout();
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
    assert_eq!(
        [schedule.join_us(layout.joins), schedule.slot_us(schedule.slots())],
        [None; 2],
        "there are no more"
    );
    // Every node has the time to read the beacon.
    let mut end = schedule.beacon_us() + u64::from(Schedule::TURN_US);
    for (index, (start, octets)) in frames.into_iter().enumerate() {
        let gap = if index == 0 { guard / 2 } else { guard };
        assert!(start >= end + gap + listen, "frames overlap: {layout:?}");
        assert!(octets <= lora_tdma::MAX_FRAME);
        end = start + schedule.airtime_us(octets);
    }
    assert!(end + u64::from(Schedule::TURN_US) + listen <= u64::from(layout.period_us));
}
