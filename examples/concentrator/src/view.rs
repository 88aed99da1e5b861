//! What a person sees: a live table on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::Constraint;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Row, Table, TableState};
use ratatui::{DefaultTerminal, Frame};
use telemetry::{Missed, Up};

use crate::concentrator::{Place, Row as Reading};
use crate::report::{Report, State};
use crate::world::World;

pub enum View {
    Table { terminal: DefaultTerminal, table: TableState },
    Lines { states: BTreeMap<Place, Option<Missed>>, told: usize, second: u64 },
}

/// Rows a page key moves by.
const PAGE: u16 = 20;

impl View {
    /// A live table; takes over the terminal until it is dropped.
    pub fn table() -> Self {
        Self::Table { terminal: ratatui::init(), table: TableState::default().with_selected(0) }
    }

    /// A line for each change of state, and one a second.
    pub fn lines() -> Self {
        Self::Lines { states: BTreeMap::new(), told: 0, second: 0 }
    }

    /// Shows a simulation; `false` if the person wants to end.
    pub fn show(&mut self, state: &State<'_>, passed: Duration) -> std::io::Result<bool> {
        match self {
            Self::Table { terminal, table } => {
                while event::poll(Duration::ZERO)? {
                    let Event::Key(key) = event::read()? else { continue };
                    match key.code {
                        KeyCode::Char('q') | KeyCode::Esc => return Ok(false),
                        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                            return Ok(false);
                        }
                        KeyCode::Up => table.scroll_up_by(1),
                        KeyCode::Down => table.scroll_down_by(1),
                        KeyCode::PageUp => table.scroll_up_by(PAGE),
                        KeyCode::PageDown => table.scroll_down_by(PAGE),
                        _ => {}
                    }
                }
                terminal.draw(|frame| draw(frame, state, table))?;
            }
            Self::Lines { states, told, second } => {
                let mut out = std::io::stdout().lock();
                for (collector, message) in state.concentrator.told.iter().skip(*told) {
                    match Up::decode(message) {
                        Ok(Up::Alarm(alarm)) => writeln!(out, "collector {collector}: {:?}", alarm.event)?,
                        Ok(message) => writeln!(out, "collector {collector}: {message:?}")?,
                        Err(error) => writeln!(out, "collector {collector}: {error}")?,
                    }
                }
                *told = state.concentrator.told.len();
                for (&place, reading) in &state.concentrator.rows {
                    if states.insert(place, reading.missed) != Some(reading.missed) {
                        writeln!(out, "{}", cells(state, place, reading).join("  "))?;
                    }
                }
                if passed.as_secs() > *second {
                    *second = passed.as_secs();
                    writeln!(out, "{}", Report::of(state, 0))?;
                }
            }
        }
        Ok(true)
    }
}

impl Drop for View {
    fn drop(&mut self) {
        if matches!(self, Self::Table { .. }) {
            ratatui::restore();
        }
    }
}

const HEADINGS: [&str; 7] = ["collector", "meter", "quantity", "value", "unit", "age", "state"];

/// One row of the table, as wide as its headings want.
fn cells(state: &State<'_>, place: Place, reading: &Reading) -> [String; 7] {
    let Place { collector, meter, .. } = place;
    let (protocol, quantity, unit) = match place.entry() {
        Some((meter, point)) => (meter.protocol.name(), point.quantity.name(), point.unit.symbol()),
        None => ("?", "?", "?"),
    };
    let (value, age) = match reading.value {
        Some((value, taken)) => {
            let age = World::base_time(state.now).since(taken) / 1_000_000;
            (value.to_string(), format!("{age} s"))
        }
        None => ("-".into(), "-".into()),
    };
    let missed = reading.missed.map_or("ok".into(), |missed| missed.to_string());
    [
        format!("{collector:>9}"),
        format!("{:<9}", format!("{protocol} {meter}")),
        format!("{quantity:<18}"),
        format!("{value:>12}"),
        format!("{unit:<4}"),
        format!("{age:>6}"),
        missed,
    ]
}

fn draw(frame: &mut Frame<'_>, state: &State<'_>, selected: &mut TableState) {
    let rows = state.concentrator.rows.iter().map(|(&place, reading)| {
        let color = if reading.missed.is_some() { Color::Red } else { Color::Reset };
        Row::new(cells(state, place, reading)).style(Style::new().fg(color))
    });
    let widths = [9, 9, 18, 12, 4, 6, 14].map(Constraint::Length);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let table = Table::new(rows, widths)
        .header(Row::new(HEADINGS).style(bold))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .block(Block::bordered().title(" meterwire ").title_bottom(format!(
            " {} s simulated, {} superframes, {} collisions, {} wrong: arrows scroll, q ends ",
            state.now.as_secs(),
            state.concentrator.counts().superframes,
            state.collisions,
            state.wrong,
        )));
    frame.render_stateful_widget(table, frame.area(), selected);
}
