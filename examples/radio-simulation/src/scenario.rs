//! What is simulated.

use std::time::Duration;

use lora_tdma::Layout;
use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};

use crate::Loss;

/// 31 kbit/s raw.
pub const FAST: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

/// What each node has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Octets of a message.
    pub octets: usize,
    /// One in so much time.
    pub every: Duration,
    /// Alarms in a simulated day, at random times.
    pub alarms_per_day: u32,
}

/// A network, its surroundings and its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What the schedule is made of.
    pub layout: Layout,
    /// How many of the schedule's devices there are.
    pub nodes: u16,
    /// How fast or slow a node's clock is against the base's at the most.
    pub drift_ppm: u16,
    /// How fast that changes.
    pub drift_rate_ppb_per_s: u16,
    /// How late a frame's end is stamped at the most, beyond the delay that is known.
    pub stamp_error_us: u16,
    /// How late a frame starts at the most.
    pub start_error_us: u16,
    /// What every link loses, each way.
    pub loss: Loss,
    /// By how much a frame has to be the stronger one to be heard despite another.
    pub capture_db: Option<i32>,
    /// What the nodes have to say.
    pub traffic: Traffic,
    /// How long it is.
    pub duration: Duration,
    /// Where all chance comes from.
    pub seed: u64,
    /// Whether the nodes have their sessions when it begins; otherwise they join.
    pub is_joined: bool,
    /// Whether nodes that join know the network's schedule; otherwise they know an older one.
    pub knows_schedule: bool,
    /// When the base restarts, with what it stored.
    pub restart: Option<Duration>,
}

impl Scenario {
    /// 16 nodes with a message of `octets` in each superframe, of which 30 % are spare.
    ///
    /// # Panics
    /// If the messages do not fit a frame.
    pub fn office(octets: u8) -> Self {
        let mut layout = Layout {
            downlink: 32,
            joins: 1,
            alarms: 4,
            alarm: 16,
            extras: 4,
            listen_us: FAST.cad_us(),
            ..Layout::plain(FAST, 16, octets, 1_000, u32::MAX)
        };
        let used = lora_tdma::Schedule::new(layout).expect("a schedule").used_us();
        layout.period_us = (used * 10).div_ceil(7) as u32;
        Self {
            nodes: 16,
            drift_ppm: 40,
            drift_rate_ppb_per_s: 20,
            stamp_error_us: 20,
            start_error_us: 20,
            loss: Loss::independent(0),
            capture_db: None,
            traffic: Traffic {
                octets: octets.into(),
                every: Duration::from_micros(layout.period_us.into()),
                alarms_per_day: 24,
            },
            duration: Duration::from_secs(600),
            seed: 1,
            is_joined: true,
            knows_schedule: true,
            restart: None,
            layout,
        }
    }
}
