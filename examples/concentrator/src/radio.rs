//! The radio network by itself, simulated over hours, cell by cell of a matrix of surroundings.

mod measured;
mod planned;
mod pool;
mod table;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use lora_tdma::Schedule;
use radio_simulation::{Loss, Scenario, World, svg};

/// Simulates the radio network by itself, and prints delivery, collisions, use and latencies.
///
/// Without an option that is every figure the time slots are measured by; it takes some minutes.
#[derive(Args)]
pub struct Arguments {
    /// Simulated hours of each run.
    #[arg(long, default_value_t = 12.0, value_name = "NUMBER")]
    hours: f64,
    /// Runs for each cell of the table.
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    seeds: u64,
    /// Runs for the worst of them, for restarts and for joining.
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    most_seeds: u64,
    /// Draw the first superframes of a network with losses and alarms here, and do nothing else.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(path) = &arguments.svg {
        return draw(path);
    }
    let duration = Duration::from_secs_f64(arguments.hours * 3_600.0);
    // Whoever reads this may have enough before its end.
    let out = &mut io::stdout().lock();
    writeln!(
        out,
        "{} h a run; {} runs a cell, {} where it says so",
        arguments.hours, arguments.seeds, arguments.most_seeds
    )?;
    planned::plan(out)?;
    planned::capacity(out)?;
    let faults = measured::matrix(out, duration, arguments.seeds)?
        + measured::worst(out, duration, arguments.most_seeds)?
        + measured::alarms(out, duration, arguments.seeds)?
        + measured::restarts(out, arguments.most_seeds)?
        + measured::joins(out, arguments.most_seeds)?
        + measured::many(out, arguments.seeds)?
        + measured::compare(out, duration.min(Duration::from_secs(3_600)))?;
    ensure!(faults == 0, "{faults} collisions or wrong deliveries");
    writeln!(out, "\ncollisions and wrong deliveries in all runs: 0")?;
    Ok(())
}

fn draw(path: &PathBuf) -> anyhow::Result<()> {
    let mut scenario = Scenario::office(64);
    scenario.loss = Loss::independent(10);
    scenario.traffic.alarms_per_day = 10_000;
    scenario.duration = Duration::from_secs(15);
    scenario.is_joined = false;
    let schedule = Schedule::new(scenario.layout)?;
    let (_, shots) = World::new(scenario).with_shots().run();
    fs::write(path, svg(&schedule, &shots, World::EPOCH_US))
        .with_context(|| format!("cannot write {}", path.display()))
}
