//! The reading of one meter.

use core::time::Duration;

use meter_value::line::{Exchange, Machine, Output, Retry, Search, Step};

use crate::{Address, Control, DecodeError, Decoder, EncodeError, Frame, Telegram, TransactionError};

/// A client: resets the link of a meter, then asks for its data, each until it is answered.
///
/// Requests, and data of other meters, do not end the wait: a bus may echo, and others may speak.
///
/// ```
/// use core::time::Duration;
/// use mbus::{Address, Client, Machine, Output, Retry};
///
/// let mut client = Client::new(Retry { timeout: Duration::from_secs(2), retries: 2 });
/// client.start(Address(5))?;
///
/// let now = Duration::ZERO;
/// assert_eq!(client.poll(now), Output::Transmit(&[0x10, 0x40, 0x05, 0x45, 0x16]));
/// client.transmitted(now);
/// client.receive(&[0xE5], now);
/// assert_eq!(client.poll(now), Output::Transmit(&[0x10, 0x7B, 0x05, 0x80, 0x16]));
/// client.transmitted(now);
///
/// client.receive(&[0x68, 0x07, 0x07, 0x68, 0x08, 0x05, 0x78, 0x02, 0x06, 0x39, 0x30, 0xF6, 0x16], now);
/// let Output::Done(Ok(mut telegram)) = client.poll(now) else { panic!() };
/// assert_eq!(telegram.records.next().unwrap().unwrap().value().to_string(), "12345000");
/// # Ok::<(), mbus::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    exchange: Exchange<DecodeError>,
    pending: Pending,
}

/// The request under way, and what comes in after it.
#[derive(Clone, Debug)]
struct Pending {
    control: Control,
    address: Address,
    request: [u8; SHORT_LEN],
    decoder: Decoder,
}

/// Octets of a short frame.
const SHORT_LEN: usize = 5;

impl Client {
    /// A client with nothing to do.
    pub const fn new(retry: Retry) -> Self {
        let (control, address) = (Control::SND_NKE, Address::UNCONFIGURED);
        let pending = Pending { control, address, request: [0; SHORT_LEN], decoder: Decoder::new() };
        Self { exchange: Exchange::new(retry), pending }
    }

    /// Begins to read a meter, and abandons the one before if it is still being read.
    ///
    /// # Errors
    /// [`EncodeError::Broadcast`]: no meter would answer.
    pub fn start(&mut self, address: Address) -> Result<(), EncodeError> {
        self.exchange.abandon();
        if address == Address::BROADCAST {
            return Err(EncodeError::Broadcast);
        }
        self.pending.address = address;
        self.ask(Control::SND_NKE)
    }

    fn ask(&mut self, control: Control) -> Result<(), EncodeError> {
        self.pending.control = control;
        Frame::Short { control, address: self.pending.address }.encode(&mut self.pending.request)?;
        self.exchange.start();
        Ok(())
    }
}

impl Machine for Client {
    type Outcome<'a> = Result<Telegram<'a>, TransactionError>;

    fn receive(&mut self, octets: &[u8], _now: Duration) {
        self.exchange.receive(&mut self.pending, octets);
    }

    fn transmitted(&mut self, now: Duration) {
        self.exchange.transmitted(&mut self.pending, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        let mut step = self.exchange.poll(&mut self.pending, now);
        // After a reset the first request carries a set frame count bit; a short frame fits its buffer.
        if step == Step::Answered
            && self.pending.control == Control::SND_NKE
            && self.ask(Control::REQ_UD2.with_fcb(true)).is_ok()
        {
            step = self.exchange.poll(&mut self.pending, now);
        }
        match step {
            Step::Transmit => Output::Transmit(&self.pending.request),
            Step::Wait(until) => Output::Wait(until),
            // Every request of this client is answered.
            Step::Sent => Output::Wait(None),
            Step::Answered => Output::Done(self.pending.telegram()),
            Step::NoReply { timeout, attempts } => {
                Output::Done(Err(TransactionError::NoReply { timeout, attempts }))
            }
            Step::Corrupt(error) => Output::Done(Err(TransactionError::Corrupt(error))),
        }
    }
}

impl Pending {
    fn telegram(&self) -> Result<Telegram<'_>, TransactionError> {
        let telegram = self.decoder.last().and_then(|frame| frame.telegram());
        telegram.map_err(TransactionError::Corrupt)
    }
}

impl Search for Pending {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        self.decoder.feed(octets)
    }

    fn silence(&mut self) {
        self.decoder.silence();
    }

    fn clear(&mut self) {
        self.decoder.clear();
    }

    fn next(&mut self) -> Option<Result<bool, DecodeError>> {
        let result = self.decoder.frame()?;
        Some(result.and_then(|frame| answers(self.control, self.address, &frame)))
    }
}

