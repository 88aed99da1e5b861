//! What simulated runs show; each table returns the faults that it saw.

use std::io::{self, Write};
use std::time::Duration;

use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::{Access, Layout, Schedule};
use radio_simulation::{FAST, Loss, Outcome, Scenario, Traffic, World, aloha};

use crate::radio::pool;
use crate::radio::table::{Table, millis};

/// What the base must manage, in bits of messages a second.
const BASE_RATE: f64 = 10_000.0;

/// Frames that were in each other's way, and messages that came twice or never though they were called
/// delivered.
fn faults(outcome: &Outcome) -> u64 {
    outcome.collisions + outcome.wrong
}

/// A load of so many bits a second of messages at the base.
fn loaded(mut scenario: Scenario, rate: f64) -> Scenario {
    let bits = 8.0 * f64::from(scenario.nodes) * scenario.traffic.octets as f64;
    scenario.traffic.every = Duration::from_secs_f64(bits / rate);
    scenario
}

/// Loss, bursts and drift, under the load that a base must manage and under as much as one third less.
pub fn matrix(out: &mut impl Write, duration: Duration, seeds: u64) -> io::Result<u64> {
    writeln!(out, "\n16 nodes, SF5/250, 64 octets; loss each way")?;
    let mut cells = Vec::new();
    for rate in [BASE_RATE, BASE_RATE * 0.65] {
        for drift_ppm in [20, 40] {
            for loss in [0, 10, 20, 30]
                .map(Loss::independent)
                .into_iter()
                .chain([10, 20, 30].map(|p| Loss::bursts(p, 10)))
            {
                cells.push(loaded(Scenario { drift_ppm, loss, duration, ..Scenario::office(64) }, rate));
            }
        }
    }
    let outcomes = pool::run(&cells, seeds);
    let mut table = Table::new([
        "offered",
        "drift",
        "loss",
        "delivered",
        "goal",
        "collisions",
        "goodput",
        "on the air",
        "half",
        "99 %",
        "99.9 %",
    ]);
    let mut wrong = 0;
    for (cell, mut outcome) in cells.iter().zip(outcomes) {
        let is_burst = cell.loss.burst > 1;
        let offered = 8.0 * 16.0 * 64.0 / cell.traffic.every.as_secs_f64() / 1_000.0;
        table.row([
            format!("{offered:.1} kbit/s"),
            format!("{} ppm", cell.drift_ppm),
            if is_burst {
                format!("{} %, bursts of 10", cell.loss.percent)
            } else {
                format!("{} %", cell.loss.percent)
            },
            format!("{:.4} %", 100.0 * outcome.delivery()),
            (if is_burst { "99.9 %" } else { "99.99 %" }).to_string(),
            outcome.collisions.to_string(),
            format!("{:.2} kbit/s", outcome.goodput() / 1_000.0),
            format!("{:.1} %", 100.0 * outcome.usage()),
            millis(outcome.latencies.quantile(500)),
            millis(outcome.latencies.quantile(990)),
            millis(outcome.latencies.quantile(999)),
        ]);
        wrong += faults(&outcome);
    }
    write!(out, "{table}")?;
    Ok(wrong)
}

/// The worst corner, often.
pub fn worst(out: &mut impl Write, duration: Duration, seeds: u64) -> io::Result<u64> {
    let scenario = Scenario { loss: Loss::bursts(30, 10), duration, ..Scenario::office(64) };
    let outcomes = pool::run(&[loaded(scenario, BASE_RATE * 0.65)], seeds);
    let Some(outcome) = outcomes.first() else { return Ok(0) };
    writeln!(
        out,
        "\nworst corner, 40 ppm, 30 % in bursts of 10, {seeds} runs: {} collisions, {:.4} % of {} messages delivered",
        outcome.collisions,
        100.0 * outcome.delivery(),
        outcome.offered
    )?;
    Ok(faults(outcome))
}

