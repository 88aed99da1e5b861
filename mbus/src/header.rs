//! The header between a frame's CI field and its records (EN 13757-7).
//!
//! ```text
//!         0                4              6         7        8
//!        ┌────────────────┬──────────────┬─────────┬────────┐
//!        │ identification │ manufacturer │ version │ medium │ only the long header has these
//!        └────────────────┴──────────────┴─────────┴────────┘
//!         8        9        10              12
//!        ┌────────┬────────┬───────────────┐
//!        │ access │ status │ configuration │ low octets first
//!        └────────┴────────┴───────────────┘
//! ```

use core::fmt::{self, Write};
use core::str::FromStr;

use meter_value::line::Writer;
use meter_value::names;

use crate::{Ci, DecodeError, EncodeError, FixedHeader};

/// The header that the CI field announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Header {
    /// There is none.
    None,
    /// The meter is the one the frame names.
    Short(ShortHeader),
    /// The meter is the one the header names.
    Long(LongHeader),
    /// The meter is the one the header names, before the counters of the fixed structure.
    Fixed(FixedHeader),
}

/// The state of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ShortHeader {
    /// Counts the meter's telegrams.
    pub access: u8,
    /// How the meter is.
    pub status: Status,
    /// How the records are protected. On the wired bus meters put any number here, and it says nothing.
    pub configuration: u16,
}

/// Which meter it is, and its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LongHeader {
    /// Its number.
    pub identification: Identification,
    /// Who made it.
    pub manufacturer: Manufacturer,
    /// Its generation.
    pub version: u8,
    /// What it measures.
    pub medium: Medium,
    /// Counts the meter's telegrams.
    pub access: u8,
    /// How the meter is.
    pub status: Status,
    /// How the records are protected. On the wired bus meters put any number here, and it says nothing.
    pub configuration: u16,
}

impl Header {
    /// Reads the header that `ci` announces, and returns what follows it too. An unknown `ci` announces none.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    ///
    /// ```
    /// use mbus::{Ci, Header};
    ///
    /// let octets = [0x78, 0x56, 0x34, 0x12, 0x24, 0x40, 0x01, 0x07, 0x55, 0x00, 0x00, 0x00, 0x2F];
    /// let (Header::Long(header), records) = Header::decode(Ci::RESPONSE_LONG, &octets)? else { panic!() };
    /// assert_eq!(header.identification.to_string(), "12345678");
    /// assert_eq!(header.manufacturer.to_string(), "PAD");
    /// assert_eq!(header.medium.to_string(), "water");
    /// assert_eq!(records, [0x2F]);
    /// # Ok::<(), mbus::DecodeError>(())
    /// ```
    pub fn decode(ci: Ci, octets: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let have = octets.len();
        match ci.header_octets() {
            12 => match octets.split_first_chunk() {
                Some((header, records)) => Ok((Self::Long(LongHeader::new(*header)), records)),
                None => Err(DecodeError::Truncated { needed: 12, have }),
            },
            4 => match octets.split_first_chunk() {
                Some((header, records)) => Ok((Self::Short(ShortHeader::new(*header)), records)),
                None => Err(DecodeError::Truncated { needed: 4, have }),
            },
            _ => Ok((Self::None, octets)),
        }
    }

    /// Writes the header and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.write(&mut writer);
        Ok(writer.finish()?)
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        let state = match *self {
            Self::None => return,
            Self::Fixed(header) => return header.write(writer),
            Self::Short(state) => state,
            Self::Long(header) => {
                writer.put(&header.identification.0.to_le_bytes());
                writer.put(&header.manufacturer.0.to_le_bytes());
                writer.put(&[header.version, header.medium.0]);
                let LongHeader { access, status, configuration, .. } = header;
                ShortHeader { access, status, configuration }
            }
        };
        writer.put(&[state.access, state.status.0]);
        writer.put(&state.configuration.to_le_bytes());
    }
}

impl ShortHeader {
    const fn new([access, status, low, high]: [u8; 4]) -> Self {
        Self { access, status: Status(status), configuration: u16::from_le_bytes([low, high]) }
    }
}

