//! Reads an M-Bus meter.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use mbus::{
    Address, Client, Command, Device, Identification, Manufacturer, Medium, Reply, Selection,
    TransactionError,
};

use crate::mbus::{lines, timing};
use crate::port::Defaults;
use crate::question::Question;

/// Whom to ask, and what.
#[derive(Args)]
pub struct Asked {
    /// The primary address, 0 to 250; 254 is any, for a bus with one meter, and 253 what is selected
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u8).range(..255),
        required_unless_present_any = SECONDARY,
        conflicts_with_all = SECONDARY,
    )]
    address: Option<u8>,
    /// The number of the secondary address, 8 digits; F stands for any
    #[arg(long, value_name = "DIGITS", value_parser = identification)]
    id: Option<Identification>,
    /// The manufacturer of the secondary address, such as KAM
    #[arg(long, value_name = "LETTERS")]
    manufacturer: Option<Manufacturer>,
    /// The version of the secondary address
    #[arg(long, value_name = "NUMBER")]
    version: Option<u8>,
    /// The medium of the secondary address, such as water, or its number
    #[arg(long, value_name = "NAME", value_parser = medium)]
    medium: Option<Medium>,
    /// The alarm, in place of the records
    #[arg(long)]
    alarm: bool,
}

const SECONDARY: [&str; 4] = ["id", "manufacturer", "version", "medium"];

impl Asked {
    fn device(&self) -> Device {
        let Self { address, id, manufacturer, version, medium, .. } = *self;
        let any = Selection::ANY;
        address.map(Address).map(Device::new).unwrap_or(Device::selected(Selection {
            identification: id.unwrap_or(any.identification),
            manufacturer: manufacturer.unwrap_or(any.manufacturer),
            version: version.unwrap_or(any.version),
            medium: medium.unwrap_or(any.medium),
            ..any
        }))
    }
}

pub fn run(question: Question, echo: bool, asked: &Asked) -> anyhow::Result<()> {
    let mut client = Client::new(timing(&question.line, echo));
    let device = Device { retry: question.retry(&Defaults::MBUS), ..asked.device() };
    client.start(&device, if asked.alarm { &Command::ReadAlarm } else { &Command::Read })?;
    let mut port = question.line.open(&Defaults::MBUS)?;
    while port.run(&mut client, answer)?? {}
    Ok(())
}

/// Prints an answer, and says whether more follow.
fn answer(outcome: Result<Option<Reply<'_>>, TransactionError>) -> anyhow::Result<bool> {
    let mut out = io::stdout().lock();
    match outcome?.context("nobody answers this")? {
        Reply::Data { frame, more } => {
            lines(&frame.content()?).iter().try_for_each(|line| writeln!(out, "{line}"))?;
            Ok(more)
        }
        Reply::Acknowledged => {
            writeln!(out, "no alarm")?;
            Ok(false)
        }
        // The client passes on nothing but the reply to its command.
        Reply::Status { .. } => Ok(false),
    }
}

/// Eight digits, of which F is any.
pub fn identification(text: &str) -> Result<Identification, String> {
    let digits = text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| digits);
    number.map(Identification).ok_or_else(|| "a number has 8 digits".into())
}

/// A name, or a number.
fn medium(text: &str) -> Result<Medium, String> {
    let mut media = (0..=u8::MAX).map(Medium);
    let named = media.find(|medium| medium.name().is_some_and(|name| name.eq_ignore_ascii_case(text)));
    named.or_else(|| text.parse().ok().map(Medium)).ok_or_else(|| "there is no such medium".into())
}
