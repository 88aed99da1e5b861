//! `mbus` beside its peer.

pub mod case;
pub mod peers;
pub mod stream;

use crate::case::{Case, Column};

/// What an implementation can do. `None` is left out: its file says why.
pub struct Implementation {
    pub name: &'static str,
    pub decode: Option<Decode>,
    pub readings: Option<Readings>,
    pub encode_reply: Option<EncodeReply>,
    pub stream: Option<FindFrames>,
}

impl Column for Implementation {
    const TITLE: &'static str = "M-Bus";
    const ALL: &'static [Self] = &peers::ALL;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }
}

/// Reads the quantity, the unit and the value of every record in a frame, and says how many there were.
pub type Decode = fn(&[u8]) -> Option<usize>;

/// The same, in words.
pub type Readings = fn(&[u8]) -> Option<Vec<Reading>>;

/// Writes the frame with which a meter answers into a buffer, and returns it.
pub type EncodeReply = for<'a> fn(&[mbus::Entry<'_>], &'a mut [u8]) -> &'a [u8];

/// Takes a stream in chunks of [`CHUNK`](crate::stream::CHUNK) octets, and reports every frame in it.
pub type FindFrames = fn(&[u8], &mut dyn FnMut(&mbus::Frame<'_>));

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub quantity: &'static str,
    pub unit: &'static str,
    pub value: Value,
}

/// A value, of any implementation's own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// So many, times a power of ten.
    Number(i64, i8),
    /// Year, month and day.
    Date(u16, u8, u8),
    /// The same, hour and minute.
    DateTime(u16, u8, u8, u8, u8),
}