/// Alarms beside the load, and without alarm slots.
pub fn alarms(out: &mut impl Write, duration: Duration, seeds: u64) -> io::Result<u64> {
    writeln!(out, "\nalarms, one in 10 min from each node, beside 10 kbit/s (goal: 99.9 % within 500 ms)")?;
    let mut cells = Vec::new();
    for slots in [4, 0] {
        for loss in [0, 10] {
            let mut scenario = Scenario { loss: Loss::independent(loss), duration, ..Scenario::office(64) };
            scenario.layout.alarms = slots;
            scenario.traffic.alarms_per_day = 144;
            cells.push(loaded(scenario, BASE_RATE));
        }
    }
    let mut table =
        Table::new(["alarm slots", "loss", "alarms", "lost", "half", "99 %", "99.9 %", "collisions"]);
    let mut wrong = 0;
    for (cell, mut outcome) in cells.iter().zip(pool::run(&cells, seeds)) {
        table.row([
            cell.layout.alarms.to_string(),
            format!("{} %", cell.loss.percent),
            outcome.alarms.len().to_string(),
            outcome.lost_alarms.to_string(),
            millis(outcome.alarms.quantile(500)),
            millis(outcome.alarms.quantile(990)),
            millis(outcome.alarms.quantile(999)),
            outcome.collisions.to_string(),
        ]);
        wrong += faults(&outcome);
    }
    write!(out, "{table}")?;
    Ok(wrong)
}

/// How soon all nodes are back.
pub fn restarts(out: &mut impl Write, seeds: u64) -> io::Result<u64> {
    writeln!(
        out,
        "\nsuperframes until all 16 nodes are heard again after a restart of the base, {seeds} runs (goal: 99 % within 7 at 30 %)"
    )?;
    let cells = [10, 30].map(|percent| {
        let mut scenario = Scenario { loss: Loss::independent(percent), ..Scenario::office(64) };
        (scenario.duration, scenario.restart) =
            (Duration::from_secs(60), Some(Duration::from_millis(30_217)));
        scenario
    });
    spread(out, &cells, seeds)
}

/// How soon all nodes are in.
pub fn joins(out: &mut impl Write, seeds: u64) -> io::Result<u64> {
    writeln!(out, "\nsuperframes until 16 devices have joined and were heard, {seeds} runs")?;
    let known = Scenario { is_joined: false, duration: Duration::from_secs(120), ..Scenario::office(64) };
    let mut unknown = known;
    (unknown.layout.joins, unknown.layout.alarms, unknown.knows_schedule) = (4, 0, false);
    let lossy = |scenario| Scenario { loss: Loss::independent(10), ..scenario };
    spread(out, &[known, lossy(known), unknown, lossy(unknown)], seeds)
}

fn spread(out: &mut impl Write, cells: &[Scenario], seeds: u64) -> io::Result<u64> {
    let mut table = Table::new(["devices", "loss", "half", "99 %", "all"]);
    let mut wrong = 0;
    for cell in cells {
        let mut outcomes = pool::each(*cell, seeds);
        wrong += outcomes.iter().map(faults).sum::<u64>();
        outcomes.sort_unstable_by_key(|outcome| outcome.back.unwrap_or(u64::MAX));
        let at = |share: usize| {
            let index = (outcomes.len() * share).div_ceil(100).saturating_sub(1);
            let back = outcomes.get(index).and_then(|outcome| outcome.back);
            back.map_or("not yet".to_string(), |back| back.to_string())
        };
        let kind = match (cell.is_joined, cell.knows_schedule) {
            (true, _) => "members",
            (false, true) => "on the roster, in their own slots",
            (false, false) => "without a schedule, in 4 join slots",
        };
        table.row([kind.to_string(), format!("{} %", cell.loss.percent), at(50), at(99), at(100)]);
    }
    write!(out, "{table}")?;
    Ok(wrong)
}

