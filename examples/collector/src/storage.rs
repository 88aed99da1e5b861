//! What survives a power cut, in a NOR flash: some small entries, and a log of reports that wait for the radio.

use core::ops::Range;

use embedded_storage_async::nor_flash::MultiwriteNorFlash;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapStorage};
use sequential_storage::queue::{QueueConfig, QueueStorage};

type NoCache<K> = Cache<Uncached, Uncached, Uncached, K>;

/// Most octets of an entry, with its key.
const MAX_ENTRY: usize = crate::MAX_TABLE + 32;

/// What has an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Entry {
    /// How often the device started.
    Boots = 1,
    /// The [table](crate::Table).
    Table = 2,
}

/// The flash failed, or does not keep what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("the flash does not keep what is written")]
pub struct StorageError;

/// Entries in some erase units of a flash, and a log in others. Whatever was written before a power cut is there
/// after it; what was being written is there, or is not.
pub struct Storage<E: MultiwriteNorFlash, L: MultiwriteNorFlash> {
    entries: MapStorage<u8, E, NoCache<u8>>,
    log: QueueStorage<L, NoCache<()>>,
    /// Whether there may be something in the log: to look takes a walk through it.
    may_be_logged: bool,
}

impl<E: MultiwriteNorFlash, L: MultiwriteNorFlash> Storage<E, L> {
    /// Entries and log in these places: at least two erase units for the
    /// entries, and for the log one, better two, since the oldest one is erased as a whole.
    ///
    /// # Errors
    /// [`StorageError`] if the places are not aligned, or too small.
    pub fn new(entries: (E, Range<u32>), log: (L, Range<u32>)) -> Result<Self, StorageError> {
        let map = MapConfig::try_new(entries.1).map_err(|_| StorageError)?;
        let queue = QueueConfig::try_new(log.1).map_err(|_| StorageError)?;
        Ok(Self {
            entries: MapStorage::new(entries.0, map, Cache::new_uncached()),
            log: QueueStorage::new(log.0, queue, Cache::new_uncached()),
            may_be_logged: true,
        })
    }

    /// Counts a start, and so finds out whether the flash keeps anything.
    ///
    /// # Errors
    /// [`StorageError`] if it does not.
    pub async fn start(&mut self) -> Result<u16, StorageError> {
        let boots = self.boots().await.wrapping_add(1);
        self.put(Entry::Boots, &boots.to_be_bytes()).await?;
        if self.boots().await == boots { Ok(boots) } else { Err(StorageError) }
    }

    async fn boots(&mut self) -> u16 {
        let mut buffer = [0; 16];
        let octets = self.get_within(Entry::Boots, &mut buffer).await.unwrap_or_default();
        octets.first_chunk().map_or(0, |&octets| u16::from_be_bytes(octets))
    }

    async fn get_within<'b>(&mut self, entry: Entry, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        self.entries.fetch_item(buffer, &(entry as u8)).await.ok()?
    }

    /// Reads an entry, if there is one.
    pub async fn get<T>(&mut self, entry: Entry, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let mut buffer = [0; MAX_ENTRY];
        self.get_within(entry, &mut buffer).await.map(read)
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// [`StorageError`] if it may not have been written.
    pub async fn put(&mut self, entry: Entry, octets: &[u8]) -> Result<(), StorageError> {
        let mut buffer = [0; MAX_ENTRY];
        self.entries.store_item(&mut buffer, &(entry as u8), &octets).await.map_err(|_| StorageError)
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
