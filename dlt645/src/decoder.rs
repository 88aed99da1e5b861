//! Frames out of a stream of octets.

use meter_value::line::{Frames, Scan, Window};

use crate::frame::head;
use crate::{DecodeError, Frame};

/// Finds frames by both octets 68, length, checksum and the octet 16. What cannot start a frame, such as
/// the preamble, is skipped; after a failure it slides on by one octet, so no intact frame is lost behind
/// a false start.
///
/// ```
/// use dlt645::{Address, Decoder, Frame};
///
/// let mut decoder: Decoder = Decoder::new();
/// let preamble_and_frame = [
///     0xFE, 0xFE, 0x68, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0x68, 0x13, 0x00, 0xDF, 0x16,
/// ];
/// assert_eq!(decoder.feed(&preamble_and_frame), 14);
/// let Some(Ok(frame)) = decoder.frame() else { panic!() };
/// assert_eq!(frame.address, Address::ANY);
/// assert_eq!(decoder.frame(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<const N: usize = { Frame::MAX_LEN }> {
    window: Window<N>,
}

impl<const N: usize> Default for Decoder<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Decoder<N> {
    /// An empty decoder. `N` is 267 or more.
    pub const fn new() -> Self {
        const { assert!(N >= Frame::MAX_LEN) };
        Self { window: Window::new() }
    }

    /// Takes octets and says how many; takes none before [`frame`](Self::frame) returned `None` after a
    /// [`silence`](Self::silence).
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.window.feed(octets)
    }

    /// Notes that the line was silent for longer than a frame allows between two octets: 500 ms
    /// (DL/T 645-2007, chapter 5).
    pub fn silence(&mut self) {
        self.window.silence();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.window.clear();
    }

    /// The next frame, or the first error in a run of octets that are none, or nothing yet.
    pub fn frame(&mut self) -> Option<Result<Frame<'_>, DecodeError>> {
        Some(self.window.scan(judge, |error, _| error)?.and_then(Frame::decode))
    }

    /// The frame that [`frame`](Self::frame) returned last.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there was none.
    pub fn last(&self) -> Result<Frame<'_>, DecodeError> {
        Frame::decode(self.octets())
    }

    /// The octets of that frame.
    pub fn octets(&self) -> &[u8] {
        self.window.lent()
    }

    /// The octets that came in behind that frame.
    pub fn behind(&self) -> &[u8] {
        self.window.behind()
    }
}

impl<const N: usize> Frames for Decoder<N> {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        self.feed(octets)
    }

    fn silence(&mut self) {
        self.silence();
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn find(&mut self) -> Option<Result<(), DecodeError>> {
        Some(self.frame()?.map(|_| ()))
    }
}

pub(crate) fn judge(octets: &[u8], silent: bool) -> Scan<DecodeError> {
    match head(octets) {
        Ok((_, len)) => Scan::Frame { len },
        Err(DecodeError::Start { place: 0, .. }) => Scan::Skip,
        Err(DecodeError::Truncated { .. }) if !silent => Scan::Incomplete,
        Err(error) => Scan::Reject(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Control, Data, Function};
    use std::vec::Vec;

    const TRICKY: Frame<'_> = Frame {
        address: Address([0x68, 0x16, 0x68, 0x11, 0x04, 0x68]),
        control: Control::command(Function::READ),
        data: Data::plain(&[0x35, 0xE3, 0x35, 0xE3]),
    };

    fn octets(frame: &Frame<'_>) -> Vec<u8> {
        frame.encode(&mut [0; 267]).unwrap().to_vec()
    }

    #[test]
    fn a_frame_full_of_68_and_16_is_found_behind_noise_and_false_starts() {
        let good = octets(&TRICKY);
        let mut broken = good.clone();
        broken[10] ^= 1;
        let stream =
            [&[0x00, 0xFB, 0x16, 0x68, 0xFE][..], &broken, &[0xFE], &good, &good, &[0x68, 0x68]].concat();
        let mut decoder: Decoder = Decoder::new();
        let (mut frames, mut errors) = (0, Vec::new());
        for octet in stream {
            assert_eq!(decoder.feed(&[octet]), 1);
            while let Some(result) = decoder.frame() {
                match result {
                    Ok(frame) => {
                        assert_eq!(frame, TRICKY);
                        frames += 1;
                    }
                    Err(error) => errors.push(error),
                }
            }
        }
        assert_eq!(frames, 2);
        assert_eq!(errors, [DecodeError::Start { place: 7, octet: 0x04 }]);
    }

    #[test]
    fn silence_ends_a_false_start_that_promises_more() {
        let good = octets(&TRICKY);
        let stream = [&[0x68, 0, 0, 0, 0, 0, 0, 0x68, 0x91, 0xFF][..], &good].concat();
        let mut decoder: Decoder = Decoder::new();
        assert_eq!(decoder.feed(&stream), stream.len());
        assert_eq!(decoder.frame(), None);
        decoder.silence();
        let truncated = DecodeError::Truncated { needed: 267, have: stream.len() };
        assert_eq!(decoder.frame(), Some(Err(truncated)));
        assert_eq!(decoder.frame(), Some(Ok(TRICKY)));
        assert_eq!(decoder.frame(), None);
    }
}
