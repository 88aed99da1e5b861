//! Two slots in a NOR flash, behind the traits of `embedded-storage`.

use embedded_storage::nor_flash::NorFlash;

use crate::{Slot, Slots, StoreError};

/// Most octets from one record to the next.
const MAX_PLACE: usize = 128;

/// Two slots in a flash of two erase units. Each unit is a log: a slot is written to the next free place,
/// and its unit is erased only when it is full, so that 2 KiB take a hundred writes to an erasure.
///
/// A record of [`Records`](crate::Records) takes 12 octets, rounded up to what the flash writes at once.
#[derive(Clone, Copy, Debug)]
pub struct FlashSlots<F> {
    flash: F,
    start: u32,
}

impl<F: NorFlash> FlashSlots<F> {
    /// Slots in the two erase units from `start` on, which nothing else uses.
    ///
    /// # Errors
    /// [`StoreError::Layout`] if they are not aligned, not in the flash, or the flash writes more than 128
    /// octets at once.
    pub fn new(flash: F, start: u32) -> Result<Self, StoreError> {
        let fits = (start as usize).is_multiple_of(F::ERASE_SIZE)
            && (start as usize).checked_add(2 * F::ERASE_SIZE).is_some_and(|end| end <= flash.capacity())
            && F::WRITE_SIZE.is_multiple_of(F::READ_SIZE)
            && (1..=MAX_PLACE).contains(&F::WRITE_SIZE);
        if fits { Ok(Self { flash, start }) } else { Err(StoreError::Layout) }
    }

    /// The place after the last one written, in octets from the start of the slot's unit.
    fn free(&mut self, slot: Slot, place: usize) -> usize {
        let places = F::ERASE_SIZE.checked_div(place).unwrap_or(0);
        // What was written comes before what was not, also when the last place is damaged.
        let mut octets = [0; MAX_PLACE];
        let octets = octets.get_mut(..place).unwrap_or_default();
        for index in (0..places).rev() {
            let read = self.flash.read(self.offset(slot, index * place), octets);
            if read.is_err() || octets.iter().any(|&octet| octet != 0xFF) {
                return (index + 1) * place;
            }
        }
        0
    }

    fn offset(&self, slot: Slot, offset: usize) -> u32 {
        let unit = match slot {
            Slot::A => 0,
            Slot::B => F::ERASE_SIZE as u32,
        };
        self.start.saturating_add(unit).saturating_add(offset as u32)
    }

    /// Octets from one record of `len` octets to the next.
    fn place(len: usize) -> Result<usize, StoreError> {
        let place = len.max(1).checked_next_multiple_of(F::WRITE_SIZE).ok_or(StoreError::Layout)?;
        if place > MAX_PLACE.min(F::ERASE_SIZE) {
            return Err(StoreError::Layout);
        }
        Ok(place)
    }
}

impl<F: NorFlash> Slots for FlashSlots<F> {
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        let place = Self::place(octets.len())?;
        let Some(last) = self.free(slot, place).checked_sub(place) else {
            octets.fill(0xFF);
            return Ok(());
        };
        let mut buffer = [0; MAX_PLACE];
        let buffer = buffer.get_mut(..place).ok_or(StoreError::Layout)?;
        self.flash.read(self.offset(slot, last), buffer).map_err(|_| StoreError::Memory)?;
        for (to, from) in octets.iter_mut().zip(buffer) {
            *to = *from;
        }
        Ok(())
    }

    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        let place = Self::place(octets.len())?;
        let mut buffer = [0xFF; MAX_PLACE];
        let buffer = buffer.get_mut(..place).ok_or(StoreError::Layout)?;
        for (to, from) in buffer.iter_mut().zip(octets) {
            *to = *from;
        }
        let mut free = self.free(slot, place);
        if free + place > F::ERASE_SIZE {
            let (from, to) = (self.offset(slot, 0), self.offset(slot, F::ERASE_SIZE));
            self.flash.erase(from, to).map_err(|_| StoreError::Memory)?;
            free = 0;
        }
        self.flash.write(self.offset(slot, free), buffer).map_err(|_| StoreError::Memory)
    }
}
