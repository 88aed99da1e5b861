//! What a master asks (DL/T 645-2007, chapter 7; DL/T 645-1997, chapter 7).

mod encode;

use core::num::NonZeroU8;

use crate::fields::{exactly, identified, names_events, only_rights, rights};
use crate::{
    Address, BaudRate, ClockTime, Control, Data, DecodeError, Edition, Frame, FreezeTime, Function,
    Identifier, Operator, Password, RecordTime, RelayAction, TerminalSignal,
};

/// What a master asks. The fields tell the edition, and with it the function. Sequences, operators and the
/// identifier of a password are `None` in the 1997 edition, and only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'a> {
    /// 11, and 01 of 1997: a piece of data, or a block.
    Read {
        /// Which.
        identifier: Identifier,
    },
    /// 11: load records.
    ReadLoadRecords {
        /// Of which class, and whether from the earliest, the latest or a time on.
        identifier: Identifier,
        /// How many, as the octet that says so.
        count: u8,
        /// From when on; `None` for the earliest or the latest.
        from: Option<RecordTime>,
    },
    /// 12, and 02 of 1997: what did not fit the reply before.
    ReadFollowUp {
        /// What was read.
        identifier: Identifier,
        /// Which part: 1 for the first follow-up, then counting.
        sequence: Option<NonZeroU8>,
    },
    /// 03 of 1997: the reply before, once more.
    ReadAgain {
        /// What was read; not every master says it.
        identifier: Option<Identifier>,
    },
    /// 13: the address of the only meter on the line.
    ReadAddress,
    /// 14, and 04 of 1997: new data for an identifier.
    Write {
        /// Which.
        identifier: Identifier,
        /// The right to do so.
        password: Password,
        /// Who does so.
        operator: Option<Operator>,
        /// The new data: up to 38 octets, and 44 in the 1997 edition.
        data: Data<'a>,
    },
    /// 15, and 0A of 1997: a new address for the only meter on the line.
    WriteAddress {
        /// Whose function.
        edition: Edition,
        /// The new address.
        address: Address,
    },
    /// 03 of 2007: a step of authentication, or data for the meter's security module (amendment).
    Authenticate {
        /// Which step: 07 comes first.
        identifier: Identifier,
        /// Who does so.
        operator: Operator,
        /// What the security module understands.
        data: Data<'a>,
    },
    /// 08: the time, mostly to [`Address::BROADCAST`], which nobody answers.
    BroadcastTime {
        /// The time.
        time: ClockTime,
    },
    /// 16: a copy of the registers.
    Freeze {
        /// When.
        time: FreezeTime,
    },
    /// 17, and 0C of 1997: another baud rate, once the meter has answered.
    ChangeBaudRate {
        /// Which.
        rate: BaudRate,
    },
    /// 18, and 0F of 1997: another password.
    ChangePassword {
        /// Which: 04000C01 to 04000C0A.
        identifier: Option<Identifier>,
        /// The one before, or one of a higher right.
        old: Password,
        /// The one from now on.
        new: Password,
    },
    /// 19, and 10 of 1997: the maximum demand back to zero.
    ClearMaximumDemand {
        /// The right to do so.
        password: Password,
        /// Who does so.
        operator: Option<Operator>,
    },
    /// 1A: the whole meter back to zero.
    ClearMeter {
        /// The right to do so.
        password: Password,
        /// Who does so.
        operator: Operator,
    },
    /// 1B: no events any more.
    ClearEvents {
        /// The right to do so.
        password: Password,
        /// Who does so.
        operator: Operator,
        /// Of which class, with FF as its lowest octet, or [`Identifier::ALL_EVENTS`].
        events: Identifier,
    },
    /// 1C: load, alarm and the hold on the load, in clear. In cipher it is [`Other`](Self::Other).
    ControlRelay {
        /// The right to do so.
        password: Password,
        /// Who does so.
        operator: Operator,
        /// What to do, N1.
        action: RelayAction,
        /// How long to trip in advance, N2, probably in units of 5 minutes; 0 for other actions.
        duration: u8,
        /// When the command ceases to be valid, N3 to N8.
        until: ClockTime,
    },
    /// 1D: another signal at the multi-function terminal.
    MultifunctionTerminal {
        /// Which.
        signal: TerminalSignal,
    },
    /// Any other function, and other data than a function has, as its data.
    Other {
        /// The function, 0 to 31.
        function: Function,
        /// What it asks.
        data: Data<'a>,
    },
}

