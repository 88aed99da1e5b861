//! How long frames are and what answers what, by Modbus Application Protocol V1.1b3, section 6: a model that
//! sees all octets at once.

use core::ops::RangeInclusive;

use modbus_rtu::{Diagnostic, Dialect, Direction, Registers, Request, Response};

use super::intact;

/// How long a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Octets(usize),
    /// So many if they are intact; else a silence tells.
    Usually(usize),
    /// A silence tells.
    Silence,
}

/// The length of the frame that octets begin with, if there is such a frame.
pub(super) fn length(direction: Direction, octets: &[u8]) -> Option<Length> {
    use Direction::{Request, Response};
    let counted = |place: usize, fixed: usize, possible: RangeInclusive<u8>, unit: u8| {
        let count = *octets.get(place)?;
        let is_possible = possible.contains(&count) && count % unit == 0;
        is_possible.then_some(fixed + usize::from(count))
    };
    Some(Length::Octets(match (direction, *octets.get(1)?) {
        (_, 0) | (Request, 0x80..) => return None,
        (Request, 0x01..=0x04) | (_, 0x05 | 0x06) | (Response, 0x0B | 0x0F | 0x10) => 8,
        (Response, 0x01 | 0x02) => counted(2, 5, 1..=250, 1)?,
        (Response, 0x03 | 0x04 | 0x17) => counted(2, 5, 2..=250, 2)?,
        (Request, 0x07 | 0x0B | 0x0C | 0x11) => 4,
        (Response, 0x07 | 0x80..) => 5,
        (_, 0x08) => match octets.get(2..4)? {
            [0, 0] => return Some(Length::Usually(8)),
            _ => 8,
        },
        (Response, 0x0C) => counted(2, 5, 6..=70, 1)?,
        (Request, 0x0F) => counted(6, 9, 1..=246, 1)?,
        (Request, 0x10) => counted(6, 9, 2..=246, 2)?,
        (Response, 0x11) => counted(2, 5, 1..=251, 1)?,
        (Request, 0x14) => counted(2, 5, 7..=245, 7)?,
        (Response, 0x14) => counted(2, 5, 4..=245, 1)?,
        (_, 0x15) => counted(2, 5, 9..=251, 1)?,
        (_, 0x16) => 10,
        (Request, 0x17) => counted(10, 13, 2..=242, 2)?,
        (Request, 0x18) => 6,
        (Response, 0x18) if octets.get(2) == Some(&0) => counted(3, 6, 2..=64, 2)?,
        (Response, 0x18) => return None,
        (_, 0x2B) if *octets.get(2)? != 0x0E => return Some(Length::Silence),
        (Request, 0x2B) => 7,
        (Response, 0x2B) => (0..*octets.get(7)?)
            .try_fold(8, |end, _| Some(end + 2 + usize::from(*octets.get(end + 1)?)))
            .map(|end| end + 2)?,
        _ => return Some(Length::Silence),
    }))
}

/// The octets that a length is told of, if they are an intact frame.
fn whole(length: Length, octets: &[u8]) -> Option<usize> {
    let length = match length {
        Length::Octets(length) => length,
        Length::Usually(length) if octets.get(..length).is_some_and(intact) => length,
        Length::Usually(_) | Length::Silence => octets.len(),
    };
    octets.get(..length).is_some_and(intact).then_some(length)
}

/// The length of the frame at the head of octets that silence follows.
pub(super) fn head(direction: Direction, octets: &[u8]) -> Option<usize> {
    whole(length(direction, octets)?, octets)
}

/// The length of the request at the head of octets that is followed by its answer, where only a silence tells
/// both.
pub(super) fn merged(octets: &[u8]) -> Option<usize> {
    if length(Direction::Request, octets)? != Length::Silence {
        return None;
    }
    (4..octets.len()).find(|end| {
        let (request, answer) = octets.split_at(*end);
        let is_answer = answer.len() > 1 && answer[0] == octets[0] && answer[1] & 0x7F == octets[1];
        is_answer && intact(request) && intact(answer)
    })
}

