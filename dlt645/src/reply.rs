//! What a meter answers (DL/T 645-2007, chapter 7; DL/T 645-1997, chapter 7).

use core::num::NonZeroU8;

use meter_value::line::Writer;

use crate::fields::{NONE, exactly, identified, in_edition, is_security};
use crate::frame::{self, Payload, SECURITY};
use crate::{
    Address, BaudRate, Control, Data, DecodeError, Direction, Edition, EncodeError, Frame, Function,
    Identifier, Password, Refusal, RelayStatus, TerminalSignal, Values,
};

/// What a meter answers. The fields tell the edition, and with it the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reply<'a> {
    /// 91 and B1, and 81 and A1 of 1997: data; [`values`](Self::values) reads it.
    Read {
        /// What was asked for.
        identifier: Identifier,
        /// What follows the identifier.
        data: Data<'a>,
        /// Whether more follows.
        more: bool,
    },
    /// 92 and B2, and 82 and A2 of 1997: what did not fit the reply before.
    ReadFollowUp {
        /// What was asked for; another one if an event waits instead.
        identifier: Identifier,
        /// What follows the data of the reply before.
        data: Data<'a>,
        /// Which part: 1 for the first follow-up, then counting; `None` in the 1997 edition.
        sequence: Option<NonZeroU8>,
        /// Whether more follows.
        more: bool,
    },
    /// 83 and A3 of 1997: the reply before, once more; [`values`](Self::values) reads it.
    ReadAgain {
        /// What was read.
        identifier: Identifier,
        /// What follows the identifier.
        data: Data<'a>,
        /// Whether more follows.
        more: bool,
    },
    /// 93: the meter's address.
    Address(Address),
    /// 83 of 2007: what the meter's security module says.
    Authenticate {
        /// Which step.
        identifier: Identifier,
        /// What follows the identifier.
        data: Data<'a>,
    },
    /// 97, and 8C of 1997: the baud rate from now on.
    ChangeBaudRate {
        /// Which.
        rate: BaudRate,
    },
    /// 98, and 8F of 1997: the password from now on.
    ChangePassword {
        /// Whose function.
        edition: Edition,
        /// Which.
        password: Password,
    },
    /// 9C with a status, of newer meters; of others, [`Accepted`](Self::Accepted).
    ControlRelay {
        /// What the load and the alarm do.
        status: RelayStatus,
    },
    /// 9D: the signal from now on.
    MultifunctionTerminal {
        /// Which.
        signal: TerminalSignal,
    },
    /// The command was done, and there is nothing to say: 94, 95, 96, 99 to 9C, of 1997 84, 8A and 90, and
    /// what some meters answer to 08 and 0C.
    Accepted {
        /// The function that was asked for.
        function: Function,
    },
    /// The command was refused.
    Failed {
        /// The function that was asked for, 0 to 31.
        function: Function,
        /// The reasons.
        error: Refusal,
    },
    /// Any other reply or refusal, and other data than a reply has, as its data.
    Other {
        /// The function, and whether the reply refuses or has more to follow.
        control: Control,
        /// What it answers.
        data: Data<'a>,
    },
}

impl<'a> Reply<'a> {
    /// The function answered or refused.
    pub const fn function(&self) -> Function {
        use Function as F;
        match self {
            Self::Read { identifier: Identifier::Y1997(_), .. } => F::READ_1997,
            Self::Read { identifier: Identifier::Y2007(_), .. } => F::READ,
            Self::ReadFollowUp { identifier: Identifier::Y1997(_), .. } => F::READ_FOLLOW_UP_1997,
            Self::ReadFollowUp { identifier: Identifier::Y2007(_), .. } => F::READ_FOLLOW_UP,
            Self::ReadAgain { .. } => F::READ_AGAIN,
            Self::Address(_) => F::READ_ADDRESS,
            Self::Authenticate { .. } => F::SECURITY_AUTHENTICATION,
            Self::ChangeBaudRate { rate: BaudRate::Y1997(_) } => F::CHANGE_BAUD_RATE_1997,
            Self::ChangeBaudRate { rate: BaudRate::Y2007(_) } => F::CHANGE_BAUD_RATE,
            Self::ChangePassword { edition: Edition::Y1997, .. } => F::CHANGE_PASSWORD_1997,
            Self::ChangePassword { edition: Edition::Y2007, .. } => F::CHANGE_PASSWORD,
            Self::ControlRelay { .. } => F::CONTROL_RELAY,
            Self::MultifunctionTerminal { .. } => F::MULTIFUNCTION_TERMINAL,
            Self::Accepted { function } | Self::Failed { function, .. } => *function,
            Self::Other { control, .. } => control.function(),
        }
    }

