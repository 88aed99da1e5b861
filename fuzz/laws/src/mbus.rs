//! Laws of M-Bus.

mod records;
mod wired;
mod wireless;

use mbus::{
    Address, Ci, Control, DecodeError, Decoder, EncodeError, FixedHeader, Frame, Header, LongHeader,
    Manufacturer, Record, Records, Selection, Telegram,
};
use meter_value::{Invalid, Value};

use crate::frame::{self, Again};
use crate::{Seed, stream};
pub use wired::{client, pair, search, server};

pub use wireless::{framed as framed_wireless, wireless};

const FILLER: u8 = 0x2F;

/// C, A and CI fields and data as a control or long frame.
pub fn framed(body: &[u8]) -> Vec<u8> {
    let (length, sum) = (body.len() as u8, sum(body));
    [&[0x68, length, length, 0x68], body, &[sum, 0x16]].concat()
}

fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, &octet| sum.wrapping_add(octet))
}

/// Whether octets are a frame.
fn intact(octets: &[u8]) -> bool {
    match octets {
        [0xE5] => true,
        [0x10, c, a, sum, 0x16] => *sum == c.wrapping_add(*a),
        [0x68, length, _, _, body @ .., _, _] => {
            *length >= 3 && body.len() == usize::from(*length) && framed(body) == octets
        }
        _ => false,
    }
}

/// Octets are a frame with a telegram or a typed error, and what is decoded encodes to the same octets. The
/// same for a frame made of the octets; for the octets as a telegram, and as records.
pub fn decode(octets: &[u8]) {
    whole(octets);
    if octets.len() >= 3 {
        whole(&framed(&octets[..octets.len().min(255)]));
    }
    if let Some((&ci, data)) = octets.split_first() {
        telegram(Ci(ci), data);
    }
    records(octets);
    records::entry(octets);
    records::compact(octets);
    records::application(octets);
    untyped(octets);
    selection(octets);
}

/// What decodes as a selection encodes to the same octets, and matches itself.
fn selection(octets: &[u8]) {
    let Ok(selection) = Selection::decode(octets) else { return };
    assert_eq!(selection.encode(&mut [0; Selection::MAX_LEN]), Ok(octets));
    assert!(selection.matches(&selection) && !selection.to_string().is_empty());
    let mut buffer = [0; 32];
    let frame = Frame::decode(selection.encode_frame(&mut buffer).unwrap());
    assert!(matches!(frame, Ok(Frame::Long { ci: Ci::SELECT, data, .. }) if data == octets));
}

fn whole(octets: &[u8]) {
    let frame = match Frame::decode(octets) {
        Ok(frame) => frame,
        Err(error) => {
            assert!(!intact(octets));
            return refused(error, octets);
        }
    };
    assert!(intact(octets));
    match frame {
        Frame::Control { ci, .. } => telegram(ci, &[]),
        Frame::Long { ci, data, .. } => telegram(ci, data),
        _ => assert_eq!(frame.telegram(), Err(DecodeError::NoRecords { ci: None })),
    }
    let mut buffer = [0; Frame::MAX_LEN];
    assert_eq!(Frame::decode(frame.encode(&mut buffer).unwrap()), Ok(frame));
    frame::laws(octets, 1, intact, |octets, buffer| {
        match Frame::decode(octets).map(|frame| frame.encode(buffer)) {
            Ok(Ok(octets)) => Again::Written(octets),
            Ok(Err(EncodeError::BufferTooSmall { needed, have })) => Again::TooSmall { needed, have },
            Ok(Err(error)) => panic!("what was decoded does not encode: {error}"),
            Err(_) => Again::Refused,
        }
    });
}

/// The numbers in an error are right.
fn refused(error: DecodeError, octets: &[u8]) {
    assert!(!error.to_string().is_empty());
    let have = octets.len();
    match error {
        DecodeError::Truncated { needed, have: said } => assert!(said == have && have < needed),
        DecodeError::TooLong { limit, have: said } => assert!(said == have && have > limit),
        DecodeError::Start { octet } => assert!(octets[0] == octet && ![0x10, 0x68, 0xE5].contains(&octet)),
        DecodeError::SecondStart { octet } => assert!(octets[3] == octet && octet != 0x68),
        DecodeError::Lengths { first, second } => {
            assert!([first, second] == octets[1..3] && first != second);
        }
        DecodeError::Length { length } => assert!(octets[1] == length && length < 3),
        DecodeError::Checksum { received, computed } => {
            let body = if octets[0] == 0x10 { &octets[1..3] } else { &octets[4..have - 2] };
            assert!(received == octets[have - 2] && computed == sum(body) && received != computed);
        }
        DecodeError::Stop { octet } => assert!(octets[have - 1] == octet && octet != 0x16),
        _ => panic!("{error:?} says nothing of a frame"),
    }
}

