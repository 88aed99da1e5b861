//! Laws of DL/T 645.

mod pair;
mod values;

use core::num::NonZeroU8;
use core::time::Duration;

use dlt645::{
    Address, BaudRate, Client, ClockTime, Command, Control, Data, DecodeError, Decoder, Device, Direction,
    Edition, EncodeError, ErrorFlags, Frame, FreezeTime, Function, Handler, Identifier, Line, Meter,
    Operator, Password, RecordTime, Refusal, RelayAction, RelayErrors, RelayStatus, Reply, Retry,
    SecurityErrors, Server, TerminalSignal, TransactionError, Writer,
};
use meter_value::{Date, DateTime, MeterTime, Time};

pub use self::pair::{pair, search};
use self::values::identified;
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
pub(crate) fn without_preamble(octets: &[u8]) -> &[u8] {
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
    typed(octets);
    texts(octets);
    identified(octets);
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
            let expected = match (command, data.len()) {
                (Command::Write { .. }, have @ 51..) => {
                    Err(EncodeError::DataLength { have, limit: Frame::MAX_WRITE_DATA })
                }
                _ => expected,
            };
            assert_eq!(command.encode_frame(address, &mut buffer), expected);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match Reply::decode(&frame) {
        Ok(reply) => {
            assert_eq!(control.direction(), Direction::Reply);
            assert_eq!(reply.function(), control.function());
            assert_eq!(reply.encode_frame(address, &mut buffer), expected);
            if let Reply::Read { identifier, data, .. } | Reply::ReadAgain { identifier, data, .. } = reply {
                values::values(identifier, reply.values().collect(), data);
            }
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

/// What encoding takes, decoding takes too, whatever the fields are; else the error says what does not go
/// together.
fn typed(octets: &[u8]) {
    let mut buffer = [0; Frame::MAX_LEN];
    for kind in 0..=17 {
        let command = command(kind, &mut Seed(octets));
        match command.encode_frame(METER, &mut buffer) {
            Ok(written) => {
                let frame = Frame::decode(written).unwrap();
                assert_eq!((frame.address, Command::decode(&frame)), (METER, Ok(command)));
            }
            Err(error) => apart(error, command.function()),
        }
    }
    for kind in 0..=11 {
        let reply = reply(kind, &mut Seed(octets));
        match reply.encode_frame(METER, &mut buffer) {
            Ok(written) => {
                let frame = Frame::decode(written).unwrap();
                assert_eq!((frame.address, Reply::decode(&frame)), (METER, Ok(reply)));
            }
            Err(error) => apart(error, reply.function()),
        }
    }
}

fn apart(error: EncodeError, of: Function) {
    assert!(!error.to_string().is_empty());
    match error {
        EncodeError::Function { function }
        | EncodeError::Identifier { function, .. }
        | EncodeError::Edition { function, .. }
        | EncodeError::Refusal { function } => assert_eq!(function, of),
        EncodeError::DataLength { have, limit } => assert!(have > limit),
        _ => panic!("{error:?} says nothing of fields"),
    }
}

fn identifier(seed: &mut Seed<'_>) -> Identifier {
    match seed.u8() % 4 {
        0 => Identifier::Y1997(seed.u16()),
        1 => Identifier::Y2007(u32::from_le_bytes(seed.octets())),
        2 => Identifier::Y2007(0x0700_0000 | u32::from(seed.u16())),
        _ => Identifier::Y2007(0xFF | u32::from(seed.u16()) << 8),
    }
}

/// A field that one edition lacks.
fn maybe<T>(seed: &mut Seed<'_>, field: T) -> Option<T> {
    (seed.u8() & 1 == 1).then_some(field)
}

fn password(seed: &mut Seed<'_>) -> Password {
    Password { level: seed.u8(), digits: seed.octets() }
}

fn operator(seed: &mut Seed<'_>) -> Operator {
    Operator(u32::from_le_bytes(seed.octets()))
}

fn edition(seed: &mut Seed<'_>) -> Edition {
    if seed.u8() & 1 == 1 { Edition::Y1997 } else { Edition::Y2007 }
}

fn baud_rate(seed: &mut Seed<'_>) -> BaudRate {
    match edition(seed) {
        Edition::Y1997 => BaudRate::Y1997(seed.u8()),
        Edition::Y2007 => BaudRate::Y2007(seed.u8()),
    }
}

/// A command of a kind, with fields and data out of the seed.
fn command<'a>(kind: u8, seed: &mut Seed<'a>) -> Command<'a> {
    match kind {
        0 => Command::Read { identifier: identifier(seed) },
        1 => {
            let (identifier, count, from) = (identifier(seed), seed.u8(), RecordTime(seed.octets()));
            Command::ReadLoadRecords { identifier, count, from: maybe(seed, from) }
        }
        2 => Command::ReadFollowUp { identifier: identifier(seed), sequence: NonZeroU8::new(seed.u8()) },
        3 => {
            let identifier = identifier(seed);
            Command::ReadAgain { identifier: maybe(seed, identifier) }
        }
        4 => Command::ReadAddress,
        5 => {
            let (identifier, password, operator) = (identifier(seed), password(seed), operator(seed));
            let operator = maybe(seed, operator);
            Command::Write { identifier, password, operator, data: Data::plain(seed.0) }
        }
        6 => Command::WriteAddress { edition: edition(seed), address: Address(seed.octets()) },
        7 => {
            let (identifier, operator) = (identifier(seed), operator(seed));
            Command::Authenticate { identifier, operator, data: Data::plain(seed.0) }
        }
        8 => Command::BroadcastTime { time: ClockTime(seed.octets()) },
        9 => Command::Freeze { time: FreezeTime(seed.octets()) },
        10 => Command::ChangeBaudRate { rate: baud_rate(seed) },
        11 => {
            let (identifier, old, new) = (identifier(seed), password(seed), password(seed));
            Command::ChangePassword { identifier: maybe(seed, identifier), old, new }
        }
        12 => {
            let (password, operator) = (password(seed), operator(seed));
            Command::ClearMaximumDemand { password, operator: maybe(seed, operator) }
        }
        13 => Command::ClearMeter { password: password(seed), operator: operator(seed) },
        14 => {
            let events = identifier(seed);
            Command::ClearEvents { password: password(seed), operator: operator(seed), events }
        }
        15 => {
            let (password, operator, action) = (password(seed), operator(seed), RelayAction(seed.u8()));
            let (duration, until) = (seed.u8(), ClockTime(seed.octets()));
            Command::ControlRelay { password, operator, action, duration, until }
        }
        16 => Command::MultifunctionTerminal { signal: TerminalSignal(seed.u8()) },
        _ => Command::Other { function: Function(seed.u8()), data: Data::plain(seed.0) },
    }
}

/// A reply of a kind, with fields and data out of the seed.
fn reply<'a>(kind: u8, seed: &mut Seed<'a>) -> Reply<'a> {
    match kind {
        0..=3 => {
            let (identifier, more, sequence) = (identifier(seed), seed.u8() & 1 == 1, seed.u8());
            let (data, sequence) = (Data::plain(seed.0), NonZeroU8::new(sequence));
            match kind {
                0 => Reply::Read { identifier, data, more },
                1 => Reply::ReadFollowUp { identifier, data, sequence, more },
                2 => Reply::ReadAgain { identifier, data, more },
                _ => Reply::Authenticate { identifier, data },
            }
        }
        4 => Reply::Address(Address(seed.octets())),
        5 => Reply::ChangeBaudRate { rate: baud_rate(seed) },
        6 => Reply::ChangePassword { edition: edition(seed), password: password(seed) },
        7 => Reply::ControlRelay { status: RelayStatus(seed.u16()) },
        8 => Reply::MultifunctionTerminal { signal: TerminalSignal(seed.u8()) },
        9 => Reply::Accepted { function: Function(seed.u8()) },
        10 => {
            let error = match seed.u8() % 3 {
                0 => Refusal::Flags(ErrorFlags(seed.u8())),
                1 => Refusal::Security(SecurityErrors(seed.u16())),
                _ => Refusal::Relay(RelayErrors(seed.u16())),
            };
            Reply::Failed { function: Function(seed.u8()), error }
        }
        _ => Reply::Other { control: Control(seed.u8()), data: Data::plain(seed.0) },
    }
}

