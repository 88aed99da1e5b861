//! What must hold of every crate for every input. A law takes octets and panics when it is broken.
//!
//! Proptest, the fuzz targets and the replay of the corpus call the same functions; so can a project that
//! depends on these crates, with frames of its own meters.

// A law that is broken panics: that is what it is for.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod dlt645;
mod frame;
pub mod frame_crypto;
pub mod lora_clock;
pub mod lora_plan;
pub mod lora_region;
pub mod lora_tdma;
mod machine;
pub mod mbus;
pub mod meter_value;
pub mod modbus_rtu;
pub mod radio_modem;
mod stream;
pub mod telemetry;

/// A law.
pub type Law = fn(&[u8]);

/// Every law by the name of its fuzz target.
pub const TARGETS: &[(&str, Law)] = &[
    ("modbus_rtu_decode", modbus_rtu::decode),
    ("modbus_rtu_stream", modbus_rtu::stream),
    ("modbus_rtu_client", modbus_rtu::client),
    ("modbus_rtu_server", modbus_rtu::server),
    ("modbus_rtu_map", modbus_rtu::map),
    ("dlt645_decode", dlt645::decode),
    ("dlt645_stream", dlt645::stream),
    ("dlt645_client", dlt645::client),
    ("dlt645_server", dlt645::server),
    ("dlt645_meter", dlt645::meter),
    ("dlt645_pair", dlt645::pair),
    ("dlt645_search", dlt645::search),
    ("mbus_decode", mbus::decode),
    ("mbus_stream", mbus::stream),
    ("mbus_client", mbus::client),
    ("mbus_server", mbus::server),
    ("mbus_pair", mbus::pair),
    ("mbus_search", mbus::search),
    ("mbus_wireless", mbus::wireless),
    ("frame_crypto_open", frame_crypto::open),
    ("frame_crypto_link", frame_crypto::link),
    ("frame_crypto_join", frame_crypto::join),
    ("frame_crypto_rename", frame_crypto::rename),
    ("frame_crypto_store", frame_crypto::store),
    ("lora_clock_bounds", lora_clock::bounds),
    ("lora_clock_pairs", lora_clock::pairs),
    ("lora_plan_demand", lora_plan::demand),
    ("lora_region_admits", lora_region::admits),
    ("lora_region_duty", lora_region::duty),
    ("lora_tdma_airtime", lora_tdma::airtime),
    ("lora_tdma_delivery", lora_tdma::delivery),
    ("lora_tdma_layout", lora_tdma::layout),
    ("lora_tdma_link", lora_tdma::link),
    ("meter_value_number", meter_value::number),
    ("radio_modem_decode", radio_modem::decode),
    ("radio_modem_stream", radio_modem::stream),
    ("telemetry_messages", telemetry::messages),
];

/// The laws of a folder's crate, for its vectors.
pub fn laws_of(folder: &str) -> impl Iterator<Item = &'static (&'static str, Law)> {
    let prefix = folder.replace('-', "_") + "_";
    TARGETS.iter().filter(move |(name, _)| name.starts_with(&prefix))
}

/// Numbers out of octets; when none are left, zeros.
struct Seed<'a>(&'a [u8]);

impl<'a> Seed<'a> {
    fn octets<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        let (taken, rest) = self.0.split_at(N.min(self.0.len()));
        octets[..taken.len()].copy_from_slice(taken);
        self.0 = rest;
        octets
    }

    fn u8(&mut self) -> u8 {
        let [octet] = self.octets();
        octet
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.octets())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.octets())
    }

    /// Up to `limit` octets.
    fn slice(&mut self, limit: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(limit.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
