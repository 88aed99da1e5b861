//! Laws of a client.

use core::time::Duration;

use modbus_rtu::{
    Client, Counts, Device, Dialect, Direction, EncodeError, Frame, Line, Request, Response, Retry,
    TransactionError, UnitId,
};

use super::layout::{answer, fits};
use super::{EXCHANGES, UNIT, dialect, framed, intact};
use crate::{machine, stream};

/// A client that hears the octets, the first three of which choose retries, request, and line and dialect,
/// ends in time; its outcome fits. Then it hears an answer, which the octets may precede, if sliding finds it.
pub fn client(octets: &[u8]) {
    let [retries, kind, options, heard @ ..] = octets else { return };
    let (asked, answered) = EXCHANGES[usize::from(*kind) % EXCHANGES.len()];
    let (echo, broadcast) = (options & 0x40 != 0, options & 0x80 != 0);
    let line = Line::new(9_600, 11);
    let transaction = Transaction {
        line: if echo { line.echoing() } else { line },
        device: Device {
            unit: if broadcast { UnitId::BROADCAST } else { UNIT },
            retry: machine::retry(*retries),
            idle: Duration::from_millis(u64::from(kind >> 5)),
            dialect: dialect(*options),
        },
        request: Request::decode(asked).unwrap(),
    };
    if broadcast { transaction.to_all(heard) } else { transaction.to_one(heard, answered) }
}

struct Transaction<'a> {
    line: Line,
    device: Device,
    request: Request<'a>,
}

