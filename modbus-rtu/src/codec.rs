//! Frames over streams of tokio.

use std::io::{Error, ErrorKind};

use bytes::{Buf, Bytes, BytesMut};
use tokio_util::codec;

use crate::judge::{Reason, judge_direction};
use crate::length::{Length, length};
use crate::stream::checked;
use crate::{Dialect, Direction, Frame, Request, Response, UnitId};
use meter_value::line::Scan;

/// A frame that owns its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adu {
    /// Who it is for, or from.
    pub unit: UnitId,
    /// Function code and data.
    pub pdu: Bytes,
}

impl Adu {
    /// The frame, borrowed.
    pub fn frame(&self) -> Frame<'_> {
        Frame { unit: self.unit, pdu: &self.pdu }
    }
}

/// Frames of one direction out of a stream, and requests or responses into it, for
/// [`tokio_util::codec::Framed`].
///
/// Octets that are no frame are passed over. There are no silences in a stream: a frame of a function that only
/// a silence ends is one if it is all that came, or if the stream ends.
///
/// ```
/// use futures_util::{SinkExt, StreamExt};
/// use modbus_rtu::{Bank, Codec, Direction, Frame, Range, Request, Response, Unit, UnitId};
/// use tokio_util::codec::Framed;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (near, far) = tokio::io::duplex(512);
/// let mut client = Framed::new(near, Codec::new(Direction::Response));
/// let mut server = Framed::new(far, Codec::new(Direction::Request));
///
/// let range = Range::new(0, 2).unwrap();
/// client.send((UnitId(17), Request::ReadHoldingRegisters { range })).await?;
///
/// let mut unit = Unit::new(UnitId(17), Bank::<0, 0, 2, 0>::new());
/// let request = server.next().await.unwrap()?;
/// let mut reply = [0; Frame::MAX_LEN];
/// let answer = Frame::decode(unit.answer(&request.frame(), &mut reply)).unwrap();
/// server.send(answer).await?;
///
/// let answer = client.next().await.unwrap()?;
/// let response = Response::decode(&answer.pdu).unwrap();
/// assert_eq!(response, Response::ReadHoldingRegisters { registers: (&[0, 0]).into() });
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Codec {
    incoming: Direction,
    dialect: Dialect,
}

impl Codec {
    /// A codec for a stream on which frames of one direction come in: responses at a client, requests at a
    /// server.
    pub const fn new(incoming: Direction) -> Self {
        Self { incoming, dialect: Dialect::STRICT }
    }

    /// A codec that takes a device's deviations for frames too.
    #[must_use]
    pub const fn in_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// What the octets at the head are, and whether an intact frame follows those that only a silence ends.
    fn judge(&self, octets: &[u8], end: bool) -> Scan<Reason> {
        let judge = |octets: &[u8], silent| judge_direction(self.incoming, self.dialect, octets, silent);
        match judge(octets, end) {
            Scan::Incomplete
                if matches!(length(self.incoming, octets), Length::Silence | Length::Usually(_)) =>
            {
                let is_frame = |from: &usize| {
                    octets.get(*from..).is_some_and(|rest| matches!(judge(rest, false), Scan::Frame { .. }))
                };
                match judge(octets, true) {
                    frame @ Scan::Frame { .. } => frame,
                    _ if (1..octets.len()).any(|from| is_frame(&from)) => Scan::Skip,
                    _ => Scan::Incomplete,
                }
            }
            scan => scan,
        }
    }

    fn take(&self, octets: &mut BytesMut, end: bool) -> Option<Adu> {
        while !octets.is_empty() {
            match self.judge(octets, end) {
                Scan::Incomplete if !end => return None,
                Scan::Frame { len } => {
                    let head = octets.split_to(len).freeze();
                    let Frame { unit, pdu } = checked(&head).ok()?;
                    return Some(Adu { unit, pdu: head.slice_ref(pdu) });
                }
                _ => octets.advance(1),
            }
        }
        None
    }
}

impl codec::Decoder for Codec {
    type Item = Adu;
    type Error = Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Adu>, Error> {
        Ok(self.take(octets, false))
    }

    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<Adu>, Error> {
        Ok(self.take(octets, true))
    }
}

fn put(
    octets: &mut BytesMut,
    encode: impl FnOnce(&mut [u8]) -> Result<&[u8], crate::EncodeError>,
) -> Result<(), Error> {
    let mut buffer = [0; Frame::MAX_LEN];
    let frame = encode(&mut buffer).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
    octets.extend_from_slice(frame);
    Ok(())
}

impl codec::Encoder<Frame<'_>> for Codec {
    type Error = Error;

    fn encode(&mut self, frame: Frame<'_>, octets: &mut BytesMut) -> Result<(), Error> {
        put(octets, |buffer| frame.encode(buffer))
    }
}

impl codec::Encoder<(UnitId, Request<'_>)> for Codec {
    type Error = Error;

    fn encode(&mut self, (unit, request): (UnitId, Request<'_>), octets: &mut BytesMut) -> Result<(), Error> {
        put(octets, |buffer| request.encode_frame(unit, buffer))
    }
}

impl codec::Encoder<(UnitId, Response<'_>)> for Codec {
    type Error = Error;

    fn encode(
        &mut self,
        (unit, response): (UnitId, Response<'_>),
        octets: &mut BytesMut,
    ) -> Result<(), Error> {
        put(octets, |buffer| response.encode_frame(unit, buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;
    use tokio_util::codec::Decoder;

    fn framed(body: &[u8]) -> Vec<u8> {
        [body, &crate::checksum(body).to_le_bytes()].concat()
    }

    /// An octet before unit 13 makes its number a function that only a silence ends.
    #[test]
    fn a_stray_octet_stalls_nothing() {
        let mut codec = Codec::new(Direction::Request);
        let request = framed(&[13, 3, 0, 0, 0, 1]);
        let mut octets = BytesMut::from(&[&[5][..], &request].concat()[..]);
        let adu = codec.decode(&mut octets).unwrap().unwrap();
        assert_eq!((adu.unit, &adu.pdu[..]), (UnitId(13), &[3, 0, 0, 0, 1][..]));
        assert!(octets.is_empty());
    }

    #[test]
    fn an_exception_without_a_checksum_keeps_its_reason() {
        let dialect = Dialect { exception_without_checksum: true, ..Dialect::STRICT };
        let mut codec = Codec::new(Direction::Response).in_dialect(dialect);
        let mut octets = BytesMut::from(&[17, 0x83, 2][..]);
        let adu = codec.decode_eof(&mut octets).unwrap().unwrap();
        assert_eq!((adu.unit, &adu.pdu[..]), (UnitId(17), &[0x83, 2][..]));
    }

    #[test]
    fn a_users_function_is_a_frame_when_it_is_all_there_is() {
        let mut codec = Codec::new(Direction::Request);
        let user = framed(&[17, 0x41, 1, 2]);
        let mut octets = BytesMut::from(&user[..4]);
        assert_eq!(codec.decode(&mut octets).unwrap(), None);
        octets.extend_from_slice(&user[4..]);
        assert_eq!(&codec.decode(&mut octets).unwrap().unwrap().pdu[..], [0x41, 1, 2]);
    }
}
