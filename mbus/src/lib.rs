#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(test, feature = "tokio"))]
extern crate std;

mod application;
mod baud;
mod client;
#[cfg(feature = "tokio")]
mod codec;
mod command;
mod compact;
mod content;
mod decoder;
#[cfg(feature = "embedded-io")]
pub mod driver;
mod entry;
mod error;
mod fixed;
mod frame;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod handler;
mod head;
mod header;
mod line;
mod meter;
mod qualifier;
mod record;
mod search;
mod selection;
mod server;
mod table;
mod telegram;
mod time;
mod value;
mod vib;
pub mod wireless;

pub use application::{Application, ApplicationError};
pub use baud::BaudRate;
pub use client::{Client, Counts, Device, Reply, Target};
#[cfg(feature = "tokio")]
pub use codec::{Codec, OwnedFrame};
pub use command::Command;
pub use compact::{CompactFrame, FormatFrame, signature};
pub use content::Content;
pub use decoder::Decoder;
pub use entry::{Data, Entry};
pub use error::{DecodeError, EncodeError, TransactionError};
pub use fixed::{FixedHeader, FixedStatus};
pub use frame::{Address, Ci, Control, Frame};
pub use handler::Handler;
pub use header::{Header, Identification, LongHeader, Manufacturer, Medium, ShortHeader, Status};
pub use line::Line;
pub use meter::Meter;
pub use meter_value;
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use qualifier::{Action, Qualifier, RecordError};
pub use record::{Function, Record, Records};
pub use search::{Found, Scope, Search};
pub use selection::Selection;
pub use server::{RESPONSE_DELAY, Server};
pub use telegram::Telegram;
