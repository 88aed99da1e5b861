//! What a frame asks or answers (DL/T 645-2007, chapter 7).
//!
//! Reading data and the address is typed, and so are refusals; every other function is kept as its data.

use core::fmt;

use meter_value::line::Writer;

use crate::frame::{self, Frame};
use crate::{
    Address, Control, Data, DecodeError, Direction, Edition, EncodeError, Function, Identifier, Values,
};

/// What a master asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'a> {
    /// 11: a piece of data, or a block.
    Read {
        /// Which.
        identifier: Identifier,
    },
    /// 13: the address of the only meter on the line.
    ReadAddress,
    /// Any other function, or a read with more than an identifier (load records), as its data.
    Other {
        /// The function, 0 to 31.
        function: Function,
        /// What it asks.
        data: Data<'a>,
    },
}

/// What a meter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reply<'a> {
    /// 91 and B1: data; [`values`](Self::values) reads it.
    Read {
        /// What was asked for.
        identifier: Identifier,
        /// What follows the identifier.
        data: Data<'a>,
        /// Whether more follows.
        more: bool,
    },
    /// 93: the meter's address.
    Address(Address),
    /// The command was refused with one octet of reasons.
    Failed {
        /// The function that was asked for, 0 to 31.
        function: Function,
        /// The reasons.
        error: ErrorFlags,
    },
    /// Any other reply, as its data; a refusal too, if it has other data than one octet.
    Other {
        /// The function, and whether the reply refuses or has more to follow.
        control: Control,
        /// What it answers.
        data: Data<'a>,
    },
}

impl<'a> Command<'a> {
    /// The function asked for.
    pub const fn function(&self) -> Function {
        match self {
            Self::Read { .. } => Function::READ,
            Self::ReadAddress => Function::READ_ADDRESS,
            Self::Other { function, .. } => *function,
        }
    }

    /// Reads the command in a frame.
    ///
    /// # Errors
    /// [`DecodeError::Control`] for a frame that is no command, [`DecodeError::Truncated`] or
    /// [`DecodeError::TooLong`] for data the function does not have.
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
        let function = control.function();
        if control != Control::command(function) {
            return Err(DecodeError::Control { control: control.0 });
        }
        match function {
            Function::READ => match identified(data)? {
                (identifier, rest) if rest.is_empty() => Ok(Self::Read { identifier }),
                _ => Ok(Self::Other { function, data }),
            },
            Function::READ_ADDRESS => {
                exactly::<0>(data)?;
                Ok(Self::ReadAddress)
            }
            _ => Ok(Self::Other { function, data }),
        }
    }

    /// Writes the whole frame to `address`, without a preamble, and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a function that does not exist, too much data, or a buffer too small.
    pub fn encode_frame<'b>(&self, address: Address, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.put(address, &mut writer)?;
        Ok(writer.finish()?)
    }

    pub(crate) fn put(&self, address: Address, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        let control = Control::command(function);
        match *self {
            Self::Read { identifier } => {
                identifier.octets(|head| frame::put(writer, address, control, head, NONE))
            }
            Self::ReadAddress => frame::put(writer, address, control, &[], NONE),
            // Only what reads back as the same is written.
            Self::Other { data, .. } => match Self::decode(&Frame { address, control, data }) {
                Ok(same) if same == *self => frame::put(writer, address, control, &[], data),
                _ => Err(EncodeError::Function { function }),
            },
        }
    }
}

impl<'a> Reply<'a> {
    /// The function answered or refused.
    pub const fn function(&self) -> Function {
        match self {
            Self::Read { .. } => Function::READ,
            Self::Address(_) => Function::READ_ADDRESS,
            Self::Failed { function, .. } => *function,
            Self::Other { control, .. } => control.function(),
        }
    }

