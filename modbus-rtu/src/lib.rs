#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod client;
mod decoder;
mod error;
mod frame;
mod pdu;
mod server;

pub use client::Client;
pub use decoder::{Decoder, Direction};
pub use error::{DecodeError, EncodeError, TransactionError};
pub use frame::{Frame, UnitId};
pub use meter_value::line::{Machine, Output, Retry};
pub use pdu::{ExceptionCode, FunctionCode, Range, Registers, Request, Response};
pub use server::{Handler, Server};
