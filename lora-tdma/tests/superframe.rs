//! Who may send when: slots of every kind, in tables.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::{Access, BaseTime, DecodeError, EncodeError, Layout, Place, Schedule, ScheduleError};

const FAST: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);
const SLOW: Profile =
    Profile { spreading_factor: SpreadingFactor::Sf7, bandwidth: Bandwidth::Khz125, preamble: 8, ..FAST };

/// Everything there is, in a second.
const FULL: Layout = Layout {
    downlink: 32,
    joins: 2,
    alarms: 2,
    alarm: 16,
    extras: 2,
    listen_us: 320,
    ..Layout::plain(FAST, 4, 64, 1_000, 1_000_000)
};

fn schedule(layout: Layout) -> Schedule {
    Schedule::new(layout).unwrap()
}

/// Begin and end of the air of every slot, in the order of time, each without its guards.
fn air(schedule: &Schedule) -> Vec<(u64, u64)> {
    let layout = schedule.layout();
    let mut air = vec![(0, schedule.beacon_us())];
    let mut add = |start: Option<u64>, octets: usize| {
        let start = start.unwrap();
        air.push((start, start + layout.profile.airtime_us(octets as u8)));
    };
    (0..layout.joins).for_each(|join| add(schedule.join_us(join), 25));
    if layout.downlink != 0 {
        add(schedule.downlink_us(), schedule.longest_downlink());
    }
    (0..schedule.slots()).for_each(|slot| add(schedule.slot_us(slot), schedule.max_message(slot) + 14));
    (0..layout.extras).for_each(|extra| add(schedule.extra_us(extra), schedule.longest()));
    (0..layout.alarms).for_each(|alarm| add(schedule.alarm_us(alarm), usize::from(layout.alarm) + 14));
    air.sort_unstable();
    air
}

#[test]
fn slots_follow_each_other_a_guard_and_the_listening_apart() {
    // Airtimes in microseconds, by the calculators: 25, 47, 30, and 78 octets.
    let [request, down, alarm, slot] = [25, 47, 30, 78].map(|octets| FAST.airtime_us(octets));
    let schedule = schedule(FULL);
    assert_eq!(schedule.beacon_len(), 8 + 2 * 4 + 2 + 13 + 2);
    let gap = 1_320;
    let mut time = schedule.beacon_us() + 10_000 + gap - 500;
    let mut expected = vec![(0, schedule.beacon_us())];
    for airtime in [request, request, down, slot, slot, slot, alarm, slot, slot, slot, alarm] {
        expected.push((time, time + airtime));
        time += airtime + gap;
    }
    assert_eq!(air(&schedule), expected);
    let needed_us = time - gap + 500 + 320 + 10_000;
    for (period_us, result) in [
        (needed_us, None),
        (needed_us - 1, Some(ScheduleError::Period { needed_us, period_us: needed_us as u32 - 1 })),
    ] {
        assert_eq!(Schedule::new(Layout { period_us: period_us as u32, ..FULL }).err(), result);
    }
}

#[test]
fn no_two_slots_of_any_layout_overlap() {
    let mut schedules = 0;
    for slots in [1, 2, 3, 7, 16] {
        for (joins, downlink) in [(0, 0), (1, 0), (0, 1), (7, 32), (3, 241)] {
            for (alarms, alarm) in [(0, 0), (1, 8), (3, 64), (8, 0)] {
                for extras in [0, 1, 5, 8] {
                    for interval_us in [0, 300_000] {
                        let plain = Layout::plain(FAST, slots, 32, 777, 9_000_000);
                        let mut layout = Layout {
                            downlink,
                            joins,
                            alarms,
                            alarm,
                            extras,
                            interval_us,
                            listen_us: 320,
                            ..plain
                        };
                        layout.messages[0] = 99;
                        let Ok(schedule) = Schedule::new(layout) else {
                            assert!(interval_us != 0 && (extras != 0 || alarms != 0), "{layout:?}");
                            continue;
                        };
                        schedules += 1;
                        let air = air(&schedule);
                        let ends = air.iter().map(|&(_, end)| end);
                        let starts = air.iter().skip(1).map(|&(start, _)| start);
                        for (end, start) in ends.zip(starts) {
                            assert!(end + 777 + 320 <= start, "{layout:?}: {end} and {start}");
                        }
                        let (_, end) = air[air.len() - 1];
                        assert!(end + u64::from(Schedule::TURN_US) + 320 <= 9_000_000, "{layout:?}");
                    }
                }
            }
        }
    }
    assert_eq!(schedules, 5 * 5 * (4 * 4 + 1));
}

