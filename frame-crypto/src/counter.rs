//! Counters that never come twice, through restarts and power cuts.

use crate::frame::COUNTERS;
use crate::{SealError, StoreError};

/// Keeps one counter through restarts.
pub trait CounterStore {
    /// The number stored last; 0 before the first, if the store was made for a new key.
    ///
    /// # Errors
    /// [`StoreError`] if the number cannot be read for certain.
    fn load(&mut self) -> Result<u64, StoreError>;

    /// Stores a number, so that a later [`load`](Self::load) returns it even after a power cut.
    ///
    /// # Errors
    /// [`StoreError`] if the number may not have been stored.
    fn store(&mut self, counter: u64) -> Result<(), StoreError>;
}

impl<S: CounterStore + ?Sized> CounterStore for &mut S {
    fn load(&mut self) -> Result<u64, StoreError> {
        (**self).load()
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        (**self).store(counter)
    }
}

/// A store that forgets at a restart: for tests, and for keys that live no longer. With a key that does,
/// counters repeat, and CCM protects nothing any more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volatile(u64);

impl CounterStore for Volatile {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.0)
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        self.0 = counter;
        Ok(())
    }
}

/// Numbers from a store, reserved some ahead so that not every frame costs a write.
#[derive(Debug)]
pub(crate) struct Counter<S> {
    store: S,
    next: u64,
    /// How many of the numbers reserved last are used.
    used: u16,
}

impl<S: CounterStore> Counter<S> {
    /// How many numbers one write reserves, and a restart may lose.
    const AHEAD: u16 = 1024;

    /// The number that comes next.
    pub(crate) const fn peek(&self) -> u64 {
        self.next
    }

    /// Goes on where the store's last reservation ended.
    pub(crate) fn load(mut store: S) -> Result<Self, SealError> {
        let next = store.load()?;
        Ok(Self { store, next, used: Self::AHEAD })
    }

    /// A number that was never used.
    pub(crate) fn next(&mut self) -> Result<u64, SealError> {
        if self.next >= COUNTERS {
            return Err(SealError::Exhausted);
        }
        if self.used >= Self::AHEAD {
            self.store.store(self.next + u64::from(Self::AHEAD))?;
            self.used = 0;
        }
        self.used += 1;
        let counter = self.next;
        self.next += 1;
        Ok(counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails every write after the first `writes`.
    struct Worn {
        stored: u64,
        writes: u32,
    }

    impl CounterStore for Worn {
        fn load(&mut self) -> Result<u64, StoreError> {
            Ok(self.stored)
        }

        fn store(&mut self, counter: u64) -> Result<(), StoreError> {
            self.writes = self.writes.checked_sub(1).ok_or(StoreError::Memory)?;
            self.stored = counter;
            Ok(())
        }
    }

    #[test]
    fn a_restart_never_repeats_a_number() {
        let mut worn = Worn { stored: 0, writes: 10 };
        let mut last = None;
        for used in [1, 1024, 1025, 3] {
            let mut counter = Counter::load(&mut worn).unwrap();
            for _ in 0..used {
                let number = counter.next().unwrap();
                assert!(last < Some(number), "{number} after {last:?}");
                last = Some(number);
            }
        }
    }

    #[test]
    fn a_store_that_fails_stops_the_counter() {
        let mut worn = Worn { stored: 0, writes: 1 };
        let mut counter = Counter::load(&mut worn).unwrap();
        for number in 0..1024 {
            assert_eq!(counter.next(), Ok(number));
        }
        assert_eq!(counter.next(), Err(SealError::Store(StoreError::Memory)));
        assert_eq!(counter.next(), Err(SealError::Store(StoreError::Memory)));
    }

    #[test]
    fn the_counter_ends_with_the_nonce() {
        let mut worn = Worn { stored: (1 << 48) - 1, writes: 2 };
        let mut counter = Counter::load(&mut worn).unwrap();
        assert_eq!(counter.next(), Ok((1 << 48) - 1));
        assert_eq!(counter.next(), Err(SealError::Exhausted));
    }
}
