//! Which edition a meter speaks.

use dlt645::{DecodeError, Detected, Detection, Edition, Reply, TransactionError};

use super::*;

impl Bus {
    fn detect(&mut self, address: Address) -> Result<Detected, TransactionError> {
        let mut detection = Detection::new(self.line, Retry { retries: 1, ..RETRY });
        detection.start(address);
        let outcome = self.run(&mut detection, |outcome| outcome);
        assert_eq!(detection.poll(self.now + ms(100_000)), Output::Wait(None));
        outcome
    }
}

#[test]
fn a_meter_of_2007_is_told_by_its_address_or_its_energy() {
    let meter = address("123456789012");
    let detected = Ok(Detected { edition: Edition::Y2007, address: meter });
    let mut bus = Bus::new(&[meter]);
    assert_eq!(bus.detect(Address::ANY), detected);
    assert_eq!(bus.asked, [Address::ANY]);
    bus.asked.clear();
    assert_eq!(bus.detect(meter), detected);
    assert_eq!(bus.asked, [meter]);
    // One that does not say its address.
    bus.meters[0].script = zero;
    assert_eq!(bus.detect(Address::ANY), detected);
    assert_eq!(bus.asked.len(), 1 + 2 + 1);
}

/// A refusal counts, unless data of the other edition comes.
#[test]
fn a_refusal_of_the_function_tells_the_edition() {
    let meter = address("123456789012");
    let mut bus = Bus::new(&[meter]);
    bus.meters[0].script = refusing;
    let detected = |edition| Ok(Detected { edition, address: meter });
    assert_eq!(bus.detect(Address::ANY), detected(Edition::Y2007));
    assert_eq!(bus.asked, [Address::ANY; 4]);
    assert_eq!(bus.detect(meter), detected(Edition::Y2007));
    bus.meters[0].script = refusing_of_1997;
    assert_eq!(bus.detect(Address::ANY), detected(Edition::Y1997));
    assert_eq!(bus.detect(meter), detected(Edition::Y1997));
    bus.meters[0].script = |meter, command| of_1997(meter, command).or(refusing(meter, command));
    assert_eq!(bus.detect(meter), detected(Edition::Y1997));
}

#[test]
fn a_meter_of_1997_is_told_by_its_energy_and_its_number() {
    let meter = address("000000123456");
    let detected = Ok(Detected { edition: Edition::Y1997, address: meter });
    for name in [None, Some(Address::ANY), Some(Address::BROADCAST)] {
        let mut bus = Bus::new(&[meter]);
        bus.meters[0].script = of_1997;
        bus.meters[0].name = name;
        assert_eq!(bus.detect(Address::ANY), detected, "{name:?}");
    }
    let mut bus = Bus::new(&[meter]);
    bus.meters[0].script = of_1997;
    assert_eq!(bus.detect(meter), detected);
    // One that never says who it is.
    bus.meters[0].script = |meter, command| of_1997(meter, command).filter(|(_, data)| data[0] == 0x10);
    bus.meters[0].name = Some(Address::ANY);
    let nameless = Ok(Detected { edition: Edition::Y1997, address: Address::ANY });
    assert_eq!(bus.detect(Address::ANY), nameless);
}

/// As some do that do not know wildcards.
#[test]
fn a_meter_of_1997_that_listens_to_all_only_is_found() {
    let mut now = ms(0);
    let number = address("000000123456");
    let mut detection = Detection::new(LINE, RETRY);
    detection.start(Address::ANY);
    let mut asked = Vec::new();
    let outcome = loop {
        match detection.poll(now) {
            Output::Done(outcome) => break outcome,
            Output::Wait(until) => now = until.unwrap(),
            Output::Transmit(octets) => {
                let octets = octets.to_vec();
                let frame = Frame::decode(&octets).unwrap();
                let Command::Read { identifier } = Command::decode(&frame).unwrap_or(Command::ReadAddress)
                else {
                    detection.transmitted(now);
                    continue;
                };
                asked.push((frame.address, identifier));
                detection.transmitted(now);
                if frame.address == Address::BROADCAST {
                    let number = number.0;
                    let data = match identifier {
                        Identifier::Y1997(0xC032) => Data::plain(&number),
                        _ => Data::plain(&[0; 4]),
                    };
                    let reply = Reply::Read { identifier, data, more: false };
                    let octets = reply.encode_frame(Address::BROADCAST, &mut [0; 32]).unwrap().to_vec();
                    detection.receive(&octets, now + ms(50));
                }
            }
        }
    };
    assert_eq!(outcome, Ok(Detected { edition: Edition::Y1997, address: number }));
    let all = Address::BROADCAST;
    let read = Identifier::Y1997(0x9010);
    let expected = [
        (Address::ANY, Identifier::FORWARD_ACTIVE_ENERGY),
        (Address::ANY, read),
        (all, read),
        (all, Identifier::Y1997(0xC032)),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn silence_is_told_from_noise() {
    let silence = Err(TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 });
    let mut bus = Bus::new(&[]);
    assert_eq!(bus.detect(Address::ANY), silence);
    let (any, all) = (Address::ANY, Address::BROADCAST);
    assert_eq!(bus.asked, [any, any, any, any, any, any, all, all]);
    assert_eq!(bus.detect(address("1")), silence);
    assert_eq!(bus.asked.len(), 8 + 4);

    // What answers at another rate looks like.
    bus.noise = vec![(ms(50), vec![0x68, 0, 0x80, 0x78, 0x80, 0xF8, 0, 0x78, 0x80, 0, 0xF8])];
    let noise = TransactionError::Corrupt(DecodeError::Start { place: 7, octet: 0x78 });
    assert_eq!(bus.detect(Address::ANY), Err(noise));
}

#[test]
fn several_meters_at_once_are_no_silence() {
    let both = [address("170820150137"), address("170820150138")];
    let mut bus = Bus { collision: Collision::And, ..Bus::new(&both) };
    assert!(matches!(bus.detect(Address::ANY), Err(TransactionError::Corrupt(_))));
}
