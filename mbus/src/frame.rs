//! The frames of the wired bus (EN 13757-2, format class FT 1.2 of IEC 60870-5-1).
//!
//! ```text
//! acknowledge ┌────┐
//!             │ E5 │
//!             └────┘
//! short       ┌────┬───┬───┬─────┬────┐
//!             │ 10 │ C │ A │ sum │ 16 │            sum: of all octets from C on,
//!             └────┴───┴───┴─────┴────┘                 modulo 256
//! control,    ┌────┬───┬───┬────┬───┬───┬────┬ ─ ─ ─┬─────┬────┐
//! long        │ 68 │ L │ L │ 68 │ C │ A │ CI │ data │ sum │ 16 │
//!             └────┴───┴───┴────┴───┴───┴────┴ ─ ─ ─┴─────┴────┘
//!                               └─ L = 3 to 255 ────┘
//! ```

use core::fmt;

use meter_value::line::Writer;
use meter_value::names;

use crate::{Content, DecodeError, EncodeError, Telegram};

pub(crate) const ACK: u8 = 0xE5;
const SHORT: u8 = 0x10;
const LONG: u8 = 0x68;
const STOP: u8 = 0x16;

/// The C field: who speaks, and what for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Control(pub u8);

impl Control {
    /// Resets the link of a meter, which acknowledges.
    pub const SND_NKE: Self = Self(0x40);
    /// Asks for the status of the link.
    pub const REQ_SKE: Self = Self(0x49);
    /// Sends data, which the meter acknowledges.
    pub const SND_UD: Self = Self(0x53);
    /// Sends data, which the meter answers with data.
    pub const SND_UD2: Self = Self(0x43);
    /// Asks for alarm data (class 1).
    pub const REQ_UD1: Self = Self(0x5A);
    /// Asks for data (class 2).
    pub const REQ_UD2: Self = Self(0x5B);
    /// The meter's data.
    pub const RSP_UD: Self = Self(0x08);

    const PRIMARY: u8 = 0x40;
    pub(crate) const ACD: u8 = Self::BIT_5;
    pub(crate) const DFC: u8 = Self::BIT_4;
    const BIT_5: u8 = 0x20;
    const BIT_4: u8 = 0x10;

    /// Whether the master sent it.
    pub const fn from_primary(self) -> bool {
        self.0 & Self::PRIMARY != 0
    }

    /// The frame count bit of the master: a meter repeats its answer while it does not change.
    pub const fn fcb(self) -> bool {
        self.from_primary() && self.0 & Self::BIT_5 != 0
    }

    /// Whether the frame count bit counts.
    pub const fn fcv(self) -> bool {
        self.from_primary() && self.0 & Self::BIT_4 != 0
    }

    /// Whether a master toggles its frame count bit. That of SND_UD2 is 43 or 63 and does not say so.
    pub(crate) const fn counts(self) -> bool {
        self.fcv() || matches!(self.with_fcb(false), Self::SND_UD2)
    }

    /// Whether the meter has alarm data to fetch.
    pub const fn acd(self) -> bool {
        !self.from_primary() && self.0 & Self::BIT_5 != 0
    }

    /// Whether the meter can take no more data for now.
    pub const fn dfc(self) -> bool {
        !self.from_primary() && self.0 & Self::BIT_4 != 0
    }

    /// The function, 0 to 15; its meaning depends on who sent it.
    pub const fn function(self) -> u8 {
        self.0 & 0x0F
    }

    /// The same of the master with this frame count bit.
    #[must_use]
    pub const fn with_fcb(self, fcb: bool) -> Self {
        Self(if fcb { self.0 | Self::BIT_5 } else { self.0 & !Self::BIT_5 })
    }

    /// Its name in the standard, whatever its count and flow bits; `None` without one.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x40 => "SND_NKE",
            0x49 => "REQ_SKE",
            0x53 | 0x73 => "SND_UD",
            0x43 | 0x63 => "SND_UD2",
            0x5A | 0x7A => "REQ_UD1",
            0x5B | 0x7B => "REQ_UD2",
            0x08 | 0x18 | 0x28 | 0x38 => "RSP_UD",
            _ => return None,
        })
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:#04X})", self.name().unwrap_or("Control"), self.0)
    }
}

/// Whom a frame is for, or from: 0 to 250 are meters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Address(pub u8);

