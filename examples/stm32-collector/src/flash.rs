//! The internal flash as places of equal sectors.
//!
//! ```text
//!  sector   0         1          2, 3      4, 5      6, 7       8, 9    10, 11
//!           vectors   identity   entries   program   counters   names   log
//!           16 KiB    16 KiB     16 KiB each         128 KiB each; 4 has 64 KiB
//! ```

use core::ops::Range;

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use embedded_storage_async::nor_flash as asynchronous;
use stm32f4xx_hal::flash::FlashExt;
use stm32f4xx_hal::pac;

/// Where the flash begins.
const BEGIN: u32 = 0x0800_0000;
/// Where its sectors are as large as they get.
const LARGE: u32 = 0x2_0000;

/// The entries, from the flash's begin.
pub const ENTRIES: Range<u32> = 0x8000..0x1_0000;
/// The counters of frames.
pub const COUNTERS: u32 = 0x4_0000;
/// The names of the device.
pub const NAMES: u32 = 0x8_0000;
/// The log.
pub const LOG: Range<u32> = 0xC_0000..0x10_0000;

/// The part of the flash whose sectors have this size.
#[derive(Clone, Copy)]
pub struct Sectors<const SIZE: usize>;

/// The small ones.
pub type Small = Sectors<0x4000>;
/// The large ones.
pub type Large = Sectors<0x2_0000>;

/// The flash could not be written.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

impl NorFlashError for Failed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl<const SIZE: usize> ErrorType for Sectors<SIZE> {
    type Error = Failed;
}

impl<const SIZE: usize> ReadNorFlash for Sectors<SIZE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Failed> {
        let end = offset.checked_add(octets.len() as u32).filter(|&end| end as usize <= self.capacity());
        end.ok_or(Failed)?;
        let begin = (BEGIN + offset) as *const u8;
        for (index, octet) in octets.iter_mut().enumerate() {
            // SAFETY: it lies within the flash, as was checked.
            *octet = unsafe { begin.add(index).read_volatile() };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        LOG.end as usize
    }
}

impl<const SIZE: usize> NorFlash for Sectors<SIZE> {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = SIZE;

    /// The core waits meanwhile: one to two seconds for a large sector.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        // SAFETY: tasks take turns, and none keeps the flash across a wait.
        let mut flash = unsafe { pac::FLASH::steal() };
        for offset in (from..to).step_by(SIZE) {
            let sector = if offset < LARGE { offset / 0x4000 } else { 4 + offset / LARGE };
            flash.unlocked().erase(sector as u8).map_err(|_| Failed)?;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Failed> {
        // SAFETY: see above.
        let mut flash = unsafe { pac::FLASH::steal() };
        flash.unlocked().program(offset as usize, octets.iter()).map_err(|_| Failed)
    }
}

impl<const SIZE: usize> MultiwriteNorFlash for Sectors<SIZE> {}

impl<const SIZE: usize> asynchronous::ReadNorFlash for Sectors<SIZE> {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Failed> {
        ReadNorFlash::read(self, offset, octets)
    }

    fn capacity(&self) -> usize {
        ReadNorFlash::capacity(self)
    }
}

impl<const SIZE: usize> asynchronous::NorFlash for Sectors<SIZE> {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        NorFlash::erase(self, from, to)
    }

    async fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Failed> {
        NorFlash::write(self, offset, octets)
    }
}

impl<const SIZE: usize> asynchronous::MultiwriteNorFlash for Sectors<SIZE> {}
