//! CRC-16/EN-13757: polynomial 3D65, not reflected, from 0000, inverted.

use crc::{CRC_16_EN_13757, Crc, Digest, Table};

static CRC: Crc<u16, Table<1>> = Crc::<u16, Table<1>>::new(&CRC_16_EN_13757);

/// The checksum of octets. A block of a frame carries it high octet first.
///
/// ```
/// assert_eq!(mbus::wireless::checksum(b"123456789"), 0xC2B7);
/// ```
pub fn checksum(octets: &[u8]) -> u16 {
    CRC.checksum(octets)
}

/// The checksum of octets that do not lie together.
pub(crate) fn digest() -> Digest<'static, u16, Table<1>> {
    CRC.digest()
}
