//! The layouts that several functions share.

use meter_value::line::Writer;

use crate::{DecodeError, EncodeError, Frame, FunctionCode, Functions, Range};

/// The function of a PDU, and what follows it.
pub(crate) fn split(pdu: &[u8]) -> Result<(FunctionCode, &[u8]), DecodeError> {
    match pdu.split_first() {
        Some((&function, data)) if pdu.len() <= Frame::MAX_PDU => Ok((FunctionCode(function), data)),
        Some(_) => Err(DecodeError::TooLong { limit: Frame::MAX_PDU, have: pdu.len() }),
        None => Err(DecodeError::Truncated { needed: 1, have: 0 }),
    }
}

/// That a PDU has as many octets as it needs, no less and no more.
#[inline]
pub(crate) fn exactly(pdu: &[u8], needed: usize) -> Result<(), DecodeError> {
    match pdu.len() {
        have if have < needed => Err(DecodeError::Truncated { needed, have }),
        have if have > needed => Err(DecodeError::TooLong { limit: needed, have }),
        _ => Ok(()),
    }
}

/// A PDU that is its function and two words.
#[inline]
pub(crate) fn two_words(pdu: &[u8]) -> Result<(u16, u16), DecodeError> {
    exactly(pdu, 5)?;
    match *pdu {
        [_, a, b, c, d] => Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
        _ => Err(DecodeError::Truncated { needed: 5, have: pdu.len() }),
    }
}

/// A PDU that is its function and a range of up to `limit` addresses.
#[inline]
pub(crate) fn range(pdu: &[u8], limit: u16) -> Result<Range, DecodeError> {
    let (start, quantity) = two_words(pdu)?;
    match Range::new(start, quantity) {
        Some(range) if quantity <= limit => Ok(range),
        _ => Err(DecodeError::Range { start, quantity, limit }),
    }
}

/// A PDU that is its function and one word.
pub(crate) fn word(pdu: &[u8]) -> Result<u16, DecodeError> {
    exactly(pdu, 3)?;
    match *pdu {
        [_, a, b] => Ok(u16::from_be_bytes([a, b])),
        _ => Err(DecodeError::Truncated { needed: 3, have: pdu.len() }),
    }
}

/// A PDU that is its function, a count, and as many octets; the count has to be possible.
#[inline]
pub(crate) fn counted(pdu: &[u8], possible: impl FnOnce(u8) -> bool) -> Result<&[u8], DecodeError> {
    let [function, count, octets @ ..] = pdu else {
        return Err(DecodeError::Truncated { needed: 2, have: pdu.len() });
    };
    if !possible(*count) {
        return Err(DecodeError::ByteCount { function: FunctionCode(*function), count: *count });
    }
    exactly(pdu, 2 + usize::from(*count))?;
    Ok(octets)
}

/// The end of a write, from `place` on: a range, a count that fits it, and the values. Quantity and count are
/// looked at before the addresses, as a server has to.
pub(crate) fn values(
    pdu: &[u8],
    place: usize,
    limit: u16,
    octets_of: impl FnOnce(u16) -> u16,
) -> Result<(Range, &[u8]), DecodeError> {
    let Some(&[a, b, c, d, count, ref values @ ..]) = pdu.get(place..) else {
        return Err(DecodeError::Truncated { needed: place + 5, have: pdu.len() });
    };
    let (start, quantity) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    if !(1..=limit).contains(&quantity) {
        return Err(DecodeError::Range { start, quantity, limit });
    }
    if u16::from(count) != octets_of(quantity) {
        let function = FunctionCode(pdu.first().copied().unwrap_or(0));
        return Err(DecodeError::ByteCount { function, count });
    }
    exactly(pdu, place + 5 + usize::from(count))?;
    match Range::new(start, quantity) {
        Some(range) => Ok((range, values)),
        None => Err(DecodeError::Range { start, quantity, limit }),
    }
}

/// Whether a response to a register read can have this byte count.
#[inline]
pub(crate) const fn is_register_count(count: u8) -> bool {
    count != 0 && count.is_multiple_of(2) && count as u16 <= 2 * Range::MAX_READ
}

/// Whether a response to a bit read can have this byte count.
#[inline]
pub(crate) const fn is_bit_count(count: u8) -> bool {
    count != 0 && count as u16 <= Range::MAX_READ_BITS / 8
}

pub(crate) fn put_words<const N: usize>(writer: &mut Writer<'_>, function: FunctionCode, words: [u16; N]) {
    writer.put(&[function.0]);
    writer.put(words.map(u16::to_be_bytes).as_flattened());
}

/// Function, range and nothing more, if the function allows as many.
pub(crate) fn put_range(
    writer: &mut Writer<'_>,
    function: FunctionCode,
    range: Range,
    limit: u16,
) -> Result<(), EncodeError> {
    quantity(range.quantity().into(), limit)?;
    let ([a, b], [c, d]) = (range.start().to_be_bytes(), range.quantity().to_be_bytes());
    writer.put(&[function.0, a, b, c, d]);
    Ok(())
}

/// That there are 1 to `limit` of something.
#[inline]
pub(crate) fn quantity(quantity: usize, limit: u16) -> Result<u16, EncodeError> {
    match u16::try_from(quantity) {
        Ok(quantity) if (1..=limit).contains(&quantity) => Ok(quantity),
        _ => Err(EncodeError::Quantity { quantity, limit }),
    }
}

/// The range that `len` values from `start` on take, if a function allows up to `limit`.
pub(crate) fn range_of(start: u16, len: usize, limit: u16) -> Result<Range, EncodeError> {
    let quantity = quantity(len, limit)?;
    Range::new(start, quantity).ok_or(EncodeError::Range { start, quantity })
}

/// A PDU whose count is known once `data` has been written.
pub(crate) fn put_counted(
    writer: &mut Writer<'_>,
    function: FunctionCode,
    possible: core::ops::RangeInclusive<u8>,
    data: impl FnOnce(&mut Writer<'_>),
) -> Result<(), EncodeError> {
    writer.put(&[function.0, 0]);
    let start = writer.len();
    data(writer);
    let have = writer.len() - start;
    match u8::try_from(have) {
        Ok(count) if possible.contains(&count) => {
            writer.set(start - 1, count);
            Ok(())
        }
        _ => Err(EncodeError::ByteCount { function, have }),
    }
}

/// A PDU of a function without a layout of its own.
pub(crate) fn put_other(
    writer: &mut Writer<'_>,
    function: FunctionCode,
    data: &[u8],
) -> Result<(), EncodeError> {
    if function.0 == 0 || function.0 >= FunctionCode::EXCEPTION || Functions::PUBLIC.contains(function) {
        return Err(EncodeError::Function { function: function.0 });
    }
    writer.put(&[function.0]);
    writer.put(data);
    Ok(())
}
