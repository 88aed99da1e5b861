#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod address;
mod client;
mod command;
mod control;
mod data;
mod decoder;
mod error;
mod frame;
mod identifier;
mod server;
mod table;
mod value;

pub use address::Address;
pub use client::Client;
pub use command::{Command, ErrorFlags, Reply};
pub use control::{Control, Direction, Function};
pub use data::Data;
pub use decoder::Decoder;
pub use error::{DecodeError, EncodeError, ParseError, TransactionError};
pub use frame::Frame;
pub use identifier::{Edition, Identifier};
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use server::{Handler, RESPONSE_DELAY, Server};
pub use table::Point;
pub use value::{Item, Values};
