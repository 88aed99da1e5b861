//! What a run amounts to.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::concentrator::Concentrator;
use crate::meters::{METERS, Protocol};

/// What runs under the concentrator, made up or outside of this process.
pub trait Simulation {
    /// Lets everything happen until `end`.
    fn run_until(&mut self, end: Duration);

    fn state(&self) -> State<'_>;
}

/// How far a simulation is.
pub struct State<'a> {
    pub concentrator: &'a Concentrator,
    pub collectors: u16,
    /// Simulated time since the beginning.
    pub now: Duration,
    /// Pairs of frames that overlapped.
    pub collisions: u64,
    /// Frames that collectors sent.
    pub sent: u64,
    /// Readings that differ from what the meter held.
    pub wrong: u64,
}

#[derive(Serialize)]
pub struct Report {
    collectors: u16,
    meters: usize,
    /// Values that reached the concentrator.
    readings: Readings,
    /// Readings that a meter did not give.
    missed: u64,
    /// Values that differ from what their meter held when it was asked.
    wrong: u64,
    radio: Radio,
    simulated_seconds: u64,
    seed: u64,
}

#[derive(Serialize)]
struct Readings {
    modbus: u64,
    dlt645: u64,
    mbus: u64,
}

#[derive(Serialize)]
struct Radio {
    superframes: u32,
    /// Pairs of frames that overlapped.
    collisions: u64,
    /// Reports that reached the concentrator, each counted once.
    delivered: u64,
    /// Frames that collectors sent, repetitions included.
    sent: u64,
    /// Frames that came again because their acknowledgement was lost.
    duplicates: u32,
    /// Frames that did not open.
    refused: u32,
}

impl Report {
    pub fn of(state: &State<'_>, seed: u64) -> Self {
        let &State { concentrator, collectors, now, collisions, sent, wrong } = state;
        let counts = concentrator.counts();
        Self {
            collectors,
            meters: usize::from(collectors) * METERS.len(),
            readings: Readings {
                modbus: concentrator.readings(Protocol::Modbus),
                dlt645: concentrator.readings(Protocol::Dlt645),
                mbus: concentrator.readings(Protocol::Mbus),
            },
            missed: concentrator.missed,
            wrong,
            radio: Radio {
                superframes: counts.superframes,
                collisions,
                delivered: concentrator.reports,
                sent,
                duplicates: counts.duplicates,
                refused: counts.refused,
            },
            simulated_seconds: now.as_secs(),
            seed,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Readings { modbus, dlt645, mbus } = self.readings;
        let Radio { superframes, collisions, delivered, sent, duplicates, .. } = self.radio;
        write!(
            f,
            "{} s simulated: {} collectors, {} meters; readings: modbus {modbus}, dlt645 {dlt645}, mbus {mbus}; \
             missed {}, wrong {}; radio: {superframes} superframes, {sent} frames sent, {delivered} delivered, \
             {duplicates} repeated, {collisions} collisions",
            self.simulated_seconds, self.collectors, self.meters, self.missed, self.wrong,
        )
    }
}
