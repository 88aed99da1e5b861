//! The frame (DL/T 645-2007, chapter 5), the same in both directions.
//!
//! ```text
//!  0    1 to 6    7    8         9    10 to 9+L  10+L       11+L
//! ┌────┬─────────┬────┬─────────┬────┬─ ─ ─ ─ ─ ┬──────────┬────┐
//! │ 68 │ address │ 68 │ control │ L  │ data     │ checksum │ 16 │
//! └────┴─────────┴────┴─────────┴────┴─ ─ ─ ─ ─ ┴──────────┴────┘
//!       low pair                      each octet  sum of all before it,
//!       first                         plus 33     modulo 256
//! ```

use meter_value::line::Writer;

use crate::{Address, Control, Data, DecodeError, Edition, EncodeError, Function};

const START: u8 = 0x68;
const END: u8 = 0x16;

/// The highest octet, DI3, of the identifiers of function 03 of 2007.
pub(crate) const SECURITY: u8 = 0x07;

/// A frame of either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    /// The meter it is for, or from.
    pub address: Address,
    /// Direction, function and two flags.
    pub control: Control,
    /// What the function asks or answers, up to 255 octets.
    pub data: Data<'a>,
}

impl<'a> Frame<'a> {
    /// What wakes a receiver before a frame; no part of it, and senders differ in how many octets they send.
    pub const PREAMBLE: [u8; 4] = [0xFE; 4];
    /// Octets of the shortest frame.
    pub const MIN_LEN: usize = 12;
    /// Octets of the longest frame.
    pub const MAX_LEN: usize = Self::MIN_LEN + 255;
    /// Octets of data the standard allows; some meters send more, up to 255.
    pub const MAX_DATA: usize = 200;

    /// Octets of data that a write may have by the standard.
    pub const MAX_WRITE_DATA: usize = 50;

    /// Octets of the longest frame that [`encode`](Self::encode) writes, with its preamble.
    pub(crate) const MAX_SENT: usize = Self::PREAMBLE.len() + Self::MIN_LEN + Self::MAX_DATA;

    /// Reads exactly one frame, after any number of preamble octets FE. Lengths in errors count from
    /// the first 68.
    ///
    /// # Errors
    /// Every [`DecodeError`] but [`DecodeError::Control`].
    ///
    /// ```
    /// use dlt645::{Control, Data, Frame, Function};
    ///
    /// let frame = Frame::decode(&[
    ///     0xFE, 0xFE, 0x68, 0x61, 0x01, 0x00, 0x00, 0x00, 0x00, 0x68, 0x11, 0x04, 0x33, 0x33, 0x34, 0x33,
    ///     0x14, 0x16,
    /// ])?;
    /// assert_eq!(frame.address.to_string(), "000000000161");
    /// assert_eq!(frame.control, Control::command(Function::READ));
    /// assert_eq!(frame.data, Data::plain(&[0x00, 0x00, 0x01, 0x00]));
    /// # Ok::<(), dlt645::DecodeError>(())
    /// ```
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let [preamble, ..] = Self::PREAMBLE;
        let preambles = octets.iter().take_while(|&&octet| octet == preamble).count();
        let octets = octets.get(preambles..).unwrap_or_default();
        match head(octets)? {
            (_, limit) if limit < octets.len() => Err(DecodeError::TooLong { limit, have: octets.len() }),
            (frame, _) => Ok(frame),
        }
    }

    /// Writes the frame, without a preamble, and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::DataLength`], or [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        put(&mut writer, self.address, self.control, Payload::of(self.data))?;
        Ok(writer.finish()?)
    }

    /// The edition that has the function. Of both editions' functions, 08 is the same in both and counts as
    /// 2007; 03 is of 2007 if its identifier starts with 07 or, when it refuses, if it does so with two
    /// octets. What no edition has counts as 2007.
    ///
    /// ```
    /// use dlt645::{Address, Control, Data, Edition, Frame};
    ///
    /// let data = Data::plain(&[0x10, 0x90]);
    /// let frame = Frame { address: Address::ANY, control: Control(0x01), data };
    /// assert_eq!(frame.edition(), Edition::Y1997);
    /// ```
    pub fn edition(&self) -> Edition {
        let is_2007 = match self.control.function() {
            Function::SECURITY_AUTHENTICATION if self.control.is_failed() => self.data.len() == 2,
            Function::SECURITY_AUTHENTICATION => self.data.at(3) == Some(SECURITY),
            function => return function.edition().unwrap_or(Edition::Y2007),
        };
        if is_2007 { Edition::Y2007 } else { Edition::Y1997 }
    }
}

