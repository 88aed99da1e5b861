//! What answers a command.

use core::num::NonZeroU8;

use crate::fields::identified;
use crate::{
    Address, BaudRate, Command, DecodeError, Direction, Edition, ErrorFlags, Frame, Function, Identifier,
    Password, Refusal, Reply, TerminalSignal,
};

/// The report of events, which a meter may give in place of a follow-up (amendment to DL/T 645-2007): a word
/// of 12 octets, and an octet for each of its bits that is set.
const REPORT: Identifier = Identifier::Y2007(0x0400_1501);
const REPORT_WORD: usize = 12;

/// What of a command its answer has to agree with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub address: Address,
    pub function: Function,
    pub fields: Fields,
    read: Reader,
}

/// How a reply that does not refuse is read: one way for each kind of command, so that a program has only the code
/// for replies to what it sends.
type Reader = for<'a> fn(&Frame<'a>) -> Result<Reply<'a>, DecodeError>;

/// What an answer repeats of its command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fields {
    None,
    Identifier(Identifier),
    /// 03 of 1997; the identifier if the command says it.
    Again(Option<Identifier>),
    FollowUp {
        identifier: Identifier,
        sequence: Option<NonZeroU8>,
    },
    Rate(BaudRate),
    Password(Password),
    Signal(TerminalSignal),
    /// The address that the meter has from now on.
    Address(Address),
}

impl Asked {
    pub const NOTHING: Self =
        Self { address: Address::BROADCAST, function: Function(0), fields: Fields::None, read: accepted };

    #[inline(always)]
    pub fn new(address: Address, command: &Command<'_>) -> Self {
        let fields = match *command {
            Command::Read { identifier }
            | Command::ReadLoadRecords { identifier, .. }
            | Command::Authenticate { identifier, .. } => Fields::Identifier(identifier),
            Command::ReadFollowUp { identifier, sequence } => Fields::FollowUp { identifier, sequence },
            Command::ReadAgain { identifier } => Fields::Again(identifier),
            Command::WriteAddress { address, .. } => Fields::Address(address),
            Command::ChangeBaudRate { rate } => Fields::Rate(rate),
            Command::ChangePassword { new, .. } => Fields::Password(new),
            Command::MultifunctionTerminal { signal } => Fields::Signal(signal),
            _ => Fields::None,
        };
        let read: Reader = match *command {
            Command::Read { .. } | Command::ReadLoadRecords { .. } => |frame| Reply::read(frame),
            Command::ReadFollowUp { .. } => |frame| Reply::follow_up(frame),
            Command::ReadAgain { .. } => again,
            Command::BroadcastTime { .. } | Command::Freeze { .. } => accepted,
            _ => |frame| Reply::decode(frame),
        };
        Self { address, function: command.function(), fields, read }
    }

    /// Whether all meters may be asked at once, and if so, whether one answers.
    ///
    /// Meters of 1997 may answer what reads or renames the only one on the line.
    pub fn of_all(function: Function) -> Option<bool> {
        use Function as F;
        match function {
            F::BROADCAST_TIME | F::FREEZE | F::MULTIFUNCTION_TERMINAL => Some(false),
            F::READ_1997 | F::READ_FOLLOW_UP_1997 | F::READ_AGAIN | F::WRITE_ADDRESS_1997 => Some(true),
            _ => None,
        }
    }

    /// Whether a frame answers.
    ///
    /// # Errors
    /// [`DecodeError::Unasked`] or another one if it should, but does not.
    pub fn is_answered_by(&self, frame: &Frame<'_>) -> Result<bool, DecodeError> {
        let (control, function) = (frame.control, self.function);
        if control.direction() != Direction::Reply || control.function() != function || !self.is_from(frame) {
            return Ok(false);
        }
        if control.is_failed() || self.report(frame).is_some() || self.agrees(&self.reply(frame)?) {
            Ok(true)
        } else {
            Err(DecodeError::Unasked { function })
        }
    }

    /// Whether a meter that is meant sent the frame. It may repeat the wildcards instead of its address.
    fn is_from(&self, frame: &Frame<'_>) -> bool {
        let renamed = matches!(self.fields, Fields::Address(new) if new == frame.address);
        self.address == Address::BROADCAST || self.address.matches(frame.address) || renamed
    }

    /// The reply in an answer that does not refuse.
    pub fn reply<'a>(&self, frame: &Frame<'a>) -> Result<Reply<'a>, DecodeError> {
        (self.read)(frame)
    }

    /// Whether a reply of the function repeats what it has to; other data than the standard has is let be.
    fn agrees(&self, reply: &Reply<'_>) -> bool {
        match (self.fields, *reply) {
            (Fields::Identifier(asked), Reply::Read { identifier, .. })
            | (Fields::Identifier(asked), Reply::Authenticate { identifier, .. })
            | (Fields::Again(Some(asked)), Reply::ReadAgain { identifier, .. }) => asked == identifier,
            (Fields::FollowUp { identifier: asked, sequence: part }, reply) => {
                matches!(reply, Reply::ReadFollowUp { identifier, sequence, .. }
                    if (asked, part) == (identifier, sequence))
            }
            (Fields::Rate(asked), Reply::ChangeBaudRate { rate }) => asked == rate,
            (Fields::Password(asked), Reply::ChangePassword { password, .. }) => asked == password,
            (Fields::Signal(asked), Reply::MultifunctionTerminal { signal }) => asked == signal,
            _ => true,
        }
    }

    /// The report of events, if the frame has it in place of the follow-up that was asked for.
    pub fn report<'a>(&self, frame: &Frame<'a>) -> Option<crate::Data<'a>> {
        let Fields::FollowUp { identifier: asked @ Identifier::Y2007(_), sequence } = self.fields else {
            return None;
        };
        let (identifier, data) = Identifier::split(Edition::Y2007, frame.data)?;
        if identifier != REPORT || asked == REPORT || frame.control.is_failed() {
            return None;
        }
        let word = data.range(..REPORT_WORD)?;
        let counts = word.iter().map(u8::count_ones).sum::<u32>() as usize;
        let last = data.len().saturating_sub(1);
        // Public sources do not say whether the sequence stands behind it.
        let has_sequence = data.len() != REPORT_WORD + counts
            && last >= REPORT_WORD
            && data.at(last) == sequence.map(NonZeroU8::get);
        if has_sequence { data.range(..last) } else { Some(data) }
    }

    /// Why an answer refuses, if it does; an answer of another form than the function's gives its first octet.
    pub fn refusal(&self, frame: &Frame<'_>) -> Option<Refusal> {
        if !frame.control.is_failed() {
            return None;
        }
        let flags = ErrorFlags(frame.data.at(0).unwrap_or(0));
        Some(Refusal::decode(self.function, frame.data).unwrap_or(flags.into()))
    }
}

/// The reply to 03 of 1997. What its octets say of their edition counts less than the edition that was asked.
fn again<'a>(frame: &Frame<'a>) -> Result<Reply<'a>, DecodeError> {
    let (identifier, data) = identified(Edition::Y1997, frame.data)?;
    Ok(Reply::ReadAgain { identifier, data, more: frame.control.has_more() })
}

/// The reply to what has no data to be answered with.
fn accepted<'a>(frame: &Frame<'a>) -> Result<Reply<'a>, DecodeError> {
    let Frame { control, data, .. } = *frame;
    let is_plain = data.is_empty() && !control.has_more();
    Ok(if is_plain {
        Reply::Accepted { function: control.function() }
    } else {
        Reply::Other { control, data }
    })
}
