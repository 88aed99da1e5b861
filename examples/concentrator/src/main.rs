//! The whole chain in one command: simulated meters on serial lines, collectors that read them and send
//! what they read over a simulated radio, and the concentrator that shows it.
//!
//! The lines and the radio carry the real octets of the real crates; only time, noise and the meters'
//! values are made up, all from one seed.

mod collector;
mod concentrator;
mod meters;
mod radio;
mod report;
mod serial;
mod view;
mod world;

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::view::View;
use crate::world::World;

/// Simulates 16 collectors with their meters, and the concentrator that hears them.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Stop after this much real time, such as 20s; without it, run until Ctrl-C.
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    duration: Option<Duration>,
    /// Simulated seconds in a real second.
    #[arg(long, value_name = "FACTOR", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: u32,
    /// Where all chance comes from: the same seed gives the same run.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Write the report here as JSON when the run ends.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Radio(radio::Arguments),
}

/// How often the table is drawn.
const FRAME: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::Radio(arguments)) = &arguments.command {
        return radio::run(arguments);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let signalled = Arc::clone(&stop);
    ctrlc::set_handler(move || signalled.store(true, Ordering::Relaxed)).context("no Ctrl-C handler")?;

    let mut world = World::new(arguments.seed);
    let mut view = if std::io::stdout().is_terminal() { View::table() } else { View::lines() };
    let end = arguments.duration.unwrap_or(Duration::MAX);
    let started = Instant::now();
    let mut passed = Duration::ZERO;
    while passed < end && !stop.load(Ordering::Relaxed) {
        // Simulated time follows whole frames, so that a slow machine changes nothing but the waiting.
        passed = passed.saturating_add(FRAME).min(end);
        world.run_until(passed.saturating_mul(arguments.speed));
        if !view.show(&world, passed)? {
            break;
        }
        std::thread::sleep(passed.saturating_sub(started.elapsed()));
    }
    drop(view);

    let report = Report::of(&world, arguments.seed);
    println!("{report}");
    if let Some(path) = arguments.report {
        let json = serde_json::to_string(&report)?;
        fs::write(&path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
