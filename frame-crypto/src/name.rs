//! What a device is called.

use core::fmt;

/// A device's name: up to 32 octets of UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name {
    octets: [u8; Self::MAX_LEN],
    len: u8,
}

impl Name {
    /// Most octets of a name.
    pub const MAX_LEN: usize = 32;

    /// The name, if it is not too long.
    ///
    /// ```
    /// use frame_crypto::Name;
    ///
    /// assert_eq!(Name::new("boiler room").unwrap().as_str(), "boiler room");
    /// assert_eq!(Name::new("the name of a device that is far too long"), None);
    /// ```
    pub fn new(name: &str) -> Option<Self> {
        let mut octets = [0; Self::MAX_LEN];
        octets.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self { octets, len: name.len() as u8 })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let octets = self.octets.get(..self.len.into()).unwrap_or_default();
        core::str::from_utf8(octets).unwrap_or_default()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Name {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.as_str());
    }
}

/// What a device is called: its number in frames, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Identity {
    /// The number, which is [`Link::device`](crate::Link::device).
    pub number: u16,
    /// The name, which is part of no nonce and no key.
    pub name: Name,
}
