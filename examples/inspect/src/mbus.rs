//! What the M-Bus commands share: the line, and telegrams in words.

use clap::Args;
use mbus::{
    Address, Content, DecodeError, Device, FixedHeader, Function, Header, Identification, LongHeader,
    Manufacturer, Medium, Record, Selection,
};

use crate::port::{Defaults, Line};
use crate::text;

/// Which meter is meant.
#[derive(Args)]
pub struct Target {
    /// The primary address, 0 to 250; 253 is what is selected, 254 any on a bus with one meter, 255 all, which do
    /// not answer
    #[arg(
        long,
        value_name = "NUMBER",
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
    #[arg(long, value_name = "NAME", value_parser = medium_of)]
    medium: Option<Medium>,
}

const SECONDARY: [&str; 4] = ["id", "manufacturer", "version", "medium"];

impl Target {
    pub fn device(&self) -> Device {
        let Self { address, id, manufacturer, version, medium } = *self;
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

/// How long octets and silences are on a line.
pub fn timing(line: &Line, echo: bool) -> mbus::Line {
    let line = mbus::Line::new(line.baud(&Defaults::MBUS));
    if echo { line.echoing() } else { line }
}

/// What a frame carries, in lines.
pub fn lines(content: &Content<'_>) -> Vec<String> {
    let (known, said) = match content {
        Content::Telegram(telegram) => {
            let lines = telegram.records.clone().flat_map(record);
            return header(&telegram.header).into_iter().chain(lines).collect();
        }
        Content::Error { header, error, more } => {
            (header, format!("application error: {error}{}", rest(more)))
        }
        Content::Alarm { header, data } => (header, format!("alarm{}", rest(data))),
        Content::Reset { header, part, more } => {
            let part = part.map(|part| part.name().map_or_else(|| format!("{:02X}", part.0), Into::into));
            (header, format!("{}{}", part.unwrap_or_default(), rest(more)))
        }
        Content::Compact(frame) => {
            (&frame.header, format!("compact frame of format {:04X}", frame.signature))
        }
        Content::Format(frame) => {
            (&frame.header, format!("format {:04X}{}", frame.signature, rest(frame.headers)))
        }
        Content::Other { header, data, .. } => (header, hex::encode_upper(data)),
        _ => return Vec::new(),
    };
    header(known).into_iter().chain((!said.is_empty()).then_some(said)).collect()
}

/// Octets that follow something.
fn rest(octets: &[u8]) -> String {
    if octets.is_empty() { String::new() } else { format!(" {}", hex::encode_upper(octets)) }
}

fn header(header: &Header) -> Option<String> {
    let (who, access, status) = match header {
        Header::None => return None,
        Header::Short(header) => (String::new(), header.access, header.status),
        Header::Fixed(header @ FixedHeader { identification, access, status, .. }) => {
            let line = format!(
                "{identification}, {}, access {access}, status {:02X}",
                medium(header.medium()),
                status.0
            );
            let states = [
                (status.is_power_low(), "power low"),
                (status.has_permanent_error(), "permanent error"),
                (status.has_temporary_error(), "temporary error"),
            ];
            return Some(said(line, &states));
        }
        Header::Long(header) => (format!("{}, ", meter(header)), header.access, header.status),
    };
    let states = [
        (status.is_busy(), "busy"),
        (status.has_error(), "error"),
        (status.has_alarm(), "alarm"),
        (status.is_power_low(), "power low"),
        (status.has_permanent_error(), "permanent error"),
        (status.has_temporary_error(), "temporary error"),
    ];
    Some(said(format!("{who}access {access}, status {:02X}", status.0), &states))
}

/// A line and what is so, in words.
fn said(line: String, states: &[(bool, &str)]) -> String {
    states.iter().filter(|(is_so, _)| *is_so).fold(line, |line, (_, said)| line + ", " + said)
}

fn meter(header: &LongHeader) -> String {
    selection(&Selection::of(header))
}

fn medium(medium: Medium) -> String {
    medium.name().map_or_else(|| format!("medium {:02X}", medium.0), Into::into)
}

/// A secondary address without what may be anything.
pub fn selection(selection: &Selection) -> String {
    let Selection { identification, manufacturer, version, medium, fabrication } = *selection;
    let mut words = identification.to_string();
    if manufacturer != Manufacturer(u16::MAX) {
        words = format!("{manufacturer} {words}");
    }
    if version != u8::MAX {
        words += &format!(" version {version}");
    }
    if medium != Medium::ANY {
        words += &format!(", {}", self::medium(medium));
    }
    if let Some(number) = fabrication {
        words += &format!(", fabrication number {number}");
    }
    words
}

/// A record, and whether more follow in another telegram.
fn record(record: Result<Record<'_>, DecodeError>) -> Vec<String> {
    let record = match record {
        Ok(record) => record,
        Err(error) => return vec![format!("no record: {error}")],
    };
    let mut lines = Vec::new();
    if record.vif.is_some() || !record.data.is_empty() {
        let error =
            record.error().map(|error| error.name().map_or_else(|| format!("{:02X}", error.0), Into::into));
        let value = error.map_or_else(|| text::record_value(&record), Err);
        let unit = text::record_unit(&record).unwrap_or_default();
        lines.push(text::row(&name(&record), value, &unit));
    }
    if record.more_follows() {
        lines.push("more follows".into());
    }
    lines
}

/// What a record holds, in words.
fn name(record: &Record<'_>) -> String {
    let mut name = match record.quantity() {
        Some(quantity) => quantity.to_string(),
        None => format!("record {}", hex::encode_upper(record.header)),
    };
    if record.function != Function::Instantaneous {
        name += &format!(", {}", text::function(record.function));
    }
    let numbers =
        [("storage", record.storage), ("tariff", record.tariff.into()), ("subunit", record.subunit.into())];
    for (what, number) in numbers {
        if number != 0 {
            name += &format!(", {what} {number}");
        }
    }
    for qualifier in record.qualifiers() {
        let word = qualifier.name().map_or_else(|| format!("qualifier {:02X}", qualifier.0), Into::into);
        name += &format!(", {word}");
    }
    name
}

/// Eight digits, of which F is any.
fn identification(text: &str) -> Result<Identification, String> {
    let digits = text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| digits);
    number.map(Identification).ok_or_else(|| "a number has 8 digits".into())
}

/// A name, or a number.
fn medium_of(text: &str) -> Result<Medium, String> {
    let mut media = (0..=u8::MAX).map(Medium);
    let named = media.find(|medium| medium.name().is_some_and(|name| name.eq_ignore_ascii_case(text)));
    named.or_else(|| text.parse().ok().map(Medium)).ok_or_else(|| "there is no such medium".into())
}
