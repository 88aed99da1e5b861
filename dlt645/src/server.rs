//! The answering side.

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Machine, Output, Writer};

use crate::{Address, Command, Data, DecodeError, Decoder, ErrorFlags, Frame, Function, Identifier, Reply};

/// How long a meter keeps silent after a command at least (DL/T 645-2007, chapter 5); it answers within
/// 500 ms.
pub const RESPONSE_DELAY: Duration = Duration::from_millis(20);

/// A longer gap between two octets ends a frame (DL/T 645-2007, chapter 5).
const OCTET_GAP: Duration = Duration::from_millis(500);

/// Most octets of data behind the identifier.
const MAX_READ: usize = Frame::MAX_DATA - 4;

/// What a meter does when it is asked. What it does not override, it does not have.
pub trait Handler {
    /// Appends the data of `identifier`, up to 196 plain octets.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        let _ = (identifier, data);
        Err(ErrorFlags::NO_SUCH_DATA)
    }
}

/// One meter on a line: answers what it is asked and ignores the rest.
///
/// It answers to its own address and to every wildcard that means it, always with its own address, and
/// never to a broadcast.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, ErrorFlags, Frame, Handler, Identifier, Machine, Output, RESPONSE_DELAY};
/// use dlt645::{Reply, Server, Writer};
///
/// struct Mains;
/// impl Handler for Mains {
///     fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
///         match identifier {
///             Identifier::VOLTAGE_A => Ok(data.put(&[0x97, 0x22])),
///             _ => Err(ErrorFlags::NO_SUCH_DATA),
///         }
///     }
/// }
///
/// let mut server = Server::new("161".parse::<Address>()?, Mains);
/// let command = [
///     0x68, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0x68, 0x11, 0x04, 0x33, 0x34, 0x34, 0x35, 0xB1, 0x16,
/// ];
/// server.receive(&command, Duration::ZERO);
/// assert_eq!(server.poll(Duration::ZERO), Output::Wait(Some(RESPONSE_DELAY)));
/// let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { panic!() };
/// let frame = Frame::decode(octets).unwrap();
/// assert_eq!(frame.address.to_string(), "000000000161");
/// assert_eq!(Reply::decode(&frame).unwrap().values().next().unwrap().value.to_string(), "229.7");
/// # Ok::<(), dlt645::ParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Server<H> {
    address: Address,
    handler: H,
    decoder: Decoder,
    /// When octets came in last.
    heard: Duration,
    reply: [u8; Frame::MAX_SENT],
    length: usize,
}

impl<H: Handler> Server<H> {
    /// A meter that answers as `handler` says.
    pub const fn new(address: Address, handler: H) -> Self {
        Self {
            address,
            handler,
            decoder: Decoder::new(),
            heard: Duration::ZERO,
            reply: [0; Frame::MAX_SENT],
            length: 0,
        }
    }

    /// What answers.
    pub fn handler(&mut self) -> &mut H {
        &mut self.handler
    }

    fn scan(&mut self) {
        while let Some(result) = self.decoder.frame() {
            let Ok(frame) = result else { continue };
            let mut room = [0; MAX_READ];
            let Some(reply) = answer(self.address, &mut self.handler, &frame, &mut room) else { continue };
            let mut writer = Writer::new(&mut self.reply);
            writer.put(&Frame::PREAMBLE);
            // Every answer fits the longest frame.
            let written = reply.put(self.address, &mut writer);
            self.length = written.map_or(0, |()| writer.len());
        }
    }
}

impl<H: Handler> Machine for Server<H> {
    type Outcome<'a>
        = Infallible
    where
        H: 'a;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        if now > self.heard.saturating_add(OCTET_GAP) {
            self.decoder.clear();
        }
        self.heard = now;
        while !octets.is_empty() {
            let taken = self.decoder.feed(octets);
            octets = octets.get(taken..).unwrap_or_default();
            self.scan();
        }
    }

    fn transmitted(&mut self, _now: Duration) {}

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        let due = self.heard.saturating_add(RESPONSE_DELAY);
        if self.length == 0 {
            return Output::Wait(None);
        }
        if now < due {
            return Output::Wait(Some(due));
        }
        let length = core::mem::take(&mut self.length);
        Output::Transmit(self.reply.get(..length).unwrap_or_default())
    }
}

/// The answer to one frame, if it asks for one; `room` is room for the data it may hold.
fn answer<'a>(
    address: Address,
    handler: &mut impl Handler,
    frame: &Frame<'_>,
    room: &'a mut [u8],
) -> Option<Reply<'a>> {
    if !frame.address.matches(address) {
        return None;
    }
    let result = match Command::decode(frame) {
        Err(DecodeError::Control { .. }) => return None,
        Ok(Command::Read { identifier: identifier @ Identifier::Y2007(_) }) => {
            read(handler, identifier, room)
        }
        Ok(Command::ReadAddress) if frame.address == Address::ANY || frame.address == address => {
            Ok(Reply::Address(address))
        }
        _ => Err(ErrorFlags::OTHER),
    };
    match (result, frame.control.function()) {
        // These have no form of refusal.
        (Err(_), Function::READ_ADDRESS | Function::WRITE_ADDRESS) => None,
        (Err(error), function) => Some(Reply::Failed { function, error: error.into() }),
        (Ok(reply), _) => Some(reply),
    }
}

