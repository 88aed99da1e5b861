//! Names of devices, which only an authorised command changes.
//!
//! ```text
//!  0        8         14           n-8   n
//! ┌────────┬─────────┬─ ─ ─ ─ ─ ─ ┬─────┐
//! │ serial │ counter │ ciphertext │ tag │   the tag covers the serial number
//! └────────┴─────────┴─ ─ ─ ─ ─ ─ ┴─────┘
//!  prepare: 00, old number 2, new number 2, old and new name, each after its length
//!  commit:  01, counter 6 of what was prepared
//! ```
//!
//! A command is sealed under the admin key of one serial number, whatever the device is called, and carried
//! in a downlink or over any other wire. Its nonce is its counter. A device follows a command only if its
//! counter is higher than that of every command followed before, and keeps a change in two copies of one record,
//! so that a power cut leaves the old state or the new one.

use aes::Aes128;
use zeroize::Zeroize;

use crate::counter::Counter;
use crate::frame::{NONCE_LEN, TAG_LEN, counter_48, octets_48};
use crate::key::{Cipher, Key, Mode};
use crate::name::{Identity, Name};
use crate::record;
use crate::{CounterStore, Link, RenameError, SealError, Slots, StoreError};

const ADMIN: u8 = 0x40;
const HEAD_LEN: usize = 14;
const PREPARE: u8 = 0;
const COMMIT: u8 = 1;
const MAX_BODY: usize = 1 + 4 + 2 * (1 + Name::MAX_LEN);

fn mode<C: Cipher>(key: &Key<C>, serial: u64) -> Mode<C> {
    key.mode(b'a', u128::from(serial) << 16)
}

fn nonce(counter: u64) -> [u8; NONCE_LEN] {
    Link { network: 0, device: 0, epoch: 0 }.nonce(ADMIN, counter)
}

/// Writes one piece after the other; what does not fit makes it fail.
struct Pen<'a>(&'a mut [u8], usize);

impl Pen<'_> {
    fn put(&mut self, octets: &[u8]) -> Option<()> {
        self.0.get_mut(self.1..)?.get_mut(..octets.len())?.copy_from_slice(octets);
        self.1 += octets.len();
        Some(())
    }

    fn name(&mut self, name: &Name) -> Option<()> {
        let octets = name.as_str().as_bytes();
        self.put(&[octets.len() as u8])?;
        self.put(octets)
    }
}

/// Takes one piece after the other.
struct Eye<'a>(&'a [u8]);

impl Eye<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (octets, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*octets)
    }

    fn number(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn identity(&mut self) -> Option<Identity> {
        Some(Identity { number: self.number()?, name: self.name()? })
    }

    fn name(&mut self) -> Option<Name> {
        let [len] = self.take()?;
        let (octets, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        Name::new(core::str::from_utf8(octets).ok()?)
    }
}

/// Says to a device what it is to be called, under its admin key.
///
/// A command is repeated as the same octets until it is answered. One that was refused or never answered may
/// come to the device later and be followed then, until a newer one was followed: to give up a change, prepare
/// another, or the name that the device has. Only one admin of a device may exist at a time, with a store that
/// no other key uses.
pub struct Admin<S, C: Cipher = Aes128> {
    mode: Mode<C>,
    serial: u64,
    counter: Counter<S>,
}

/// A command to prepare a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared<'a> {
    /// What [`Admin::commit`] wants to know.
    pub counter: u64,
    /// The command.
    pub command: &'a [u8],
}

impl<S: CounterStore, C: Cipher> Admin<S, C> {
    /// The admin of the device of this serial number. The key is the device's root key, or another one that only
    /// the device and its administrator have.
    ///
    /// # Errors
    /// [`SealError::Store`] if the store cannot be read.
    pub fn new(key: &Key<C>, serial: u64, store: S) -> Result<Self, SealError> {
        Ok(Self { mode: mode(key, serial), serial, counter: Counter::load(store)? })
    }

