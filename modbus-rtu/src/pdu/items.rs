//! Records one after the other.

use core::fmt;

use meter_value::line::Writer;

use crate::DecodeError;

/// What comes several times in one PDU. Not to be implemented elsewhere.
pub trait Item<'a>: Copy + Eq + fmt::Debug {
    #[doc(hidden)]
    fn split(octets: &'a [u8]) -> Result<(Self, &'a [u8]), DecodeError>;

    #[doc(hidden)]
    fn put(&self, writer: &mut Writer<'_>);
}

/// Records one after the other, borrowed from a frame or from memory; equal if the records are.
#[derive(Clone, Copy)]
pub struct Items<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    Wire(&'a [u8]),
    Memory(&'a [T]),
}

impl<'a, T: Item<'a>> Items<'a, T> {
    /// Reads octets that are records up to the last one.
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut rest = octets;
        while !rest.is_empty() {
            (_, rest) = T::split(rest)?;
        }
        Ok(Self(Source::Wire(octets)))
    }

    /// The records in order.
    pub fn iter(self) -> impl Iterator<Item = T> + 'a {
        let (mut octets, mut items): (&[u8], &[T]) = match self.0 {
            Source::Wire(octets) => (octets, &[]),
            Source::Memory(items) => (&[], items),
        };
        core::iter::from_fn(move || {
            if let Some(item) = items.split_off_first() {
                return Some(*item);
            }
            let item;
            (item, octets) = T::split(octets).ok()?;
            Some(item)
        })
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }

    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Wire(octets) => writer.put(octets),
            Source::Memory(items) => items.iter().for_each(|item| item.put(writer)),
        }
    }
}

impl<'a, T> From<&'a [T]> for Items<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Source::Memory(items))
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for Items<'a, T> {
    fn from(items: &'a [T; N]) -> Self {
        Self(Source::Memory(items))
    }
}

impl<'a, T: Item<'a>> PartialEq for Items<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Item<'a>> Eq for Items<'a, T> {}

impl<'a, T: Item<'a>> fmt::Debug for Items<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl<'a, T: Item<'a> + defmt::Format> defmt::Format for Items<'a, T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|item| defmt::write!(f, "{} ", item));
    }
}
