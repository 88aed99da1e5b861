//! Values of registers, where they are.

use core::fmt;

use meter_value::line::Writer;

/// Register values, borrowed from a frame or from memory; equal if the values are.
#[derive(Clone, Copy)]
pub struct Registers<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire(&'a [[u8; 2]]),
    Memory(&'a [u16]),
}

impl<'a> Registers<'a> {
    /// Registers as a frame carries them, high octet first; an odd octet at the end is left out.
    pub const fn from_octets(octets: &'a [u8]) -> Self {
        Self(Source::Wire(octets.as_chunks().0))
    }

    /// How many registers.
    pub const fn len(self) -> usize {
        match self.0 {
            Source::Wire(pairs) => pairs.len(),
            Source::Memory(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of register `index`, counted from 0.
    pub fn at(self, index: usize) -> Option<u16> {
        match self.0 {
            Source::Wire(pairs) => pairs.get(index).copied().map(u16::from_be_bytes),
            Source::Memory(values) => values.get(index).copied(),
        }
    }

    /// `quantity` registers from register `index` on, if there are so many.
    pub fn slice(self, index: usize, quantity: usize) -> Option<Self> {
        let range = index..index.checked_add(quantity)?;
        Some(Self(match self.0 {
            Source::Wire(pairs) => Source::Wire(pairs.get(range)?),
            Source::Memory(values) => Source::Memory(values.get(range)?),
        }))
    }

    /// The octets, high octet of each register first, if they come from a frame.
    pub const fn octets(self) -> Option<&'a [u8]> {
        match self.0 {
            Source::Wire(pairs) => Some(pairs.as_flattened()),
            Source::Memory(_) => None,
        }
    }

    /// The values in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u16> + 'a {
        let (pairs, values): (&[[u8; 2]], &[u16]) = match self.0 {
            Source::Wire(pairs) => (pairs, &[]),
            Source::Memory(values) => (&[], values),
        };
        pairs.iter().copied().map(u16::from_be_bytes).chain(values.iter().copied())
    }

    #[inline]
    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Wire(pairs) => writer.put(pairs.as_flattened()),
            Source::Memory(values) => {
                let (pairs, _) = writer.reserve(2 * values.len()).as_chunks_mut();
                for (pair, value) in pairs.iter_mut().zip(values) {
                    *pair = value.to_be_bytes();
                }
            }
        }
    }
}

impl<'a> From<&'a [u16]> for Registers<'a> {
    fn from(values: &'a [u16]) -> Self {
        Self(Source::Memory(values))
    }
}

impl<'a, const N: usize> From<&'a [u16; N]> for Registers<'a> {
    fn from(values: &'a [u16; N]) -> Self {
        Self(Source::Memory(values))
    }
}

impl PartialEq for Registers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Registers<'_> {}

impl fmt::Debug for Registers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Registers<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|value| defmt::write!(f, "{=u16:04X} ", value));
    }
}

/// The places of an answer's registers, filled from the first to the last.
#[derive(Debug)]
pub struct RegistersOut<'a> {
    places: &'a mut [[u8; 2]],
    /// How many values came, also those too many.
    len: usize,
}

impl<'a> RegistersOut<'a> {
    /// The places in `octets`; an odd octet at the end is left out.
    pub fn new(octets: &'a mut [u8]) -> Self {
        Self { places: octets.as_chunks_mut().0, len: 0 }
    }

    /// How many registers are wanted.
    pub const fn wanted(&self) -> usize {
        self.places.len()
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
        self.len == self.places.len()
    }

    /// Fills the next place.
    #[inline]
    pub fn push(&mut self, value: u16) {
        if let Some(place) = self.places.get_mut(self.len) {
            *place = value.to_be_bytes();
        }
        self.len = self.len.saturating_add(1);
    }
}

impl Extend<u16> for RegistersOut<'_> {
    fn extend<I: IntoIterator<Item = u16>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<'a> Extend<&'a u16> for RegistersOut<'_> {
    fn extend<I: IntoIterator<Item = &'a u16>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(*value));
    }
}
