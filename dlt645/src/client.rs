//! One command at a time, and its answer.

use core::time::Duration;

use meter_value::line::{Exchange, Machine, Output, Retry, Search, Step, Writer};

use crate::{
    Address, Command, DecodeError, Decoder, Direction, EncodeError, Frame, Identifier, Reply,
    TransactionError,
};

/// A client: sends a command, waits for the answer of that meter to that command, asks again.
///
/// Its own echo, answers of other meters, to other functions or with other data do not end the wait. A
/// meter answers within 500 ms (DL/T 645-2007, chapter 5), then its frame takes 9 ms an octet at
/// 1200 baud.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, Client, Command, Identifier, Machine, Output, Retry};
///
/// let mut client = Client::new(Retry { timeout: Duration::from_secs(1), retries: 2 });
/// let meter: Address = "003411001043".parse().unwrap();
/// client.start(meter, &Command::Read { identifier: Identifier::VOLTAGE_A })?;
///
/// let now = Duration::ZERO;
/// let Output::Transmit(octets) = client.poll(now) else { panic!() };
/// assert_eq!(octets[..12], [0xFE, 0xFE, 0xFE, 0xFE, 0x68, 0x43, 0x10, 0x00, 0x11, 0x34, 0x00, 0x68]);
/// client.transmitted(now);
///
/// let reply = [
///     0x68, 0x43, 0x10, 0x00, 0x11, 0x34, 0x00, 0x68, 0x91, 0x06, 0x33, 0x34, 0x34, 0x35, 0xCA, 0x55,
///     0xEE, 0x16,
/// ];
/// client.receive(&reply, now);
/// let Output::Done(Ok(reply)) = client.poll(now) else { panic!() };
/// assert_eq!(reply.values().next().unwrap().value.to_string(), "229.7");
/// # Ok::<(), dlt645::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    exchange: Exchange<DecodeError>,
    pending: Pending,
}

/// The command under way, with its preamble, and what comes in after it.
#[derive(Clone, Debug)]
struct Pending {
    command: [u8; Frame::MAX_SENT],
    length: usize,
    decoder: Decoder,
}

impl Client {
    /// A client with nothing to do.
    pub const fn new(retry: Retry) -> Self {
        let pending = Pending { command: [0; Frame::MAX_SENT], length: 0, decoder: Decoder::new() };
        Self { exchange: Exchange::new(retry), pending }
    }

    /// Begins a transaction, and abandons the one before if it still runs.
    ///
    /// # Errors
    /// [`EncodeError`] if the command cannot be sent, or no answer would come.
    pub fn start(&mut self, address: Address, command: &Command<'_>) -> Result<(), EncodeError> {
        self.exchange.abandon();
        if address == Address::BROADCAST {
            return Err(EncodeError::Broadcast);
        }
        let mut writer = Writer::new(&mut self.pending.command);
        writer.put(&Frame::PREAMBLE);
        command.put(address, &mut writer)?;
        self.pending.length = writer.finish()?.len();
        self.exchange.start();
        Ok(())
    }
}

impl Machine for Client {
    type Outcome<'a> = Result<Reply<'a>, TransactionError>;

    fn receive(&mut self, octets: &[u8], _now: Duration) {
        self.exchange.receive(&mut self.pending, octets);
    }

    fn transmitted(&mut self, now: Duration) {
        self.exchange.transmitted(&mut self.pending, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        match self.exchange.poll(&mut self.pending, now) {
            Step::Transmit => Output::Transmit(self.pending.command()),
            Step::Wait(until) => Output::Wait(until),
            // Every request of this client is answered.
            Step::Sent => Output::Wait(None),
            Step::Answered => Output::Done(self.pending.reply()),
            Step::NoReply { timeout, attempts } => {
                Output::Done(Err(TransactionError::NoReply { timeout, attempts }))
            }
            Step::Corrupt(error) => Output::Done(Err(TransactionError::Corrupt(error))),
        }
    }
}

impl Pending {
    fn command(&self) -> &[u8] {
        self.command.get(..self.length).unwrap_or_default()
    }

    fn reply(&self) -> Result<Reply<'_>, TransactionError> {
        match self.decoder.last().and_then(|frame| Reply::decode(&frame)) {
            Ok(Reply::Failed { function, error }) => Err(TransactionError::Refused { function, error }),
            Ok(reply) => Ok(reply),
            Err(error) => Err(TransactionError::Corrupt(error)),
        }
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
        let command = self.command.get(..self.length).unwrap_or_default();
        let result = self.decoder.frame()?;
        Some(result.and_then(|frame| answers(command, &frame)))
    }
}

