//! Laws of what a device keeps through power cuts: its counter and its name.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use frame_crypto::{
    Admin, CounterStore, FlashSlots, Identity, Key, Name, Records, RenameError, Renamer, Renaming,
    StoreError, Volatile,
};

use crate::Seed;

const UNIT: usize = 128;
const WRITE: usize = 4;

/// A flash of two units whose power ends after so many octets.
struct Flash {
    octets: [u8; 2 * UNIT],
    power: usize,
}

impl Flash {
    fn spend(&mut self) -> Result<(), NorFlashErrorKind> {
        self.power = self.power.checked_sub(1).ok_or(NorFlashErrorKind::Other)?;
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        bytes.copy_from_slice(&self.octets[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.octets.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = UNIT;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        for offset in from..to {
            self.spend()?;
            self.octets[offset as usize] = 0xFF;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        for (offset, octet) in (offset as usize..).zip(bytes) {
            self.spend()?;
            assert_eq!(self.octets[offset], 0xFF, "a place is written twice");
            self.octets[offset] = *octet;
        }
        Ok(())
    }
}

fn slots(flash: &mut Flash) -> FlashSlots<&mut Flash> {
    FlashSlots::new(flash, 0..2 * UNIT as u32).unwrap()
}

/// CRC-32 of ISO HDLC, bit by bit.
fn checksum(octets: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for octet in octets {
        register ^= u32::from(*octet);
        for _ in 0..8 {
            register = register >> 1 ^ if register & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !register
}

/// The counter in the last place of a unit that is not blank, if that is whole; nothing if all are blank.
fn last(unit: &[u8]) -> Option<Result<u64, ()>> {
    let place = unit.chunks_exact(12).rev().find(|place| place.iter().any(|&octet| octet != 0xFF))?;
    let (content, sum) = place.split_at(8);
    Some(if checksum(content).to_be_bytes() == sum {
        Ok(u64::from_be_bytes(content.try_into().unwrap()))
    } else {
        Err(())
    })
}

/// Whatever the flash holds, its counter is the newest whole one of its two copies or none; and from then on
/// what was stored last, or what was to be stored when power ended. The octets are the flash, and what happens.
pub fn store(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut flash = Flash { octets: [0xFF; 2 * UNIT], power: usize::MAX };
    for unit in flash.octets.chunks_exact_mut(UNIT) {
        let length = usize::from(seed.u8()) % (UNIT + 1);
        let taken = seed.slice(length);
        unit[..taken.len()].copy_from_slice(taken);
        // A fuzzer does not guess a checksum.
        if length.is_multiple_of(3) && taken.len() >= 12 {
            let end = taken.len() / 12 * 12;
            unit[end..].fill(0xFF);
            let sum = checksum(&unit[end - 12..end - 4]).to_be_bytes();
            unit[end - 4..end].copy_from_slice(&sum);
        }
    }
    let found = [last(&flash.octets[..UNIT]), last(&flash.octets[UNIT..])];
    let expected = match found {
        [None, None] => Err(StoreError::Blank),
        found => found.iter().flatten().filter_map(|copy| copy.ok()).max().ok_or(StoreError::Damaged),
    };
    assert_eq!(Records::new(slots(&mut flash)).load(), expected);
    let mut stored = expected.unwrap_or(0);
    assert_eq!(Records::create(slots(&mut flash)).unwrap().load(), Ok(stored));
    while !seed.is_empty() {
        let next = stored.saturating_add(u64::from(seed.u16()));
        flash.power = usize::from(seed.u8()) * 2;
        let done = Records::new(slots(&mut flash)).store(next);
        flash.power = usize::from(seed.u8());
        let _ = Records::new(slots(&mut flash)).load();
        flash.power = usize::MAX;
        let loaded = Records::new(slots(&mut flash)).load().unwrap();
        assert!(loaded == next || (done.is_err() && loaded == stored), "{loaded} after {stored}, {done:?}");
        stored = loaded;
    }
}

/// Only what its admin sealed renames a device, prepared first, once, and through restarts and power cuts. The
/// octets are a command that nobody sealed, and say what happens to genuine ones.
pub fn rename(octets: &[u8]) {
    const SERIAL: u64 = 0x2026_0001;
    let key = || -> Key { Key::new([0x42; 16]) };
    let named =
        |number: u8| Identity { number: number.into(), name: Name::new(&"n".repeat(number.into())).unwrap() };
    let mut flash = Flash { octets: [0xFF; 2 * UNIT], power: usize::MAX };
    let mut is = 7;
    let mut device = Renamer::create(&key(), SERIAL, slots(&mut flash), named(is)).unwrap();
    assert!(device.receive(octets).is_err(), "nobody sealed it");
    assert!(device.receive(&[&SERIAL.to_be_bytes(), octets].concat()).is_err(), "nobody sealed it");
    assert_eq!(device.identity(), named(is));
    drop(device);

    let mut admin: Admin<_> = Admin::new(&key(), SERIAL, Volatile::default()).unwrap();
    // Every command with its counter, and what it renames to or commits.
    let mut commands: Vec<(Vec<u8>, Command)> = Vec::new();
    let (mut prepared, mut next) = (None, 0);
    let mut seed = Seed(octets);
    while !seed.is_empty() {
        let mut buffer = [0; 96];
        let step = seed.u8();
        let (old, new) = (step >> 4, seed.u8() % 33);
        match step % 4 {
            0 => {
                let old = if old == 0 { new } else { is };
                let command = admin.prepare(&named(old), &named(new), &mut buffer).unwrap();
                assert_eq!(command.counter, commands.len() as u64);
                commands.push((command.command.to_vec(), Command::Prepare { old, new }));
            }
            1 => {
                let counter = u64::from(new) % (commands.len() as u64 + 1);
                let counter = if old == 0 { counter } else { (commands.len() as u64).wrapping_sub(1) };
                let command = admin.commit(counter & 0xFFFF_FFFF_FFFF, &mut buffer).unwrap();
                commands.push((command.to_vec(), Command::Commit(counter & 0xFFFF_FFFF_FFFF)));
            }
            _ => {}
        }
        if commands.is_empty() {
            continue;
        }
        let index = commands.len() - 1 - if step & 4 == 0 { 0 } else { usize::from(new) % commands.len() };
        let (command, meaning) = &commands[index];
        let counter = index as u64;
        let expected = if counter < next {
            let newest = next - 1;
            Err(if counter == newest {
                RenameError::Duplicate { counter }
            } else {
                RenameError::Stale { counter, newest }
            })
        } else {
            match *meaning {
                Command::Prepare { old, .. } if old != is => Err(RenameError::OldName),
                Command::Prepare { new, .. } => Ok(Renaming::Prepared(named(new))),
                Command::Commit(wanted) => match prepared {
                    Some((counter, new)) if counter == wanted => Ok(Renaming::Committed(named(new))),
                    _ => Err(RenameError::NotPrepared { counter: wanted }),
                },
            }
        };
        if step & 8 != 0 && expected.is_ok() {
            // Power ends within the change: the device has its old name, or the new one if that is committed.
            flash.power = usize::from(new) * 12;
            let _ = Renamer::new(&key(), SERIAL, slots(&mut flash)).map(|mut device: Renamer<_>| {
                let _ = device.receive(command);
            });
            flash.power = usize::MAX;
        }
        let mut device: Renamer<_> = Renamer::new(&key(), SERIAL, slots(&mut flash)).unwrap();
        let mut damaged = command.clone();
        let bit = usize::from(seed.u16()) % (8 * damaged.len());
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(device.receive(&damaged).is_err(), "bit {bit} was flipped");
        let before = device.identity();
        let done = device.receive(command);
        match expected {
            Ok(renaming) => {
                let followed = done == Err(RenameError::Duplicate { counter }) && step & 8 != 0;
                assert!(done == Ok(renaming) || followed, "{done:?}, not {expected:?}");
                next = counter + 1;
                match *meaning {
                    Command::Prepare { new, .. } => prepared = Some((counter, new)),
                    Command::Commit(_) => (is, prepared) = (prepared.unwrap().1, None),
                }
            }
            Err(_) => {
                assert_eq!(done, expected);
                assert_eq!(before, named(is));
            }
        }
        assert_eq!(device.identity(), named(is));
    }
}

enum Command {
    Prepare { old: u8, new: u8 },
    Commit(u64),
}
