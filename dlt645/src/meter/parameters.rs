//! Parameters that the meter keeps and gives back (DL/T 645-2007, table A.4; DL/T 645-1997, table of C).

use crate::Edition;

/// What a parameter's octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two decimal digits each.
    Digits,
    /// Anything.
    Bits,
    /// Characters, the last one first.
    Text(&'static str),
}

/// Parameters of the same form, one identifier after the other.
#[derive(Debug)]
pub(super) struct Row {
    pub first: u32,
    pub count: u8,
    pub octets: u8,
    pub kind: Kind,
    /// Whose password writes it; `None` if nobody's.
    pub level: Option<u8>,
    /// The octets when the meter is new, the first one lowest; 99 fills all of them.
    initial: u32,
}

const fn digits(first: u32, count: u8, octets: u8, initial: u32) -> Row {
    Row { first, count, octets, kind: Kind::Digits, level: Some(4), initial }
}

const fn bits(first: u32, count: u8, octets: u8, initial: u32) -> Row {
    Row { kind: Kind::Bits, ..digits(first, count, octets, initial) }
}

const fn text(first: u32, octets: u8, level: Option<u8>, text: &'static str) -> Row {
    Row { first, count: 1, octets, kind: Kind::Text(text), level, initial: 0 }
}

const fn by(level: u8, row: Row) -> Row {
    Row { level: Some(level), ..row }
}

static Y2007: [Row; 70] = [
    digits(0x0400_0103, 1, 1, 0x15),
    digits(0x0400_0104, 1, 1, 0x01),
    digits(0x0400_0105, 1, 2, 0x80),
    digits(0x0400_0106, 2, 5, 0),
    by(2, digits(0x0400_0108, 2, 5, 0)),
    digits(0x0400_0201, 1, 1, 0x01),
    digits(0x0400_0202, 1, 1, 0x01),
    digits(0x0400_0203, 1, 1, 0x01),
    digits(0x0400_0204, 1, 1, 0x01),
    digits(0x0400_0205, 1, 2, 0),
    digits(0x0400_0206, 2, 1, 0),
    Row { level: None, ..digits(0x0400_0208, 1, 1, 0) },
    digits(0x0400_0301, 1, 1, 0x10),
    digits(0x0400_0302, 1, 1, 0x05),
    digits(0x0400_0303, 1, 1, 0x02),
    digits(0x0400_0304, 1, 1, 0x04),
    digits(0x0400_0305, 1, 1, 0x10),
    by(2, digits(0x0400_0306, 2, 3, 0x01)),
    digits(0x0400_0308, 1, 1, 0x05),
    by(2, digits(0x0400_0402, 1, 6, 0)),
    text(0x0400_0403, 32, Some(4), ""),
    text(0x0400_0404, 6, Some(0), "220V"),
    text(0x0400_0405, 6, Some(0), "5A"),
    text(0x0400_0406, 6, Some(0), "60A"),
    text(0x0400_0407, 4, Some(0), "1.0"),
    text(0x0400_0408, 4, Some(0), "2.0"),
    digits(0x0400_0409, 2, 3, 0),
    text(0x0400_040B, 10, Some(0), "simulated"),
    text(0x0400_040C, 10, Some(0), "2026-01-01"),
    text(0x0400_040D, 16, None, "DL/T645-2007"),
    by(2, digits(0x0400_040E, 1, 6, 0)),
    bits(0x0400_040F, 1, 11, 0),
    bits(0x0400_0601, 1, 1, 0x05),
    bits(0x0400_0602, 1, 1, 0x05),
    bits(0x0400_0603, 1, 1, 0x50),
    bits(0x0400_0701, 5, 1, 0x08),
    bits(0x0400_0801, 1, 1, 0x7F),
    digits(0x0400_0802, 1, 1, 0x01),
    bits(0x0400_0901, 1, 1, 0x3F),
    bits(0x0400_0902, 5, 1, 0xFF),
    digits(0x0400_0A01, 1, 4, 0),
    digits(0x0400_0A02, 6, 2, 0x15),
    digits(0x0400_0B01, 1, 2, 0x0100),
    digits(0x0400_0B02, 2, 2, 0x99),
    digits(0x0400_0D01, 12, 2, 0),
    digits(0x0400_0E01, 2, 3, 0),
    digits(0x0400_0E03, 2, 2, 0),
    digits(0x0400_0F01, 4, 4, 0),
    by(2, digits(0x0400_1001, 2, 4, 0)),
    digits(0x0400_1003, 3, 4, 0),
    bits(0x0400_1101, 1, 1, 0),
    bits(0x0400_1104, 1, 8, 0),
    digits(0x0400_1201, 1, 5, 0),
    digits(0x0400_1202, 1, 1, 0x60),
    digits(0x0400_1203, 1, 2, 0),
    digits(0x0400_1204, 1, 4, 0x99),
    digits(0x0400_1401, 3, 2, 0),
    digits(0x0400_1404, 2, 1, 0),
    // Sets of tables: year zones, then day slots.
    digits(0x0401_0000, 9, 42, 0),
    digits(0x0402_0000, 9, 42, 0),
    digits(0x0403_0001, 254, 4, 0),
    digits(0x0405_0101, 63, 4, 0),
    by(2, digits(0x0405_0201, 63, 4, 0)),
    digits(0x0409_0101, 1, 2, 0x1320),
    digits(0x0409_0102, 1, 2, 0x1870),
    digits(0x0409_0103, 1, 3, 0),
    digits(0x0409_0104, 1, 1, 0),
    text(0x0480_0001, 32, None, "meterwire"),
    text(0x0480_0002, 32, None, "meterwire"),
    text(0x0480_0003, 32, None, "meterwire"),
];

