//! What was measured, on which machine, when, and how.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// What is compared, as the registry calls it.
const OURS: [&str; 6] = [
    "meterwire-value",
    "meterwire-modbus-rtu",
    "meterwire-dlt645",
    "meterwire-mbus",
    "meterwire-frame-crypto",
    "meterwire-lora-tdma",
];
const PEERS: [&str; 12] = [
    "modbus-core",
    "rmodbus",
    "rustmod-core",
    "rusty-modbus-codec",
    "rusty-modbus-frame",
    "async-modbus",
    "tokio-modbus",
    "m-bus-parser",
    "ccm",
    "aes",
    "sm4",
    "lora-modulation",
];

/// The page's first part.
pub fn head() -> Result<String, String> {
    let cores = available_parallelism().map_err(|error| error.to_string())?;
    Ok(format!(
        "# Benchmarks

    {COMMAND}

A cell of a case on the host is the fastest of up to 800 samples of a call; how many times the best peer's time that
is, so that what is below ×1 is faster than every peer; and the octets that a call allocates. A cell for the target,
a Cortex-M4, is instructions, or octets of the stack and of the image. What the work is, and what a peer cannot do,
is in [benches/README.md](benches/README.md) and [benches/on-target/README.md](benches/on-target/README.md). Ratios
and instructions travel to another machine, times do not; with more load than cores, times may be too long.

| | |
|---|---|
| date | {} |
| commit | {} |
| processor | {}, {cores} cores |
| load at the start | {} |
| system | {} |
| compiler | {} |
| emulator | {} |
| ours | {} |
| peers | {} |
",
        output("date", &["-u", "+%F %H:%M UTC"])?,
        commit(),
        processor(),
        load(),
        system(),
        output("rustc", &["--version"])?,
        output("qemu-system-arm", &["--version"]).unwrap_or("none".into()),
        versions(&OURS)?,
        versions(&PEERS)?,
    ))
}

const COMMAND: &str = "cargo run --release --manifest-path benches/Cargo.toml --bin table -- --write";

/// The first line that a program prints.
fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let done =
        Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    let text = String::from_utf8_lossy(&done.stdout);
    text.lines().next().map(str::to_owned).ok_or(format!("{program} says nothing"))
}

/// The rest of the first line of a file that starts like this.
fn line(file: &str, start: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned)
}

/// As far as git knows it.
fn commit() -> String {
    let arguments = ["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"];
    output("git", &arguments).unwrap_or("unknown".into())
}

fn processor() -> String {
    let model = line("/proc/cpuinfo", "model name\t: ");
    model.unwrap_or(std::env::consts::ARCH.into())
}

/// Processes that run or wait to, on average of the last minute.
pub fn load() -> String {
    let load = line("/proc/loadavg", "").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").into()
}

fn system() -> String {
    let name = line("/etc/os-release", "PRETTY_NAME=").unwrap_or(std::env::consts::OS.into());
    let kernel = line("/proc/sys/kernel/osrelease", "").unwrap_or_default();
    format!("{} {kernel} {}", name.trim_matches('"'), std::env::consts::ARCH)
}

/// Names and locked versions.
fn versions(names: &[&str]) -> Result<String, String> {
    let versions: Result<Vec<_>, _> = names.iter().map(|name| version(name)).collect();
    Ok(versions?.join(", "))
}

fn version(name: &str) -> Result<String, String> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, rest) = lock
        .split_once(&format!("name = \"{name}\"\nversion = \""))
        .ok_or(format!("Cargo.lock has no {name}"))?;
    Ok(format!("{name} {}", rest.split('"').next().unwrap_or_default()))
}
