#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

pub mod airtime;
mod base;
mod clock;
mod error;
mod node;
pub mod region;
mod superframe;
mod time;

pub use base::{Base, BaseOutput, Counts};
pub use clock::{Bounds, Clock, Estimate, Synchronized};
pub use error::{DecodeError, ProfileError, RegionError, ScheduleError, SendError};
pub use node::{Node, NodeOutput};
pub use superframe::{Beacon, MAX_DEVICES, MAX_FRAME, Schedule};
pub use time::{BaseTime, LocalTime, Timer};
