//! Which radio settings do what a network is to do, and what its superframe then looks like.
//!
//! ```console
//! $ cargo run -p meterwire-lora-tdma --example plan -- devices=50 message=32 base_bps=5000 channels=2
//! ```
//!
//! What is not said stays as in `Demand::default()`.

use std::env;
use std::process::ExitCode;

use anyhow::{Context, bail};
use lora_tdma::plan::{Demand, USUAL};
use lora_tdma::region::microwatts;

fn main() -> ExitCode {
    let demand = match demand(env::args().skip(1)) {
        Ok(demand) => demand,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    // The first settings that will do. The usual ones begin with what reaches farthest.
    match demand.plan(&USUAL) {
        Ok(plan) => {
            println!("{plan}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}", demand.survey(&USUAL));
            eprintln!("no settings will do; the nearest: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The demand that arguments of the form NAME=NUMBER make.
fn demand(arguments: impl Iterator<Item = String>) -> anyhow::Result<Demand> {
    let mut demand = Demand::default();
    for argument in arguments {
        let (name, number) = argument.split_once('=').context("the form is NAME=NUMBER")?;
        set(&mut demand, name, number).with_context(|| argument.clone())?;
    }
    Ok(demand)
}

fn set(demand: &mut Demand, name: &str, number: &str) -> anyhow::Result<()> {
    match name {
        "devices" => demand.devices = number.parse()?,
        "message" => demand.message = number.parse()?,
        "every_ms" => demand.every_ms = number.parse()?,
        "base_bps" => demand.base_bps = number.parse()?,
        "slot_bps" => demand.slot_bps = number.parse()?,
        "downlink_bps" => demand.downlink_bps = number.parse()?,
        "use_percent" => demand.use_percent = number.parse()?,
        "lost" => demand.lost = number.parse()?,
        "channels" => demand.channels = number.parse()?,
        "power_dbm" => demand.power_uw = microwatts(number.parse()?),
        _ => bail!("a demand has no such number here"),
    }
    Ok(())
}
