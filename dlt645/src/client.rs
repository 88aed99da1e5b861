//! One command at a time, and its answer.

mod asked;
mod assembly;

use core::iter::repeat_n;
use core::time::Duration;

use meter_value::line::{Judge, Link, Machine, Output, Retry, Step, Writer};

use crate::{
    Address, Command, Data, DecodeError, Decoder, EncodeError, ErrorFlags, Frame, Line, Refusal, Reply,
    TransactionError,
};
use asked::Asked;
use assembly::Assembly;

/// A meter as its client has to treat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device {
    /// Its address, or wildcards that mean it.
    pub address: Address,
    /// How long to wait for an answer to begin, and how often to ask. An answer that has begun is waited for
    /// as long as no gap in it is longer than the line's, and no longer than [`Line::answer`].
    pub retry: Retry,
    /// How many octets FE go before a command, up to 16.
    pub preamble: u8,
}

impl Device {
    /// All meters at once. None answers; instead of an answer, the client waits 500 ms for them to act.
    pub const BROADCAST: Self = Self {
        retry: Retry { timeout: Duration::from_millis(500), retries: 0 },
        ..Self::new(Address::BROADCAST)
    };

    /// A meter that keeps to the standard, and so begins to answer within 500 ms: asked three times at most,
    /// with a second for the first octet, which leaves as much again for gateways. Four octets go before a
    /// command.
    pub const fn new(address: Address) -> Self {
        let retry = Retry { timeout: Duration::from_secs(1), retries: 2 };
        Self { address, retry, preamble: 4 }
    }

    const MAX_PREAMBLE: usize = 16;

    /// Octets of the longest command, with its preamble.
    pub(crate) const MAX_COMMAND: usize = Self::MAX_PREAMBLE + Frame::MIN_LEN + Frame::MAX_DATA;

    /// Writes a command with its preamble.
    #[inline(always)]
    pub(crate) fn encode<'b>(
        &self,
        command: &Command<'_>,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], EncodeError> {
        let preamble = usize::from(self.preamble);
        if preamble > Self::MAX_PREAMBLE {
            return Err(EncodeError::BufferTooSmall { needed: preamble, have: Self::MAX_PREAMBLE });
        }
        let mut writer = Writer::new(buffer);
        let [octet, ..] = Frame::PREAMBLE;
        writer.extend(repeat_n(octet, preamble));
        command.put(self.address, &mut writer)?;
        Ok(writer.finish()?)
    }
}

/// What a client has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Commands that were started.
    pub started: u32,
    /// How often commands were sent, repetitions and follow-ups included.
    pub sent: u32,
    /// Answers, refusals left out; one of several frames counts once.
    pub answers: u32,
    /// Refusals.
    pub refusals: u32,
    /// Commands that ended without anything that could be an answer.
    pub no_reply: u32,
    /// Commands that ended with something, but no intact answer.
    pub corrupt: u32,
    /// Commands whose answer was too long, or did not end.
    pub too_long: u32,
    /// Replies to something else that were passed over: other identifiers, sequences or values.
    pub unasked: u32,
}

/// A client: sends a command, waits for the answer of that meter to that command, asks again.
///
/// Only a reply ends the wait that comes from a meter that is meant, to the function, and repeats what a
/// reply repeats: the identifier, the sequence, the baud rate, the password, the signal. What else is on the
/// line, late answers among it, is passed over. The first answer to wildcards counts;
/// [`source`](Self::source) says whose it is.
///
/// An answer in several frames becomes one: the client asks for what follows and puts up to `N` octets of data
/// together, as long as the longest record known. Each follow-up is asked for as often as the device's
/// [`Retry`] allows. Meters of 1997 do not number theirs, so when one is lost, the read begins anew.
/// - A reply that still says `more` is all there is: the meter announced more and then had none.
/// - Some meters announce with the same bit that an event waits; what they then give instead of more data,
///   [`report`](Self::report) has.
///
/// When a baud rate was changed, the reply says so; the port is the caller's.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, Client, Command, Device, Identifier, Line, Machine, Output};
///
/// let mut client: Client = Client::new(Line::new(2_400));
/// let meter: Address = "003411001043".parse().unwrap();
/// client.start(&Device::new(meter), &Command::Read { identifier: Identifier::VOLTAGE_A })?;
///
/// let now = Duration::ZERO;
/// let Output::Transmit(octets) = client.poll(now) else { panic!() };
/// assert_eq!(octets[..12], [0xFE, 0xFE, 0xFE, 0xFE, 0x68, 0x43, 0x10, 0x00, 0x11, 0x34, 0x00, 0x68]);
/// client.transmitted(now);
///
/// let reply = [
///     0x68, 0x43, 0x10, 0x00, 0x11, 0x34, 0x00, 0x68, 0x91, 0x06, 0x33, 0x34, 0x34, 0x35, 0xCA, 0x55,
///     0xEE, 0x16,
/// ];
/// client.receive(&reply, now);
/// let Output::Done(Ok(Some(reply))) = client.poll(now) else { panic!() };
/// assert_eq!(reply.values().next().unwrap().value.to_string(), "229.7");
/// # Ok::<(), dlt645::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client<const N: usize = 1026> {
    link: Link<Decoder, { Device::MAX_COMMAND }>,
    device: Device,
    asked: Asked,
    assembly: Assembly<N>,
    /// How often a read may still begin anew.
    restarts: u8,
    source: Option<Address>,
    counts: Counts,
}

