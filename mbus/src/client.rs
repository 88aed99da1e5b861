//! One command at a time, and its answer.

mod asked;
mod bits;
mod device;
mod heard;

use core::time::Duration;

use meter_value::line::{Link, Machine, Output, Retry, Step};

use crate::{Address, Command, Control, Decoder, EncodeError, Frame, Line, Selection, TransactionError};
use asked::{Asked, refusal};
use bits::{Bits, Table};
pub use device::{Counts, Device, Reply, Target};
use heard::{Awaiting, Heard, Repetition};

/// A client: has one command at a time carried out, and asks again when no answer comes.
///
/// A command to a primary address begins with a reset of the link if the frame count bits of that meter are
/// not known: the first time, after a failure, and after meters were meant in other ways. From then on the
/// client keeps them, for each meter. A command to a secondary address begins with the selection. Requests of
/// either class and what is sent have bits of their own, all set after a reset or a selection; a bit toggles
/// once its frame was answered, and a repetition has the same bit.
///
/// [`Command::Read`] and [`Command::Exchange`] read all telegrams of a meter: each is an outcome, in the order
/// they come in, and says whether `more` follow. To stop earlier, start the next command. A telegram that comes twice is passed over.
///
/// Only what can be the answer of the meter that was asked ends the wait: an acknowledgement that does not
/// stand in other octets, or data from the meter's address; of selected meters also with the secondary
/// address, if the data say one. What else is on the line, late answers among it, is passed over.
///
/// When a baud rate was changed, the port is the caller's; a new client at the new rate confirms it with its
/// first reset.
///
/// ```
/// use core::time::Duration;
/// use mbus::{Address, Client, Command, Device, Line, Machine, Output, Reply};
///
/// let mut client = Client::new(Line::new(2_400));
/// client.start(&Device::new(Address(5)), &Command::Read)?;
///
/// let now = Duration::ZERO;
/// assert_eq!(client.poll(now), Output::Transmit(&[0x10, 0x40, 0x05, 0x45, 0x16]));
/// client.transmitted(now);
/// client.receive(&[0xE5], now);
/// let Output::Wait(Some(quiet)) = client.poll(now) else { panic!() };
/// assert_eq!(client.poll(quiet), Output::Transmit(&[0x10, 0x7B, 0x05, 0x80, 0x16]));
/// client.transmitted(quiet);
///
/// client.receive(&[0x68, 0x07, 0x07, 0x68, 0x08, 0x05, 0x78, 0x02, 0x06, 0x39, 0x30, 0xF6, 0x16], quiet);
/// let Output::Done(Ok(Some(Reply::Data { frame, more: false }))) = client.poll(quiet) else { panic!() };
/// let mut telegram = frame.telegram().unwrap();
/// assert_eq!(telegram.records.next().unwrap().unwrap().value().to_string(), "12345000");
/// # Ok::<(), mbus::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    link: Link<Decoder, { Frame::MAX_LEN }>,
    retry: Retry,
    asked: Asked,
    stage: Stage,
    /// Whether the next telegram of a readout is to be asked for.
    goes_on: bool,
    table: Table,
    /// Of the meter under way.
    bits: Bits,
    /// The command, as it is sent behind a reset or a selection.
    command: [u8; Frame::MAX_LEN],
    length: usize,
    heard: Heard,
    counts: Counts,
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    /// A reset or a selection before the command.
    Before(Next),
    /// The command itself.
    Command(Kind),
}

/// The command behind a reset or a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Next {
    control: Control,
    kind: Kind,
    is_answered: bool,
}

/// What one answer to a command means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The frame count bits begin anew.
    Fresh,
    /// It is over.
    Whole,
    /// It is over, and the meter has another address.
    Moved,
    /// An answer is to be read.
    ThenRead,
    /// It is a telegram of a readout.
    Readout,
}

impl Kind {
    const fn of(command: &Command<'_>) -> Self {
        match command {
            Command::Reset | Command::Select => Self::Fresh,
            Command::Read | Command::Exchange { .. } => Self::Readout,
            Command::ReadApplication => Self::ThenRead,
            Command::SetAddress { .. } => Self::Moved,
            _ => Self::Whole,
        }
    }
}

/// How an exchange ended, or that the next one begins.
enum End {
    NotYet,
    Answered { more: bool },
    Failed(TransactionError),
}

