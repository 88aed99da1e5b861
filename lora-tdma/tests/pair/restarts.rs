//! Ends that lose their memory, and devices that go.

use lora_tdma::{Access, Layout};

use crate::world::{SECOND, Seen, Sender, Told, World, layout, numbers};

#[test]
fn a_base_that_restarts_keeps_the_beat_and_its_devices() {
    let mut world = World::joined(layout(16), &numbers(16));
    let tickets: Vec<u8> = (0..16).map(|index| world.send(index, &[index as u8; 32])).collect();
    // Some of it came before the restart, and is not known to have.
    world.run(500_000);
    world.restart_base(2);
    world.pass(5);
    for (index, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(world.came(index as u16 + 1), [[index as u8; 32]]);
        assert_eq!(world.units[index].told, [Told::Delivered(ticket)]);
    }
    assert!(numbers(16).iter().all(|&number| world.count(&Seen::Joined(number)) == 0));
}

#[test]
fn a_base_that_restarts_with_loss_takes_everything_once() {
    let mut world = World::joined(layout(8), &numbers(8));
    world.loss = 30;
    let mut sent = [0_u8; 8];
    for round in 0..200 {
        for index in 0..8 {
            if world.units[index].node.is_free() {
                sent[index] += 1;
                world.send(index, &[sent[index]; 32]);
            }
        }
        world.run(999_983);
        if round % 20 == 7 {
            world.restart_base(round % 3);
        }
    }
    world.loss = 0;
    world.pass(20);
    for index in 0..8 {
        let mut came: Vec<u8> = world.came(index as u16 + 1).iter().map(|octets| octets[0]).collect();
        came.sort_unstable();
        assert_eq!(came, Vec::from_iter(1..=sent[index]), "node {index}");
        assert!(sent[index] > 60);
    }
}

#[test]
fn a_node_that_restarts_joins_again() {
    let mut world = World::joined(layout(4), &numbers(4));
    // Pieces of its old message are there, under numbers that the new one has too.
    world.send(1, &[1; 250]);
    world.pass(1);
    world.restart_node(1, world.schedule);
    world.send(1, &[2; 100]);
    world.pass(20);
    assert_eq!(world.came(2), [[2; 100]]);
    assert_eq!(world.count(&Seen::Joined(2)), 1);
    // The base's message to it comes all the same.
    world.send_down(2, &[3; 100]);
    world.pass(2);
    world.restart_node(1, world.schedule);
    world.pass(30);
    assert_eq!(world.units[1].messages(), [[3; 100]]);
    assert_eq!(world.count(&Seen::Delivered(2)), 1);
}

#[test]
fn what_is_called_delivered_came_though_nodes_restart() {
    let mut world = World::joined(layout(2), &numbers(2));
    world.loss = 50;
    let mut sent = std::collections::BTreeMap::new();
    let (mut delivered, mut restarts) = (0, 0);
    for round in 0..1_000_u16 {
        if world.random.happens(6) {
            world.restart_node(1, world.schedule);
            sent.clear();
            restarts += 1;
        }
        if world.units[1].node.is_free() {
            let message = round.to_be_bytes();
            sent.insert(world.send(1, &message), message);
        }
        world.pass(1);
        let came = world.came(2);
        for told in std::mem::take(&mut world.units[1].told) {
            if let Told::Delivered(ticket) = told {
                let message = sent.remove(&ticket).unwrap().to_vec();
                assert!(came.contains(&message), "round {round}");
                delivered += 1;
            }
        }
    }
    assert!(delivered > 150 && restarts > 40, "{delivered} {restarts}");
}

#[test]
fn a_node_with_another_clock_of_the_base_joins_and_speaks_again() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.send(0, b"before");
    world.pass(3);
    // The base comes back a day earlier.
    world.set_back(86_400_000_000);
    world.pass(3);
    let ticket = world.send(0, b"after");
    world.pass(3);
    assert_eq!(world.came(1), [b"before"]);
    (0..4).for_each(|index| world.join(index));
    world.pass(10);
    // It had been sealed for the session before.
    assert_eq!(world.units[0].count(&Told::Lost(ticket)), 1);
    world.send(0, b"after");
    world.pass(3);
    assert_eq!(world.came(1), [&b"before"[..], b"after"]);
}

