//! The channel: every frame takes its airtime, some are lost, and two at once disturb each other.

use lora_tdma::airtime::Profile;
use lora_tdma::{BaseTime, Schedule};

/// How a link loses frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Of a hundred frames.
    pub percent: u32,
    /// How many frames in a row are lost each time.
    pub burst: u32,
}

impl Loss {
    /// Frames are lost one by one.
    pub const fn independent(percent: u32) -> Self {
        Self { percent, burst: 1 }
    }

    /// So many frames in a row are lost.
    pub const fn bursts(percent: u32, burst: u32) -> Self {
        Self { percent, burst }
    }
}

/// One direction between the base and a node.
#[derive(Default)]
pub struct Link {
    /// Frames of the burst that is under way.
    left: u32,
}

impl Link {
    /// Whether the next frame is lost.
    pub fn loses(&mut self, loss: Loss, chance: &mut fastrand::Rng) -> bool {
        if self.left == 0 {
            // So many bursts that the demanded share of all frames is lost.
            let begins = loss.percent as f64 / (loss.burst * (100 - loss.percent)) as f64;
            let begins = if loss.burst == 1 { f64::from(loss.percent) / 100.0 } else { begins };
            if chance.f64() >= begins {
                return false;
            }
            self.left = loss.burst;
        }
        self.left -= 1;
        true
    }
}

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The base.
    Base,
    /// A node, by its index.
    Node(usize),
}

/// Why a frame is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// In a slot that nobody else has.
    Slot,
    /// In a slot that anybody may use.
    Contention,
}

impl Purpose {
    /// Whose slot it is at a time.
    pub fn at(schedule: &Schedule, time: BaseTime) -> Self {
        let layout = schedule.layout();
        let after = time.since(schedule.start(schedule.number(time)));
        let joins = (0..layout.joins).filter_map(|join| schedule.join_us(join));
        let alarms = (0..layout.alarms).filter_map(|alarm| schedule.alarm_us(alarm));
        let half = u64::from(layout.guard_us / 2);
        let is_shared = joins.chain(alarms).any(|planned| planned.abs_diff(after) <= half);
        if is_shared { Self::Contention } else { Self::Slot }
    }
}

/// A frame on its way. Times are nanoseconds of the simulation.
pub struct Flight {
    /// Who sent it.
    pub sender: Sender,
    /// When it begins.
    pub start: u64,
    /// When it ends.
    pub end: u64,
    /// Its octets.
    pub frame: Vec<u8>,
    purpose: Purpose,
    power_db: i32,
    /// The strongest frame that overlapped it.
    disturbed_by_db: Option<i32>,
}

/// What is on the air.
pub struct Channel {
    profile: Profile,
    /// By how much a frame has to be the stronger one to be heard all the same.
    capture_db: Option<i32>,
    flights: Vec<Flight>,
    /// Pairs of frames that overlapped though each had a slot of its own.
    pub collisions: u64,
    /// Pairs that met where anybody may send.
    pub contentions: u64,
    /// Nanoseconds that were used.
    pub airtime: u64,
}

impl Channel {
    /// A channel for radios with these settings, on which a frame survives another if it is stronger by
    /// `capture_db`, or never.
    pub fn new(profile: Profile, capture_db: Option<i32>) -> Self {
        Self { profile, capture_db, flights: Vec::new(), collisions: 0, contentions: 0, airtime: 0 }
    }

    /// Sends a frame; when it ends.
    pub fn transmit(
        &mut self,
        sender: Sender,
        purpose: Purpose,
        start: u64,
        power_db: i32,
        frame: &[u8],
    ) -> u64 {
        let airtime = 1_000 * self.profile.airtime_us(frame.len() as u8);
        let end = start + airtime;
        self.airtime += airtime;
        let mut disturbed_by_db = None;
        for other in self.flights.iter_mut().filter(|other| other.start < end && start < other.end) {
            disturbed_by_db = disturbed_by_db.max(Some(other.power_db));
            other.disturbed_by_db = other.disturbed_by_db.max(Some(power_db));
            if purpose == Purpose::Slot && other.purpose == Purpose::Slot {
                self.collisions += 1;
            } else {
                self.contentions += 1;
            }
        }
        let frame = frame.to_vec();
        self.flights.push(Flight { sender, purpose, start, end, frame, power_db, disturbed_by_db });
        end
    }

    /// A frame that ends at `now` or before.
    pub fn land(&mut self, now: u64) -> Option<Flight> {
        let index = self.flights.iter().position(|flight| flight.end <= now)?;
        Some(self.flights.swap_remove(index))
    }

    /// Whether a frame that has not landed is on the air between two times.
    pub fn is_busy(&self, from: u64, to: u64) -> bool {
        self.flights.iter().any(|flight| flight.start < to && from < flight.end)
    }

    /// When the next frame ends.
    pub fn next(&self) -> Option<u64> {
        self.flights.iter().map(|flight| flight.end).min()
    }

    /// Whether another frame spoilt this one.
    pub fn is_spoilt(&self, flight: &Flight) -> bool {
        let other = flight.disturbed_by_db;
        other.is_some_and(|other| self.capture_db.is_none_or(|margin| flight.power_db < other + margin))
    }
}
