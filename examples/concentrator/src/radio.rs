//! The simulated radio channel: every frame takes its airtime, some are lost, two at once are both lost.

use std::time::Duration;

use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

/// The radio's settings: 31 kbit/s raw.
pub const PROFILE: Profile = Profile {
    family: Family::Sx126x,
    spreading_factor: SpreadingFactor::Sf5,
    bandwidth: Bandwidth::Khz250,
    coding_rate: CodingRate::Cr4_5,
    preamble: 12,
    explicit_header: true,
    crc: true,
    low_data_rate: false,
};

/// One frame in this many is lost on each way.
const LOSS: u32 = 20;

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    Base,
    Collector,
}

/// A frame on its way.
pub struct Flight {
    pub sender: Sender,
    start: Duration,
    pub end: Duration,
    pub frame: Vec<u8>,
    collided: bool,
}

#[derive(Default)]
pub struct Channel {
    flights: Vec<Flight>,
    /// Frames that overlapped another.
    pub collisions: u64,
    /// Frames that collectors sent.
    pub sent: u64,
}

impl Channel {
    /// Sends a frame from `start` on, now or later.
    pub fn transmit(&mut self, sender: Sender, start: Duration, frame: &[u8]) {
        let airtime = PROFILE.airtime_us(u8::try_from(frame.len()).unwrap_or(u8::MAX));
        let end = start + Duration::from_micros(airtime);
        let mut collided = false;
        for other in self.flights.iter_mut().filter(|other| other.start < end && start < other.end) {
            other.collided = true;
            collided = true;
        }
        self.collisions += u64::from(collided);
        self.sent += u64::from(sender != Sender::Base);
        self.flights.push(Flight { sender, start, end, frame: frame.to_vec(), collided });
    }

    /// The frame that ends by `now`, if any.
    pub fn land(&mut self, now: Duration) -> Option<Flight> {
        let index = self.flights.iter().position(|flight| flight.end <= now)?;
        Some(self.flights.swap_remove(index))
    }

    /// When the next frame ends.
    pub fn next(&self) -> Option<Duration> {
        self.flights.iter().map(|flight| flight.end).min()
    }
}

impl Flight {
    /// Whether one receiver hears the frame.
    pub fn heard(&self, chance: &mut fastrand::Rng) -> bool {
        !self.collided && chance.u32(..LOSS) != 0
    }
}
