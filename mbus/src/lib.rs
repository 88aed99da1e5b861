#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod application;
mod client;
mod compact;
mod decoder;
mod entry;
mod error;
mod fixed;
mod frame;
mod header;
mod qualifier;
mod record;
mod server;
mod table;
mod telegram;
mod value;
mod vib;

pub use application::{Application, ApplicationError, ApplicationReset};
pub use client::Client;
pub use compact::{CompactFrame, FormatFrame, signature};
pub use decoder::Decoder;
pub use entry::{Data, Entry};
pub use error::{DecodeError, EncodeError, TransactionError};
pub use frame::{Address, Ci, Control, Frame};
pub use header::{
    FixedHeader, Header, Identification, LongHeader, Manufacturer, Medium, ShortHeader, Status,
};
pub use meter_value::line::{Machine, Output, Retry, Writer};
pub use qualifier::{Action, Qualifier, RecordError};
pub use record::{Function, Record, Records};
pub use server::{Handler, RESPONSE_DELAY, Server};
pub use telegram::Telegram;