impl Client {
    /// A client with nothing to do.
    pub const fn new(line: Line) -> Self {
        Self {
            link: Link::new(line.timing(), Decoder::new()),
            retry: Device::BROADCAST.retry,
            asked: Asked::NOTHING,
            stage: Stage::Idle,
            goes_on: false,
            table: Table::new(),
            bits: Bits::FRESH,
            command: [0; Frame::MAX_LEN],
            length: 0,
            heard: Heard::NOTHING,
            counts: Counts {
                started: 0,
                sent: 0,
                answers: 0,
                refusals: 0,
                no_reply: 0,
                corrupt: 0,
                collisions: 0,
                repeated: 0,
                unasked: 0,
            },
        }
    }

    /// Begins a command, and abandons the one before if it still runs.
    ///
    /// What is sent to all meters ends with `None` in place of a reply, after the device's timeout.
    ///
    /// # Errors
    /// [`EncodeError`] if the command cannot be sent, or not to all meters at once.
    pub fn start(&mut self, device: &Device, command: &Command<'_>) -> Result<(), EncodeError> {
        self.link.abandon();
        self.stage = Stage::Idle;
        self.goes_on = false;
        let (address, selection) = match device.target {
            Target::Primary(address) => (address, None),
            Target::Secondary(selection) => (Address::SELECTED, Some(selection)),
        };
        let is_answered = address != Address::BROADCAST;
        if !is_answered && !command.is_for_all() {
            return Err(EncodeError::Broadcast);
        }
        let known = self.known(address, selection);
        if let Command::SetAddress { address } = *command {
            // Those of a meter that had it before.
            self.table.take(address);
        }
        self.bits = known.unwrap_or(Bits::FRESH);
        let control = command.control();
        self.length = match (command, selection) {
            (Command::Select, Some(selection)) => selection.encode_frame(&mut self.command)?,
            _ => command.encode_frame(address, self.bits.of(control), &mut self.command)?,
        }
        .len();
        self.retry = device.retry;
        let next = Next { control, kind: Kind::of(command), is_answered };
        self.asked = Asked { control: Control::SND_UD, address, selection };
        self.heard.repetition = Repetition::NONE;
        count(&mut self.counts.started);
        match (command, selection) {
            (Command::Reset | Command::Select, _) => self.send(next),
            (_, Some(selection)) => {
                let length = selection.encode_frame(self.link.room())?.len();
                self.exchange(Stage::Before(next), length);
            }
            _ if known.is_some() || !is_answered => self.send(next),
            _ => {
                self.asked.control = Control::SND_NKE;
                let reset = Frame::Short { control: Control::SND_NKE, address };
                let length = reset.encode(self.link.room())?.len();
                self.exchange(Stage::Before(next), length);
            }
        }
        Ok(())
    }

    /// What it has done since it began; the counts start again from 0 after the last `u32`.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The frame count bits of a meter, which stay unknown until the command ends well.
    fn known(&mut self, address: Address, selection: Option<Selection>) -> Option<Bits> {
        let bits = self.table.take(address);
        match (address, selection) {
            // A reset would deselect it.
            (Address::SELECTED, None) => bits.or(Some(Bits::FRESH)),
            // Meters that are meant in another way have their own addresses too.
            (Address::SELECTED | Address::TEST | Address::BROADCAST, _) => {
                self.table.clear();
                None
            }
            _ => bits,
        }
    }

    /// Has the command sent itself.
    fn send(&mut self, next: Next) {
        self.stage = Stage::Command(next.kind);
        self.asked.control = next.control;
        self.heard.begin();
        for (to, from) in self.link.room().iter_mut().zip(self.command) {
            *to = from;
        }
        self.link.start(self.retry, next.is_answered, self.length);
    }

    /// Has a request for data sent.
    fn request(&mut self) -> Result<(), EncodeError> {
        self.asked.control = Control::REQ_UD2;
        let control = Control::REQ_UD2.with_fcb(self.bits.of(Control::REQ_UD2));
        let request = Frame::Short { control, address: self.asked.address };
        let length = request.encode(self.link.room())?.len();
        self.exchange(Stage::Command(Kind::Readout), length);
        Ok(())
    }

    /// Has so many octets sent that somebody answers.
    fn exchange(&mut self, stage: Stage, length: usize) {
        self.stage = stage;
        self.heard.begin();
        self.link.start(self.retry, true, length);
    }

    /// Takes an answer, and goes on with what follows it.
    fn answered(&mut self) -> End {
        self.bits.toggle(self.asked.control);
        let sent = match self.stage {
            Stage::Before(next) => {
                self.bits = Bits::FRESH;
                self.send(next);
                Ok(())
            }
            Stage::Command(Kind::ThenRead) => self.request(),
            Stage::Command(Kind::Readout) => return self.telegram(),
            Stage::Command(Kind::Fresh) => {
                self.bits = Bits::FRESH;
                return self.over();
            }
            Stage::Command(Kind::Moved) => {
                self.stage = Stage::Idle;
                return End::Answered { more: false };
            }
            Stage::Command(Kind::Whole) | Stage::Idle => return self.over(),
        };
        // There is room for every frame.
        sent.map_or(End::Answered { more: false }, |()| End::NotYet)
    }

