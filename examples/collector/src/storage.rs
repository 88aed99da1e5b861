//! What survives a power cut: how often the device started, its table, and a log of reports that wait for the radio.

use core::ops::Range;

use embedded_storage_async::nor_flash::MultiwriteNorFlash;
use frame_crypto::{Records, Slots};
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::queue::{QueueConfig, QueueStorage};

use crate::{MAX_TABLE, Table};

/// Octets of a record: how often the device started, and the table, with zeros behind it.
const RECORD_LEN: usize = Records::<()>::OVERHEAD + 2 + MAX_TABLE;

/// The memory failed, or does not keep what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("the memory does not keep what is written")]
pub struct StorageError;

/// A record in two slots, and a log in some erase units of a flash. Whatever was written before a power cut is there
/// after it; what was being written is there, or is not.
pub struct Storage<M: Slots, L: MultiwriteNorFlash> {
    records: Records<M>,
    log: QueueStorage<L, Cache<Uncached, Uncached, Uncached, ()>>,
    /// Whether there may be something in the log: to look takes a walk through it.
    may_be_logged: bool,
}

impl<M: Slots, L: MultiwriteNorFlash> Storage<M, L> {
    /// Octets of a record in the slots.
    pub const RECORD_LEN: usize = RECORD_LEN;

    /// A record in these slots, and a log in this place: one erase unit, better two, since the oldest one is erased
    /// as a whole.
    ///
    /// # Errors
    /// [`StorageError`] if the log's place is not aligned, or too small.
    pub fn new(slots: M, log: (L, Range<u32>)) -> Result<Self, StorageError> {
        let queue = QueueConfig::try_new(log.1).map_err(|_| StorageError)?;
        Ok(Self {
            records: Records::new(slots),
            log: QueueStorage::new(log.0, queue, Cache::new_uncached()),
            may_be_logged: true,
        })
    }

    /// Counts a start, and so finds out whether the memory keeps anything.
    ///
    /// # Errors
    /// [`StorageError`] if it does not.
    pub fn start(&mut self) -> Result<u16, StorageError> {
        let mut starts = 0;
        let counted = self.records.change(&mut [0; RECORD_LEN], |octets| {
            if let Some(octets) = octets.first_chunk_mut() {
                starts = u16::from_be_bytes(*octets).wrapping_add(1);
                *octets = starts.to_be_bytes();
            }
        });
        counted.map(|()| starts).map_err(|_| StorageError)
    }

    /// The table that is kept, if there is one.
    pub fn table(&mut self) -> Option<Table> {
        let mut record = [0; RECORD_LEN];
        let (_, octets) = self.records.read(&mut record).ok()?.split_at_checked(2)?;
        // No row begins with a zero.
        if octets.first() == Some(&0) { None } else { Table::decode(octets).ok() }
    }

    /// Keeps a table.
    ///
    /// # Errors
    /// [`StorageError`] if it may not be kept.
    pub fn keep_table(&mut self, table: &Table) -> Result<(), StorageError> {
        let table = table.octets();
        let kept = self.records.change(&mut [0; RECORD_LEN], |octets| {
            let (_, octets) = octets.split_at_mut_checked(2).unwrap_or_default();
            if let Some((octets, behind)) = octets.split_at_mut_checked(table.len()) {
                octets.copy_from_slice(table);
                behind.fill(0);
            }
        });
        kept.map_err(|_| StorageError)
    }

    /// Appends to the log; the oldest makes room.
    ///
    /// # Errors
    /// [`StorageError`] if it may not have been written.
    pub async fn push(&mut self, octets: &[u8]) -> Result<(), StorageError> {
        self.may_be_logged = true;
        self.log.push(octets, true).await.map_err(|_| StorageError)
    }

    /// Reads the oldest part of the log.
    pub async fn oldest<'b>(&mut self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        if !self.may_be_logged {
            return None;
        }
        let oldest = self.log.peek(buffer).await.ok()?;
        self.may_be_logged = oldest.is_some();
        oldest.map(|octets| &*octets)
    }

    /// Takes the oldest part out of the log.
    pub async fn drop_oldest(&mut self) {
        let mut buffer = [0; 256];
        // What cannot be read cannot be told of either; it is overwritten in time.
        let _ = self.log.pop(&mut buffer).await;
    }
}
