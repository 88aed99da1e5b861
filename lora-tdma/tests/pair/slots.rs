//! Messages and alarms in slots.

use lora_tdma::airtime::{CodingRate, SpreadingFactor};
use lora_tdma::{Layout, Schedule, SendError};

use crate::world::{FAST, Seen, Sender, Told, World, layout, numbers};

#[test]
fn a_message_comes_within_a_superframe_and_is_delivered_by_the_next_beacon() {
    let mut world = World::joined(layout(16), &numbers(16));
    let tickets: Vec<u8> = (0..16).map(|index| world.send(index, &[index as u8; 32])).collect();
    world.pass(2);
    for (index, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(world.came(index as u16 + 1), [[index as u8; 32]]);
        assert_eq!(world.units[index].told, [Told::Delivered(ticket)]);
    }
}

/// Sends numbered messages from all nodes for so many superframes, then sees that each came once.
fn exchange(world: &mut World, superframes: u64, at_least: u16) {
    let mut sent = vec![0_u16; world.units.len()];
    for _ in 0..superframes {
        for (index, sent) in sent.iter_mut().enumerate() {
            if world.units[index].node.is_free() {
                *sent += 1;
                world.send(index, &sent.to_be_bytes());
            }
        }
        world.pass(1);
    }
    world.loss = 0;
    world.pass(12 * u64::from(world.schedule.layout().cycle));
    for (index, &sent) in sent.iter().enumerate() {
        let octets = world.came(world.units[index].number);
        let mut came: Vec<u16> =
            octets.iter().map(|octets| u16::from_be_bytes([octets[0], octets[1]])).collect();
        came.sort_unstable();
        assert_eq!(came, Vec::from_iter(1..=sent), "node {index}");
        assert!(sent >= at_least, "node {index}: {sent}");
        let delivered =
            world.units[index].told.iter().filter(|told| matches!(told, Told::Delivered(_))).count();
        assert_eq!(delivered, usize::from(sent));
    }
}

#[test]
fn with_loss_every_message_comes_once() {
    let mut world = World::joined(layout(16), &numbers(16));
    world.loss = 30;
    exchange(&mut world, 300, 200);
    assert!(world.base.counts().duplicates > 0, "lost acknowledgements make nodes repeat");
}

#[test]
fn devices_share_slots_in_a_cycle_of_superframes() {
    let layout = Layout { cycle: 5, joins: 4, ..layout(3) };
    let mut world = World::joined(layout, &numbers(15));
    world.loss = 20;
    exchange(&mut world, 300, 40);
}

#[test]
fn a_turn_is_known_through_superframes_without_a_beacon() {
    let layout = Layout { cycle: 7, joins: 4, ..layout(2) };
    let mut world = World::joined(layout, &numbers(14));
    world.send(13, b"before");
    world.pass(14);
    world.units[13].is_deaf = true;
    world.pass(1);
    world.send(13, b"in its turn");
    world.pass(7);
    assert_eq!(world.came(14), [&b"before"[..], b"in its turn"]);
}

#[test]
fn channels_have_a_base_each_and_numbers_that_follow() {
    for first in [1, 5] {
        let mut world =
            World::joined(Layout { first, ..layout(4) }, &[first, first + 1, first + 2, first + 3]);
        world.loss = 10;
        exchange(&mut world, 50, 30);
    }
    // A device of the other channel is none of this base's.
    let mut world = World::joined(layout(4), &numbers(4));
    let other = Schedule::new(Layout { version: 2, first: 5, ..layout(4) }).unwrap();
    let index = world.add(6, other);
    world.join(index);
    world.pass(30);
    assert!(world.count(&Seen::Unknown(6)) > 0 && !world.units[index].node.is_member());
}

#[test]
fn device_n_answers_n_intervals_after_the_beacon() {
    let layout =
        Layout { interval_us: 100_000, alarms: 0, alarm: 0, extras: 0, period_us: 2_000_000, ..layout(16) };
    let mut world = World::joined(layout, &numbers(16));
    world.loss = 30;
    exchange(&mut world, 60, 30);
}

#[test]
fn the_last_slot_is_acknowledged_though_the_base_listens_before_its_beacon() {
    let layout = Layout { listen_us: 9_000, period_us: 1_000_000, extras: 0, alarms: 0, ..layout(4) };
    let needed = match Schedule::new(Layout { period_us: 1, ..layout }) {
        Err(lora_tdma::ScheduleError::Period { needed_us, .. }) => needed_us as u32,
        other => panic!("{other:?}"),
    };
    let mut world = World::joined(Layout { period_us: needed, ..layout }, &numbers(4));
    for index in 0..4 {
        world.send(index, &[7; 32]);
    }
    let frames: u32 = world.units.iter().map(|unit| unit.frames).sum();
    world.pass(10);
    assert_eq!(world.units.iter().map(|unit| unit.frames).sum::<u32>() - frames, 4, "something was repeated");
}

#[test]
fn a_long_message_goes_up_in_pieces_and_another_one_down() {
    for loss in [0, 30] {
        let mut world = World::joined(layout(4), &numbers(4));
        world.loss = loss;
        let up: Vec<u8> = (0..=250).collect();
        let down: Vec<u8> = (0..=250).rev().collect();
        let ticket = world.send(1, &up);
        world.send_down(2, &down);
        world.pass(150);
        assert_eq!((world.came(2), world.units[1].messages()), (vec![up], vec![down]));
        assert_eq!(world.units[1].count(&Told::Delivered(ticket)), 1);
        assert_eq!(world.count(&Seen::Delivered(2)), 1);
    }
}

