//! A node as its application and its radio have it.

use super::*;

/// A counter that survives a restart.
#[derive(Clone, Default)]
pub struct Memory {
    pub(super) counter: Rc<Cell<u64>>,
    pub(super) is_broken: Rc<Cell<bool>>,
}

impl CounterStore for Memory {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.counter.get())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        if self.is_broken.get() {
            return Err(StoreError::Memory);
        }
        self.counter.set(counter);
        Ok(())
    }
}

/// What an application was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// By a node.
    Message {
        to_all: bool,
        octets: Vec<u8>,
    },
    Delivered(u8),
    Lost(u8),
    Joined,
    Scheduled(u8),
    Dismissed,
}

/// A node, its clock and its place on the channel.
pub struct Unit {
    pub number: u16,
    pub node: TestNode,
    pub(super) memory: Memory,
    pub(super) ppm: i64,
    pub(super) offset: u64,
    /// When its clock started.
    pub(super) began: u64,
    pub(super) wake: Option<u64>,
    /// Its last frame.
    pub(super) sends: Span,
    pub told: Vec<Told>,
    /// It hears nothing.
    pub is_deaf: bool,
    /// It hears nothing else.
    pub hears_beacons_only: bool,
    /// Nobody hears it.
    pub is_mute: bool,
    /// Somebody else is heard whenever it wants to send.
    pub is_disturbed: bool,
    pub frames: u32,
    pub failures: u32,
}

impl Unit {
    pub(super) fn new(number: u16, schedule: Schedule, memory: Memory) -> Self {
        let device = device(number);
        let node = Node::new(schedule, device, &root_key(number), memory.clone()).unwrap();
        Self {
            number,
            node,
            memory,
            ppm: i64::from(number % 9) * 10 - 40,
            offset: u64::from(number) * 7_777_777,
            began: START,
            wake: None,
            sends: Span::default(),
            told: Vec::new(),
            is_deaf: false,
            hears_beacons_only: false,
            is_mute: false,
            is_disturbed: false,
            frames: 0,
            failures: 0,
        }
    }

    pub fn break_store(&mut self, is_broken: bool) {
        self.memory.is_broken.set(is_broken);
    }

    pub fn local(&self, time: u64) -> LocalTime {
        let passed = (time - self.began) as i64;
        LocalTime::from_us(self.offset + (passed + passed * self.ppm / 1_000_000) as u64)
    }

    pub(super) fn time(&self, local: LocalTime) -> u64 {
        let shown = local.us().saturating_sub(self.offset) as i128;
        self.began + (shown * 1_000_000 / i128::from(1_000_000 + self.ppm)) as u64
    }

    /// The messages it got.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        let octets = |told: &Told| match told {
            Told::Message { octets, .. } => Some(octets.clone()),
            _ => None,
        };
        self.told.iter().filter_map(octets).collect()
    }

    pub fn count(&self, told: &Told) -> usize {
        self.told.iter().filter(|&other| other == told).count()
    }
}

pub fn device(number: u16) -> Device {
    let bounds = Bounds { stamp_error_us: STAMP_ERROR_US as u16 + 2, drift_ppm: 42, drift_rate_ppb_per_s: 1 };
    Device { network: NETWORK, number, bounds, start_error_us: START_ERROR_US as u16 + 2 }
}
