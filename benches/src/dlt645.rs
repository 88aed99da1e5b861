//! `dlt645`, which has no peer on crates.io.

pub mod case;
pub mod stream;
pub mod ways;

use dlt645::{Identifier, Layout};

use crate::case::{Case, Column};

/// A way to do the work. `None` is left out.
pub struct Way {
    pub name: &'static str,
    pub decode_reply: Option<DecodeReply>,
    pub encode_command: Option<EncodeCommand>,
    pub encode_reply: Option<EncodeReply>,
    pub read_values: Option<ReadValues>,
    pub stream: Option<FindFrames>,
}

impl Column for Way {
    const TITLE: &'static str = "DL/T 645";
    const ALL: &'static [Self] = &ways::ALL;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }

    fn is_peer(&self) -> bool {
        false
    }
}

/// The identifier in the frame of a read reply, and the wrapping sum of the data behind it.
pub type DecodeReply = fn(&[u8]) -> Option<(u32, u8)>;

/// Writes the frame that reads an identifier from a meter into a buffer, and returns it.
pub type EncodeCommand = for<'a> fn([u8; 6], u32, &'a mut [u8]) -> &'a [u8];

/// Writes the frame with which a meter answers a read into a buffer, and returns it.
pub type EncodeReply = for<'a> fn([u8; 6], u32, &[u8], &'a mut [u8]) -> &'a [u8];

/// Reads the values in the data of a read reply.
pub type ReadValues = fn(&Question, &[u8]) -> Values;

/// Takes a stream in chunks of [`CHUNK`](crate::stream::CHUNK) octets, and reports every frame in it.
pub type FindFrames = fn(&[u8], &mut dyn FnMut(&dlt645::Frame<'_>));

/// What was asked for.
#[derive(Clone, Copy)]
pub struct Question {
    pub identifier: Identifier,
    /// Its layout, as a program has it that knows what it asks.
    pub layout: Layout,
}

/// How many values there were, and the sum of all mantissas and characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    pub count: usize,
    pub sum: i64,
}
