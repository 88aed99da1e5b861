//! Who writes, and with what right.

use core::fmt;
use core::hint::black_box;

use meter_value::line::Writer;

use crate::Data;

/// A password of a level of rights (DL/T 645-2007, chapter 7; the 1997 edition has the same).
///
/// It never prints, nor does a client, server or meter print the octets it stands in; it compares in a time that
/// does not tell which digit is wrong. But it travels in clear, and a [`Frame`](crate::Frame) prints its data.
///
/// ```
/// use dlt645::Password;
///
/// let password = Password { level: 2, digits: [0x56, 0x34, 0x12] };
/// assert_eq!(format!("{password:?}"), "Password { level: 2, .. }");
/// ```
#[derive(Clone, Copy)]
pub struct Password {
    /// The level, PA: 0 to 9. 98 and 99 announce data with an authentication code instead, in cipher and in
    /// clear.
    pub level: u8,
    /// The six digits, P0 to P2, the lowest pair first.
    pub digits: [u8; 3],
}

impl Password {
    pub(crate) const fn new([level, a, b, c]: [u8; 4]) -> Self {
        Self { level, digits: [a, b, c] }
    }

    pub(crate) fn split(data: Data<'_>) -> Option<(Self, Data<'_>)> {
        let (octets, rest) = data.split()?;
        Some((Self::new(octets), rest))
    }

    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        writer.put(&[self.level]);
        writer.put(&self.digits);
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        let digits = self.digits.iter().zip(&other.digits);
        let differing = digits.fold(self.level ^ other.level, |all, (mine, its)| all | (mine ^ its));
        black_box(differing) == 0
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").field("level", &self.level).finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Password {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Password {{ level: {=u8}, .. }}", self.level);
    }
}

/// Who gives a command, for the meter's records: C3 to C0 (DL/T 645-2007, chapter 7). It prints as eight hex
/// digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Operator(pub u32);

impl Operator {
    pub(crate) fn split(data: Data<'_>) -> Option<(Self, Data<'_>)> {
        let (octets, rest) = data.split()?;
        Some((Self(u32::from_le_bytes(octets)), rest))
    }

    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        writer.put(&self.0.to_le_bytes());
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operator({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_of_a_password_counts() {
        let octets = [4, 0x56, 0x34, 0x12];
        assert_eq!(Password::new(octets), Password::new(octets));
        for place in 0..octets.len() {
            for bit in 0..8 {
                let mut other = octets;
                other[place] ^= 1 << bit;
                assert_ne!(Password::new(octets), Password::new(other), "octet {place}, bit {bit}");
            }
        }
    }
}
