//! A picture of who sent when.

use std::fmt::Write;

use lora_tdma::Schedule;

/// A frame on the air, in nanoseconds; device 0 is the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shot {
    /// When it begins.
    pub start: u64,
    /// When it ends.
    pub end: u64,
    /// Who sent it.
    pub device: u16,
    /// Whether anybody may send then.
    pub is_contention: bool,
}

const COLOURS: [&str; 8] =
    ["#4e79a7", "#f28e2b", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f"];

/// A picture in SVG: one line for each superframe, one bar for each frame.
pub fn svg(schedule: &Schedule, shots: &[Shot], first_us: u64) -> String {
    const WIDTH: f64 = 1200.0;
    const LINE: f64 = 26.0;
    const LEFT: f64 = 60.0;
    let period = u64::from(schedule.layout().period_us);
    let line = |time: u64| (first_us + time / 1_000) / period;
    let first = shots.first().map_or(0, |shot| line(shot.start));
    let lines = shots.last().map_or(0, |shot| line(shot.start) - first + 1);
    let height = LINE * (lines as f64 + 2.0);
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='{height}' font-family='sans-serif' font-size='10'>\n\
         <rect width='100%' height='100%' fill='white'/>\n",
        WIDTH + LEFT + 20.0
    );
    let _ = writeln!(
        out,
        "<text x='{LEFT}' y='14'>{} ms a line; grey: the base, colours: nodes, red: alarms and joining</text>",
        period as f64 / 1_000.0
    );
    for row in 0..lines {
        let y = LINE * (row as f64 + 1.0);
        let _ = writeln!(
            out,
            "<text x='4' y='{:.0}'>{}</text><line x1='{LEFT}' x2='{}' y1='{:.1}' y2='{:.1}' stroke='#ccc'/>",
            y + 14.0,
            first + row,
            LEFT + WIDTH,
            y + 20.0,
            y + 20.0
        );
    }
    for shot in shots {
        let row = line(shot.start) - first;
        let after = (first_us + shot.start / 1_000) % period;
        let x = LEFT + WIDTH * after as f64 / period as f64;
        let width = WIDTH * (shot.end - shot.start) as f64 / 1_000.0 / period as f64;
        let y = LINE * (row as f64 + 1.0) + 4.0;
        let colour = match (shot.device, shot.is_contention) {
            (0, _) => "#888".to_string(),
            (_, true) => "#d22".to_string(),
            (device, false) => COLOURS[usize::from(device) % COLOURS.len()].to_string(),
        };
        let _ = writeln!(
            out,
            "<rect x='{x:.2}' y='{y:.1}' width='{width:.2}' height='16' fill='{colour}'><title>{}</title></rect>",
            if shot.device == 0 { "base".to_string() } else { format!("node {}", shot.device) }
        );
    }
    out.push_str("</svg>\n");
    out
}
