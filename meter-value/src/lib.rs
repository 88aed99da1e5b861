#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

pub mod bcd;
mod decimal;
mod flags;
pub mod line;
mod names;
mod octets;
mod quantity;
mod shortest;
mod text;
mod time;
mod unit;
mod value;

pub use decimal::{Decimal, DecimalError};
pub use flags::{Flag, Flags};
pub use octets::Octets;
pub use quantity::Quantity;
pub use text::Text;
pub use time::{Date, DateTime, MeterTime, Recurrence, Time};
pub use unit::Unit;
pub use value::{Invalid, Value};
