//! A base and its nodes on a lossy channel, under a virtual clock.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod attacks;
mod changes;
mod downlink;
mod joining;
mod polling;
mod restarts;
mod slots;
mod world;
