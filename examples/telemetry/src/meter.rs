//! A row of the table that says how to read which meter.

use meter_value::line::{BufferTooSmall, Writer};

use crate::octets::{Reader, head, put_number};
use crate::{DecodeError, Field, Point, Points};

/// How to read a meter.
///
/// ```text
///  10 unit 1       │                    point: 00 to 3F start 2 exponent 1   registers: table 1, kind 3,
///  11 digits 6     │                                                          order 2 bits
///  12 digits 6     ├ line 1             point: 40 item 1 identifier 4
///  13 address 1    │ interval 1-5       point: 80 index 1
///  14 secondary 8  │ point …            line:  parity in the high nibble, baud rate in the low
/// ```
///
/// Whether the points suit the meter's protocol is for the one to say who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Meter<'a> {
    /// Which meter, and how it is spoken to.
    pub address: Address,
    /// How octets go over the bus.
    pub line: Line,
    /// From one reading to the next, in seconds.
    pub interval_s: u32,
    /// What is read.
    pub points: Points<'a>,
}

/// A meter on its bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Address {
    /// A Modbus unit.
    Modbus(u8),
    /// A DL/T 645 address as on the line, the lowest pair of digits first.
    Dlt645(Edition, [u8; 6]),
    /// An M-Bus primary address.
    Mbus(u8),
    /// An M-Bus secondary address as on the line: identification, manufacturer, version, medium.
    MbusSecondary([u8; 8]),
}

/// Which edition of DL/T 645.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Edition {
    /// DL/T 645-1997.
    Ed1997,
    /// DL/T 645-2007.
    Ed2007,
}

/// How octets go over a bus: 8 data bits, one stop bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Line {
    /// Bits a second.
    pub baud: Baud,
    /// The bit behind the data.
    pub parity: Parity,
}

/// Bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[expect(missing_docs, reason = "a rate is its name")]
pub enum Baud {
    B300,
    B600,
    B1200,
    B2400,
    B4800,
    B9600,
    B19200,
    B38400,
    B115200,
}

/// The bit behind the data bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Parity {
    /// There is none.
    None,
    /// It makes the number of ones even.
    Even,
    /// It makes the number of ones odd.
    Odd,
}

impl<'a> Meter<'a> {
    /// Reads a row. All of it was checked.
    ///
    /// # Errors
    /// [`DecodeError`] of the first octet that is wrong.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut octets = Reader::new(octets);
        let address = match octets.head()? {
            0 => Address::Modbus(octets.u8()?),
            1 => Address::Dlt645(Edition::Ed1997, octets.array()?),
            2 => Address::Dlt645(Edition::Ed2007, octets.array()?),
            3 => Address::Mbus(octets.u8()?),
            4 => Address::MbusSecondary(octets.array()?),
            code => return Err(DecodeError::Code { field: Field::Kind, code }),
        };
        let (line, interval_s) = (Line::of(octets.u8()?)?, octets.short()?);
        Ok(Self { address, line, interval_s, points: Points::take(&mut octets)? })
    }

    /// Writes a row, and returns what it wrote.
    ///
    /// # Errors
    /// [`BufferTooSmall`] if it does not fit `buffer`.
    ///
    /// ```
    /// use telemetry::{Address, Baud, Line, Meter, Parity, Point};
    ///
    /// let line = Line { baud: Baud::B2400, parity: Parity::Even };
    /// let points = [Point::Record { index: 0 }, Point::Record { index: 3 }];
    /// let mut buffer = [0; 64];
    /// let octets = Meter::encode(Address::Mbus(1), line, 900, &points, &mut buffer)?;
    /// assert_eq!(octets.len(), 2 + 1 + 2 + 2 * 2);
    /// let meter = Meter::decode(octets)?;
    /// assert_eq!((meter.address, meter.points.len()), (Address::Mbus(1), 2));
    /// assert!(meter.points.eq(points));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn encode<'b>(
        address: Address,
        line: Line,
        interval_s: u32,
        points: &[Point],
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], BufferTooSmall> {
        let mut writer = Writer::new(buffer);
        let (kind, octets): (u8, &[u8]) = match &address {
            Address::Modbus(unit) => (0, core::slice::from_ref(unit)),
            Address::Dlt645(Edition::Ed1997, digits) => (1, digits),
            Address::Dlt645(Edition::Ed2007, digits) => (2, digits),
            Address::Mbus(address) => (3, core::slice::from_ref(address)),
            Address::MbusSecondary(address) => (4, address),
        };
        writer.put(&head(kind));
        writer.put(octets);
        writer.put(&[line.code()]);
        put_number(&mut writer, interval_s.into());
        points.iter().for_each(|point| point.put(&mut writer));
        writer.finish()
    }
}

impl Line {
    pub(crate) const fn code(self) -> u8 {
        let parity = match self.parity {
            Parity::None => 0x00,
            Parity::Even => 0x10,
            Parity::Odd => 0x20,
        };
        let baud = match self.baud {
            Baud::B300 => 0,
            Baud::B600 => 1,
            Baud::B1200 => 2,
            Baud::B2400 => 3,
            Baud::B4800 => 4,
            Baud::B9600 => 5,
            Baud::B19200 => 6,
            Baud::B38400 => 7,
            Baud::B115200 => 8,
        };
        parity | baud
    }

    pub(crate) const fn of(code: u8) -> Result<Self, DecodeError> {
        let unknown = Err(DecodeError::Code { field: Field::Line, code });
        let parity = match code >> 4 {
            0 => Parity::None,
            1 => Parity::Even,
            2 => Parity::Odd,
            _ => return unknown,
        };
        let baud = match code & 0x0F {
            0 => Baud::B300,
            1 => Baud::B600,
            2 => Baud::B1200,
            3 => Baud::B2400,
            4 => Baud::B4800,
            5 => Baud::B9600,
            6 => Baud::B19200,
            7 => Baud::B38400,
            8 => Baud::B115200,
            _ => return unknown,
        };
        Ok(Self { baud, parity })
    }
}

impl Baud {
    /// The rate in bits a second.
    pub const fn get(self) -> u32 {
        match self {
            Self::B300 => 300,
            Self::B600 => 600,
            Self::B1200 => 1_200,
            Self::B2400 => 2_400,
            Self::B4800 => 4_800,
            Self::B9600 => 9_600,
            Self::B19200 => 19_200,
            Self::B38400 => 38_400,
            Self::B115200 => 115_200,
        }
    }
}