    /// The values of [`Reply::Read`]; of any other reply, none.
    ///
    /// If more follows, the last value may be cut: put the data of all frames together first and read it
    /// with [`Identifier::values`].
    pub fn values(&self) -> Values<'a> {
        match *self {
            Self::Read { identifier, data, .. } => identifier.values(data),
            _ => Values::EMPTY,
        }
    }

    /// Reads the reply in a frame.
    ///
    /// # Errors
    /// [`DecodeError::Control`] for a frame that is no reply, [`DecodeError::Truncated`] or
    /// [`DecodeError::TooLong`] for data the function does not have.
    pub fn decode(frame: &Frame<'a>) -> Result<Self, DecodeError> {
        let Frame { control, data, .. } = *frame;
        let (function, more) = (control.function(), control.has_more());
        if control.direction() == Direction::Command {
            return Err(DecodeError::Control { control: control.0 });
        }
        if control.is_failed() {
            return Ok(match exactly(data) {
                Ok([error]) if !more => Self::Failed { function, error: ErrorFlags(error) },
                _ => Self::Other { control, data },
            });
        }
        match function {
            Function::READ => {
                let (identifier, data) = identified(data)?;
                Ok(Self::Read { identifier, data, more })
            }
            Function::READ_ADDRESS if !more => Ok(Self::Address(Address(exactly(data)?))),
            _ => Ok(Self::Other { control, data }),
        }
    }

    /// Writes the whole frame from `address`, without a preamble, and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a function that does not exist, too much data, or a buffer too small.
    pub fn encode_frame<'b>(&self, address: Address, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.put(address, &mut writer)?;
        Ok(writer.finish()?)
    }

    pub(crate) fn put(&self, address: Address, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let function = self.function();
        match *self {
            Self::Read { identifier, data, more } => {
                let control = Control::reply(function, more);
                identifier.octets(|head| frame::put(writer, address, control, head, data))
            }
            Self::Address(its) => frame::put(writer, address, Control::reply(function, false), &its.0, NONE),
            Self::Failed { error, .. } => match Control::failure(function) {
                control if control.function() == function => {
                    frame::put(writer, address, control, &[error.0], NONE)
                }
                _ => Err(EncodeError::Function { function }),
            },
            // Only what reads back as the same is written.
            Self::Other { control, data } => match Self::decode(&Frame { address, control, data }) {
                Ok(same) if same == *self => frame::put(writer, address, control, &[], data),
                _ => Err(EncodeError::Function { function }),
            },
        }
    }
}

const NONE: Data<'_> = Data::plain(&[]);

/// Data that starts with an identifier, and what follows it.
fn identified(data: Data<'_>) -> Result<(Identifier, Data<'_>), DecodeError> {
    Identifier::split(Edition::Y2007, data).ok_or(DecodeError::Truncated { needed: 4, have: data.len() })
}

/// Data of `N` octets.
fn exactly<const N: usize>(data: Data<'_>) -> Result<[u8; N], DecodeError> {
    let have = data.len();
    match data.split() {
        Some((octets, rest)) if rest.is_empty() => Ok(octets),
        Some(_) => Err(DecodeError::TooLong { limit: N, have }),
        None => Err(DecodeError::Truncated { needed: N, have }),
    }
}

/// Why a meter refuses a command: every reason is a bit (DL/T 645-2007, chapter 7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ErrorFlags(pub u8);

const REASONS: [&str; 8] = [
    "other error",
    "no such data",
    "password wrong or unauthorised",
    "baud rate cannot change",
    "too many year zones",
    "too many day slots",
    "too many tariffs",
    "reserved error",
];

impl ErrorFlags {
    /// A reason without a bit of its own.
    pub const OTHER: Self = Self(1 << 0);
    /// The meter does not have the data.
    pub const NO_SUCH_DATA: Self = Self(1 << 1);
    /// The password is wrong, or does not give the right.
    pub const UNAUTHORISED: Self = Self(1 << 2);
    /// The meter does not have the baud rate.
    pub const BAUD_RATE: Self = Self(1 << 3);
    /// The meter has fewer year zones.
    pub const YEAR_ZONES: Self = Self(1 << 4);
    /// The meter has fewer day slots.
    pub const DAY_SLOTS: Self = Self(1 << 5);
    /// The meter has fewer tariffs.
    pub const TARIFFS: Self = Self(1 << 6);

    /// Whether every reason of `other` is given.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the reasons, in lower case.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        REASONS.iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| *name)
    }
}

