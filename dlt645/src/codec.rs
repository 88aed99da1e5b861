//! Frames over streams of tokio.

use std::io::{Error, ErrorKind};

use bytes::{Buf, Bytes, BytesMut};
use meter_value::line::Scan;
use tokio_util::codec;

use crate::decoder::judge;
use crate::{Address, Command, Control, Data, EncodeError, Frame, Reply};

/// A frame that owns its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFrame {
    /// The meter it is for, or from.
    pub address: Address,
    /// Direction, function and two flags.
    pub control: Control,
    /// The data as it is on the line, with 33 added to each octet.
    pub wire: Bytes,
}

impl OwnedFrame {
    /// The frame, borrowed.
    pub fn frame(&self) -> Frame<'_> {
        Frame { address: self.address, control: self.control, data: Data::wire(&self.wire) }
    }
}

/// Frames of both directions out of a stream, and frames, commands or replies into it, for
/// [`tokio_util::codec::Framed`].
///
/// Octets that are no frame are passed over; four preamble octets go before each frame. There are no silences
/// in a stream: a false start is one only when as many octets have come as it promises, or the stream ends.
///
/// ```
/// use dlt645::{Address, Codec, Command, Data, Identifier, Reply};
/// use futures_util::{SinkExt, StreamExt};
/// use tokio_util::codec::Framed;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (near, far) = tokio::io::duplex(512);
/// let (mut client, mut meter) = (Framed::new(near, Codec), Framed::new(far, Codec));
///
/// let identifier = Identifier::VOLTAGE_A;
/// client.send((Address::ANY, Command::Read { identifier })).await?;
///
/// let command = meter.next().await.unwrap()?;
/// assert_eq!(Command::decode(&command.frame()), Ok(Command::Read { identifier }));
/// let reply = Reply::Read { identifier, data: Data::plain(&[0x97, 0x22]), more: false };
/// meter.send((Address([1, 0, 0, 0, 0, 0]), reply)).await?;
///
/// let answer = client.next().await.unwrap()?;
/// assert_eq!(answer.address.to_string(), "000000000001");
/// assert_eq!(Reply::decode(&answer.frame()), Ok(reply));
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
            Scan::Frame { len } => {
                let head = octets.split_to(len).freeze();
                let Frame { address, control, .. } = Frame::decode(&head).ok()?;
                // Behind the head, and before checksum and end.
                return Some(OwnedFrame { address, control, wire: head.slice(10..len.saturating_sub(2)) });
            }
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

fn put(
    octets: &mut BytesMut,
    encode: impl FnOnce(&mut [u8]) -> Result<&[u8], EncodeError>,
) -> Result<(), Error> {
    let mut buffer = [0; Frame::MAX_LEN];
    let frame = encode(&mut buffer).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
    octets.extend_from_slice(&Frame::PREAMBLE);
    octets.extend_from_slice(frame);
    Ok(())
}

impl codec::Encoder<Frame<'_>> for Codec {
    type Error = Error;

    fn encode(&mut self, frame: Frame<'_>, octets: &mut BytesMut) -> Result<(), Error> {
        put(octets, |buffer| frame.encode(buffer))
    }
}

impl codec::Encoder<(Address, Command<'_>)> for Codec {
    type Error = Error;

    fn encode(
        &mut self,
        (address, command): (Address, Command<'_>),
        octets: &mut BytesMut,
    ) -> Result<(), Error> {
        put(octets, |buffer| command.encode_frame(address, buffer))
    }
}

impl codec::Encoder<(Address, Reply<'_>)> for Codec {
    type Error = Error;

    fn encode(&mut self, (address, reply): (Address, Reply<'_>), octets: &mut BytesMut) -> Result<(), Error> {
        put(octets, |buffer| reply.encode_frame(address, buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;
    use tokio_util::codec::Decoder;

    const FRAME: [u8; 14] = [0x68, 1, 0, 0x68, 0, 0, 0, 0x68, 0x94, 0x02, 0x34, 0x33, 0x36, 0x16];

    #[test]
    fn frames_come_out_of_noise_in_any_pieces() {
        let stream: Vec<u8> = [&[0xFB, 0x68, 0xFE][..], &FRAME, &[0x00, 0xFE], &FRAME].concat();
        let (mut octets, mut frames) = (BytesMut::new(), 0);
        for octet in stream {
            octets.extend_from_slice(&[octet]);
            while let Some(frame) = Codec.decode(&mut octets).unwrap() {
                assert_eq!((frame.address, frame.control), (Address([1, 0, 0x68, 0, 0, 0]), Control(0x94)));
                assert_eq!((&frame.wire[..], frame.frame().data), (&[0x34, 0x33][..], Data::plain(&[1, 0])));
                frames += 1;
            }
        }
        assert_eq!(frames, 2);
        assert!(octets.is_empty());
    }

    #[test]
    fn the_end_of_the_stream_ends_a_false_start() {
        let false_start = [0x68, 0, 0, 0, 0, 0, 0, 0x68, 0x91, 0xFF];
        let mut octets = BytesMut::from(&[&false_start[..], &FRAME].concat()[..]);
        assert_eq!(Codec.decode(&mut octets).unwrap(), None);
        assert!(Codec.decode_eof(&mut octets).unwrap().is_some());
        assert_eq!(Codec.decode_eof(&mut octets).unwrap(), None);
    }
}
