//! What makes a collector the one it is: a block of its flash, written once when it is provisioned, so that all
//! collectors run the same firmware.
//!
//! ```text
//!  0       4         5         7        9        17     33       34     66         70
//! ┌───────┬─────────┬─────────┬────────┬────────┬──────┬────────┬──────┬──────────┐
//! │ MWID  │ version │ network │ number │ serial │ root │ length │ name │ checksum │   integers big-endian
//! └───────┴─────────┴─────────┴────────┴────────┴──────┴────────┴──────┴──────────┘
//! ```
//!
//! The name has as many octets as `length` says, and zeros behind. The checksum is CRC-32 (ISO HDLC) over what
//! comes before.
#![no_std]

#[cfg(test)]
extern crate std;

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
pub use frame_crypto::Name;

/// Where the block begins on an STM32F405: in the second sector of its flash.
pub const ADDRESS: u32 = 0x0800_4000;

const CHECKSUM: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);
const MAGIC: [u8; 4] = *b"MWID";
const VERSION: u8 = 1;

/// What a collector is told when it is provisioned. The root key does not print.
pub struct Identity {
    /// The network.
    pub network: u16,
    /// The collector's number in it.
    pub number: u16,
    /// What stands on its nameplate.
    pub serial: u64,
    /// The root key, which the base knows as well.
    pub root: [u8; 16],
    /// What it is called.
    pub name: Name,
}

/// The octets are no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There is no block: the collector was not provisioned.
    #[error("no identity")]
    Blank,
    /// The block is of another version.
    #[error("identity version {version} is not known")]
    Version {
        /// The version.
        version: u8,
    },
    /// The block is damaged.
    #[error("checksum {received:#010X}, computed {computed:#010X}")]
    Checksum {
        /// What stands there.
        received: u32,
        /// What fits the octets.
        computed: u32,
    },
    /// The name is too long, is no UTF-8, or has something behind it.
    #[error("the name is none")]
    Name,
}

impl Identity {
    /// Octets of a block.
    pub const LEN: usize = 70;

    /// Reads a block.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(octets: &[u8; Self::LEN]) -> Result<Self, DecodeError> {
        if at(octets, 0) != MAGIC {
            return Err(DecodeError::Blank);
        }
        let [version] = at(octets, 4);
        if version != VERSION {
            return Err(DecodeError::Version { version });
        }
        let (received, computed) = (u32::from_be_bytes(at(octets, 66)), checksum_of(octets));
        if received != computed {
            return Err(DecodeError::Checksum { received, computed });
        }
        let [length] = at(octets, 33);
        let name = octets.get(34..66).and_then(|name| name.split_at_checked(length.into()));
        let (name, behind) = name.ok_or(DecodeError::Name)?;
        let name = core::str::from_utf8(name).ok().and_then(Name::new);
        let name = name.filter(|_| behind.iter().all(|&octet| octet == 0)).ok_or(DecodeError::Name)?;
        Ok(Self {
            network: u16::from_be_bytes(at(octets, 5)),
            number: u16::from_be_bytes(at(octets, 7)),
            serial: u64::from_be_bytes(at(octets, 9)),
            root: at(octets, 17),
            name,
        })
    }

    /// The block.
    ///
    /// ```
    /// use collector_identity::{Identity, Name};
    ///
    /// let name = Name::new("boiler room").unwrap();
    /// let identity = Identity { network: 1, number: 7, serial: 2026_0007, root: [0xA5; 16], name };
    /// let read = Identity::decode(&identity.encode())?;
    /// assert_eq!((read.number, read.name), (7, name));
    /// # Ok::<(), collector_identity::DecodeError>(())
    /// ```
    pub fn encode(&self) -> [u8; Self::LEN] {
        let Self { network, number, serial, root, name } = self;
        let name = name.as_str().as_bytes();
        let mut octets = [0; Self::LEN];
        let fields = MAGIC.into_iter().chain([VERSION]);
        let fields = fields.chain(network.to_be_bytes()).chain(number.to_be_bytes());
        let fields = fields.chain(serial.to_be_bytes()).chain(*root);
        let fields = fields.chain([name.len() as u8]).chain(name.iter().copied());
        for (octet, field) in octets.iter_mut().zip(fields) {
            *octet = field;
        }
        let checksum = checksum_of(&octets).to_be_bytes();
        if let Some(place) = octets.last_chunk_mut() {
            *place = checksum;
        }
        octets
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, number, serial, name, root: _ } = self;
        let mut fields = f.debug_struct("Identity");
        fields.field("network", network).field("number", number).field("serial", serial);
        fields.field("name", name).finish_non_exhaustive()
    }
}

