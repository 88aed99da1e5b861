//! Which edition a meter speaks.

use core::time::Duration;

use meter_value::line::{Machine, Output, Retry};

use crate::{Address, Client, Command, Device, Edition, Identifier, Line, Reply, TransactionError};

/// What a detection finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Detected {
    /// The edition that the meter speaks.
    pub edition: Edition,
    /// Its address, or the wildcards of a meter of 1997 that never says it.
    pub address: Address,
}

/// Finds out whether a meter speaks the edition of 2007 or of 1997, and its address.
///
/// [`Address::ANY`] stands for the only meter on the line. It is asked for its address by function 13, then, as
/// any other, for its energy by function 11, and for the same by function 01 of 1997, at last as meters of 1997
/// may want it, at [`Address::BROADCAST`]. Data decides; refusals do, if there is no data: a meter that refuses
/// 11 speaks 2007, one that refuses 01 only, 1997. A meter of 1997 that answers in the name of the wildcards is
/// asked for its number.
///
/// [`TransactionError::NoReply`] means silence, or nothing that looks like a frame: no meter, or another baud
/// rate, for which there are [`BAUD_RATES`](Self::BAUD_RATES). [`TransactionError::Corrupt`] means damaged
/// frames: several meters, or another baud rate or parity.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, Detection, Edition, Line, Machine, Output, Retry};
///
/// let retry = Retry { timeout: Duration::from_secs(1), retries: 0 };
/// let mut detection = Detection::new(Line::new(Detection::BAUD_RATES[0]), retry);
/// detection.start(Address::ANY);
///
/// let now = Duration::ZERO;
/// let Output::Transmit(command) = detection.poll(now) else { panic!() };
/// assert_eq!(command[12..], [0x13, 0x00, 0xDF, 0x16]);
/// detection.transmitted(now);
/// let reply = [
///     0x68, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x68, 0x93, 0x06, 0x34, 0x33, 0x33, 0x33, 0x33, 0x33,
///     0x9D, 0x16,
/// ];
/// detection.receive(&reply, now);
/// let Output::Done(Ok(meter)) = detection.poll(now) else { panic!() };
/// assert_eq!((meter.edition, meter.address), (Edition::Y2007, "1".parse().unwrap()));
/// ```
#[derive(Clone, Debug)]
pub struct Detection {
    client: Client<0>,
    device: Device,
    question: Question,
    /// Whom it was asked.
    asked: Address,
    /// Who refused the question of 2007.
    refused: Option<Address>,
    /// What was found, but for the address that the meter of 1997 may say by its number.
    detected: Option<Detected>,
    /// Why there is no answer: the first that came, however damaged, or silence.
    error: Option<TransactionError>,
    is_over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    ReadAddress,
    Read2007,
    Read1997,
    Read1997OfAll,
    Number1997,
}

/// The number of a meter of 1997.
const NUMBER: Identifier = Identifier::Y1997(0xC032);

/// What came of a question.
enum Told {
    Address(Address),
    Data,
    Refused,
    Nothing(TransactionError),
}

impl Detection {
    /// The rates that meters have, the likeliest first, in bits a second.
    pub const BAUD_RATES: [u32; 4] = [2_400, 9_600, 1_200, 4_800];

    /// A detection with nothing to do. Every question is asked as `retry` says.
    pub const fn new(line: Line, retry: Retry) -> Self {
        Self {
            client: Client::new(line),
            device: Device { retry, ..Device::new(Address::ANY) },
            question: Question::ReadAddress,
            asked: Address::ANY,
            refused: None,
            detected: None,
            error: None,
            is_over: false,
        }
    }

    /// Begins to ask the meter with this address, and abandons what was asked before.
    pub fn start(&mut self, address: Address) {
        self.device.address = address;
        (self.refused, self.detected, self.error, self.is_over) = (None, None, None, false);
        self.ask(if address == Address::ANY { Question::ReadAddress } else { Question::Read2007 });
    }