/// The frame at the head of `octets`, and how many of them it has.
pub(crate) fn head(octets: &[u8]) -> Result<(Frame<'_>, usize), DecodeError> {
    let have = octets.len();
    for place in [0, 7] {
        if let Some(&octet) = octets.get(place).filter(|&&octet| octet != START) {
            return Err(DecodeError::Start { place, octet });
        }
    }
    let Some((&[_, a, b, c, d, e, f, _, control, length], rest)) = octets.split_first_chunk() else {
        return Err(DecodeError::Truncated { needed: Frame::MIN_LEN, have });
    };
    let length = usize::from(length);
    let needed = Frame::MIN_LEN + length;
    let Some((data, &[received, end])) = rest.get(..length + 2).and_then(<[u8]>::split_last_chunk) else {
        return Err(DecodeError::Truncated { needed, have });
    };
    let computed = checksum(octets.get(..needed - 2).unwrap_or_default());
    if received != computed {
        return Err(DecodeError::Checksum { received, computed });
    }
    if end != END {
        return Err(DecodeError::End { octet: end });
    }
    let address = Address([a, b, c, d, e, f]);
    Ok((Frame { address, control: Control(control), data: Data::wire(data) }, needed))
}

/// What a frame carries, in three parts one after the other.
pub(crate) struct Payload<'a> {
    /// Plain octets.
    pub head: &'a [u8],
    pub data: Data<'a>,
    /// A plain octet.
    pub foot: Option<u8>,
}

impl<'a> Payload<'a> {
    pub fn of(data: Data<'a>) -> Self {
        Self { head: &[], data, foot: None }
    }

    pub fn len(&self) -> usize {
        self.head.len() + self.data.len() + usize::from(self.foot.is_some())
    }
}

/// Appends a frame.
pub(crate) fn put(
    writer: &mut Writer<'_>,
    address: Address,
    control: Control,
    payload: Payload<'_>,
) -> Result<(), EncodeError> {
    let have = payload.len();
    if have > Frame::MAX_DATA {
        return Err(EncodeError::DataLength { have, limit: Frame::MAX_DATA });
    }
    let start = writer.len();
    let [a, b, c, d, e, f] = address.0;
    writer.put(&[START, a, b, c, d, e, f, START, control.0, have as u8]);
    put_data(writer, Data::plain(payload.head));
    put_data(writer, payload.data);
    writer.extend(payload.foot.map(|octet| octet.wrapping_add(Data::OFFSET)));
    let checksum = checksum(writer.written().get(start..).unwrap_or_default());
    writer.put(&[checksum, END]);
    Ok(())
}

fn put_data(writer: &mut Writer<'_>, data: Data<'_>) {
    for (to, octet) in writer.reserve(data.len()).iter_mut().zip(data.iter()) {
        *to = octet.wrapping_add(Data::OFFSET);
    }
}

fn checksum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, &octet| sum.wrapping_add(octet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Function;

    #[test]
    fn every_failure_has_its_own_error() {
        let mut good = [0; 32];
        let frame = Frame {
            address: Address([0x68, 0x16, 0x68, 0x16, 0x68, 0x16]),
            control: Control::command(Function::READ),
            data: Data::plain(&[0x35, 0xE3, 0x01, 0x00]),
        };
        let length = frame.encode(&mut good).unwrap().len();
        let good = &good[..length];
        assert_eq!(Frame::decode(good), Ok(frame));
        let with = |place: usize, octet: u8| {
            let mut bad = good.to_vec();
            bad[place] = octet;
            Frame::decode(&bad).unwrap_err()
        };
        assert_eq!(with(0, 0x69), DecodeError::Start { place: 0, octet: 0x69 });
        assert_eq!(with(7, 0x00), DecodeError::Start { place: 7, octet: 0x00 });
        assert_eq!(with(9, 5), DecodeError::Truncated { needed: 17, have: 16 });
        assert_eq!(with(9, 3), DecodeError::Checksum { received: 0x33, computed: 0x10 });
        assert_eq!(with(14, 0), DecodeError::Checksum { received: 0, computed: 0x44 });
        assert_eq!(with(15, 0x17), DecodeError::End { octet: 0x17 });
        let long = [good, &[0x16]].concat();
        assert_eq!(Frame::decode(&long), Err(DecodeError::TooLong { limit: 16, have: 17 }));
        assert_eq!(Frame::decode(&[0xFE; 300]), Err(DecodeError::Truncated { needed: 12, have: 0 }));
    }

    #[test]
    fn reads_any_length_and_writes_what_the_standard_allows() {
        let mut longest = [0x33; Frame::MAX_LEN];
        longest[..10].copy_from_slice(&[START, 0, 0, 0, 0, 0, 0, START, 0x91, 255]);
        longest[265] = checksum(&longest[..265]);
        longest[266] = END;
        let frame = Frame::decode(&longest).unwrap();
        assert_eq!(frame.data, Data::plain(&[0; 255]));
        let refused = EncodeError::DataLength { have: 255, limit: 200 };
        assert_eq!(frame.encode(&mut [0; 300]), Err(refused));
        let frame = Frame { data: Data::plain(&[0; 200]), ..frame };
        assert_eq!(frame.encode(&mut [0; 20]), Err(EncodeError::BufferTooSmall { needed: 212, have: 20 }));
        assert_eq!(Frame::decode(frame.encode(&mut [0; 212]).unwrap()), Ok(frame));
    }
}
