//! A request, as far as its answer has to fit it.

use crate::length::Length;
use crate::pdu::{IDENTIFICATION, Request, answer_octets};
use crate::{Dialect, Frame, FunctionCode, UnitId};

/// A request, as far as its answer has to fit it: unit, function, count and echoed fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Asked {
    /// How the request's frame begins; zeros behind a shorter one.
    head: [u8; 10],
    answer: Answer,
}

/// What the answer has to be like, unless it is an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Answer {
    /// The whole request, of so many octets.
    Repeated { length: usize },
    /// Eight octets, so many of which the request has too.
    Echo { fields: usize },
    /// The byte count `octets`, of `registers` if it is registers.
    Counted { octets: u8, registers: u8 },
    /// What the function says, of one interface.
    Interface(u8),
    /// What the function says.
    Any,
}

impl Asked {
    /// What the answer to a request's frame has to fit; `None` if the octets are too few for a frame.
    pub fn new(frame: &[u8]) -> Option<Self> {
        let [unit, pdu @ .., _, _] = frame else { return None };
        // Nothing but a write without its count fails to decode and is answered all the same.
        let answer = match (Request::decode(pdu), pdu) {
            (Ok(request), _) => answer(&request, frame.len()),
            (Err(_), [0x10, ..]) => Answer::Echo { fields: 6 },
            (Err(_), _) => Answer::Any,
        };
        Some(Self { head: head([unit].into_iter().chain(pdu)), answer })
    }

    /// The same, of a request that is known.
    #[inline(always)]
    pub(crate) fn of(request: &Request<'_>, frame: &[u8]) -> Self {
        Self { head: head(frame.iter()), answer: answer(request, frame.len()) }
    }

    /// The unit that was asked.
    pub const fn unit(&self) -> UnitId {
        let [unit, ..] = self.head;
        UnitId(unit)
    }

    /// The function it was asked for.
    pub const fn function(&self) -> FunctionCode {
        let [_, function, ..] = self.head;
        FunctionCode(function)
    }

    /// Whether the answer repeats the whole request.
    pub(crate) const fn is_repeated(&self) -> bool {
        matches!(self.answer, Answer::Repeated { .. })
    }

    /// How long the answer at the head of a stream is; `None` if no answer begins like this. Where the request does
    /// not say, `length` does.
    #[inline]
    pub(crate) fn answer_length(
        &self,
        dialect: Dialect,
        octets: &[u8],
        length: impl FnOnce(&[u8]) -> Length,
    ) -> Option<Length> {
        let (unit, function) = (self.unit().0, self.function());
        match *octets {
            [from, code, ..] if from == unit && code == function.0 => {}
            [from, code, ..] if from == unit && code == function.0 | FunctionCode::EXCEPTION => {
                return Some(Length::Octets(5));
            }
            [from] if from == unit => return Some(Length::Undecided(Frame::MIN_LEN)),
            _ => return None,
        }
        let echo = |fields: usize, length: usize| {
            let mut fields = octets.iter().zip(self.head.iter().take(fields));
            if fields.all(|(octet, field)| octet == field) { Length::Octets(length) } else { Length::Unasked }
        };
        Some(match self.answer {
            Answer::Repeated { length } => echo(length - 2, length),
            Answer::Echo { fields } => echo(fields, 8),
            Answer::Counted { octets: expected, registers } => match octets.get(2) {
                None => Length::Undecided(3),
                Some(&count) if count == expected => Length::Octets(5 + usize::from(count)),
                Some(&count)
                    if dialect.wide_registers
                        && registers != 0
                        && u16::from(count) == 4 * u16::from(registers) =>
                {
                    Length::Octets(5 + usize::from(count))
                }
                Some(&count) if dialect.count_of_registers && registers != 0 && count == registers => {
                    Length::Octets(5 + 2 * usize::from(count))
                }
                Some(_) => Length::Unasked,
            },
            Answer::Interface(interface) if octets.get(2).is_some_and(|octet| *octet != interface) => {
                Length::Unasked
            }
            Answer::Interface(_) | Answer::Any => length(octets),
        })
    }
}

/// The first octets.
fn head<'a>(octets: impl Iterator<Item = &'a u8>) -> [u8; 10] {
    let mut head = [0; 10];
    head.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    head
}

#[inline(always)]
fn answer(request: &Request<'_>, frame_len: usize) -> Answer {
    let counted = |octets: usize, registers: u16| match (u8::try_from(octets), u8::try_from(registers)) {
        (Ok(octets), Ok(registers)) => Answer::Counted { octets, registers },
        _ => Answer::Any,
    };
    match *request {
        Request::ReadCoils { range } | Request::ReadDiscreteInputs { range } => {
            counted(usize::from(range.quantity()).div_ceil(8), 0)
        }
        Request::ReadHoldingRegisters { range }
        | Request::ReadInputRegisters { range }
        | Request::ReadWriteMultipleRegisters { read: range, .. } => {
            counted(2 * usize::from(range.quantity()), range.quantity())
        }
        Request::ReadFileRecord { ranges } => counted(answer_octets(ranges), 0),
        Request::WriteSingleCoil { .. }
        | Request::WriteSingleRegister { .. }
        | Request::MaskWriteRegister { .. }
        | Request::WriteFileRecord { .. } => Answer::Repeated { length: frame_len },
        Request::Diagnostics { diagnostic, .. } if diagnostic.is_echoed() => {
            Answer::Repeated { length: frame_len }
        }
        Request::Diagnostics { .. } => Answer::Echo { fields: 4 },
        Request::WriteMultipleCoils { .. } | Request::WriteMultipleRegisters { .. } => {
            Answer::Echo { fields: 6 }
        }
        Request::ReadDeviceIdentification { .. } => Answer::Interface(IDENTIFICATION),
        Request::EncapsulatedInterface { interface, .. } => Answer::Interface(interface),
        _ => Answer::Any,
    }
}
