//! Checks what frames carry, line by line of `vectors/tables.txt`, `vectors/qualifiers.txt` and `vectors/data.txt`.
//!
//! A line is `name | CI field and data in hex | expected | source`. Expected is what a header says, then, separated
//! by `; `, each record: its function, storage number, tariff and subunit where they are not the usual ones, its
//! quantity (`?` if it has none), value and unit, its qualifiers behind commas, its error in parentheses, the
//! action of a command in brackets; or what it is if it is no telegram; or `error:` and why it goes on no further.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write;

use mbus::{Ci, CompactFrame, Content, DecodeError, FormatFrame, Function, Header, Record};
use meter_value::{Quantity, Value};

struct Vector {
    name: &'static str,
    octets: Vec<u8>,
    expected: &'static str,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let files = [
        include_str!("vectors/tables.txt"),
        include_str!("vectors/qualifiers.txt"),
        include_str!("vectors/data.txt"),
    ];
    let lines = files.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let [name, octets, expected, _source] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let octets = octets.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        Vector { name, octets, expected }
    })
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |text, octet| text + &format!("{octet:02X}"))
}

fn describe(octets: &[u8]) -> Result<String, DecodeError> {
    let (&ci, data) = octets.split_first().unwrap();
    Ok(match Content::decode(Ci(ci), data)? {
        Content::Telegram(telegram) => {
            let records = telegram.records.map(|record| match record {
                Ok(record) => describe_record(ci, &record),
                Err(error) => format!("error: {error}"),
            });
            let parts: Vec<String> = describe_header(telegram.header).into_iter().chain(records).collect();
            parts.join("; ")
        }
        Content::Compact(CompactFrame { signature, checksum, data, .. }) => {
            format!("compact frame {signature:04X} {checksum:04X} {}", hex(data))
        }
        Content::Format(format @ FormatFrame { signature, headers, .. }) => {
            let state = if format.is_intact() { "intact" } else { "damaged" };
            format!("format frame {signature:04X} {state} {}", hex(headers))
        }
        Content::Error { error, more, .. } => format!("refused: {error:?} {}", hex(more)),
        Content::Alarm { data, .. } => format!("alarm {}", hex(data)),
        Content::Reset { part, more, .. } => format!("reset: {part:?} {}", hex(more)),
        Content::Other { ci, data, .. } => format!("{ci:?}: {}", hex(data)),
        other => panic!("{other:?} is new"),
    })
}

fn describe_header(header: Header) -> Option<String> {
    Some(match header {
        Header::None => return None,
        Header::Short(header) => format!("access {}", header.access),
        Header::Long(header) => {
            format!("{} {} {}", header.identification, header.manufacturer, header.medium)
        }
        Header::Fixed(header) => format!("{} {}", header.identification, header.medium()),
    })
}

fn describe_record(ci: u8, record: &Record<'_>) -> String {
    let mut text = String::from(match record.function {
        Function::Instantaneous => "",
        Function::Maximum => "maximum ",
        Function::Minimum => "minimum ",
        Function::Error => "erroneous ",
    });
    for (name, number) in
        [("storage", record.storage), ("tariff", record.tariff.into()), ("subunit", record.subunit.into())]
    {
        if number != 0 {
            write!(text, "{name} {number} ").unwrap();
        }
    }
    let (quantity, value) = (record.quantity().map_or("?", Quantity::name), record.value());
    write!(text, "{quantity} = {value}").unwrap();
    if matches!(value, Value::F32(_) | Value::U64(_)) && record.exponent() != 0 {
        write!(text, " * 10^{}", record.exponent()).unwrap();
    }
    match (record.unit(), record.unit_text()) {
        (Some(unit), _) if !unit.symbol().is_empty() => write!(text, " {unit}").unwrap(),
        (None, Some(unit)) => write!(text, " {unit}").unwrap(),
        _ => {}
    }
    record.qualifiers().for_each(|qualifier| write!(text, ", {qualifier:?}").unwrap());
    text.push_str(if record.is_summer_time() == Some(true) { " in summer time" } else { "" });
    if let Some(error) = record.error() {
        write!(text, " ({error:?})").unwrap();
    }
    if let (0x51, Some(action)) = (ci, record.action()) {
        write!(text, " [{action:?}]").unwrap();
    }
    text.push_str(if record.more_follows() { ", more follows" } else { "" });
    text
}

#[test]
fn every_vector_reads_as_expected() {
    let mut wrong = 0;
    for Vector { name, octets, expected } in vectors() {
        let read = describe(&octets).unwrap_or_else(|error| format!("error: {error}"));
        if read.trim_end() != expected.trim_end() {
            eprintln!("{name}\n  expected {expected}\n  but read {read}");
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0, "vectors that read otherwise");
}