    /// Writes the command to prepare a change, which changes nothing before it is committed.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn prepare<'b>(
        &mut self,
        old: &Identity,
        new: &Identity,
        buffer: &'b mut [u8],
    ) -> Result<Prepared<'b>, SealError> {
        let mut body = [0; MAX_BODY];
        let mut pen = Pen(&mut body, 0);
        let written = pen
            .put(&[PREPARE])
            .and_then(|()| pen.put(&old.number.to_be_bytes()))
            .and_then(|()| pen.put(&new.number.to_be_bytes()))
            .and_then(|()| pen.name(&old.name))
            .and_then(|()| pen.name(&new.name))
            .map_or(0, |()| pen.1);
        self.command(body.get(..written).unwrap_or_default(), buffer)
    }

    /// Writes the command to make the prepared change.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn commit<'b>(&mut self, prepared: u64, buffer: &'b mut [u8]) -> Result<&'b [u8], SealError> {
        let [a, b, c, d, e, f] = octets_48(prepared);
        Ok(self.command(&[COMMIT, a, b, c, d, e, f], buffer)?.command)
    }

    fn command<'b>(&mut self, body: &[u8], buffer: &'b mut [u8]) -> Result<Prepared<'b>, SealError> {
        let needed = HEAD_LEN + body.len() + TAG_LEN;
        let short = SealError::BufferTooSmall { needed, have: buffer.len() };
        let command = buffer.get_mut(..needed).ok_or(short)?;
        let (head, rest) = command.split_first_chunk_mut::<HEAD_LEN>().ok_or(short)?;
        let (sealed, tag) = rest.split_last_chunk_mut().ok_or(short)?;
        let counter = self.counter.next()?;
        let [a, b, c, d, e, f, g, h] = self.serial.to_be_bytes();
        let [i, j, k, l, m, n] = octets_48(counter);
        *head = [a, b, c, d, e, f, g, h, i, j, k, l, m, n];
        for (to, from) in sealed.iter_mut().zip(body) {
            *to = *from;
        }
        // CCM refuses nothing as short as this.
        *tag = self.mode.seal(nonce(counter), &self.serial.to_be_bytes(), sealed).unwrap_or_default();
        Ok(Prepared { counter, command })
    }
}

/// What a device did on a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Renaming {
    /// It will be called this once that is committed.
    Prepared(Identity),
    /// It is called this from now on.
    Committed(Identity),
}

/// What has to outlive a power cut.
#[derive(Clone, Copy)]
struct State {
    /// The counter after the newest command followed.
    next: u64,
    identity: Identity,
    prepared: Option<(u64, Identity)>,
}

impl State {
    fn encode(&self, payload: &mut [u8]) {
        payload.fill(0);
        let mut pen = Pen(payload, 0);
        let mut identity = |identity: &Identity| {
            pen.put(&identity.number.to_be_bytes())?;
            pen.name(&identity.name)
        };
        let _ = identity(&self.identity);
        if let Some((counter, new)) = &self.prepared {
            let _ = identity(new);
            let _ = pen.put(&[1]);
            let _ = pen.put(&octets_48(*counter));
        }
    }

    fn decode(next: u64, payload: &[u8]) -> Option<Self> {
        let mut eye = Eye(payload);
        let (identity, new) = (eye.identity()?, eye.identity()?);
        let prepared = match eye.take()? {
            [0] => None,
            [_] => Some((counter_48(eye.take()?), new)),
        };
        Some(Self { next, identity, prepared })
    }

    fn load(slots: &mut impl Slots) -> Result<Self, StoreError> {
        let mut record = [0; RECORD_LEN];
        let next = record::load(slots, &mut record)?;
        record::split(&mut record)
            .and_then(|(_, payload, _)| Self::decode(next, payload))
            .ok_or(StoreError::Damaged)
    }

