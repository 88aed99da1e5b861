//! A base and its nodes on a simulated radio channel: the machines of `lora-tdma` with real frames, while time,
//! clocks, loss and traffic are made up from one seed.
//!
//! | layer | file |
//! |---|---|
//! | what is simulated, and what came of it | `scenario.rs`, `outcome.rs` |
//! | base, nodes and their applications, event by event | `world.rs` |
//! | the channel: loss, collisions, capture | `channel.rs` |
//! | a crystal that drifts with temperature | `crystal.rs` |
//! | devices that send when they like, to compare with | `aloha.rs` |
//! | a picture of who sent when | `timeline.rs` |

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a simulation that goes wrong has to stop, as a test has"
)]

mod aloha;
mod channel;
mod crystal;
mod outcome;
mod scenario;
mod timeline;
mod world;

pub use aloha::aloha;
pub use channel::{Channel, Flight, Link, Loss, Purpose, Sender};
pub use crystal::Crystal;
pub use outcome::{Latencies, Outcome};
pub use scenario::{FAST, Scenario, Traffic};
pub use timeline::{Shot, svg};
pub use world::World;
