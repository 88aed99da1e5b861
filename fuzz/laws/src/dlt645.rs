//! Laws of DL/T 645.

use core::time::Duration;

use dlt645::{
    Address, Client, Command, Control, Data, DecodeError, Decoder, Direction, EncodeError, ErrorFlags, Frame,
    Function, Handler, Identifier, Reply, Retry, Server, TransactionError, Values, Writer,
};
use meter_value::{Invalid, Value};

use crate::frame::{self, Again};
use crate::{Seed, machine, stream};

const METER: Address = Address([0x43, 0x10, 0x00, 0x11, 0x34, 0x00]);

/// Address, control and plain data as a frame.
pub fn framed(address: [u8; 6], control: u8, data: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x68];
    octets.extend(address);
    octets.extend([0x68, control, data.len() as u8]);
    octets.extend(data.iter().map(|octet| octet.wrapping_add(0x33)));
    octets.extend([octets.iter().fold(0, |sum: u8, &octet| sum.wrapping_add(octet)), 0x16]);
    octets
}

/// What follows the preamble.
fn without_preamble(octets: &[u8]) -> &[u8] {
    &octets[octets.iter().take_while(|&&octet| octet == 0xFE).count()..]
}

/// Whether octets are a frame without a preamble.
fn intact(octets: &[u8]) -> bool {
    let [0x68, a, b, c, d, e, f, 0x68, control, length, rest @ ..] = octets else { return false };
    let data: Vec<u8> =
        rest.iter().take(usize::from(*length)).map(|octet| octet.wrapping_sub(0x33)).collect();
    framed([*a, *b, *c, *d, *e, *f], *control, &data) == octets
}

/// Octets are a frame with a command or reply, or a typed error, and what is decoded encodes to the same
/// octets. The same for a frame made of the octets; and for the octets as data of an identifier.
pub fn decode(octets: &[u8]) {
    whole(octets);
    let mut seed = Seed(octets);
    let (address, control) = (seed.octets(), seed.u8());
    whole(&framed(address, control, seed.slice(255)));
    untyped(octets);
    texts(octets);
    let mut seed = Seed(octets);
    let identifier = Identifier::Y2007(u32::from_le_bytes(seed.octets()));
    values(identifier.values(Data::wire(seed.0)), seed.0.len());
    values(identifier.values(Data::plain(seed.0)), seed.0.len());
}

