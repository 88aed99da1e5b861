//! What a run amounts to.

use std::fmt;

use serde::Serialize;

use crate::meters::{METERS, Protocol};
use crate::world::{COLLECTORS, World};

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
    pub fn of(world: &World, seed: u64) -> Self {
        let concentrator = &world.concentrator;
        let counts = concentrator.counts();
        Self {
            collectors: COLLECTORS,
            meters: usize::from(COLLECTORS) * METERS.len(),
            readings: Readings {
                modbus: concentrator.readings(Protocol::Modbus),
                dlt645: concentrator.readings(Protocol::Dlt645),
                mbus: concentrator.readings(Protocol::Mbus),
            },
            missed: concentrator.missed,
            wrong: world.wrong,
            radio: Radio {
                superframes: counts.superframes,
                collisions: world.channel.collisions,
                delivered: concentrator.reports,
                sent: world.sent,
                duplicates: counts.duplicates,
                refused: counts.refused,
            },
            simulated_seconds: world.now().as_secs(),
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
