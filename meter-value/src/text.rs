//! Text as meters send it.

use core::fmt::{self, Write};

/// ISO 8859-1 text, in either order of transmission, still in the meter's octets.
///
/// ```
/// use meter_value::Text;
///
/// assert_eq!(Text::last_first(b"hWk").to_string(), "kWh");
/// assert_eq!(Text::first_first(b"kWh"), Text::last_first(b"hWk"));
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    octets: &'a [u8],
    last_first: bool,
}

impl<'a> Text<'a> {
    /// Text sent from its first character to its last.
    pub const fn first_first(octets: &'a [u8]) -> Self {
        Self { octets, last_first: false }
    }

    /// Text sent from its last character to its first.
    pub const fn last_first(octets: &'a [u8]) -> Self {
        Self { octets, last_first: true }
    }

    /// The octets in the order they were sent in.
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// The characters as a person reads them.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let mut octets = self.octets.iter();
        let last_first = self.last_first;
        core::iter::from_fn(move || if last_first { octets.next_back() } else { octets.next() })
            .map(|&octet| char::from(octet))
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
