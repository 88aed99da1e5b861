//! What a person sees: a live table on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::Constraint;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Row, Table, TableState};
use ratatui::{DefaultTerminal, Frame};
use telemetry::Missed;

use crate::concentrator::{Place, Row as Reading};
use crate::report::Report;
use crate::world::World;

pub enum View {
    Table { terminal: DefaultTerminal, state: TableState },
    Lines { states: BTreeMap<Place, Option<Missed>>, second: u64 },
}

/// Rows a page key moves by.
const PAGE: u16 = 20;

impl View {
    /// A live table; takes over the terminal until it is dropped.
    pub fn table() -> Self {
        Self::Table { terminal: ratatui::init(), state: TableState::default().with_selected(0) }
    }

    /// A line for each change of state, and one a second.
    pub fn lines() -> Self {
        Self::Lines { states: BTreeMap::new(), second: 0 }
    }

    /// Shows the world; `false` if the person wants to end.
    pub fn show(&mut self, world: &World, passed: Duration) -> std::io::Result<bool> {
        match self {
            Self::Table { terminal, state } => {
                while event::poll(Duration::ZERO)? {
                    let Event::Key(key) = event::read()? else { continue };
                    match key.code {
                        KeyCode::Char('q') | KeyCode::Esc => return Ok(false),
                        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                            return Ok(false);
                        }
                        KeyCode::Up => state.scroll_up_by(1),
                        KeyCode::Down => state.scroll_down_by(1),
                        KeyCode::PageUp => state.scroll_up_by(PAGE),
                        KeyCode::PageDown => state.scroll_down_by(PAGE),
                        _ => {}
                    }
                }
                terminal.draw(|frame| draw(frame, world, state))?;
            }
            Self::Lines { states, second } => {
                for (&place, reading) in &world.concentrator.rows {
                    if states.insert(place, reading.missed) != Some(reading.missed) {
                        println!("{}", cells(world, place, reading).join("  "));
                    }
                }
                if passed.as_secs() > *second {
                    *second = passed.as_secs();
                    println!("{}", Report::of(world, 0));
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
fn cells(world: &World, place: Place, reading: &Reading) -> [String; 7] {
    let Place { collector, meter, .. } = place;
    let (protocol, quantity, unit) = match place.entry() {
        Some((meter, point)) => (meter.protocol.name(), point.quantity.name(), point.unit.symbol()),
        None => ("?", "?", "?"),
    };
    let (value, age) = match reading.value {
        Some((value, taken)) => {
            let age = World::base_time(world.now()).since(taken) / 1_000_000;
            (value.to_string(), format!("{age} s"))
        }
        None => ("-".into(), "-".into()),
    };
    let state = reading.missed.map_or("ok".into(), |missed| missed.to_string());
    [
        format!("{collector:>9}"),
        format!("{:<9}", format!("{protocol} {meter}")),
        format!("{quantity:<18}"),
        format!("{value:>12}"),
        format!("{unit:<4}"),
        format!("{age:>6}"),
        state,
    ]
}

fn draw(frame: &mut Frame<'_>, world: &World, state: &mut TableState) {
    let rows = world.concentrator.rows.iter().map(|(&place, reading)| {
        let color = if reading.missed.is_some() { Color::Red } else { Color::Reset };
        Row::new(cells(world, place, reading)).style(Style::new().fg(color))
    });
    let widths = [9, 9, 18, 12, 4, 6, 14].map(Constraint::Length);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let table = Table::new(rows, widths)
        .header(Row::new(HEADINGS).style(bold))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .block(Block::bordered().title(" meterwire ").title_bottom(format!(
            " {} s simulated, {} superframes, {} collisions, {} wrong: arrows scroll, q ends ",
            world.now().as_secs(),
            world.concentrator.counts().superframes,
            world.channel.collisions,
            world.wrong,
        )));
    frame.render_stateful_widget(table, frame.area(), state);
}
