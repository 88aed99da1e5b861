//! Two slots in a NOR flash, behind the traits of `embedded-storage`.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use crate::{Slot, Slots, StoreError};

/// Most octets that are looked at, or written at once.
const CHUNK: usize = 128;

/// Two slots in a part of a flash. Each half is a log: a slot is written to the next free place, and its half is
/// erased only when it is full, so that 2 KiB take a hundred counters to an erasure.
///
/// A record of a counter takes 12 octets, rounded up to what the flash writes at once. All records in a pair of
/// slots have one length.
#[derive(Clone, Copy, Debug)]
pub struct FlashSlots<F> {
    flash: F,
    start: u32,
    /// Octets of a half.
    half: u32,
}

impl<F: NorFlash> FlashSlots<F> {
    /// Slots in the halves of a part of the flash that nothing else uses. Each half is one erase unit or several.
    ///
    /// # Errors
    /// [`StoreError::Layout`] if the halves are none or not aligned, not in the flash, or the flash writes more
    /// than 128 octets at once.
    pub fn new(flash: F, part: Range<u32>) -> Result<Self, StoreError> {
        let (start, end) = (part.start as usize, part.end as usize);
        let fits = start < end
            && start.is_multiple_of(F::ERASE_SIZE)
            && (end - start).is_multiple_of(2 * F::ERASE_SIZE)
            && end <= flash.capacity()
            && F::WRITE_SIZE.is_multiple_of(F::READ_SIZE)
            && (1..=CHUNK).contains(&F::WRITE_SIZE);
        let half = part.end.saturating_sub(part.start) / 2;
        if fits { Ok(Self { flash, start: part.start, half }) } else { Err(StoreError::Layout) }
    }

    /// Where a slot's half begins.
    const fn begin(&self, slot: Slot) -> u32 {
        match slot {
            Slot::A => self.start,
            Slot::B => self.start.saturating_add(self.half),
        }
    }

    /// Octets from one record of `len` octets to the next.
    fn place(&self, len: usize) -> Result<u32, StoreError> {
        let place = len.max(1).checked_next_multiple_of(F::WRITE_SIZE);
        let place = place.and_then(|place| u32::try_from(place).ok());
        place.filter(|&place| place <= self.half).ok_or(StoreError::Layout)
    }

    /// The place after the last one written, in octets from the start of the slot's half.
    fn free(&mut self, slot: Slot, place: u32) -> u32 {
        // What was written comes before what was not, also when the last place is damaged.
        let begin = self.begin(slot);
        let mut free = self.half.checked_div(place).unwrap_or(0) * place;
        while free >= place && self.is_blank(begin + free - place, begin + free) {
            free -= place;
        }
        free
    }

    fn is_blank(&mut self, mut from: u32, to: u32) -> bool {
        let mut chunk = [0; CHUNK];
        while from < to {
            let length = ((to - from) as usize).min(CHUNK / F::WRITE_SIZE * F::WRITE_SIZE);
            let octets = chunk.get_mut(..length).unwrap_or_default();
            if self.flash.read(from, octets).is_err() || octets.iter().any(|&octet| octet != 0xFF) {
                return false;
            }
            from += length as u32;
        }
        true
    }
}

impl<F: NorFlash> Slots for FlashSlots<F> {
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        let place = self.place(octets.len())?;
        // If nothing was written, the first place is blank.
        let at = self.begin(slot) + self.free(slot, place).saturating_sub(place);
        let whole = octets.len() - octets.len() % F::WRITE_SIZE;
        let (whole, rest) = octets.split_at_mut_checked(whole).ok_or(StoreError::Layout)?;
        self.flash.read(at, whole).map_err(|_| StoreError::Memory)?;
        if !rest.is_empty() {
            let mut word = [0; CHUNK];
            let word = word.get_mut(..F::WRITE_SIZE).ok_or(StoreError::Layout)?;
            self.flash.read(at + whole.len() as u32, word).map_err(|_| StoreError::Memory)?;
            rest.iter_mut().zip(word).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }

    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        let place = self.place(octets.len())?;
        let begin = self.begin(slot);
        let mut free = self.free(slot, place);
        if free + place > self.half {
            self.flash.erase(begin, begin + self.half).map_err(|_| StoreError::Memory)?;
            free = 0;
        }
        let at = begin + free;
        let whole = octets.len() - octets.len() % F::WRITE_SIZE;
        let (whole, rest) = octets.split_at_checked(whole).ok_or(StoreError::Layout)?;
        self.flash.write(at, whole).map_err(|_| StoreError::Memory)?;
        if !rest.is_empty() {
            let mut word = [0xFF; CHUNK];
            let word = word.get_mut(..F::WRITE_SIZE).ok_or(StoreError::Layout)?;
            word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.flash.write(at + whole.len() as u32, word).map_err(|_| StoreError::Memory)?;
        }
        Ok(())
    }
}
