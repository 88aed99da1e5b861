#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod address;
mod baud;
mod client;
mod command;
mod control;
mod data;
mod decoder;
mod error;
mod fields;
mod flags;
mod frame;
mod handler;
mod identifier;
mod meter;
mod password;
mod refusal;
mod relay;
mod reply;
mod server;
mod table;
mod time;
mod value;

pub use address::Address;
pub use baud::BaudRate;
pub use client::Client;
pub use command::Command;
pub use control::{Control, Direction, Function};
pub use data::Data;
pub use decoder::Decoder;
pub use error::{DecodeError, EncodeError, ParseError, TransactionError};
pub use frame::Frame;
pub use handler::Handler;
pub use identifier::{Edition, Identifier};
pub use meter::{Mains, Meter, Phase, Register};
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use password::{Operator, Password};
pub use refusal::{ErrorFlags, Refusal, SecurityErrors};
pub use relay::{RelayAction, RelayErrors, RelayStatus, TerminalSignal};
pub use reply::Reply;
pub use server::{RESPONSE_DELAY, Server};
pub use table::Point;
pub use time::{ClockTime, FreezeTime, RecordTime, Schedule};
pub use value::{Item, Values};
