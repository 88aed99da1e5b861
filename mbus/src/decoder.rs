//! Frames out of a stream of octets.

use meter_value::line::{Frames, Scan, Window};

use crate::frame::length;
use crate::{DecodeError, Frame};

/// So many octets without a frame are a glitch of transceivers, not what is left of an answer.
pub(crate) const GLITCH: usize = 3;

/// Finds frames by their start octets, lengths, checksum and stop octet. After a failure it slides on
/// by one octet, so no intact frame is lost behind a false header; other octets are skipped.
///
/// ```
/// use mbus::{Address, Control, Decoder, Frame};
///
/// let mut decoder: Decoder = Decoder::new();
/// let noise_and_frame = [0x00, 0x68, 0x10, 0x40, 0x05, 0x45, 0x16];
/// assert_eq!(decoder.feed(&noise_and_frame), 7);
/// while let Some(result) = decoder.frame() {
///     if let Ok(frame) = result {
///         assert_eq!(frame, Frame::Short { control: Control::SND_NKE, address: Address(5) });
///     }
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Decoder<const N: usize = { Frame::MAX_LEN }> {
    window: Window<N>,
}

impl<const N: usize> Decoder<N> {
    /// An empty decoder. `N` is 261 or more.
    pub const fn new() -> Self {
        const { assert!(N >= Frame::MAX_LEN) };
        Self { window: Window::new() }
    }

    /// Takes octets and says how many; takes none before [`frame`](Self::frame) returned `None` after a
    /// [`silence`](Self::silence).
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.window.feed(octets)
    }

    /// Notes that the line was silent for longer than a frame may pause.
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
    pub(crate) fn last(&self) -> Result<Frame<'_>, DecodeError> {
        Frame::decode(self.window.lent())
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
    let have = octets.len();
    match length(octets) {
        Err(DecodeError::Start { .. }) => Scan::Skip,
        Err(error) => Scan::Reject(error),
        Ok(needed) => match octets.get(..needed).map(Frame::decode) {
            Some(Ok(_)) => Scan::Frame { len: needed },
            Some(Err(error)) => Scan::Reject(error),
            None if silent => Scan::Reject(DecodeError::Truncated { needed, have }),
            None => Scan::Incomplete,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Ci, Control};
    use std::vec::Vec;

    const RESET: [u8; 5] = [0x10, 0x40, 0x05, 0x45, 0x16];
    const BAUD: [u8; 9] = [0x68, 0x03, 0x03, 0x68, 0x53, 0xFE, 0xBD, 0x0E, 0x16];

    fn shown(decoder: &mut Decoder) -> Vec<std::string::String> {
        let mut found = Vec::new();
        while let Some(result) = decoder.frame() {
            found.push(std::format!("{result:?}"));
        }
        found
    }

    #[test]
    fn finds_every_kind_of_frame_octet_by_octet() {
        let mut decoder: Decoder = Decoder::new();
        let mut found = Vec::new();
        for octet in [&[0x00, 0xE5][..], &RESET, &[0x16], &BAUD].concat() {
            decoder.feed(&[octet]);
            found.extend(shown(&mut decoder));
        }
        let frames = [
            Frame::Ack,
            Frame::Short { control: Control::SND_NKE, address: Address(5) },
            Frame::Control { control: Control::SND_UD, address: Address::TEST, ci: Ci::BAUD_9600 },
        ];
        assert_eq!(found, frames.map(|frame| std::format!("{:?}", Ok::<_, DecodeError>(frame))));
    }

    #[test]
    fn four_start_octets_hide_a_frame_only_until_silence() {
        let mut decoder: Decoder = Decoder::new();
        decoder.feed(&[0x68; 4]);
        decoder.feed(&RESET);
        assert_eq!(decoder.frame(), None, "110 octets could follow");
        decoder.silence();
        assert_eq!(decoder.frame(), Some(Err(DecodeError::Truncated { needed: 110, have: 9 })));
        let reset = Frame::Short { control: Control::SND_NKE, address: Address(5) };
        assert_eq!(decoder.frame(), Some(Ok(reset)));
        assert_eq!(decoder.frame(), None);
    }

    #[test]
    fn a_bad_checksum_loses_one_frame() {
        let mut decoder: Decoder = Decoder::new();
        let mut bad = BAUD;
        bad[7] ^= 1;
        decoder.feed(&[&bad[..], &BAUD].concat());
        let checksum = DecodeError::Checksum { received: 0x0F, computed: 0x0E };
        assert_eq!(decoder.frame(), Some(Err(checksum)));
        assert!(matches!(decoder.frame(), Some(Ok(Frame::Control { .. }))));
    }
}
