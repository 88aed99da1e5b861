//! What a device is called, whoever says otherwise, and whatever its memory does.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use frame_crypto::{
    Admin, CounterStore, Identity, Key, Name, Prepared, RenameError, Renamer, Renaming, SealError, Slot,
    Slots, StoreError, Volatile,
};

const SERIAL: u64 = 0x2026_0001;

fn root() -> Key {
    Key::new([0x42; 16])
}

fn named(number: u16, name: &str) -> Identity {
    Identity { number, name: Name::new(name).unwrap() }
}

fn old() -> Identity {
    named(7, "spare")
}

fn new() -> Identity {
    named(9, "boiler room")
}

/// Two places that fail one write.
struct Memory {
    slots: [[u8; 96]; 2],
    /// Writes before the one that fails.
    writes: u32,
    /// How much of that one is written.
    octets: usize,
}

impl Memory {
    fn blank() -> Self {
        Self { slots: [[0xFF; 96]; 2], writes: u32::MAX, octets: 0 }
    }
}

impl Slots for Memory {
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        octets.copy_from_slice(&self.slots[slot as usize][..octets.len()]);
        Ok(())
    }

    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        let fails = self.writes == 0;
        self.writes = self.writes.wrapping_sub(1);
        let taken = if fails { self.octets } else { octets.len() };
        self.slots[slot as usize][..taken].copy_from_slice(&octets[..taken]);
        if fails { Err(StoreError::Memory) } else { Ok(()) }
    }
}

fn device(memory: &mut Memory) -> Renamer<&mut Memory> {
    Renamer::create(&root(), SERIAL, memory, old()).unwrap()
}

/// A device that was switched off and on.
fn restarted(memory: &mut Memory) -> Renamer<&mut Memory> {
    Renamer::new(&root(), SERIAL, memory).unwrap()
}

/// An admin whose next command has this number.
fn admin(next: u64) -> Admin<Volatile> {
    let mut store = Volatile::default();
    store.store(next).unwrap();
    Admin::new(&root(), SERIAL, store).unwrap()
}

/// A command to prepare a change, and its number.
fn prepare(admin: &mut Admin<Volatile>, old: &Identity, new: &Identity) -> (u64, Vec<u8>) {
    let mut buffer = [0; 96];
    let Prepared { counter, command } = admin.prepare(old, new, &mut buffer).unwrap();
    (counter, command.to_vec())
}

fn commit(admin: &mut Admin<Volatile>, prepared: u64) -> Vec<u8> {
    admin.commit(prepared, &mut [0; 96]).unwrap().to_vec()
}

#[test]
fn only_the_admin_of_this_device_renames_it() {
    let mut memory = Memory::blank();
    let mut device = device(&mut memory);
    for (key, serial, error) in
        [(Key::new([2; 16]), SERIAL, RenameError::Tag), (root(), 2, RenameError::Serial { serial: 2 })]
    {
        let mut admin = Admin::new(&key, serial, Volatile::default()).unwrap();
        let (_, mut command) = prepare(&mut admin, &old(), &new());
        assert_eq!(device.receive(&command), Err(error));
        // Nor does the serial number of this device help a command for another.
        command[..8].copy_from_slice(&SERIAL.to_be_bytes());
        assert_eq!(device.receive(&command), Err(RenameError::Tag));
    }
    assert_eq!(device.identity(), old());
}

#[test]
fn a_lost_confirmation_is_made_up_for_by_the_same_command() {
    let mut memory = Memory::blank();
    drop(device(&mut memory));
    let mut admin = admin(0);
    let (counter, prepared) = prepare(&mut admin, &old(), &new());
    let committed = commit(&mut admin, counter);
    for (command, counter, is) in [(prepared, 0, old()), (committed, 1, new())] {
        restarted(&mut memory).receive(&command).unwrap();
        let mut device = restarted(&mut memory);
        assert_eq!(device.receive(&command), Err(RenameError::Duplicate { counter }));
        assert_eq!(device.identity(), is);
    }
}

