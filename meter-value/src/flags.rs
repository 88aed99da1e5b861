//! Words whose bits mean something.

use core::fmt;

use crate::Octets;

/// What some bits of a word mean when they have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    bit: u8,
    width: u8,
    value: u8,
    text: &'static str,
}

impl Flag {
    /// What a bit means when it is set. Bits count from 0, the lowest of the first octet.
    pub const fn set(bit: u8, text: &'static str) -> Self {
        Self::when(bit, 1, 1, text)
    }

    /// What `width` bits from `bit` on, up to 8, mean when they have this value.
    pub const fn when(bit: u8, width: u8, value: u8, text: &'static str) -> Self {
        Self { bit, width, value, text }
    }
}

/// A word of a meter, lowest octet first, and what its bits mean.
///
/// ```
/// use meter_value::{Flag, Flags, Octets};
///
/// static STATE: &[Flag] = &[
///     Flag::set(0, "alarm"),
///     Flag::when(1, 1, 0, "closed"),
///     Flag::when(1, 1, 1, "open"),
/// ];
/// let state = Flags::new(Octets::plain(&[0x83]), STATE);
/// assert!(state.names().eq(["alarm", "open"]));
/// assert_eq!(state.to_string(), "alarm, open, bit 7");
/// assert_eq!((state.bit(7), state.bit(8)), (Some(true), None));
/// ```
#[derive(Clone, Copy)]
pub struct Flags<'a> {
    octets: Octets<'a>,
    names: &'static [Flag],
}

impl<'a> Flags<'a> {
    /// A word and what its bits mean.
    pub const fn new(octets: Octets<'a>, names: &'static [Flag]) -> Self {
        Self { octets, names }
    }

    /// The octets, the lowest first.
    pub const fn octets(self) -> Octets<'a> {
        self.octets
    }

    /// Whether a bit is set; `None` if the word has no such bit.
    pub fn bit(self, bit: usize) -> Option<bool> {
        self.octets.at(bit / 8).map(|octet| octet >> (bit % 8) & 1 == 1)
    }

    /// What the bits mean that have a meaning.
    pub fn names(self) -> impl Iterator<Item = &'static str> + 'a {
        self.names.iter().filter(move |flag| self.field(flag) == Some(flag.value)).map(|flag| flag.text)
    }

    fn field(self, flag: &Flag) -> Option<u8> {
        (0..flag.width).rev().try_fold(0_u8, |value, place| {
            let bit = self.bit(usize::from(flag.bit) + usize::from(place))?;
            Some(value << 1 | u8::from(bit))
        })
    }

    /// Bits that are set and mean nothing known.
    fn unnamed(self) -> impl Iterator<Item = usize> + 'a {
        let is_named = move |bit: &usize| {
            self.names.iter().any(|flag| {
                let first = usize::from(flag.bit);
                (first..first + usize::from(flag.width)).contains(bit)
            })
        };
        (0..8 * self.octets.len()).filter(move |bit| self.bit(*bit) == Some(true) && !is_named(bit))
    }
}

impl PartialEq for Flags<'_> {
    /// Equal if the words are.
    fn eq(&self, other: &Self) -> bool {
        self.octets == other.octets
    }
}

impl Eq for Flags<'_> {}

impl fmt::Display for Flags<'_> {
    /// What the bits mean, with commas; the numbers of bits that are set and mean nothing known; or `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for name in self.names() {
            write!(f, "{comma}{name}")?;
            comma = ", ";
        }
        for bit in self.unnamed() {
            write!(f, "{comma}bit {bit}")?;
            comma = ", ";
        }
        if comma.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Debug for Flags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({}: {self})", self.octets)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Flags<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Flags<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.octets.format(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn fields_of_more_than_a_bit_reach_over_octets() {
        static NAMES: &[Flag] = &[Flag::when(7, 2, 0, "main"), Flag::when(7, 2, 2, "battery")];
        let text = |octets: &[u8]| Flags::new(Octets::plain(octets), NAMES).to_string();
        assert_eq!(text(&[0x00, 0x00]), "main");
        assert_eq!(text(&[0x00, 0x01]), "battery");
        assert_eq!(text(&[0x80, 0x00]), "none");
        assert_eq!(text(&[0x01]), "bit 0", "the field is cut");
    }
}
