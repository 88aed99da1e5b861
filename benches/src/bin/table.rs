//! Measures every case for a few seconds and prints a table for each protocol.

use std::time::Duration;

use benches::case::{Case, Meter};
use benches::stream::Found;
use benches::{dlt645, lora_tdma, mbus, modbus_rtu};

/// How long a sample takes at least.
const SAMPLE: Duration = Duration::from_millis(2);

/// Samples of each cell, taken in turns so that a busy moment of the machine does not hit one cell only.
const SAMPLES: usize = 100;

fn main() {
    print(&modbus_rtu::peers::ALL, |peer| peer.name, &modbus_rtu::case::ALL);
    println!();
    print(&dlt645::ways::ALL, |way| way.name, &dlt645::case::ALL);
    println!();
    print(&mbus::peers::ALL, |peer| peer.name, &mbus::case::ALL);
    println!();
    print(&lora_tdma::WAYS, |way| way.name, &lora_tdma::case::ALL);
}

fn print<I>(columns: &[I], name: impl Fn(&I) -> &str, cases: &[Case<I>]) {
    println!("| | {} |", columns.iter().map(name).collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    for case in cases {
        println!("| {} | {} |", title(case), times(case, columns).join(" | "));
        if case.stream.is_some() {
            println!("| intact frames found, others | {} |", found(case, columns).join(" | "));
        }
    }
}

fn title<I>(case: &Case<I>) -> String {
    match &case.stream {
        Some(found) => format!("{}, {} intact frames, µs", case.name, (found.stream)().intact.len()),
        None => format!("{}, ns", case.name),
    }
}

/// The time of each column and how many times the best one's it is.
fn times<I>(case: &Case<I>, columns: &[I]) -> Vec<String> {
    let mut cells: Vec<_> = columns.iter().map(|column| (case.meter)(column).map(Cell::new)).collect();
    for _ in 0..SAMPLES {
        cells.iter_mut().flatten().for_each(Cell::sample);
    }
    let best = cells.iter().flatten().map(|cell| cell.nanoseconds).fold(f64::INFINITY, f64::min);
    let unit = if case.stream.is_some() { 1000.0 } else { 1.0 };
    let show = |cell: Cell| format!("{:.1} (×{:.2})", cell.nanoseconds / unit, cell.nanoseconds / best);
    cells.into_iter().map(|cell| cell.map_or("–".into(), show)).collect()
}

struct Cell {
    meter: Meter,
    calls: u64,
    /// Of the fastest sample, a call: what else the machine does only ever adds.
    nanoseconds: f64,
}

impl Cell {
    fn new(mut meter: Meter) -> Self {
        let mut calls = 1;
        while meter(calls) < SAMPLE {
            calls *= 2;
        }
        Self { meter, calls, nanoseconds: f64::INFINITY }
    }

    fn sample(&mut self) {
        let call = (self.meter)(self.calls).as_nanos() as f64 / self.calls as f64;
        self.nanoseconds = self.nanoseconds.min(call);
    }
}

fn found<I>(case: &Case<I>, columns: &[I]) -> Vec<String> {
    let Some(in_stream) = &case.stream else { return vec![] };
    let stream = (in_stream.stream)();
    let show = |Found { intact, others }: Found| format!("{intact}, {others}");
    columns.iter().map(|column| (in_stream.count)(column, &stream).map_or("–".into(), show)).collect()
}
