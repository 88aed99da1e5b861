//! Modbus RTU meters: one request reads all of a meter's registers.

use std::time::Duration;

use meter_value::Decimal;
use meter_value::line::{Machine, Retry};
use modbus_rtu::{
    Client, ExceptionCode, Handler, Range, Registers, Request, Response, Server, TransactionError, UnitId,
};
use telemetry::Missed;

use super::{Question, Questions, all_missed};
use crate::meters::{Point, Protocol, Twin};
use crate::serial::Format;

pub struct Bus;

/// Voltage in one register; current, power and energy in two each, high word first.
const WORDS: [usize; 4] = [1, 2, 2, 2];

impl Questions for Bus {
    type Client = Client;
    type Server = Server<Twin>;

    const PROTOCOL: Protocol = Protocol::Modbus;
    const FORMAT: Format = Format { baud: 9_600, parity: false };

    fn client() -> Client {
        Client::new(Retry { timeout: Duration::from_secs(1), retries: 2 })
    }

    fn server(place: u8, twin: Twin) -> Server<Twin> {
        Server::new(unit(place), twin)
    }

    fn split(points: &'static [Point]) -> Vec<&'static [Point]> {
        vec![points]
    }

    fn ask(client: &mut Client, question: &Question) {
        let range = Range::new(0, WORDS.iter().sum::<usize>() as u16);
        let request = range.map(|range| Request::ReadHoldingRegisters { range });
        let started = request.map(|request| client.start(unit(question.place), &request));
        debug_assert_eq!(started, Some(Ok(())), "the request is a constant");
    }

    fn answer(
        question: &Question,
        outcome: <Client as Machine>::Outcome<'_>,
    ) -> Vec<Result<Decimal, Missed>> {
        let registers = match outcome {
            Ok(Response::ReadHoldingRegisters { registers }) => registers,
            Ok(_) => return all_missed(question, Missed::NoValue),
            Err(TransactionError::NoReply { .. }) => return all_missed(question, Missed::NoReply),
            Err(TransactionError::Exception { .. }) => return all_missed(question, Missed::Refused),
            Err(_) => return all_missed(question, Missed::Corrupt),
        };
        let mut at = 0;
        let values = question.points.iter().zip(WORDS).map(|(point, words)| {
            let digits = digits(registers, at, words);
            at += words;
            digits.map(|digits| Decimal::new(digits, point.exponent)).ok_or(Missed::NoValue)
        });
        values.collect()
    }
}

fn unit(place: u8) -> UnitId {
    UnitId(place + 17)
}

/// The number in `words` registers from `at` on.
fn digits(registers: Registers<'_>, at: usize, words: usize) -> Option<i64> {
    let high = registers.at(at)?;
    if words == 1 {
        return Some(high.into());
    }
    let low = registers.at(at + 1)?;
    Some(((i32::from(high as i16) << 16) | i32::from(low)).into())
}

impl Handler for Twin {
    fn read_holding_registers(&mut self, range: Range, registers: &mut [u16]) -> Result<(), ExceptionCode> {
        let all: Vec<u16> = (WORDS.into_iter().enumerate())
            .flat_map(|(point, words)| {
                let digits = self.digits(point);
                (0..words).rev().map(move |word| (digits >> (16 * word)) as u16)
            })
            .collect();
        let start = usize::from(range.start());
        let wanted = all.get(start..start + registers.len()).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        registers.copy_from_slice(wanted);
        Ok(())
    }
}