impl Address {
    /// A meter as it leaves the factory.
    pub const UNCONFIGURED: Self = Self(0);
    /// The meters selected by their secondary address.
    pub const SELECTED: Self = Self(0xFD);
    /// Every meter listens and answers.
    pub const TEST: Self = Self(0xFE);
    /// Every meter listens, none answers.
    pub const BROADCAST: Self = Self(0xFF);
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The CI field: what the data of a frame are (EN 13757-7:2018). Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ci(pub u8);

names!(Ci {
    /// Resets the application, or selects a part of its data.
    APPLICATION_RESET = 0x50 "application reset",
    /// Records for the meter, no header.
    COMMAND = 0x51 "command",
    /// Selects meters by their secondary address.
    SELECT = 0x52 "selection",
    /// Resets the application, long header.
    APPLICATION_RESET_LONG = 0x53 "application reset, long header",
    /// Asks which application is selected.
    REQUEST_APPLICATION = 0x54 "request of the selected application",
    /// Records for the meter, short header.
    COMMAND_SHORT = 0x5A "command, short header",
    /// Records for the meter, long header.
    COMMAND_LONG = 0x5B "command, long header",
    /// Does what was prepared, at once.
    SYNCHRONISE = 0x5C "synchronised action",
    /// Which application is selected, no header.
    APPLICATION = 0x66 "selected application",
    /// Which application is selected, short header.
    APPLICATION_SHORT = 0x67 "selected application, short header",
    /// Which application is selected, long header.
    APPLICATION_LONG = 0x68 "selected application, long header",
    /// The record headers of a compact frame, no header.
    FORMAT = 0x69 "format frame",
    /// The record headers of a compact frame, short header.
    FORMAT_SHORT = 0x6A "format frame, short header",
    /// The record headers of a compact frame, long header.
    FORMAT_LONG = 0x6B "format frame, long header",
    /// Sets the clock to a time.
    CLOCK_ABSOLUTE = 0x6C "clock synchronisation, absolute",
    /// Sets the clock by a difference.
    CLOCK_RELATIVE = 0x6D "clock synchronisation, relative",
    /// The meter refuses, short header.
    ERROR_SHORT = 0x6E "application error, short header",
    /// The meter refuses, long header.
    ERROR_LONG = 0x6F "application error, long header",
    /// The meter refuses, no header.
    ERROR = 0x70 "application error",
    /// The meter reports an alarm, no header.
    ALARM = 0x71 "alarm",
    /// Records of the meter, long header.
    RESPONSE_LONG = 0x72 "response, long header",
    /// Data of a compact frame, long header; on old meters two counters of fixed structure.
    COMPACT_LONG = 0x73 "compact frame, long header",
    /// Two counters of fixed structure, the highest octet first, on old meters.
    FIXED_HIGH_FIRST = 0x77 "fixed structure, highest octet first",
    /// The meter reports an alarm, short header.
    ALARM_SHORT = 0x74 "alarm, short header",
    /// The meter reports an alarm, long header.
    ALARM_LONG = 0x75 "alarm, long header",
    /// Records of the meter, no header.
    RESPONSE = 0x78 "response",
    /// Data of a compact frame, no header.
    COMPACT = 0x79 "compact frame",
    /// Records of the meter, short header.
    RESPONSE_SHORT = 0x7A "response, short header",
    /// Data of a compact frame, short header.
    COMPACT_SHORT = 0x7B "compact frame, short header",
    /// What the maker defines, long header, for the meter.
    SPECIFIC_TO_METER = 0x5F "specific usage for the meter, long header",
    /// COSEM for the meter, long header.
    COSEM_COMMAND_LONG = 0x60 "COSEM command, long header",
    /// COSEM for the meter, short header.
    COSEM_COMMAND_SHORT = 0x61 "COSEM command, short header",
    /// COSEM of the meter, long header.
    COSEM_RESPONSE_LONG = 0x7C "COSEM response, long header",
    /// COSEM of the meter, short header.
    COSEM_RESPONSE_SHORT = 0x7D "COSEM response, short header",
    /// A transport layer alone, for the meter.
    TRANSPORT_TO_METER = 0x80 "transport layer alone for the meter, long header",
    /// The network layer.
    NETWORK = 0x81 "network layer",
    /// Manages the network, long header, for the meter.
    NETWORK_COMMAND_LONG = 0x82 "network management for the meter, long header",
    /// Manages the network, no header, for the meter.
    NETWORK_COMMAND = 0x83 "network management for the meter",
    /// Asks for a compact frame.
    COMPACT_EXPECTED = 0x84 "compact frame expected, long header",
    /// Asks for a format frame.
    FORMAT_EXPECTED = 0x85 "format frame expected, long header",
    /// The extended link layer of type V.
    ELL_V = 0x86 "extended link layer V",
    /// Manages the network, long header, of the meter.
    NETWORK_RESPONSE_LONG = 0x87 "network management of the meter, long header",
    /// Manages the network, short header, of the meter.
    NETWORK_RESPONSE_SHORT = 0x88 "network management of the meter, short header",
    /// Manages the network, no header, of the meter.
    NETWORK_RESPONSE = 0x89 "network management of the meter",
    /// A transport layer alone, short header.
    TRANSPORT_SHORT = 0x8A "transport layer alone of the meter, short header",
    /// A transport layer alone, long header.
    TRANSPORT_LONG = 0x8B "transport layer alone of the meter, long header",
    /// The extended link layer of type I: access number.
    ELL_I = 0x8C "extended link layer I",
    /// The extended link layer of type II: access number, session.
    ELL_II = 0x8D "extended link layer II",
    /// The extended link layer of type III: access number, receiver.
    ELL_III = 0x8E "extended link layer III",
    /// The extended link layer of type IV: access number, receiver, session.
    ELL_IV = 0x8F "extended link layer IV",
    /// The authentication and fragmentation layer.
    AFL = 0x90 "authentication and fragmentation layer",
    /// What the maker defines, short header.
    SPECIFIC_SHORT = 0x9E "specific usage, short header",
    /// What the maker defines, long header.
    SPECIFIC_LONG = 0x9F "specific usage, long header",
    /// Transfers an image, long header, for the meter.
    IMAGE_COMMAND = 0xC0 "image transfer for the meter, long header",
    /// Transfers an image, short header, of the meter.
    IMAGE_RESPONSE_SHORT = 0xC1 "image transfer of the meter, short header",
    /// Transfers an image, long header, of the meter.
    IMAGE_RESPONSE_LONG = 0xC2 "image transfer of the meter, long header",
    /// Transfers keys, for the meter.
    SECURITY_COMMAND = 0xC3 "security transfer for the meter",
    /// Transfers keys, of the meter.
    SECURITY_RESPONSE = 0xC4 "security transfer of the meter",
    /// Transfers keys, of the meter, in the other form.
    SECURITY_RESPONSE_OTHER = 0xC5 "security transfer of the meter, other form",
    /// Changes the meter's speed to 300 baud.
    BAUD_300 = 0xB8 "300 baud",
    /// Changes the meter's speed to 600 baud.
    BAUD_600 = 0xB9 "600 baud",
    /// Changes the meter's speed to 1200 baud.
    BAUD_1200 = 0xBA "1200 baud",
    /// Changes the meter's speed to 2400 baud.
    BAUD_2400 = 0xBB "2400 baud",
    /// Changes the meter's speed to 4800 baud.
    BAUD_4800 = 0xBC "4800 baud",
    /// Changes the meter's speed to 9600 baud.
    BAUD_9600 = 0xBD "9600 baud",
    /// Changes the meter's speed to 19,200 baud.
    BAUD_19200 = 0xBE "19200 baud",
    /// Changes the meter's speed to 38,400 baud.
    BAUD_38400 = 0xBF "38400 baud",
});

impl Ci {
    /// How many octets the header behind it has: 0, 4 or 12. Where sources differ on that, 0.
    pub(crate) const fn header_octets(self) -> usize {
        match self.0 {
            0x53
            | 0x55
            | 0x5B
            | 0x5F
            | 0x60
            | 0x68
            | 0x6B..=0x6D
            | 0x6F
            | 0x72
            | 0x73
            | 0x75
            | 0x7C
            | 0x80 => 12,
            0x82 | 0x84 | 0x85 | 0x87 | 0x8B | 0x9F | 0xC0 | 0xC2 => 12,
            0x5A | 0x61 | 0x67 | 0x6A | 0x6E | 0x74 | 0x7A | 0x7B | 0x7D | 0x88 | 0x8A | 0x9E | 0xC1 => 4,
            _ => 0,
        }
    }

