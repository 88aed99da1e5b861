//! Writes to a DL/T 645 meter.

use std::io::{self, Write};

use anyhow::{Context, bail};
use clap::Args;
use dlt645::{
    Access, Address, ClockTime, Command, Data, Edition, Frame, FreezeTime, Identifier, Operator, Password,
    Point,
};
use meter_value::{DateTime, Decimal, Flags, MeterTime, Octets, Text, Value};

use crate::dlt645::{Session, date, date_time, operator, password, recurrence, time};
use crate::question::Question;

/// Most octets of a parameter: a write of 1997 without identifier and password.
const MAX_DATA: usize = Frame::MAX_WRITE_DATA - 6;

/// What to write.
#[derive(Args)]
pub struct Orders {
    #[command(flatten)]
    order: Order,
    /// The password of one of the levels 0 to 9, such as 4:123456
    #[arg(long, value_name = "LEVEL:DIGITS", value_parser = password, requires = "set")]
    password: Option<Password>,
    /// Who writes, for the meter's records: eight hex digits
    #[arg(long, value_name = "DIGITS", value_parser = operator, default_value = "0")]
    operator: Operator,
    /// Also what is not known to be writable
    #[arg(long, requires = "set")]
    force: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Order {
    /// A parameter: a number, text, a date, a time, hex digits, or after 0x the octets as they travel
    #[arg(long, value_name = "IDENTIFIER=VALUE", value_parser = assignment, requires = "password")]
    set: Option<(Identifier, String)>,
    /// The time, as YYYY-MM-DDThh:mm:ss; meters take a few minutes' difference once a day
    #[arg(long, value_name = "TIME", value_parser = date_time)]
    time: Option<DateTime>,
    /// Copy the registers: now, or at MM-DDThh:mm, of which 99 is every one
    #[arg(long, value_name = "now|TIME", value_parser = freeze)]
    freeze: Option<FreezeTime>,
}

pub fn run(question: Question, address: Address, echo: bool, orders: &Orders) -> anyhow::Result<()> {
    let mut buffer = [0; MAX_DATA];
    let (command, done) = match &orders.order {
        Order { set: Some((identifier, text)), .. } => {
            let data = Data::plain(octets(*identifier, text, orders.force, &mut buffer)?);
            let operator = (identifier.edition() == Edition::Y2007).then_some(orders.operator);
            let password = orders.password.context("there is no password")?;
            let identifier = *identifier;
            (Command::Write { identifier, password, operator, data }, format!("wrote {identifier}"))
        }
        Order { time: Some(at), .. } => {
            let time = ClockTime::new(*at).context("a meter's years are 2000 to 2099")?;
            (Command::BroadcastTime { time }, format!("set the clock to {time}"))
        }
        Order { freeze: Some(time), .. } => {
            (Command::Freeze { time: *time }, format!("registers are copied {time}"))
        }
        _ => bail!("nothing is to be written"),
    };
    Session::open(question, address, echo)?.ask(&command, |reply| {
        let done = if reply.is_some() { &done } else { "sent to all meters, of which none answers" };
        Ok(writeln!(io::stdout().lock(), "{done}")?)
    })
}

/// The octets of a value, as they travel.
fn octets<'a>(
    identifier: Identifier,
    text: &str,
    force: bool,
    buffer: &'a mut [u8],
) -> anyhow::Result<&'a [u8]> {
    let layout = identifier.layout();
    match layout.map(dlt645::Layout::access) {
        _ if force => {}
        Some(Access::Write | Access::ReadWrite) => {}
        Some(Access::Read) => bail!("{identifier} can only be read; --force tries"),
        None => bail!("{identifier} is unknown; --force tries"),
    }
    if let Some(digits) = text.strip_prefix("0x") {
        let octets = hex::decode(digits).with_context(|| format!("{text} is no octets"))?;
        let room = buffer.get_mut(..octets.len()).context("a write has up to 44 octets")?;
        room.copy_from_slice(&octets);
        return Ok(room);
    }
    let point = layout.and_then(dlt645::Layout::point);
    let point = point.with_context(|| format!("{identifier} takes octets, after 0x"))?;
    let length = encode(point, text, buffer).with_context(|| format!("{text} does not fit {point}"))?;
    Ok(buffer.get(..length).unwrap_or_default())
}

/// Writes the value that the text is in the format of a point, and says how many octets it has.
fn encode(point: Point, text: &str, buffer: &mut [u8]) -> Option<usize> {
    let hex = hex::decode(text).ok();
    let hex = hex.as_deref().map(Octets::plain);
    let times = [
        date_time(text).ok().map(MeterTime::At),
        date(text).map(MeterTime::On),
        time(text).map(MeterTime::Daily),
        recurrence(text).map(MeterTime::Every),
    ];
    let values = [
        text.parse::<Decimal>().ok().map(Value::Decimal),
        hex.map(Value::Bytes),
        hex.map(|octets| Value::Flags(Flags::new(octets.reversed(), &[]))),
        Some(Value::Text(Text::first_first(text.as_bytes()))),
    ];
    // A point takes values of one kind only.
    let mut values = times.into_iter().flatten().map(Value::Time).chain(values.into_iter().flatten());
    values.find_map(|value| point.with(value).encode(buffer).ok().map(<[u8]>::len))
}

/// IDENTIFIER=VALUE.
fn assignment(text: &str) -> Result<(Identifier, String), String> {
    let (identifier, value) = text.split_once('=').ok_or("the form is IDENTIFIER=VALUE")?;
    let identifier = identifier.parse().map_err(|error| format!("{identifier}: {error}"))?;
    Ok((identifier, value.into()))
}

fn freeze(text: &str) -> Result<FreezeTime, String> {
    if text == "now" {
        return Ok(FreezeTime::NOW);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_form = text.len() == 11
        && text
            .chars()
            .zip("00-00T00:00".chars())
            .all(|(given, form)| if form == '0' { given.is_ascii_digit() } else { given == form });
    let octets: Option<[u8; 4]> = hex::decode(digits).ok().and_then(|octets| octets.try_into().ok());
    let time =
        octets.filter(|_| is_form).map(|[month, day, hour, minute]| FreezeTime([minute, hour, day, month]));
    time.filter(|time| time.schedule().is_some()).ok_or_else(|| format!("{text}: the form is MM-DDThh:mm"))
}