/// What a word says is written as the same word.
fn words(seed: &mut Seed<'_>) {
    let (clock, record, freeze) =
        (ClockTime(seed.octets()), RecordTime(seed.octets()), FreezeTime(seed.octets()));
    if let MeterTime::At(at) = clock.time() {
        assert_eq!(ClockTime::new(at), Some(clock));
    }
    if let MeterTime::At(at) = record.time() {
        assert_eq!(RecordTime::new(at), Some(record));
    }
    if let Some(schedule) = freeze.schedule() {
        assert_eq!(FreezeTime::new(schedule), Some(freeze));
    }
    assert!(!format!("{clock}{record}").is_empty() && !freeze.to_string().is_empty());
    let rate = baud_rate(seed);
    if let Some(bits_per_second) = rate.bits_per_second() {
        assert_eq!(BaudRate::new(rate.edition(), bits_per_second), Some(rate));
    }
    let (octet, word) = (seed.u8(), seed.u16());
    for edition in [Edition::Y1997, Edition::Y2007] {
        assert_eq!(ErrorFlags(octet).names_in(edition).count(), octet.count_ones() as usize);
    }
    assert_eq!(RelayErrors(word).names().count(), word.count_ones() as usize);
}

/// Addresses and identifiers read back as they print; any text is one of them or an error.
fn texts(octets: &[u8]) {
    let mut seed = Seed(octets);
    let address = Address(seed.octets());
    let digits = address.to_string();
    let is_readable = digits.bytes().all(|digit| digit <= b'A');
    assert_eq!(digits.parse() == Ok(address), is_readable);
    assert!(address.matches(address) && Address::ANY.matches(address));
    for identifier in [Identifier::Y2007(u32::from_le_bytes(seed.octets())), Identifier::Y1997(seed.u16())] {
        assert_eq!(identifier.to_string().parse(), Ok(identifier));
    }
    words(&mut seed);
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
    let password = Password { level: 2, digits: [0x56, 0x34, 0x12] };
    let (operator, until) = (Operator(0), ClockTime([0x99; 6]));
    match seed % COMMANDS {
        0 => Command::Read { identifier: Identifier::VOLTAGE_A },
        1 => Command::ReadAddress,
        2 => Command::Freeze { time: FreezeTime::NOW },
        3 => Command::Read { identifier: ENERGY_1997 },
        4 => {
            let (identifier, data) = (Identifier::Y2007(0x0400_0101), Data::plain(&[6, 0x21, 0x07, 0x26]));
            Command::Write { identifier, password, operator: Some(operator), data }
        }
        _ => Command::ControlRelay { password, operator, action: RelayAction::TRIP, duration: 0, until },
    }
}