#[test]
fn who_leaves_first_says_all_it_has_to_say() {
    for loss in [0, 40] {
        let mut world = World::joined(layout(4), &numbers(4));
        world.loss = loss;
        let ticket = world.send(0, &[5; 90]);
        world.units[0].node.leave();
        world.poll_node(0);
        world.pass(60);
        assert_eq!(world.came(1), [[5; 90]]);
        assert_eq!(world.units[0].told, [Told::Delivered(ticket)]);
        assert_eq!(world.count(&Seen::Left(1)), 1);
        assert!(
            !world.base.is_member(1) && !world.units[0].node.is_member() && world.units[0].node.is_idle()
        );
        // It may come again.
        world.join(0);
        world.pass(40);
        assert!(world.base.is_member(1) && world.units[0].node.is_member());
    }
}

#[test]
fn who_is_dismissed_falls_silent() {
    for loss in [0, 40] {
        let mut world = World::joined(layout(4), &numbers(4));
        world.loss = loss;
        world.send(0, &[5; 90]);
        world.send_down(1, b"a message that is in the way");
        world.base.dismiss(1).unwrap();
        world.poll_base();
        world.pass(60);
        assert_eq!(world.count(&Seen::Left(1)), 1);
        assert_eq!(world.units[0].count(&Told::Dismissed), 1);
        assert!(!world.base.is_member(1) && !world.units[0].node.is_member());
        let frames = world.units[0].frames;
        world.pass(10);
        assert_eq!(world.units[0].frames, frames);
    }
}

/// Whoever joined and said nothing yet goes on, however far its own counter was.
#[test]
fn a_base_that_restarts_knows_who_joined_and_said_nothing() {
    let mut world = World::joined(layout(4), &numbers(4));
    world.age(1, 70_000);
    world.restart_node(1, world.schedule);
    world.pass(10);
    assert_eq!((world.count(&Seen::Joined(2)), world.came(2)), (1, Vec::new()));
    world.restart_base(0);
    world.pass(3);
    world.send(1, b"first");
    world.pass(3);
    assert_eq!((world.count(&Seen::Joined(2)), world.came(2)), (1, vec![b"first".to_vec()]));
}

/// More devices than bits are told the schedule in extra slots.
#[test]
fn all_extra_slots_are_used_after_a_restart() {
    let layout = Layout { extras: 8, period_us: 2_000_000, ..layout(12) };
    let mut world = World::joined(layout, &numbers(12));
    world.restart_base(1);
    let flights = world.flights.len();
    world.pass(2);
    let told = world.flights[flights..].iter().filter(|flight| flight.sender == Sender::Base).count();
    assert!(told > 8, "{told} frames");
    (0..12).for_each(|index| _ = world.send(index, b"still here"));
    world.pass(5);
    assert!(numbers(12).iter().all(|&number| !world.came(number).is_empty()));
}

#[test]
fn a_node_whose_clock_starts_anew_joins_and_speaks_again() {
    for access in [Access::Slots, Access::Polling] {
        let mut world = World::joined(Layout { access, ..layout(4) }, &numbers(4));
        world.pass(200);
        world.restart_clock(1);
        world.pass(10);
        assert_eq!(world.units[1].count(&Told::Joined), 1, "{access:?}");
        world.send(1, b"back");
        world.pass(3);
        assert!(world.came(2).contains(&b"back".to_vec()));
    }
}

#[test]
fn who_is_enrolled_anew_while_it_waits_for_a_message_stays_in_line() {
    let mut world = World::joined(layout(4), &numbers(4));
    (1..=4).for_each(|number| world.send_down(number, b"first"));
    world.enroll(2);
    world.pass(10);
    for number in [1, 3, 4] {
        assert_eq!(world.count(&Seen::Delivered(number)), 1, "{number}");
    }
    // Its session is not known any more.
    world.send(1, b"who?");
    world.pass(3);
    assert!(world.came(2).is_empty() && world.units[1].node.unanswered() > 0);
    world.join(1);
    world.pass(10);
    world.send(1, b"me");
    world.pass(3);
    assert!(world.came(2).contains(&b"me".to_vec()));
}

#[test]
fn a_base_that_restarts_does_not_take_the_rest_of_a_message_for_the_whole() {
    for access in [Access::Slots, Access::Polling] {
        let mut world = World::joined(Layout { access, ..layout(4) }, &[1, 2]);
        // The first pieces are acknowledged when the base forgets them.
        let sent = world.send(0, &[7; 200]);
        while world.flights.iter().filter(|flight| flight.sender == Sender::Node(0)).count() < 6 {
            world.run(10_000);
        }
        world.restart_base(0);
        world.run(10 * SECOND);
        let told = &world.units[0].told;
        let is_lost = told.contains(&Told::Lost(sent));
        assert!(is_lost || world.came(1) == [[7; 200]], "{access:?}: {told:?}");
        world.send(0, b"again");
        world.run(10 * SECOND);
        assert_eq!(world.came(1).last().unwrap(), b"again");
    }
}
