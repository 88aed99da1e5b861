//! The rates of the bus.

use core::fmt;

use crate::Ci;

/// A baud rate that a master can have a meter switch to (CI fields B8 to BF). It prints as the rate.
///
/// ```
/// use mbus::{BaudRate, Ci};
///
/// let rate = BaudRate::new(9_600).unwrap();
/// assert_eq!((rate.ci(), rate.to_string()), (Ci::BAUD_9600, "9600 baud".into()));
/// assert_eq!(BaudRate::of(Ci::BAUD_300).map(BaudRate::bits_per_second), Some(300));
/// assert_eq!((BaudRate::new(115_200), BaudRate::of(Ci::COMMAND)), (None, None));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BaudRate(u8);

/// The rates of CI fields B8 to BF.
const RATES: [u32; 8] = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400];

impl BaudRate {
    /// A rate, if a CI field names it.
    pub fn new(bits_per_second: u32) -> Option<Self> {
        let place = RATES.iter().position(|&rate| rate == bits_per_second)?;
        Some(Self(place as u8))
    }

    /// The rate that a CI field names.
    pub const fn of(ci: Ci) -> Option<Self> {
        match ci.0.checked_sub(Ci::BAUD_300.0) {
            Some(place @ 0..8) => Some(Self(place)),
            _ => None,
        }
    }

    /// The CI field that names it.
    pub const fn ci(self) -> Ci {
        Ci(Ci::BAUD_300.0 + (self.0 & 7))
    }

    /// The rate.
    pub const fn bits_per_second(self) -> u32 {
        // Each rate is twice the one before.
        300 << (self.0 & 7)
    }
}

impl fmt::Display for BaudRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} baud", self.bits_per_second())
    }
}

impl fmt::Debug for BaudRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaudRate({self})")
    }
}
