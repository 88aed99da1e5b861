//! Schedules and keys that change.

use lora_tdma::{Access, BaseTime, Layout, Schedule, ScheduleError, SendError};

use crate::world::{FAST, SECOND, Seen, Told, World, layout, network_key, numbers};

impl World {
    fn change(&mut self, layout: Layout, superframes: u64) {
        let until = BaseTime::from_us(self.now + superframes * u64::from(self.schedule.layout().period_us));
        self.base.change(Schedule::new(layout).unwrap(), until).unwrap();
        self.poll_base();
    }

    fn renew(&mut self, superframes: u64) {
        let until = BaseTime::from_us(self.now + superframes * u64::from(self.schedule.layout().period_us));
        self.base.renew(network_key(self.epoch + 1), until).unwrap();
        self.poll_base();
    }

    /// A message up and one down for each of these come.
    fn everything_works(&mut self, numbers: &[u16]) {
        self.clear();
        for &number in numbers {
            self.send(usize::from(number) - 1, b"up");
            self.send_down(number, b"down");
        }
        self.pass(30);
        for &number in numbers {
            assert_eq!(self.came(number), [b"up"], "{number}");
            let messages = self.units[usize::from(number) - 1].messages();
            assert_eq!(messages, [b"down"], "{number}");
            assert_eq!(self.count(&Seen::Delivered(number)), 1, "{number}");
        }
    }
}

/// Every kind of schedule.
fn layouts() -> Vec<Layout> {
    let mut mixed = layout(8);
    mixed.messages[..8].copy_from_slice(&[16, 16, 64, 16, 16, 20, 16, 90]);
    vec![
        Layout { version: 2, ..mixed },
        Layout { version: 3, period_us: 3_000_000, ..layout(4) },
        Layout { version: 4, period_us: 400_000, cycle: 2, joins: 4, extras: 1, ..layout(4) },
        Layout { version: 5, interval_us: 90_000, alarms: 0, alarm: 0, extras: 0, ..layout(8) },
        Layout { version: 6, access: Access::Polling, period_us: 0, ..layout(8) },
        Layout { version: 7, downlink: 200, guard_us: 2_000, ..Layout::plain(FAST, 8, 100, 0, 1_000_000) },
        Layout { version: 8, access: Access::Polling, downlink: 200, ..layout(8) },
        Layout { version: 9, ..layout(8) },
    ]
}

#[test]
fn all_go_over_to_another_schedule_as_soon_as_all_are_ready() {
    for loss in [0, 30] {
        let mut world = World::joined(layout(8), &[1, 2, 3, 4]);
        for layout in layouts() {
            world.loss = loss;
            world.change(layout, 3_600);
            for _ in 0..80 {
                world.run(SECOND);
            }
            let version = layout.version;
            assert_eq!(world.count(&Seen::Changed { version, epoch: 0 }), 1, "{layout:?}");
            assert_eq!(world.base.unready(), 0);
            for index in 0..4 {
                assert_eq!(world.units[index].count(&Told::Scheduled(version)), 1, "{layout:?}, {index}");
            }
            world.loss = 0;
            for _ in 0..10 {
                world.run(SECOND);
            }
            world.everything_works_for_seconds(&[1, 2, 3, 4]);
        }
    }
}

impl World {
    fn everything_works_for_seconds(&mut self, numbers: &[u16]) {
        self.clear();
        for &number in numbers {
            self.send(usize::from(number) - 1, b"up");
            self.send_down(number, b"down");
        }
        self.run(40 * SECOND);
        for &number in numbers {
            let version = self.base.schedule().layout().version;
            assert_eq!(self.came(number), [b"up"], "{number} by schedule {version}");
            let messages = self.units[usize::from(number) - 1].messages();
            assert_eq!(messages, [b"down"], "{number} by schedule {version}");
            assert_eq!(self.count(&Seen::Delivered(number)), 1, "{number} by schedule {version}");
        }
    }
}

