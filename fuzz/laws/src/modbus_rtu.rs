//! Laws of Modbus RTU.

mod client;
mod decode;
mod exchanges;
mod layout;
mod map;
mod server;
mod stream;
mod values;

use modbus_rtu::{Dialect, UnitId};

pub use client::client;
pub use decode::decode;
pub use exchanges::EXCHANGES;
pub use map::map;
pub use server::server;
pub use stream::{stream, timed};

const UNIT: UnitId = UnitId(0x11);

/// What each octet makes of a checksum, bit by bit.
const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let (mut crc, mut bit) = (octet as u16, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
            bit += 1;
        }
        table[octet] = crc;
        octet += 1;
    }
    table
};

/// CRC-16/MODBUS.
pub fn crc(octets: &[u8]) -> u16 {
    octets.iter().fold(0xFFFF, |crc, octet| crc >> 8 ^ TABLE[usize::from(crc.to_le_bytes()[0] ^ octet)])
}

/// Unit and PDU as a frame.
pub fn framed(body: &[u8]) -> Vec<u8> {
    [body, &crc(body).to_le_bytes()].concat()
}

/// Whether octets are a frame: 4 to 256, the last two the checksum of the others.
fn intact(octets: &[u8]) -> bool {
    (4..=256).contains(&octets.len()) && crc(octets) == 0
}

/// A dialect by its bits; bits 6 and 7 are left.
fn dialect(bits: u8) -> Dialect {
    let bit = |index: u8| bits >> index & 1 == 1;
    Dialect {
        count_of_registers: bit(0),
        wide_registers: bit(1),
        write_without_count: bit(2),
        exception_without_checksum: bit(3),
        leading_glitch: bit(4),
        trailing_zeros: bit(5),
    }
}
