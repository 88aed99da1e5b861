//! Laws of what a meter writes, of compact frames, and of all that a frame can carry.

use mbus::{
    ApplicationError, Ci, CompactFrame, Content, Data, DecodeError, EncodeError, Entry, Function, Record,
    Records, Writer, signature,
};
use meter_value::{Date, DateTime, Decimal, Invalid, MeterTime, Octets, Text, Time, Value};

use super::FILLER;
use crate::Seed;

/// What is written as an entry reads as the same record, with any VIB, and with one of a number and one of a
/// time the value too.
pub fn entry(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (flags, kind) = (seed.u8(), seed.u8());
    let functions = [Function::Instantaneous, Function::Maximum, Function::Minimum, Function::Error];
    let number = seed.u64() as i64 >> (flags >> 2);
    let Some(data) = data(kind, flags, number, octets) else { return };
    let entry = Entry {
        function: functions[usize::from(flags & 3)],
        storage: seed.u64() >> (flags & 0x38),
        tariff: u32::from(seed.u16()) << (flags >> 3 & 7),
        subunit: seed.u16() >> (flags >> 5),
        data,
        ..Entry::new(seed.0, data)
    };
    let mut buffer = vec![0; octets.len() + 256];
    for vib in [seed.0, &[0x03], &[0x6D]] {
        let entry = Entry { vib, ..entry };
        let Some(record) = written(&entry, &mut buffer) else { continue };
        let value = record.value();
        match (vib, expected(data)) {
            ([0x03], Value::Time(_)) => {}
            ([0x6D], Value::Time(time)) => assert_eq!(value, Value::Time(time)),
            ([0x03], Value::F32(float)) => {
                assert!(matches!(value, Value::F32(same) if same.to_bits() == float.to_bits()));
            }
            ([0x03], expected) => assert_eq!(value, expected, "{data:?}"),
            _ => {}
        }
    }
}

/// Data of each variant by the number of its kind.
fn data(kind: u8, flags: u8, number: i64, octets: &[u8]) -> Option<Data<'_>> {
    let [a, b, c, d, e, f, ..] = number.to_le_bytes();
    let date = Date::new(1_900 + u16::from_le_bytes([a, b]) % 450, c % 12 + 1, d % 31 + 1)?;
    let time = Time::new(e % 24, f % 60, flags % 60)?;
    let at = DateTime { date, time };
    let prefix = &octets[..octets.len().min(flags.into())];
    Some(match kind % 20 {
        0 => Data::None,
        1 => Data::Int8(number as i8),
        2 => Data::Int16(number as i16),
        3 => Data::Int24(number as i32),
        4 => Data::Int32(number as i32),
        5 => Data::Int48(number),
        6 => Data::Int64(number),
        7 => Data::Real(f32::from_bits(number as u32)),
        8 => Data::Bcd2(number as i32),
        9 => Data::Bcd4(number as i32),
        10 => Data::Bcd6(number as i32),
        11 => Data::Bcd8(number as i32),
        12 => Data::Bcd12(number),
        13 => Data::Date(date),
        14 => Data::DateTime(at),
        15 => Data::DateTimeSecond(at),
        16 => Data::Time(time),
        17 => Data::Text(prefix),
        18 => Data::Digits { value: number, octets: flags % 12 },
        _ => Data::Binary(prefix),
    })
}

/// What data read as behind the VIF of a number or a time.
fn expected(data: Data<'_>) -> Value<'_> {
    let signed = |number: i64, bits: u32| {
        let is_least = number == i64::MIN >> (64 - bits);
        if is_least { Value::Invalid(Invalid::Absent) } else { Value::Decimal(number.into()) }
    };
    match data {
        Data::None | Data::Text([]) | Data::Digits { octets: 0, .. } | Data::Binary([]) => {
            Value::Invalid(Invalid::Empty)
        }
        Data::Int8(number) => signed(number.into(), 8),
        Data::Int16(number) => signed(number.into(), 16),
        Data::Int24(number) => signed(number.into(), 24),
        Data::Int32(number) => signed(number.into(), 32),
        Data::Int48(number) => signed(number, 48),
        Data::Int64(number) => signed(number, 64),
        Data::Real(float) => Value::F32(float),
        Data::Bcd2(number) | Data::Bcd4(number) | Data::Bcd6(number) | Data::Bcd8(number) => {
            Value::Decimal(i64::from(number).into())
        }
        Data::Bcd12(value) | Data::Digits { value, .. } => Value::Decimal(Decimal::new(value, 0)),
        Data::Date(date) => Value::Time(MeterTime::On(date)),
        Data::DateTime(DateTime { date, time }) => {
            let time = Time::new(time.hour(), time.minute(), 0).unwrap();
            Value::Time(MeterTime::At(DateTime { date, time }))
        }
        Data::DateTimeSecond(at) => Value::Time(MeterTime::At(at)),
        Data::Time(time) => Value::Time(MeterTime::Daily(time)),
        Data::Text(text) => Value::Text(Text::first_first(text)),
        Data::Binary(octets) if octets.len() <= 8 => binary(octets),
        Data::Binary(octets) => Value::Bytes(Octets::plain(octets)),
        _ => panic!("{data:?} is new"),
    }
}

/// Up to eight octets as a number in two's complement.
fn binary(octets: &[u8]) -> Value<'_> {
    let number = octets.iter().rev().fold(0_i128, |number, octet| number << 8 | i128::from(*octet));
    let range = 1_i128 << (8 * octets.len());
    match number {
        least if least == range / 2 => Value::Invalid(Invalid::Absent),
        number if number > range / 2 => Value::Decimal(((number - range) as i64).into()),
        number => Value::Decimal((number as i64).into()),
    }
}

