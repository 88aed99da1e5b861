//! A device whose power is cut in the middle of a write, again and again: no counter comes twice under its key.
//!
//! ```console
//! $ cargo run -p meterwire-frame-crypto --features storage --example power_cut
//! ```

use std::error::Error;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use embedded_storage::nor_flash::{check_erase, check_read, check_write};
use frame_crypto::{FlashSlots, Key, Kind, Link, Opener, Records, SealError, Sealer, StoreError};

const LINK: Link = Link { network: 1, device: 7, epoch: 0 };

fn main() -> Result<(), Box<dyn Error>> {
    let key: Key = Key::new(*b"the device's key");
    let mut base = Opener::new(&key, Kind::Uplink, LINK, 0);
    let mut flash = Flash { octets: [0xFF; 4096], power: usize::MAX };

    // Once, together with a new key.
    Records::create(slots(&mut flash)?)?;

    let mut sent = Vec::new();
    for octets in (0..=32).step_by(4) {
        flash.power = octets;
        match run(&key, &mut flash, &mut base, &mut sent) {
            Ok(()) => println!("power for {octets} octets of a write is enough"),
            // The device is silent rather than uncertain.
            Err(error) => println!("power for {octets} octets of a write: {error}"),
        }
        flash.power = usize::MAX;
        run(&key, &mut flash, &mut base, &mut sent)?;
        println!("  power is back: counter {} is the newest", sent.last().unwrap_or(&0));
    }
    if !sent.is_sorted_by(|before, after| before < after) {
        return Err("a counter came twice".into());
    }
    println!("{} frames, and every counter is higher than the one before", sent.len());
    Ok(())
}

/// From a start to the next: the device seals three frames, and the base opens them.
fn run(key: &Key, flash: &mut Flash, base: &mut Opener, sent: &mut Vec<u64>) -> Result<(), SealError> {
    // The first frame reserves counters for the next 1024 in the flash. A start skips what is left of them.
    let mut device = Sealer::new(key, Kind::Uplink, LINK, Records::new(slots(flash)?))?;
    let (mut air, mut clear) = ([0; 32], [0; 32]);
    for reading in [b"1234.56 kWh", b"1234.57 kWh", b"1234.58 kWh"] {
        let frame = device.seal(false, reading, &mut air)?;
        match base.open(frame, &mut clear) {
            Ok(opened) => sent.push(opened.counter),
            Err(error) => println!("the base refuses a frame: {error}"),
        }
    }
    Ok(())
}

/// The last two erase units of the flash, which nothing else uses.
fn slots(flash: &mut Flash) -> Result<FlashSlots<&mut Flash>, StoreError> {
    FlashSlots::new(flash, 2048..4096)
}

/// A flash that writes 8 octets at once and erases 1024, as long as there is power. On a board it is the
/// driver of its flash, through `embedded-storage`.
struct Flash {
    octets: [u8; 4096],
    power: usize,
}

impl Flash {
    /// Changes octets one by one; one that power is cut at is anything.
    fn change(
        &mut self,
        from: u32,
        to: u32,
        mut change: impl FnMut(u8) -> u8,
    ) -> Result<(), NorFlashErrorKind> {
        let octets = self.octets.get_mut(from as usize..to as usize).ok_or(NorFlashErrorKind::OutOfBounds)?;
        for octet in octets {
            let Some(power) = self.power.checked_sub(1) else {
                *octet &= 0x5A;
                return Err(NorFlashErrorKind::Other);
            };
            self.power = power;
            *octet = change(*octet);
        }
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let held = self.octets.iter().skip(offset as usize);
        bytes.iter_mut().zip(held).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.octets.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.change(from, to, |_| 0xFF)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let mut bytes = bytes.iter();
        let end = offset + bytes.len() as u32;
        self.change(offset, end, |octet| octet & bytes.next().unwrap_or(&0xFF))
    }
}
