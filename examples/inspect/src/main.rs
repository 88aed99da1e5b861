//! Decodes frames of energy meters, finds, reads and writes meters on serial ports, listens to others, and
//! plays meters that others read.

mod decode;
mod detect;
mod dlt645;
mod mbus;
mod modbus;
mod port;
mod question;
mod read;
mod scan;
mod serve;
mod sniff;
mod text;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Decodes, finds, reads, writes, overhears and simulates energy meters.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Decode frames: a line of hex on standard input, a JSON object on standard output.
    Decode {
        protocol: decode::Protocol,
        #[command(flatten)]
        keys: decode::KeyArguments,
    },
    /// Read a meter on a serial port.
    #[command(subcommand)]
    Read(read::Meter),
    /// Find every meter on a serial port.
    #[command(subcommand)]
    Scan(scan::Bus),
    /// Find out how the meter on a serial port speaks.
    #[command(subcommand)]
    Detect(detect::Meter),
    /// Write to a meter on a serial port.
    #[command(subcommand)]
    Write(write::Meter),
    /// Play a meter on a serial port until Ctrl-C.
    #[command(subcommand)]
    Serve(serve::Meter),
    /// Print what others say on a serial port until Ctrl-C.
    #[command(subcommand)]
    Sniff(sniff::Bus),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Decode { protocol, keys } => keys.load().and_then(|keys| Ok(decode::run(protocol, &keys)?)),
        Command::Read(meter) => read::run(meter).map(|()| true),
        Command::Scan(bus) => scan::run(bus),
        Command::Detect(meter) => detect::run(meter),
        Command::Write(meter) => write::run(meter).map(|()| true),
        Command::Serve(meter) => serve::run(meter).map(|never| match never {}),
        Command::Sniff(bus) => sniff::run(bus).map(|never| match never {}),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("inspect: {error:#}");
            ExitCode::FAILURE
        }
    }
}
