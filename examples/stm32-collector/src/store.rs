//! What survives a power cut.

use frame_crypto::{CounterStore, StoreError, Volatile};

/// Where the counter of frames is kept.
pub enum Counters {
    /// Nowhere: every start needs a session of its own.
    Volatile(Volatile),
}

impl CounterStore for Counters {
    fn load(&mut self) -> Result<u64, StoreError> {
        match self {
            Self::Volatile(store) => store.load(),
        }
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        match self {
            Self::Volatile(store) => store.store(counter),
        }
    }
}