/// Header and records are all there is, or a typed error says why not.
fn telegram(ci: Ci, data: &[u8]) {
    let mut buffer = [0; 16];
    match Telegram::decode(ci, data) {
        Ok(telegram) => {
            assert_eq!(telegram.ci(), ci);
            assert_eq!(telegram.encode(&mut vec![0; data.len()]), Ok(data));
            let Telegram { header, records: found } = telegram;
            let length = header.encode(&mut buffer).unwrap().len();
            assert_eq!(length, [0, 4, 12, 8][header_kind(&header)]);
            assert_eq!(buffer[..length], data[..length]);
            if let Header::Fixed(header) = header {
                return fixed(&header, found, data);
            }
            assert_eq!(Header::decode(ci, data), Ok((header, &data[length..])));
            let octets = &data[length..];
            let is_command = matches!(ci, Ci::COMMAND | Ci::COMMAND_SHORT | Ci::COMMAND_LONG);
            let same = if is_command { Records::of_command(octets) } else { Records::new(octets) };
            assert_eq!(found, same);
            for have in 0..length {
                let small = Err(EncodeError::BufferTooSmall { needed: length, have });
                assert_eq!(header.encode(&mut buffer[..have]), small);
            }
            records(&data[length..]);
        }
        Err(DecodeError::Truncated { needed, have }) => assert!(have == data.len() && have < needed),
        Err(error) => assert_eq!(error, DecodeError::NoRecords { ci: Some(ci) }),
    }
}

/// The fixed structure is two counters, at their places, and what they say encodes to the same octets.
fn fixed(header: &FixedHeader, records: Records<'_>, data: &[u8]) {
    let counters: Vec<_> = records.map(|record| record.expect("a counter is no error")).collect();
    assert_eq!((data.len(), counters.len()), (16, 2));
    for (counter, offset) in counters.iter().zip([8, 12]) {
        assert_eq!((counter.offset, counter.data), (offset, &data[offset..offset + 4]));
        assert_eq!(counter.encode(&mut [0; 4]), Ok(counter.data));
        assert!(!counter.value().to_string().is_empty());
    }
    assert_eq!(header.with_medium(header.medium()).unwrap().medium(), header.medium());
    let number = |record: &Record<'_>| match record.value() {
        Value::Decimal(value) => Some(Some(value.mantissa() as i32)),
        Value::Invalid(Invalid::Absent) => Some(None),
        // No number, or digits that are none.
        _ => None,
    };
    let [Some(first), Some(second)] = [0, 1].map(|place| number(&counters[place])) else { return };
    let mut buffer = [0; 16];
    let again = header.encode([first, second], &mut buffer).expect("what was read can be written");
    // Zero has a sign too.
    let is_signed = |octets: &[u8]| {
        let mut octets = octets.to_vec();
        octets.sort_unstable();
        !header.status.is_binary() && octets == [0x00, 0x00, 0x00, 0xF0]
    };
    for (place, counter) in counters.iter().enumerate() {
        let same = &again[8 + 4 * place..][..4];
        assert!(same == counter.data || same == [0; 4] && is_signed(counter.data));
    }
    assert_eq!(again[..8], data[..8]);
    for have in 0..16 {
        let small = Err(EncodeError::BufferTooSmall { needed: 16, have });
        assert_eq!(header.encode([first, second], &mut vec![0; have]), small);
    }
}

fn header_kind(header: &Header) -> usize {
    match header {
        Header::Fixed(_) => 3,
        Header::None => 0,
        Header::Short(_) => 1,
        Header::Long(LongHeader { identification, manufacturer, medium, .. }) => {
            assert!(!medium.to_string().is_empty() && identification.to_string().len() == 8);
            let letters = manufacturer.to_string();
            if let Ok(same) = letters.parse::<Manufacturer>() {
                assert_eq!(same.0, manufacturer.0 & 0x7FFF);
            }
            2
        }
    }
}

