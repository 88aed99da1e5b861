//! One meter: whether a command is for it, and what it answers.

use meter_value::line::Writer;

use super::parts::Parts;
use super::{ADDRESS, REPORT};
use crate::frame::{self, Payload};
use crate::{
    Address, BaudRate, Command, Control, Data, Edition, EncodeError, ErrorFlags, Frame, Function, Handler,
    Identifier, Refusal, Reply, SecurityErrors,
};

/// Whom a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    /// This meter.
    Own,
    /// Whatever meter there is.
    Any,
    /// Meters whose address ends alike.
    Some,
    /// Every meter.
    All,
}

impl Meant {
    fn of(asked: Address, own: Address) -> Option<Self> {
        // A wildcard stands for all higher digits.
        let mut above = asked.0.iter().skip_while(|&&octet| octet != Address::ANY.0[0]);
        match asked {
            _ if asked == own => Some(Self::Own),
            Address::ANY => Some(Self::Any),
            Address::BROADCAST => Some(Self::All),
            _ if asked.matches(own) && above.all(|&octet| octet == Address::ANY.0[0]) => Some(Self::Some),
            _ => None,
        }
    }
}

/// What a meter is, without its line.
#[derive(Clone)]
pub(super) struct Station<H, const N: usize> {
    pub address: Address,
    pub handler: H,
    parts: Parts<N>,
    /// The rate to switch to when the answer has left.
    pub rate: Option<BaudRate>,
}

impl<H: Handler, const N: usize> Station<H, N> {
    pub const fn new(address: Address, handler: H) -> Self {
        Self { address, handler, parts: Parts::new(), rate: None }
    }

    /// Does what a frame asks and writes the answer, if there is one; the answer before may still wait to be
    /// sent.
    pub fn answer(
        &mut self,
        asked: &Frame<'_>,
        is_waiting: bool,
        out: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        let (function, edition) = (asked.control.function(), self.handler.edition());
        let is_ours = function == Function::BROADCAST_TIME || asked.edition() == edition;
        if !is_ours || function.name_in(edition).is_none() {
            return Ok(());
        }
        let Some(meant) = Meant::of(asked.address, self.address) else { return Ok(()) };
        let command = Command::decode(asked);
        if !matches!(command, Ok(Command::ReadFollowUp { .. } | Command::ReadAgain { .. })) {
            self.parts.clear();
        }
        self.rate = None;
        let own = self.address;
        let from = match command {
            Ok(Command::WriteAddress { address, .. }) if meant == Meant::Any => address,
            _ => own,
        };
        let result = match command {
            Ok(command) if meant == Meant::All => {
                self.hear(&command);
                return Ok(());
            }
            Ok(Command::ReadAgain { identifier }) => match self.parts.again(identifier) {
                Ok((identifier, data, more)) => return again(own, identifier, data, more, out),
                Err(error) => Err(error.into()),
            },
            Ok(command) if is_allowed(meant, function) => self.obey(command, is_waiting),
            _ => Err(ErrorFlags::OTHER.into()),
        };
        match result {
            Ok(reply) => reply.put(from, out),
            Err(_) if meant == Meant::All || has_no_refusal(function) => Ok(()),
            Err(error) => Reply::Failed { function, error: in_form(function, edition, error) }.put(own, out),
        }
    }

    /// Does what a broadcast asks.
    fn hear(&mut self, command: &Command<'_>) {
        // Nobody hears of a refusal.
        let _ = match *command {
            Command::BroadcastTime { time } => self.handler.broadcast_time(time),
            Command::Freeze { time } => self.handler.freeze(time),
            Command::MultifunctionTerminal { signal } => self.handler.multifunction_terminal(signal),
            _ => Ok(()),
        };
    }

