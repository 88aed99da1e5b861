#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(test, feature = "tokio"))]
extern crate std;

mod answer;
mod asked;
mod bank;
mod client;
#[cfg(feature = "tokio")]
mod codec;
mod counters;
mod crc;
mod decoder;
mod dialect;
#[cfg(feature = "embedded-io")]
pub mod driver;
mod error;
mod frame;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod handler;
mod judge;
mod length;
mod line;
mod map;
pub mod monitor;
mod number;
mod pdu;
mod point;
mod reader;
mod server;
mod stream;
mod unit;

pub use asked::Asked;
pub use bank::Bank;
pub use client::{Client, Counts, Device};
#[cfg(feature = "tokio")]
pub use codec::{Adu, Codec};
pub use crc::checksum;
pub use decoder::{Decoder, Expect, UnitSet};
pub use dialect::Dialect;
pub use error::{DecodeError, EncodeError, TransactionError};
pub use frame::{Frame, UnitId};
pub use handler::Handler;
pub use length::Direction;
pub use line::Line;
pub use map::{Map, MapError, Read, Reads};
pub use meter_value;
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use number::{Number, WordOrder};
pub use pdu::{
    Access, Bits, BitsOut, Conformity, Diagnostic, Event, ExceptionCode, FileRange, FileRecord, FunctionCode,
    Functions, Item, Items, Object, ObjectId, Range, Registers, RegistersOut, Request, Response,
};
pub use point::{Kind, Point, Table};
pub use server::Server;
pub use unit::{Buffer, Note, Respond, Unit};