    fn ask(&mut self, question: Question) {
        self.question = question;
        let identifier = match question {
            Question::Read2007 => Identifier::FORWARD_ACTIVE_ENERGY,
            Question::Number1997 => NUMBER,
            _ => Identifier::Y1997(0x9010),
        };
        let command = match question {
            Question::ReadAddress => Command::ReadAddress,
            _ => Command::Read { identifier },
        };
        self.asked = match question {
            Question::Read1997OfAll => Address::BROADCAST,
            Question::Number1997 => self.asked,
            _ => self.device.address,
        };
        if self.client.start(&Device { address: self.asked, ..self.device }, &command).is_err() {
            // Meters of 2007 do not answer when all are asked.
            self.next();
        }
    }

    /// Asks the next question, or ends.
    fn next(&mut self) {
        match self.question {
            Question::ReadAddress => self.ask(Question::Read2007),
            Question::Read2007 => self.ask(Question::Read1997),
            Question::Read1997 if self.device.address == Address::ANY && self.refused.is_none() => {
                self.ask(Question::Read1997OfAll);
            }
            _ => self.is_over = true,
        }
    }

    fn told(&mut self, told: Told) {
        let source = self.client.source().unwrap_or(self.asked);
        match (self.question, told) {
            (Question::ReadAddress, Told::Address(address)) => self.found(Edition::Y2007, address),
            (Question::Number1997, Told::Address(address)) => self.found(Edition::Y1997, address),
            (Question::Number1997, _) => self.is_over = true,
            (Question::Read2007, Told::Data) => self.found(Edition::Y2007, source),
            (Question::Read2007, Told::Refused) => {
                self.refused = Some(source);
                self.next();
            }
            (Question::Read1997 | Question::Read1997OfAll, Told::Data) => self.found(Edition::Y1997, source),
            (Question::Read1997 | Question::Read1997OfAll, Told::Refused) if self.refused.is_none() => {
                self.found(Edition::Y1997, source);
            }
            (_, told) => {
                if let Told::Nothing(error) = told {
                    self.missed(error);
                }
                self.next();
            }
        }
    }

    fn found(&mut self, edition: Edition, address: Address) {
        let asks = self.question != Question::Number1997 && edition == Edition::Y1997;
        self.detected = Some(Detected { edition, address });
        if asks && (address.is_wildcard() || address == Address::BROADCAST) {
            self.ask(Question::Number1997);
        } else {
            self.is_over = true;
        }
    }

    fn missed(&mut self, error: TransactionError) {
        if !matches!(self.error, Some(TransactionError::Corrupt(_))) {
            self.error = Some(error);
        }
    }

    /// What was found in the end.
    fn outcome(&mut self) -> Option<Result<Detected, TransactionError>> {
        let refused = self.refused.map(|address| Detected { edition: Edition::Y2007, address });
        let error = self.error.take();
        self.detected.take().or(refused).map(Ok).or(error.map(Err))
    }
}

impl Machine for Detection {
    type Outcome<'a> = Result<Detected, TransactionError>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.client.receive(octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.client.transmitted(now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        while !core::mem::take(&mut self.is_over) {
            let told = match self.client.poll(now) {
                Output::Transmit(_) => return Output::Transmit(self.client.command()),
                Output::Wait(until) => return Output::Wait(until),
                Output::Done(outcome) => told(outcome),
            };
            self.told(told);
        }
        self.outcome().map_or(Output::Wait(None), Output::Done)
    }
}

fn told(outcome: Result<Option<Reply<'_>>, TransactionError>) -> Told {
    match outcome {
        Ok(Some(Reply::Address(address))) => Told::Address(address),
        Ok(Some(Reply::Read { identifier: NUMBER, data, .. })) => {
            data.whole().map_or(Told::Data, |octets| Told::Address(Address(octets)))
        }
        // It is an answer for all that.
        Ok(_) | Err(TransactionError::TooLong { .. }) => Told::Data,
        Err(TransactionError::Refused { .. }) => Told::Refused,
        Err(error) => Told::Nothing(error),
    }
}