/// The record as it was written, or nothing if a typed error refuses it, by which nothing is written.
fn written<'b>(entry: &Entry<'_>, buffer: &'b mut [u8]) -> Option<Record<'b>> {
    let mut writer = Writer::new(buffer);
    if let Err(error) = entry.write(&mut writer) {
        assert!(writer.is_empty() && !error.to_string().is_empty(), "nothing is written by halves");
        return None;
    }
    let length = writer.len();
    let small = EncodeError::BufferTooSmall { needed: length, have: length - 1 };
    assert_eq!(entry.encode(&mut vec![0; length - 1]), Err(small));
    let written = entry.encode(buffer).unwrap();
    let mut found = Records::new(written);
    let record = found.next().unwrap().unwrap();
    assert_eq!((found.offset(), found.next()), (length, None));
    assert_eq!((record.function, record.storage), (entry.function, entry.storage));
    assert_eq!((record.tariff, record.subunit), (entry.tariff, entry.subunit));
    let lvar = usize::from(record.header[0] & 0x0F == 0x0D);
    assert!(record.header[..record.header.len() - lvar].ends_with(entry.vib));
    assert_eq!(record.vif, entry.vib.first().copied());
    assert_eq!(record.encode(&mut vec![0; length]), Ok(written));
    Some(record)
}

/// The records of a full frame, split into headers and data, read the same out of a compact frame; with damage
/// anywhere they do not read at all.
pub fn compact(octets: &[u8]) {
    let Ok(full) = Records::new(octets).collect::<Result<Vec<_>, _>>() else {
        return assert!(signature(octets).is_err());
    };
    let headers: Vec<u8> = full.iter().flat_map(|record| record.header).copied().collect();
    let whole: Vec<u8> = full.iter().flat_map(|record| [record.header, record.data].concat()).collect();
    assert_eq!(signature(octets), Ok(crc(&headers)));
    let signature = crc(&headers).to_le_bytes();
    let data = full.iter().flat_map(|record| record.data).copied();
    let mut sent: Vec<u8> = signature.into_iter().chain(crc(&whole).to_le_bytes()).chain(data).collect();
    {
        let compact = compact_frame(&sent);
        let records: Vec<_> = compact.records(&headers).expect("intact").map(Result::unwrap).collect();
        assert_eq!(records.len(), full.len());
        for (record, full) in records.iter().zip(&full) {
            // A float that is no number is equal to none.
            assert_eq!(record.value().to_string(), full.value().to_string());
            let mut same = *record;
            same.offset = full.offset;
            assert_eq!(same, *full);
        }
    }
    if full.iter().all(|record| !matches!(record.header, [0x0F | 0x1F])) {
        let filled = [&sent[..], &[FILLER; 3]].concat();
        let records = compact_frame(&filled).records(&headers).expect("fillers may follow");
        assert_eq!(records.filter(Result::is_ok).count(), full.len());
    }
    for bit in (0..8 * sent.len()).step_by(sent.len()) {
        sent[bit / 8] ^= 1 << (bit % 8);
        assert!(compact_frame(&sent).records(&headers).is_none(), "damage passes at bit {bit}");
        sent[bit / 8] ^= 1 << (bit % 8);
    }
    if let Ok(length) = u8::try_from(headers.len() + 2) {
        let sent = [&[length][..], &signature, &headers, &[FILLER]].concat();
        let Ok(Content::Format(format)) = Content::decode(Ci::FORMAT, &sent) else {
            panic!("no format frame")
        };
        assert!(format.is_intact() && format.headers == headers);
    }
}

fn compact_frame(sent: &[u8]) -> CompactFrame<'_> {
    match Content::decode(Ci::COMPACT, sent) {
        Ok(Content::Compact(frame)) => frame,
        other => panic!("{other:?} is no compact frame"),
    }
}

/// CRC-16/EN-13757, bit by bit.
fn crc(octets: &[u8]) -> u16 {
    !octets.iter().fold(0, |crc, octet| {
        (0..8).fold(crc ^ u16::from(*octet) << 8, |crc, _| crc << 1 ^ if crc >> 15 == 1 { 0x3D65 } else { 0 })
    })
}

/// Whatever the CI field says, all octets are in what the data read as, or a typed error says why not.
pub fn application(data: &[u8]) {
    for ci in 0..=0xFF {
        match Content::decode(Ci(ci), data) {
            Ok(application) => {
                assert_eq!(application.ci(), Ci(ci));
                nothing_is_lost(&application, data);
            }
            Err(DecodeError::Truncated { needed, have }) => assert!(have < needed && have <= data.len()),
            Err(DecodeError::TooLong { limit, have }) => assert!(limit < have && have <= data.len()),
            Err(error) => panic!("CI field {ci:02X}: {error:?}"),
        }
    }
}

/// What encodes are the same octets, but for what the meter left out or filled up with.
fn nothing_is_lost(application: &Content<'_>, data: &[u8]) {
    let mut buffer = vec![0; data.len() + 1];
    let written = application.encode(&mut buffer).expect("what was read can be written");
    match *application {
        Content::Format(_) => {
            let fillers = data.strip_prefix(written).expect("the headers are the head");
            assert!(fillers.iter().all(|octet| *octet == FILLER));
        }
        Content::Error { error: ApplicationError::UNSPECIFIED, more: [], .. } => {
            assert!(written == data || written.strip_prefix(data) == Some(&[0]));
        }
        _ => assert_eq!(written, data),
    }
}
