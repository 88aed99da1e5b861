//! What devices in the field do that the standard forbids.

use crate::length::{Direction, Length, length};
use crate::pdu::{Registers, Request, Response};
use crate::{DecodeError, EncodeError, Frame, FunctionCode, UnitId, frame};

/// Deviations from the standard that one device is known for, each to be switched on. None is by default.
///
/// ```
/// use modbus_rtu::{DecodeError, Dialect, Direction, Frame};
///
/// let bare = [0x11, 0x83, 0x02];
/// assert!(matches!(Frame::decode(&bare), Err(DecodeError::Truncated { .. })));
///
/// let dialect = Dialect { exception_without_checksum: true, ..Dialect::STRICT };
/// assert_eq!(dialect.frame(Direction::Response, &bare)?.pdu, [0x83, 0x02]);
/// # Ok::<(), modbus_rtu::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Dialect {
    /// The byte count of registers that were read is the number of registers.
    pub count_of_registers: bool,
    /// Each register that is read has four octets: two [`Registers`] come for each, which a
    /// [`Map`](crate::Map) does not read.
    pub wide_registers: bool,
    /// A write of several registers has no byte count.
    pub write_without_count: bool,
    /// An exception has no checksum.
    pub exception_without_checksum: bool,
    /// An octet 00 or FF precedes a frame, as a transceiver that turns around makes one. Only
    /// [`frame`](Self::frame) has to know.
    pub leading_glitch: bool,
    /// Zeros follow a frame. Only [`frame`](Self::frame) has to know.
    pub trailing_zeros: bool,
}

impl Dialect {
    /// The standard.
    pub const STRICT: Self = Self {
        count_of_registers: false,
        wide_registers: false,
        write_without_count: false,
        exception_without_checksum: false,
        leading_glitch: false,
        trailing_zeros: false,
    };

    /// The deviations of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            count_of_registers: self.count_of_registers || other.count_of_registers,
            wide_registers: self.wide_registers || other.wide_registers,
            write_without_count: self.write_without_count || other.write_without_count,
            exception_without_checksum: self.exception_without_checksum || other.exception_without_checksum,
            leading_glitch: self.leading_glitch || other.leading_glitch,
            trailing_zeros: self.trailing_zeros || other.trailing_zeros,
        }
    }

    /// Reads octets between two silences as one frame. A [`Decoder`](crate::Decoder) needs no help with
    /// glitches and zeros.
    ///
    /// # Errors
    /// As [`Frame::decode`].
    pub fn frame<'a>(self, direction: Direction, octets: &'a [u8]) -> Result<Frame<'a>, DecodeError> {
        let result = self.trimmed(direction, octets);
        match (result, octets) {
            (Err(_), [0x00 | 0xFF, rest @ ..]) if self.leading_glitch => {
                self.trimmed(direction, rest).or(result)
            }
            _ => result,
        }
    }

    fn trimmed<'a>(self, direction: Direction, octets: &'a [u8]) -> Result<Frame<'a>, DecodeError> {
        if let (Direction::Response, true) = (direction, self.is_bare_exception(octets)) {
            return bare(octets);
        }
        match length(direction, octets) {
            Length::Octets(length) if self.trailing_zeros => match octets.split_at_checked(length) {
                Some((frame, rest)) if rest.iter().all(|octet| *octet == 0) => Frame::decode(frame),
                _ => Frame::decode(octets),
            },
            Length::Silence | Length::Usually(_) if self.trailing_zeros => {
                let zeros = octets.iter().rev().take_while(|octet| **octet == 0).count();
                let shortest = octets.len() - zeros;
                let mut frames = (shortest..octets.len()).filter_map(|end| octets.get(..end));
                frames.find_map(|frame| Frame::decode(frame).ok()).map_or(Frame::decode(octets), Ok)
            }
            _ => Frame::decode(octets),
        }
    }

    /// Whether octets before a silence are an exception without a checksum.
    pub(crate) fn is_bare_exception(self, octets: &[u8]) -> bool {
        self.exception_without_checksum && matches!(octets, [_, 0x80..=0xFF, _])
    }

    /// Reads the PDU of a request.
    ///
    /// # Errors
    /// As [`Request::decode`].
    pub fn request<'a>(self, pdu: &'a [u8]) -> Result<Request<'a>, DecodeError> {
        let result = Request::decode(pdu);
        match (result, pdu) {
            (Err(_), &[0x10, a, b, c, d, ref values @ ..])
                if self.write_without_count
                    && values.len() == 2 * usize::from(u16::from_be_bytes([c, d])) =>
            {
                let registers = Registers::from_octets(values);
                let (start, len) = (u16::from_be_bytes([a, b]), registers.len());
                match crate::pdu::range_of(start, len, crate::Range::MAX_WRITE) {
                    Ok(_) => Ok(Request::WriteMultipleRegisters { start, registers }),
                    Err(_) => result,
                }
            }
            _ => result,
        }
    }

    /// Reads the PDU of a response.
    ///
    /// # Errors
    /// As [`Response::decode`].
    pub fn response<'a>(self, pdu: &'a [u8]) -> Result<Response<'a>, DecodeError> {
        self.response_as(FunctionCode(pdu.first().copied().unwrap_or(0)), pdu)
    }

    /// Reads the PDU of a response of this function.
    #[inline(always)]
    pub(crate) fn response_as<'a>(
        self,
        function: FunctionCode,
        pdu: &'a [u8],
    ) -> Result<Response<'a>, DecodeError> {
        let result = Response::decode_as(function, pdu);
        match (result, pdu) {
            (Err(_), [code @ (0x03 | 0x04 | 0x17), count @ 1..=125, values @ ..])
                if self.count_of_registers && values.len() == 2 * usize::from(*count) =>
            {
                let registers = Registers::from_octets(values);
                Ok(match code {
                    0x03 => Response::ReadHoldingRegisters { registers },
                    0x04 => Response::ReadInputRegisters { registers },
                    _ => Response::ReadWriteMultipleRegisters { registers },
                })
            }
            _ => result,
        }
    }

    /// Writes a request's frame as the device takes it.
    ///
    /// # Errors
    /// As [`Request::encode`].
    #[inline(always)]
    pub fn encode_frame<'b>(
        self,
        request: &Request<'_>,
        unit: UnitId,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], EncodeError> {
        match *request {
            Request::WriteMultipleRegisters { start, registers } if self.write_without_count => {
                let range = crate::pdu::range_of(start, registers.len(), crate::Range::MAX_WRITE)?;
                let mut writer = frame::begin(unit, buffer);
                let words = [start, range.quantity()];
                crate::pdu::put_words(&mut writer, FunctionCode::WRITE_MULTIPLE_REGISTERS, words);
                registers.put(&mut writer);
                frame::end(writer)
            }
            _ => request.encode_frame(unit, buffer),
        }
    }
}

