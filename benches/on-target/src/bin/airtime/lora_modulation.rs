//! The peer, which computes the length of a symbol when it is made.

use lora_modulation::{Bandwidth, BaseBandModulationParams, CodingRate, SpreadingFactor};

use crate::Factor;

pub struct Radio(SpreadingFactor, Bandwidth);

impl Radio {
    pub fn new(factor: Factor) -> Self {
        let factor = match factor {
            Factor::Sf7 => SpreadingFactor::_7,
            Factor::Sf12 => SpreadingFactor::_12,
        };
        Self(factor, Bandwidth::_125KHz)
    }

    #[inline(never)]
    pub fn airtime_us(&self, payload: u8) -> u64 {
        let parameters = BaseBandModulationParams::new(self.0, self.1, CodingRate::_4_5);
        parameters.time_on_air_us(Some(8), true, payload).into()
    }
}
