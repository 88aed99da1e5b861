//! A table of the host: a row of cells for each case, and what is counted below it.

use benches::case::{Case, Column, Counted};
use benches::stream::Found;

use crate::cell::Cell;

/// Octets of a call with which nanoseconds become microseconds.
const LONG: usize = 1_000;

pub struct Table {
    pub title: &'static str,
    /// Its program for the target.
    pub program: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    octets: usize,
    cells: Vec<Option<Cell>>,
    /// The row below.
    counted: Option<String>,
}

impl Table {
    pub fn new<C: Column>(program: &'static str) -> Self {
        let columns = C::ALL.iter().map(C::name).collect();
        Self { title: C::TITLE, program, columns, rows: C::CASES.iter().map(Row::new).collect() }
    }

    pub fn sample(&mut self, round: u32) {
        self.rows.iter_mut().for_each(|row| row.sample(round));
    }

    pub fn show(&self) -> String {
        let mut text = row("on the host", self.columns.iter().copied());
        text += &row("---", self.columns.iter().map(|_| "---"));
        text.extend(self.rows.iter().map(Row::show));
        text
    }
}

impl Row {
    fn new<C: Column>(case: &Case<C>) -> Self {
        let cells = C::ALL.iter().map(|column| Some(Cell::new((case.meter)(column)?, column.is_peer())));
        let counted = case.counted.as_ref().map(|counted| count(case.name, counted));
        Self { name: case.name, octets: case.octets, cells: cells.collect(), counted }
    }

    /// The cells in turns, so that a busy moment of the machine does not hit one only.
    fn sample(&mut self, round: u32) {
        for _ in 0..Cell::SAMPLES {
            self.cells.iter_mut().flatten().for_each(|cell| cell.sample(round));
        }
    }

    fn show(&self) -> String {
        let times = || self.cells.iter().flatten();
        let mut text = String::new();
        if times().next().is_some() {
            let peer = times().filter(|cell| cell.peer).map(|cell| cell.nanoseconds).reduce(f64::min);
            let (unit, scale) = if self.octets < LONG { ("ns", 1.0) } else { ("µs", 1000.0) };
            let show =
                |cell: &Option<Cell>| cell.as_ref().map_or("–".into(), |cell| cell.show(peer, scale));
            text += &row(&format!("{}, {unit}", self.name), self.cells.iter().map(show));
        }
        text + self.counted.as_deref().unwrap_or_default()
    }
}

fn count<C: Column>(name: &str, counted: &Counted<C>) -> String {
    let show = |Found { intact, others }: Found| format!("{intact}, {others}");
    let cells = C::ALL.iter().map(|column| (counted.count)(column).map_or("–".into(), show));
    row(&format!("{name}: {}, of {}", counted.counts, (counted.total)()), cells)
}

/// A line of the table.
fn row<S: AsRef<str>>(head: &str, cells: impl Iterator<Item = S>) -> String {
    cells.fold(format!("| {head} |"), |row, cell| format!("{row} {} |", cell.as_ref())) + "\n"
}