/// The length of the frame at the head of octets that answers a request's frame.
pub(super) fn answer(asked: &[u8], octets: &[u8]) -> Option<usize> {
    let (&[unit, ref pdu @ .., _, _], &[from, code, ..]) = (asked, octets) else { return None };
    let function = *pdu.first()?;
    if unit != from || unit == 0 {
        return None;
    }
    let echoed = |count: usize, length| octets.starts_with(&asked[..count]).then_some(Length::Octets(length));
    let counted = |count: usize| {
        let is_so = octets.get(2).copied().map(usize::from) == Some(count);
        is_so.then_some(Length::Octets(5 + count))
    };
    let length = match Request::decode(pdu) {
        _ if code == function | 0x80 => Some(Length::Octets(5)),
        _ if code != function => None,
        Ok(Request::ReadCoils { range } | Request::ReadDiscreteInputs { range }) => {
            counted(usize::from(range.quantity()).div_ceil(8))
        }
        Ok(
            Request::ReadHoldingRegisters { range: read }
            | Request::ReadInputRegisters { range: read }
            | Request::ReadWriteMultipleRegisters { read, .. },
        ) => counted(2 * usize::from(read.quantity())),
        Ok(Request::ReadFileRecord { ranges }) => {
            counted(ranges.iter().map(|range| 2 + 2 * usize::from(range.length)).sum())
        }
        Ok(Request::Diagnostics { diagnostic, .. }) if !is_sent_back(diagnostic) => echoed(4, 8),
        Ok(
            Request::WriteSingleCoil { .. }
            | Request::WriteSingleRegister { .. }
            | Request::MaskWriteRegister { .. }
            | Request::WriteFileRecord { .. }
            | Request::Diagnostics { .. },
        ) => echoed(asked.len() - 2, asked.len()),
        Ok(Request::WriteMultipleCoils { .. } | Request::WriteMultipleRegisters { .. }) => echoed(6, 8),
        Err(_) if function == 0x10 => echoed(6, 8),
        Ok(Request::ReadDeviceIdentification { .. } | Request::EncapsulatedInterface { .. })
            if octets.get(2) != pdu.get(1) =>
        {
            None
        }
        _ => length(Direction::Response, octets),
    };
    whole(length?, octets)
}

/// Whether the answer to a diagnostics request is the request.
fn is_sent_back(diagnostic: Diagnostic) -> bool {
    [0x00, 0x01, 0x03, 0x0A, 0x14].contains(&diagnostic.0)
}

/// Whether a response that is no exception answers a request.
pub(super) fn fits(dialect: Dialect, request: &Request<'_>, response: &Response<'_>) -> bool {
    let registers = |asked: u16, answered: usize| {
        let asked = usize::from(asked);
        answered == asked || dialect.wide_registers && answered == 2 * asked
    };
    // A frame carries whole octets, of which a client leaves out what it did not ask for.
    let bits = |asked: u16, answered: usize| {
        let asked = usize::from(asked);
        answered == asked || answered == asked.next_multiple_of(8)
    };
    match (*request, *response) {
        (Request::ReadCoils { range }, Response::ReadCoils { coils: bools })
        | (Request::ReadDiscreteInputs { range }, Response::ReadDiscreteInputs { inputs: bools }) => {
            bits(range.quantity(), bools.len())
        }
        (
            Request::ReadHoldingRegisters { range: read },
            Response::ReadHoldingRegisters { registers: values },
        )
        | (Request::ReadInputRegisters { range: read }, Response::ReadInputRegisters { registers: values })
        | (
            Request::ReadWriteMultipleRegisters { read, .. },
            Response::ReadWriteMultipleRegisters { registers: values },
        ) => registers(read.quantity(), values.len()),
        (Request::WriteSingleCoil { address, on }, response) => {
            response == Response::WriteSingleCoil { address, on }
        }
        (Request::WriteSingleRegister { address, value }, response) => {
            response == Response::WriteSingleRegister { address, value }
        }
        (Request::MaskWriteRegister { address, and, or }, response) => {
            response == Response::MaskWriteRegister { address, and, or }
        }
        (Request::WriteFileRecord { records }, Response::WriteFileRecord { records: written }) => {
            records == written
        }
        (
            Request::Diagnostics { diagnostic, data },
            Response::Diagnostics { diagnostic: answered, data: values },
        ) => diagnostic == answered && (!is_sent_back(diagnostic) || data == values),
        (Request::WriteMultipleCoils { start, coils }, Response::WriteMultipleCoils { range }) => {
            (start, coils.len()) == (range.start(), range.quantity().into())
        }
        (
            Request::WriteMultipleRegisters { start, registers },
            Response::WriteMultipleRegisters { range },
        ) => (start, registers.len()) == (range.start(), range.quantity().into()),
        (Request::ReadFileRecord { ranges }, Response::ReadFileRecord { records }) => {
            ranges.iter().map(|range| usize::from(range.length)).eq(records.iter().map(Registers::len))
        }
        (Request::ReadExceptionStatus, Response::ReadExceptionStatus { .. })
        | (Request::GetCommEventCounter, Response::GetCommEventCounter { .. })
        | (Request::GetCommEventLog, Response::GetCommEventLog { .. })
        | (Request::ReportServerId, Response::ReportServerId { .. })
        | (Request::ReadFifoQueue { .. }, Response::ReadFifoQueue { .. })
        | (Request::ReadDeviceIdentification { .. }, Response::ReadDeviceIdentification { .. }) => true,
        (
            Request::EncapsulatedInterface { interface, .. },
            Response::EncapsulatedInterface { interface: answered, .. },
        ) => interface == answered,
        (Request::Other { function, .. }, Response::Other { function: answered, .. }) => function == answered,
        _ => false,
    }
}