impl LongHeader {
    const fn new([a, b, c, d, e, f, version, medium, access, status, low, high]: [u8; 12]) -> Self {
        Self {
            identification: Identification(u32::from_le_bytes([a, b, c, d])),
            manufacturer: Manufacturer(u16::from_le_bytes([e, f])),
            version,
            medium: Medium(medium),
            access,
            status: Status(status),
            configuration: u16::from_le_bytes([low, high]),
        }
    }
}

/// The number of a meter: eight digits, the highest first. Some meters use the digits A to F.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Identification(pub u32);

impl fmt::Display for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl fmt::Debug for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identification({self})")
    }
}

/// Who made a meter: three letters in 5 bits each, the first highest. The top bit says that the address
/// is unique on its own bus only.
///
/// ```
/// use mbus::Manufacturer;
///
/// assert_eq!("KAM".parse(), Ok(Manufacturer(0x2C2D)));
/// assert_eq!(Manufacturer(0x1593).to_string(), "ELS");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Manufacturer(pub u16);

impl FromStr for Manufacturer {
    type Err = EncodeError;

    fn from_str(text: &str) -> Result<Self, EncodeError> {
        match *text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z', c @ b'A'..=b'Z'] => {
                Ok(Self([a, b, c].iter().fold(0, |code, letter| code << 5 | u16::from(letter & 0x1F))))
            }
            _ => Err(EncodeError::Manufacturer),
        }
    }
}

impl fmt::Display for Manufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [10, 5, 0]
            .into_iter()
            .try_for_each(|shift| f.write_char(char::from((self.0 >> shift & 0x1F) as u8 | 0x40)))
    }
}

impl fmt::Debug for Manufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Manufacturer({self})")
    }
}

/// How a meter is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status(pub u8);

impl Status {
    /// The application is busy.
    pub const fn is_busy(self) -> bool {
        self.0 & 0x03 == 1
    }

    /// The application has an error.
    pub const fn has_error(self) -> bool {
        self.0 & 0x03 == 2
    }

    /// Something unusual happened; see the records.
    pub const fn has_alarm(self) -> bool {
        self.0 & 0x03 == 3
    }

