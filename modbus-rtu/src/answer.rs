//! The layouts of answers.

use meter_value::line::Writer;

use crate::handler::{Handled, Handler};
use crate::pdu::{Access, BitsOut, ExceptionCode, IDENTIFICATION, Object, ObjectId, Range, RegistersOut};
use crate::unit::Buffer;
use crate::{Frame, checksum};

/// The answer of a handler that gives too few values, or too many.
const FAILURE: Handled = Err(ExceptionCode::SERVER_DEVICE_FAILURE);

/// Puts the checksum behind the first octets and says how many there are then.
pub(crate) fn seal(reply: &mut Buffer, length: usize) -> usize {
    let sum = checksum(reply.get(..length).unwrap_or_default());
    if let Some(place) = reply.get_mut(length..).and_then(<[u8]>::first_chunk_mut) {
        *place = sum.to_le_bytes();
    }
    length + 2
}

pub(crate) fn put_words<const N: usize>(out: &mut Writer<'_>, words: [u16; N]) {
    out.put(words.map(u16::to_be_bytes).as_flattened());
}

/// Bits behind their byte count, as many as `read` has to fill.
pub(crate) fn bits(
    range: Range,
    out: &mut Writer<'_>,
    read: impl FnOnce(&mut BitsOut<'_>) -> Handled,
) -> Handled {
    let wanted = usize::from(range.quantity());
    out.put(&[wanted.div_ceil(8) as u8]);
    let mut bits = BitsOut::new(out.reserve(wanted.div_ceil(8)), wanted);
    read(&mut bits)?;
    if bits.is_full() { Ok(()) } else { FAILURE }
}

/// Registers behind their byte count, as many as `read` has to fill.
pub(crate) fn registers(
    range: Range,
    out: &mut Writer<'_>,
    read: impl FnOnce(&mut RegistersOut<'_>) -> Handled,
) -> Handled {
    out.put(&[2 * range.quantity() as u8]);
    places(range.quantity(), out, read)
}

pub(crate) fn places(
    wanted: u16,
    out: &mut Writer<'_>,
    read: impl FnOnce(&mut RegistersOut<'_>) -> Handled,
) -> Handled {
    let mut registers = RegistersOut::new(out.reserve(2 * usize::from(wanted)));
    read(&mut registers)?;
    if registers.is_full() { Ok(()) } else { FAILURE }
}

/// What `data` writes, behind its byte count.
pub(crate) fn counted(out: &mut Writer<'_>, data: impl FnOnce(&mut Writer<'_>) -> Handled) -> Handled {
    let place = out.len();
    out.put(&[0]);
    data(out)?;
    out.set(place, (out.len() - place - 1) as u8);
    Ok(())
}

/// A queue behind its two counts.
pub(crate) fn queue(out: &mut Writer<'_>, read: impl FnOnce(&mut RegistersOut<'_>) -> Handled) -> Handled {
    let mut octets = [0; 62];
    let mut registers = RegistersOut::new(&mut octets);
    read(&mut registers)?;
    let count = registers.len();
    let values = octets.get(..2 * count.min(32)).ok_or(ExceptionCode::ILLEGAL_DATA_VALUE)?;
    put_words(out, [2 + 2 * count as u16, count as u16]);
    out.put(values);
    Ok(())
}

/// As many objects as fit, from the one asked for on; objects are not split.
pub(crate) fn identification<H: Handler>(
    handler: &mut H,
    access: Access,
    first: ObjectId,
    out: &mut Writer<'_>,
) -> Handled {
    let conformity = H::CONFORMITY;
    let (first, last) = match access {
        Access::Individual if !conformity.has_individual() => return Err(ExceptionCode::ILLEGAL_DATA_VALUE),
        Access::Individual if handler.object(first).is_none() => {
            return Err(ExceptionCode::ILLEGAL_DATA_ADDRESS);
        }
        Access::Individual => (first.0, first.0),
        stream => {
            let last = match (stream, conformity.level()) {
                (Access::Basic, _) | (_, Access::Basic) => ObjectId::MAJOR_MINOR_REVISION.0,
                (Access::Regular, _) | (_, Access::Regular) => ObjectId::USER_APPLICATION_NAME.0,
                _ => 0xFF,
            };
            // A stream from an unknown object starts again from the first.
            let known = first.0 <= last && handler.object(first).is_some();
            (if known { first.0 } else { 0 }, last)
        }
    };
    let start = out.len();
    out.put(&[IDENTIFICATION, access as u8, conformity.0, 0, 0, 0]);
    let mut count = 0;
    for id in first..=last {
        let Some(value) = handler.object(ObjectId(id)) else { continue };
        let value = value.get(..Object::MAX_LEN).unwrap_or(value);
        if out.len() + 2 + value.len() > Frame::MAX_LEN - 2 {
            out.set(start + 3, 0xFF);
            out.set(start + 4, id);
            break;
        }
        out.put(&[id, value.len() as u8]);
        out.put(value);
        count += 1;
    }
    out.set(start + 5, count);
    // A unit without any object has no identification.
    if count == 0 { Err(ExceptionCode::ILLEGAL_FUNCTION) } else { Ok(()) }
}
