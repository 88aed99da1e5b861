//! Every implementation, ours first.

mod ccm;
mod meterwire;

use super::Implementation;

pub const ALL: [Implementation; 2] = [meterwire::IMPLEMENTATION, ccm::IMPLEMENTATION];
