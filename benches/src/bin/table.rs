//! Measures every case for a few seconds and prints the table.

use std::time::Duration;

use benches::case::{self, Case, Meter};
use benches::peers;

/// How long a sample takes at least.
const SAMPLE: Duration = Duration::from_millis(2);

/// Samples of each cell, taken in turns so that a busy moment of the machine does not hit one cell only.
const SAMPLES: usize = 100;

fn main() {
    println!("| | {} |", peers::ALL.map(|implementation| implementation.name).join(" | "));
    println!("|---|{}", "---|".repeat(peers::ALL.len()));
    for case in case::ALL {
        println!("| {} | {} |", title(&case), times(&case).join(" | "));
        if case.stream.is_some() {
            println!("| intact frames found, others | {} |", found(&case).join(" | "));
        }
    }
}

fn title(case: &Case) -> String {
    match case.stream {
        Some(stream) => format!("{}, {} intact frames, µs", case.name, stream().intact.len()),
        None => format!("{}, ns", case.name),
    }
}

/// The time of each implementation and how many times the best one's it is.
fn times(case: &Case) -> Vec<String> {
    let mut cells = peers::ALL.map(|implementation| (case.meter)(&implementation).map(Cell::new));
    for _ in 0..SAMPLES {
        cells.iter_mut().flatten().for_each(Cell::sample);
    }
    let best = cells.iter().flatten().map(|cell| cell.nanoseconds).fold(f64::INFINITY, f64::min);
    let unit = if case.stream.is_some() { 1000.0 } else { 1.0 };
    let show = |cell: Cell| format!("{:.1} (×{:.2})", cell.nanoseconds / unit, cell.nanoseconds / best);
    cells.map(|cell| cell.map_or("–".into(), show)).into()
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

fn found(case: &Case) -> Vec<String> {
    let stream = case.stream.map(|stream| stream()).unwrap();
    let count = |find| {
        let found = stream.count(find);
        format!("{}, {}", found.intact, found.others)
    };
    peers::ALL.map(|implementation| implementation.stream.map_or("–".into(), count)).into()
}