/// A frame that has no checksum.
pub(crate) fn bare(octets: &[u8]) -> Result<Frame<'_>, DecodeError> {
    match octets {
        [unit, pdu @ ..] => Ok(Frame { unit: UnitId(*unit), pdu }),
        [] => Err(DecodeError::Truncated { needed: Frame::MIN_LEN, have: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum;
    use std::vec::Vec;

    fn framed(body: &[u8]) -> Vec<u8> {
        [body, &checksum(body).to_le_bytes()].concat()
    }

    const ALL: Dialect = Dialect {
        count_of_registers: true,
        wide_registers: true,
        write_without_count: true,
        exception_without_checksum: true,
        leading_glitch: true,
        trailing_zeros: true,
    };

    #[test]
    fn each_deviation_is_refused_unless_switched_on() {
        let read = framed(&[0x01, 0x03, 0x02, 0x00, 0x01]);
        for (name, octets, direction, dialect) in [
            (
                "glitch",
                [&[0xFF][..], &read].concat(),
                Direction::Response,
                Dialect { leading_glitch: true, ..Dialect::STRICT },
            ),
            (
                "zeros",
                [&read[..], &[0, 0, 0]].concat(),
                Direction::Response,
                Dialect { trailing_zeros: true, ..Dialect::STRICT },
            ),
            (
                "no checksum",
                std::vec![0x01, 0x83, 0x02],
                Direction::Response,
                Dialect { exception_without_checksum: true, ..Dialect::STRICT },
            ),
            (
                "count of registers",
                framed(&[0x01, 0x03, 0x02, 0x00, 0x01, 0x00, 0x02]),
                Direction::Response,
                Dialect { count_of_registers: true, ..Dialect::STRICT },
            ),
            (
                "write without count",
                framed(&[0x01, 0x10, 0, 4, 0, 3, 0x12, 7, 1, 9, 12, 0x22]),
                Direction::Request,
                Dialect { write_without_count: true, ..Dialect::STRICT },
            ),
        ] {
            let reads = |dialect: Dialect| {
                let frame = dialect.frame(direction, &octets)?;
                match direction {
                    Direction::Request => dialect.request(frame.pdu).map(|_| ()),
                    Direction::Response => dialect.response(frame.pdu).map(|_| ()),
                }
            };
            assert!(reads(Dialect::STRICT).is_err(), "{name}");
            assert_eq!(reads(dialect), Ok(()), "{name}");
            assert_eq!(reads(ALL), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_the_standard_says_reads_the_same_in_every_dialect() {
        let frame = framed(&[0x01, 0x10, 0, 4, 0, 3, 6, 0x12, 7, 1, 9, 12, 0x22]);
        assert_eq!(ALL.frame(Direction::Request, &frame), Frame::decode(&frame));
        let pdu = Frame::decode(&frame).unwrap().pdu;
        assert_eq!(ALL.request(pdu), Request::decode(pdu));
    }

    /// The portable monitor's answer about its registers 0 to 6 counts registers and leaves out four octets.
    #[test]
    fn an_answer_that_lacks_octets_is_refused_in_every_dialect() {
        let printed = [0x03, 0x07, 0x00, 0x00, 0x00, 0x50, 0x12, 0x07, 0x01, 0x09, 0x0C, 0x22];
        assert!(matches!(Response::decode(&printed), Err(DecodeError::ByteCount { count: 7, .. })));
        assert!(ALL.response(&printed).is_err());
    }

    #[test]
    fn a_write_without_count_is_written_as_it_is_read() {
        let request = Request::WriteMultipleRegisters { start: 4, registers: (&[0x1207, 0x0109]).into() };
        let dialect = Dialect { write_without_count: true, ..Dialect::STRICT };
        let mut buffer = [0; Frame::MAX_LEN];
        let octets = dialect.encode_frame(&request, UnitId(1), &mut buffer).unwrap();
        assert_eq!(octets, framed(&[0x01, 0x10, 0, 4, 0, 2, 0x12, 7, 1, 9]));
        let frame = Frame::decode(octets).unwrap();
        assert_eq!(dialect.request(frame.pdu), Ok(request));
    }
}
