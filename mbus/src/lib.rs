#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod client;
mod decoder;
mod error;
mod frame;
mod header;
mod record;
mod server;
mod table;
mod telegram;
mod value;
pub mod wireless;

pub use client::Client;
pub use decoder::Decoder;
pub use error::{DecodeError, EncodeError, TransactionError};
pub use frame::{Address, Ci, Control, Frame};
pub use header::{Header, Identification, LongHeader, Manufacturer, Medium, ShortHeader, Status};
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use record::{Data, Entry, Function, Record, Records};
pub use server::{Handler, RESPONSE_DELAY, Server};
pub use telegram::Telegram;
