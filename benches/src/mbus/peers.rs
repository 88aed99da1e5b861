//! Every implementation, ours first.

mod m_bus_parser;
mod meterwire;

use crate::mbus::Implementation;

pub const ALL: [Implementation; 2] = [meterwire::IMPLEMENTATION, m_bus_parser::IMPLEMENTATION];