#[test]
fn messages_under_way_survive_a_change() {
    for layout in layouts() {
        let mut world = World::joined(crate::world::layout(8), &[1, 2, 3, 4]);
        world.loss = 20;
        world.change(layout, 3_600);
        let mut lost = 0;
        let mut sent = [0_u8; 4];
        for _ in 0..80 {
            for index in 0..4 {
                if world.units[index].node.is_free() {
                    sent[index] += 1;
                    world.send(index, &[sent[index]; 60]);
                }
            }
            if let Ok(()) = world.base.send(1, &[7; 100]) {
                world.poll_base();
            }
            world.run(SECOND);
        }
        world.loss = 0;
        world.run(40 * SECOND);
        assert_eq!(world.count(&Seen::Changed { version: layout.version, epoch: 0 }), 1);
        for index in 0..4 {
            let mut came: Vec<u8> = world.came(index as u16 + 1).iter().map(|octets| octets[0]).collect();
            came.sort_unstable();
            let before = came.len();
            came.dedup();
            assert_eq!(came.len(), before, "a message came twice");
            let unit = &world.units[index];
            lost += unit.told.iter().filter(|told| matches!(told, Told::Lost(_))).count();
            let delivered = unit.told.iter().filter(|told| matches!(told, Told::Delivered(_))).count();
            assert!(delivered <= came.len(), "called delivered, but did not come");
            assert!(came.len() + lost >= usize::from(sent[index]), "{layout:?}: {sent:?} {came:?} {lost}");
        }
        let messages = world.units[0].messages();
        let delivered = world.count(&Seen::Delivered(1));
        let least = if layout.period_us == 3_000_000 { 1 } else { 5 };
        let came = messages.len();
        assert!(
            (least..=came).contains(&delivered) && came <= delivered + 1,
            "{layout:?}: {delivered} of {came}"
        );
        assert!(messages.iter().all(|message| message[..] == [7; 100]));
    }
}

#[test]
fn who_missed_a_change_stays_silent_and_catches_up() {
    for layout in layouts() {
        let mut world = World::joined(crate::world::layout(8), &[1, 2, 3, 4]);
        // These two speak, but hear nothing of the change: one hears nothing at all, one beacons only.
        world.send(2, b"acknowledged");
        world.send(3, b"acknowledged");
        world.pass(3);
        world.units[2].is_deaf = true;
        world.units[3].hears_beacons_only = true;
        world.change(layout, 20);
        for index in [2, 3] {
            if world.units[index].node.is_free() {
                world.send(index, b"a long wait");
            }
        }
        // Frames of theirs in slots of the former schedule would meet others; the world looks out for that.
        for _ in 0..60 {
            for index in 0..4 {
                if world.units[index].node.is_free() {
                    world.send(index, &[9; 16]);
                }
            }
            world.run(SECOND);
        }
        let version = layout.version;
        assert_eq!(world.count(&Seen::Changed { version, epoch: 0 }), 1);
        let frames = [2, 3].map(|index| world.units[index].frames);
        world.run(10 * SECOND);
        assert_eq!([2, 3].map(|index| world.units[index].frames), frames, "not silent");
        // A message that cannot be confirmed does not keep the schedule from them.
        world.send_down(4, b"something to confirm");
        world.run(3 * SECOND);
        world.units[2].is_deaf = false;
        world.units[3].hears_beacons_only = false;
        for _ in 0..60 {
            world.run(SECOND);
        }
        for index in [2, 3] {
            assert_eq!(world.units[index].count(&Told::Scheduled(version)), 1, "{layout:?}, {index}");
        }
        assert_eq!(world.units[3].messages(), [b"something to confirm"]);
        world.everything_works_for_seconds(&[1, 2, 3, 4]);
    }
}

#[test]
fn a_base_that_restarts_before_a_change_goes_on_as_before() {
    let mut world = World::joined(layout(8), &numbers(4));
    world.units[3].is_mute = true;
    world.change(Layout { version: 2, period_us: 2_000_000, ..layout(6) }, 100);
    world.pass(20);
    assert_eq!(world.base.unready(), 1);
    world.units[3].is_mute = false;
    world.restart_base(2);
    world.pass(5);
    assert_eq!(world.base.schedule().layout().version, 1);
    world.everything_works(&[1, 2, 3, 4]);
    // Those who were ready for that one are so for another.
    world.change(Layout { version: 3, ..layout(5) }, 1_000);
    world.pass(30);
    assert_eq!(world.count(&Seen::Changed { version: 3, epoch: 0 }), 1);
    world.everything_works(&[1, 2, 3, 4]);
}

#[test]
fn a_schedule_has_a_version_and_first_device_of_its_own() {
    let mut world = World::joined(layout(8), &[1]);
    let until = BaseTime::from_us(world.now);
    let mut change = |layout: Layout| world.base.change(Schedule::new(layout).unwrap(), until).unwrap_err();
    let error = ScheduleError::Version { version: 1 };
    assert_eq!(change(layout(4)), SendError::Schedule(error));
    let error = ScheduleError::Devices { first: 2, devices: 8 };
    assert_eq!(change(Layout { version: 2, first: 2, ..layout(8) }), SendError::Schedule(error));
    let error = ScheduleError::Devices { first: 1, devices: 9 };
    assert_eq!(change(Layout { version: 2, ..layout(9) }), SendError::Schedule(error));
    world.base.change(Schedule::new(Layout { version: 2, ..layout(8) }).unwrap(), until).unwrap();
    assert_eq!(world.base.renew(network_key(1), until), Err(SendError::Busy));
}