#[test]
fn what_goes_down_ends_before_the_first_interval() {
    let layout = Layout {
        downlink: 100,
        joins: 7,
        interval_us: 300_000,
        ..Layout::plain(FAST, 3, 32, 1_000, 2_000_000)
    };
    let needed_us = schedule(layout).downlink_us().unwrap()
        + FAST.airtime_us(schedule(layout).longest_downlink() as u8)
        + 1_000
        - schedule(layout).beacon_us();
    let interval_us = needed_us as u32;
    assert!(Schedule::new(Layout { interval_us, ..layout }).is_ok());
    let interval_us = interval_us - 1;
    let error = ScheduleError::Interval { needed_us, interval_us };
    assert_eq!(Schedule::new(Layout { interval_us, ..layout }), Err(error));
}

#[test]
fn device_n_answers_n_intervals_after_the_beacon() {
    let schedule = schedule(Layout { interval_us: 100_000, ..Layout::plain(SLOW, 16, 30, 2_000, 2_000_000) });
    for slot in 0..16 {
        assert_eq!(schedule.slot_us(slot), Some(schedule.beacon_us() + 100_000 * (u64::from(slot) + 1)));
    }
    assert_eq!(schedule.slot_us(16), None);
}

#[test]
fn every_number_has_one_place() {
    for (first, slots, cycle) in [(1, 1, 1), (1, 16, 1), (5, 3, 4), (0xFFF0, 7, 2), (1, 13, 5_041)] {
        let layout = Layout { first, cycle, ..Layout::plain(FAST, slots, 32, 1_000, 1_000_000) };
        let schedule = schedule(layout);
        let devices = u16::from(slots) * cycle;
        assert_eq!(schedule.devices(), devices);
        let mut places = std::collections::BTreeSet::new();
        for number in 0..=u16::MAX {
            let is_in = number >= first && u32::from(number) < u32::from(first) + u32::from(devices);
            match schedule.place(number) {
                Ok(Place { phase, slot }) => {
                    assert!(is_in && phase < cycle && slot < slots, "{number}");
                    assert!(places.insert((phase, slot)), "{number}");
                }
                Err(error) => {
                    assert!(!is_in);
                    assert_eq!(error, ScheduleError::Number { number, first, devices });
                }
            }
        }
        assert_eq!(places.len(), usize::from(devices));
    }
}

#[test]
fn superframes_are_counted_from_1970_on() {
    let schedule = schedule(Layout { cycle: 3, ..FULL });
    for (us, number) in [(0, 0), (999_999, 0), (1_000_000, 1), (1_700_000_000_000_000, 1_700_000_000)] {
        assert_eq!(schedule.number(BaseTime::from_us(us)), number);
        assert_eq!(schedule.start(number).us(), us / 1_000_000 * 1_000_000);
        assert_eq!(u64::from(schedule.phase(number)), number % 3);
    }
    assert_eq!(schedule.start(u64::MAX), BaseTime::from_us(u64::MAX));
}

#[test]
fn an_offset_is_from_the_nearest_turn() {
    let schedule = schedule(Layout { cycle: 2, ..FULL });
    let own = Place { phase: 1, slot: 2 };
    for (number, planned) in [
        (7, schedule.slot_us(2)),
        (8, schedule.extra_us(0)),
        (8, schedule.extra_us(1)),
        (7, schedule.alarm_us(0)),
        (8, schedule.alarm_us(1)),
    ] {
        for late in [-499, 0, 499] {
            let began = schedule.start(number).us() + planned.unwrap();
            assert_eq!(schedule.offset_us(own, BaseTime::from_us(began.saturating_add_signed(late))), late);
        }
    }
    // No turn is near: superframe 8 is none of its own.
    let began = schedule.start(8).after(schedule.slot_us(2).unwrap());
    assert!(schedule.offset_us(own, began).unsigned_abs() > 10_000);
    for us in [0, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX] {
        schedule.offset_us(own, BaseTime::from_us(us));
    }
}