    /// The supply is low.
    pub const fn is_power_low(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The error stays until someone mends the meter.
    pub const fn has_permanent_error(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// The error may go by itself.
    pub const fn has_temporary_error(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// The three bits of the manufacturer's own.
    pub const fn specific(self) -> u8 {
        self.0 >> 5
    }
}

/// What a meter measures, or what kind of device it is. Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Medium(pub u8);

names!(Medium {
    /// Something else.
    OTHER = 0x00 "other",
    /// Oil.
    OIL = 0x01 "oil",
    /// Electricity.
    ELECTRICITY = 0x02 "electricity",
    /// Gas.
    GAS = 0x03 "gas",
    /// Heat, volume measured in the return.
    HEAT = 0x04 "heat",
    /// Steam.
    STEAM = 0x05 "steam",
    /// Warm water, 30 to 90 °C.
    WARM_WATER = 0x06 "warm water",
    /// Water.
    WATER = 0x07 "water",
    /// Heat of one radiator.
    HEAT_COST_ALLOCATOR = 0x08 "heat cost allocator",
    /// Compressed air.
    COMPRESSED_AIR = 0x09 "compressed air",
    /// Cooling, volume measured in the return.
    COOLING = 0x0A "cooling",
    /// Cooling, volume measured in the flow.
    COOLING_INLET = 0x0B "cooling (inlet)",
    /// Heat, volume measured in the flow.
    HEAT_INLET = 0x0C "heat (inlet)",
    /// Heat and cooling.
    HEAT_AND_COOLING = 0x0D "heat and cooling",
    /// A part of the bus.
    BUS = 0x0E "bus or system component",
    /// Not known.
    UNKNOWN = 0x0F "unknown",
    /// Water for irrigation.
    IRRIGATION_WATER = 0x10 "irrigation water",
    /// A logger of water data.
    WATER_LOGGER = 0x11 "water data logger",
    /// A logger of gas data.
    GAS_LOGGER = 0x12 "gas data logger",
    /// A converter of gas volumes.
    GAS_CONVERTER = 0x13 "gas converter",
    /// Calorific value.
    CALORIFIC_VALUE = 0x14 "calorific value",
    /// Hot water, 90 °C and more.
    HOT_WATER = 0x15 "hot water",
    /// Cold water.
    COLD_WATER = 0x16 "cold water",
    /// Hot and cold water in two registers.
    DUAL_WATER = 0x17 "hot and cold water",
    /// Pressure.
    PRESSURE = 0x18 "pressure",
    /// A converter of analogue signals.
    AD_CONVERTER = 0x19 "analogue converter",
    /// A smoke detector.
    SMOKE_DETECTOR = 0x1A "smoke detector",
    /// A sensor of temperature or humidity.
    ROOM_SENSOR = 0x1B "room sensor",
    /// A gas detector.
    GAS_DETECTOR = 0x1C "gas detector",
    /// Switches electricity.
    BREAKER = 0x20 "breaker",
    /// Shuts off gas or water.
    VALVE = 0x21 "valve",
    /// A display for the customer.
    CUSTOMER_UNIT = 0x25 "customer unit",
    /// Waste water.
    WASTE_WATER = 0x28 "waste water",
    /// Garbage.
    GARBAGE = 0x29 "garbage",
    /// Carbon dioxide.
    CARBON_DIOXIDE = 0x2A "carbon dioxide",
    /// A tool for service.
    SERVICE_TOOL = 0x30 "service tool",
    /// A gateway.
    GATEWAY = 0x31 "communication controller",
    /// A repeater of one direction.
    UNIDIRECTIONAL_REPEATER = 0x32 "unidirectional repeater",
    /// A repeater of both directions.
    BIDIRECTIONAL_REPEATER = 0x33 "bidirectional repeater",
    /// A radio converter at the system.
    SYSTEM_RADIO_CONVERTER = 0x36 "radio converter (system side)",
    /// A radio converter at the meter.
    METER_RADIO_CONVERTER = 0x37 "radio converter (meter side)",
    /// An adapter of the wired bus.
    BUS_ADAPTER = 0x38 "bus adapter",
    /// Any, in a selection.
    ANY = 0xFF "any",
});

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "medium {:02X}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn hex_digits_and_odd_configurations_are_kept() {
        let octets = [0xCB, 0xFA, 0x02, 0xE1, 0xFF, 0xFF, 0x01, 0x2C, 0x2A, 0x1B, 0xB6, 0x27];
        let (header, rest) = Header::decode(Ci::RESPONSE_LONG, &octets).unwrap();
        let Header::Long(long) = header else { panic!() };
        assert_eq!((long.identification.to_string(), long.configuration), ("E102FACB".to_string(), 0x27B6));
        assert_eq!((long.medium.to_string(), rest), ("medium 2C".to_string(), &[][..]));
        assert!(long.status.has_alarm() && long.status.has_permanent_error());
        assert_eq!(header.encode(&mut [0; 12]).unwrap(), octets);
    }

    #[test]
    fn the_ci_field_decides_the_header() {
        let octets = [0x2A, 0x00, 0x00, 0x00, 0x2F];
        let (header, records) = Header::decode(Ci::RESPONSE_SHORT, &octets).unwrap();
        assert_eq!(header, Header::Short(ShortHeader { access: 0x2A, status: Status(0), configuration: 0 }));
        assert_eq!(records, [0x2F]);
        assert_eq!(Header::decode(Ci::RESPONSE, &octets), Ok((Header::None, &octets[..])));
        let cut = DecodeError::Truncated { needed: 4, have: 3 };
        assert_eq!(Header::decode(Ci::RESPONSE_SHORT, &octets[..3]), Err(cut));
        assert_eq!(Header::decode(Ci::ERROR, &octets), Ok((Header::None, &octets[..])));
    }

    #[test]
    fn manufacturers_are_three_letters() {
        for text in ["AAA", "ZZZ", "PAD"] {
            assert_eq!(text.parse::<Manufacturer>().unwrap().to_string(), text);
        }
        for text in ["", "KA", "KAMS", "kam", "K1M", "ÄK"] {
            assert_eq!(text.parse::<Manufacturer>(), Err(EncodeError::Manufacturer));
        }
    }
}