/// How many commands there are to ask.
pub const COMMANDS: u8 = 6;

const ENERGY_1997: Identifier = Identifier::Y1997(0x9010);

/// The frame that answers it.
fn answer_to(seed: u8) -> Vec<u8> {
    match seed % COMMANDS {
        0 => framed(METER.0, 0x91, &[0x00, 0x01, 0x01, 0x02, 0x97, 0x22]),
        1 => framed(METER.0, 0x93, &METER.0),
        2 => framed(METER.0, 0x96, &[]),
        3 => framed(METER.0, 0x81, &[0x10, 0x90, 0x56, 0x34, 0x12, 0x00]),
        4 => framed(METER.0, 0x94, &[]),
        _ => framed(METER.0, 0x9C, &[0x04, 0x00]),
    }
}

/// Whether a frame in what was heard says that more follows.
fn goes_on(heard: &[u8]) -> bool {
    stream::slide(heard, head).iter().any(|frame| matches!(frame[8], 0xA1 | 0xB1))
}

/// Whether an outcome fits the command and the retries, and what was answered was heard.
fn fits(
    command: &Command<'_>,
    retry: Retry,
    outcome: Result<Option<Reply<'_>>, TransactionError>,
    heard: &[u8],
) {
    let mut buffer = [0; Frame::MAX_LEN];
    let reply = match outcome {
        Ok(reply) => {
            let reply = reply.expect("a meter that is asked by itself answers");
            match (command, reply) {
                (Command::Read { identifier }, Reply::Read { identifier: answered, .. }) => {
                    assert_eq!(*identifier, answered);
                }
                (Command::ReadAddress, Reply::Address(_)) | (_, Reply::Other { .. }) => {}
                (Command::ControlRelay { .. }, Reply::ControlRelay { .. }) => {}
                (
                    Command::Freeze { .. } | Command::Write { .. } | Command::ControlRelay { .. },
                    Reply::Accepted { .. },
                ) => {}
                other => panic!("{other:?} is no success"),
            }
            reply
        }
        Err(TransactionError::Refused { function, error }) => Reply::Failed { function, error },
        Err(TransactionError::NoReply { timeout, attempts }) => {
            let most = u16::from(retry.retries) + 1;
            return assert!(timeout == retry.timeout && (attempts == most || goes_on(heard)));
        }
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    if goes_on(heard) {
        return;
    }
    assert_eq!(reply.function(), command.function());
    let is_standard = !matches!(reply, Reply::Failed { .. });
    if let Ok(frame) = reply.encode_frame(METER, &mut buffer)
        && is_standard
    {
        assert!(heard.windows(frame.len()).any(|window| window == frame), "an answer that nobody gave");
    }
}

/// A client that hears the octets, the first two of which choose retries and command, ends in time; its
/// outcome fits. Then it hears an answer, which the octets may precede, if sliding finds it.
pub fn client(octets: &[u8]) {
    let [retries, kind, heard @ ..] = octets else { return };
    let (retry, command) = (machine::retry(*retries), asked(*kind));
    let device = Device { retry, ..Device::new(METER) };
    let line = Line::new(2_400);
    let mut client: Client = Client::new(line);
    client.start(&device, &command).unwrap();
    let mut now = machine::client(
        &mut client,
        retry,
        // The line may be busy before a command, and an answer may be arriving at the timeout.
        retry.timeout.max(line.pause) + line.answer(),
        // Every frame that is heard may say that one more follows.
        1 + heard.len() as u32 / 12,
        heard,
        |sent| assert!(intact(without_preamble(sent))),
        |outcome| fits(&command, retry, outcome, heard),
    );

    for noise in [&[][..], heard] {
        let answer = answer_to(*kind);
        let heard = [noise, &answer].concat();
        let is_found = stream::slide(&heard, head).contains(&answer) && !goes_on(&heard);
        client.start(&device, &command).unwrap();
        let mut answered = false;
        let sent = machine::hear(&mut client, &mut now, heard.chunks(100), |outcome| {
            answered = matches!(outcome, Ok(_) | Err(TransactionError::Refused { .. }));
            fits(&command, retry, outcome, &heard);
        });
        assert!((answered && sent == 1) || !is_found, "an intact answer was not found");
    }
}

/// A meter with one voltage, and identifiers whose data just fits a frame and does not.
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

/// The simulated meter of either edition hears the octets, answers only with replies, and after a pause it answers
/// whoever asks for any meter's voltage.
pub fn meter(octets: &[u8]) {
    let time = Time::new(23, 59, 0).unwrap();
    let now = DateTime { date: Date::new(2027, 12, 31).unwrap(), time };
    for (edition, control, identifier) in
        [(Edition::Y2007, 0x11, &[0x00, 0x01, 0x01, 0x02][..]), (Edition::Y1997, 0x01, &[0x11, 0xB6])]
    {
        let mut meter = <Meter>::new(edition, now);
        meter.elapse(Duration::from_secs(3_600));
        let mut server = Server::new(METER, meter);
        let command = framed(Address::ANY.0, control, identifier);
        machine::server(&mut server, octets, &command, |octets| {
            Reply::decode(&Frame::decode(octets).unwrap()).unwrap();
        });
    }
}
