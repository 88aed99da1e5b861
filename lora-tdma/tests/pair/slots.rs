//! Messages in slots.

use crate::world::{Seen, Told, World, layout};

fn numbers(count: u16) -> Vec<u16> {
    (1..=count).collect()
}

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

#[test]
fn with_loss_every_message_comes_once() {
    let mut world = World::joined(layout(16), &numbers(16));
    world.loss = 30;
    let mut sent = [0_u16; 16];
    let mut delivered = 0;
    for _ in 0..300 {
        for index in 0..16 {
            if world.units[index].node.is_free() {
                sent[index] += 1;
                world.send(index, &sent[index].to_be_bytes());
            }
        }
        world.pass(1);
    }
    world.loss = 0;
    world.pass(10);
    for index in 0..16 {
        let mut came: Vec<u16> = world
            .came(index as u16 + 1)
            .iter()
            .map(|octets| u16::from_be_bytes([octets[0], octets[1]]))
            .collect();
        came.sort_unstable();
        assert_eq!(came, Vec::from_iter(1..=sent[index]), "node {index}");
        assert!(sent[index] > 200, "{sent:?}");
        delivered += world.units[index].told.iter().filter(|told| matches!(told, Told::Delivered(_))).count();
    }
    assert_eq!(delivered, sent.iter().map(|&sent| usize::from(sent)).sum::<usize>());
    assert!(world.base.counts().duplicates > 0, "lost acknowledgements make nodes repeat");
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
        world.pass(100);
        assert_eq!((world.came(2), world.units[1].messages()), (vec![up], vec![down]));
        assert_eq!(world.units[1].count(&Told::Delivered(ticket)), 1);
        assert_eq!(world.count(&Seen::Delivered(2)), 1);
    }
}
