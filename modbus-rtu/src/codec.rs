//! Frames over streams of tokio.

use std::io::{Error, ErrorKind};

use bytes::{Buf, Bytes, BytesMut};
use tokio_util::codec;

use crate::judge::judge_direction;
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
/// Octets that are no frame are passed over. There are no silences in a stream: a function whose frames only a
/// silence ends is found when the stream ends.
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
}

impl Codec {
    /// A codec for a stream on which frames of one direction come in: responses at a client, requests at a
    /// server.
    pub const fn new(incoming: Direction) -> Self {
        Self { incoming }
    }

    fn take(&self, octets: &mut BytesMut, end: bool) -> Option<Adu> {
        while !octets.is_empty() {
            match judge_direction(self.incoming, Dialect::STRICT, octets, end) {
                Scan::Incomplete if !end => return None,
                Scan::Frame { len } => {
                    let mut pdu = octets.split_to(len).freeze();
                    let unit = UnitId(pdu.first().copied()?);
                    pdu.advance(1);
                    pdu.truncate(len.saturating_sub(3));
                    return Some(Adu { unit, pdu });
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