/// Whether `frame` answers a request: an acknowledgement, or data of the meter with this address.
///
/// # Errors
/// The frame has to be the answer, but it is no telegram.
fn answers(request: Control, address: Address, frame: &Frame<'_>) -> Result<bool, DecodeError> {
    let (control, from) = match *frame {
        Frame::Ack => return Ok(request == Control::SND_NKE),
        Frame::Long { control, address, .. } | Frame::Control { control, address, .. } => (control, address),
        Frame::Short { .. } => return Ok(false),
    };
    let meant = from == address || matches!(address, Address::TEST | Address::SELECTED);
    if request == Control::SND_NKE || control.from_primary() || !meant {
        return Ok(false);
    }
    frame.telegram().map(|_| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ci;
    use std::vec::Vec;

    const RETRY: Retry = Retry { timeout: Duration::from_millis(300), retries: 1 };
    const METER: Address = Address(5);
    const RECORDS: &[u8] = &[0x02, 0x06, 0x39, 0x30];

    fn octets(frame: Frame<'_>) -> Vec<u8> {
        frame.encode(&mut [0; Frame::MAX_LEN]).unwrap().to_vec()
    }

    fn request(control: Control) -> Vec<u8> {
        octets(Frame::Short { control, address: METER })
    }

    fn response(address: Address) -> Vec<u8> {
        octets(Frame::Long { control: Control::RSP_UD, address, ci: Ci::RESPONSE, data: RECORDS })
    }

    /// Has the client send what it wants to, and checks it.
    fn sends(client: &mut Client, control: Control, now: Duration) {
        assert_eq!(client.poll(now), Output::Transmit(&request(control)));
        client.transmitted(now);
    }

    fn asked(client: &mut Client) {
        client.start(METER).unwrap();
        sends(client, Control::SND_NKE, Duration::ZERO);
        client.receive(&octets(Frame::Ack), Duration::ZERO);
        sends(client, Control(0x7B), Duration::ZERO);
    }

    fn done(client: &mut Client, now: Duration) {
        let Output::Done(Ok(mut telegram)) = client.poll(now) else { panic!() };
        assert_eq!(telegram.records.next().unwrap().unwrap().header, [0x02, 0x06]);
    }

    #[test]
    fn neither_echo_nor_another_meter_ends_the_wait() {
        let mut client = Client::new(RETRY);
        client.start(METER).unwrap();
        sends(&mut client, Control::SND_NKE, Duration::ZERO);
        client.receive(&request(Control::SND_NKE), Duration::ZERO);
        client.receive(&response(METER), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        client.receive(&octets(Frame::Ack), Duration::ZERO);
        sends(&mut client, Control(0x7B), Duration::ZERO);
        client.receive(&request(Control(0x7B)), Duration::ZERO);
        client.receive(&octets(Frame::Ack), Duration::ZERO);
        client.receive(&response(Address(6)), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        client.receive(&response(METER), Duration::ZERO);
        done(&mut client, Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(None));
    }

    #[test]
    fn a_lost_frame_is_asked_for_again_with_the_same_frame_count_bit() {
        let mut client = Client::new(RETRY);
        client.start(METER).unwrap();
        sends(&mut client, Control::SND_NKE, Duration::ZERO);
        sends(&mut client, Control::SND_NKE, RETRY.timeout);
        client.receive(&octets(Frame::Ack), RETRY.timeout);
        sends(&mut client, Control(0x7B), RETRY.timeout);
        sends(&mut client, Control(0x7B), 2 * RETRY.timeout);
        client.receive(&response(METER), 2 * RETRY.timeout);
        done(&mut client, 2 * RETRY.timeout);
    }

    #[test]
    fn silence_and_noise_are_told_apart() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        sends(&mut client, Control(0x7B), RETRY.timeout);
        let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
        assert_eq!(client.poll(2 * RETRY.timeout), Output::Done(Err(no_reply)));

        asked(&mut client);
        sends(&mut client, Control(0x7B), RETRY.timeout);
        let mut damaged = response(METER);
        damaged[8] ^= 1;
        client.receive(&damaged, RETRY.timeout);
        let outcome = client.poll(2 * RETRY.timeout);
        assert!(matches!(
            outcome,
            Output::Done(Err(TransactionError::Corrupt(DecodeError::Checksum { .. })))
        ));
    }

    #[test]
    fn an_intact_answer_behind_a_false_header_is_found_at_the_timeout() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        client.receive(&[0x68, 0x40, 0x40, 0x68], Duration::ZERO);
        client.receive(&response(METER), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        done(&mut client, RETRY.timeout);
    }

    #[test]
    fn any_meter_answers_the_test_address_and_none_a_broadcast() {
        let mut client = Client::new(RETRY);
        assert_eq!(client.start(Address::BROADCAST), Err(EncodeError::Broadcast));
        client.start(Address::TEST).unwrap();
        assert!(matches!(client.poll(Duration::ZERO), Output::Transmit(_)));
        client.transmitted(Duration::ZERO);
        client.receive(&octets(Frame::Ack), Duration::ZERO);
        assert!(matches!(client.poll(Duration::ZERO), Output::Transmit(_)));
        client.transmitted(Duration::ZERO);
        client.receive(&response(METER), Duration::ZERO);
        done(&mut client, Duration::ZERO);
    }
}
