#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

pub mod bcd;
mod decimal;
pub mod line;
mod names;
mod quantity;
mod text;
mod time;
mod unit;
mod value;

pub use decimal::{Decimal, DecimalError};
pub use quantity::Quantity;
pub use text::Text;
pub use time::{Date, DateTime, MeterTime, Time};
pub use unit::Unit;
pub use value::{Invalid, Value};
