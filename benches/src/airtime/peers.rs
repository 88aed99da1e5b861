//! Every implementation, ours first.

mod lora_modulation;
mod meterwire;

use super::Implementation;

pub const ALL: [Implementation; 2] = [meterwire::IMPLEMENTATION, lora_modulation::IMPLEMENTATION];
