//! What keys open, and what they do not.

use mbus::wireless::{
    Afl, Assembly, DecodeError, EncodeError, FragmentControl, FragmentError, Frame, Key, Message, Proof,
    Reason, Security, SecurityMode, open,
};

use crate::{Vector, cut, vectors};

fn describe(message: &Message<'_>) -> String {
    let (station, meter) = (message.station, message.meter());
    let mode = message.configuration().map_or(SecurityMode::NONE, |configuration| configuration.mode());
    let security = match message.security {
        Security::Plain => "plain".into(),
        Security::Verified { by } => format!("verified by {by:?}"),
        other => format!("{other:?}"),
    };
    let data: String = message.data.iter().map(|octet| format!("{octet:02X}")).collect();
    format!(
        "{:02X} {} {} {} {}; {:02X} of {}; {}; {security}; {data}",
        message.control.0,
        station.manufacturer,
        station.identification,
        station.version,
        station.medium,
        message.ci.unwrap().0,
        meter.identification,
        mode.name().unwrap(),
    )
}

/// The vectors with a key.
fn sealed() -> impl Iterator<Item = (Vector, Key)> {
    vectors().filter_map(|vector| vector.key.map(|key| (vector, Key::new(key))))
}

fn last() -> (Vec<u8>, Key) {
    let (vector, key) = sealed().last().unwrap();
    (vector.octets, key)
}

#[test]
fn every_vector_opens_as_expected() {
    for vector in vectors() {
        let key = vector.key.map(Key::new);
        let mut octets = vector.stripped();
        let message = open(&mut octets, |_| key.as_ref()).unwrap();
        assert_eq!(describe(&message), vector.expected, "{}", vector.name);
    }
}

#[test]
fn what_was_opened_seals_to_the_same_octets() {
    for (vector, key) in sealed() {
        let stripped = vector.stripped();
        let (mut octets, mut buffer) = (stripped.clone(), [0; Frame::MAX_LEN]);
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        assert_eq!(message.encode(&mut buffer), Err(EncodeError::KeyNeeded));
        assert_eq!(message.seal(&key, &mut buffer), Ok(&stripped[..]), "{}", vector.name);
        let (needed, have) = (stripped.len(), stripped.len() - 1);
        let small = EncodeError::BufferTooSmall { needed, have };
        assert_eq!(message.seal(&key, &mut buffer[..have]), Err(small));
    }
}

#[test]
fn a_wrong_key_changes_nothing() {
    for (vector, _) in sealed() {
        let mut octets = vector.stripped();
        let (wrong, stripped) = (Key::new([0x5A; 16]), octets.clone());
        let message = open(&mut octets, |_| Some(&wrong)).unwrap();
        let Security::Encrypted { reason } = message.security else { panic!("{message:?}") };
        match Message::decode(&stripped).unwrap() {
            closed if closed.afl.is_some() => assert_eq!(reason, Reason::Mac),
            closed if closed.ci.is_none() => assert!(matches!(reason, Reason::Checksum { .. })),
            _ => assert!(matches!(reason, Reason::Filler { .. })),
        }
        assert_eq!(octets, stripped, "{}", vector.name);
        let message = open(&mut octets, |_| None).unwrap();
        assert_eq!(message, Message::decode(&stripped).unwrap(), "{}", vector.name);
    }
}

