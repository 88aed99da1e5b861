//! Measures every case and prints a table for each protocol. With `--write` it measures the images for the target
//! too, records their counts, and writes all that it prints into the root's BENCHMARKS.md.

mod allocation;
mod cell;
mod machine;
mod rows;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use allocation::Counting;
use benches::{airtime, dlt645, frame_crypto, lora_tdma, mbus, modbus_rtu};
use rows::Table;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// All cases are sampled so many times, so that busy seconds of the machine do not hit one case only.
const ROUNDS: u32 = 20;

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
    let mut page = machine::head()?;
    for table in measure() {
        page += &format!("\n## {}\n\n{}", table.title, table.show());
        if write {
            page += &format!("\n{}", on_target(table.program)?);
        }
    }
    page += &format!("\nLoad at the end: {}.\n", machine::load());
    print!("{page}");
    if write {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md");
        fs::write(&file, page).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn measure() -> [Table; 6] {
    let mut tables = [
        Table::new::<modbus_rtu::Implementation>("modbus_rtu"),
        Table::new::<dlt645::Way>("dlt645"),
        Table::new::<mbus::Implementation>("mbus"),
        Table::new::<frame_crypto::Implementation>("frame_crypto"),
        Table::new::<lora_tdma::Way>("lora_tdma"),
        Table::new::<airtime::Implementation>("airtime"),
    ];
    for round in 1..=ROUNDS {
        tables.iter_mut().for_each(|table| table.sample(round));
    }
    tables
}

/// The table of a program for the target, whose counts are recorded.
fn on_target(program: &str) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("on-target/measure.py");
    let command = &mut Command::new("python3");
    let done = command.arg(script).args([program, "--renew"]).stderr(Stdio::inherit()).output();
    let done = done.map_err(|error| format!("python3: {error}"))?;
    let table = String::from_utf8(done.stdout).map_err(|error| error.to_string())?;
    if done.status.success() { Ok(table) } else { Err(format!("measure.py {program} fails")) }
}
