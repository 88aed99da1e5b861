//! Roll call.

use lora_tdma::{Access, Layout, Schedule};

use crate::world::{SECOND, Seen, Sender, Told, World, layout, numbers};

fn polling() -> Layout {
    Layout { access: Access::Polling, joins: 4, ..layout(8) }
}

fn joined(count: u16) -> World {
    let mut world = World::new(polling(), &numbers(count));
    (0..usize::from(count)).for_each(|index| world.join(index));
    world.run(20 * SECOND);
    assert!(numbers(count).iter().all(|&number| world.base.is_member(number)), "not all have joined");
    assert!(world.units.iter().all(|unit| unit.node.is_member()));
    world.clear();
    world
}

#[test]
fn devices_join_and_speak_when_they_are_asked() {
    for loss in [0, 30] {
        let mut world = joined(6);
        world.loss = loss;
        let mut sent = [0_u8; 6];
        for _ in 0..100 {
            for index in 0..6 {
                if world.units[index].node.is_free() && sent[index] < 250 {
                    sent[index] += 1;
                    world.send(index, &[sent[index]; 32]);
                }
            }
            world.run(SECOND);
        }
        world.loss = 0;
        world.run(10 * SECOND);
        for index in 0..6 {
            let mut came: Vec<u8> = world.came(index as u16 + 1).iter().map(|octets| octets[0]).collect();
            came.sort_unstable();
            assert_eq!(came, Vec::from_iter(1..=sent[index]), "node {index}");
            let delivered =
                world.units[index].told.iter().filter(|told| matches!(told, Told::Delivered(_))).count();
            assert_eq!(delivered, usize::from(sent[index]));
        }
        assert!(sent.iter().all(|&sent| sent > 50), "{sent:?}");
    }
}

#[test]
fn messages_and_alarms_go_all_ways_at_once() {
    for loss in [0, 40] {
        let mut world = joined(4);
        world.loss = loss;
        let up: Vec<u8> = (0..250).collect();
        let down: Vec<u8> = (0..250).rev().collect();
        let mut tickets = Vec::new();
        for index in 0..4 {
            tickets.push(world.send(index, &up));
            world.send_down(index as u16 + 1, &down);
        }
        world.send_to_all(&[6; 40], 8);
        world.run(2 * SECOND);
        for index in 0..4 {
            world.alarm(index, b"fire");
        }
        world.run(120 * SECOND);
        for index in 0..4 {
            let number = index as u16 + 1;
            let mut came = world.came(number);
            came.sort();
            assert_eq!(came, [up.clone(), b"fire".to_vec()], "{loss}");
            let mut messages = world.units[index].messages();
            messages.sort();
            assert_eq!(messages, [vec![6; 40], down.clone()], "{loss}");
            assert_eq!(world.units[index].count(&Told::Delivered(tickets[index])), 1);
            assert_eq!(world.count(&Seen::Delivered(number)), 1);
            assert_eq!(world.count(&Seen::DeliveredToAll(number)), 1);
        }
    }
}

#[test]
fn a_full_window_is_no_dead_end() {
    let mut world = joined(1);
    // The base hears everything, but what it says about that is lost, and a message to the device repeated.
    for round in 0..20 {
        for _ in 0..4 {
            if world.units[0].node.is_free() {
                world.send(0, &[round; 20]);
            }
            let _ = world.units[0].node.alarm(&[round]);
            world.poll_node(0);
        }
        if let Ok(()) = world.base.send(1, &[round; 20]) {
            world.poll_base();
        }
        world.loss = 80;
        world.run(SECOND);
        world.loss = 0;
        world.run(3 * SECOND);
        assert!(world.units[0].node.is_idle(), "{round}");
    }
}

#[test]
fn a_device_that_restarts_joins_again() {
    for loss in [0, 30] {
        let mut world = joined(3);
        world.loss = loss;
        for _ in 0..5 {
            world.restart_node(1, world.schedule);
            world.run(30 * SECOND);
            world.send(1, b"here");
            world.run(10 * SECOND);
            assert_eq!(world.came(2), [b"here"]);
            world.clear();
        }
    }
}

#[test]
fn who_does_not_answer_costs_its_own_time_only() {
    let mut world = joined(4);
    world.units[0].is_deaf = true;
    world.send(3, b"on");
    world.run(3 * SECOND);
    assert_eq!(world.came(4), [b"on"]);
    world.units[0].is_deaf = false;
    world.send(0, b"back");
    world.run(2 * SECOND);
    assert_eq!(world.came(1), [b"back"]);
}

