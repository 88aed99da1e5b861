//! Measures every case and prints a table for each protocol. With `--write` it measures the images for the target
//! too, records their counts, and writes all that it prints into the root's BENCHMARKS.md.

mod allocation;
mod cell;
mod machine;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use allocation::Counting;
use benches::case::{Case, Column, Counted};
use benches::stream::Found;
use benches::{airtime, dlt645, frame_crypto, lora_tdma, mbus, modbus_rtu};
use cell::{Cell, SAMPLES};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Octets of a call with which nanoseconds become microseconds.
const LONG: usize = 1_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let write = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [option] if option == "--write" => true,
        _ => return Err("usage: table [--write]".into()),
    };
    let mut page = Page { target: write, text: String::new() };
    page.add(&machine::head()?);
    page.protocol::<modbus_rtu::Implementation>("modbus_rtu")?;
    page.protocol::<dlt645::Way>("dlt645")?;
    page.protocol::<mbus::Implementation>("mbus")?;
    page.protocol::<frame_crypto::Implementation>("frame_crypto")?;
    page.protocol::<lora_tdma::Way>("lora_tdma")?;
    page.protocol::<airtime::Implementation>("airtime")?;
    page.add(&format!("\nLoad at the end: {}.\n", machine::load()));
    if write {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md");
        fs::write(&file, page.text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// What is printed, as it is printed.
struct Page {
    /// Whether the target is measured too.
    target: bool,
    text: String,
}

impl Page {
    fn add(&mut self, text: &str) {
        print!("{text}");
        self.text += text;
    }

    fn protocol<C: Column>(&mut self, program: &str) -> Result<(), String> {
        self.add(&format!("\n## {}\n\n", C::TITLE));
        let names: Vec<_> = C::ALL.iter().map(C::name).collect();
        self.add(&format!("| on the host | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len())));
        for case in C::CASES {
            self.add(&rows(case));
        }
        if self.target {
            self.add(&format!("\n{}", on_target(program)?));
        }
        Ok(())
    }
}

fn rows<C: Column>(case: &Case<C>) -> String {
    let mut rows = String::new();
    let mut row = |head: String, cells: Vec<String>| writeln!(rows, "| {head} | {} |", cells.join(" | "));
    if let Some((unit, cells)) = times(case) {
        row(format!("{}, {unit}", case.name), cells).unwrap();
    }
    if let Some(Counted { counts, total, count }) = &case.counted {
        let show = |Found { intact, others }: Found| format!("{intact}, {others}");
        let cells = C::ALL.iter().map(|column| count(column).map_or("–".into(), show)).collect();
        row(format!("{}: {counts}, of {}", case.name, total()), cells).unwrap();
    }
    rows
}

/// The unit; of each column the time, how many times the best peer's it is, and octets allocated.
fn times<C: Column>(case: &Case<C>) -> Option<(&'static str, Vec<String>)> {
    let mut cells: Vec<_> = C::ALL.iter().map(|column| (case.meter)(column).map(Cell::new)).collect();
    // In turns, so that a busy moment of the machine does not hit one cell only.
    for _ in 0..SAMPLES {
        cells.iter_mut().flatten().for_each(Cell::sample);
    }
    cells.iter().flatten().next()?;
    let peers = C::ALL.iter().zip(&cells).filter(|(column, _)| column.is_peer());
    let peer = peers.filter_map(|(_, cell)| Some(cell.as_ref()?.nanoseconds)).reduce(f64::min);
    let (unit, scale) = if case.octets < LONG { ("ns", 1.0) } else { ("µs", 1000.0) };
    let show = |cell: &Cell| {
        let ratio = peer.map_or(String::new(), |peer| format!(" ×{:.2}", cell.nanoseconds / peer));
        format!("{:.1}{ratio} {} B", cell.nanoseconds / scale, cell.octets)
    };
    Some((unit, cells.iter().map(|cell| cell.as_ref().map_or("–".into(), show)).collect()))
}

/// The table of a program for the target, whose counts are recorded.
fn on_target(program: &str) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("on-target/measure.py");
    let done =
        Command::new("python3").arg(script).args([program, "--renew"]).stderr(Stdio::inherit()).output();
    let done = done.map_err(|error| format!("python3: {error}"))?;
    let table = String::from_utf8(done.stdout).map_err(|error| error.to_string())?;
    if done.status.success() { Ok(table) } else { Err(format!("measure.py {program} fails")) }
}
