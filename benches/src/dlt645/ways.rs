//! Ours by its table of identifiers, and with a layout that the program has already.

use dlt645::{Address, Command, Data, Decoder, Frame, Identifier, Item, Reply};
use meter_value::Value;

use super::{Question, Values, Way};
use crate::stream::CHUNK;

pub const ALL: [Way; 2] = [
    Way {
        name: "meterwire-dlt645",
        decode_reply: Some(decode_reply),
        encode_command: Some(encode_command),
        encode_reply: Some(encode_reply),
        read_values: Some(|question, data| sum(question.identifier.values(Data::wire(data)))),
        stream: Some(stream),
    },
    Way {
        name: "with a constant layout",
        decode_reply: None,
        encode_command: None,
        encode_reply: None,
        read_values: Some(|question: &Question, data| sum(question.layout.values(Data::wire(data)))),
        stream: None,
    },
];

fn decode_reply(octets: &[u8]) -> Option<(u32, u8)> {
    let frame = Frame::decode(octets).ok()?;
    match Reply::decode(&frame).ok()? {
        Reply::Read { identifier: Identifier::Y2007(number), data, .. } => {
            Some((number, data.iter().fold(0, u8::wrapping_add)))
        }
        _ => None,
    }
}

fn encode_command(address: [u8; 6], number: u32, buffer: &mut [u8]) -> &[u8] {
    let command = Command::Read { identifier: Identifier::Y2007(number) };
    command.encode_frame(Address(address), buffer).unwrap()
}

fn encode_reply<'a>(address: [u8; 6], number: u32, data: &[u8], buffer: &'a mut [u8]) -> &'a [u8] {
    let identifier = Identifier::Y2007(number);
    let reply = Reply::Read { identifier, data: Data::plain(data), more: false };
    reply.encode_frame(Address(address), buffer).unwrap()
}

fn sum<'a>(items: impl Iterator<Item = Item<'a>>) -> Values {
    items.fold(Values::default(), |Values { count, sum }, item| {
        let number = match item.value {
            Value::Decimal(value) => value.mantissa(),
            Value::Text(text) => text.chars().map(|character| i64::from(u32::from(character))).sum(),
            _ => 0,
        };
        Values { count: count + 1, sum: sum + number }
    })
}

fn stream(octets: &[u8], found: &mut dyn FnMut(&Frame<'_>)) {
    let mut decoder: Decoder = Decoder::new();
    for mut chunk in octets.chunks(CHUNK) {
        while !chunk.is_empty() {
            let taken = decoder.feed(chunk);
            chunk = &chunk[taken..];
            take_frames(&mut decoder, found);
        }
    }
    decoder.silence();
    take_frames(&mut decoder, found);
}

fn take_frames(decoder: &mut Decoder, found: &mut dyn FnMut(&Frame<'_>)) {
    while let Some(result) = decoder.frame() {
        if let Ok(frame) = result {
            found(&frame);
        }
    }
}
