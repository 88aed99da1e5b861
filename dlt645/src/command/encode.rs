//! Commands into frames.

use core::num::NonZeroU8;

use meter_value::line::Writer;

use super::Command;
use crate::fields::{NONE, in_edition, is_security, names_events};
use crate::frame::{self, Payload};
use crate::{Address, Control, Data, Edition, EncodeError, Frame};

impl<'a> Command<'a> {
    /// Writes the whole frame to `address`, without a preamble, and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a function that does not exist, fields that do not go together, too much data, or a
    /// buffer too small.
    pub fn encode_frame<'b>(&self, address: Address, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.put(address, &mut writer)?;
        Ok(writer.finish()?)
    }

    #[inline(always)]
    pub(crate) fn put(&self, address: Address, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        let control = Control::command(function);
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
        let payload = Payload { head: head.written(), data, foot: None };
        let (have, limit) = (payload.len(), Frame::MAX_WRITE_DATA);
        if matches!(self, Self::Write { .. }) && have > limit {
            return Err(EncodeError::DataLength { have, limit });
        }
        frame::put(writer, address, control, payload)
    }

    /// Writes all fields but the data they end with, and returns that.
    #[inline(always)]
    fn put_fields(&self, head: &mut Writer<'_>) -> Result<Data<'a>, EncodeError> {
        self.check()?;
        match *self {
            Self::ReadAddress => {}
            Self::Read { identifier } => identifier.put(head),
            Self::ReadLoadRecords { identifier, count, from } => {
                identifier.put(head);
                head.put(&[count]);
                from.iter().for_each(|time| head.put(&time.0));
            }
            Self::ReadFollowUp { identifier, sequence } => {
                identifier.put(head);
                head.extend(sequence.map(NonZeroU8::get));
            }
            Self::ReadAgain { identifier } => identifier.iter().for_each(|identifier| identifier.put(head)),
            Self::Write { identifier, password, operator, data } => {
                identifier.put(head);
                password.put(head);
                operator.iter().for_each(|operator| operator.put(head));
                return Ok(data);
            }
            Self::WriteAddress { address, .. } => head.put(&address.0),
            Self::Authenticate { identifier, operator, data } => {
                identifier.put(head);
                operator.put(head);
                return Ok(data);
            }
            Self::BroadcastTime { time } => head.put(&time.0),
            Self::Freeze { time } => head.put(&time.0),
            Self::ChangeBaudRate { rate } => head.put(&[rate.word()]),
            Self::ChangePassword { identifier, old, new } => {
                identifier.iter().for_each(|identifier| identifier.put(head));
                old.put(head);
                new.put(head);
            }
            Self::ClearMaximumDemand { password, operator } => {
                password.put(head);
                operator.iter().for_each(|operator| operator.put(head));
            }
            Self::ClearMeter { password, operator } => {
                password.put(head);
                operator.put(head);
            }
            Self::ClearEvents { password, operator, events } => {
                password.put(head);
                operator.put(head);
                events.put(head);
            }
            Self::ControlRelay { password, operator, action, duration, until } => {
                password.put(head);
                operator.put(head);
                head.put(&[action.0, duration]);
                head.put(&until.0);
            }
            Self::MultifunctionTerminal { signal } => head.put(&[signal.0]),
            Self::Other { data, .. } => return Ok(data),
        }
        Ok(NONE)
    }

    /// The fields go together.
    #[inline(always)]
    fn check(&self) -> Result<(), EncodeError> {
        let function = self.function();
        let (identifier, is_taken) = match *self {
            Self::ReadLoadRecords { identifier, .. } => (identifier, identifier.edition() == Edition::Y2007),
            Self::ReadAgain { identifier: Some(identifier) } => {
                (identifier, identifier.edition() == Edition::Y1997)
            }
            Self::ChangePassword { identifier: Some(identifier), .. } => {
                (identifier, identifier.edition() == Edition::Y2007)
            }
            Self::Authenticate { identifier, .. } => (identifier, is_security(identifier)),
            Self::ClearEvents { events, .. } => (events, names_events(events)),
            Self::ReadFollowUp { identifier, sequence } => {
                return in_edition(function, identifier.edition(), sequence.is_some());
            }
            Self::Write { identifier, operator, .. } => {
                return in_edition(function, identifier.edition(), operator.is_some());
            }
            _ => return Ok(()),
        };
        if is_taken { Ok(()) } else { Err(EncodeError::Identifier { function, identifier }) }
    }
}

/// Octets of the fields before the data, or without data: those of [`Command::ControlRelay`].
const HEAD: usize = 16;