/// Whether `frame` answers the command frame `command`: a meter that is meant, the same function and, for
/// a read, the same identifier.
///
/// # Errors
/// The frame has to be the answer, but its data is impossible.
fn answers(command: &[u8], frame: &Frame<'_>) -> Result<bool, DecodeError> {
    let command = Frame::decode(command)?;
    if frame.control.direction() != Direction::Reply
        || frame.control.function() != command.control.function()
        || !command.address.matches(frame.address)
    {
        return Ok(false);
    }
    Ok(match Reply::decode(frame)? {
        Reply::Read { identifier, .. } => Identifier::split(identifier.edition(), command.data)
            .is_some_and(|(asked, _)| asked == identifier),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Control, Data, ErrorFlags, Function, Refusal};
    use std::vec::Vec;

    const RETRY: Retry = Retry { timeout: Duration::from_millis(800), retries: 1 };
    const METER: Address = Address([0x43, 0x10, 0x00, 0x11, 0x34, 0x00]);
    const OTHER: Address = Address([0x44, 0x10, 0x00, 0x11, 0x34, 0x00]);
    const VOLTAGE: Reply<'_> =
        Reply::Read { identifier: Identifier::VOLTAGE_A, data: Data::plain(&[0x97, 0x22]), more: false };

    /// Has the client send a read of the voltage, and returns what it sent.
    fn asked(client: &mut Client, address: Address) -> Vec<u8> {
        client.start(address, &Command::Read { identifier: Identifier::VOLTAGE_A }).unwrap();
        let Output::Transmit(octets) = client.poll(Duration::ZERO) else { panic!() };
        let octets = octets.to_vec();
        client.transmitted(Duration::ZERO);
        octets
    }

    fn reply(address: Address, reply: &Reply<'_>) -> Vec<u8> {
        reply.encode_frame(address, &mut [0; 212]).unwrap().to_vec()
    }

    #[test]
    fn only_the_answer_to_this_command_ends_the_wait() {
        let mut client = Client::new(RETRY);
        let echo = asked(&mut client, METER);
        let late = Reply::Read { identifier: Identifier::VOLTAGE_B, data: Data::plain(&[0, 0]), more: false };
        let written = Reply::Accepted { function: Function::WRITE };
        let refused = Reply::Failed { function: Function::WRITE, error: ErrorFlags::OTHER.into() };
        client.receive(&echo, Duration::ZERO);
        client.receive(&reply(OTHER, &VOLTAGE), Duration::ZERO);
        client.receive(&reply(METER, &late), Duration::ZERO);
        client.receive(&reply(METER, &written), Duration::ZERO);
        client.receive(&reply(METER, &refused), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        client.receive(&reply(METER, &VOLTAGE), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Ok(VOLTAGE)));
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(None));
    }

    #[test]
    fn a_wildcard_takes_the_answer_of_any_meter_it_means() {
        let mut client = Client::new(RETRY);
        asked(&mut client, Address([0x43, 0x10, 0xAA, 0xAA, 0xAA, 0xAA]));
        client.receive(&reply(OTHER, &VOLTAGE), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        client.receive(&reply(METER, &VOLTAGE), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Ok(VOLTAGE)));

        client.start(Address::ANY, &Command::ReadAddress).unwrap();
        assert!(matches!(client.poll(Duration::ZERO), Output::Transmit(_)));
        client.transmitted(Duration::ZERO);
        client.receive(&reply(OTHER, &Reply::Address(OTHER)), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Ok(Reply::Address(OTHER))));
    }

    #[test]
    fn a_refusal_is_an_error_with_its_reasons() {
        let mut client = Client::new(RETRY);
        asked(&mut client, METER);
        let (function, error) = (Function::READ, Refusal::Flags(ErrorFlags(0b110)));
        client.receive(&reply(METER, &Reply::Failed { function, error }), Duration::ZERO);
        let refused = TransactionError::Refused { function, error };
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Err(refused)));
    }

    #[test]
    fn a_broadcast_is_refused_because_nobody_answers() {
        let refused = Err(EncodeError::Broadcast);
        assert_eq!(Client::new(RETRY).start(Address::BROADCAST, &Command::ReadAddress), refused);
    }

    #[test]
    fn silence_and_noise_are_told_apart() {
        let mut client = Client::new(RETRY);
        let sent = asked(&mut client, METER);
        client.receive(&[0x68; 20], Duration::ZERO);
        assert_eq!(client.poll(RETRY.timeout), Output::Transmit(&sent));
        client.transmitted(RETRY.timeout);
        client.receive(&sent, RETRY.timeout);
        let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
        assert_eq!(client.poll(2 * RETRY.timeout), Output::Done(Err(no_reply)));

        let mut noisy = reply(METER, &VOLTAGE);
        noisy[14] ^= 0x10;
        let empty = Frame { address: METER, control: Control(0x91), data: Data::plain(&[]) };
        let empty = empty.encode(&mut [0; 12]).unwrap().to_vec();
        for (octets, error) in [
            (noisy, DecodeError::Checksum { received: 0xEE, computed: 0xFE }),
            (empty, DecodeError::Truncated { needed: 4, have: 0 }),
        ] {
            asked(&mut client, METER);
            assert_eq!(client.poll(RETRY.timeout), Output::Transmit(&sent));
            client.transmitted(RETRY.timeout);
            client.receive(&octets, RETRY.timeout);
            let corrupt = TransactionError::Corrupt(error);
            assert_eq!(client.poll(2 * RETRY.timeout), Output::Done(Err(corrupt)));
        }
    }

    #[test]
    fn what_came_before_a_command_does_not_answer_it() {
        let mut client = Client::new(RETRY);
        asked(&mut client, METER);
        let twice = reply(METER, &VOLTAGE).repeat(2);
        client.receive(&twice, Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Ok(VOLTAGE)));
        asked(&mut client, METER);
        client.receive(&[0xFE], Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
    }

    #[test]
    fn an_intact_answer_behind_a_false_start_is_found_at_the_timeout() {
        let mut client = Client::new(RETRY);
        asked(&mut client, METER);
        client.receive(&[0x68, 0, 0, 0, 0, 0, 0, 0x68, 0x91, 0xFF], Duration::ZERO);
        client.receive(&reply(METER, &VOLTAGE), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        assert_eq!(client.poll(RETRY.timeout), Output::Done(Ok(VOLTAGE)));
    }
}
