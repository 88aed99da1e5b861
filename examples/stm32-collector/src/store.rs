//! What survives a power cut, where the flash keeps what is written.

use collector::{Entry, Storage, Table};
use collector_identity::Identity;
use frame_crypto::{
    CounterStore, FlashSlots, Identity as Name, Key, Records, RenameError, Renamer, Renaming, StoreError,
    Volatile,
};
use telemetry::Refusal;

use crate::flash::{self, Large, Small};

type Slots = FlashSlots<Large>;

/// Where the counter of frames is kept.
pub enum Counters {
    /// Nowhere: every start needs a session of its own.
    Volatile(Volatile),
    /// In the flash.
    Flash(Records<Slots>),
}

impl CounterStore for Counters {
    fn load(&mut self) -> Result<u64, StoreError> {
        match self {
            Self::Volatile(store) => store.load(),
            Self::Flash(store) => store.load(),
        }
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        match self {
            Self::Volatile(store) => store.store(counter),
            Self::Flash(store) => store.store(counter),
        }
    }
}

/// What a device keeps in its flash.
pub struct Kept {
    /// Its table and its log.
    pub storage: Storage<Small, Large>,
    renamer: Renamer<Slots>,
    /// How often it started.
    pub boots: u16,
}

impl Kept {
    /// What the flash keeps, with the counter of frames; `None` if it keeps nothing, as in an emulator.
    pub async fn new(identity: &Identity) -> Option<(Self, Counters)> {
        let mut storage =
            Storage::new((flash::Sectors, flash::ENTRIES), (flash::Sectors, flash::LOG)).ok()?;
        let boots = storage.start().await.ok()?;
        let counters = Records::create(Slots::new(flash::Sectors, flash::COUNTERS).ok()?).ok()?;
        let name = Name { number: identity.number, name: identity.name };
        let slots = Slots::new(flash::Sectors, flash::NAMES).ok()?;
        let renamer = Renamer::create(&Key::new(identity.root), identity.serial, slots, name).ok()?;
        Some((Self { storage, renamer, boots }, Counters::Flash(counters)))
    }

    /// What the device is called.
    pub const fn name(&self) -> Name {
        self.renamer.identity()
    }

    /// Follows an authorised command; `true` if the device is called otherwise from now on.
    ///
    /// # Errors
    /// [`Refusal`] if it is not.
    pub fn rename(&mut self, command: &[u8]) -> Result<bool, Refusal> {
        match self.renamer.receive(command) {
            Ok(Renaming::Committed(_)) => Ok(true),
            Ok(_) | Err(RenameError::Duplicate { .. }) => Ok(false),
            Err(RenameError::Store(_)) => Err(Refusal::NoStorage),
            Err(_) => Err(Refusal::Unauthorised),
        }
    }

    /// The table that is kept, if there is one.
    pub async fn table(&mut self) -> Option<Table> {
        self.storage.get(Entry::Table, |octets| Table::decode(octets).ok()).await?
    }
}