#[test]
fn a_message_with_a_mac_takes_no_flipped_bit() {
    let (stripped, key) = last();
    let counter_at = 26;
    for place in counter_at..stripped.len() {
        let mut octets = stripped.clone();
        octets[place] ^= 0x01;
        if let Ok(message) = open(&mut octets, |_| Some(&key)) {
            assert!(!matches!(message.security, Security::Verified { .. }), "octet {place}");
        }
    }
    for place in 30..38 {
        let mut octets = stripped.clone();
        octets[place] ^= 0x80;
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        assert_eq!(message.security, Security::Encrypted { reason: Reason::Mac });
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let [first, ..] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
    let key = Key::new(first.key.unwrap());
    for (high, reason) in [
        (0x0A, Reason::Mode { mode: SecurityMode::AES_CCM }),
        (0x02, Reason::Mode { mode: SecurityMode::DES }),
        (0x1F, Reason::Mode { mode: SecurityMode(0x1F) }),
    ] {
        let mut octets = first.octets.clone();
        octets[14] = high;
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        assert_eq!(message.security, Security::Encrypted { reason });
    }
    let mut octets = first.octets.clone();
    octets[13] = 0x30;
    let message = open(&mut octets, |_| Some(&key)).unwrap();
    let reason = Reason::Truncated { needed: 48, have: 32 };
    assert_eq!(message.security, Security::Encrypted { reason });

    let (f3, key) = last();
    let mut octets = f3.clone();
    octets[51] = 0x20;
    let message = open(&mut octets, |_| Some(&key)).unwrap();
    let reason = Reason::Derivation { derivation: 2 };
    assert_eq!(message.security, Security::Encrypted { reason });
    for (control, authentication) in [(0x24, 4), (0x28, 8), (0x20, 0)] {
        let mut octets = f3.clone();
        octets[25] = control;
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        let reason = Reason::Authentication { authentication, length: 8 };
        assert_eq!(message.security, Security::Encrypted { reason });
    }
}

#[test]
fn a_frame_cut_anywhere_is_never_verified() {
    for (vector, key) in sealed() {
        let stripped = vector.stripped();
        let whole = Message::decode(&stripped).unwrap();
        for mut octets in cut(&stripped) {
            let is_cut_behind = whole.afl.is_none() && octets.len() >= stripped.len() - 7;
            match open(&mut octets, |_| Some(&key)) {
                // A tail that nothing protects may go unseen.
                Ok(message) if !is_cut_behind => assert!(
                    !matches!(message.security, Security::Verified { .. }),
                    "{}: {message:?}",
                    vector.name
                ),
                _ => {}
            }
        }
    }
}

/// The message of F.3 in frames of at most `size` octets of it, its length in the first and the MAC in the
/// last one.
fn fragments(size: usize) -> Vec<Vec<u8>> {
    let (mut octets, key) = last();
    let message = open(&mut octets, |_| Some(&key)).unwrap();
    let afl = Afl { length: Some(46), ..message.afl.unwrap() };
    let whole = Message { afl: Some(afl), ..message };
    let mut buffer = [0; Frame::MAX_LEN];
    let sealed = whole.seal(&key, &mut buffer).unwrap();
    let afl = Message::decode(sealed).unwrap().afl.unwrap();
    let pieces = sealed[sealed.len() - 46..].chunks(size);
    let count = pieces.len();
    let frames = pieces.enumerate().map(|(place, data)| {
        let control = FragmentControl::new(place as u8 + 1, place + 1 < count);
        let afl = match place {
            0 => Afl { mac: None, ..afl },
            _ => Afl { mac: afl.mac.filter(|_| place + 1 == count), ..Afl::EMPTY },
        };
        let afl = Some(Afl { control, ..afl });
        let fragment = Message {
            ell: whole.ell,
            afl,
            security: Security::Fragment,
            data,
            ..Message::new(whole.control, whole.station)
        };
        fragment.encode(&mut [0; Frame::MAX_LEN]).unwrap().to_vec()
    });
    frames.collect()
}

#[test]
fn fragments_become_one_message() {
    let (stripped, key) = last();
    let whole = Message::decode(&stripped).unwrap();
    let mut octets = stripped.clone();
    let plain = open(&mut octets, |_| Some(&key)).unwrap();
    for size in [1, 16, 40, 45] {
        let frames = fragments(size);
        let assembled = |buffer: &'static mut [u8]| {
            let mut assembly = Assembly::new(buffer);
            for (place, octets) in frames.iter().enumerate() {
                let fragment = Message::decode(octets).unwrap();
                assert_eq!(fragment.telegram(), Err(DecodeError::Fragment));
                assert_eq!(fragment.encode(&mut [0; Frame::MAX_LEN]), Ok(&octets[..]));
                assert_eq!(assembly.push(&fragment), Ok(place + 1 == frames.len()));
            }
            assembly
        };
        let closed = assembled(vec![0; 64].leak()).decode().unwrap();
        assert_eq!((closed.meter(), closed.data), (whole.meter(), whole.data));
        assert_eq!(closed.security, Security::Encrypted { reason: Reason::NoKey });
        let message = assembled(vec![0; 64].leak()).open(|_| Some(&key)).unwrap();
        assert_eq!(message.security, Security::Verified { by: Proof::Mac });
        assert_eq!((message.header, message.data), (plain.header, plain.data));
        let wrong = Key::new([1; 16]);
        let message = assembled(vec![0; 64].leak()).open(|_| Some(&wrong)).unwrap();
        assert_eq!(message.security, Security::Encrypted { reason: Reason::Mac });
    }
}

#[test]
fn fragments_come_in_order() {
    let frames = fragments(16);
    let [first, second, third] = [0, 1, 2].map(|place: usize| Message::decode(&frames[place]).unwrap());
    let mut buffer = [0; 46];
    let mut assembly = Assembly::new(&mut buffer);
    assert_eq!(assembly.push(&second), Err(FragmentError::Id { expected: 1, received: 2 }));
    assert_eq!(assembly.push(&first), Ok(false));
    assert_eq!(assembly.push(&third), Err(FragmentError::Id { expected: 2, received: 3 }));
    assert_eq!(assembly.push(&second), Ok(false));
    assert_eq!(assembly.push(&second), Err(FragmentError::Id { expected: 3, received: 2 }));
    let mut other = third;
    other.station.version ^= 1;
    assert_eq!(assembly.push(&other), Err(FragmentError::Station));
    assert_eq!(assembly.push(&first), Ok(false), "starts anew");
    assert_eq!(assembly.push(&second), Ok(false));
    let short = Message { data: &third.data[..13], ..third };
    assert_eq!(assembly.push(&short), Err(FragmentError::Length { told: 46, have: 45 }));
    assert_eq!(assembly.push(&third), Ok(true));
    assert!(assembly.decode().is_ok());

    let mut buffer = [0; 31];
    let mut assembly = Assembly::new(&mut buffer);
    assert_eq!(assembly.push(&first), Ok(false));
    let small = FragmentError::BufferTooSmall { needed: 32, have: 31 };
    assert_eq!(assembly.push(&second), Err(small));
    let [whole, ..] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
    let whole = Message::decode(&whole.octets).unwrap();
    assert_eq!(assembly.push(&whole), Err(FragmentError::Whole));
    assert_eq!(assembly.decode(), Err(DecodeError::Fragment));
}

#[test]
fn proofs_are_told() {
    let (mut octets, key) = last();
    let message = open(&mut octets, |wanted| {
        assert_eq!((wanted.id, wanted.version), (Some(0), None));
        Some(&key)
    });
    assert_eq!(message.unwrap().security, Security::Verified { by: Proof::Mac });
}
