//! Contents on the wire: checked, and with a zero octet at the end and nowhere else.

use cobs::{DecodeResult, DecoderState, max_encoding_length};
use crc::{CRC_16_IBM_SDLC, Crc, NoTable};
use heapless::Vec;

use crate::{EncodeError, FrameError, MAX_RADIO};

/// CRC-16/X-25, as in HDLC.
const CRC: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_IBM_SDLC);
const CRC_LEN: usize = 2;

/// Most octets of a content: a kind, a time, how long to listen, and the longest radio frame.
pub const MAX_CONTENT: usize = 1 + 8 + 4 + MAX_RADIO;
/// Most octets of a content and its checksum.
const MAX_CHECKED: usize = MAX_CONTENT + CRC_LEN;
/// Most octets of a frame on the wire.
pub const MAX_FRAMED: usize = max_encoding_length(MAX_CHECKED) + 1;

/// Frames the content that these fields make.
pub(crate) fn frame<'b>(
    fields: &[&[u8]],
    radio: &[u8],
    buffer: &'b mut [u8; MAX_FRAMED],
) -> Result<&'b [u8], EncodeError> {
    let long = EncodeError::TooLong { limit: MAX_RADIO, have: radio.len() };
    if radio.len() > MAX_RADIO {
        return Err(long);
    }
    let mut checked = Vec::<u8, MAX_CHECKED>::new();
    for part in fields.iter().chain(&[radio]) {
        checked.extend_from_slice(part).map_err(|_| long)?;
    }
    let checksum = CRC.checksum(&checked).to_be_bytes();
    checked.extend_from_slice(&checksum).map_err(|_| long)?;
    let length = cobs::try_encode(&checked, buffer).map_err(|_| long)?;
    *buffer.get_mut(length).ok_or(long)? = 0;
    buffer.get(..=length).ok_or(long)
}

/// Takes octets as they come, and finds the contents in them.
///
/// ```
/// use lora_tdma::LocalTime;
/// use radio_modem::{FromModem, MAX_FRAMED, Receiver};
///
/// let message = FromModem::Time { now: LocalTime::from_us(1_000) };
/// let mut buffer = [0; MAX_FRAMED];
/// let mut octets = message.encode(&mut buffer)?;
/// let mut receiver = Receiver::new();
/// let content = receiver.take(&mut octets).unwrap()?;
/// assert_eq!(FromModem::decode(content)?, message);
/// assert_eq!(receiver.take(&mut octets), None);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Receiver {
    state: DecoderState,
    checked: Vec<u8, MAX_CHECKED>,
    /// Whether this frame had more octets than there is room for.
    is_long: bool,
    /// Whether the frame was given, and the next octet begins another one.
    is_over: bool,
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

impl Receiver {
    /// A receiver that has heard nothing.
    pub const fn new() -> Self {
        Self { state: DecoderState::Idle, checked: Vec::new(), is_long: false, is_over: false }
    }

    /// Takes octets up to the end of one frame, and gives its content, or why it has none; `None` if there
    /// is no end among them. Frames without any octet mean nothing.
    pub fn take<'r>(&'r mut self, octets: &mut &[u8]) -> Option<Result<&'r [u8], FrameError>> {
        if core::mem::take(&mut self.is_over) {
            self.checked.clear();
            self.is_long = false;
        }
        while let Some((&octet, rest)) = octets.split_first() {
            *octets = rest;
            match self.state.feed(octet) {
                Ok(DecodeResult::NoData | DecodeResult::DataStart) => {}
                Ok(DecodeResult::DataContinue(octet)) => self.is_long |= self.checked.push(octet).is_err(),
                Ok(DecodeResult::DataComplete) => {
                    self.is_over = true;
                    return Some(self.content());
                }
                Err(_) => {
                    self.is_over = true;
                    return Some(Err(FrameError::Stuffing));
                }
            }
        }
        None
    }

    fn content(&self) -> Result<&[u8], FrameError> {
        if self.is_long {
            return Err(FrameError::TooLong { limit: MAX_CHECKED });
        }
        let short = FrameError::TooShort { needed: CRC_LEN + 1, have: self.checked.len() };
        let (content, &received) = self.checked.split_last_chunk::<CRC_LEN>().ok_or(short)?;
        if content.is_empty() {
            return Err(short);
        }
        let (received, computed) = (u16::from_be_bytes(received), CRC.checksum(content));
        if received != computed {
            return Err(FrameError::Checksum { received, computed });
        }
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn framed(content: &[u8]) -> std::vec::Vec<u8> {
        frame(&[content], &[], &mut [0; MAX_FRAMED]).unwrap().to_vec()
    }

    #[test]
    fn the_checksum_is_the_one_of_hdlc() {
        assert_eq!(CRC.checksum(b"123456789"), 0x906E);
        assert_eq!(framed(b"123456789"), b"\x0C123456789\x90\x6E\0");
    }

    #[test]
    fn zeros_are_stuffed() {
        let octets = framed(&[1, 0, 0, 2]);
        let checksum = CRC.checksum(&[1, 0, 0, 2]).to_be_bytes();
        assert_eq!(octets, [&[2, 1, 1, 4, 2], &checksum[..], &[0]].concat());
    }

    #[test]
    fn the_longest_content_fits_and_longer_ones_are_refused() {
        for octet in [0, 1, 0xFF] {
            let content = vec![octet; MAX_CONTENT];
            let octets = framed(&content);
            assert!(octets.len() <= MAX_FRAMED);
            let mut receiver = Receiver::new();
            assert_eq!(receiver.take(&mut &octets[..]), Some(Ok(&content[..])));
        }
        let long = EncodeError::TooLong { limit: 255, have: 256 };
        assert_eq!(frame(&[], &[0; 256], &mut [0; MAX_FRAMED]), Err(long));
    }

    #[test]
    fn what_is_no_frame_says_why_and_the_next_one_comes() {
        let good = framed(&[3, 4]);
        let mut damaged = good.clone();
        damaged[1] ^= 1;
        let (received, computed) = (CRC.checksum(&[3, 4]), CRC.checksum(&[2, 4]));
        let cases = [
            (damaged, FrameError::Checksum { received, computed }),
            (vec![5, 1, 2, 0], FrameError::Stuffing),
            (vec![3, 1, 2, 0], FrameError::TooShort { needed: 3, have: 2 }),
            (vec![1, 0], FrameError::TooShort { needed: 3, have: 0 }),
            ([&[1; 272][..], &[0]].concat(), FrameError::TooLong { limit: 270 }),
        ];
        let mut receiver = Receiver::new();
        for (octets, error) in cases {
            let stream = [&octets[..], &[0, 0], &good].concat();
            let mut rest = &stream[..];
            assert_eq!(receiver.take(&mut rest), Some(Err(error)));
            assert_eq!(receiver.take(&mut rest), Some(Ok(&[3, 4][..])));
            assert_eq!(receiver.take(&mut rest), None);
        }
    }
}
