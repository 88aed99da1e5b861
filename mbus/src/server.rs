//! The answering side.

mod station;

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Machine, Output, half_bits, times};

use crate::{Address, Decoder, Handler};
use station::Station;

/// The least time a meter waits before it answers: 11 bits at 2400 baud (EN 13757-2).
pub const RESPONSE_DELAY: Duration = Duration::from_micros(4_584);

/// The most time a meter waits before it answers: 330 bits at 300 baud, and 50 ms (EN 13757-2).
const MAX_RESPONSE_DELAY: Duration = Duration::from_millis(1_150);

/// A frame does not pause. This is longer than adapters hold octets back.
const OCTET_GAP: Duration = Duration::from_millis(200);

/// How long an octet takes at 300 baud, the slowest rate.
const OCTET: Duration = half_bits(22, 300);

/// One meter on a bus: answers its own address, the test address 254, and 253 while it is selected; does what is
/// sent to 255 without an answer, and ignores the rest.
///
/// While the frame count bit of the requests does not change, it repeats its last answer. What is sent to it
/// twice in a row, to the last octet and with the same bit, it does once. A reset, a selection and a reset of the
/// application begin the readout anew.
///
/// ```
/// use core::time::Duration;
/// use mbus::{Address, Data, Entry, Frame, Handler, Identification, LongHeader, Machine, Manufacturer};
/// use mbus::{Medium, Output, RESPONSE_DELAY, Server, Status, Writer};
///
/// struct Water;
/// impl Handler for Water {
///     fn header(&mut self) -> LongHeader {
///         LongHeader {
///             identification: Identification(0x12345678),
///             manufacturer: Manufacturer(0x2C2D),
///             version: 1,
///             medium: Medium(7),
///             access: 0,
///             status: Status(0),
///             configuration: 0,
///         }
///     }
///     fn records(&mut self, _telegram: u16, records: &mut Writer<'_>) -> bool {
///         // 23.718 m3; eight digits hold it.
///         let _ = Entry::new(&[0x13], Data::Bcd8(23_718)).write(records);
///         false
///     }
/// }
///
/// let mut server = Server::new(Address(5), Water);
/// server.receive(&[0x10, 0x7B, 0x05, 0x80, 0x16], Duration::ZERO);
/// assert_eq!(server.poll(Duration::ZERO), Output::Wait(Some(RESPONSE_DELAY)));
/// let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { panic!() };
/// let mut telegram = Frame::decode(octets)?.telegram()?;
/// assert_eq!(telegram.records.next().unwrap()?.value().to_string(), "23.718");
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Server<H> {
    station: Station<H>,
    delay: Duration,
    decoder: Decoder,
    /// When octets came in last.
    heard: Duration,
}

impl<H: Handler> Server<H> {
    /// A meter that answers as `handler` says.
    pub const fn new(address: Address, handler: H) -> Self {
        Self {
            station: Station::new(address, handler),
            delay: RESPONSE_DELAY,
            decoder: Decoder::new(),
            heard: Duration::ZERO,
        }
    }

    /// A meter that keeps silent for longer, up to the 1150 ms of the standard at 300 baud.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        Self { delay: delay.clamp(RESPONSE_DELAY, MAX_RESPONSE_DELAY), ..self }
    }

    /// What answers.
    pub const fn handler(&mut self) -> &mut H {
        &mut self.station.handler
    }

    /// The meter's primary address, which a command may have changed.
    pub const fn address(&self) -> Address {
        self.station.address
    }

    /// Whether it is selected by its secondary address.
    pub const fn is_selected(&self) -> bool {
        self.station.is_selected
    }
}

impl<H: Handler> Machine for Server<H> {
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
        while !octets.is_empty() {
            let taken = self.decoder.feed(octets);
            octets = octets.get(taken..).unwrap_or_default();
            while let Some(result) = self.decoder.frame() {
                if let Ok(frame) = result {
                    self.station.take(&frame);
                }
            }
        }
    }

    fn transmitted(&mut self, _now: Duration) {
        if let Some(rate) = self.station.rate.take() {
            self.station.handler.switch_baud_rate(rate);
        }
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        let due = self.heard.saturating_add(self.delay);
        match self.station.due {
            None => Output::Wait(None),
            Some(_) if now < due => Output::Wait(Some(due)),
            Some(answer) => {
                self.station.due = None;
                Output::Transmit(self.station.octets(answer))
            }
        }
    }
}
