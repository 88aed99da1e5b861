//! Who sends, and whom it is for.

use meter_value::line::Writer;
use nom::number::streaming::{le_u16, le_u32, u8};
use nom::{IResult, Parser};

use crate::{Control, Identification, LongHeader, Manufacturer, Medium};

/// The address of a meter or its partner: 8 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Station {
    /// Who made it.
    pub manufacturer: Manufacturer,
    /// Its number.
    pub identification: Identification,
    /// Its generation.
    pub version: u8,
    /// What it measures.
    pub medium: Medium,
}

impl Station {
    /// Octets of an address.
    pub const LEN: usize = 8;

    /// The octets, in the order of a link header and of initialisation vectors.
    pub fn octets(&self) -> [u8; Self::LEN] {
        let [a, b] = self.manufacturer.0.to_le_bytes();
        let [c, d, e, f] = self.identification.0.to_le_bytes();
        [a, b, c, d, e, f, self.version, self.medium.0]
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        writer.put(&self.octets());
    }
}

impl From<LongHeader> for Station {
    fn from(header: LongHeader) -> Self {
        let LongHeader { manufacturer, identification, version, medium, .. } = header;
        Self { manufacturer, identification, version, medium }
    }
}

pub(crate) fn station(octets: &[u8]) -> IResult<&[u8], Station, ()> {
    let fields = (le_u16.map(Manufacturer), le_u32.map(Identification), u8, u8.map(Medium));
    fields
        .map(|(manufacturer, identification, version, medium)| Station {
            manufacturer,
            identification,
            version,
            medium,
        })
        .parse(octets)
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// From a meter to its partner.
    FromMeter,
    /// From the partner to a meter.
    ToMeter,
}

impl Direction {
    /// Which way a frame with this C field goes (EN 13757-4: on the radio meters are primary too).
    pub const fn of(control: Control) -> Self {
        match (control.from_primary(), control.function()) {
            (true, 4 | 6 | 7 | 8) => Self::FromMeter,
            (true, _) | (false, 6) => Self::ToMeter,
            (false, _) => Self::FromMeter,
        }
    }
}

/// The frames of the radio.
impl Control {
    /// A meter sends data and expects no answer.
    pub const SND_NR: Self = Self(0x44);
    /// A meter asks to be installed.
    pub const SND_IR: Self = Self(0x46);
    /// A meter says that it can be reached.
    pub const ACC_NR: Self = Self(0x47);
    /// A meter asks to be read.
    pub const ACC_DMD: Self = Self(0x48);
    /// The partner confirms that a meter is installed.
    pub const CNF_IR: Self = Self(0x06);
}
