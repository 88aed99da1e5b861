//! `modbus-rtu` beside its peers.

pub mod case;
pub mod peers;
pub mod stream;

use crate::case::{Case, Column};

/// What an implementation can do. `None` is left out: its file says why.
pub struct Implementation {
    pub name: &'static str,
    pub decode_request: Option<DecodeRequest>,
    pub decode_response: Option<DecodeResponse>,
    pub encode_request: Option<EncodeRequest>,
    pub encode_response: Option<EncodeResponse>,
    pub stream: Option<FindFrames>,
}

impl Column for Implementation {
    const TITLE: &'static str = "Modbus RTU";
    const ALL: &'static [Self] = &peers::ALL;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }
}

/// The fields of a frame that asks for holding registers, if its checksum is right.
pub type DecodeRequest = fn(&[u8]) -> Option<Request>;

/// The wrapping sum of the registers of a frame that answers, if its checksum is right.
pub type DecodeResponse = fn(&[u8]) -> Option<u16>;

/// Writes the frame that asks into a buffer of 256 octets, and returns it.
pub type EncodeRequest = for<'a> fn(&Request, &'a mut Vec<u8>) -> &'a [u8];

/// Writes the frame with which a unit answers into a buffer of 256 octets, and returns it.
pub type EncodeResponse = for<'a> fn(u8, &[u16], &'a mut Vec<u8>) -> &'a [u8];

/// Takes a stream of requests in chunks of [`CHUNK`](crate::stream::CHUNK) octets, and reports the unit and the PDU of
/// every frame in it.
pub type FindFrames = fn(&[u8], &mut dyn FnMut(u8, &[u8]));

/// A request to read holding registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub unit: u8,
    pub address: u16,
    pub quantity: u16,
}
