//! Reads a DL/T 645 meter.

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use dlt645::{Address, Command, Data, Identifier, Point, RecordTime, Reply};
use meter_value::DateTime;

use crate::dlt645::{Session, date_time};
use crate::question::Question;
use crate::text;

/// What to read.
#[derive(Args)]
pub struct Asked {
    /// Identifiers, such as 00010000 or 00-01-00-00, or of 1997 9010 or 90-10
    #[arg(long = "id", value_name = "IDENTIFIER", num_args = 1.., required_unless_present = "own_address")]
    identifiers: Vec<Identifier>,
    /// The address of the only meter on the line
    #[arg(long, conflicts_with = "identifiers")]
    own_address: bool,
    /// How many load records, with an identifier such as 06000002
    #[arg(long, value_name = "NUMBER", requires = "identifiers")]
    count: Option<u8>,
    /// From when on, with one such as 06000001
    #[arg(long, value_name = "TIME", value_parser = date_time, requires = "count")]
    from: Option<DateTime>,
    /// The names of the standard, in Chinese
    #[arg(long)]
    chinese: bool,
}

impl Asked {
    fn command(&self, identifier: Identifier) -> anyhow::Result<Command<'static>> {
        let Some(count) = self.count else { return Ok(Command::Read { identifier }) };
        let from = self.from.map(|at| RecordTime::new(at).context("a meter's years are 2000 to 2099"));
        Ok(Command::ReadLoadRecords { identifier, count, from: from.transpose()? })
    }

    fn name(&self, point: Point) -> String {
        if self.chinese { point.chinese().to_string() } else { point.to_string() }
    }
}

/// What a meter has to report, in place of more data.
const REPORT: Identifier = Identifier::Y2007(0x0400_1501);

pub fn run(question: Question, address: Address, echo: bool, asked: &Asked) -> anyhow::Result<()> {
    let mut session = Session::open(question, address, echo)?;
    let mut out = io::stdout().lock();
    if asked.own_address {
        return session.ask(&Command::ReadAddress, |reply| match reply {
            Some(Reply::Address(address)) => Ok(writeln!(out, "{address}")?),
            // The client passes on nothing but the reply to its command.
            _ => Ok(()),
        });
    }
    let name = |point| asked.name(point);
    let mut known = None;
    for &identifier in &asked.identifiers {
        let lines = session.ask(&asked.command(identifier)?, |reply| {
            let reply = reply.context("nobody answers this")?;
            Ok(match reply {
                Reply::Read { identifier, data, more } => lines(identifier, data, more, name),
                _ => Vec::new(),
            })
        })?;
        let source = session.client.source().filter(|source| *source != address && known != Some(*source));
        if let Some(source) = source {
            writeln!(out, "meter {source}")?;
            known = Some(source);
        }
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if let Some(report) = session.client.report() {
            writeln!(out, "an event waits")?;
            let report = text::items(REPORT.values(report), name);
            report.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    Ok(())
}

fn lines(identifier: Identifier, data: Data<'_>, more: bool, name: impl Fn(Point) -> String) -> Vec<String> {
    let mut lines = text::items(identifier.values(data), name);
    if lines.is_empty() {
        lines.push(format!("{identifier}: data {data:?}"));
    }
    if more {
        lines.push("the meter announced more, and then had none".into());
    }
    lines
}
