//! Somebody who hears everything, and sends it again.

use frame_crypto::Kind;
use lora_tdma::{Layout, Schedule};

use crate::world::{Sender, Told, World, layout, numbers};

fn frames(world: &World, sender: Sender) -> Vec<Vec<u8>> {
    world
        .landed()
        .iter()
        .filter(|flight| flight.sender == sender)
        .map(|flight| flight.frame.clone())
        .collect()
}

#[test]
fn a_beacon_that_is_held_back_mutes_until_the_next_that_fits() {
    for late in [1_000, 24_000, 300_000, 700_000] {
        let mut world = World::joined(layout(16), &numbers(16));
        world.send(15, b"before");
        world.pass(3);
        world.units[15].is_deaf = true;
        world.pass(1);
        // The newest beacon, and not heard before.
        let beacon =
            world.landed().iter().rfind(|flight| flight.kind() == Some(Kind::Broadcast)).unwrap().clone();
        world.run(late);
        let frames = world.units[15].frames;
        world.send(15, b"quiet");
        world.node_hears(15, &beacon.frame);
        world.pass(3);
        assert_eq!(world.units[15].frames, frames, "{late}");
        world.units[15].is_deaf = false;
        world.pass(3);
        assert_eq!(world.came(16), [&b"before"[..], b"quiet"], "{late}");
    }
}

#[test]
fn what_is_repeated_to_a_node_changes_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send_down(1, b"once");
    world.send_to_all(b"all once", 1);
    world.pass(5);
    world.clear();
    let heard = frames(&world, Sender::Base);
    for frame in &heard {
        world.node_hears(0, frame);
    }
    let ticket = world.send(0, b"up");
    world.pass(3);
    assert_eq!(world.units[0].told, [Told::Delivered(ticket)]);
    assert_eq!(world.came(1), [b"up"]);
}

#[test]
fn what_is_repeated_to_the_base_changes_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    for octet in 0..30 {
        world.send(0, &[octet; 20]);
        world.send_down(1, &[octet; 20]);
        world.pass(3);
    }
    world.clear();
    let heard: Vec<Vec<u8>> = (0..4).flat_map(|index| frames(&world, Sender::Node(index))).collect();
    for (index, frame) in heard.iter().enumerate() {
        world.base_hears(frame);
        if index % 10 == 0 {
            world.pass(1);
        }
    }
    assert!(world.seen.is_empty());
    let ticket = world.send(0, b"up");
    world.pass(3);
    assert_eq!(
        (world.came(1), world.units[0].told.as_slice()),
        (vec![b"up".to_vec()], &[Told::Delivered(ticket)][..])
    );
}

#[test]
fn damaged_frames_change_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    let mut all: Vec<Vec<u8>> = frames(&world, Sender::Base);
    (0..4).for_each(|index| all.extend(frames(&world, Sender::Node(index))));
    for (index, frame) in all.iter().enumerate() {
        let mut frame = frame.clone();
        let at = index * 7 % frame.len();
        frame[at] ^= 1 << (index % 8);
        frame.truncate(frame.len() - usize::from(index % 5 == 0));
        world.base_hears(&frame);
        (0..4).for_each(|index| world.node_hears(index, &frame));
    }
    for index in 0..4 {
        world.send(index, b"fine");
    }
    world.pass(4);
    assert!((1..=4).all(|number| world.came(number) == [b"fine"]));
}

#[test]
fn an_old_frame_acknowledges_nothing_new() {
    // Frames that somebody kept from the base, in every session, until the node has sent another.
    let mut world = World::joined(layout(2), &numbers(2));
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for round in 0..300_u16 {
        world.units[0].is_mute = true;
        let flights = world.landed().len();
        let ticket = world.send(0, &round.to_be_bytes());
        world.pass(1);
        for frame in kept.drain(..) {
            world.base_hears(&frame);
        }
        world.pass(1);
        assert_eq!(world.units[0].count(&Told::Delivered(ticket)), 0, "round {round}");
        world.units[0].node.cancel(ticket);
        let sent = world.landed()[flights..].iter().filter(|flight| flight.sender == Sender::Node(0));
        kept.extend(sent.map(|flight| flight.frame.clone()));
        if round % 50 == 49 {
            world.units[0].is_mute = false;
            world.pass(3);
        }
        world.units[0].told.clear();
    }
}

#[test]
fn a_beacon_again_while_a_device_is_about_to_ask_makes_no_second_frame() {
    let mut world = World::new(Layout { joins: 1, ..layout(4) }, &[]);
    world.enroll(1);
    let other = Schedule::new(Layout { version: 9, joins: 1, ..layout(4) }).unwrap();
    let index = world.add(1, other);
    world.join(index);
    while world.units[index].frames == 0 {
        world.run(1_000);
    }
    let beacon = frames(&world, Sender::Base).pop().unwrap();
    world.run(2_000);
    // The world looks out for two frames at once.
    world.node_hears(index, &beacon);
    world.pass(3);
    assert!(world.base.is_member(1));
}