impl fmt::Display for ErrorFlags {
    /// The names of the reasons, with commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("no reason");
        }
        for (index, name) in self.names().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for ErrorFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorFlags({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn frame(control: u8, data: &[u8]) -> Frame<'_> {
        Frame { address: Address::ANY, control: Control(control), data: Data::plain(data) }
    }

    #[test]
    fn a_command_has_the_data_of_its_function() {
        let decode = |control, data: &'static [u8]| Command::decode(&frame(control, data));
        let data = Data::plain(&[0, 0, 1, 6, 3]);
        let records = Command::Other { function: Function::READ, data };
        assert_eq!(decode(0x11, &[0, 0, 1, 6, 3]), Ok(records));
        assert_eq!(decode(0x11, &[0, 0, 1]), Err(DecodeError::Truncated { needed: 4, have: 3 }));
        assert_eq!(decode(0x13, &[0]), Err(DecodeError::TooLong { limit: 0, have: 1 }));
        for control in [0x91, 0x51, 0x31] {
            assert_eq!(decode(control, &[0; 4]), Err(DecodeError::Control { control }));
        }
    }

    #[test]
    fn a_reply_has_the_data_of_its_function() {
        let decode = |control, data: &'static [u8]| Reply::decode(&frame(control, data));
        let (identifier, data) = (Identifier::VOLTAGE_A, Data::plain(&[0x97]));
        let cut = Reply::Read { identifier, data, more: true };
        assert_eq!(decode(0xB1, &[0, 1, 1, 2, 0x97]), Ok(cut));
        assert_eq!(decode(0x91, &[]), Err(DecodeError::Truncated { needed: 4, have: 0 }));
        assert_eq!(decode(0x93, &[0; 5]), Err(DecodeError::Truncated { needed: 6, have: 5 }));
        assert_eq!(decode(0x11, &[0; 4]), Err(DecodeError::Control { control: 0x11 }));
        let refused = Reply::Failed { function: Function::CONTROL_RELAY, error: ErrorFlags::UNAUTHORISED };
        assert_eq!(decode(0xDC, &[4]), Ok(refused));
        let status = Reply::Other { control: Control(0xDC), data: Data::plain(&[4, 0]) };
        assert_eq!(decode(0xDC, &[4, 0]), Ok(status));
        for control in [0xB3, 0xF1] {
            let odd = Reply::Other { control: Control(control), data: Data::plain(&[1]) };
            assert_eq!(decode(control, &[1]), Ok(odd));
        }
    }

    #[test]
    fn what_has_a_variant_of_its_own_is_not_written_as_another() {
        let mut buffer = [0; 32];
        for (function, data) in [(0x11, &[0; 4][..]), (0x11, &[0; 3]), (0x13, &[]), (0x20, &[]), (0x91, &[])]
        {
            let function = Function(function);
            let command = Command::Other { function, data: Data::plain(data) };
            let refused = Err(EncodeError::Function { function });
            assert_eq!(command.encode_frame(Address::ANY, &mut buffer), refused);
        }
        for (control, data) in [(0x91, &[0; 4][..]), (0xD4, &[1]), (0x93, &[0; 6]), (0x14, &[])] {
            let control = Control(control);
            let reply = Reply::Other { control, data: Data::plain(data) };
            let refused = Err(EncodeError::Function { function: control.function() });
            assert_eq!(reply.encode_frame(Address::ANY, &mut buffer), refused);
        }
        let function = Function(0x34);
        let reply = Reply::Failed { function, error: ErrorFlags::OTHER };
        let refused = Err(EncodeError::Function { function });
        assert_eq!(reply.encode_frame(Address::ANY, &mut buffer), refused);
    }

    #[test]
    fn reasons_print_by_name() {
        assert_eq!(ErrorFlags(0b110).to_string(), "no such data, password wrong or unauthorised");
        assert_eq!(ErrorFlags(0).to_string(), "no reason");
        assert_eq!(ErrorFlags(0x80).to_string(), "reserved error");
        assert!(ErrorFlags(0b110).contains(ErrorFlags::NO_SUCH_DATA));
        assert!(!ErrorFlags(0b110).contains(ErrorFlags::OTHER));
    }
}