#[test]
fn a_layout_says_what_it_lacks() {
    use ScheduleError as E;
    let plain = Layout::plain(FAST, 4, 32, 1_000, 1_000_000);
    let mut short = plain;
    short.messages[3] = 7;
    for (layout, error) in [
        (Layout::plain(FAST, 0, 32, 1_000, 1_000_000), E::Slots { have: 0, limit: 16 }),
        (Layout { joins: 8, ..plain }, E::Slots { have: 8, limit: 7 }),
        (Layout { alarms: 9, ..plain }, E::Slots { have: 9, limit: 8 }),
        (Layout { extras: 9, ..plain }, E::Slots { have: 9, limit: 8 }),
        (Layout { extras: 1, interval_us: 100_000, ..plain }, E::Slots { have: 1, limit: 0 }),
        (Layout::plain(FAST, 1, 242, 1_000, 1_000_000), E::Message { message: 242, limit: 241 }),
        (Layout { alarm: 242, ..plain }, E::Message { message: 242, limit: 241 }),
        (Layout { downlink: 242, ..plain }, E::Message { message: 242, limit: 241 }),
        (short, E::Short { needed: 8, have: 7 }),
        (Layout { cycle: 0, ..plain }, E::Devices { first: 1, devices: 0 }),
        (Layout { first: 0, ..plain }, E::Devices { first: 0, devices: 4 }),
        (Layout { first: 0xFFFC, ..plain }, E::Devices { first: 0xFFFC, devices: 4 }),
        (Layout { cycle: u16::MAX, ..plain }, E::Devices { first: 1, devices: 4 * 0xFFFF }),
        (Layout { guard_us: 1 << 24, ..plain }, E::Time { time_us: 1 << 24, limit_us: (1 << 24) - 1 }),
        (Layout { listen_us: u32::MAX, ..plain }, E::Time { time_us: u32::MAX, limit_us: (1 << 24) - 1 }),
    ] {
        assert_eq!(Schedule::new(layout), Err(error));
    }
    let polling = Layout { access: Access::Polling, period_us: 0, ..plain };
    assert_eq!(Schedule::new(polling).map(|schedule| schedule.number(BaseTime::from_us(5))), Ok(0));
}

#[test]
fn a_layout_has_one_form_only() {
    let mut mixed = FULL;
    mixed.messages[..4].copy_from_slice(&[32, 64, 8, 8]);
    let polling = Layout { access: Access::Polling, cycle: 0x0102, first: 0xA0B0, ..FULL };
    let none = Layout::plain(SLOW, 0, 0, 0, 0);
    let all = Layout::plain(SLOW, 16, 200, 0xFF_FFFF, u32::MAX);
    for (layout, length) in [(FULL, 28), (mixed, 42), (polling, 28), (none, 28), (all, 28)] {
        let mut buffer = [0; Layout::MAX_LEN];
        let octets = layout.encode(&mut buffer).unwrap();
        assert_eq!((octets.len(), Layout::decode(octets)), (length, Ok(layout)));
        for have in 0..length {
            let needed = if have < 2 { Layout::SHORT_LEN } else { length };
            assert_eq!(Layout::decode(&octets[..have]), Err(DecodeError::Length { needed, have }));
            assert_eq!(
                layout.encode(&mut vec![0; have]),
                Err(EncodeError::BufferTooSmall { needed: length, have })
            );
        }
    }
    let mut buffer = [0; Layout::MAX_LEN];
    FULL.encode(&mut buffer).unwrap();
    let decode = |change: &[(usize, u8)], length: usize| {
        let mut octets = buffer;
        change.iter().for_each(|&(index, octet)| octets[index] = octet);
        Layout::decode(&octets[..length])
    };
    // Setting 8 of 8 spreading factors, 10 of 10 bandwidths.
    assert_eq!(decode(&[(2, 0x88)], 28), Err(DecodeError::Radio { factor: 0x88 }));
    assert_eq!(decode(&[(2, 0x0A)], 28), Err(DecodeError::Radio { factor: 0x0A }));
    // 17 slots, none of 64 octets, and alike, but one by one.
    assert_eq!(decode(&[(26, 17)], 28), Err(DecodeError::Slots));
    assert_eq!(decode(&[(26, 0)], 28), Err(DecodeError::Slots));
    assert_eq!(decode(&[(1, buffer[1] | 0x80), (26, 64), (27, 64)], 42), Err(DecodeError::Slots));
    assert_eq!(decode(&[], 29), Err(DecodeError::Length { needed: 28, have: 29 }));
    assert_eq!(decode(&[], 42), Err(DecodeError::Length { needed: 28, have: 42 }));
}