fn read<'a>(
    handler: &mut impl Handler,
    identifier: Identifier,
    room: &'a mut [u8],
) -> Result<Reply<'a>, ErrorFlags> {
    let mut writer = Writer::new(room);
    handler.read(identifier, &mut writer)?;
    let data = Data::plain(writer.finish().map_err(|_| ErrorFlags::OTHER)?);
    Ok(Reply::Read { identifier, data, more: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Control, Edition, FreezeTime};
    use std::vec::Vec;

    const OWN: Address = Address([0x12, 0x90, 0x78, 0x56, 0x34, 0x12]);
    const READ: Command<'_> = Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY };
    const ENERGY: &[u8] = &[0x91, 8, 0, 0, 1, 0, 0x56, 0x34, 0x12, 0x00];

    struct Register;

    impl Handler for Register {
        fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
            match identifier {
                Identifier::FORWARD_ACTIVE_ENERGY => data.put(&[0x56, 0x34, 0x12, 0x00]),
                Identifier::FORWARD_ACTIVE_ENERGIES => data.put(&[0; 197]),
                Identifier::Y2007(0x0400_0C01) => return Err(ErrorFlags::UNAUTHORISED),
                _ => return Err(ErrorFlags::NO_SUCH_DATA),
            }
            Ok(())
        }
    }

    /// The reply's control octet, length and plain data.
    fn ask(server: &mut Server<Register>, address: Address, command: &Command<'_>) -> Option<Vec<u8>> {
        let mut buffer = [0; 212];
        server.receive(command.encode_frame(address, &mut buffer).unwrap(), Duration::ZERO);
        let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { return None };
        let frame = Frame::decode(octets.strip_prefix(&Frame::PREAMBLE).unwrap()).unwrap();
        assert_eq!(frame.address, OWN);
        Some([frame.control.0, frame.data.len() as u8].into_iter().chain(frame.data.iter()).collect())
    }

    #[test]
    fn answers_refuses_and_stays_silent() {
        let mut server = Server::new(OWN, Register);
        let mut ask = |address, command| ask(&mut server, address, &command);
        let read = |identifier| Command::Read { identifier: Identifier::Y2007(identifier) };
        let other = |function| Command::Other { function, data: Data::plain(&[1, 2, 3, 4, 5, 6]) };
        assert_eq!(ask(OWN, READ).unwrap(), ENERGY);
        assert_eq!(ask(OWN, read(0x0201_0100)).unwrap(), [0xD1, 1, 2]);
        assert_eq!(ask(OWN, read(0x0400_0C01)).unwrap(), [0xD1, 1, 4]);
        assert_eq!(ask(OWN, read(0x0001_FF00)).unwrap(), [0xD1, 1, 1], "more than a frame holds");
        assert_eq!(ask(OWN, other(Function::READ)).unwrap(), [0xD1, 1, 1]);
        assert_eq!(ask(OWN, other(Function::FREEZE)).unwrap(), [0xD6, 1, 1]);
        assert_eq!(ask(OWN, Command::Freeze { time: FreezeTime::NOW }).unwrap(), [0xD6, 1, 1]);
        let of_1997 = Command::Read { identifier: Identifier::Y1997(0x9010) };
        assert_eq!(ask(OWN, of_1997).unwrap(), [0xC1, 1, 1]);
        let renamed = Command::WriteAddress { edition: Edition::Y2007, address: Address([1; 6]) };
        assert_eq!(ask(OWN, renamed), None, "there is no such refusal");
        assert_eq!(ask(Address([1; 6]), READ), None, "another meter's");
        assert_eq!(ask(Address::BROADCAST, READ), None, "a broadcast");
    }

    #[test]
    fn wildcards_that_mean_this_meter_are_answered() {
        let mut server = Server::new(OWN, Register);
        let ends_in_12 = Address([0x12, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]);
        let ends_in_13 = Address([0x13, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]);
        assert_eq!(ask(&mut server, Address::ANY, &READ).unwrap(), ENERGY);
        assert_eq!(ask(&mut server, ends_in_12, &READ).unwrap(), ENERGY);
        assert_eq!(ask(&mut server, ends_in_13, &READ), None);
        let address = [0x93, 6, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12];
        assert_eq!(ask(&mut server, Address::ANY, &Command::ReadAddress).unwrap(), address);
        assert_eq!(ask(&mut server, OWN, &Command::ReadAddress).unwrap(), address);
        assert_eq!(ask(&mut server, ends_in_12, &Command::ReadAddress), None, "only its own or any address");
    }

    #[test]
    fn the_answer_waits_and_its_echo_is_no_command() {
        let mut server = Server::new(OWN, Register);
        let mut buffer = [0; 32];
        let heard = Duration::from_secs(7);
        server.receive(READ.encode_frame(OWN, &mut buffer).unwrap(), heard);
        let due = heard + RESPONSE_DELAY;
        assert_eq!(server.poll(heard), Output::Wait(Some(due)));
        let Output::Transmit(octets) = server.poll(due) else { panic!() };
        let echo = octets.to_vec();
        server.transmitted(due);
        server.receive(&echo, due);
        assert_eq!(server.poll(due + RESPONSE_DELAY), Output::Wait(None));
    }

    #[test]
    fn a_gap_ends_what_was_incomplete() {
        let mut server = Server::new(OWN, Register);
        let mut buffer = [0; 212];
        let data = Data::plain(&[0; 200]);
        let long = Frame { address: OWN, control: Control::command(Function::WRITE), data };
        server.receive(&long.encode(&mut buffer).unwrap()[..100], Duration::ZERO);
        let later = OCTET_GAP + RESPONSE_DELAY;
        server.receive(READ.encode_frame(OWN, &mut buffer).unwrap(), later);
        assert!(matches!(server.poll(later + RESPONSE_DELAY), Output::Transmit(_)));
    }
}
