//! CRC-16/MODBUS: polynomial 8005 reflected, from FFFF (Modbus over Serial Line V1.02, section 2.5.1.2).

/// The checksum of octets; a frame carries it low octet first.
///
/// The widest table that a feature enables is used: `crc-sliced` (8 KiB), `crc-table` (512 octets), or one of 32
/// octets.
///
/// ```
/// assert_eq!(modbus_rtu::checksum(b"123456789"), 0x4B37);
/// ```
#[inline]
pub fn checksum(octets: &[u8]) -> u16 {
    kernel::checksum(octets)
}

#[cfg(not(any(feature = "crc-table", feature = "crc-sliced")))]
mod kernel {
    /// What each half octet makes of a checksum of 0.
    static TABLE: [u16; 16] = table();

    #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const fn table() -> [u16; 16] {
        let mut table = [0; 16];
        let mut half = 0;
        while half < 16 {
            table[half] = super::shift(half as u16, 4);
            half += 1;
        }
        table
    }

    pub fn checksum(octets: &[u8]) -> u16 {
        let half = |crc: u16| crc >> 4 ^ TABLE.get(usize::from(crc & 15)).copied().unwrap_or(0);
        octets.iter().fold(0xFFFF, |crc, octet| half(half(crc ^ u16::from(*octet))))
    }
}

#[cfg(all(feature = "crc-table", not(feature = "crc-sliced")))]
mod kernel {
    use crc::{CRC_16_MODBUS, Crc, Table};

    static CRC: Crc<u16, Table<1>> = Crc::<u16, Table<1>>::new(&CRC_16_MODBUS);

    pub fn checksum(octets: &[u8]) -> u16 {
        CRC.checksum(octets)
    }
}

#[cfg(feature = "crc-sliced")]
mod kernel {
    /// How many octets are looked up at once, with nothing to wait for between them.
    const WIDTH: usize = 16;

    /// Entry `octet` of table `n`: what `octet` makes of the checksum when `n` zeros follow it.
    static TABLES: [[u16; 256]; WIDTH] = tables();

    #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const fn tables() -> [[u16; 256]; WIDTH] {
        let mut tables = [[0; 256]; WIDTH];
        let mut octet = 0;
        while octet < 256 {
            tables[0][octet] = super::shift(octet as u16, 8);
            octet += 1;
        }
        let mut n = 1;
        while n < WIDTH {
            let mut octet = 0;
            while octet < 256 {
                let before = tables[n - 1][octet];
                tables[n][octet] = before >> 8 ^ tables[0][before as usize & 0xFF];
                octet += 1;
            }
            n += 1;
        }
        tables
    }

    #[inline]
    pub fn checksum(octets: &[u8]) -> u16 {
        // The shortest way to most requests.
        if let Ok(octets) = <&[u8; 6]>::try_from(octets) {
            return fold(0xFFFF, octets);
        }
        let (wide, octets) = octets.as_chunks::<WIDTH>();
        let crc = wide.iter().fold(0xFFFF, fold);
        let (eights, octets) = octets.as_chunks::<8>();
        let crc = eights.iter().fold(crc, fold);
        let (fours, octets) = octets.as_chunks::<4>();
        let crc = fours.iter().fold(crc, fold);
        let (twos, octets) = octets.as_chunks::<2>();
        let crc = twos.iter().fold(crc, fold);
        let (ones, _) = octets.as_chunks::<1>();
        ones.iter().fold(crc, |crc, octet| crc >> 8 ^ fold(crc & 0xFF, octet))
    }

    /// The checksum after `N` octets more; one octet alone gets the low half of `crc` only.
    #[inline(always)]
    fn fold<const N: usize>(crc: u16, octets: &[u8; N]) -> u16 {
        let entry = |table: &[u16; 256], octet: u8| table.get(usize::from(octet)).copied().unwrap_or(0);
        let [low, high] = crc.to_le_bytes();
        let mut places = octets.iter().zip(TABLES.iter().take(N).rev());
        let first = places.next().map_or(0, |(octet, table)| entry(table, octet ^ low));
        let second = places.next().map_or(0, |(octet, table)| entry(table, octet ^ high));
        places.fold(first ^ second, |sum, (octet, table)| sum ^ entry(table, *octet))
    }
}

/// The checksum after so many bits.
#[cfg(any(feature = "crc-sliced", not(feature = "crc-table")))]
const fn shift(mut crc: u16, bits: u32) -> u16 {
    let mut bit = 0;
    while bit < bits {
        crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        bit += 1;
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crc::{CRC_16_MODBUS, Crc, NoTable, Table};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_function_of_the_crc_crate(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let expected = Crc::<u16, NoTable>::new(&CRC_16_MODBUS).checksum(&octets);
            prop_assert_eq!(checksum(&octets), expected);
            prop_assert_eq!(Crc::<u16, Table<1>>::new(&CRC_16_MODBUS).checksum(&octets), expected);
        }
    }
}