    fn store(&self, slots: &mut impl Slots) -> Result<(), StoreError> {
        record::store(slots, &mut [0; RECORD_LEN], &mut |_, payload| {
            self.encode(payload);
            self.next
        })
    }
}

const RECORD_LEN: usize = record::OVERHEAD + 2 * (2 + 1 + Name::MAX_LEN) + 1 + 6;

/// What a device is called, and how it learns otherwise.
///
/// ```
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// use frame_crypto::*;
/// # struct Memory([[u8; 96]; 2]);
/// # impl Slots for Memory {
/// #     fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
/// #         octets.copy_from_slice(&self.0[slot as usize][..octets.len()]);
/// #         Ok(())
/// #     }
/// #     fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
/// #         self.0[slot as usize][..octets.len()].copy_from_slice(octets);
/// #         Ok(())
/// #     }
/// # }
/// # let memory = Memory([[0xFF; 96]; 2]);
/// let key: Key = Key::new(*b"the device's key");
/// let old = Identity { number: 7, name: Name::new("spare").unwrap() };
/// let new = Identity { number: 9, name: Name::new("boiler room").unwrap() };
/// let mut device = Renamer::create(&key, 0x2026_0001, memory, old)?;
///
/// let mut admin = Admin::new(&key, 0x2026_0001, Volatile::default())?;
/// let mut buffer = [0; 96];
/// let Prepared { counter, command } = admin.prepare(&old, &new, &mut buffer)?;
/// assert_eq!(device.receive(command)?, Renaming::Prepared(new));
/// assert_eq!(device.identity(), old);
///
/// let command = admin.commit(counter, &mut buffer)?;
/// assert_eq!(device.receive(command)?, Renaming::Committed(new));
/// assert!(matches!(device.receive(command), Err(RenameError::Duplicate { .. })));
/// # Ok(())
/// # }
/// ```
pub struct Renamer<M, C: Cipher = Aes128> {
    mode: Mode<C>,
    serial: u64,
    slots: M,
    state: State,
}

impl<M, C: Cipher> Renamer<M, C> {
    /// Octets of a record.
    pub const RECORD_LEN: usize = RECORD_LEN;
}

impl<M: Slots, C: Cipher> Renamer<M, C> {
    /// A device that is provisioned with a new key, its first number and name. Slots that hold others keep them.
    /// With a key that was used before and slots that are blank or damaged, a device follows commands of long
    /// ago once more.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be stored.
    pub fn create(key: &Key<C>, serial: u64, mut slots: M, identity: Identity) -> Result<Self, StoreError> {
        match record::load(&mut slots, &mut [0; RECORD_LEN]) {
            Err(StoreError::Blank | StoreError::Damaged) => {
                State { next: 0, identity, prepared: None }.store(&mut slots)?;
            }
            other => drop(other?),
        }
        Self::new(key, serial, slots)
    }

    /// A device that was provisioned before.
    ///
    /// # Errors
    /// [`StoreError`] if its slots do not say what it is called.
    pub fn new(key: &Key<C>, serial: u64, mut slots: M) -> Result<Self, StoreError> {
        let state = State::load(&mut slots)?;
        Ok(Self { mode: mode(key, serial), serial, slots, state })
    }

    /// What the device is called.
    pub const fn identity(&self) -> Identity {
        self.state.identity
    }

    /// Follows a command.
    ///
    /// # Errors
    /// [`RenameError`], and the device is called what it was called. After
    /// [`Duplicate`](RenameError::Duplicate) it answers as before. After [`Store`](RenameError::Store) a restart
    /// finds the old name as well, unless the memory works again only by then.
    // Inlined into a task, it takes more space.
    #[inline(never)]
    pub fn receive(&mut self, command: &[u8]) -> Result<Renaming, RenameError> {
        let length = RenameError::Length { have: command.len() };
        let (head, rest) = command.split_first_chunk::<HEAD_LEN>().ok_or(length)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(length)?;
        let [a, b, c, d, e, f, g, h, number @ ..] = *head;
        let serial = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        if serial != self.serial {
            return Err(RenameError::Serial { serial });
        }
        let mut buffer = [0; MAX_BODY];
        let body = buffer.get_mut(..sealed.len()).ok_or(length)?;
        body.copy_from_slice(sealed);
        let counter = counter_48(number);
        if !self.mode.open(nonce(counter), &serial.to_be_bytes(), body, tag) {
            return Err(RenameError::Tag);
        }
        let done = self.follow(counter, body);
        body.zeroize();
        done
    }

