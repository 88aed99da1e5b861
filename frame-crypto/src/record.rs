//! Records that outlive a power cut at any moment: two copies with a checksum each.
//!
//! ```text
//!  0          8         n-4       n
//! ┌──────────┬─ ─ ─ ─ ─┬──────────┐
//! │ sequence │ payload │ checksum │   big-endian; CRC-32 (ISO HDLC)
//! └──────────┴─ ─ ─ ─ ─┴──────────┘
//! ```
//!
//! Writing one copy leaves the other whole. The copy with the higher sequence is the newer one, and becomes
//! both before it counts, so that losing either later loses nothing.

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

use crate::{CounterStore, StoreError};

const CHECKSUM: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// Octets of a record without payload.
pub(crate) const EMPTY_LEN: usize = 12;

/// One of two places for a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The first place.
    A,
    /// The second place.
    B,
}

impl Slot {
    const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Memory with two places, each large enough for a record: 12 octets for [`Records`], and
/// [`Renamer::RECORD_LEN`](crate::Renamer::RECORD_LEN) for names.
pub trait Slots {
    /// Reads what was written to a slot last, or 0xFF if nothing was.
    ///
    /// # Errors
    /// [`StoreError::Memory`] if it cannot be read.
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError>;

    /// Writes to a slot. A power cut meanwhile may leave anything there, but the other slot as it was.
    ///
    /// # Errors
    /// [`StoreError::Memory`] if the octets may not have been written.
    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError>;
}

impl<M: Slots + ?Sized> Slots for &mut M {
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        (**self).read(slot, octets)
    }

    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        (**self).write(slot, octets)
    }
}

/// A counter in two slots, through power cuts at any moment.
///
/// ```
/// use frame_crypto::{CounterStore, Records, Slot, Slots, StoreError};
///
/// /// Two places of a memory that writes octets one by one, as an EEPROM or FRAM does.
/// struct Eeprom([[u8; 12]; 2]);
///
/// impl Slots for Eeprom {
///     fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
///         octets.copy_from_slice(&self.0[slot as usize]);
///         Ok(())
///     }
///
///     fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
///         self.0[slot as usize].copy_from_slice(octets);
///         Ok(())
///     }
/// }
///
/// let mut eeprom = Eeprom([[0xFF; 12]; 2]);
/// assert_eq!(Records::new(&mut eeprom).load(), Err(StoreError::Blank));
/// Records::create(&mut eeprom)?.store(1024)?;
/// assert_eq!(Records::new(&mut eeprom).load(), Ok(1024));
/// # Ok::<(), StoreError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Records<M>(M);

impl<M: Slots> Records<M> {
    /// The store of a device that was provisioned before.
    pub const fn new(slots: M) -> Self {
        Self(slots)
    }

    /// The store for a new key. If the slots hold a counter, it goes on; if they are blank or damaged, it
    /// starts at 0, which with an old key would repeat counters.
    ///
    /// # Errors
    /// [`StoreError::Memory`] if that cannot be stored.
    pub fn create(mut slots: M) -> Result<Self, StoreError> {
        match load::<EMPTY_LEN, M>(&mut slots) {
            Err(StoreError::Blank | StoreError::Damaged) => {
                store(&mut slots, &Record::<EMPTY_LEN>::new(0, &[]))?;
            }
            other => drop(other?),
        }
        Ok(Self(slots))
    }
}

impl<M: Slots> CounterStore for Records<M> {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(load::<EMPTY_LEN, M>(&mut self.0)?.sequence())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        store(&mut self.0, &Record::<EMPTY_LEN>::new(counter, &[]))
    }
}

/// A record whose checksum is right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<const N: usize>([u8; N]);

impl<const N: usize> Record<N> {
    pub(crate) fn new(sequence: u64, payload: &[u8]) -> Self {
        let mut octets = [0; N];
        for (to, from) in octets.iter_mut().zip(sequence.to_be_bytes().iter().chain(payload)) {
            *to = *from;
        }
        if let Some((content, checksum)) = octets.split_last_chunk_mut() {
            *checksum = CHECKSUM.checksum(content).to_be_bytes();
        }
        Self(octets)
    }

    fn decode(octets: [u8; N]) -> Option<Self> {
        let (content, checksum) = octets.split_last_chunk()?;
        (CHECKSUM.checksum(content).to_be_bytes() == *checksum).then_some(Self(octets))
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.0.first_chunk().map_or(0, |octets| u64::from_be_bytes(*octets))
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.0.get(8..N.saturating_sub(4)).unwrap_or_default()
    }
}

/// What a slot holds.
enum Found<const N: usize> {
    Whole(Record<N>),
    Blank,
    Damaged,
    Unreadable(StoreError),
}

impl<const N: usize> Found<N> {
    fn read(slots: &mut impl Slots, slot: Slot) -> Self {
        let mut octets = [0; N];
        if let Err(error) = slots.read(slot, &mut octets) {
            return Self::Unreadable(error);
        }
        match Record::decode(octets) {
            Some(record) => Self::Whole(record),
            None if octets == [0xFF; N] => Self::Blank,
            None => Self::Damaged,
        }
    }
}

/// The newest whole record, and where it is.
fn newest<const N: usize>(slots: &mut impl Slots) -> Result<(Slot, Record<N>), StoreError> {
    match (Found::read(slots, Slot::A), Found::read(slots, Slot::B)) {
        (Found::Whole(a), Found::Whole(b)) if b.sequence() > a.sequence() => Ok((Slot::B, b)),
        (Found::Whole(a), _) => Ok((Slot::A, a)),
        (_, Found::Whole(b)) => Ok((Slot::B, b)),
        (Found::Unreadable(error), _) | (_, Found::Unreadable(error)) => Err(error),
        (Found::Blank, Found::Blank) => Err(StoreError::Blank),
        _ => Err(StoreError::Damaged),
    }
}

/// The newest record, after both slots hold it.
pub(crate) fn load<const N: usize, M: Slots>(slots: &mut M) -> Result<Record<N>, StoreError> {
    let (slot, record) = newest(slots)?;
    write(slots, slot.other(), &record)?;
    Ok(record)
}

/// Replaces both copies, the one first that the other can do without.
pub(crate) fn store<const N: usize, M: Slots>(slots: &mut M, record: &Record<N>) -> Result<(), StoreError> {
    let keep = newest::<N>(slots).map_or(Slot::B, |(slot, _)| slot);
    let Err(error) = write(slots, keep.other(), record).and_then(|()| write(slots, keep, record)) else {
        return Ok(());
    };
    // Both copies are made one again, or a restart would find what was said to have failed.
    match load(slots) {
        Ok(found) if found == *record => Ok(()),
        _ => Err(error),
    }
}

/// Makes a slot hold a record, and believes it only when it reads back.
fn write<const N: usize>(slots: &mut impl Slots, slot: Slot, record: &Record<N>) -> Result<(), StoreError> {
    let holds = |slots: &mut _| matches!(Found::read(slots, slot), Found::Whole(found) if found == *record);
    if holds(slots) {
        return Ok(());
    }
    slots.write(slot, &record.0)?;
    if holds(slots) { Ok(()) } else { Err(StoreError::Memory) }
}
