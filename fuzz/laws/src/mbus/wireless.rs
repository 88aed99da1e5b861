//! Laws of wireless M-Bus.

use mbus::wireless::{
    Afl, Assembly, Channel, Coding, Communication, DecodeError, Decoder, Ell, EncodeError, Extension, Format,
    FragmentControl, Frame, Key, Mac, Message, MessageControl, Proof, Reason, Security, Session, Station,
    open, strip,
};
use mbus::{Ci, Control, Header, Identification, LongHeader, Manufacturer, Medium, ShortHeader, Status};

use crate::Seed;
use crate::frame::{self, Again};

/// CRC-16/EN-13757, bit by bit.
fn crc(octets: &[u8]) -> u16 {
    let shift = |crc: u16, _| if crc >> 15 == 1 { crc << 1 ^ 0x3D65 } else { crc << 1 };
    !octets.iter().fold(0, |crc, octet| (0..8).fold(crc ^ u16::from(*octet) << 8, shift))
}

/// A frame with its checksums of one without its length: 9 to 255 octets, 251 in format B.
pub fn framed(format: Format, body: &[u8]) -> Vec<u8> {
    let (first, next, sums) = match format {
        Format::A => (10, 16, 0),
        Format::B => (126, 126, if body.len() < 126 { 2 } else { 4 }),
    };
    let octets = [&[(body.len() + sums) as u8], body].concat();
    let (first, rest) = octets.split_at(first.min(octets.len()));
    let blocks = core::iter::once(first).chain(rest.chunks(next));
    blocks.flat_map(|block| [block, &crc(block).to_be_bytes()].concat()).collect()
}

/// Whether octets are a frame with its checksums.
fn intact(format: Format, octets: &[u8]) -> bool {
    let (first, next, most) = match format {
        Format::A => (10, 16, 256),
        Format::B => (126, 126, 252),
    };
    let mut body = Vec::new();
    let mut rest = octets;
    while rest.len() > 2 {
        let length = if body.is_empty() { first } else { next };
        let (block, behind) = rest.split_at(length.min(rest.len() - 2));
        body.extend(block);
        rest = &behind[2..];
    }
    rest.is_empty() && (10..=most).contains(&body.len()) && framed(format, &body[1..]) == octets
}

/// Octets are a frame of each form or a typed error, chips are octets or a typed error, in any chunking; and
/// what is decoded encodes to the same octets. A message of the octets that is sealed opens as it was.
pub fn wireless(octets: &[u8]) {
    message(octets);
    for format in [Format::A, Format::B] {
        whole(format, octets);
        if octets.len() >= 9 {
            let limit = if format == Format::A { 255 } else { 251 };
            let body = &octets[..octets.len().min(limit)];
            let frame = framed(format, body);
            whole(format, &frame);
            let mut stripped = [&[body.len() as u8], body].concat();
            message(&stripped);
            assert_eq!(strip(&frame, &mut [0; 256]), Ok((Some(format), &mut stripped[..])));
        }
    }
    chips(octets);
    sealed(octets);
}

fn whole(format: Format, octets: &[u8]) {
    let is_intact = intact(format, octets);
    match format.strip(octets, &mut [0; Frame::MAX_LEN]) {
        Ok(stripped) => assert!(is_intact && Frame::decode(stripped).is_ok()),
        Err(error) => return assert!(!is_intact && !error.to_string().is_empty()),
    }
    let again = |octets: &[u8], stripped: &mut [u8]| -> Option<usize> {
        Some(format.strip(octets, stripped).ok()?.len())
    };
    // The longest frames have many places.
    frame::laws(
        octets,
        7,
        |octets| intact(format, octets),
        |octets, buffer| {
            let mut stripped = [0; Frame::MAX_LEN];
            let Some(length) = again(octets, &mut stripped) else { return Again::Refused };
            match format.encode(&Frame::decode(&stripped[..length]).unwrap(), buffer) {
                Ok(octets) => Again::Written(octets),
                Err(EncodeError::BufferTooSmall { needed, have }) => Again::TooSmall { needed, have },
                Err(error) => panic!("{error}"),
            }
        },
    );
}

