//! Airtime of LoRa frames: `lora-tdma` beside its peer.

pub mod case;
pub mod peers;
pub mod settings;

use crate::case::{Case, Column};
use settings::Settings;

pub struct Implementation {
    pub name: &'static str,
    /// Makes the implementation's own settings; `None` if it has none like these.
    pub prepare: fn(&Settings) -> Option<Airtime>,
}

/// Computes microseconds of a frame with so many octets from the implementation's settings.
pub type Airtime = Box<dyn Fn(u8) -> u64>;

impl Column for Implementation {
    const TITLE: &'static str = "LoRa airtime";
    const ALL: &'static [Self] = &peers::ALL;
    const CASES: &'static [Case<Self>] = &case::ALL;

    fn name(&self) -> &'static str {
        self.name
    }
}