#[test]
fn of_two_administrators_nobody_makes_the_change_of_the_other() {
    let mut memory = Memory::blank();
    let mut device = device(&mut memory);
    // They come one after the other, and the first does not know.
    let (mut first, mut second) = (admin(0), admin(1024));
    let (counter, prepared) = prepare(&mut first, &old(), &new());
    device.receive(&prepared).unwrap();
    let (other, prepared) = prepare(&mut second, &old(), &named(7, "pump"));
    device.receive(&prepared).unwrap();
    let stale = Err(RenameError::Stale { counter: 1, newest: 1024 });
    assert_eq!(device.receive(&commit(&mut first, counter)), stale);
    // Not even the second commits what the first prepared.
    let mixed = commit(&mut second, counter);
    assert_eq!(device.receive(&mixed), Err(RenameError::NotPrepared { counter }));
    assert_eq!(device.identity(), old());
    let committed = commit(&mut second, other);
    assert_eq!(device.receive(&committed), Ok(Renaming::Committed(named(7, "pump"))));
    let (_, late) = prepare(&mut admin(2048), &old(), &new());
    assert_eq!(device.receive(&late), Err(RenameError::OldName));
}

#[test]
fn a_change_that_was_given_up_comes_no_more() {
    let mut memory = Memory::blank();
    let mut device = device(&mut memory);
    let mut admin = admin(0);
    let (counter, prepared) = prepare(&mut admin, &old(), &new());
    device.receive(&prepared).unwrap();
    // Somebody keeps this one back.
    let committed = commit(&mut admin, counter);
    let (_, same) = prepare(&mut admin, &old(), &old());
    assert_eq!(device.receive(&same), Ok(Renaming::Prepared(old())));
    for command in [prepared, committed] {
        assert!(matches!(device.receive(&command), Err(RenameError::Stale { newest: 2, .. })));
    }
    assert_eq!(device.identity(), old());
}

#[test]
fn the_last_counter_ends_the_admin_and_begins_nothing_again() {
    let mut memory = Memory::blank();
    let mut device = device(&mut memory);
    let (first, early) = prepare(&mut admin(0), &old(), &new());
    device.receive(&early).unwrap();
    let last = (1 << 48) - 1;
    let mut admin = admin(last);
    let committed = commit(&mut admin, first);
    assert_eq!(device.receive(&committed), Ok(Renaming::Committed(new())));
    assert_eq!(admin.prepare(&new(), &old(), &mut [0; 96]).unwrap_err(), SealError::Exhausted);
    assert_eq!(device.receive(&early), Err(RenameError::Stale { counter: 0, newest: last }));
    assert_eq!(device.receive(&committed), Err(RenameError::Duplicate { counter: last }));
}

#[test]
fn what_the_memory_refused_does_not_come_with_a_restart() {
    // Every write of both commands fails once, not at all begun, or in the middle, or at its end.
    for (writes, octets) in (0..4).flat_map(|writes| [0, 40, 89].map(|octets| (writes, octets))) {
        let mut memory = Memory::blank();
        let mut admin = admin(0);
        let (counter, prepared) = prepare(&mut admin, &old(), &new());
        let committed = commit(&mut admin, counter);
        drop(device(&mut memory));
        (memory.writes, memory.octets) = (writes, octets);
        for (command, is) in [(prepared, old()), (committed, new())] {
            let mut device = restarted(&mut memory);
            let (before, done) = (device.identity(), device.receive(&command));
            let called = device.identity();
            assert_eq!(called, if done.is_ok() { is } else { before }, "{done:?}");
            let mut device = restarted(&mut memory);
            assert_eq!(device.identity(), called, "after write {writes} failed at {octets}");
            // Said again, the command is followed now or was followed before.
            let again = device.receive(&command);
            let counter = u64::from(is == new());
            let followed = Err(RenameError::Duplicate { counter });
            assert!(if done.is_ok() { again == followed } else { again.is_ok() }, "{done:?}, {again:?}");
            assert_eq!(device.identity(), is);
        }
    }
}

#[test]
fn a_memory_that_does_not_say_the_name_makes_none_up() {
    for (fill, error) in [(0xFF, StoreError::Blank), (0x5A, StoreError::Damaged)] {
        let mut memory = Memory { slots: [[fill; 96]; 2], ..Memory::blank() };
        assert_eq!(Renamer::new(&root(), SERIAL, &mut memory).err(), Some(error));
    }
    let mut memory = Memory::blank();
    drop(device(&mut memory));
    let again = Renamer::create(&root(), SERIAL, &mut memory, new()).unwrap();
    assert_eq!(again.identity(), old(), "what is stored stays");
}