#[test]
fn who_leaves_knows_that_the_base_knows() {
    for loss in [0, 30] {
        let mut world = joined(3);
        world.loss = loss;
        world.send(1, b"last words");
        world.units[1].node.leave();
        world.run(20 * SECOND);
        assert_eq!((world.came(2), world.count(&Seen::Left(2))), (vec![b"last words".to_vec()], 1));
        assert!(!world.units[1].node.is_member() && !world.base.is_member(2));
    }
}

#[test]
fn a_base_that_restarts_goes_on() {
    let mut world = joined(3);
    for index in 0..3 {
        world.send(index, b"once");
    }
    world.run(200_000);
    world.restart_base(2);
    world.run(5 * SECOND);
    for index in 0..3 {
        assert_eq!(world.came(index as u16 + 1), [b"once"]);
        assert!(world.units[index].node.is_idle());
    }
}

#[test]
fn repeated_polls_make_nobody_speak() {
    let mut world = joined(2);
    world.send_down(1, b"hello");
    world.run(3 * SECOND);
    let asked: Vec<Vec<u8>> = world
        .flights
        .iter()
        .filter(|flight| flight.sender == Sender::Base)
        .map(|flight| flight.frame.clone())
        .collect();
    world.stop_base();
    world.run(SECOND);
    let frames = [0, 1].map(|index| world.units[index].frames);
    for frame in asked.iter().rev().take(200) {
        world.node_hears(0, frame);
        world.node_hears(1, frame);
        world.run(SECOND / 10);
    }
    assert_eq!([0, 1].map(|index| world.units[index].frames), frames);
}

#[test]
fn a_repeated_answer_is_none_to_a_poll_that_is_yet_to_be_sent() {
    let mut world = joined(1);
    for _ in 0..20 {
        let answer = world.landed().iter().rfind(|flight| flight.sender == Sender::Node(0)).unwrap();
        let answer = answer.frame.clone();
        let is_about_to_ask = |world: &World| {
            let mut ahead = world.flights[world.landed().len()..].iter();
            ahead.any(|flight| flight.sender == Sender::Base && flight.start > world.now)
        };
        while !is_about_to_ask(&world) {
            world.run(1_000);
        }
        // The world looks out for frames that meet.
        world.base_hears(&answer);
        world.run(100_000);
    }
    world.run(SECOND);
    world.send(0, b"up");
    world.run(SECOND);
    assert_eq!(world.came(1), [b"up"]);
}

#[test]
fn nobody_to_ask_leaves_beacons() {
    let mut world = World::new(polling(), &[]);
    world.run(10 * SECOND);
    assert!(world.flights.len() > 20 && world.flights.len() < 500, "{}", world.flights.len());
    let index = world.add(3, Schedule::new(polling()).unwrap());
    world.join(index);
    world.run(2 * SECOND);
    assert!(world.count(&Seen::Unknown(3)) > 0);
    world.enroll(3);
    world.run(5 * SECOND);
    assert!(world.base.is_member(3));
}

#[test]
fn a_disturbed_channel_only_delays() {
    let mut world = joined(3);
    world.is_disturbed = true;
    world.send(0, b"up");
    world.send_down(2, b"down");
    world.run(3 * SECOND);
    world.is_disturbed = false;
    world.units[0].is_disturbed = true;
    world.run(3 * SECOND);
    assert!(world.came(1).is_empty());
    world.units[0].is_disturbed = false;
    world.run(3 * SECOND);
    assert_eq!((world.came(1), world.units[1].messages()), (vec![b"up".to_vec()], vec![b"down".to_vec()]));
}

#[test]
fn a_message_to_a_device_that_hears_nothing_for_long_comes_once() {
    for hears_first in [false, true] {
        for length in [0, 32, 100] {
            let mut world = joined(1);
            let message = vec![7; length];
            // The device may have the message before, and be unable to say so.
            (world.units[0].is_mute, world.units[0].is_deaf) = (true, !hears_first);
            world.send_down(1, &message);
            world.run(SECOND);
            world.units[0].is_deaf = true;
            world.run(60 * SECOND);
            (world.units[0].is_mute, world.units[0].is_deaf) = (false, false);
            world.run(10 * SECOND);
            assert_eq!(world.units[0].messages(), [message], "{length}");
            assert_eq!(world.count(&Seen::Delivered(1)), 1, "{length}");
        }
    }
}
