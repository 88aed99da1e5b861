//! Messages to devices.

use lora_tdma::{Layout, SendError};

use crate::world::{Seen, Told, World, layout, numbers};

fn to_me(octets: &[u8]) -> Told {
    Told::Message { to_all: false, octets: octets.to_vec() }
}

fn to_all(octets: &[u8]) -> Told {
    Told::Message { to_all: true, octets: octets.to_vec() }
}

#[test]
fn a_message_to_a_device_comes_once_and_is_confirmed() {
    for loss in [0, 40] {
        let mut world = World::joined(layout(4), &numbers(4));
        world.loss = loss;
        for round in 0..10_u8 {
            world.send_down(3, &[round]);
            assert_eq!(world.base.send(3, b"more"), Err(SendError::Busy));
            world.pass(40);
            assert_eq!(world.units[2].told.pop(), Some(to_me(&[round])));
            assert_eq!(world.seen.pop(), Some(Seen::Delivered(3)));
        }
        assert!(world.units[2].told.is_empty() && world.seen.is_empty());
    }
}

#[test]
fn a_message_to_all_is_confirmed_by_each() {
    for loss in [0, 30] {
        for octets in [&b"everybody"[..], &[7; 150]] {
            let mut world = World::joined(layout(8), &numbers(8));
            world.loss = loss;
            world.send_to_all(octets, 12);
            world.pass(120);
            for index in 0..8 {
                assert_eq!(world.units[index].told, [to_all(octets)], "{loss} {index}");
                assert_eq!(world.count(&Seen::DeliveredToAll(index as u16 + 1)), 1, "{loss} {index}");
            }
        }
    }
}

#[test]
fn who_misses_a_piece_of_what_goes_to_all_confirms_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.units[1].is_deaf = true;
    world.send_to_all(&[9; 60], 1);
    world.pass(1);
    world.units[1].is_deaf = false;
    world.pass(10);
    assert!(world.units[1].told.is_empty());
    assert_eq!(world.count(&Seen::DeliveredToAll(2)), 0);
    assert_eq!(world.count(&Seen::DeliveredToAll(1)), 1);
}

#[test]
fn who_joins_between_repeats_confirms_what_it_opened_only() {
    let mut world = World::new(layout(4), &numbers(4));
    [0, 1].into_iter().for_each(|index| world.join(index));
    world.pass(5);
    world.send_to_all(b"early", 20);
    world.pass(3);
    world.join(2);
    world.pass(30);
    assert!(!world.units[2].told.contains(&to_all(b"early")));
    assert_eq!(world.count(&Seen::DeliveredToAll(3)), 0);
    assert_eq!(world.count(&Seen::DeliveredToAll(1)), 1);
}

#[test]
fn the_next_message_to_all_is_not_confirmed_by_the_last_one() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send_to_all(b"first", 1);
    // It is sent, and confirmed just before there is another one.
    while world.units[3].told.is_empty() {
        world.run(10_000);
    }
    world.send_to_all(b"second", 1);
    (0..4).for_each(|index| world.units[index].is_deaf = true);
    world.pass(4);
    assert!((1..=4).all(|number| world.count(&Seen::DeliveredToAll(number)) == 0));
}

#[test]
fn frames_of_any_slot_can_be_sent_again_in_every_other() {
    // Extra slots are longer than the downlink.
    let mut messages = [0; 16];
    messages[..4].copy_from_slice(&[200; 4]);
    let layout = Layout { messages, downlink: 20, extras: 4, ..layout(4) };
    let mut world = World::joined(layout, &numbers(4));
    world.loss = 40;
    for number in 1..=4 {
        world.send_down(number, &[number as u8; 190]);
    }
    world.pass(300);
    for number in 1..=4 {
        assert_eq!(world.units[usize::from(number) - 1].told, [to_me(&[number as u8; 190])], "{number}");
        assert_eq!(world.count(&Seen::Delivered(number)), 1);
    }
}

#[test]
fn what_goes_to_all_waits_for_nobody() {
    let mut world = World::joined(Layout { extras: 0, ..layout(8) }, &numbers(8));
    (0..6).for_each(|index| world.units[index].is_deaf = true);
    (1..=6).for_each(|number| world.send_down(number, b"are you there?"));
    world.send_to_all(b"hello", 2);
    world.pass(20);
    assert_eq!(world.count(&Seen::DeliveredToAll(8)), 1);
    // Nor do those who listen.
    world.send_down(7, b"you are");
    world.pass(12);
    assert_eq!(world.count(&Seen::Delivered(7)), 1);
}

#[test]
fn a_message_nobody_takes_can_be_given_up() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.units[1].is_deaf = true;
    world.send_down(2, b"first");
    world.pass(10);
    assert_eq!(world.base.send(2, b"second"), Err(SendError::Busy));
    world.base.cancel(2);
    world.units[1].is_deaf = false;
    world.send_down(2, b"second");
    world.pass(5);
    assert_eq!(world.units[1].told, [to_me(b"second")]);
    assert_eq!(world.count(&Seen::Delivered(2)), 1);
}

#[test]
fn a_message_too_long_for_its_device_is_not_called_delivered() {
    let mut world = World::joined(layout(4), &numbers(4));
    let limit = crate::world::MESSAGE;
    let error = SendError::TooLong { limit, have: limit + 1 };
    assert_eq!(world.base.send(1, &vec![0; limit + 1]), Err(error));
    assert_eq!(world.units[0].node.send(&vec![0; limit + 1]), Err(error));
    assert_eq!(
        world.base.send(9, b"?").map_err(|error| error.to_string()).unwrap_err(),
        "device 9 has no slot: 4 have one, from number 1 on"
    );
}

#[test]
fn a_store_that_fails_stops_nothing_for_good() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send_down(2, b"first");
    world.pass(5);
    // Counters are reserved ahead, so that it takes a while.
    world.break_stores(true);
    for _ in 0..1_100 {
        world.pass(1);
    }
    assert!(world.failures > 0);
    assert!(world.units[0].failures == 0);
    world.break_stores(false);
    world.send_down(2, b"second");
    world.pass(5);
    assert_eq!(world.units[1].told, [to_me(b"first"), to_me(b"second")]);
}

#[test]
fn a_node_that_cannot_seal_says_so_now_and_then() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.units[0].break_store(true);
    for octet in 0..=255 {
        for _ in 0..5 {
            if world.units[0].node.is_free() {
                world.send(0, &[octet]);
            }
            world.pass(1);
        }
    }
    let failures = world.units[0].failures;
    assert!((1..=2_000).contains(&failures), "{failures}");
    world.units[0].break_store(false);
    world.units[0].told.clear();
    world.pass(5);
    let ticket = world.send(0, b"again");
    world.pass(5);
    assert_eq!(world.units[0].told.pop(), Some(Told::Delivered(ticket)));
}