/// How a transaction ended, or that it has not.
enum End {
    NotYet,
    /// The last frame is the answer.
    Frame,
    /// The answer was put together.
    Assembled {
        more: bool,
    },
    Failed(TransactionError),
}

impl<const N: usize> Client<N> {
    /// A client with nothing to do.
    pub const fn new(line: Line) -> Self {
        Self {
            link: Link::new(line.timing(), Decoder::new()),
            device: Device::BROADCAST,
            asked: Asked::NOTHING,
            assembly: Assembly::new(),
            restarts: 0,
            source: None,
            counts: Counts {
                started: 0,
                sent: 0,
                answers: 0,
                refusals: 0,
                no_reply: 0,
                corrupt: 0,
                too_long: 0,
                unasked: 0,
            },
        }
    }

    /// Begins a transaction, and abandons the one before if it still runs.
    ///
    /// A time, a freeze or a signal for all meters ends with `None` in place of a reply, after the device's
    /// timeout. Few meters answer a time that is sent to one.
    ///
    /// Where the kind of command is known as the call is compiled, the program gets the code for that kind only.
    ///
    /// # Errors
    /// [`EncodeError`] if the command cannot be sent, or not to all meters at once.
    #[inline(always)]
    pub fn start(&mut self, device: &Device, command: &Command<'_>) -> Result<(), EncodeError> {
        self.link.abandon();
        let function = command.function();
        let is_answered = match device.address {
            Address::BROADCAST => Asked::of_all(function).ok_or(EncodeError::Broadcast { function })?,
            _ => true,
        };
        self.send(device, command, is_answered)?;
        self.device = *device;
        self.restarts = device.retry.retries;
        self.source = None;
        self.assembly.clear();
        count(&mut self.counts.started);
        Ok(())
    }

    #[inline(always)]
    fn send(&mut self, device: &Device, command: &Command<'_>, is_answered: bool) -> Result<(), EncodeError> {
        self.asked = Asked::new(device.address, command);
        let length = device.encode(command, self.link.room())?.len();
        self.link.start(device.retry, is_answered, length);
        Ok(())
    }

    /// The command under way.
    pub(crate) fn command(&self) -> &[u8] {
        self.link.request()
    }

    /// Who answered or refused the last command, or its last frame: after a command to wildcards, which meter.
    pub const fn source(&self) -> Option<Address> {
        self.source
    }