    /// Takes a telegram of a readout.
    fn telegram(&mut self) -> End {
        let frame = match self.link.frames().last() {
            Ok(frame) => frame,
            Err(error) => return End::Failed(TransactionError::Corrupt(error)),
        };
        let more = refusal(&frame).is_none() && more_follows(&frame);
        self.heard.repetition.next();
        if !more {
            return self.over();
        }
        self.goes_on = true;
        End::Answered { more }
    }

    /// The command ended well.
    fn over(&mut self) -> End {
        match self.asked.address {
            Address::TEST | Address::BROADCAST => {}
            address => self.table.put(address, self.bits),
        }
        self.stage = Stage::Idle;
        End::Answered { more: false }
    }

    fn failed(&mut self, error: TransactionError, attempts: u16) -> End {
        self.heard.attempt();
        self.stage = Stage::Idle;
        End::Failed(match error {
            _ if self.heard.repetition.came => {
                TransactionError::Repeated { telegrams: self.heard.repetition.telegrams }
            }
            _ if attempts > 1 && self.heard.garbled == attempts => TransactionError::Collision { attempts },
            error => error,
        })
    }

    fn done(&mut self, end: End) -> Result<Option<Reply<'_>>, TransactionError> {
        let reply = match end {
            End::Answered { more } => {
                self.link.frames().last().map_err(TransactionError::Corrupt).and_then(|frame| {
                    match (refusal(&frame), frame) {
                        (Some(error), _) => Err(TransactionError::Refused { error }),
                        (None, Frame::Ack) => Ok(Some(Reply::Acknowledged)),
                        (None, Frame::Short { control, .. }) => Ok(Some(Reply::Status { control })),
                        (None, frame) => Ok(Some(Reply::Data { frame, more })),
                    }
                })
            }
            End::NotYet => Ok(None),
            End::Failed(error) => Err(error),
        };
        count(match reply {
            Ok(_) => &mut self.counts.answers,
            Err(TransactionError::Refused { .. }) => &mut self.counts.refusals,
            Err(TransactionError::NoReply { .. }) => &mut self.counts.no_reply,
            Err(TransactionError::Corrupt(_)) => &mut self.counts.corrupt,
            Err(TransactionError::Collision { .. }) => &mut self.counts.collisions,
            Err(TransactionError::Repeated { .. }) => &mut self.counts.repeated,
        });
        reply
    }

    fn judge(&mut self) -> (&mut Link<Decoder, { Frame::MAX_LEN }>, Awaiting<'_>) {
        let is_readout = self.stage == Stage::Command(Kind::Readout);
        let Self { link, asked, heard, counts, .. } = self;
        (link, Awaiting { asked, heard, unasked: &mut counts.unasked, is_readout })
    }
}

/// Whether a frame says that the meter has more telegrams.
fn more_follows(frame: &Frame<'_>) -> bool {
    let telegram = frame.telegram();
    telegram.is_ok_and(|telegram| telegram.records.map_while(Result::ok).any(|record| record.more_follows()))
}

fn count(count: &mut u32) {
    *count = count.wrapping_add(1);
}

impl Machine for Client {
    type Outcome<'a> = Result<Option<Reply<'a>>, TransactionError>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        let (link, mut judge) = self.judge();
        link.receive(&mut judge, octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        let (link, mut judge) = self.judge();
        link.transmitted(&mut judge, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        loop {
            if core::mem::take(&mut self.goes_on) {
                // There is room for a request.
                let _ = self.request();
            }
            let (link, mut judge) = self.judge();
            let end = match link.poll(&mut judge, now) {
                Step::Transmit => {
                    self.heard.attempt();
                    count(&mut self.counts.sent);
                    return Output::Transmit(self.link.request());
                }
                Step::Wait(until) => return Output::Wait(until),
                Step::Sent => {
                    self.stage = Stage::Idle;
                    return Output::Done(Ok(None));
                }
                Step::Answered => self.answered(),
                Step::NoReply { timeout, attempts } => {
                    self.failed(TransactionError::NoReply { timeout, attempts }, attempts)
                }
                Step::Corrupt(error) => {
                    let attempts = u16::from(self.retry.retries).saturating_add(1);
                    self.failed(TransactionError::Corrupt(error), attempts)
                }
            };
            if !matches!(end, End::NotYet) {
                return Output::Done(self.done(end));
            }
        }
    }
}