    fn obey(&mut self, command: Command<'_>, is_waiting: bool) -> Result<Reply<'_>, Refusal> {
        let (handler, function) = (&mut self.handler, command.function());
        match command {
            Command::Read { identifier } => return Ok(self.read(identifier)?),
            Command::ReadLoadRecords { identifier, count, from } => {
                if !is_load_request(identifier, from.is_some()) {
                    return Err(ErrorFlags::OTHER.into());
                }
                let reports = handler.has_report();
                let read = |data: &mut Writer<'_>| handler.read_load_records(identifier, count, from, data);
                return Ok(self.parts.begin(identifier, reports, read)?);
            }
            Command::ReadFollowUp { identifier, sequence } => {
                let report = |data: &mut Writer<'_>| handler.read(REPORT, data);
                return Ok(self.parts.follow_up(identifier, sequence, is_waiting, report)?);
            }
            Command::ReadAddress => return Ok(Reply::Address(self.address)),
            Command::Write { identifier, password, operator, data } => {
                handler.write(identifier, password, operator, data)?;
                if let (ADDRESS, Some(address)) = (identifier, data.whole()) {
                    self.address = Address(address);
                }
            }
            Command::WriteAddress { address, .. } => {
                if !handler.write_address(address) {
                    return Err(ErrorFlags::OTHER.into());
                }
                self.address = address;
            }
            Command::Authenticate { identifier, operator, data } => {
                let read = |answer: &mut Writer<'_>| handler.authenticate(identifier, operator, data, answer);
                return self.parts.lend(read).map(|data| Reply::Authenticate { identifier, data });
            }
            Command::BroadcastTime { time } => handler.broadcast_time(time)?,
            Command::Freeze { time } => handler.freeze(time)?,
            Command::ChangeBaudRate { rate } => {
                handler.change_baud_rate(rate)?;
                self.rate = Some(rate);
                return Ok(Reply::ChangeBaudRate { rate });
            }
            Command::ChangePassword { identifier, old, new } => {
                handler.change_password(identifier, old, new)?;
                return Ok(Reply::ChangePassword { edition: handler.edition(), password: new });
            }
            Command::ClearMaximumDemand { password, operator } => {
                handler.clear_maximum_demand(password, operator)?;
            }
            Command::ClearMeter { password, operator } => handler.clear_meter(password, operator)?,
            Command::ClearEvents { password, operator, events } => {
                handler.clear_events(password, operator, events)?;
            }
            Command::ControlRelay { password, operator, action, duration, until } => {
                let status = handler.control_relay(password, operator, action, duration, until)?;
                if let Some(status) = status {
                    return Ok(Reply::ControlRelay { status });
                }
            }
            Command::MultifunctionTerminal { signal } => {
                handler.multifunction_terminal(signal)?;
                return Ok(Reply::MultifunctionTerminal { signal });
            }
            Command::ReadAgain { .. } | Command::Other { .. } => return Err(ErrorFlags::OTHER.into()),
        }
        Ok(Reply::Accepted { function })
    }

    fn read(&mut self, identifier: Identifier) -> Result<Reply<'_>, ErrorFlags> {
        let (handler, address) = (&mut self.handler, self.address);
        let reports = identifier.edition() == Edition::Y2007 && identifier != REPORT && handler.has_report();
        self.parts.begin(identifier, reports, |data| match identifier {
            ADDRESS => {
                data.put(&address.0);
                Ok(())
            }
            _ => handler.read(identifier, data),
        })
    }
}

/// Writes the answer to function 03 of 1997. Its data may look like that of 2007, which [`Reply`] does not
/// write.
fn again(
    own: Address,
    identifier: Identifier,
    data: Data<'_>,
    more: bool,
    out: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    let mut room = [0; 4];
    let mut head = Writer::new(&mut room);
    identifier.put(&mut head);
    let payload = Payload { head: head.written(), data, foot: None };
    frame::put(out, own, Control::reply(Function::READ_AGAIN, more), payload)
}

/// Whether a command can be meant for whom its address names.
const fn is_allowed(meant: Meant, function: Function) -> bool {
    use Function as F;
    match function {
        F::READ | F::READ_1997 | F::READ_FOLLOW_UP | F::READ_FOLLOW_UP_1997 => true,
        F::READ_ADDRESS | F::WRITE_ADDRESS | F::WRITE_ADDRESS_1997 => {
            matches!(meant, Meant::Own | Meant::Any)
        }
        _ => matches!(meant, Meant::Own),
    }
}

/// Whether the function is for the only meter on a line, which does not refuse it.
const fn has_no_refusal(function: Function) -> bool {
    use Function as F;
    matches!(function, F::READ_ADDRESS | F::WRITE_ADDRESS | F::WRITE_ADDRESS_1997)
}

/// The refusal in the form that the function has: two octets for 03 of 2007.
fn in_form(function: Function, edition: Edition, error: Refusal) -> Refusal {
    match (function, edition, error) {
        (Function::SECURITY_AUTHENTICATION, Edition::Y2007, Refusal::Flags(_)) => {
            Refusal::Security(SecurityErrors::OTHER)
        }
        _ => error,
    }
}

/// Whether load records can be asked for so: from a time on with that time, and only then.
fn is_load_request(identifier: Identifier, from_time: bool) -> bool {
    let Identifier::Y2007(number) = identifier else { return false };
    matches!((number.to_be_bytes(), from_time), ([6, _, _, 1], true) | ([6, _, _, 0 | 2], false))
}
