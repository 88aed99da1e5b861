//! Octets as a meter means them.

use core::fmt;

/// Octets as a meter means them, borrowed as it sent them: some protocols add an offset to each, or send the
/// last one first.
///
/// ```
/// use meter_value::Octets;
///
/// let octets = Octets::plain(&[0x12, 0x90]);
/// assert_eq!(octets.to_string(), "1290");
/// assert_eq!(Octets::offset(&[0x45, 0xC3], 0x33), octets);
/// assert_eq!(octets.reversed().to_string(), "9012");
/// ```
#[derive(Clone, Copy)]
pub struct Octets<'a> {
    octets: &'a [u8],
    /// What was added to each.
    offset: u8,
    is_reversed: bool,
}

impl<'a> Octets<'a> {
    /// Octets that were sent as they are meant.
    pub const fn plain(octets: &'a [u8]) -> Self {
        Self::offset(octets, 0)
    }

    /// Octets that had `offset` added to each, modulo 256.
    pub const fn offset(octets: &'a [u8], offset: u8) -> Self {
        Self { octets, offset, is_reversed: false }
    }

    /// The same octets in the other order.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { is_reversed: !self.is_reversed, ..self }
    }

    /// How many octets.
    pub const fn len(self) -> usize {
        self.octets.len()
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.octets.is_empty()
    }

    /// The octet at `index`, counted from 0.
    pub fn at(self, index: usize) -> Option<u8> {
        let place = if self.is_reversed { self.len().checked_sub(1)?.checked_sub(index)? } else { index };
        self.octets.get(place).map(|octet| octet.wrapping_sub(self.offset))
    }

    /// The octets in order.
    pub fn iter(self) -> impl Iterator<Item = u8> + 'a {
        (0..self.len()).map_while(move |index| self.at(index))
    }
}

impl<'a> From<&'a [u8]> for Octets<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self::plain(octets)
    }
}

impl PartialEq for Octets<'_> {
    /// Equal if they mean the same.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Octets<'_> {}

impl fmt::Display for Octets<'_> {
    /// Hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Octets<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Octets<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|octet| defmt::write!(f, "{=u8:02X}", octet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_offset_are_taken_off() {
        let octets = Octets::offset(&[0x32, 0x33, 0x34], 0x33).reversed();
        assert_eq!(octets, Octets::plain(&[0x01, 0x00, 0xFF]));
        assert_eq!([octets.at(0), octets.at(2), octets.at(3)], [Some(0x01), Some(0xFF), None]);
        assert_eq!(Octets::plain(&[]).reversed().at(0), None);
        assert_ne!(octets, Octets::plain(&[0x01, 0x00]));
    }
}
