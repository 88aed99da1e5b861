//! Says what a frame of a DL/T 645 line means.
//!
//! ```console
//! $ cargo run -p meterwire-dlt645 --example dlt645_decode -- 68 43 10 00 11 34 00 68 91 06 33 34 34 35 CA 55 EE 16
//! ```
//!
//! Without a frame it takes one of its own, in which a meter tells three currents.

use std::env;
use std::process::ExitCode;

use anyhow::Context;
use dlt645::{Command, Direction, Frame, Reply};

const FRAME: &str = "68 61 01 00 00 00 00 68 91 0D 33 32 35 35 59 38 33 59 A8 B4 32 32 32 AE 16";

fn main() -> ExitCode {
    let mut text: String = env::args().skip(1).collect();
    if text.is_empty() {
        text.push_str(FRAME);
    }
    match decode(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn decode(text: &str) -> anyhow::Result<()> {
    let octets = hex::decode(text.replace(' ', "")).context("a frame is written in hex digits")?;
    let frame = Frame::decode(&octets).context("this is no frame")?;
    println!("meter {}, edition of {}", frame.address, frame.edition());
    match frame.control.direction() {
        Direction::Command => {
            let command = Command::decode(&frame).context("the frame holds no command")?;
            println!("is asked for {command:?}");
        }
        Direction::Reply => {
            let reply = Reply::decode(&frame).context("the frame holds no reply")?;
            print(&reply);
        }
    }
    Ok(())
}

fn print(reply: &Reply<'_>) {
    match reply {
        Reply::Read { identifier, more, .. } => {
            println!("answers {identifier}{}", if *more { ", and has more to say" } else { "" });
        }
        Reply::Failed { function, error } => println!("refuses {function:?}: {error}"),
        other => println!("answers {other:?}"),
    }
    // Only what was read has values. One that is absent or damaged says so, and the next is still read.
    for item in reply.values() {
        print!("  {}: {} {}", item.point, item.value, item.point.unit());
        match item.time {
            Some(time) => println!(" at {time}"),
            None => println!(),
        }
    }
}
