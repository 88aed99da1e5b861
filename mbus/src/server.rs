//! The answering side: a meter.

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Machine, Output, Writer};

use crate::frame::ACK;
use crate::{Address, Ci, Control, Decoder, Frame, Header, LongHeader};

/// The least time a meter waits before it answers: 11 bits at 2400 baud (EN 13757-2).
pub const RESPONSE_DELAY: Duration = Duration::from_micros(4_584);

/// A frame does not pause. This is longer than adapters hold octets back.
const OCTET_GAP: Duration = Duration::from_millis(200);

/// What a meter says when it is read.
pub trait Handler {
    /// Who the meter is. Its access number is counted by the server.
    fn header(&mut self) -> LongHeader;

    /// Appends the records, up to 240 octets; see [`Entry::write`](crate::Entry::write).
    fn records(&mut self, records: &mut Writer<'_>);
}

/// One meter on a bus: answers its own address and the test address, ignores the rest.
///
/// While the frame count bit of the requests does not change, it repeats its last telegram.
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
///     fn records(&mut self, records: &mut Writer<'_>) {
///         // 23.718 m3; eight digits hold it.
///         let _ = Entry::new(&[0x13], Data::Bcd8(23_718)).write(records);
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
    address: Address,
    handler: H,
    decoder: Decoder,
    /// When octets came in last.
    heard: Duration,
    access: u8,
    /// The frame count bit of the request the telegram answers.
    fcb: Option<bool>,
    telegram: [u8; Frame::MAX_LEN],
    length: usize,
    due: Option<Answer>,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Ack,
    Telegram,
}

/// Most octets of records behind a long header.
const MAX_RECORDS: usize = Frame::MAX_DATA - 12;

impl<H: Handler> Server<H> {
    /// A meter that answers as `handler` says.
    pub const fn new(address: Address, handler: H) -> Self {
        Self {
            address,
            handler,
            decoder: Decoder::new(),
            heard: Duration::ZERO,
            access: 0,
            fcb: None,
            telegram: [0; Frame::MAX_LEN],
            length: 0,
            due: None,
        }
    }

    /// What answers.
    pub fn handler(&mut self) -> &mut H {
        &mut self.handler
    }

    fn scan(&mut self) {
        while let Some(result) = self.decoder.frame() {
            let Ok(Frame::Short { control, address }) = result else { continue };
            if address != self.address && address != Address::TEST {
                continue;
            }
            if control == Control::SND_NKE {
                self.fcb = None;
                self.due = Some(Answer::Ack);
            } else if control.with_fcb(false) == Control::REQ_UD2 {
                if self.fcb != Some(control.fcb()) {
                    self.fcb = Some(control.fcb());
                    self.access = self.access.wrapping_add(1);
                    self.length = self.read();
                }
                self.due = (self.length != 0).then_some(Answer::Telegram);
            }
        }
    }

    /// Writes a telegram, and says how long it is: 0 if the handler wrote more than fits.
    fn read(&mut self) -> usize {
        let mut data = [0; Frame::MAX_DATA];
        let mut writer = Writer::new(&mut data);
        let header = LongHeader { access: self.access, ..self.handler.header() };
        Header::Long(header).write(&mut writer);
        let mut room = [0; MAX_RECORDS];
        let mut records = Writer::new(&mut room);
        self.handler.records(&mut records);
        let Ok(records) = records.finish() else { return 0 };
        writer.put(records);
        let Ok(data) = writer.finish() else { return 0 };
        let (control, address) = (Control::RSP_UD, self.address);
        let frame = Frame::Long { control, address, ci: Ci::RESPONSE_LONG, data };
        frame.encode(&mut self.telegram).map_or(0, <[u8]>::len)
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
        match self.due {
            None => Output::Wait(None),
            Some(_) if now < due => Output::Wait(Some(due)),
            Some(answer) => {
                self.due = None;
                match answer {
                    Answer::Ack => Output::Transmit(&[ACK]),
                    Answer::Telegram => {
                        Output::Transmit(self.telegram.get(..self.length).unwrap_or_default())
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Data, Entry, Identification, Manufacturer, Medium, Status};
    use std::vec::Vec;

    struct Counter(i32);

    impl Handler for Counter {
        fn header(&mut self) -> LongHeader {
            LongHeader {
                identification: Identification(0x1234_5678),
                manufacturer: Manufacturer(0x2C2D),
                version: 1,
                medium: Medium::HEAT,
                access: 0,
                status: Status(0),
                configuration: 0,
            }
        }

        fn records(&mut self, records: &mut Writer<'_>) {
            self.0 += 1;
            Entry::new(&[0x06], Data::Int32(self.0)).write(records).unwrap();
        }
    }

    fn ask(server: &mut Server<Counter>, control: u8, address: u8) -> Option<Vec<u8>> {
        let request = Frame::Short { control: Control(control), address: Address(address) };
        server.receive(request.encode(&mut [0; 5]).unwrap(), Duration::ZERO);
        match server.poll(RESPONSE_DELAY) {
            Output::Transmit(octets) => Some(octets.to_vec()),
            _ => None,
        }
    }

    fn read(server: &mut Server<Counter>, control: u8) -> (u8, i64) {
        let octets = ask(server, control, 5).unwrap();
        let mut telegram = Frame::decode(&octets).unwrap().telegram().unwrap();
        let Header::Long(header) = telegram.header else { panic!() };
        let value = telegram.records.next().unwrap().unwrap().to_decimal().unwrap();
        (header.access, value.mantissa())
    }

    #[test]
    fn repeats_the_telegram_until_the_frame_count_bit_changes() {
        let mut server = Server::new(Address(5), Counter(0));
        assert_eq!(ask(&mut server, 0x40, 5).unwrap(), [0xE5]);
        assert_eq!(read(&mut server, 0x7B), (1, 1));
        assert_eq!(read(&mut server, 0x7B), (1, 1));
        assert_eq!(read(&mut server, 0x5B), (2, 2));
        assert_eq!(ask(&mut server, 0x40, 5).unwrap(), [0xE5]);
        assert_eq!(read(&mut server, 0x5B), (3, 3));
    }

    #[test]
    fn answers_only_what_is_meant_for_it_and_not_at_once() {
        let mut server = Server::new(Address(5), Counter(0));
        assert_eq!(ask(&mut server, 0x40, 6), None);
        assert_eq!(ask(&mut server, 0x40, 0xFF), None);
        assert_eq!(ask(&mut server, 0x40, 0xFE).unwrap(), [0xE5]);
        assert_eq!(ask(&mut server, 0x53, 5), None);
        server.receive(&[0x10, 0x40, 0x05, 0x45, 0x16], Duration::from_secs(1));
        let due = Duration::from_secs(1) + RESPONSE_DELAY;
        assert_eq!(server.poll(Duration::from_secs(1)), Output::Wait(Some(due)));
        assert_eq!(server.poll(due), Output::Transmit(&[0xE5]));
        assert_eq!(server.poll(due), Output::Wait(None));
    }
}