fn whole(octets: &[u8]) {
    let bare = without_preamble(octets);
    let frame = match Frame::decode(octets) {
        Ok(frame) => frame,
        Err(error) => {
            assert!(!intact(bare));
            return refused(error, bare);
        }
    };
    assert!(intact(bare));
    let Frame { address, control, data } = frame;
    assert_eq!(framed(address.0, control.0, &data.iter().collect::<Vec<_>>()), bare);
    assert!(
        (0..data.len()).all(|index| data.at(index) == data.iter().nth(index))
            && data.at(data.len()).is_none()
    );
    let mut buffer = [0; Frame::MAX_LEN];
    let expected = match data.len() {
        have @ 201.. => Err(EncodeError::DataLength { have, limit: Frame::MAX_DATA }),
        _ => Ok(bare),
    };
    assert_eq!(frame.encode(&mut buffer), expected);
    match Command::decode(&frame) {
        Ok(command) => {
            assert_eq!(control.direction(), Direction::Command);
            assert_eq!(command.function(), control.function());
            assert_eq!(command.encode_frame(address, &mut buffer), expected);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match Reply::decode(&frame) {
        Ok(reply) => {
            assert_eq!(control.direction(), Direction::Reply);
            assert_eq!(reply.function(), control.function());
            assert_eq!(reply.encode_frame(address, &mut buffer), expected);
            values(reply.values(), data.len().saturating_sub(4));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if expected.is_ok() {
        assert_eq!(Frame::decode(bare), Ok(frame));
        frame::laws(bare, 1, intact, |octets, buffer| {
            match Frame::decode(octets).map(|frame| frame.encode(buffer)) {
                Ok(Ok(octets)) => Again::Written(octets),
                Ok(Err(EncodeError::BufferTooSmall { needed, have })) => Again::TooSmall { needed, have },
                Ok(Err(error)) => panic!("what was decoded does not encode: {error}"),
                Err(_) => Again::Refused,
            }
        });
    }
}

/// The numbers in an error are right.
fn refused(error: DecodeError, octets: &[u8]) {
    assert!(!error.to_string().is_empty());
    let have = octets.len();
    match error {
        DecodeError::Truncated { needed, have: said } => assert!(said == have && have < needed),
        DecodeError::TooLong { limit, have: said } => assert!(said == have && have > limit),
        DecodeError::Start { place, octet } => assert!(octets[place] == octet && octet != 0x68),
        DecodeError::Checksum { received, computed } => {
            let end = 10 + usize::from(octets[9]);
            assert_eq!(computed, octets[..end].iter().fold(0, |sum: u8, &octet| sum.wrapping_add(octet)));
            assert!(received == octets[end] && received != computed);
        }
        DecodeError::End { octet } => assert!(octets[11 + usize::from(octets[9])] == octet && octet != 0x16),
        _ => panic!("{error:?} says nothing of a frame"),
    }
}

/// Values come in order, without a gap, to the end of the data or of what the identifier names, and then no
/// more. A value of another length than its own is invalid.
fn values(mut values: Values<'_>, length: usize) {
    let (mut end, mut last) = (0, None);
    for item in values.by_ref() {
        assert_eq!(item.offset, end, "no gap between two values");
        assert!(item.offset < length, "a value outside of the data");
        assert_eq!(item.identifier.point(), Some(item.point));
        end = item.offset + item.point.octets();
        last = Some(item.value);
        assert!(!item.value.to_string().is_empty() && !item.point.to_string().is_empty());
        if let Ok(decimal) = item.value.to_decimal() {
            assert_eq!(decimal.exponent(), -(item.point.decimals() as i8));
        }
    }
    assert!(last.is_none_or(|value| end == length || value == Value::Invalid(Invalid::Length)));
    assert!(values.next().is_none(), "nothing comes after nothing");
}

/// What encoding takes, decoding takes too, whatever the fields are.
fn untyped(octets: &[u8]) {
    let mut seed = Seed(octets);
    let code = seed.u8();
    let mut buffer = [0; Frame::MAX_LEN];
    let data = Data::plain(seed.0);
    let (function, error) = (Function(code), ErrorFlags(code));
    let identifier = Identifier::Y2007(u32::from_le_bytes(seed.octets()));
    let command = Command::Other { function, data };
    for command in [command, Command::Read { identifier }, Command::ReadAddress] {
        if let Ok(written) = command.encode_frame(METER, &mut buffer) {
            let frame = Frame::decode(written).unwrap();
            assert_eq!((frame.address, Command::decode(&frame)), (METER, Ok(command)));
        }
    }
    for reply in [
        Reply::Other { control: Control(code), data },
        Reply::Read { identifier, data: Data::plain(seed.0), more: code & 1 == 1 },
        Reply::Failed { function, error },
        Reply::Address(METER),
    ] {
        if let Ok(written) = reply.encode_frame(METER, &mut buffer) {
            let frame = Frame::decode(written).unwrap();
            assert_eq!((frame.address, Reply::decode(&frame)), (METER, Ok(reply)));
        }
    }
}

/// Addresses and identifiers read back as they print; any text is one of them or an error.
fn texts(octets: &[u8]) {
    let mut seed = Seed(octets);
    let address = Address(seed.octets());
    let digits = address.to_string();
    let is_readable = digits.bytes().all(|digit| digit <= b'A');
    assert_eq!(digits.parse() == Ok(address), is_readable);
    assert!(address.matches(address) && Address::ANY.matches(address));
    let identifier = Identifier::Y2007(u32::from_le_bytes(seed.octets()));
    assert_eq!(identifier.to_string().parse(), Ok(identifier));
    let text = String::from_utf8_lossy(octets);
    if let Ok(address) = text.parse::<Address>() {
        assert!(address.to_string().ends_with(&text.to_uppercase()));
    }
    if let Ok(identifier) = text.parse::<Identifier>() {
        assert_eq!(identifier.to_string(), text.replace('-', "").to_uppercase());
    }
}

impl stream::Decoder for Decoder {
    fn feed(&mut self, octets: &[u8]) -> usize {
        Decoder::feed(self, octets)
    }

    fn silence(&mut self) {
        Decoder::silence(self);
    }

    fn frame(&mut self) -> Option<Option<Vec<u8>>> {
        Decoder::frame(self).map(|result| {
            let Frame { address, control, data } = result.ok()?;
            Some(framed(address.0, control.0, &data.iter().collect::<Vec<_>>()))
        })
    }
}

/// The length of the frame at the head of octets.
fn head(octets: &[u8]) -> Option<usize> {
    let length = 12 + usize::from(*octets.get(9)?);
    octets.get(..length).is_some_and(intact).then_some(length)
}

/// In any chunking the same frames come, and none that sliding would find is lost.
pub fn stream(octets: &[u8]) {
    stream::laws(&mut Decoder::<{ Frame::MAX_LEN }>::new(), octets, head);
}

/// A command, by the seed.
fn asked(seed: u8) -> Command<'static> {
    match seed % 3 {
        0 => Command::Read { identifier: Identifier::VOLTAGE_A },
        1 => Command::ReadAddress,
        _ => Command::Other { function: Function::FREEZE, data: Data::plain(&[0x99; 4]) },
    }
}

/// The frame that answers it.
fn answer_to(seed: u8) -> Vec<u8> {
    match seed % 3 {
        0 => framed(METER.0, 0x91, &[0x00, 0x01, 0x01, 0x02, 0x97, 0x22]),
        1 => framed(METER.0, 0x93, &METER.0),
        _ => framed(METER.0, 0x96, &[]),
    }
}

/// Whether an outcome fits the command and the retries, and what was answered was heard.
fn fits(command: &Command<'_>, retry: Retry, outcome: Result<Reply<'_>, TransactionError>, heard: &[u8]) {
    let mut buffer = [0; Frame::MAX_LEN];
    let reply = match outcome {
        Ok(reply) => {
            match (command, reply) {
                (Command::Read { identifier }, Reply::Read { identifier: answered, .. }) => {
                    assert_eq!(*identifier, answered);
                }
                (Command::ReadAddress, Reply::Address(_)) | (_, Reply::Other { .. }) => {}
                other => panic!("{other:?} is no success"),
            }
            reply
        }
        Err(TransactionError::Refused { function, error }) => Reply::Failed { function, error },
        Err(TransactionError::NoReply { timeout, attempts }) => {
            return assert_eq!((timeout, attempts), (retry.timeout, u16::from(retry.retries) + 1));
        }
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(reply.function(), command.function());
    if let Ok(frame) = reply.encode_frame(METER, &mut buffer) {
        assert!(heard.windows(frame.len()).any(|window| window == frame), "an answer that nobody gave");
    }
}

/// A client that hears the octets, the first two of which choose retries and command, ends in time; its
/// outcome fits. Then it hears an answer, which the octets may precede, if sliding finds it.
pub fn client(octets: &[u8]) {
    let [retries, kind, heard @ ..] = octets else { return };
    let (retry, command) = (machine::retry(*retries), asked(*kind));
    let mut client = Client::new(retry);
    client.start(METER, &command).unwrap();
    let mut now = machine::client(
        &mut client,
        retry,
        Duration::ZERO,
        1,
        heard,
        |sent| assert!(intact(without_preamble(sent))),
        |outcome| fits(&command, retry, outcome, heard),
    );

    for noise in [&[][..], heard] {
        let answer = answer_to(*kind);
        let heard = [noise, &answer].concat();
        let is_found = stream::slide(&heard, head).contains(&answer);
        client.start(METER, &command).unwrap();
        let mut answered = false;
        let sent = machine::hear(&mut client, &mut now, heard.chunks(100), |outcome| {
            answered = matches!(outcome, Ok(_) | Err(TransactionError::Refused { .. }));
            fits(&command, retry, outcome, &heard);
        });
        assert!((answered && sent == 1) || !is_found, "an intact answer was not found");
    }
}

/// A meter with one voltage, and one identifier whose data never fits.
struct Mains;

impl Handler for Mains {
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        match identifier {
            Identifier::VOLTAGE_A => data.put(&[0x97, 0x22]),
            Identifier::VOLTAGE_B => data.put(&[0; 196]),
            Identifier::VOLTAGE_C => data.put(&[0; 197]),
            _ => return Err(ErrorFlags::NO_SUCH_DATA),
        }
        Ok(())
    }
}

/// A server that hears the octets answers only with replies of its own, and after a pause it answers the
/// next command.
pub fn server(octets: &[u8]) {
    let mut server = Server::new(METER, Mains);
    let command = framed(METER.0, 0x11, &[0x00, 0x01, 0x01, 0x02]);
    let mut last = None;
    machine::server(&mut server, octets, &command, |octets| {
        let frame = Frame::decode(octets).unwrap();
        assert_eq!(frame.address, METER);
        Reply::decode(&frame).unwrap();
        last = Some(without_preamble(octets).to_vec());
    });
    assert_eq!(last.unwrap(), answer_to(0));
}
