//! Listens to others on a line and prints what they say.

mod dlt645;
mod listener;
mod mbus;
mod modbus;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use inspect::Port;
use serde_json::Value;

use self::listener::{Ear, Listener};
use crate::port::{Defaults, Line};
use crate::text;

/// The line to listen to.
#[derive(Subcommand)]
pub enum Bus {
    /// Print each frame with its time in seconds, its direction and its fields
    Modbus {
        #[command(flatten)]
        line: Line,
    },
    /// Print each frame with its time in seconds, its direction, its edition and its values
    Dlt645 {
        #[command(flatten)]
        line: Line,
    },
    /// Print each frame with its time in seconds, its direction, its address and its records
    Mbus {
        #[command(flatten)]
        line: Line,
    },
}

pub fn run(bus: Bus) -> anyhow::Result<Infallible> {
    match bus {
        Bus::Modbus { line } => {
            let ear = modbus::Ear::new(crate::modbus::timing(&line, false));
            listen("modbus", line.open(&Defaults::MODBUS)?, ear)
        }
        Bus::Dlt645 { line } => {
            let ear = dlt645::Ear::new(crate::dlt645::timing(&line, false));
            listen("dlt645", line.open(&Defaults::DLT645)?, ear)
        }
        Bus::Mbus { line } => {
            let ear = mbus::Ear::new(crate::mbus::timing(&line, false));
            listen("mbus", line.open(&Defaults::MBUS)?, ear)
        }
    }
}

fn listen(what: &str, mut port: Port, ear: impl Ear + 'static) -> anyhow::Result<Infallible> {
    let mut listener = Listener::new(ear);
    let mut stdout = io::stdout();
    writeln!(stdout, "listening to {what} on {}", port.path)?;
    loop {
        let heard = port.run(&mut listener, |heard| heard)?;
        writeln!(stdout, "{heard}")?;
        stdout.flush()?;
    }
}

/// What was heard, in lines to print.
#[derive(Default)]
struct Heard {
    /// What came in and is not yet part of a line.
    came: Vec<u8>,
    /// Why that is no frame.
    error: Option<String>,
    lines: VecDeque<String>,
    /// Stands before frames and tells nothing.
    filler: Option<u8>,
}

impl Heard {
    /// Tells of a frame of `len` octets, `behind` octets before the end of what came in.
    fn frame(&mut self, line: &str, (len, behind): (usize, usize), now: Duration) {
        self.lose(self.came.len().saturating_sub(len + behind), now);
        self.came.drain(..len);
        self.lines.push_back(format!("{} {line}", time(now)));
    }

    /// Notes why octets are no frame.
    fn miss(&mut self, error: impl Display) {
        self.error.get_or_insert_with(|| error.to_string());
    }

    /// Tells of noise that has no end, of which a decoder holds `limit` octets.
    fn lose_endless(&mut self, limit: usize, now: Duration) {
        let lost = self.came.len().saturating_sub(limit);
        if lost >= limit {
            self.lose(lost, now);
        }
    }

    /// Tells of the first octets that came in, which are no frame.
    fn lose(&mut self, count: usize, now: Duration) {
        let error = self.error.take();
        let mut octets: Vec<u8> = self.came.drain(..count).collect();
        while octets.last().copied().is_some_and(|last| Some(last) == self.filler) {
            octets.pop();
        }
        if !octets.is_empty() {
            let why = error.unwrap_or_else(|| "no frame".into());
            self.lines.push_back(format!("{} {why}: {}", time(now), text::octets(&octets)));
        }
    }
}

fn time(now: Duration) -> String {
    format!("{:9.3}", now.as_secs_f64())
}

/// The fields of an object, each behind a space.
fn compact(object: &Value) -> String {
    let fields = object.as_object().into_iter().flatten();
    let known = fields.filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| format!(" {name}={}", plain(value))).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            format!("[{}]", values.join(","))
        }
        Value::Object(fields) => match fields.get("name") {
            // A number and what it is called.
            Some(Value::String(name)) if fields.len() == 2 => name.clone(),
            _ => format!("({})", compact(value).trim_start()),
        },
        _ => value.to_string(),
    }
}
