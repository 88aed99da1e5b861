//! Entries and log in a flash whose power is cut.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use collector::{Entry, Storage};
use embassy_futures::block_on;
use embedded_storage_async::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use std::cell::RefCell;
use std::rc::Rc;

const UNIT: usize = 4_096;

#[derive(Debug)]
struct Cut;

impl NorFlashError for Cut {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

/// Octets that survive, and how many more can be written or erased before the power is cut.
#[derive(Clone)]
struct Flash(Rc<RefCell<(Vec<u8>, usize)>>);

impl Flash {
    fn new() -> Self {
        Self(Rc::new(RefCell::new((vec![0xFF; 4 * UNIT], usize::MAX))))
    }

    fn storage(&self) -> Storage<Self, Self> {
        let unit = UNIT as u32;
        Storage::new((self.clone(), 0..2 * unit), (self.clone(), 2 * unit..4 * unit)).unwrap()
    }

    fn cut_after(&self, octets: usize) {
        self.0.borrow_mut().1 = octets;
    }

    fn change(&self, at: usize, octets: impl Iterator<Item = (u8, bool)>) -> Result<(), Cut> {
        let (memory, left) = &mut *self.0.borrow_mut();
        for (place, (octet, erases)) in memory[at..].iter_mut().zip(octets) {
            *left = left.checked_sub(1).ok_or(Cut)?;
            *place = if erases { 0xFF } else { *place & octet };
        }
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = Cut;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Cut> {
        octets.copy_from_slice(&self.0.borrow().0[offset as usize..][..octets.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        4 * UNIT
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = UNIT;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Cut> {
        self.change(from as usize, (from..to).map(|_| (0xFF, true)))
    }

    async fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Cut> {
        self.change(offset as usize, octets.iter().map(|&octet| (octet, false)))
    }
}

impl MultiwriteNorFlash for Flash {}

fn boots(flash: &Flash) -> u16 {
    block_on(flash.storage().start()).unwrap()
}

fn table(flash: &Flash) -> Option<Vec<u8>> {
    block_on(flash.storage().get(Entry::Table, <[u8]>::to_vec))
}

#[test]
fn starts_are_counted() {
    let flash = Flash::new();
    assert_eq!([boots(&flash), boots(&flash), boots(&flash)], [1, 2, 3]);
}

#[test]
fn a_flash_that_keeps_nothing_is_noticed() {
    let flash = Flash::new();
    flash.cut_after(0);
    assert!(block_on(flash.storage().start()).is_err());
}

#[test]
fn an_entry_is_the_old_or_the_new_one_whenever_power_is_cut() {
    let flash = Flash::new();
    let mut chance = fastrand::Rng::with_seed(1);
    let mut before: Option<Vec<u8>> = None;
    let mut cuts = 0;
    for round in 0..400_u16 {
        let next = vec![round as u8; 20 + usize::from(round)];
        flash.cut_after(chance.usize(..2 * next.len()));
        let written = block_on(flash.storage().put(Entry::Table, &next));
        cuts += usize::from(written.is_err());
        flash.cut_after(usize::MAX);
        let now = table(&flash);
        if written.is_ok() {
            assert_eq!(now.as_ref(), Some(&next));
        } else {
            assert!(now == before || now.as_ref() == Some(&next), "round {round}");
        }
        before = now;
    }
    assert!(cuts > 100);
}

#[test]
fn the_log_gives_back_in_order_what_was_put_in_whenever_power_is_cut() {
    let flash = Flash::new();
    let mut chance = fastrand::Rng::with_seed(2);
    let mut expected = std::collections::VecDeque::new();
    for round in 0..2_000_u32 {
        let report: Vec<u8> = round.to_be_bytes().into_iter().chain([7; 40]).collect();
        flash.cut_after(if chance.u8(..4) == 0 { chance.usize(..60) } else { usize::MAX });
        let pushed = block_on(flash.storage().push(&report));
        flash.cut_after(usize::MAX);
        if pushed.is_ok() {
            expected.push_back(report);
        } else {
            // It is there, or is not; if it is, it is the newest.
            let mut storage = flash.storage();
            let mut buffer = [0; 256];
            if expected.is_empty() && block_on(storage.oldest(&mut buffer)).is_some() {
                expected.push_back(report);
            }
        }
        while expected.len() > 20 || chance.u8(..3) == 0 {
            let mut storage = flash.storage();
            let mut buffer = [0; 256];
            let oldest = block_on(storage.oldest(&mut buffer)).map(<[u8]>::to_vec);
            let Some(first) = expected.pop_front() else { break };
            let oldest = oldest.expect("what was put in is there");
            if oldest != first {
                // One that was being written when the power was cut.
                expected.push_front(first);
            }
            block_on(storage.drop_oldest());
        }
    }
}

#[test]
fn a_full_log_loses_the_oldest() {
    let flash = Flash::new();
    let mut storage = flash.storage();
    for round in 0..1_000_u32 {
        block_on(storage.push(&[&round.to_be_bytes()[..], &[7; 40]].concat())).unwrap();
    }
    let mut buffer = [0; 256];
    let mut numbers = Vec::new();
    while let Some(octets) = block_on(storage.oldest(&mut buffer)) {
        numbers.push(u32::from_be_bytes(*octets.first_chunk().unwrap()));
        block_on(storage.drop_oldest());
    }
    assert_eq!(numbers.last(), Some(&999));
    assert!(numbers.len() > 70, "{} are left", numbers.len());
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
}
