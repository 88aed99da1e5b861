//! Tables of text.

use std::fmt;
use std::time::Duration;

/// Rows of columns as wide as they have to be.
pub struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub fn new(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_string)] }
    }

    pub fn row(&mut self, row: [String; N]) {
        self.rows.push(row);
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.len().max(*width);
            }
        }
        for row in &self.rows {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "  {cell:<width$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A time in milliseconds.
pub fn millis(time: Option<Duration>) -> String {
    time.map_or("-".to_string(), |time| format!("{} ms", time.as_millis()))
}
