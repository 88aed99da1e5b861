//! Starts, table and log in a flash whose power is cut.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use collector::{Storage, Table};
use embassy_futures::block_on;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use embedded_storage_async::nor_flash as asynchronous;
use frame_crypto::FlashSlots;
use std::cell::RefCell;
use std::rc::Rc;
use telemetry::{Address, Baud, Line, Meter, Parity, Point};

const UNIT: usize = 4_096;
const RECORD_LEN: usize = Storage::<FlashSlots<Flash>, Flash>::RECORD_LEN;

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

    fn storage(&self) -> Storage<FlashSlots<Self>, Self> {
        let unit = UNIT as u32;
        let slots = FlashSlots::new(self.clone(), 0..2 * unit).unwrap();
        Storage::new(slots, (self.clone(), 2 * unit..4 * unit)).unwrap()
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

    fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Cut> {
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

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Cut> {
        self.change(from as usize, (from..to).map(|_| (0xFF, true)))
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Cut> {
        self.change(offset as usize, octets.iter().map(|&octet| (octet, false)))
    }
}

impl asynchronous::ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Cut> {
        ReadNorFlash::read(self, offset, octets)
    }

    fn capacity(&self) -> usize {
        4 * UNIT
    }
}

impl asynchronous::NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = UNIT;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Cut> {
        NorFlash::erase(self, from, to)
    }

    async fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Cut> {
        NorFlash::write(self, offset, octets)
    }
}

impl asynchronous::MultiwriteNorFlash for Flash {}

fn starts(flash: &Flash) -> u16 {
    flash.storage().start().unwrap()
}

/// A table of so many meters, with an interval to tell it from others.
fn table(meters: u8, interval: u32) -> Table {
    let line = Line { baud: Baud::B2400, parity: Parity::Even };
    let points = [Point::Record { index: 0 }; 11];
    let mut table = Table::new();
    for meter in 0..meters {
        let mut row = [0; collector::MAX_ROW];
        table.push(Meter::encode(Address::Mbus(meter), line, interval, &points, &mut row).unwrap()).unwrap();
    }
    table
}

#[test]
fn starts_are_counted() {
    let flash = Flash::new();
    assert_eq!([starts(&flash), starts(&flash), starts(&flash)], [1, 2, 3]);
    assert_eq!(flash.storage().table(), None);
}

#[test]
fn a_flash_that_keeps_nothing_is_noticed() {
    let flash = Flash::new();
    flash.cut_after(0);
    assert!(flash.storage().start().is_err());
    assert!(flash.storage().keep_table(&table(3, 5)).is_err());
}

#[test]
fn the_longest_table_is_kept() {
    let longest = table(32, u32::MAX);
    assert!(longest.octets().len() > collector::MAX_TABLE - 40, "{} octets", longest.octets().len());
    let flash = Flash::new();
    flash.storage().keep_table(&longest).unwrap();
    assert_eq!(flash.storage().table(), Some(longest));
    // A shorter one leaves nothing of it.
    flash.storage().keep_table(&table(1, 5)).unwrap();
    assert_eq!(flash.storage().table(), Some(table(1, 5)));
}

#[test]
fn starts_and_table_are_the_old_or_the_new_ones_at_whatever_octet_power_is_cut() {
    let flash = Flash::new();
    let (mut kept, mut counted) = (None, starts(&flash));
    let mut cuts = 0;
    // A change writes two records, and erases a unit every now and then: then cuts are further apart.
    let within = 0..2 * RECORD_LEN + 2;
    let beyond = (0..2 * UNIT).step_by(23).map(|octets| octets + 2 * RECORD_LEN);
    for (round, octets) in within.chain(beyond).enumerate() {
        let next = table(round as u8 % 30, 1 + round as u32);
        flash.cut_after(octets);
        let (starts_again, written) = if round % 2 == 0 {
            (false, flash.storage().keep_table(&next).is_ok())
        } else {
            (true, flash.storage().start().is_ok())
        };
        cuts += usize::from(!written);
        // Power may end while the newest copy is made two, as well.
        flash.cut_after(round * 7 % (RECORD_LEN + 2));
        let _ = flash.storage().table();
        flash.cut_after(usize::MAX);
        let found = flash.storage().table();
        let is_new = found == Some(next).filter(|table| !table.is_empty());
        if starts_again {
            assert_eq!(found, kept, "round {round}");
        } else {
            assert!(is_new || (!written && found == kept), "round {round}");
        }
        kept = found;
        let now = starts(&flash);
        let expected = counted.wrapping_add(1);
        if starts_again && written {
            assert_eq!(now, expected + 1, "round {round}");
        } else {
            assert!(now == expected || (starts_again && now == expected + 1), "round {round}");
        }
        counted = now;
    }
    assert!(cuts > 1_000, "{cuts} cuts");
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