    /// Whether records follow the header.
    pub(crate) const fn has_records(self) -> bool {
        matches!(self.0, 0x51 | 0x5A | 0x5B | 0x72 | 0x78 | 0x7A)
    }
}

/// A frame of either direction; [`Control::from_primary`] tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Frame<'a> {
    /// A meter acknowledges.
    Ack,
    /// A request without data.
    Short {
        /// What it is for.
        control: Control,
        /// Whom it is for.
        address: Address,
    },
    /// A long frame without data.
    Control {
        /// What it is for.
        control: Control,
        /// Whom it is for, or from.
        address: Address,
        /// What it says.
        ci: Ci,
    },
    /// A frame with data.
    Long {
        /// What it is for.
        control: Control,
        /// Whom it is for, or from.
        address: Address,
        /// What the data are.
        ci: Ci,
        /// The data, 1 to 252 octets.
        data: &'a [u8],
    },
}

impl<'a> Frame<'a> {
    /// Octets of the longest frame.
    pub const MAX_LEN: usize = 261;
    /// Octets of the most data a long frame carries.
    pub const MAX_DATA: usize = 252;

    /// Reads exactly one frame.
    ///
    /// # Errors
    /// [`DecodeError`]: too few or too many octets, or the first check that fails.
    ///
    /// ```
    /// use mbus::{Address, Control, Frame};
    ///
    /// let frame = Frame::decode(&[0x10, 0x7B, 0x05, 0x80, 0x16])?;
    /// let control = Control::REQ_UD2.with_fcb(true);
    /// assert_eq!(frame, Frame::Short { control, address: Address(5) });
    /// # Ok::<(), mbus::DecodeError>(())
    /// ```
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        match (length(octets)?, octets.len()) {
            (needed, have) if have < needed => return Err(DecodeError::Truncated { needed, have }),
            (limit, have) if have > limit => return Err(DecodeError::TooLong { limit, have }),
            _ => {}
        }
        let (body, received, stop) = match octets {
            [SHORT, body @ .., sum, stop] | [LONG, _, _, _, body @ .., sum, stop] => (body, *sum, *stop),
            _ => return Ok(Self::Ack),
        };
        let computed = sum(body);
        if received != computed {
            return Err(DecodeError::Checksum { received, computed });
        }
        if stop != STOP {
            return Err(DecodeError::Stop { octet: stop });
        }
        match *body {
            [control, address] => Ok(Self::Short { control: Control(control), address: Address(address) }),
            [control, address, ci] => {
                Ok(Self::Control { control: Control(control), address: Address(address), ci: Ci(ci) })
            }
            [control, address, ci, ref data @ ..] => {
                Ok(Self::Long { control: Control(control), address: Address(address), ci: Ci(ci), data })
            }
            _ => Err(DecodeError::Length { length: body.len() as u8 }),
        }
    }

    /// Writes the frame and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::DataLength`], or [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use mbus::{Address, Control, Frame};
    ///
    /// let reset = Frame::Short { control: Control::SND_NKE, address: Address(5) };
    /// assert_eq!(reset.encode(&mut [0; 8])?, [0x10, 0x40, 0x05, 0x45, 0x16]);
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        let (control, address, ci, data): (_, _, _, &[u8]) = match *self {
            Self::Ack => {
                writer.put(&[ACK]);
                return Ok(writer.finish()?);
            }
            Self::Short { control, address } => {
                let body = [control.0, address.0];
                writer.put(&[SHORT, control.0, address.0, sum(&body), STOP]);
                return Ok(writer.finish()?);
            }
            Self::Control { control, address, ci } => (control, address, ci, &[]),
            Self::Long { data: [], .. } => {
                return Err(EncodeError::DataLength { have: 0, limit: Self::MAX_DATA });
            }
            Self::Long { control, address, ci, data } => (control, address, ci, data),
        };
        begin(control, address, ci, &mut writer);
        writer.put(data);
        end(writer)
    }

    /// What a control or long frame carries.
    ///
    /// # Errors
    /// [`DecodeError::NoRecords`] if it has no CI field, [`DecodeError::Truncated`] if a header is cut.
    pub fn content(&self) -> Result<Content<'a>, DecodeError> {
        match *self {
            Self::Ack | Self::Short { .. } => Err(DecodeError::NoRecords { ci: None }),
            Self::Control { ci, .. } => Content::decode(ci, &[]),
            Self::Long { ci, data, .. } => Content::decode(ci, data),
        }
    }

    /// The header and records a control or long frame carries.
    ///
    /// # Errors
    /// [`DecodeError::NoRecords`] if it carries none, [`DecodeError::Truncated`] if the header is cut.
    pub fn telegram(&self) -> Result<Telegram<'a>, DecodeError> {
        match *self {
            Self::Ack | Self::Short { .. } => Err(DecodeError::NoRecords { ci: None }),
            Self::Control { ci, .. } => Telegram::decode(ci, &[]),
            Self::Long { ci, data, .. } => Telegram::decode(ci, data),
        }
    }
}

