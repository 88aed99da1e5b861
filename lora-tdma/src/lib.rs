#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

pub mod airtime;
mod base;
mod beacon;
mod clock;
mod error;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod internal;
mod layout;
mod message;
mod node;
mod outbox;
pub mod plan;
pub mod region;
mod superframe;
mod time;

pub use base::{Base, BaseOutput, Counts, Setup, Station};
pub use beacon::{Acknowledgement, Beacon, Grant};
pub use clock::{Bounds, Clock, Estimate, Synchronized};
pub use error::{DecodeError, EncodeError, PlanError, ProfileError, RegionError, ScheduleError, SendError};
pub use layout::{Access, Layout};
pub use node::{Device, Node, NodeOutput};
pub use superframe::{MAX_ALARMS, MAX_EXTRAS, MAX_FRAME, MAX_JOINS, MAX_SLOTS, Place, Schedule};
pub use time::{BaseTime, LocalTime, Timer};
