//! The whole chain in one command: simulated meters on serial lines, collectors that read them and send
//! what they read over a simulated radio, and the concentrator that shows it.
//!
//! The lines and the radio carry the real octets of the real crates; only time, noise and the meters'
//! values are made up, all from one seed. The collectors can also be firmware, in an emulator or anywhere else.

mod collector;
mod concentrator;
mod meters;
mod provision;
mod radio;
mod remote;
mod report;
mod serial;
mod view;
mod world;

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::remote::Remote;
use crate::remote::address::Address;
use crate::remote::emulator::Emulator;
use crate::remote::network::Network;
use crate::report::{Report, Simulation};
use crate::view::View;
use crate::world::{COLLECTORS, World};

/// Simulates 16 collectors with their meters, and the concentrator that hears them.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// A collector that is already there, by the addresses of its radio modem and of its bus; once for each, in
    /// the order of their numbers. Then none is simulated.
    #[arg(long = "collector", value_name = "tcp:HOST:RADIO_PORT,HOST:BUS_PORT")]
    collectors: Vec<Address>,
    #[command(flatten)]
    run: Run,
}

#[derive(Args)]
struct Run {
    /// Stop after this much real time, such as 20s; without it, run until Ctrl-C.
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    duration: Option<Duration>,
    /// Simulated seconds in a real second; 10 if not given, and 1 with firmware.
    #[arg(long, value_name = "FACTOR", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: Option<u32>,
    /// Where all chance comes from: the same seed gives the same run.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// How often collectors outside are to read their meters, such as 30s; 15s if not given.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    interval: Option<Duration>,
    /// Write the report here as JSON when the run ends.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Radio(radio::Arguments),
    Emulate(Emulate),
    Provision(provision::Arguments),
}

/// Runs the firmware of collectors in QEMU, each with its meters, in the network of the concentrator.
#[derive(Args)]
struct Emulate {
    /// How many collectors.
    #[arg(value_name = "COLLECTORS", value_parser = clap::value_parser!(u16).range(1..=i64::from(COLLECTORS)))]
    collectors: u16,
    /// The firmware.
    #[arg(long, value_name = "ELF", default_value = FIRMWARE)]
    firmware: PathBuf,
    #[command(flatten)]
    run: Run,
}

const FIRMWARE: &str = "examples/stm32-collector/target/thumbv7em-none-eabihf/release/stm32-collector";

/// How often something happens, and how often it is shown.
const STEP: Duration = Duration::from_millis(10);
const FRAME: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let Arguments { command, collectors, run } = Arguments::parse();
    match command {
        Some(Command::Radio(arguments)) => radio::run(&arguments),
        Some(Command::Provision(arguments)) => provision::run(&arguments),
        Some(Command::Emulate(Emulate { collectors, firmware, run })) => {
            let stop = stop_flag()?;
            let mut emulator = Emulator::new(&firmware)?;
            outside(&run, &stop, collectors, |number| emulator.start(number))
        }
        None if collectors.is_empty() => show(&run, &*stop_flag()?, 10, &mut World::new(run.seed)),
        None => {
            anyhow::ensure!(
                collectors.len() <= COLLECTORS.into(),
                "there is room for {COLLECTORS} collectors"
            );
            let mut addresses = collectors.iter();
            outside(&run, &*stop_flag()?, collectors.len() as u16, |number| {
                let address = addresses.next().context("there is an address for each")?;
                address.connect().with_context(|| format!("collector {number}"))
            })
        }
    }
}

/// Whether the run is to end, once a signal says so: whatever ends this also ends the emulators.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let signalled = Arc::clone(&stop);
    ctrlc::set_handler(move || signalled.store(true, Ordering::Relaxed)).context("no Ctrl-C handler")?;
    Ok(stop)
}

/// Runs with collectors outside, each on the streams that `connect` gives for its number: radio and bus.
fn outside(
    run: &Run,
    stop: &AtomicBool,
    collectors: u16,
    mut connect: impl FnMut(u16) -> anyhow::Result<(std::net::TcpStream, std::net::TcpStream)>,
) -> anyhow::Result<()> {
    let mut network = Network::new(run.seed, collectors, |number, second, chance| {
        let (radio, bus) = connect(number)?;
        anyhow::Ok(Remote::new(number, radio, bus, second, chance)?)
    })?;
    if let Some(interval) = run.interval {
        network.set_interval(interval);
    }
    show(run, stop, 1, &mut network)?;
    for number in network.absent() {
        eprintln!("collector {number} does not react");
    }
    Ok(())
}

/// Runs a simulation, shows it, and says what it amounts to.
fn show(run: &Run, stop: &AtomicBool, speed: u32, simulation: &mut dyn Simulation) -> anyhow::Result<()> {
    let mut view = if std::io::stdout().is_terminal() { View::table() } else { View::lines() };
    let end = run.duration.unwrap_or(Duration::MAX);
    let started = Instant::now();
    let (mut passed, mut shown) = (Duration::ZERO, Duration::ZERO);
    while passed < end && !stop.load(Ordering::Relaxed) {
        // Simulated time follows whole steps, so that a slow machine changes nothing but the waiting.
        passed = passed.saturating_add(STEP).min(end);
        simulation.run_until(passed.saturating_mul(run.speed.unwrap_or(speed)));
        if passed >= shown + FRAME || passed == end {
            shown = passed;
            if !view.show(&simulation.state(), passed)? {
                break;
            }
        }
        std::thread::sleep(passed.saturating_sub(started.elapsed()));
    }
    drop(view);

    let report = Report::of(&simulation.state(), run.seed);
    writeln!(std::io::stdout(), "{report}")?;
    if let Some(path) = &run.report {
        let json = serde_json::to_string(&report)?;
        fs::write(path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
