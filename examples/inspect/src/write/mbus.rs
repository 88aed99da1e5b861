//! Writes to an M-Bus meter.

use std::io::{self, Write};

use ::mbus::{
    Address, Application, BaudRate, Client, Command, Device, Frame, Reply, Target, TransactionError,
};
use anyhow::{Context, bail};
use clap::Args;

use crate::mbus;
use crate::port::Defaults;
use crate::question::Question;

/// Whom to write to, and what.
#[derive(Args)]
pub struct Orders {
    #[command(flatten)]
    target: mbus::Target,
    #[command(flatten)]
    order: Order,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Order {
    /// Give the meter a primary address, 0 to 250
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(..=250))]
    set_address: Option<u8>,
    /// Have it speak at another speed: 300, 600, 1200, 2400, 4800, 9600, 19200 or 38400
    #[arg(long, value_name = "BAUD", value_parser = rate)]
    set_baud: Option<BaudRate>,
    /// Reset its application, or have it show other data from now on, such as 50 or "instantaneous values"
    #[arg(long, value_name = "DATA", num_args = 0..=1, value_parser = application)]
    reset: Option<Option<Application>>,
    /// Select it by its secondary address, so that 253 means it
    #[arg(long)]
    select: bool,
}

impl Order {
    fn command(&self) -> Option<Command<'_>> {
        Some(match *self {
            Self { set_address: Some(address), .. } => Command::SetAddress { address: Address(address) },
            Self { set_baud: Some(rate), .. } => Command::ChangeBaudRate { rate },
            Self { reset: Some(application), .. } => Command::ResetApplication { application },
            Self { select: true, .. } => Command::Select,
            _ => return None,
        })
    }
}

pub fn run(question: Question, echo: bool, orders: &Orders) -> anyhow::Result<()> {
    let Question { line, .. } = &question;
    let command = orders.order.command().context("nothing is to be written")?;
    let mut device = Device { retry: question.retry(&Defaults::MBUS), ..orders.target.device() };
    let mut timing = mbus::timing(line, echo);
    let mut client = Client::new(timing);
    client.start(&device, &command)?;
    let mut port = line.clone().open(&Defaults::MBUS)?;
    let is_answered = port.run(&mut client, |outcome| outcome.map(|reply| reply.is_some()))??;
    if !is_answered {
        return say("sent to all meters, of which none answers");
    }
    let done = match command {
        Command::SetAddress { address } => {
            if let Target::Primary(_) = device.target {
                device.target = Target::Primary(address);
            }
            format!("set the address to {address}")
        }
        Command::ChangeBaudRate { rate } => {
            port.set_baud(rate.bits_per_second())?;
            timing = mbus::timing(&line.at(rate.bits_per_second()), echo);
            format!("set the speed to {rate}")
        }
        Command::ResetApplication { application: Some(application) } => {
            let name = application.name().map_or_else(|| format!("{:02X}", application.0), Into::into);
            format!("reset, to show {name}")
        }
        Command::Select => return say("selected; --address 253 means it"),
        _ => "reset".into(),
    };
    // A meter acknowledges what it refuses too, and says so when it is read. A new client resets the link first.
    let mut client = Client::new(timing);
    client.start(&device, &Command::Read)?;
    let answered = port.run(&mut client, address)?.map_err(anyhow::Error::from);
    let answered = answered.and_then(|address| address.context("nobody answers this"));
    match (command, answered.context("acknowledged, but then")?) {
        (Command::SetAddress { address: new }, address) if new != address => {
            bail!("acknowledged, but the address still is {address}")
        }
        _ => say(&done),
    }
}

/// The address that a meter answers with.
fn address(
    outcome: Result<Option<Reply<'_>>, TransactionError>,
) -> Result<Option<Address>, TransactionError> {
    Ok(match outcome? {
        Some(Reply::Data { frame: Frame::Control { address, .. } | Frame::Long { address, .. }, .. }) => {
            Some(address)
        }
        _ => None,
    })
}

fn say(done: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{done}")?)
}

fn rate(text: &str) -> Result<BaudRate, String> {
    let rate = text.parse().ok().and_then(BaudRate::new);
    rate.ok_or_else(|| "meters cannot be told to speak at this speed".into())
}

/// A name, or two hex digits.
fn application(text: &str) -> Result<Application, String> {
    let mut all = (0..=u8::MAX).map(Application);
    let named =
        all.find(|application| application.name().is_some_and(|name| name.eq_ignore_ascii_case(text)));
    let number = || u8::from_str_radix(text, 16).ok().filter(|_| text.len() == 2).map(Application);
    named.or_else(number).ok_or_else(|| "there are no such data".into())
}