impl Transaction<'_> {
    /// The most that a request may come later than it could.
    fn deferred(&self) -> Duration {
        // The line may be busy before a request, and an answer may be arriving at the timeout.
        let Device { retry, idle, .. } = self.device;
        retry.timeout.max(idle).max(self.line.pause) + self.line.time(Frame::MAX_LEN)
    }

    fn octets(&self) -> Vec<u8> {
        let mut buffer = [0; Frame::MAX_LEN];
        let Device { unit, dialect, .. } = self.device;
        dialect.encode_frame(&self.request, unit, &mut buffer).unwrap().to_vec()
    }

    /// A write to all ends with nothing, after everybody had the time to act on it; nothing else can be asked.
    fn to_all(&self, heard: &[u8]) {
        let mut client = Client::new(self.line);
        let function = self.request.function();
        let started = client.start(&self.device, &self.request);
        let is_write = [0x05, 0x06, 0x0F, 0x10, 0x15, 0x16].contains(&function.0)
            || matches!(function.0, 65..=72 | 100..=110);
        if !is_write {
            return assert_eq!(started, Err(EncodeError::Broadcast { function }));
        }
        started.unwrap();
        let mut sent = 0;
        let retry = self.device.retry;
        let now = machine::client(
            &mut client,
            Retry { retries: 0, ..retry },
            self.deferred(),
            1,
            heard,
            |octets| {
                assert_eq!(octets, self.octets());
                sent += 1;
            },
            |outcome| assert_eq!(outcome, Ok(None)),
        );
        assert_eq!(sent, 1);
        assert!(now >= retry.timeout, "done before the turnaround");
        assert_eq!(client.counts(), Counts { started: 1, sent: 1, ..Counts::default() });
    }

    fn to_one(&self, heard: &[u8], answered: &[u8]) {
        let mut client = Client::new(self.line);
        client.start(&self.device, &self.request).unwrap();
        let mut sent = 0;
        let mut now = machine::client(
            &mut client,
            self.device.retry,
            self.deferred(),
            1,
            heard,
            |octets| {
                assert_eq!(octets, self.octets());
                sent += 1;
            },
            |outcome| self.fits(outcome, heard),
        );
        let Counts { answers, exceptions, no_reply, corrupt, .. } = client.counts();
        assert_eq!((client.counts().sent, answers + exceptions + no_reply + corrupt), (sent, 1));

        for answer in deviations(self.device.dialect, answered) {
            for noise in [&[][..], heard] {
                let heard = [noise, &answer].concat();
                client.start(&self.device, &self.request).unwrap();
                let mut answered = false;
                let echo = if self.line.echo { self.octets() } else { Vec::new() };
                let sent = machine::hear(
                    &mut client,
                    &mut now,
                    [&echo[..], &heard].concat().chunks(100),
                    |outcome| {
                        answered = matches!(outcome, Ok(_) | Err(TransactionError::Exception { .. }));
                        self.fits(outcome, &heard);
                    },
                );
                let is_found = noise.is_empty() || self.is_found(&heard);
                assert!((answered && sent == 1) || !is_found, "an intact answer was not found");
            }
        }
    }

    /// Whether sliding finds an answer by the standard.
    fn is_found(&self, heard: &[u8]) -> bool {
        let asked = self.octets();
        let frames = stream::slide(heard, |octets| answer(&asked, octets));
        frames.iter().any(|frame| match Response::decode(&frame[1..frame.len() - 2]) {
            Ok(response) => matches!(response, Response::Exception { .. }) || self.is_answer(&response),
            Err(_) => false,
        })
    }

    fn is_answer(&self, response: &Response<'_>) -> bool {
        fits(self.device.dialect, &self.request, response)
    }

    /// A response without the bits that fill up its last octet.
    fn asked_for<'a>(&self, response: Response<'a>) -> Response<'a> {
        let (Request::ReadCoils { range } | Request::ReadDiscreteInputs { range }) = self.request else {
            return response;
        };
        let quantity = usize::from(range.quantity());
        match response {
            Response::ReadCoils { coils } => Response::ReadCoils { coils: coils.first(quantity) },
            Response::ReadDiscreteInputs { inputs } => {
                Response::ReadDiscreteInputs { inputs: inputs.first(quantity) }
            }
            _ => response,
        }
    }

    /// Whether an outcome fits the request and the retries, and what was answered was heard.
    fn fits(&self, outcome: Result<Option<Response<'_>>, TransactionError>, heard: &[u8]) {
        let Device { retry, dialect, .. } = self.device;
        let response = match outcome {
            Ok(response) => {
                let response = response.expect("a unit answers");
                assert!(self.is_answer(&response), "{response:?} is no success of {:?}", self.request);
                response
            }
            Err(TransactionError::Exception { function, exception }) => {
                assert_eq!(function, self.request.function());
                Response::Exception { function, exception }
            }
            Err(TransactionError::NoReply { timeout, attempts }) => {
                return assert_eq!((timeout, attempts), (retry.timeout, u16::from(retry.retries) + 1));
            }
            Err(error) => return assert!(!error.to_string().is_empty()),
        };
        let code = if let Response::Exception { function, .. } = response {
            function.0 | 0x80
        } else {
            response.function().0
        };
        let starts = (0..heard.len()).filter(|start| heard[*start..].starts_with(&[UNIT.0, code]));
        let mut frames = starts.flat_map(|start| {
            let lengths = 3..=heard.len().saturating_sub(start).min(Frame::MAX_LEN);
            lengths.map(move |length| &heard[start..start + length])
        });
        let decoded = |octets| Frame::decode(octets).or_else(|_| dialect.frame(Direction::Response, octets));
        let is_given = frames.any(|octets| match decoded(octets) {
            Ok(frame) => {
                (intact(octets) || octets.len() == 3)
                    && dialect.response(frame.pdu).map(|given| self.asked_for(given)) == Ok(response)
            }
            Err(_) => false,
        });
        assert!(is_given, "an answer that nobody gave: {response:?}");
    }
}

/// The frames that a device may give as an answer.
fn deviations(dialect: Dialect, pdu: &[u8]) -> Vec<Vec<u8>> {
    let frame = framed(&[&[UNIT.0], pdu].concat());
    let mut frames = vec![frame.clone()];
    if let [function @ (0x03 | 0x04 | 0x17), count, values @ ..] = pdu {
        if dialect.count_of_registers {
            frames.push(framed(&[&[UNIT.0, *function, count / 2], values].concat()));
        }
        if dialect.wide_registers {
            frames.push(framed(&[&[UNIT.0, *function, count * 2], values, values].concat()));
        }
    }
    if dialect.exception_without_checksum && pdu[0] >= 0x80 {
        frames.push(frame[..3].to_vec());
    }
    if dialect.leading_glitch {
        frames.extend([0x00, 0xFF].map(|glitch| [&[glitch], &frame[..]].concat()));
    }
    if dialect.trailing_zeros {
        frames.push([&frame[..], &[0; 5]].concat());
    }
    frames
}
