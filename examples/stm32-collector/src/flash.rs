//! The internal flash as places of equal sectors.
//!
//! ```text
//!  sector   0         1          2, 3    4, 5      6, 7       8, 9                10, 11
//!           vectors   identity   names   program   counters   starts and table    log
//!           16 KiB    16 KiB     16 KiB each       128 KiB each; 4 has 64 KiB
//! ```

use core::ops::Range;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use embedded_storage_async::nor_flash as asynchronous;
use stm32f4xx_hal::flash::FlashExt;
use stm32f4xx_hal::pac;

/// Where the flash begins.
const BEGIN: u32 = 0x0800_0000;
/// Where its sectors are as large as they get.
const LARGE: u32 = 0x2_0000;

/// Where the identity is, from the flash's begin.
pub const IDENTITY: u32 = collector_identity::ADDRESS - BEGIN;
/// The names of the device.
pub const NAMES: Range<u32> = 0x8000..0x1_0000;
/// The counters of frames.
pub const COUNTERS: Range<u32> = 0x4_0000..0x8_0000;
/// How often the device started, and its table.
pub const STARTS: Range<u32> = 0x8_0000..0xC_0000;
/// The log.
pub const LOG: Range<u32> = 0xC_0000..0x10_0000;

/// The flash, whose sectors are of several sizes.
#[derive(Clone, Copy)]
pub struct Flash;

/// The part of it whose sectors are large.
#[derive(Clone, Copy)]
pub struct Large;

/// The flash could not be written.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

impl NorFlashError for Failed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Flash {
    type Error = Failed;
}

impl ReadNorFlash for Flash {
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

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    /// Of the small sectors; a large one is erased by a range that covers it.
    const ERASE_SIZE: usize = 0x4000;

    /// The core waits meanwhile: two seconds for a large sector, four at most.
    fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        // SAFETY: tasks take turns, and none keeps the flash across a wait.
        let mut flash = unsafe { pac::FLASH::steal() };
        let mut offset = from;
        while offset < to {
            let (sector, size) = match offset {
                ..0x1_0000 => (offset / 0x4000, 0x4000),
                0x1_0000..LARGE => (4, 0x1_0000),
                _ => (4 + offset / LARGE, LARGE),
            };
            if !offset.is_multiple_of(size) || to - offset < size {
                return Err(Failed);
            }
            flash.unlocked().erase(sector as u8).map_err(|_| Failed)?;
            offset += size;
        }
        // What was read before is still in the data cache, which is emptied only while it is off.
        let access = flash.acr();
        access.modify(|_, w| w.dcen().clear_bit());
        access.modify(|_, w| w.dcrst().set_bit());
        access.modify(|_, w| w.dcrst().clear_bit().dcen().set_bit());
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Failed> {
        // SAFETY: see above.
        let mut flash = unsafe { pac::FLASH::steal() };
        flash.unlocked().program(offset as usize, octets.iter()).map_err(|_| Failed)
    }
}

impl ErrorType for Large {
    type Error = Failed;
}

impl asynchronous::ReadNorFlash for Large {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), Failed> {
        Flash.read(offset, octets)
    }

    fn capacity(&self) -> usize {
        Flash.capacity()
    }
}

impl asynchronous::NorFlash for Large {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = LARGE as usize;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        Flash.erase(from, to)
    }

    async fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), Failed> {
        Flash.write(offset, octets)
    }
}

impl asynchronous::MultiwriteNorFlash for Large {}