/// A frame without checksums.
fn message(octets: &[u8]) {
    let is_frame = octets.len() >= 10 && usize::from(octets[0]) + 1 == octets.len();
    let frame = Frame::decode(octets);
    assert_eq!(frame.is_ok(), is_frame);
    let Ok(frame) = frame else { return };
    let mut buffer = [0; Frame::MAX_LEN];
    assert_eq!(frame.encode(&mut buffer), Ok(octets));
    let message = match Message::decode(octets) {
        Ok(message) => message,
        Err(DecodeError::Truncated { needed, have }) => return assert!(needed > have),
        Err(error) => return assert!(matches!(error, DecodeError::AflLength { .. }), "{error}"),
    };
    // A checksum inside, plain, comes back right even if it was not.
    if message.ell.is_none_or(|ell| ell.session.is_none() || ell.is_encrypted()) {
        assert_eq!(message.encode(&mut buffer), Ok(octets), "{message:?}");
    }
    if let Ok(telegram) = message.telegram() {
        assert!(message.is_plain());
        assert!(telegram.records.count() <= octets.len());
    }

    let key = Key::new([0x2F; 16]);
    let mut opened = octets.to_vec();
    if let Ok(opened) = open(&mut opened, |_| Some(&key))
        && let Security::Verified { .. } = opened.security
    {
        assert_eq!(opened.seal(&key, &mut buffer), Ok(octets));
    }
    let mut closed = octets.to_vec();
    assert_eq!(open(&mut closed, |_| None), Ok(message));
    assert_eq!(closed, octets);
}

const CODINGS: [Coding; 4] =
    [Coding::Nrz, Coding::ThreeOfSix, Coding::Manchester, Coding::InvertedManchester];

fn chips(octets: &[u8]) {
    for coding in CODINGS {
        let (mut chips, mut again) = (vec![0; 2 * octets.len() + 1], vec![0; octets.len()]);
        let chips = coding.encode(octets, &mut chips).unwrap();
        assert_eq!(coding.decode(chips, &mut again), Ok(octets));
        if let Ok(read) = coding.decode(octets, &mut again) {
            let count = read.len() * coding.chips() / 8;
            let mut chips = vec![0; 2 * read.len() + 1];
            let chips = coding.encode(read, &mut chips).unwrap();
            assert_eq!(chips[..count], octets[..count]);
        }
    }
    for channel in [Channel::S, Channel::T_FROM_METER, Channel::C_FROM_METER_A, Channel::C_FROM_METER_B] {
        decoder(&Decoder::new(channel), octets);
        if octets.len() >= 9 {
            let frame = framed(channel.format, &octets[..octets.len().min(251)]);
            let mut buffer = [0; 2 * Format::MAX_LEN];
            let chips = channel.coding.encode(&frame, &mut buffer).unwrap();
            assert!(decoder(&Decoder::new(channel), chips), "a frame is found");
        }
    }
    decoder(&Decoder::of_t_and_c(), octets);
}

/// In any chunking a decoder finds the same, and knows what is missing. Whether it is a frame.
fn decoder(new: &Decoder, chips: &[u8]) -> bool {
    let mut whole = new.clone();
    let taken = whole.feed(chips);
    for size in [1, 7] {
        let mut decoder = new.clone();
        for chunk in chips[..taken].chunks(size) {
            let before = decoder.missing();
            assert_eq!(decoder.feed(chunk), chunk.len());
            if let (Some(before), Some(after)) = (before, decoder.missing()) {
                assert!(after + chunk.len() == before || matches!(decoder.frame(), Some(Err(_))));
            }
        }
        assert_eq!(decoder.frame(), whole.frame());
    }
    assert_eq!(whole.frame().is_some(), whole.missing() == Some(0));
    assert!(taken == chips.len() || whole.frame().is_some());
    matches!(whole.frame(), Some(Ok(_)))
}

