//! Frame count bits.

use crate::{Address, Control};

/// The next frame count bits of one meter. Meters may count requests of each class and what is sent to them
/// apart from each other, so each has a bit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits(u8);

const CLASS_1: u8 = 1;
const CLASS_2: u8 = 2;
const SENT: u8 = 4;
const KNOWN: u8 = 8;

impl Bits {
    /// Those after a reset or a selection: all are set.
    pub const FRESH: Self = Self(KNOWN | CLASS_1 | CLASS_2 | SENT);

    const fn mask(control: Control) -> u8 {
        match control.with_fcb(false) {
            Control::REQ_UD1 => CLASS_1,
            Control::REQ_UD2 => CLASS_2,
            Control::SND_UD | Control::SND_UD2 => SENT,
            _ => 0,
        }
    }

    /// The bit of the next frame with a C field.
    pub const fn of(self, control: Control) -> bool {
        self.0 & Self::mask(control) != 0
    }

    /// Notes that a frame with that C field was answered.
    pub fn toggle(&mut self, control: Control) {
        self.0 ^= Self::mask(control);
    }
}

/// The frame count bits of all meters, by their primary addresses, as far as they are known.
#[derive(Clone, Debug)]
pub(super) struct Table([u8; 256]);

impl Table {
    pub const fn new() -> Self {
        Self([0; 256])
    }

    /// The bits of a meter, which are unknown from now on.
    pub fn take(&mut self, address: Address) -> Option<Bits> {
        let bits = core::mem::take(self.0.get_mut(usize::from(address.0))?);
        (bits != 0).then_some(Bits(bits))
    }

    /// Notes the bits of a meter.
    pub fn put(&mut self, address: Address, bits: Bits) {
        if let Some(known) = self.0.get_mut(usize::from(address.0)) {
            *known = bits.0;
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}
