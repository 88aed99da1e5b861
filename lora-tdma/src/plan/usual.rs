//! The settings to choose from.

use crate::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

/// Settings of the newer chips, what reaches farthest first.
///
/// A step of the spreading factor is worth 2.5 dB, and half the bandwidth 3 dB.
pub const USUAL: [Profile; 24] = {
    use Bandwidth::{Khz125, Khz250, Khz500};
    use SpreadingFactor::{Sf5, Sf6, Sf7, Sf8, Sf9, Sf10, Sf11, Sf12};
    [
        usual(Sf12, Khz125),
        usual(Sf11, Khz125),
        usual(Sf12, Khz250),
        usual(Sf10, Khz125),
        usual(Sf11, Khz250),
        usual(Sf12, Khz500),
        usual(Sf9, Khz125),
        usual(Sf10, Khz250),
        usual(Sf11, Khz500),
        usual(Sf8, Khz125),
        usual(Sf9, Khz250),
        usual(Sf10, Khz500),
        usual(Sf7, Khz125),
        usual(Sf8, Khz250),
        usual(Sf9, Khz500),
        usual(Sf6, Khz125),
        usual(Sf7, Khz250),
        usual(Sf8, Khz500),
        usual(Sf5, Khz125),
        usual(Sf6, Khz250),
        usual(Sf7, Khz500),
        usual(Sf5, Khz250),
        usual(Sf6, Khz500),
        usual(Sf5, Khz500),
    ]
};

/// With the header, the check sum and the lowest coding rate.
const fn usual(spreading_factor: SpreadingFactor, bandwidth: Bandwidth) -> Profile {
    let is_short = matches!(spreading_factor, SpreadingFactor::Sf5 | SpreadingFactor::Sf6);
    let profile = Profile {
        family: Family::Sx126x,
        spreading_factor,
        bandwidth,
        coding_rate: CodingRate::Cr4_5,
        preamble: if is_short { Profile::SHORT_SYMBOL_PREAMBLE } else { 8 },
        explicit_header: true,
        crc: true,
        low_data_rate: false,
    };
    Profile { low_data_rate: profile.wants_low_data_rate(), ..profile }
}
