//! What the device is told before it is in a network: who it is, its radio, and a first table of meters.

use collector_identity::Identity;
use embedded_storage::nor_flash::ReadNorFlash;
use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::{Bounds, Layout};
use radio_modem::Settings;

use crate::flash::{Flash, IDENTITY};

/// A TCXO of 2 millionths would need less; this is a plain crystal at -20 to 60 °C.
pub const BOUNDS: Bounds = Bounds { stamp_error_us: 20, drift_ppm: 41, drift_rate_ppb_per_s: 21 };

/// How exactly the modem begins a frame.
pub const START_ERROR_US: u16 = 2;

/// The radio.
pub const SETTINGS: Settings = Settings { frequency_hz: 480_000_000, power_dbm: 17, profile: PROFILE };

const PROFILE: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

/// A schedule that no base has, with a place for every number up to 65,520: the true one comes with the session.
pub const LAYOUT: Layout =
    Layout { version: 0, cycle: 4_095, ..Layout::plain(PROFILE, 16, 16, 1_000, 1_000_000) };

/// The meters of a device that was given no other table; see `meters.rs`.
pub const METERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/meters"));

/// The identity of this device, if it was given one.
pub fn identity() -> Option<Identity> {
    let mut octets = [0; Identity::LEN];
    Flash.read(IDENTITY, &mut octets).ok()?;
    Identity::decode(&octets).ok()
}
