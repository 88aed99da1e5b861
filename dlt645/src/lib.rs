#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(test, feature = "tokio"))]
extern crate std;

mod address;
mod baud;
#[cfg(feature = "chinese")]
mod chinese;
mod client;
#[cfg(feature = "tokio")]
mod codec;
mod command;
mod control;
mod data;
mod decoder;
mod detection;
#[cfg(feature = "embedded-io")]
pub mod driver;
mod equivalent;
mod error;
mod fields;
mod flags;
mod format;
mod frame;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod handler;
mod identifier;
mod layout;
mod line;
mod load;
mod meter;
mod password;
mod point;
mod refusal;
mod relay;
mod reply;
mod search;
mod server;
mod table;
mod time;
mod value;

pub use address::Address;
pub use baud::BaudRate;
pub use client::{Client, Counts, Device};
#[cfg(feature = "tokio")]
pub use codec::{Codec, OwnedFrame};
pub use command::Command;
pub use control::{Control, Direction, Function};
pub use data::Data;
pub use decoder::Decoder;
pub use detection::{Detected, Detection};
pub use error::{DecodeError, EncodeError, ParseError, TransactionError};
pub use frame::Frame;
pub use handler::Handler;
pub use identifier::{Edition, Identifier};
pub use layout::Layout;
pub use line::Line;
pub use meter::{Mains, Meter, Phase, Register};
pub use meter_value;
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use password::{Operator, Password};
pub use point::Point;
pub use refusal::{ErrorFlags, Refusal, SecurityErrors};
pub use relay::{RelayAction, RelayErrors, RelayStatus, TerminalSignal};
pub use reply::Reply;
pub use search::{Found, Search};
pub use server::{RESPONSE_DELAY, Server};
pub use table::Access;
pub use time::{ClockTime, FreezeTime, RecordTime, Schedule};
pub use value::{Item, Values};
