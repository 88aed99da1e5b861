//! Laws of two ends of one line.

use core::time::Duration;

use dlt645::{
    Address, Client, Command, Device, Edition, ErrorFlags, Found, Frame, Handler, Identifier, Line, Machine,
    Output, Reply, Retry, Search, Server, TransactionError, Writer,
};

use super::METER;
use crate::{Seed, machine};

const LINE: Line = Line::new(2_400);

/// A meter whose data is as long as it is told.
struct Long {
    edition: Edition,
    length: u16,
}

/// The octets of its data.
fn content(length: u16) -> impl Iterator<Item = u8> {
    (0..length).map(|place| (place % 251) as u8)
}

impl Handler for Long {
    fn edition(&self) -> Edition {
        self.edition
    }

    fn read(&mut self, _: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        data.extend(content(self.length));
        Ok(())
    }
}

/// Whatever the line loses, breaks or repeats, what a client reads is the meter's data to the last octet, in as
/// many frames as it takes; and without such luck it reads it at once.
pub fn pair(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (is_1997, length) = (seed.u8() & 1 == 1, seed.u16() % 1_027);
    let (edition, identifier) = match is_1997 {
        true => (Edition::Y1997, Identifier::Y1997(0x9010)),
        false => (Edition::Y2007, Identifier::FORWARD_ACTIVE_ENERGY),
    };
    let mut server = Server::new(METER, Long { edition, length });
    let mut client: Client = Client::new(LINE);
    let retry = Retry { timeout: Duration::from_secs(1), retries: 3 };
    let device = Device { retry, ..Device::new(METER) };
    client.start(&device, &Command::Read { identifier }).expect("a read can be asked for");
    machine::pair(
        &mut client,
        &mut server,
        &mut seed,
        |octets| LINE.time(octets),
        |outcome, is_disturbed| {
            match outcome {
                Ok(Some(Reply::Read { identifier: read, data, more: false })) => {
                    assert!(read == identifier && data.iter().eq(content(length)));
                }
                Err(TransactionError::NoReply { .. } | TransactionError::Corrupt(_)) if is_disturbed => {}
                // A meter that has gone on says so.
                Ok(Some(Reply::Read { more: true, .. })) if is_disturbed => {}
                other => panic!("{other:?}"),
            }
            true
        },
    );
}

/// A search ends, whatever it hears, within the questions it says; it tells no meter twice, and none that was
/// not heard.
pub fn search(octets: &[u8]) {
    let mut seed = Seed(octets);
    let retry = Retry { timeout: Duration::from_millis(600), retries: seed.u8() & 1 };
    let mut search = Search::new(LINE, retry);
    search.start();
    let (mut now, mut asked, mut answered) = (Duration::ZERO, 0_u32, 0_u32);
    let (mut heard, mut meters) = (Vec::<u8>::new(), Vec::new());
    loop {
        match search.poll(now) {
            Output::Transmit(question) => {
                let question = Frame::decode(question).expect("a question is a frame");
                let kind = seed.u8();
                let own = Address(seed.octets()).0.map(|octet| octet & 0x99);
                let reply =
                    Reply::Failed { function: question.control.function(), error: ErrorFlags::OTHER.into() };
                let mut buffer = [0; Frame::MAX_LEN];
                let answer = match kind & 3 {
                    1 => seed.slice(usize::from(kind >> 2)),
                    2 => reply.encode_frame(Address(own), &mut buffer).expect("a reply can be said"),
                    3 if !question.address.is_wildcard() => {
                        reply.encode_frame(question.address, &mut buffer).expect("a reply can be said")
                    }
                    _ => &[],
                };
                asked += 1;
                answered += u32::from(!answer.is_empty());
                heard.extend(answer);
                search.transmitted(now);
                search.receive(answer, now);
            }
            Output::Wait(until) => now = until.expect("a search that waits knows for how long"),
            Output::Done(Some(Found::Meter(address))) => {
                assert!(!meters.contains(&address), "{address} twice");
                assert!(heard.windows(6).any(|window| window == address.0), "{address} never answered");
                meters.push(address);
            }
            Output::Done(Some(Found::Garbled(_))) => {}
            Output::Done(None) => break,
        }
    }
    let limit = (1 + 102 * answered) * (u32::from(retry.retries) + 1);
    assert!(asked <= limit, "{asked} questions where {limit} are the limit");
}
