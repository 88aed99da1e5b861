//! Reads an M-Bus meter.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use mbus::{Client, Command, Device, Reply, TransactionError};

use crate::mbus::{Target, lines, timing};
use crate::port::Defaults;
use crate::question::Question;

/// Whom to ask, and what.
#[derive(Args)]
pub struct Asked {
    #[command(flatten)]
    target: Target,
    /// The alarm, in place of the records
    #[arg(long)]
    alarm: bool,
}

pub fn run(question: Question, echo: bool, asked: &Asked) -> anyhow::Result<()> {
    let mut client = Client::new(timing(&question.line, echo));
    let device = Device { retry: question.retry(&Defaults::MBUS), ..asked.target.device() };
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
