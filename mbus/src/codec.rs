//! Frames over streams of tokio.

use std::io::{Error, ErrorKind};

use bytes::{Buf, Bytes, BytesMut};
use meter_value::line::Scan;
use tokio_util::codec;

use crate::decoder::judge;
use crate::{DecodeError, EncodeError, Frame};

/// A frame that owns its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFrame {
    octets: Bytes,
}

impl OwnedFrame {
    /// The frame, borrowed.
    ///
    /// # Errors
    /// None for what comes out of a [`Codec`].
    pub fn frame(&self) -> Result<Frame<'_>, DecodeError> {
        Frame::decode(&self.octets)
    }
}

/// Frames of both directions out of a stream, and frames into it, for [`tokio_util::codec::Framed`].
///
/// Octets that are no frame are passed over. There are no silences in a stream: a false start is one only when
/// as many octets have come as it promises, or the stream ends.
///
/// ```
/// use futures_util::{SinkExt, StreamExt};
/// use mbus::{Address, Codec, Control, Frame};
/// use tokio_util::codec::Framed;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (near, far) = tokio::io::duplex(512);
/// let (mut client, mut meter) = (Framed::new(near, Codec), Framed::new(far, Codec));
///
/// let reset = Frame::Short { control: Control::SND_NKE, address: Address(5) };
/// client.send(reset).await?;
/// assert_eq!(meter.next().await.unwrap()?.frame(), Ok(reset));
/// meter.send(Frame::Ack).await?;
/// assert_eq!(client.next().await.unwrap()?.frame(), Ok(Frame::Ack));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Codec;

fn take(octets: &mut BytesMut, end: bool) -> Option<OwnedFrame> {
    while !octets.is_empty() {
        match judge(octets, end) {
            Scan::Incomplete => return None,
            Scan::Frame { len } => return Some(OwnedFrame { octets: octets.split_to(len).freeze() }),
            _ => octets.advance(1),
        }
    }
    None
}

impl codec::Decoder for Codec {
    type Item = OwnedFrame;
    type Error = Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<OwnedFrame>, Error> {
        Ok(take(octets, false))
    }

    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<OwnedFrame>, Error> {
        Ok(take(octets, true))
    }
}

impl codec::Encoder<Frame<'_>> for Codec {
    type Error = Error;

    fn encode(&mut self, frame: Frame<'_>, octets: &mut BytesMut) -> Result<(), Error> {
        let mut buffer = [0; Frame::MAX_LEN];
        let invalid = |error: EncodeError| Error::new(ErrorKind::InvalidInput, error);
        octets.extend_from_slice(frame.encode(&mut buffer).map_err(invalid)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Control};
    use std::vec::Vec;
    use tokio_util::codec::Decoder;

    const FRAME: [u8; 5] = [0x10, 0x40, 0x05, 0x45, 0x16];
    const RESET: Frame<'_> = Frame::Short { control: Control::SND_NKE, address: Address(5) };

    #[test]
    fn frames_come_out_of_noise_in_any_pieces() {
        let stream: Vec<u8> = [&[0x00, 0x10][..], &FRAME, &[0x00, 0x16], &FRAME].concat();
        let (mut octets, mut frames) = (BytesMut::new(), 0);
        for octet in stream {
            octets.extend_from_slice(&[octet]);
            while let Some(frame) = Codec.decode(&mut octets).unwrap() {
                assert_eq!(frame.frame(), Ok(RESET));
                frames += 1;
            }
        }
        assert_eq!(frames, 2);
        assert!(octets.is_empty());
    }

    #[test]
    fn the_end_of_the_stream_ends_a_false_start() {
        let false_start = [0x68, 0x40, 0x40, 0x68];
        let mut octets = BytesMut::from(&[&false_start[..], &FRAME].concat()[..]);
        assert_eq!(Codec.decode(&mut octets).unwrap(), None);
        assert!(Codec.decode_eof(&mut octets).unwrap().is_some());
        assert_eq!(Codec.decode_eof(&mut octets).unwrap(), None);
    }
}
