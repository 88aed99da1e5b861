//! `lora-tdma`, which has no peer on crates.io.

pub mod case;
pub mod network;
pub mod plain;

use std::time::Duration;

use frame_crypto::Aes128;

use crate::case::{Case, Column};
use network::Network;
use plain::Plain;

/// A cipher to do the work with.
pub struct Way {
    pub name: &'static str,
    pub superframes: fn(u16) -> Superframes,
}

impl Column for Way {
    const TITLE: &'static str = "Time slots";
    const ALL: &'static [Self] = &WAYS;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }

    fn is_peer(&self) -> bool {
        false
    }
}

/// A base with so many devices takes in the next superframe: how long that took, and how many messages came.
pub type Superframes = Box<dyn FnMut() -> (Duration, usize)>;

pub const WAYS: [Way; 2] = [
    Way { name: "meterwire-lora-tdma", superframes: superframes::<Aes128> },
    Way { name: "with a cipher that does nothing", superframes: superframes::<Plain> },
];

fn superframes<C: frame_crypto::Cipher + 'static>(devices: u16) -> Superframes {
    let mut network = Network::<C>::new(devices);
    Box::new(move || network.superframe())
}