/// A function's number by edition.
const fn by(edition: Edition, of_1997: Function, of_2007: Function) -> Function {
    match edition {
        Edition::Y1997 => of_1997,
        Edition::Y2007 => of_2007,
    }
}

/// The edition of a command, by a field that only 2007 has.
const fn edition_by<T>(field: Option<&T>) -> Edition {
    if field.is_some() { Edition::Y2007 } else { Edition::Y1997 }
}

impl<'a> Command<'a> {
    /// The function asked for.
    #[inline(always)]
    pub const fn function(&self) -> Function {
        use Function as F;
        match self {
            Self::Read { identifier } => by(identifier.edition(), F::READ_1997, F::READ),
            Self::ReadLoadRecords { .. } => F::READ,
            Self::ReadFollowUp { identifier, .. } => {
                by(identifier.edition(), F::READ_FOLLOW_UP_1997, F::READ_FOLLOW_UP)
            }
            Self::ReadAgain { .. } => F::READ_AGAIN,
            Self::ReadAddress => F::READ_ADDRESS,
            Self::Write { identifier, .. } => by(identifier.edition(), F::WRITE_1997, F::WRITE),
            Self::WriteAddress { edition, .. } => by(*edition, F::WRITE_ADDRESS_1997, F::WRITE_ADDRESS),
            Self::Authenticate { .. } => F::SECURITY_AUTHENTICATION,
            Self::BroadcastTime { .. } => F::BROADCAST_TIME,
            Self::Freeze { .. } => F::FREEZE,
            Self::ChangeBaudRate { rate } => {
                by(rate.edition(), F::CHANGE_BAUD_RATE_1997, F::CHANGE_BAUD_RATE)
            }
            Self::ChangePassword { identifier, .. } => {
                by(edition_by(identifier.as_ref()), F::CHANGE_PASSWORD_1997, F::CHANGE_PASSWORD)
            }
            Self::ClearMaximumDemand { operator, .. } => {
                by(edition_by(operator.as_ref()), F::CLEAR_MAXIMUM_DEMAND_1997, F::CLEAR_MAXIMUM_DEMAND)
            }
            Self::ClearMeter { .. } => F::CLEAR_METER,
            Self::ClearEvents { .. } => F::CLEAR_EVENTS,
            Self::ControlRelay { .. } => F::CONTROL_RELAY,
            Self::MultifunctionTerminal { .. } => F::MULTIFUNCTION_TERMINAL,
            Self::Other { function, .. } => *function,
        }
    }

    /// Reads the command in a frame, of the edition that [`Frame::edition`] tells.
    ///
    /// # Errors
    /// [`DecodeError::Control`] for a frame that is no command, [`DecodeError::Truncated`] for a read without
    /// an identifier, [`DecodeError::TooLong`] for a read of the address with data. Data that another
    /// function does not have is no error, but [`Other`](Self::Other).
    ///
    /// ```
    /// use dlt645::{Address, Command, Frame, Identifier};
    ///
    /// let command = Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY };
    /// let mut buffer = [0; 16];
    /// let octets = command.encode_frame(Address::ANY, &mut buffer)?;
    /// let frame = Frame::decode(octets).unwrap();
    /// assert_eq!((frame.address, Command::decode(&frame)), (Address::ANY, Ok(command)));
    /// # Ok::<(), dlt645::EncodeError>(())
    /// ```
    pub fn decode(frame: &Frame<'a>) -> Result<Self, DecodeError> {
        let Frame { control, data, .. } = *frame;
        let (function, edition) = (control.function(), frame.edition());
        if control != Control::command(function) {
            return Err(DecodeError::Control { control: control.0 });
        }
        let typed = match function {
            Function::READ | Function::READ_1997 => Self::read(identified(edition, data)?),
            Function::READ_FOLLOW_UP | Function::READ_FOLLOW_UP_1997 => {
                Self::read_follow_up(identified(edition, data)?)
            }
            Function::READ_ADDRESS => {
                exactly::<0>(data)?;
                Some(Self::ReadAddress)
            }
            _ if edition == Edition::Y1997 => Self::of_1997(function, data),
            _ => Self::of_2007(function, data),
        };
        Ok(typed.unwrap_or(Self::Other { function, data }))
    }