#[test]
fn a_message_that_is_given_up_makes_room_and_spoils_no_other() {
    let mut world = World::joined(layout(2), &numbers(2));
    world.units[0].is_mute = true;
    let mut cancelled = Vec::new();
    for octet in 0..40 {
        // A piece of the first one comes.
        world.units[0].is_mute = octet != 0;
        let ticket = world.send(0, &[octet; 250]);
        world.pass(1);
        world.units[0].node.cancel(ticket);
        cancelled.push(ticket);
    }
    world.units[0].is_mute = false;
    let long: Vec<u8> = (0..200).collect();
    let ticket = world.send(0, &long);
    world.pass(20);
    assert_eq!(world.came(1), [long]);
    assert_eq!(world.units[0].told, [Told::Delivered(ticket)]);
    assert!(world.units[0].node.is_idle());
}

#[test]
fn alarms_come_before_their_senders_slot_even_if_two_meet() {
    let mut world = World::joined(layout(16), &numbers(16));
    // The first alarm slot is in the middle of the superframe; slot 16 is later.
    world.run(50_000);
    let ticket = world.alarm(15, b"smoke");
    world.run(600_000);
    assert_eq!(world.seen, [Seen::Message { device: 16, is_alarm: true, octets: b"smoke".to_vec() }]);
    world.pass(2);
    assert_eq!(world.units[15].told, [Told::Delivered(ticket)]);

    // Two of them spoil each other there; each has a slot of its own.
    let tickets = [3, 4].map(|index| world.alarm(index, b"water"));
    world.pass(2);
    for (index, ticket) in [3, 4].into_iter().zip(tickets) {
        assert_eq!(world.came(index as u16 + 1), [b"water"]);
        assert_eq!(world.units[index].told, [Told::Delivered(ticket)]);
    }
}

#[test]
fn an_alarm_fits_its_senders_slot_too() {
    let mut world = World::joined(Layout { alarm: 40, ..layout(4) }, &numbers(4));
    let error = world.units[0].node.alarm(&[0; 33]);
    assert_eq!(error, Err(SendError::TooLong { limit: 32, have: 33 }));
    world.alarm(0, &[0; 32]);
    world.alarm(1, &[1; 32]);
    world.pass(3);
    assert_eq!((world.came(1), world.came(2)), (vec![vec![0; 32]], vec![vec![1; 32]]));
}

#[test]
fn who_hears_somebody_else_waits_for_the_next_turn() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.units[2].is_disturbed = true;
    let ticket = world.send(2, b"later");
    world.send_down(3, b"down");
    world.pass(3);
    assert!(
        world.came(3).is_empty()
            && world.units[2].told == [Told::Message { to_all: false, octets: b"down".to_vec() }]
    );
    world.units[2].is_disturbed = false;
    world.is_disturbed = true;
    world.pass(3);
    // The base heard it, and could not say so.
    assert_eq!(world.came(3), [b"later"]);
    assert!(world.units[2].count(&Told::Delivered(ticket)) == 0);
    world.is_disturbed = false;
    world.pass(3);
    assert_eq!(world.units[2].count(&Told::Delivered(ticket)), 1);
    assert_eq!((world.came(3).len(), world.count(&Seen::Delivered(3))), (1, 1));
}

#[test]
fn a_node_that_lost_the_base_falls_silent() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send(0, b"heard");
    world.pass(3);
    world.units[0].is_deaf = true;
    let ticket = world.send(0, b"not acknowledged");
    let (frames, flights) = (world.units[0].frames, world.flights.len());
    world.pass(60);
    let last =
        world.flights[flights..].iter().rfind(|flight| flight.sender == Sender::Node(0)).unwrap().start;
    let sent = world.units[0].frames - frames;
    assert!((8..=40).contains(&sent), "{sent} frames");
    assert!(world.now - last > 42_000_000, "still speaking after {} s", (world.now - last) / 1_000_000);
    world.units[0].is_deaf = false;
    world.pass(3);
    assert_eq!(world.units[0].count(&Told::Delivered(ticket)), 1);
}

#[test]
fn a_node_counts_what_the_base_does_not_answer() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send(0, b"heard");
    world.pass(3);
    assert_eq!(world.units[0].node.unanswered(), 0);
    world.units[0].is_mute = true;
    world.send(0, b"not heard");
    world.pass(10);
    assert!(world.units[0].node.unanswered() >= 10);
    world.units[0].is_mute = false;
    world.pass(3);
    assert_eq!(world.units[0].node.unanswered(), 0);
}

#[test]
fn slots_of_minutes_work_as_well() {
    let slow = lora_tdma::airtime::Profile {
        spreading_factor: SpreadingFactor::Sf10,
        coding_rate: CodingRate::Cr4_8,
        preamble: 8,
        ..FAST
    };
    let plain = Layout { profile: slow, period_us: 60_000_000, guard_us: 4_000, ..layout(8) };
    let mut world = World::joined(Layout { joins: 1, ..plain }, &numbers(8));
    world.loss = 20;
    exchange(&mut world, 60, 30);
}
