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
pub(crate) const OVERHEAD: usize = 12;

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

/// Memory with two places, each large enough for a record: 12 octets for a counter, as many more for
/// [other octets](Records), and [`Renamer::RECORD_LEN`](crate::Renamer::RECORD_LEN) for names.
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

/// A counter in two slots, or a few octets, through power cuts at any moment.
///
/// ```
/// use frame_crypto::{CounterStore, Records, Slot, Slots, StoreError};
///
/// /// Two places of a memory that writes octets one by one, as an EEPROM or FRAM does.
/// struct Eeprom<const LEN: usize>([[u8; LEN]; 2]);
///
/// impl<const LEN: usize> Slots for Eeprom<LEN> {
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
///
/// // Octets, in slots of their own.
/// const LEN: usize = Records::<()>::OVERHEAD + 6;
/// let mut eeprom = Eeprom([[0xFF; LEN]; 2]);
/// let mut record = [0; LEN];
/// let mut settings = Records::new(&mut eeprom);
/// assert_eq!(settings.read(&mut record), Err(StoreError::Blank));
/// settings.change(&mut record, |octets| octets[..2].copy_from_slice(&9_600_u16.to_be_bytes()))?;
/// assert_eq!(settings.read(&mut record), Ok(&[0x25, 0x80, 0, 0, 0, 0][..]));
/// # Ok::<(), StoreError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Records<M>(M);

impl<M> Records<M> {
    /// Octets of a record besides those that it keeps.
    pub const OVERHEAD: usize = OVERHEAD;
}

impl<M: Slots> Records<M> {
    /// The store of a device that was provisioned before.
    pub const fn new(slots: M) -> Self {
        Self(slots)
    }

    /// The store of a counter for a new key. If the slots hold a counter, it goes on; if they are blank or damaged,
    /// it starts at 0, which with an old key would repeat counters.
    ///
    /// # Errors
    /// [`StoreError::Memory`] if that cannot be stored.
    pub fn create(mut slots: M) -> Result<Self, StoreError> {
        let mut record = [0; OVERHEAD];
        match load(&mut slots, &mut record) {
            Err(StoreError::Blank | StoreError::Damaged) => store(&mut slots, &mut record, &mut |_, _| 0)?,
            other => drop(other?),
        }
        Ok(Self(slots))
    }

    /// The octets that are kept. The buffer is room for the record, [12](Self::OVERHEAD) octets more than those, and
    /// is as long each time.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be read for certain.
    pub fn read<'b>(&mut self, record: &'b mut [u8]) -> Result<&'b [u8], StoreError> {
        load(&mut self.0, record)?;
        Ok(split(record).ok_or(StoreError::Layout)?.1)
    }

    /// Changes the octets that are kept, which are zeros if there were none, or are damaged. The buffer is that of
    /// [`read`](Self::read).
    ///
    /// # Errors
    /// [`StoreError`] if the change may not have been stored.
    pub fn change(&mut self, record: &mut [u8], mut change: impl FnMut(&mut [u8])) -> Result<(), StoreError> {
        store(&mut self.0, record, &mut |newest, octets| {
            if newest.is_none() {
                octets.fill(0);
            }
            change(octets);
            newest.map_or(0, |newest| newest.saturating_add(1))
        })
    }
}

impl<M: Slots> CounterStore for Records<M> {
    fn load(&mut self) -> Result<u64, StoreError> {
        load(&mut self.0, &mut [0; OVERHEAD])
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        store(&mut self.0, &mut [0; OVERHEAD], &mut |_, _| counter)
    }
}

/// Sequence, payload and checksum of a record; `None` if it has no room for them.
pub(crate) fn split(record: &mut [u8]) -> Option<(&mut [u8; 8], &mut [u8], &mut [u8; 4])> {
    let (sequence, rest) = record.split_first_chunk_mut()?;
    let (payload, checksum) = rest.split_last_chunk_mut()?;
    Some((sequence, payload, checksum))
}

/// What a record is known by.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    sequence: u64,
    checksum: u32,
}

