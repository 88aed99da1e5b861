//! Checks every frame of `vectors/*.txt`.
//!
//! A line is `name | octets in hex | expected | source`. Expected is `command` or `reply`, the address, the
//! function, with `of 1997` in that edition, then the fields in their order, passwords with their level
//! first, data in brackets as plain octets;
//! - of data that was read, after each `;` a value with its own identifier, its name and its unit, and what
//!   stands beside it, or the data if no value is known; `; more` if more follows;
//! - of a refusal, `failed:` and its reasons;
//!
//! or `error:` and why the octets are no frame.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write;

use dlt645::{
    Command, DecodeError, Decoder, Direction, Edition, EncodeError, Frame, Operator, Password, Refusal, Reply,
};

struct Vector {
    name: &'static str,
    octets: Vec<u8>,
    expected: &'static str,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let files = [
        include_str!("vectors/frames.txt"),
        include_str!("vectors/2007.txt"),
        include_str!("vectors/1997.txt"),
        include_str!("vectors/identifiers-2007.txt"),
        include_str!("vectors/identifiers-1997.txt"),
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

/// The vectors that are frames.
fn frames() -> impl Iterator<Item = Vector> {
    vectors().filter(|vector| !vector.expected.starts_with("error"))
}

fn describe(octets: &[u8]) -> Result<String, DecodeError> {
    let frame = Frame::decode(octets)?;
    let (function, edition) = (frame.control.function(), frame.edition());
    let name = function.name_in(edition).map_or_else(|| format!("{function:?}"), Into::into);
    let of = if edition == Edition::Y1997 { " of 1997" } else { "" };
    Ok(match frame.control.direction() {
        Direction::Command => {
            let command = Command::decode(&frame)?;
            assert_eq!(command.function(), function);
            format!("command {} {name}{of}{}", frame.address, fields(&command))
        }
        Direction::Reply => {
            let reply = Reply::decode(&frame)?;
            assert_eq!(reply.function(), function);
            format!("reply {} {name}{of}{}", frame.address, reply_fields(&reply, edition))
        }
    })
}

fn rights(password: Password, operator: Option<Operator>) -> String {
    let Password { level, digits: [low, middle, high] } = password;
    let operator = operator.map(|operator| format!(" operator {operator}")).unwrap_or_default();
    format!("level {level:02X} password {high:02X}{middle:02X}{low:02X}{operator}")
}

fn fields(command: &Command<'_>) -> String {
    match *command {
        Command::Read { identifier } => format!(" {identifier}"),
        Command::ReadLoadRecords { identifier, count, from: None } => format!(" {identifier} x {count}"),
        Command::ReadLoadRecords { identifier, count, from: Some(from) } => {
            format!(" {identifier} x {count} from {from}")
        }
        Command::ReadFollowUp { identifier, sequence: Some(part) } => format!(" {identifier} part {part}"),
        Command::ReadFollowUp { identifier, sequence: None } => format!(" {identifier}"),
        Command::ReadAgain { identifier: Some(identifier) } => format!(" {identifier}"),
        Command::ReadAgain { identifier: None } | Command::ReadAddress => String::new(),
        Command::Write { identifier, password, operator, data } => {
            format!(" {identifier} {} {data:?}", rights(password, operator))
        }
        Command::WriteAddress { address, .. } => format!(" {address}"),
        Command::Authenticate { identifier, operator, data } => {
            format!(" {identifier} operator {operator} {data:?}")
        }
        Command::BroadcastTime { time } => format!(" {time}"),
        Command::Freeze { time } => format!(" {time}"),
        Command::ChangeBaudRate { rate } => format!(" {rate}"),
        Command::ChangePassword { identifier, old, new } => {
            let identifier = identifier.map(|identifier| format!(" {identifier}")).unwrap_or_default();
            format!("{identifier} {} to {}", rights(old, None), rights(new, None))
        }
        Command::ClearMaximumDemand { password, operator } => format!(" {}", rights(password, operator)),
        Command::ClearMeter { password, operator } => format!(" {}", rights(password, Some(operator))),
        Command::ClearEvents { password, operator, events } => {
            format!(" {events} {}", rights(password, Some(operator)))
        }
        Command::ControlRelay { password, operator, action, duration, until } => {
            format!(" {action:?} {duration} until {until} {}", rights(password, Some(operator)))
        }
        Command::MultifunctionTerminal { signal } => format!(" {signal:?}"),
        Command::Other { data, .. } => format!(" {data:?}"),
        _ => panic!("no text for {command:?}"),
    }
}

fn reply_fields(reply: &Reply<'_>, edition: Edition) -> String {
    let follows = |more| if more { "; more" } else { "" };
    match *reply {
        Reply::Read { identifier, data, more } | Reply::ReadAgain { identifier, data, more } => {
            let mut text = format!(" {identifier}");
            if reply.values().next().is_none() {
                write!(text, " {data:?}").unwrap();
            }
            for item in reply.values() {
                write!(text, "; {} {} = {}", item.identifier, item.point, item.value).unwrap();
                let unit = item.point.unit().symbol();
                if item.value.to_decimal().is_ok() && !unit.is_empty() {
                    write!(text, " {unit}").unwrap();
                }
                if let Some(time) = item.time {
                    write!(text, " at {time}").unwrap();
                }
                if let Some(weekday) = item.weekday {
                    write!(text, " weekday {weekday}").unwrap();
                }
            }
            text + follows(more)
        }
        Reply::ReadFollowUp { identifier, data, sequence, more } => {
            let part = sequence.map(|part| format!(" part {part}")).unwrap_or_default();
            format!(" {identifier}{part} {data:?}{}", follows(more))
        }
        Reply::Address(address) => format!(" {address}"),
        Reply::Authenticate { identifier, data } => format!(" {identifier} {data:?}"),
        Reply::ChangeBaudRate { rate } => format!(" {rate}"),
        Reply::ChangePassword { password, .. } => format!(" {}", rights(password, None)),
        Reply::ControlRelay { status } => format!(": {status}"),
        Reply::MultifunctionTerminal { signal } => format!(" {signal:?}"),
        Reply::Accepted { .. } => " accepted".into(),
        Reply::Failed { error: Refusal::Flags(flags), .. } if edition == Edition::Y1997 => {
            format!(" failed: {}", flags.names_in(edition).collect::<Vec<_>>().join(", "))
        }
        Reply::Failed { error, .. } => format!(" failed: {error}"),
        Reply::Other { control, data } => {
            let failed = if control.is_failed() { " failed" } else { "" };
            format!("{failed} {data:?}")
        }
        _ => panic!("no text for {reply:?}"),
    }
}

fn without_preamble(octets: &[u8]) -> &[u8] {
    &octets[octets.iter().take_while(|&&octet| octet == 0xFE).count()..]
}

#[test]
fn every_vector_decodes_as_expected() {
    for Vector { name, octets, expected } in vectors() {
        let read = describe(&octets).unwrap_or_else(|error| format!("error: {error}"));
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn every_frame_encodes_back_to_the_same_octets() {
    for Vector { name, octets, .. } in frames() {
        let expected = without_preamble(&octets);
        let frame = Frame::decode(&octets).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(frame.encode(&mut buffer), Ok(expected), "{name}");
        let typed = match frame.control.direction() {
            Direction::Command => Command::decode(&frame).unwrap().encode_frame(frame.address, &mut buffer),
            Direction::Reply => Reply::decode(&frame).unwrap().encode_frame(frame.address, &mut buffer),
        };
        assert_eq!(typed, Ok(expected), "{name}");
        let (needed, have) = (expected.len(), expected.len() - 1);
        let small = Err(EncodeError::BufferTooSmall { needed, have });
        assert_eq!(frame.encode(&mut buffer[..have]), small, "{name}");
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_passes() {
    for Vector { name, octets, .. } in frames() {
        for length in 0..octets.len() {
            let truncated = Frame::decode(&octets[..length]);
            assert!(matches!(truncated, Err(DecodeError::Truncated { .. })), "{name}, {length} octets");
        }
        for bit in 0..8 * octets.len() {
            let mut flipped = octets.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::decode(&flipped).is_err(), "{name}, bit {bit}");
        }
    }
}

#[test]
fn the_decoder_finds_every_frame_of_one_stream() {
    let stream: Vec<u8> = frames().flat_map(|vector| vector.octets).collect();
    for chunk in [1, 7, stream.len()] {
        let mut expected = frames();
        let mut decoder: Decoder = Decoder::new();
        for mut octets in stream.chunks(chunk) {
            while !octets.is_empty() {
                octets = &octets[decoder.feed(octets)..];
                while let Some(frame) = decoder.frame() {
                    let Vector { name, octets, .. } = expected.next().unwrap();
                    assert_eq!(frame, Frame::decode(&octets), "{name}");
                }
            }
        }
        assert!(expected.next().is_none());
    }
}