    fn read((identifier, rest): (Identifier, Data<'_>)) -> Option<Self> {
        if rest.is_empty() {
            return Some(Self::Read { identifier });
        }
        if identifier.edition() == Edition::Y1997 {
            return None;
        }
        let ([count], rest) = rest.split()?;
        let from = if rest.is_empty() { None } else { Some(RecordTime(rest.whole()?)) };
        Some(Self::ReadLoadRecords { identifier, count, from })
    }

    fn read_follow_up((identifier, rest): (Identifier, Data<'_>)) -> Option<Self> {
        let sequence = match identifier.edition() {
            Edition::Y1997 => rest.whole().map(|[]| None)?,
            Edition::Y2007 => Some(NonZeroU8::new(rest.whole().map(|[sequence]| sequence)?)?),
        };
        Some(Self::ReadFollowUp { identifier, sequence })
    }

    /// The functions of 1997, but for the reads.
    fn of_1997(function: Function, data: Data<'a>) -> Option<Self> {
        let edition = Edition::Y1997;
        Some(match function {
            Function::READ_AGAIN if data.is_empty() => Self::ReadAgain { identifier: None },
            Function::READ_AGAIN => {
                let (identifier, _) = Identifier::split(edition, data).filter(|(_, rest)| rest.is_empty())?;
                Self::ReadAgain { identifier: Some(identifier) }
            }
            Function::WRITE_1997 => {
                let (identifier, rest) = Identifier::split(edition, data)?;
                let (password, data) = Password::split(rest)?;
                Self::Write { identifier, password, operator: None, data }
            }
            Function::WRITE_ADDRESS_1997 => Self::WriteAddress { edition, address: Address(data.whole()?) },
            Function::CHANGE_BAUD_RATE_1997 => {
                Self::ChangeBaudRate { rate: data.whole().map(|[word]| BaudRate::Y1997(word))? }
            }
            Function::CHANGE_PASSWORD_1997 => {
                let (old, rest) = Password::split(data)?;
                Self::ChangePassword { identifier: None, old, new: Password::new(rest.whole()?) }
            }
            Function::CLEAR_MAXIMUM_DEMAND_1997 => {
                Self::ClearMaximumDemand { password: Password::new(data.whole()?), operator: None }
            }
            _ => return None,
        })
    }

    /// The functions of 2007, but for the reads.
    fn of_2007(function: Function, data: Data<'a>) -> Option<Self> {
        let edition = Edition::Y2007;
        Some(match function {
            Function::SECURITY_AUTHENTICATION => {
                let (identifier, rest) = Identifier::split(edition, data)?;
                let (operator, data) = Operator::split(rest)?;
                Self::Authenticate { identifier, operator, data }
            }
            Function::BROADCAST_TIME => Self::BroadcastTime { time: ClockTime(data.whole()?) },
            Function::WRITE => {
                let (identifier, rest) = Identifier::split(edition, data)?;
                let (password, operator, data) = rights(rest)?;
                Self::Write { identifier, password, operator: Some(operator), data }
            }
            Function::WRITE_ADDRESS => Self::WriteAddress { edition, address: Address(data.whole()?) },
            Function::FREEZE => Self::Freeze { time: FreezeTime(data.whole()?) },
            Function::CHANGE_BAUD_RATE => {
                Self::ChangeBaudRate { rate: data.whole().map(|[word]| BaudRate::Y2007(word))? }
            }
            Function::CHANGE_PASSWORD => {
                let (identifier, rest) = Identifier::split(edition, data)?;
                let (old, rest) = Password::split(rest)?;
                let new = Password::new(rest.whole()?);
                Self::ChangePassword { identifier: Some(identifier), old, new }
            }
            Function::CLEAR_MAXIMUM_DEMAND => {
                let (password, operator) = only_rights(data)?;
                Self::ClearMaximumDemand { password, operator: Some(operator) }
            }
            Function::CLEAR_METER => {
                let (password, operator) = only_rights(data)?;
                Self::ClearMeter { password, operator }
            }
            Function::CLEAR_EVENTS => {
                let (password, operator, rest) = rights(data)?;
                let events = Identifier::Y2007(u32::from_le_bytes(rest.whole()?));
                if !names_events(events) {
                    return None;
                }
                Self::ClearEvents { password, operator, events }
            }
            Function::CONTROL_RELAY => {
                let (password, operator, rest) = rights(data)?;
                let ([action, duration], rest) = rest.split()?;
                let (action, until) = (RelayAction(action), ClockTime(rest.whole()?));
                Self::ControlRelay { password, operator, action, duration, until }
            }
            Function::MULTIFUNCTION_TERMINAL => {
                Self::MultifunctionTerminal { signal: data.whole().map(|[signal]| TerminalSignal(signal))? }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
