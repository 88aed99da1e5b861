//! What survives a power cut, where the flash keeps what is written. Nothing here waits: the flash is there at once,
//! and an erasure holds the core.

use collector::{Storage, Table};
use collector_identity::Identity;
use embassy_futures::block_on;
use frame_crypto::{
    CounterStore, FlashSlots, Identity as Name, Key, Records, RenameError, Renamer, Renaming, StoreError,
    Volatile,
};
use telemetry::Refusal;

use crate::flash::{self, Flash, Large};

type Slots = FlashSlots<Flash>;

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
    storage: Storage<Slots, Large>,
    renamer: Renamer<Slots>,
    /// How often it started.
    pub boots: u16,
}

impl Kept {
    /// What the flash keeps, with the counter of frames; `None` if it keeps nothing, as in an emulator.
    pub fn new(identity: &Identity) -> Option<(Self, Counters)> {
        let slots = |part| Slots::new(Flash, part).ok();
        let mut storage = Storage::new(slots(flash::STARTS)?, (Large, flash::LOG)).ok()?;
        let boots = storage.start().ok()?;
        let counters = Records::create(slots(flash::COUNTERS)?).ok()?;
        let name = Name { number: identity.number, name: identity.name };
        let key = Key::new(identity.root);
        let renamer = Renamer::create(&key, identity.serial, slots(flash::NAMES)?, name).ok()?;
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
    pub fn table(&mut self) -> Option<Table> {
        self.storage.table()
    }

    /// Keeps a table; whether it does.
    pub fn keep_table(&mut self, table: &Table) -> bool {
        self.storage.keep_table(table).is_ok()
    }

    /// Puts a report into the log; whether it is there.
    pub fn log(&mut self, report: &[u8]) -> bool {
        block_on(self.storage.push(report)).is_ok()
    }

    /// The oldest report of the log.
    pub fn oldest<'b>(&mut self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        block_on(self.storage.oldest(buffer))
    }

    /// Takes the oldest report out of the log.
    pub fn drop_oldest(&mut self) {
        block_on(self.storage.drop_oldest());
    }
}