/// A message protected in one of the ways comes back, with its proof.
fn sealed(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (way, key) = (seed.u8(), seed.octets());
    let (key, wrong) = (Key::new(key), Key::new(key.map(|octet| !octet)));
    let (manufacturer, identification) = (Manufacturer(seed.u16()), Identification(seed.u16().into()));
    let (version, medium, status) = (1, Medium::WATER, Status(0));
    let station = Station { manufacturer, identification, version, medium };
    let (counter, access) = (u32::from(seed.u16()), seed.u8());
    let data = seed.slice(160);
    let blocks = (data.len() + 2).div_ceil(16) as u16;
    let mut padded = [&[0x2F; 2], data].concat();
    padded.resize(16 * usize::from(blocks), 0x2F);

    let (configuration, proof) = match way >> 1 & 3 {
        0 => (0, Proof::Checksum),
        1 => (0x0500 | blocks << 4, Proof::Filler),
        _ => (0x2700 | blocks << 4, Proof::Mac),
    };
    let (ci, header) = match way >> 3 & 1 {
        0 => (Ci::RESPONSE_SHORT, Header::Short(ShortHeader { access, status, configuration })),
        _ => (
            Ci::RESPONSE_LONG,
            Header::Long(LongHeader {
                identification,
                manufacturer,
                version,
                medium,
                access,
                status,
                configuration,
            }),
        ),
    };
    let session = (proof == Proof::Checksum).then_some(Session(1 << 29 | counter));
    let receiver = (way >> 4 & 1 == 1).then_some(station);
    let ell = Ell { control: Communication(way), access, receiver, session };
    let afl = (proof == Proof::Mac).then(|| Afl {
        message_control: Some(MessageControl(0x25)),
        counter: Some(!counter),
        mac: Mac::new(&[0; 8]),
        ..Afl::EMPTY
    });
    let control = if way & 1 == 0 { Control::SND_NR } else { Control::SND_UD };
    let message = Message {
        ell: (way >> 5 & 1 == 1 || session.is_some()).then_some(ell),
        afl,
        ci: Some(ci),
        header,
        extension: afl.map(|_| Extension { octet: 0x10, counter: Some(counter), version: None }),
        data: &padded,
        ..Message::new(control, station)
    };
    let mut buffer = [0; Frame::MAX_LEN];
    assert_eq!(message.encode(&mut buffer), Err(EncodeError::KeyNeeded));
    let sent = message.seal(&key, &mut buffer).unwrap().to_vec();
    let mut octets = sent.clone();
    let opened = open(&mut octets, |_| Some(&key)).unwrap();
    assert_eq!(opened.security, Security::Verified { by: proof });
    assert_eq!((opened.ci, opened.header, opened.data), (message.ci, message.header, message.data));
    assert_eq!(opened.seal(&key, &mut buffer), Ok(&sent[..]));

    if proof == Proof::Mac {
        let mut octets = sent.clone();
        let refused = open(&mut octets, |_| Some(&wrong)).unwrap();
        assert_eq!(refused.security, Security::Encrypted { reason: Reason::Mac });
        fragments(&sent, &opened, &key, 1 + usize::from(access));
    }
}

/// The message in fragments is the same message.
fn fragments(sent: &[u8], opened: &Message<'_>, key: &Key, size: usize) {
    let header = if let Header::Long(_) = opened.header { 12 } else { 4 };
    // CI field, header, extension with its counter.
    let tpdu = &sent[sent.len() - opened.data.len() - header - 6..];
    let pieces = tpdu.chunks(size);
    let count = pieces.len();
    let mut buffer = [0; Frame::MAX_LEN];
    let mut assembly = Assembly::new(&mut buffer);
    for (place, data) in pieces.enumerate() {
        let control = FragmentControl::new(place as u8 + 1, place + 1 < count);
        let afl = opened.afl.filter(|_| place == 0).unwrap_or(Afl::EMPTY);
        let fragment = Message {
            afl: Some(Afl { control, ..afl }),
            ell: opened.ell,
            security: Security::Fragment,
            data,
            ..Message::new(opened.control, opened.station)
        };
        let mut buffer = [0; Frame::MAX_LEN];
        let decoded = Message::decode(fragment.encode(&mut buffer).unwrap()).unwrap();
        assert_eq!(decoded, fragment);
        assert_eq!(assembly.push(&decoded), Ok(place + 1 == count));
    }
    let assembled = assembly.open(|_| Some(key)).unwrap();
    assert_eq!((assembled.security, assembled.data), (opened.security, opened.data));
}