#[test]
fn all_have_another_network_key_before_it_is_used() {
    for loss in [0, 30] {
        let mut world = World::joined(layout(4), &numbers(4));
        for epoch in 1..=3 {
            world.loss = loss;
            world.send_to_all(b"before", 2);
            world.renew(1_000);
            world.pass(80);
            assert_eq!(world.count(&Seen::Changed { version: 1, epoch }), 1);
            world.loss = 0;
            world.everything_works(&[1, 2, 3, 4]);
        }
        // What it goes on with after a restart is all there.
        world.restart_base(2);
        world.pass(3);
        world.everything_works(&[1, 2, 3, 4]);
    }
}

#[test]
fn who_missed_the_key_joins_again() {
    let mut world = World::joined(layout(4), &numbers(4));
    for epoch in 1..=2 {
        world.units[3].is_deaf = true;
        world.renew(20);
        world.pass(30);
        world.units[3].is_deaf = false;
        assert_eq!(world.count(&Seen::Changed { version: 1, epoch }), 1);
        let frames = world.units[3].frames;
        world.pass(20);
        assert_eq!(world.units[3].frames, frames, "it hears no beacon");
        world.join(3);
        world.pass(10);
        world.everything_works(&[1, 2, 3, 4]);
    }
}

#[test]
fn who_is_joining_while_the_key_changes_gets_the_new_one() {
    let mut world = World::joined(layout(4), &numbers(3));
    let index = world.add(4, world.schedule);
    world.enroll(4);
    // It is heard, but does not hear the answer.
    world.units[index].hears_beacons_only = true;
    world.join(index);
    world.pass(3);
    world.renew(20);
    world.pass(22);
    world.units[index].hears_beacons_only = false;
    world.pass(20);
    assert_eq!(world.epoch, 1);
    world.everything_works(&[1, 2, 3, 4]);
}

#[test]
fn a_late_confirmation_of_one_key_is_none_of_the_next() {
    let mut world = World::joined(layout(4), &numbers(2));
    // It has the key, and cannot say so before the change.
    world.units[1].is_mute = true;
    world.renew(10);
    world.pass(11);
    assert_eq!(world.epoch, 1);
    world.units[1].is_mute = false;
    world.pass(10);
    world.units[1].is_deaf = true;
    world.renew(1_000);
    world.pass(20);
    assert_eq!((world.base.unready(), world.epoch), (1, 1));
    world.units[1].is_deaf = false;
    world.pass(20);
    assert_eq!(world.epoch, 2);
    world.everything_works(&[1, 2]);
}

#[test]
fn who_has_the_former_network_key_is_not_heeded() {
    let mut world = World::joined(layout(4), &numbers(2));
    world.renew(1_000);
    world.pass(20);
    assert_eq!(world.epoch, 1);
    // Somebody who was told that key makes a beacon of another schedule with it.
    world.run(25_000);
    let frame = world.forge_beacon(0, 9);
    (0..2).for_each(|index| world.node_hears(index, &frame));
    world.send(1, b"not muted");
    world.run(800_000);
    assert_eq!(world.came(2), [b"not muted"]);
}

#[test]
fn who_left_and_does_not_know_it_is_silent_before_the_next_change() {
    let mut world = World::joined(layout(8), &[1, 2, 3, 4]);
    // Device 4 knows of a change and leaves, and does not hear that the base knows.
    world.units[2].is_mute = true;
    world.change(Layout { version: 2, cycle: 2, ..layout(4) }, 3_600);
    world.pass(10);
    world.units[3].node.leave();
    while world.count(&Seen::Left(4)) == 0 {
        world.run(10_000);
    }
    world.units[3].is_deaf = true;
    world.units[2].is_mute = false;
    while world.base.schedule().layout().version == 1 {
        world.run(SECOND);
    }
    // It hears one beacon, which tells others what came.
    while world.units[3].count(&Told::Scheduled(2)) == 0 {
        let number = world.base.schedule().number(BaseTime::from_us(world.now));
        world.units[3].is_deaf = world.base.schedule().phase(number + 1) != 0;
        world.run(SECOND);
    }
    world.units[3].is_deaf = true;
    world.pass(2);
    assert!(world.units[3].node.is_member());
    world.change(Layout { version: 3, ..layout(6) }, 3_600);
    world.pass(30);
    assert_eq!(world.count(&Seen::Changed { version: 3, epoch: 0 }), 1);
    world.everything_works(&[1, 2, 3]);
}

#[test]
fn a_message_that_came_and_fits_no_more_comes_once() {
    let mut world = World::joined(Layout { downlink: 100, ..layout(4) }, &[1, 2]);
    // It comes, and the device cannot say so before the change.
    world.units[0].is_mute = true;
    world.send_down(1, &[7; 90]);
    world.pass(2);
    world.change(Layout { version: 2, ..layout(4) }, 5);
    world.pass(30);
    world.units[0].is_mute = false;
    world.pass(20);
    assert_eq!(world.units[0].messages(), [[7; 90]]);
    assert_eq!(world.count(&Seen::Delivered(1)), 1);
    world.everything_works(&[1, 2]);
}