    /// The report of events that came with the last answer, if an event waits: a word of 12 octets, and the
    /// number of new events for each of its bits that is set (identifier 04001501, amendment to DL/T
    /// 645-2007). It stays until the next command.
    pub fn report(&self) -> Option<Data<'_>> {
        self.link.frames().last().ok().and_then(|frame| self.asked.report(&frame))
    }

    /// What it has done since it began; the counts start again from 0 after the last `u32`.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes an answer, and asks for what follows it.
    fn answered(&mut self) -> Result<End, TransactionError> {
        let frame = self.link.frames().last().map_err(TransactionError::Corrupt)?;
        self.source = Some(frame.address);
        if let Some(error) = self.asked.refusal(&frame) {
            return refused(&self.asked, error, self.assembly.is_begun());
        }
        if self.assembly.is_begun() && self.asked.report(&frame).is_some() {
            return Ok(End::Assembled { more: false });
        }
        match self.asked.reply(&frame).map_err(TransactionError::Corrupt)? {
            Reply::Read { identifier, data, more: true } => self.assembly.begin(identifier, false, data)?,
            Reply::ReadAgain { identifier, data, more: true } => {
                self.assembly.begin(identifier, true, data)?;
            }
            Reply::ReadFollowUp { data, more, .. } if self.assembly.is_begun() => {
                self.assembly.push(data)?;
                if !more {
                    return Ok(End::Assembled { more });
                }
            }
            _ => return Ok(End::Frame),
        }
        let from = frame.address;
        let is_known = !from.is_wildcard() && from != Address::BROADCAST;
        let address = if is_known { from } else { self.device.address };
        let command = self.assembly.follow_up()?;
        let retries = if self.assembly.is_numbered() { self.device.retry.retries } else { 0 };
        let retry = Retry { retries, ..self.device.retry };
        let device = Device { address, retry, ..self.device };
        // There is room for every command, and a follow-up breaks no rule.
        Ok(self.send(&device, &command, true).map_or(End::Frame, |()| End::NotYet))
    }

    /// Begins a read anew whose follow-up was lost, if that can help.
    fn begins_anew(&mut self) -> bool {
        let device = self.device;
        let (Some(command), Some(restarts)) = (self.assembly.anew(), self.restarts.checked_sub(1)) else {
            return false;
        };
        self.restarts = restarts;
        self.assembly.clear();
        self.send(&device, &command, true).is_ok()
    }

    fn done(&mut self, end: End) -> Result<Option<Reply<'_>>, TransactionError> {
        let reply = match end {
            End::NotYet => Ok(None),
            End::Frame => {
                let reply = self.link.frames().last().and_then(|frame| self.asked.reply(&frame));
                reply.map(Some).map_err(TransactionError::Corrupt)
            }
            End::Assembled { more } => Ok(Some(self.assembly.reply(more))),
            End::Failed(error) => Err(error),
        };
        count(match reply {
            Ok(_) => &mut self.counts.answers,
            Err(TransactionError::Refused { .. }) => &mut self.counts.refusals,
            Err(TransactionError::NoReply { .. }) => &mut self.counts.no_reply,
            Err(TransactionError::TooLong { .. } | TransactionError::Endless { .. }) => {
                &mut self.counts.too_long
            }
            Err(TransactionError::Corrupt(_)) => &mut self.counts.corrupt,
        });
        reply
    }
}

/// A meter that has nothing to follow up refuses with "no such data": what came before is all it had.
fn refused(asked: &Asked, error: Refusal, is_follow_up: bool) -> Result<End, TransactionError> {
    match error {
        Refusal::Flags(flags) if is_follow_up && flags.contains(ErrorFlags::NO_SUCH_DATA) => {
            Ok(End::Assembled { more: true })
        }
        _ => Err(TransactionError::Refused { function: asked.function, error }),
    }
}

fn count(count: &mut u32) {
    *count = count.wrapping_add(1);
}

impl<const N: usize> Machine for Client<N> {
    type Outcome<'a> = Result<Option<Reply<'a>>, TransactionError>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        let judge = &mut Awaiting { asked: &self.asked, unasked: &mut self.counts.unasked };
        self.link.receive(judge, octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        let judge = &mut Awaiting { asked: &self.asked, unasked: &mut self.counts.unasked };
        self.link.transmitted(judge, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        loop {
            let judge = &mut Awaiting { asked: &self.asked, unasked: &mut self.counts.unasked };
            let end = match self.link.poll(judge, now) {
                Step::Transmit => {
                    count(&mut self.counts.sent);
                    return Output::Transmit(self.link.request());
                }
                Step::Wait(until) => return Output::Wait(until),
                Step::Sent => return Output::Done(Ok(None)),
                Step::Answered => self.answered().unwrap_or_else(End::Failed),
                Step::NoReply { .. } | Step::Corrupt(_) if self.begins_anew() => End::NotYet,
                Step::NoReply { timeout, attempts } => {
                    End::Failed(TransactionError::NoReply { timeout, attempts })
                }
                Step::Corrupt(error) => End::Failed(TransactionError::Corrupt(error)),
            };
            if !matches!(end, End::NotYet) {
                return Output::Done(self.done(end));
            }
        }
    }
}

/// What ends the wait for an answer.
struct Awaiting<'a> {
    asked: &'a Asked,
    unasked: &'a mut u32,
}

impl Judge<Decoder> for Awaiting<'_> {
    fn judge(&mut self, decoder: &Decoder, _: &[u8]) -> Result<bool, DecodeError> {
        self.asked.is_answered_by(&decoder.last()?)
    }

    fn reject(&mut self, error: DecodeError) {
        if let DecodeError::Unasked { .. } = error {
            count(self.unasked);
        }
    }
}
