//! The answering side.

mod parts;
mod station;

use core::convert::Infallible;
use core::fmt;
use core::time::Duration;

use meter_value::line::{Machine, Output, Writer, half_bits, times};

use crate::{Address, Control, Decoder, Frame, Handler, Identifier};
use station::Station;

/// How long a meter keeps silent after a command at least (DL/T 645-2007, chapter 5).
pub const RESPONSE_DELAY: Duration = Duration::from_millis(20);

/// How long a meter keeps silent after a command at most (DL/T 645-2007, chapter 5).
const MAX_RESPONSE_DELAY: Duration = Duration::from_millis(500);

/// A longer gap between two octets ends a frame (DL/T 645-2007, chapter 5).
const OCTET_GAP: Duration = Duration::from_millis(500);

/// How long an octet takes at 300 baud, the slowest rate.
const OCTET: Duration = half_bits(22, 300);

/// The address, as data.
const ADDRESS: Identifier = Identifier::Y2007(0x0400_0401);

/// What has happened that the master did not ask for, as data.
const REPORT: Identifier = Identifier::Y2007(0x0400_1501);

/// Octets of the longest record of the standard: 254 public holidays, when and by whom they were set.
const LONGEST_RECORD: usize = 1_026;

/// One meter on a line: answers what it is asked and ignores the rest.
///
/// It answers to its own address; reads also to [`Address::ANY`] and to wildcards in place of its higher
/// digits, and functions 13, 15 and 0A to [`Address::ANY`]. What else comes to a wildcard it refuses. It
/// answers always with its own address, and never to a broadcast, of which it takes functions 08, 16 and 1D.
/// Functions of the other edition and unknown ones it ignores, and so the replies of others and the echo of its
/// own.
///
/// A gap of more than 500 ms between two octets ends a frame, so octets have to be handed over as they come in.
///
/// Data longer than a frame is kept, up to `N` octets, and given in parts. A part can be asked for twice;
/// any command but a follow-up ends that.
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
#[derive(Clone)]
pub struct Server<H, const N: usize = LONGEST_RECORD> {
    station: Station<H, N>,
    delay: Duration,
    decoder: Decoder,
    /// When octets came in last.
    heard: Duration,
    /// Whether a silence ended what came in.
    is_silent: bool,
    reply: [u8; Frame::MAX_SENT],
    length: usize,
}

impl<H: Handler> Server<H> {
    /// A meter that answers as `handler` says, with room for the longest record of the standard.
    pub const fn new(address: Address, handler: H) -> Self {
        Self::sized(address, handler)
    }
}

impl<H: Handler, const N: usize> Server<H, N> {
    /// A meter with room for data of `N` octets. What is longer is refused.
    ///
    /// ```
    /// use dlt645::{Address, Handler, Server};
    ///
    /// struct Nothing;
    /// impl Handler for Nothing {}
    /// let mut server = Server::<_, 64>::sized(Address([1, 0, 0, 0, 0, 0]), Nothing);
    /// # server.handler();
    /// ```
    pub const fn sized(address: Address, handler: H) -> Self {
        Self {
            station: Station::new(address, handler),
            delay: RESPONSE_DELAY,
            decoder: Decoder::new(),
            heard: Duration::ZERO,
            is_silent: true,
            reply: [0; Frame::MAX_SENT],
            length: 0,
        }
    }

    /// A meter that keeps silent for longer, within the 20 ms to 500 ms of the standard.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        Self { delay: delay.clamp(RESPONSE_DELAY, MAX_RESPONSE_DELAY), ..self }
    }

    /// What answers.
    pub const fn handler(&mut self) -> &mut H {
        &mut self.station.handler
    }

    /// The meter's address, which a command may have changed.
    pub const fn address(&self) -> Address {
        self.station.address
    }

    fn scan(&mut self) {
        while let Some(result) = self.decoder.frame() {
            let Ok(frame) = result else { continue };
            if frame.control != Control::command(frame.control.function()) {
                continue;
            }
            let mut writer = Writer::new(&mut self.reply);
            writer.put(&Frame::PREAMBLE);
            let answered = self.station.answer(&frame, self.length > 0, &mut writer);
            // An answer that waits is of no use once the master has gone on to something else.
            self.length = match answered {
                Ok(()) if writer.len() > Frame::PREAMBLE.len() => writer.len(),
                _ => 0,
            };
        }
    }
}

impl<H: fmt::Debug, const N: usize> fmt::Debug for Server<H, N> {
    /// Without the octets, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Station { address, handler, .. } = &self.station;
        let mut text = f.debug_struct("Server");
        text.field("address", address).field("handler", handler).field("delay", &self.delay);
        text.finish_non_exhaustive()
    }
}

impl<H: Handler, const N: usize> Machine for Server<H, N> {
    type Outcome<'a>
        = Infallible
    where
        H: 'a;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        // Those behind the first have come since, at whatever rate.
        let behind = times(OCTET, octets.len().saturating_sub(1));
        if now > self.heard.saturating_add(OCTET_GAP).saturating_add(behind) {
            self.decoder.clear();
        }
        self.heard = now;
        self.is_silent = false;
        while !octets.is_empty() {
            let taken = self.decoder.feed(octets);
            octets = octets.get(taken..).unwrap_or_default();
            self.scan();
        }
    }

    fn transmitted(&mut self, _now: Duration) {
        if let Some(rate) = self.station.rate.take() {
            self.station.handler.switch_baud_rate(rate);
        }
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        if !self.is_silent && now >= self.heard.saturating_add(OCTET_GAP) {
            // A command may stand behind what looked like the start of another.
            self.is_silent = true;
            self.decoder.silence();
            self.scan();
        }
        let due = self.heard.saturating_add(self.delay);
        match self.length {
            0 if self.is_silent => return Output::Wait(None),
            0 => return Output::Wait(Some(self.heard.saturating_add(OCTET_GAP))),
            _ if now < due => return Output::Wait(Some(due)),
            _ => {}
        }
        // What was heard before the answer leaves is over, also where it begins like a command.
        self.decoder.clear();
        let length = core::mem::take(&mut self.length);
        Output::Transmit(self.reply.get(..length).unwrap_or_default())
    }
}
