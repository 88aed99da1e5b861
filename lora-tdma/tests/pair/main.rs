//! A base and its nodes on a lossy channel, under a virtual clock.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    clippy::panic,
    clippy::unwrap_used
)]

mod attacks;
mod changes;
mod downlink;
mod joining;
mod polling;
mod restarts;
mod slots;
mod world;