    /// The values of [`Reply::Read`] and [`Reply::ReadAgain`]; of any other reply, none.
    ///
    /// If more follows, the last value may be cut: put the data of all frames together first and read it
    /// with [`Identifier::values`].
    pub fn values(&self) -> Values<'a> {
        match *self {
            Self::Read { identifier, data, .. } | Self::ReadAgain { identifier, data, .. } => {
                identifier.values(data)
            }
            _ => Values::EMPTY,
        }
    }

    /// Reads the reply in a frame, of the edition that [`Frame::edition`] tells.
    ///
    /// # Errors
    /// [`DecodeError::Control`] for a frame that is no reply, [`DecodeError::Truncated`] for the answer to a
    /// read without an identifier or sequence, that or [`DecodeError::TooLong`] for an address of other than
    /// 6 octets. Data that another function does not have is no error, but [`Other`](Self::Other).
    ///
    /// ```
    /// use dlt645::{Frame, Refusal, RelayErrors, Reply};
    ///
    /// let frame = Frame::decode(&[
    ///     0x68, 0x61, 0x01, 0x00, 0x00, 0x00, 0x00, 0x68, 0xDC, 0x02, 0x37, 0x33, 0x7A, 0x16,
    /// ])?;
    /// let Reply::Failed { error, .. } = Reply::decode(&frame)? else { panic!() };
    /// assert_eq!(error, Refusal::Relay(RelayErrors::UNAUTHORISED));
    /// # Ok::<(), dlt645::DecodeError>(())
    /// ```
    pub fn decode(frame: &Frame<'a>) -> Result<Self, DecodeError> {
        let Frame { control, data, .. } = *frame;
        let (function, more) = (control.function(), control.has_more());
        if control.direction() == Direction::Command {
            return Err(DecodeError::Control { control: control.0 });
        }
        let typed = match function {
            _ if control.is_failed() => Refusal::decode(function, data)
                .filter(|_| !more)
                .map(|error| Self::Failed { function, error }),
            Function::READ | Function::READ_1997 => return Self::read(frame),
            Function::READ_FOLLOW_UP | Function::READ_FOLLOW_UP_1997 => return Self::follow_up(frame),
            Function::READ_AGAIN if frame.edition() == Edition::Y1997 => {
                let identified = Identifier::split(Edition::Y1997, data);
                identified.map(|(identifier, data)| Self::ReadAgain { identifier, data, more })
            }
            _ if more => None,
            Function::READ_ADDRESS => Some(Self::Address(Address(exactly(data)?))),
            _ => Self::other(function, data),
        };
        Ok(typed.unwrap_or(Self::Other { control, data }))
    }

    /// What 11, or 01 of 1997, is answered with.
    pub(crate) fn read(frame: &Frame<'a>) -> Result<Self, DecodeError> {
        let (identifier, data) = identified(frame.edition(), frame.data)?;
        Ok(Self::Read { identifier, data, more: frame.control.has_more() })
    }

    /// What 12, or 02 of 1997, is answered with.
    pub(crate) fn follow_up(frame: &Frame<'a>) -> Result<Self, DecodeError> {
        let Frame { control, data, .. } = *frame;
        let (edition, more) = (frame.edition(), control.has_more());
        let (identifier, rest) = identified(edition, data)?;
        if edition == Edition::Y1997 {
            return Ok(Self::ReadFollowUp { identifier, data: rest, sequence: None, more });
        }
        let last = rest.len().checked_sub(1);
        let (Some(sequence), Some(data)) =
            (last.and_then(|last| rest.at(last)), last.and_then(|last| rest.range(..last)))
        else {
            return Err(DecodeError::Truncated { needed: 5, have: data.len() });
        };
        Ok(match NonZeroU8::new(sequence) {
            sequence @ Some(_) => Self::ReadFollowUp { identifier, data, sequence, more },
            None => Self::Other { control, data: frame.data },
        })
    }

    /// Replies that are no data, are not refused, and have no more to follow.
    fn other(function: Function, data: Data<'a>) -> Option<Self> {
        use Function as F;
        Some(match function {
            F::SECURITY_AUTHENTICATION => {
                let (identifier, data) = Identifier::split(Edition::Y2007, data)?;
                Self::Authenticate { identifier, data }
            }
            function if data.is_empty() && is_accepted(function) => Self::Accepted { function },
            F::CHANGE_BAUD_RATE | F::CHANGE_BAUD_RATE_1997 => {
                let [word] = data.whole()?;
                let is_2007 = function == F::CHANGE_BAUD_RATE;
                let rate = if is_2007 { BaudRate::Y2007(word) } else { BaudRate::Y1997(word) };
                Self::ChangeBaudRate { rate }
            }
            F::CHANGE_PASSWORD | F::CHANGE_PASSWORD_1997 => {
                Self::ChangePassword { edition: function.edition()?, password: Password::new(data.whole()?) }
            }
            F::CONTROL_RELAY => Self::ControlRelay { status: RelayStatus(u16::from_le_bytes(data.whole()?)) },
            F::MULTIFUNCTION_TERMINAL => {
                Self::MultifunctionTerminal { signal: data.whole().map(|[signal]| TerminalSignal(signal))? }
            }
            _ => return None,
        })
    }

    /// Writes the whole frame from `address`, without a preamble, and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a function that does not exist, fields that do not go together, too much data, or a
    /// buffer too small.
    pub fn encode_frame<'b>(&self, address: Address, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.put(address, &mut writer)?;
        Ok(writer.finish()?)
    }

    pub(crate) fn put(&self, address: Address, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        let control = self.control();
        let mut room = [0; HEAD];
        let mut head = Writer::new(&mut room);
        let data = match *self {
            // Only what reads back as the same is written.
            Self::Other { data, .. } => match Self::decode(&Frame { address, control, data }) {
                Ok(same) if same == *self => data,
                _ => return Err(EncodeError::Function { function }),
            },
            _ => self.put_fields(&mut head)?,
        };
        let foot = match *self {
            Self::ReadFollowUp { sequence, .. } => sequence.map(NonZeroU8::get),
            _ => None,
        };
        frame::put(writer, address, control, Payload { head: head.written(), data, foot })
    }

    fn control(&self) -> Control {
        let function = self.function();
        match *self {
            Self::Other { control, .. } => control,
            Self::Failed { .. } => Control::failure(function),
            Self::Read { more, .. } | Self::ReadFollowUp { more, .. } | Self::ReadAgain { more, .. } => {
                Control::reply(function, more)
            }
            _ => Control::reply(function, false),
        }
    }

    /// Writes all fields but the data they end with, and returns that.
    fn put_fields(&self, head: &mut Writer<'_>) -> Result<Data<'a>, EncodeError> {
        let function = self.function();
        match *self {
            Self::Read { identifier, data, .. } => {
                identifier.put(head);
                return Ok(data);
            }
            Self::ReadFollowUp { identifier, data, sequence, .. } => {
                in_edition(function, identifier.edition(), sequence.is_some())?;
                identifier.put(head);
                return Ok(data);
            }
            Self::ReadAgain { identifier, data, .. } => {
                // With 07 as its fourth octet it would be of 2007.
                if identifier.edition() != Edition::Y1997 || data.at(1) == Some(SECURITY) {
                    return Err(EncodeError::Identifier { function, identifier });
                }
                identifier.put(head);
                return Ok(data);
            }
            Self::Authenticate { identifier, data } => {
                if !is_security(identifier) {
                    return Err(EncodeError::Identifier { function, identifier });
                }
                identifier.put(head);
                return Ok(data);
            }
            Self::Address(address) => head.put(&address.0),
            Self::ChangeBaudRate { rate } => head.put(&[rate.word()]),
            Self::ChangePassword { password, .. } => password.put(head),
            Self::ControlRelay { status } => head.put(&status.0.to_le_bytes()),
            Self::MultifunctionTerminal { signal } => head.put(&[signal.0]),
            Self::Accepted { function } if is_accepted(function) => {}
            Self::Failed { .. } if Control::failure(function).function() != function => {
                return Err(EncodeError::Function { function });
            }
            Self::Failed { error, .. } if error.is_of(function) => error.put(head),
            Self::Failed { .. } => return Err(EncodeError::Refusal { function }),
            Self::Accepted { .. } | Self::Other { .. } => return Err(EncodeError::Function { function }),
        }
        Ok(NONE)
    }
}

/// Octets of the fields before the data, or without data: those of [`Reply::Address`].
const HEAD: usize = 6;

/// Whether a reply to the function can be without data.
const fn is_accepted(function: Function) -> bool {
    use Function as F;
    matches!(
        function,
        F::WRITE_1997
            | F::BROADCAST_TIME
            | F::WRITE_ADDRESS_1997
            | F::CHANGE_BAUD_RATE_1997
            | F::CLEAR_MAXIMUM_DEMAND_1997
            | F::WRITE
            | F::WRITE_ADDRESS
            | F::FREEZE
            | F::CLEAR_MAXIMUM_DEMAND
            | F::CLEAR_METER
            | F::CLEAR_EVENTS
            | F::CONTROL_RELAY
    )
}

#[cfg(test)]
mod tests;