/// The octets from a place on; zeros where there are not so many.
fn at<const N: usize>(octets: &[u8; Identity::LEN], place: usize) -> [u8; N] {
    octets.get(place..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

fn checksum_of(octets: &[u8; Identity::LEN]) -> u32 {
    let content = octets.split_last_chunk::<4>().map_or(&[][..], |(content, _)| content);
    CHECKSUM.checksum(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::vec::Vec;

    const BLOCK: &str = "4D 57 49 44 01 4D 57 00 07 00 00 00 00 01 35 25 D7 \
                         A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF 04 C3 BC 62 65 \
                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                         1D F5 AF C3";

    fn block() -> [u8; Identity::LEN] {
        let octets: Vec<u8> = BLOCK.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        octets.try_into().unwrap()
    }

    /// The block with other octets and the checksum that fits.
    fn changed(place: usize, octets: &[u8]) -> [u8; Identity::LEN] {
        let mut block = block();
        block[place..place + octets.len()].copy_from_slice(octets);
        let checksum = checksum_of(&block).to_be_bytes();
        block[66..].copy_from_slice(&checksum);
        block
    }

    #[test]
    fn a_block_in_its_octets() {
        let identity = Identity::decode(&block()).unwrap();
        assert_eq!((identity.network, identity.number, identity.serial), (0x4D57, 7, 20_260_311));
        assert_eq!(identity.root, core::array::from_fn(|index| 0xA0 + index as u8));
        assert_eq!(identity.name.as_str(), "übe");
        assert_eq!(identity.encode(), block());
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        for bit in 0..8 * Identity::LEN {
            let mut octets = block();
            octets[bit / 8] ^= 1 << (bit % 8);
            assert!(Identity::decode(&octets).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn what_is_no_identity_says_why() {
        let error = |octets: [u8; Identity::LEN]| Identity::decode(&octets).unwrap_err();
        assert_eq!(error([0xFF; Identity::LEN]), DecodeError::Blank);
        assert_eq!(error(changed(4, &[2])), DecodeError::Version { version: 2 });
        let mut octets = block();
        octets[69] ^= 1;
        let computed = checksum_of(&octets);
        assert_eq!(error(octets), DecodeError::Checksum { received: computed ^ 1, computed });
        assert_eq!(error(changed(33, &[33])), DecodeError::Name);
        assert_eq!(error(changed(33, &[1])), DecodeError::Name);
        assert_eq!(error(changed(34, &[0xFF])), DecodeError::Name);
        assert_eq!(error(changed(65, &[1])), DecodeError::Name);
    }

    #[test]
    fn names_of_any_length() {
        for length in 0..=Name::MAX_LEN {
            let name: std::string::String = core::iter::repeat_n('x', length).collect();
            let octets = changed(33, &[&[length as u8], name.as_bytes(), &[0; 32][length..]].concat());
            assert_eq!(Identity::decode(&octets).unwrap().name.as_str(), name);
            assert_eq!(Identity::decode(&octets).unwrap().encode(), octets);
        }
    }

    #[test]
    fn the_root_key_does_not_print() {
        let text = format!("{:?}", Identity::decode(&block()).unwrap());
        assert!(text.contains("number: 7") && text.contains("übe") && !text.contains("root"), "{text}");
    }
}