/// One channel of eight, full of nodes that report every minute.
pub fn many(out: &mut impl Write, seeds: u64) -> io::Result<u64> {
    writeln!(
        out,
        "\none channel of 8, a message of 64 octets from each node every 60 s, 20 min (goals on 8: SF7/125 2400, SF5/250 13500)"
    )?;
    let slow = Profile::usual(SpreadingFactor::Sf7, Bandwidth::Khz125);
    let mut table = Table::new([
        "radio",
        "nodes",
        "on 8",
        "loss",
        "delivered",
        "collisions",
        "on the air",
        "half",
        "99 %",
    ]);
    let mut wrong = 0;
    for (name, profile, nodes) in [("SF7/125", slow, 300), ("SF5/250", FAST, 1_690)] {
        for percent in [0, 10] {
            let mut scenario = Scenario { nodes, loss: Loss::independent(percent), ..Scenario::office(64) };
            let layout = &mut scenario.layout;
            (layout.profile, layout.listen_us) = (profile, profile.cad_us());
            layout.cycle = nodes.div_ceil(16);
            layout.period_us = 60_000_000 / u32::from(layout.cycle);
            (layout.alarms, layout.extras) = (0, 0);
            while Schedule::new(Layout { extras: layout.extras + 1, ..*layout }).is_ok() {
                layout.extras += 1;
            }
            scenario.traffic = Traffic { octets: 64, every: Duration::from_secs(60), alarms_per_day: 0 };
            scenario.duration = Duration::from_secs(1_200);
            for mut outcome in pool::run(&[scenario], seeds) {
                table.row([
                    name.to_string(),
                    nodes.to_string(),
                    (8 * nodes).to_string(),
                    format!("{percent} %"),
                    format!("{:.4} %", 100.0 * outcome.delivery()),
                    outcome.collisions.to_string(),
                    format!("{:.1} %", 100.0 * outcome.usage()),
                    millis(outcome.latencies.quantile(500)),
                    millis(outcome.latencies.quantile(990)),
                ]);
                wrong += faults(&outcome);
            }
        }
    }
    write!(out, "{table}")?;
    Ok(wrong)
}

/// The same load by roll call, in slots of 100 ms, and without any order.
pub fn compare(out: &mut impl Write, duration: Duration) -> io::Result<u64> {
    writeln!(
        out,
        "\nthe same 16 nodes with as many messages of 64 octets as each way carries; 10 % loss, 6 dB of capture, {} min",
        duration.as_secs() / 60
    )?;
    let capture_db = Some(6);
    let slots = Scenario { loss: Loss::independent(10), capture_db, duration, ..Scenario::office(64) };
    let mut polling = slots;
    polling.layout = Layout { access: Access::Polling, extras: 0, alarms: 0, ..polling.layout };
    let mut interval = slots;
    interval.layout = Layout {
        interval_us: 100_000,
        period_us: 1_800_000,
        downlink: 0,
        joins: 0,
        extras: 0,
        alarms: 0,
        ..interval.layout
    };
    let mut table =
        Table::new(["way", "offered", "delivered", "goodput", "on the air", "half", "99.9 %", "collisions"]);
    let mut wrong = 0;
    let mut add = |name: &str, rate: f64, outcome: &mut Outcome| {
        table.row([
            name.to_string(),
            format!("{:.1} kbit/s", rate / 1_000.0),
            format!("{:.3} %", 100.0 * outcome.delivery()),
            format!("{:.2} kbit/s", outcome.goodput() / 1_000.0),
            format!("{:.1} %", 100.0 * outcome.usage()),
            millis(outcome.latencies.quantile(500)),
            millis(outcome.latencies.quantile(999)),
            (outcome.collisions + outcome.contentions).to_string(),
        ]);
    };
    for (name, scenario, rate) in [
        ("time slots", slots, 12_000.0),
        ("roll call", polling, 7_000.0),
        ("slots of 100 ms", interval, 3_500.0),
    ] {
        let (mut outcome, _) = World::new(loaded(scenario, rate)).run();
        add(name, rate, &mut outcome);
        wrong += faults(&outcome);
    }
    for rate in [1_400.0, 100.0] {
        add("pure ALOHA", rate, &mut aloha(&loaded(slots, rate)));
    }
    write!(out, "{table}")?;
    Ok(wrong)
}