/// How many octets the frame at the head of `octets` has, or are needed to know.
pub(crate) fn length(octets: &[u8]) -> Result<usize, DecodeError> {
    match *octets {
        [] | [ACK, ..] => Ok(1),
        [SHORT, ..] => Ok(5),
        [LONG, first, second, ..] if first != second => Err(DecodeError::Lengths { first, second }),
        [LONG, length @ 0..3, ..] => Err(DecodeError::Length { length }),
        [LONG, _, _, octet, ..] if octet != LONG => Err(DecodeError::SecondStart { octet }),
        [LONG, length, _, _, ..] => Ok(usize::from(length) + 6),
        [LONG, ..] => Ok(9),
        [octet, ..] => Err(DecodeError::Start { octet }),
    }
}

/// Writes a control or long frame whose data `data` writes.
pub(crate) fn write(
    control: Control,
    address: Address,
    ci: Ci,
    buffer: &mut [u8],
    data: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<&[u8], EncodeError> {
    let mut writer = Writer::new(buffer);
    begin(control, address, ci, &mut writer);
    data(&mut writer)?;
    end(writer)
}

fn begin(control: Control, address: Address, ci: Ci, writer: &mut Writer<'_>) {
    writer.put(&[LONG, 0, 0, LONG, control.0, address.0, ci.0]);
}

/// Writes the lengths and what follows the data.
fn end(mut writer: Writer<'_>) -> Result<&[u8], EncodeError> {
    let have = writer.len().saturating_sub(7);
    if have > Frame::MAX_DATA {
        return Err(EncodeError::DataLength { have, limit: Frame::MAX_DATA });
    }
    let length = have as u8 + 3;
    writer.set(1, length);
    writer.set(2, length);
    let sum = sum(writer.written().get(4..).unwrap_or_default());
    writer.put(&[sum, STOP]);
    Ok(writer.finish()?)
}

fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, &octet| sum.wrapping_add(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_error() {
        let good = [0x68, 0x03, 0x03, 0x68, 0x53, 0xFE, 0xBD, 0x0E, 0x16];
        assert!(Frame::decode(&good).is_ok());
        for (place, octet, error) in [
            (0, 0x69, DecodeError::Start { octet: 0x69 }),
            (1, 0x04, DecodeError::Lengths { first: 4, second: 3 }),
            (3, 0x86, DecodeError::SecondStart { octet: 0x86 }),
            (5, 0xFF, DecodeError::Checksum { received: 0x0E, computed: 0x0F }),
            (8, 0x17, DecodeError::Stop { octet: 0x17 }),
        ] {
            let mut bad = good;
            bad[place] = octet;
            assert_eq!(Frame::decode(&bad), Err(error));
        }
        let short = [0x68, 0x02, 0x02, 0x68, 0x40, 0x01, 0x41, 0x16];
        assert_eq!(Frame::decode(&short), Err(DecodeError::Length { length: 2 }));
        assert_eq!(Frame::decode(&good[..8]), Err(DecodeError::Truncated { needed: 9, have: 8 }));
        assert_eq!(Frame::decode(&[0xE5, 0xE5]), Err(DecodeError::TooLong { limit: 1, have: 2 }));
        assert_eq!(Frame::decode(&[0x68; 4]), Err(DecodeError::Truncated { needed: 0x6E, have: 4 }));
    }

    #[test]
    fn the_longest_frame_fits_and_one_more_octet_does_not() {
        let data = [0; Frame::MAX_DATA + 1];
        let frame =
            |data| Frame::Long { control: Control::RSP_UD, address: Address(1), ci: Ci::RESPONSE, data };
        let mut buffer = [0; Frame::MAX_LEN + 1];
        assert_eq!(frame(&data[1..]).encode(&mut buffer).unwrap().len(), Frame::MAX_LEN);
        let limit = Frame::MAX_DATA;
        assert_eq!(frame(&data).encode(&mut buffer), Err(EncodeError::DataLength { have: 253, limit }));
        assert_eq!(frame(&[]).encode(&mut buffer), Err(EncodeError::DataLength { have: 0, limit }));
        let small = Err(EncodeError::BufferTooSmall { needed: 10, have: 9 });
        assert_eq!(frame(&[1]).encode(&mut [0; 9]), small);
    }

    #[test]
    fn control_bits_belong_to_one_side() {
        let request = Control(0x7B);
        assert!(request.fcb() && request.fcv() && !request.acd() && !request.dfc());
        let response = Control(0x38);
        assert!(!response.fcb() && !response.fcv() && response.acd() && response.dfc());
        assert_eq!(std::format!("{request:?} {:?}", Control(0x4B)), "REQ_UD2(0x7B) Control(0x4B)");
        assert_eq!(std::format!("{:?} {:?}", Ci::RESPONSE_LONG, Ci(0xA0)), "response, long header Ci(0xA0)");
    }
}
