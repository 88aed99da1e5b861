//! The data of a frame, which travels with 33 added to each octet.

use core::fmt;
use core::slice::SliceIndex;

use meter_value::Octets;

/// Data octets, borrowed from a frame or from memory; every value that comes out is plain. Equal if the
/// plain values are.
///
/// ```
/// use dlt645::Data;
///
/// let data = Data::wire(&[0x33, 0x34, 0x34, 0x35]);
/// assert_eq!(data, Data::plain(&[0x00, 0x01, 0x01, 0x02]));
/// assert_eq!(data.at(3), Some(0x02));
/// assert_eq!(data.range(1..3), Some(Data::plain(&[0x01, 0x01])));
/// ```
#[derive(Clone, Copy)]
pub struct Data<'a> {
    octets: &'a [u8],
    /// What has to be taken from each octet.
    offset: u8,
}

impl<'a> Data<'a> {
    /// What is added to each octet on the line, modulo 256.
    pub(crate) const OFFSET: u8 = 0x33;

    /// Octets as they are on the line.
    pub const fn wire(octets: &'a [u8]) -> Self {
        Self { octets, offset: Self::OFFSET }
    }

    /// Octets as they are meant.
    pub const fn plain(octets: &'a [u8]) -> Self {
        Self { octets, offset: 0 }
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
        self.octets.get(index).map(|octet| octet.wrapping_sub(self.offset))
    }

    /// The octets in order.
    pub fn iter(self) -> impl Iterator<Item = u8> + 'a {
        self.octets.iter().map(move |octet| octet.wrapping_sub(self.offset))
    }

    /// A part of the data, if it has that part.
    pub fn range(self, range: impl SliceIndex<[u8], Output = [u8]>) -> Option<Self> {
        Some(Self { octets: self.octets.get(range)?, ..self })
    }

    /// The octets as a value of a meter.
    pub const fn octets(self) -> Octets<'a> {
        Octets::offset(self.octets, self.offset)
    }

    /// All octets, if there are `N`.
    pub(crate) fn whole<const N: usize>(self) -> Option<[u8; N]> {
        self.split().filter(|(_, rest)| rest.is_empty()).map(|(octets, _)| octets)
    }

    /// The first `N` octets, and the rest.
    pub(crate) fn split<const N: usize>(self) -> Option<([u8; N], Self)> {
        let (head, octets) = self.octets.split_first_chunk()?;
        Some((head.map(|octet| octet.wrapping_sub(self.offset)), Self { octets, ..self }))
    }
}

impl PartialEq for Data<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Data<'_> {}

impl fmt::Debug for Data<'_> {
    /// The plain octets as hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, octet) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{octet:02X}")?;
        }
        f.write_str("]")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Data<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|octet| defmt::write!(f, "{=u8:02X} ", octet));
    }
}
