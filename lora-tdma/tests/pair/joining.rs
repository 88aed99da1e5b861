//! Devices that come.

use frame_crypto::JoinRequest;
use lora_tdma::{Layout, Node, Schedule, SendError};

use crate::world::{Seen, Sender, Told, World, device, layout, numbers, root_key};

fn requests(world: &World) -> Vec<(usize, u64)> {
    let period = u64::from(world.schedule.layout().period_us);
    let sent = world.flights.iter().filter(|flight| JoinRequest::device(&flight.frame).is_some());
    let sent = sent.map(|flight| match flight.sender {
        Sender::Node(index) => (index, flight.start % period),
        Sender::Base => panic!("a base asks nobody"),
    });
    sent.collect()
}

#[test]
fn who_knows_the_schedule_asks_in_its_own_slot() {
    let mut world = World::new(layout(16), &numbers(16));
    (0..16).for_each(|index| world.join(index));
    world.pass(10);
    for index in 0..16 {
        assert!(world.base.is_member(index as u16 + 1) && world.units[index].told.contains(&Told::Joined));
        assert_eq!(world.count(&Seen::Joined(index as u16 + 1)), 1);
    }
    for (index, after) in requests(&world) {
        let own = world.schedule.slot_us(index as u8).unwrap();
        assert!(after.abs_diff(own) <= 500, "{after} {own}");
    }
}

#[test]
fn who_knows_no_schedule_asks_in_a_join_slot_and_is_told() {
    for loss in [0, 30] {
        let mut world = World::new(layout(4), &numbers(4));
        world.loss = loss;
        let old = Schedule::new(Layout {
            version: 9,
            period_us: 777_777,
            listen_us: 320,
            ..Layout::plain(crate::world::FAST, 5, 20, 1_000, 0)
        });
        for index in 0..4 {
            world.restart_node(index, old.unwrap());
        }
        world.pass(80);
        for index in 0..4 {
            assert!(world.units[index].told.contains(&Told::Scheduled(1)), "{index}");
            world.send(index, b"hello");
        }
        world.pass(20);
        assert!((1..=4).all(|number| world.came(number) == [b"hello"]));
        let joins = [0, 1].map(|join| world.schedule.join_us(join).unwrap());
        for (_, after) in requests(&world) {
            assert!(joins.iter().any(|join| join.abs_diff(after) <= 500), "{after}");
        }
    }
}

#[test]
fn who_is_not_enrolled_is_told_of_and_joins_later() {
    let mut world = World::new(layout(4), &[1, 2]);
    let index = world.add(3, world.schedule);
    world.join(index);
    world.pass(5);
    assert!(world.count(&Seen::Unknown(3)) > 0 && !world.base.is_member(3));
    world.enroll(3);
    world.pass(5);
    assert!(world.base.is_member(3) && world.units[index].node.is_member());
}

#[test]
fn slots_shorter_than_a_request_are_not_used_to_ask() {
    let world = World::joined(Layout { joins: 1, ..Layout { messages: [8; 16], ..layout(16) } }, &[1, 2, 3]);
    let join = world.schedule.join_us(0).unwrap();
    assert!(requests(&world).iter().all(|&(_, after)| after.abs_diff(join) <= 500));
}

#[test]
fn who_does_not_know_its_clock_does_not_ask_long_after_a_beacon() {
    // 42 millionths of 50 s are more than half a guard.
    let layout = Layout {
        period_us: 60_000_000,
        messages: [32; 16],
        interval_us: 3_000_000,
        extras: 0,
        alarms: 0,
        ..layout(16)
    };
    let world = World::joined(layout, &[1, 16]);
    for (index, after) in requests(&world) {
        let own = world.schedule.slot_us(world.units[index].number as u8 - 1).unwrap();
        assert_eq!(after.abs_diff(own) <= 500, index == 0, "device {index} asks at {after}");
    }
}

#[test]
fn many_who_know_no_schedule_wait_for_each_other() {
    let mut world = World::new(layout(16), &numbers(16));
    let old = Schedule::new(Layout { version: 9, ..layout(15) }).unwrap();
    let old = Schedule::new(Layout {
        messages: {
            let mut messages = [32; 16];
            messages[0] = 31;
            messages
        },
        ..*old.layout()
    })
    .unwrap();
    for index in 0..16 {
        world.restart_node(index, old);
    }
    world.pass(150);
    assert!(numbers(16).iter().all(|&number| world.base.is_member(number)));
    assert!(
        world.units.iter().all(|unit| unit.node.is_member() && unit.node.schedule().layout().version == 1)
    );
}

#[test]
fn a_wrong_key_does_not_join() {
    let mut world = World::new(layout(2), &[1]);
    let index = world.add(2, world.schedule);
    let mut node: crate::world::TestNode =
        Node::new(world.schedule, device(1), &root_key(7), Default::default()).unwrap();
    node.join(root_key(7), 5);
    world.units[index].node = node;
    world.units[index].number = 1;
    world.pass(10);
    assert!(!world.base.is_member(1) && !world.units[index].node.is_member());
    assert!(world.base.counts().refused > 0 && world.seen.is_empty());
}

#[test]
fn a_member_that_asks_again_sends_no_message_in_the_same_slot() {
    let mut world = World::joined(layout(4), &numbers(4));
    for round in 0..10 {
        world.send(1, &[round; 32]);
        world.join(1);
        world.pass(20);
    }
    // A message that was under way with the session before has to be sent again.
    let lost = world.units[1].told.iter().filter(|told| matches!(told, Told::Lost(_))).count();
    assert_eq!(world.came(2).len() + lost, 10);
    assert_eq!(world.count(&Seen::Joined(2)), 10);
}

#[test]
fn who_repeats_a_request_gains_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    let request = |world: &World| {
        let flights = world.flights.iter().rev();
        flights
            .filter(|flight| JoinRequest::device(&flight.frame) == Some(2))
            .map(|flight| flight.frame.clone())
            .next()
            .unwrap()
    };
    let first = request(&world);
    world.join(1);
    world.pass(10);
    let second = request(&world);
    assert_ne!(first, second);
    world.clear();
    for (frame, superframe) in [first, second].iter().zip([0, 5]).cycle().take(8) {
        world.base_hears(frame);
        world.pass(superframe + 1);
        let ticket = world.send(1, b"still the same session");
        world.pass(3);
        assert_eq!(world.units[1].told.pop(), Some(Told::Delivered(ticket)));
    }
    assert_eq!(world.count(&Seen::Joined(2)), 0, "nobody uses those sessions");
    // What is stored is the session that is in use.
    world.restart_base(3);
    let ticket = world.send(1, b"after the restart");
    world.pass(5);
    assert_eq!(world.units[1].told, [Told::Delivered(ticket)]);
}

#[test]
fn a_network_without_downlink_answers_nobody() {
    let mut world = World::new(Layout { downlink: 0, ..layout(4) }, &[1]);
    world.join(0);
    world.pass(5);
    assert!(world.seen.is_empty() && !world.base.is_member(1));
    assert_eq!(world.base.send(1, b"?"), Err(SendError::TooLong { limit: 0, have: 1 }));
}
