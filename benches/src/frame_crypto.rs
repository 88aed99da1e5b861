//! `frame-crypto` beside the mode that its frames are sealed with, which is all that a peer gives.

pub mod case;
pub mod peers;

use crate::case::{Case, Column};

pub struct Implementation {
    pub name: &'static str,
    pub aes: fn() -> Box<dyn Ends>,
    pub sm4: fn() -> Box<dyn Ends>,
}

impl Column for Implementation {
    const TITLE: &'static str = "Frame security";
    const ALL: &'static [Self] = &peers::ALL;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }
}

/// A frame has so many octets besides its message.
pub const OVERHEAD: usize = 13;

/// The two ends of a link.
pub trait Ends {
    /// The length of the frame.
    fn seal(&mut self, plaintext: &[u8], frame: &mut [u8; 256]) -> Option<usize>;

    /// The length of the message.
    fn open(&mut self, frame: &[u8], plaintext: &mut [u8; 256]) -> Option<usize>;
}