impl Stamp {
    /// That of a record whose checksum is right.
    fn of(record: &[u8]) -> Option<Self> {
        let (content, checksum) = record.split_last_chunk()?;
        let sequence = u64::from_be_bytes(*content.first_chunk()?);
        let checksum = u32::from_be_bytes(*checksum);
        (CHECKSUM.checksum(content) == checksum).then_some(Self { sequence, checksum })
    }
}

/// What a slot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Whole(Stamp),
    Blank,
    Damaged,
    Unreadable(StoreError),
}

impl Found {
    fn read(slots: &mut impl Slots, slot: Slot, record: &mut [u8]) -> Self {
        if let Err(error) = slots.read(slot, record) {
            return Self::Unreadable(error);
        }
        match Stamp::of(record) {
            Some(stamp) => Self::Whole(stamp),
            None if record.iter().all(|&octet| octet == 0xFF) => Self::Blank,
            None => Self::Damaged,
        }
    }
}

/// The newest whole record.
struct Newest {
    slot: Slot,
    stamp: Stamp,
    /// Whether the other slot holds the same.
    is_twice: bool,
}

/// Reads the newest whole record.
fn newest(slots: &mut impl Slots, record: &mut [u8]) -> Result<Newest, StoreError> {
    let b = Found::read(slots, Slot::B, record);
    let a = Found::read(slots, Slot::A, record);
    let (slot, stamp) = match (a, b) {
        (Found::Whole(a), Found::Whole(b)) if b.sequence > a.sequence => (Slot::B, b),
        (Found::Whole(a), _) => (Slot::A, a),
        (_, Found::Whole(b)) => (Slot::B, b),
        (Found::Unreadable(error), _) | (_, Found::Unreadable(error)) => return Err(error),
        (Found::Blank, Found::Blank) => return Err(StoreError::Blank),
        _ => return Err(StoreError::Damaged),
    };
    if slot == Slot::B && Found::read(slots, slot, record) != b {
        return Err(StoreError::Memory);
    }
    Ok(Newest { slot, stamp, is_twice: a == b })
}

/// Reads the newest record and its sequence, after both slots hold it.
pub(crate) fn load(slots: &mut impl Slots, record: &mut [u8]) -> Result<u64, StoreError> {
    let Newest { slot, stamp, is_twice } = newest(slots, record)?;
    if !is_twice {
        write(slots, slot.other(), record, stamp)?;
    }
    Ok(stamp.sequence)
}

/// Replaces both copies. What changes the payload is told the sequence of the newest record, if there is one, and
/// tells that of the next.
pub(crate) fn store(
    slots: &mut impl Slots,
    record: &mut [u8],
    change: &mut dyn FnMut(Option<u64>, &mut [u8]) -> u64,
) -> Result<(), StoreError> {
    let newest = match newest(slots, record) {
        Err(StoreError::Blank | StoreError::Damaged) => None,
        newest => Some(newest?),
    };
    let (sequence, payload, _) = split(record).ok_or(StoreError::Layout)?;
    *sequence = change(newest.as_ref().map(|newest| newest.stamp.sequence), payload).to_be_bytes();
    replace(slots, newest.map_or(Slot::B, |newest| newest.slot), record)
}

/// Replaces both copies, the one first that the other can do without.
fn replace(slots: &mut impl Slots, keep: Slot, record: &mut [u8]) -> Result<(), StoreError> {
    let (content, checksum) = record.split_last_chunk_mut().ok_or(StoreError::Layout)?;
    *checksum = CHECKSUM.checksum(content).to_be_bytes();
    let stamp = Stamp::of(record).ok_or(StoreError::Layout)?;
    let written = write(slots, keep.other(), record, stamp).and_then(|()| write(slots, keep, record, stamp));
    let Err(error) = written else { return Ok(()) };
    // Both copies are made one again, or a restart would find what was said to have failed.
    match load(slots, record) {
        Ok(_) if Stamp::of(record) == Some(stamp) => Ok(()),
        _ => Err(error),
    }
}

/// Makes a slot hold a record, and believes it only when it reads back.
fn write(slots: &mut impl Slots, slot: Slot, record: &mut [u8], stamp: Stamp) -> Result<(), StoreError> {
    slots.write(slot, record)?;
    if Found::read(slots, slot, record) == Found::Whole(stamp) { Ok(()) } else { Err(StoreError::Memory) }
}
