//! Text as meters send it.

use core::fmt::{self, Write};

use crate::Octets;

/// ISO 8859-1 text, still in the meter's octets.
///
/// ```
/// use meter_value::Text;
///
/// assert_eq!(Text::last_first(b"hWk").to_string(), "kWh");
/// assert_eq!(Text::first_first(b"kWh"), Text::last_first(b"hWk"));
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    octets: Octets<'a>,
    len: usize,
    is_swapped: bool,
    is_reversed: bool,
}

impl<'a> Text<'a> {
    /// Text in the order of its octets.
    pub const fn new(octets: Octets<'a>) -> Self {
        Self { octets, len: octets.len(), is_swapped: false, is_reversed: false }
    }

    /// Text sent from its first character to its last.
    pub const fn first_first(octets: &'a [u8]) -> Self {
        Self::new(Octets::plain(octets))
    }

    /// Text sent from its last character to its first.
    pub const fn last_first(octets: &'a [u8]) -> Self {
        Self::new(Octets::plain(octets).reversed())
    }

    /// Text of `len` characters with each two of them swapped, as some registers of 16 bits hold it.
    ///
    /// ```
    /// use meter_value::Text;
    ///
    /// assert_eq!(Text::pairs_swapped(b"Wk\0h", 3).to_string(), "kWh");
    /// ```
    pub const fn pairs_swapped(octets: &'a [u8], len: usize) -> Self {
        Self { octets: Octets::plain(octets), len, is_swapped: true, is_reversed: false }
    }

    /// The same characters from the last to the first, for meters that send them in the other order than
    /// others.
    ///
    /// ```
    /// use meter_value::Text;
    ///
    /// assert_eq!(Text::pairs_swapped(b"Wk\0h", 3).reversed().to_string(), "hWk");
    /// ```
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { octets: self.octets.reversed(), is_reversed: !self.is_reversed, ..self }
    }

    /// The octets in the order of the text, pairs that are swapped as they were sent.
    pub const fn octets(self) -> Octets<'a> {
        self.octets
    }

    /// The characters as a person reads them.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let Self { octets, len, is_swapped, is_reversed } = self;
        // What fills up the last pair is no character, and comes first if they are reversed.
        let filler = if is_swapped && is_reversed { octets.len().saturating_sub(len) } else { 0 };
        (0..len).map_while(move |index| {
            let place = (index + filler) ^ usize::from(is_swapped);
            octets.at(place).map(char::from)
        })
    }
}

impl PartialEq for Text<'_> {
    /// Equal if they read the same.
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Text<'_> {}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| f.write_char(character))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.chars().for_each(|character| defmt::write!(f, "{=char}", character));
    }
}
