//! `lora-modulation`. It always counts a checksum, has up to 255 symbols of preamble, and decides itself where
//! the low data rate is on.

use std::hint::black_box;

use lora_modulation::{Bandwidth, BaseBandModulationParams, CodingRate, SpreadingFactor};

use crate::airtime::{Airtime, Implementation, Settings};

pub const IMPLEMENTATION: Implementation = Implementation { name: "lora-modulation", prepare };

fn prepare(settings: &Settings) -> Option<Airtime> {
    use {Bandwidth as B, CodingRate as C, SpreadingFactor as S};
    const FACTORS: [S; 8] = [S::_5, S::_6, S::_7, S::_8, S::_9, S::_10, S::_11, S::_12];
    const RATES: [C; 4] = [C::_4_5, C::_4_6, C::_4_7, C::_4_8];
    let factor = FACTORS[settings.factor as usize - 5];
    let bandwidth = match settings.divider {
        64 => B::_7KHz,
        48 => B::_10KHz,
        32 => B::_15KHz,
        24 => B::_20KHz,
        16 => B::_31KHz,
        12 => B::_41KHz,
        8 => B::_62KHz,
        4 => B::_125KHz,
        2 => B::_250KHz,
        _ => B::_500KHz,
    };
    let rate = RATES[settings.rate as usize - 1];
    let (preamble, explicit) = (u8::try_from(settings.preamble).ok()?, settings.explicit_header);
    settings.crc.then_some(Box::new(move |payload| {
        let (factor, bandwidth, rate) = black_box((factor, bandwidth, rate));
        let parameters = BaseBandModulationParams::new(factor, bandwidth, rate);
        parameters.time_on_air_us(Some(black_box(preamble)), black_box(explicit), payload).into()
    }))
}
