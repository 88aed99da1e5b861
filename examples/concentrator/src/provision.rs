//! What a collector is given before it is installed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use collector_identity::{Identity, Name};
use hex::{FromHex, FromHexError};

use crate::concentrator::{NETWORK, collector_root};

/// Writes the identity block of a collector, which its firmware reads at 0x08004000.
#[derive(Args)]
pub struct Arguments {
    /// The collector's number in the network.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=65_520))]
    number: u16,
    /// The network; that of the simulation if not given.
    #[arg(long, value_name = "NUMBER", default_value_t = NETWORK)]
    network: u16,
    /// The root key, 32 hexadecimal digits: drawn at random for this device, and given to its base only. If not
    /// given, the key that the simulation knows it by, which is no secret.
    #[arg(long, value_name = "HEX", value_parser = key)]
    root: Option<[u8; 16]>,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn key(digits: &str) -> Result<[u8; 16], FromHexError> {
    FromHex::from_hex(digits)
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let &Arguments { number, network, root, ref out } = arguments;
    write(network, number, root.unwrap_or_else(|| collector_root(number)), out)
}

/// Writes the block of collector `number` of the simulation.
pub fn simulated(number: u16, path: &Path) -> anyhow::Result<()> {
    write(NETWORK, number, collector_root(number), path)
}

fn write(network: u16, number: u16, root: [u8; 16], path: &Path) -> anyhow::Result<()> {
    let name = Name::new(&format!("collector {number}")).context("the name is too long")?;
    let serial = 2_026_000_000 + u64::from(number);
    let identity = Identity { network, number, serial, root, name };
    fs::write(path, identity.encode()).with_context(|| format!("cannot write {}", path.display()))
}
