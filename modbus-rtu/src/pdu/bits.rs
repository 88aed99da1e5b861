//! Values of coils and discrete inputs, eight to an octet.

use core::fmt;

use meter_value::line::Writer;

/// Coils or discrete inputs, borrowed from a frame or from memory; equal if the values are.
#[derive(Clone, Copy)]
pub struct Bits<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire { octets: &'a [u8], len: usize },
    Memory(&'a [bool]),
}

impl<'a> Bits<'a> {
    /// The first `len` bits of octets, or all bits if there are fewer. The first is the lowest of the first
    /// octet.
    ///
    /// ```
    /// use modbus_rtu::Bits;
    ///
    /// assert_eq!(Bits::from_octets(&[0xCD, 0x01], 10), (&[
    ///     true, false, true, true, false, false, true, true, true, false,
    /// ]).into());
    /// ```
    pub const fn from_octets(octets: &'a [u8], len: usize) -> Self {
        let most = octets.len().saturating_mul(8);
        Self(Source::Wire { octets, len: if len < most { len } else { most } })
    }

    /// How many bits.
    pub const fn len(self) -> usize {
        match self.0 {
            Source::Wire { len, .. } => len,
            Source::Memory(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of bit `index`, counted from 0.
    pub fn at(self, index: usize) -> Option<bool> {
        match self.0 {
            Source::Wire { octets, len } if index < len => {
                octets.get(index / 8).map(|octet| octet >> (index % 8) & 1 == 1)
            }
            Source::Wire { .. } => None,
            Source::Memory(values) => values.get(index).copied(),
        }
    }

    /// The values in order.
    pub fn iter(self) -> impl Iterator<Item = bool> + 'a {
        (0..self.len()).map_while(move |index| self.at(index))
    }

    /// The first `len` bits, or all if there are fewer.
    #[must_use]
    pub fn first(self, len: usize) -> Self {
        Self(match self.0 {
            Source::Wire { octets, len: most } => Source::Wire { octets, len: len.min(most) },
            Source::Memory(values) => Source::Memory(values.get(..len).unwrap_or(values)),
        })
    }

    /// Writes the bits; what is left of the last octet is 0.
    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        let len = self.len();
        BitsOut::new(writer.reserve(len.div_ceil(8)), len).extend(self.iter());
    }
}

impl<'a> From<&'a [bool]> for Bits<'a> {
    fn from(values: &'a [bool]) -> Self {
        Self(Source::Memory(values))
    }
}

impl<'a, const N: usize> From<&'a [bool; N]> for Bits<'a> {
    fn from(values: &'a [bool; N]) -> Self {
        Self(Source::Memory(values))
    }
}

impl PartialEq for Bits<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Bits<'_> {}

impl fmt::Debug for Bits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(u8::from)).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Bits<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|value| defmt::write!(f, "{=u8}", value.into()));
    }
}

/// The places of an answer's coils or inputs, filled from the first to the last.
#[derive(Debug)]
pub struct BitsOut<'a> {
    octets: &'a mut [u8],
    wanted: usize,
    /// How many values came, also those too many.
    len: usize,
}

impl<'a> BitsOut<'a> {
    /// The first `wanted` bits of `octets`, or all of them if there are fewer; the rest of the last octet
    /// becomes 0.
    pub fn new(octets: &'a mut [u8], wanted: usize) -> Self {
        let wanted = wanted.min(octets.len().saturating_mul(8));
        Self { octets, wanted, len: 0 }
    }

    /// How many bits are wanted.
    pub const fn wanted(&self) -> usize {
        self.wanted
    }

    /// How many values came, also those too many.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no value came yet.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether as many values came as are wanted.
    pub const fn is_full(&self) -> bool {
        self.len == self.wanted
    }

    /// Fills the next place.
    pub fn push(&mut self, value: bool) {
        if let Some(octet) = self.octets.get_mut(self.len / 8)
            && self.len < self.wanted
        {
            let place = self.len % 8;
            let before = if place == 0 { 0 } else { *octet };
            *octet = before | u8::from(value) << place;
        }
        self.len = self.len.saturating_add(1);
    }
}

impl Extend<bool> for BitsOut<'_> {
    fn extend<I: IntoIterator<Item = bool>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<'a> Extend<&'a bool> for BitsOut<'_> {
    fn extend<I: IntoIterator<Item = &'a bool>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(*value));
    }
}
