//! The answering side of a line.

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Machine, Output};

use crate::echo::Echo;
use crate::judge::request_to;
use crate::stream::Stream;
use crate::unit::{Buffer, Note, Respond};
use crate::{DecodeError, Dialect, Frame, Line, Units};

/// One unit or several on a line, with its timing: they answer what they are asked, when the line has been
/// silent for its pause, and ignore the traffic of others.
///
/// ```
/// use core::time::Duration;
/// use modbus_rtu::{Bank, Line, Machine, Output, Server, Unit, UnitId};
///
/// let line = Line::new(9_600, 11);
/// let mut server = Server::new(Unit::new(UnitId(0x11), Bank::<0, 0, 128, 0>::new()), line);
/// server.receive(&[0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87], Duration::ZERO);
/// assert_eq!(server.poll(Duration::ZERO), Output::Wait(Some(line.pause)));
/// let Output::Transmit(octets) = server.poll(line.pause) else { panic!() };
/// assert_eq!(octets[..5], [0x11, 0x03, 0x06, 0x00, 0x00]);
/// ```
#[derive(Clone, Debug)]
pub struct Server<R> {
    units: R,
    line: Line,
    ours: Units,
    stream: Stream<260>,
    /// When octets came in last.
    heard: Duration,
    /// Whether a request to one of the units came since the last silence.
    found: bool,
    reply: Buffer,
    /// Octets of a reply that waits, and of the one that was sent.
    length: usize,
    sent: usize,
    /// Octets that came in since its request.
    since: usize,
    echo: Echo,
}

impl<R: Respond> Server<R> {
    /// A server of a unit, or of several in an array or a pair.
    pub fn new(units: R, line: Line) -> Self {
        let ours = units.units(Units::NONE);
        Self {
            units,
            line,
            ours,
            stream: Stream::new(),
            heard: Duration::ZERO,
            found: false,
            reply: [0; Frame::MAX_LEN],
            length: 0,
            sent: 0,
            since: 0,
            echo: Echo::NONE,
        }
    }

    /// The unit, or the units.
    pub const fn units(&mut self) -> &mut R {
        &mut self.units
    }

    /// Notes that octets were lost because they came in too fast.
    pub fn overrun(&mut self) {
        self.units.note(Note::Overrun);
    }

    fn scan(&mut self) {
        let ours = self.ours;
        let judge = |octets: &[u8], silent| request_to(&ours, Dialect::STRICT, octets, silent);
        while let Some(result) = self.stream.scan(judge) {
            match result {
                Ok(request) => {
                    self.found = true;
                    self.length = self.units.respond(&request, &mut self.reply);
                    self.since = self.stream.behind();
                }
                Err(DecodeError::Checksum { .. }) => self.units.note(Note::Error),
                Err(_) => {}
            }
        }
    }

    /// Looks once more at what came in, if the line has fallen silent.
    fn elapse(&mut self, now: Duration, octets: usize) {
        if self.stream.elapse(now, &self.line, octets) {
            self.scan();
            if !core::mem::take(&mut self.found) {
                self.units.note(Note::Message);
            }
        }
    }
}

impl<R: Respond> Machine for Server<R> {
    type Outcome<'a>
        = Infallible
    where
        R: 'a;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        let sent = self.reply.get(..self.sent).unwrap_or_default();
        let mut octets = self.echo.strip(sent, octets);
        if octets.is_empty() {
            return;
        }
        self.elapse(now, octets.len());
        self.heard = now;
        while !octets.is_empty() {
            let taken = self.stream.feed_at(octets, now, &self.line);
            octets = octets.get(taken..).unwrap_or_default();
            self.since = self.since.saturating_add(taken);
            self.scan();
        }
        if self.since >= Frame::MIN_LEN {
            // The client has gone on to something else; fewer octets are a glitch.
            self.length = 0;
        }
    }

    fn transmitted(&mut self, _now: Duration) {}

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        self.elapse(now, 0);
        let silent = self.stream.silent_at(&self.line);
        if self.length == 0 {
            return Output::Wait(silent);
        }
        let due = self.heard.saturating_add(self.line.pause);
        if now < due {
            return Output::Wait(Some(silent.map_or(due, |silent| silent.min(due))));
        }
        self.stream.clear();
        if self.line.echo {
            self.echo.begin();
        }
        self.sent = core::mem::take(&mut self.length);
        Output::Transmit(self.reply.get(..self.sent).unwrap_or_default())
    }
}