/// Records come in order; with the fillers between them they are all octets, to the end or to the error,
/// and after that nothing comes.
pub fn records(octets: &[u8]) {
    let mut records = Records::new(octets);
    let mut end = 0;
    loop {
        let next = records.next();
        let start = match next {
            Some(Ok(record)) => record.offset,
            _ => records.offset(),
        };
        assert!(octets[end..start].iter().all(|&octet| octet == FILLER), "octets in no record");
        match next {
            Some(Ok(record)) => {
                end = start + record.header.len() + record.data.len();
                assert!(start < end && records.offset() == end);
                self::record(&record, &octets[start..end]);
            }
            Some(Err(error)) => {
                assert!(start < octets.len() && !error.to_string().is_empty());
                break;
            }
            None => {
                assert_eq!(start, octets.len());
                break;
            }
        }
    }
    assert!(records.next().is_none() && records.next().is_none(), "nothing comes after the end");
}

fn record(record: &Record<'_>, octets: &[u8]) {
    let mut buffer = vec![0; octets.len()];
    assert_eq!(record.encode(&mut buffer), Ok(octets));
    let (needed, have) = (octets.len(), octets.len() - 1);
    let small = Err(EncodeError::BufferTooSmall { needed, have });
    assert_eq!(record.encode(&mut buffer[..have]), small);
    let mut alone = Records::new(octets);
    let same = alone.next().unwrap().unwrap();
    assert_eq!((same.offset, same.value().to_string()), (0, record.value().to_string()));
    assert_eq!((same.header, same.data), (record.header, record.data));
    assert!(record.storage < 1 << 41 && record.tariff < 1 << 20 && record.subunit < 1 << 10);
    assert!(record.vifes.len() <= 10);
    assert_eq!(record.more_follows(), octets[0] == 0x1F);
    assert!(record.unit().is_none() || record.quantity().is_some(), "a unit of nothing");

    assert!(record.qualifiers().count() + record.action().iter().count() <= record.vifes.len());
    let decimal = record.to_decimal();
    match record.value() {
        Value::Decimal(value) => assert_eq!(decimal, Ok(value)),
        // As sent: a factor would round the one and may not fit the other.
        value @ (Value::F32(_) | Value::U64(_)) => match value.to_decimal() {
            Ok(number) => {
                // A constant that a VIFE adds may not fit beside the number.
                let adds = record.vifes.iter().any(|vife| matches!(vife & 0x7F, 0x78..=0x7B));
                assert!(decimal.is_ok() || number.shift(record.exponent()).is_err() || adds)
            }
            Err(_) => assert!(decimal.is_err()),
        },
        Value::Time(_) => assert!(record.unit().is_none() && decimal.is_err()),
        Value::Invalid(Invalid::Error) => assert!(record.error().is_some()),
        _ => assert!(decimal.is_err(), "only a number is a decimal"),
    }
}

/// What encoding takes, decoding takes too, whatever the fields are.
fn untyped(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (control, address, ci) = (Control(seed.u8()), Address(seed.u8()), Ci(seed.u8()));
    let mut buffer = [0; Frame::MAX_LEN];
    let long = Frame::Long { control, address, ci, data: seed.0 };
    for frame in [long, Frame::Control { control, address, ci }, Frame::Short { control, address }] {
        match frame.encode(&mut buffer) {
            Ok(written) => assert_eq!(Frame::decode(written), Ok(frame)),
            Err(error) => {
                assert_eq!(error, EncodeError::DataLength { have: seed.0.len(), limit: Frame::MAX_DATA });
                assert!(frame == long && !(1..=252).contains(&seed.0.len()));
            }
        }
    }
}

impl stream::Decoder for Decoder {
    fn feed(&mut self, octets: &[u8]) -> usize {
        Decoder::feed(self, octets)
    }

    fn silence(&mut self) {
        Decoder::silence(self);
    }

    fn frame(&mut self) -> Option<Option<Vec<u8>>> {
        Decoder::frame(self).map(|result| {
            let mut buffer = [0; Frame::MAX_LEN];
            Some(result.ok()?.encode(&mut buffer).unwrap().to_vec())
        })
    }
}

/// The length of the frame at the head of octets.
fn head(octets: &[u8]) -> Option<usize> {
    let length = match octets {
        [0xE5, ..] => 1,
        [0x10, ..] => 5,
        [0x68, length, ..] => 6 + usize::from(*length),
        _ => return None,
    };
    octets.get(..length).is_some_and(intact).then_some(length)
}

/// In any chunking the same frames come, and none that sliding would find is lost.
pub fn stream(octets: &[u8]) {
    stream::laws(&mut Decoder::<{ Frame::MAX_LEN }>::new(), octets, head);
}
