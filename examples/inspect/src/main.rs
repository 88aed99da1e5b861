//! Decodes frames of energy meters, reads meters on serial ports, and plays meters that others read.

mod decode;
mod port;
mod read;
mod serve;
mod text;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Decodes, reads and simulates energy meters.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Decode frames: a line of hex on standard input, a JSON object on standard output.
    Decode { protocol: decode::Protocol },
    /// Read a meter on a serial port.
    #[command(subcommand)]
    Read(read::Meter),
    /// Play a meter on a serial port until Ctrl-C.
    #[command(subcommand)]
    Serve(serve::Meter),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Decode { protocol } => decode::run(protocol).map_err(Into::into),
        Command::Read(meter) => read::run(meter).map(|()| true),
        Command::Serve(meter) => serve::run(meter).map(|never| match never {}),
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