    /// Follows a genuine command.
    fn follow(&mut self, counter: u64, body: &[u8]) -> Result<Renaming, RenameError> {
        if let Some(newest) = self.state.next.checked_sub(1) {
            if counter == newest {
                return Err(RenameError::Duplicate { counter });
            }
            if counter < newest {
                return Err(RenameError::Stale { counter, newest });
            }
        }
        let mut state = State { next: counter.saturating_add(1), ..self.state };
        let done = match Command::decode(body).ok_or(RenameError::Malformed)? {
            Command::Prepare { old, .. } if old != state.identity => return Err(RenameError::OldName),
            Command::Prepare { new, .. } => {
                state.prepared = Some((counter, new));
                Renaming::Prepared(new)
            }
            Command::Commit { counter } => match state.prepared.take() {
                Some((prepared, new)) if prepared == counter => {
                    state.identity = new;
                    Renaming::Committed(new)
                }
                _ => return Err(RenameError::NotPrepared { counter }),
            },
        };
        state.store(&mut self.slots)?;
        self.state = state;
        Ok(done)
    }
}

enum Command {
    Prepare { old: Identity, new: Identity },
    Commit { counter: u64 },
}

impl Command {
    fn decode(body: &[u8]) -> Option<Self> {
        let mut eye = Eye(body);
        let command = match eye.take()? {
            [PREPARE] => {
                let (old, new) = (eye.number()?, eye.number()?);
                Self::Prepare {
                    old: Identity { number: old, name: eye.name()? },
                    new: Identity { number: new, name: eye.name()? },
                }
            }
            [COMMIT] => Self::Commit { counter: counter_48(eye.take()?) },
            _ => return None,
        };
        eye.0.is_empty().then_some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Slot, Volatile};

    struct Memory([[u8; RECORD_LEN]; 2]);

    impl Slots for Memory {
        fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
            octets.copy_from_slice(self.0.get(slot as usize).unwrap());
            Ok(())
        }

        fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
            self.0.get_mut(slot as usize).unwrap().copy_from_slice(octets);
            Ok(())
        }
    }

    fn named(number: u16, name: &str) -> Identity {
        Identity { number, name: Name::new(name).unwrap() }
    }

    #[test]
    fn a_genuine_command_without_a_sense_changes_nothing() {
        let key: Key = Key::new([1; 16]);
        let longest = named(7, "0123456789abcdef0123456789abcdef");
        let mut device = Renamer::create(&key, 1, Memory([[0xFF; RECORD_LEN]; 2]), longest).unwrap();
        let mut admin: Admin<_> = Admin::new(&key, 1, Volatile::default()).unwrap();
        for body in
            [&[][..], &[2], &[COMMIT, 0, 0], &[COMMIT, 0, 0, 0, 0, 0, 0, 0], &[PREPARE, 0, 7, 0, 8, 1]]
        {
            let mut buffer = [0; 96];
            let command = admin.command(body, &mut buffer).unwrap().command;
            assert_eq!(device.receive(command), Err(RenameError::Malformed), "{body:?}");
        }
        assert_eq!(device.identity(), longest);
        let mut buffer = [0; HEAD_LEN + MAX_BODY + TAG_LEN];
        let command = admin.prepare(&longest, &longest, &mut buffer).unwrap().command;
        assert_eq!(device.receive(command), Ok(Renaming::Prepared(longest)));
    }
}
