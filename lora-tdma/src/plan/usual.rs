//! The settings to choose from.

use crate::airtime::{Bandwidth, Profile, SpreadingFactor};

/// Settings of the newer chips, what reaches farthest first.
///
/// A step of the spreading factor is worth 2.5 dB, and half the bandwidth 3 dB.
pub const USUAL: [Profile; 24] = {
    use Bandwidth::{Khz125, Khz250, Khz500};
    use SpreadingFactor::{Sf5, Sf6, Sf7, Sf8, Sf9, Sf10, Sf11, Sf12};
    [
        Profile::usual(Sf12, Khz125),
        Profile::usual(Sf11, Khz125),
        Profile::usual(Sf12, Khz250),
        Profile::usual(Sf10, Khz125),
        Profile::usual(Sf11, Khz250),
        Profile::usual(Sf12, Khz500),
        Profile::usual(Sf9, Khz125),
        Profile::usual(Sf10, Khz250),
        Profile::usual(Sf11, Khz500),
        Profile::usual(Sf8, Khz125),
        Profile::usual(Sf9, Khz250),
        Profile::usual(Sf10, Khz500),
        Profile::usual(Sf7, Khz125),
        Profile::usual(Sf8, Khz250),
        Profile::usual(Sf9, Khz500),
        Profile::usual(Sf6, Khz125),
        Profile::usual(Sf7, Khz250),
        Profile::usual(Sf8, Khz500),
        Profile::usual(Sf5, Khz125),
        Profile::usual(Sf6, Khz250),
        Profile::usual(Sf7, Khz500),
        Profile::usual(Sf5, Khz250),
        Profile::usual(Sf6, Khz500),
        Profile::usual(Sf5, Khz500),
    ]
};