static Y1997: [Row; 31] = [
    digits(0xB634, 2, 2, 0),
    bits(0xC022, 1, 1, 0x7F),
    digits(0xC030, 2, 3, 0),
    digits(0xC032, 3, 6, 0),
    digits(0xC111, 1, 1, 0x15),
    digits(0xC112, 1, 1, 0x01),
    digits(0xC113, 2, 1, 0x05),
    digits(0xC115, 1, 1, 0x02),
    digits(0xC116, 1, 1, 0x04),
    digits(0xC117, 1, 2, 0x0100),
    digits(0xC118, 1, 1, 0),
    digits(0xC119, 2, 4, 0),
    digits(0xC211, 1, 2, 0x80),
    digits(0xC310, 1, 1, 0x01),
    digits(0xC311, 1, 1, 0x01),
    digits(0xC312, 1, 1, 0x01),
    digits(0xC313, 1, 1, 0x01),
    digits(0xC314, 1, 1, 0),
    digits(0xC321, 14, 3, 0),
    digits(0xC331, 10, 3, 0),
    digits(0xC341, 10, 3, 0),
    digits(0xC351, 10, 3, 0),
    digits(0xC361, 10, 3, 0),
    digits(0xC371, 10, 3, 0),
    digits(0xC381, 10, 3, 0),
    digits(0xC391, 10, 3, 0),
    digits(0xC3A1, 10, 3, 0),
    digits(0xC411, 13, 3, 0),
    digits(0xC41E, 1, 1, 0x01),
    digits(0xC510, 1, 4, 0),
    digits(0xC511, 1, 2, 0x15),
];

/// Octets of all parameters of the 2007 edition, which has more.
const SIZE: usize = size(&Y2007);

const fn size(mut rows: &[Row]) -> usize {
    let mut size = 0;
    while let [row, rest @ ..] = rows {
        size += row.octets as usize * row.count as usize;
        rows = rest;
    }
    size
}

const _: () = assert!(size(&Y1997) <= SIZE);

/// The octets of every parameter, as they travel.
#[derive(Clone, Debug)]
pub(super) struct Parameters {
    rows: &'static [Row],
    octets: [u8; SIZE],
}

impl Parameters {
    pub fn new(edition: Edition) -> Self {
        let rows: &'static [Row] = match edition {
            Edition::Y1997 => &Y1997,
            Edition::Y2007 => &Y2007,
        };
        let mut parameters = Self { rows, octets: [0; SIZE] };
        for row in rows {
            for number in (row.first..).take(row.count.into()) {
                if let Some(octets) = parameters.octets_mut(number) {
                    initialise(octets, row);
                }
            }
        }
        parameters
    }

    /// What a parameter looks like, and where it is.
    fn find(&self, number: u32) -> Option<(&'static Row, usize)> {
        let mut start = 0;
        for row in self.rows {
            let octets = usize::from(row.octets);
            match number.checked_sub(row.first).filter(|place| *place < row.count.into()) {
                Some(place) => return Some((row, start + octets * place as usize)),
                None => start += octets * usize::from(row.count),
            }
        }
        None
    }

    pub fn row(&self, number: u32) -> Option<&'static Row> {
        self.find(number).map(|(row, _)| row)
    }

    pub fn octets(&self, number: u32) -> Option<&[u8]> {
        let (row, start) = self.find(number)?;
        self.octets.get(start..start + usize::from(row.octets))
    }

    pub fn octets_mut(&mut self, number: u32) -> Option<&mut [u8]> {
        let (row, start) = self.find(number)?;
        self.octets.get_mut(start..start + usize::from(row.octets))
    }
}

fn initialise(octets: &mut [u8], row: &Row) {
    let initial = row.initial;
    match row.kind {
        Kind::Text(text) => {
            octets.iter_mut().rev().zip(text.bytes()).for_each(|(octet, character)| *octet = character);
        }
        // 99 stands for "none" or "every" in each octet.
        _ if initial == 0x99 => octets.fill(0x99),
        _ => octets.iter_mut().zip(initial.to_le_bytes()).for_each(|(octet, initial)| *octet = initial),
    }
}
