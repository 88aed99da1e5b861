//! What a collector is given before it is installed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use collector_identity::{Identity, Name};

use crate::concentrator::{NETWORK, collector_root};
use crate::world::COLLECTORS;

/// Writes the identity block of a collector, which its firmware reads at 0x08004000.
#[derive(Args)]
pub struct Arguments {
    /// The collector's number in the network.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=i64::from(COLLECTORS)))]
    number: u16,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    write(arguments.number, &arguments.out)
}

/// Writes the block of collector `number`.
pub fn write(number: u16, path: &Path) -> anyhow::Result<()> {
    let name = Name::new(&format!("collector {number}")).context("the name is too long")?;
    let serial = 2_026_000_000 + u64::from(number);
    let identity = Identity { network: NETWORK, number, serial, root: collector_root(number), name };
    fs::write(path, identity.encode()).with_context(|| format!("cannot write {}", path.display()))
}
