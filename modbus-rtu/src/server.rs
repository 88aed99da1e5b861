//! The answering side of a line.

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Echo, Machine, Output, Scan, Stripped};

use crate::judge::request_to;
use crate::stream::Stream;
use crate::unit::{Buffer, Note, Respond};
use crate::{Frame, Line, UnitSet};

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
    ours: UnitSet,
    stream: Stream<260>,
    /// When octets came in last.
    heard: Duration,
    /// Whether an intact frame came since the last silence.
    intact: bool,
    reply: Buffer,
    /// Octets of a reply that waits, and of the one that was sent.
    length: usize,
    sent: usize,
    /// Octets that came in since its request, zeros left out.
    since: usize,
    /// When the reply had left that was sent last.
    left: Duration,
    echo: Echo,
}

impl<R: Respond> Server<R> {
    /// A server of a unit, or of several in an array or a pair.
    pub fn new(units: R, line: Line) -> Self {
        let ours = units.units(UnitSet::NONE);
        Self {
            units,
            line,
            ours,
            stream: Stream::new(),
            heard: Duration::ZERO,
            intact: false,
            reply: [0; Frame::MAX_LEN],
            length: 0,
            sent: 0,
            since: 0,
            left: Duration::ZERO,
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

    fn scan(&mut self, now: Duration) {
        let (ours, dialect) = (self.ours, self.units.dialect());
        loop {
            let mut passed = 0;
            let result = self.stream.scan(|octets, silent| {
                let scan = request_to(&ours, dialect, octets, silent);
                passed += usize::from(matches!(scan, Scan::Pass { .. }));
                scan
            });
            passed += usize::from(matches!(result, Some(Ok(_))));
            self.intact |= passed > 0;
            (0..passed).for_each(|_| self.units.note(Note::Message));
            let request = match result {
                Some(Ok(request)) => request,
                Some(Err(_)) => continue,
                None => return,
            };
            let sent = self.reply.get(..self.sent).unwrap_or_default();
            let is_back = matches!(sent, [unit, pdu @ .., _, _] if *unit == request.unit.0 && pdu == request.pdu)
                && now < self.left.saturating_add(self.line.pause).saturating_add(self.line.time(sent.len()));
            if !is_back {
                self.length = self.units.respond(&request, &mut self.reply);
                self.sent = 0;
                self.since = written(self.stream.behind());
            }
        }
    }

    /// Looks once more at what came in, if the line has fallen silent.
    fn elapse(&mut self, now: Duration, octets: usize) {
        if self.stream.elapse(now, &self.line, octets) {
            self.scan(now);
            if !core::mem::take(&mut self.intact) {
                self.units.note(Note::Error);
            }
        }
    }

    /// Takes octets that are no echo.
    fn take(&mut self, parts: [&[u8]; 3], now: Duration) {
        let count = parts.iter().fold(0, |count: usize, part| count.saturating_add(part.len()));
        if count == 0 {
            return;
        }
        self.elapse(now, count);
        self.heard = now;
        for mut octets in parts {
            while !octets.is_empty() {
                let taken = self.stream.feed_at(octets, now, &self.line);
                let (fed, rest) = octets.split_at_checked(taken).unwrap_or((octets, &[]));
                octets = rest;
                self.since = self.since.saturating_add(written(fed));
                self.scan(now);
            }
        }
        if self.since >= Frame::MIN_LEN {
            // The client has gone on to something else; fewer octets are a glitch.
            self.length = 0;
        }
    }
}

/// How many of these octets somebody meant; zeros may be a glitch of the client's transceiver.
fn written(octets: &[u8]) -> usize {
    octets.iter().filter(|octet| **octet != 0).count()
}

impl<R: Respond> Machine for Server<R> {
    type Outcome<'a>
        = Infallible
    where
        R: 'a;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        if !self.line.echo {
            return self.take([&[], &[], octets], now);
        }
        let reply = self.reply;
        let sent = reply.get(..self.sent).unwrap_or_default();
        // All of them are handed over when the last one has come.
        let gap = self.line.gap.saturating_add(self.line.time(octets.len()));
        let Stripped { before, again, behind, .. } = self.echo.strip(sent, octets, now, gap);
        self.take([before, sent.get(..again).unwrap_or_default(), behind], now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.left = now;
        self.echo.transmitted(now);
    }

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
        self.intact = false;
        if self.line.echo {
            self.echo.begin();
        }
        self.sent = core::mem::take(&mut self.length);
        Output::Transmit(self.reply.get(..self.sent).unwrap_or_default())
    }
}
