//! M-Bus meters: one readout brings every record.

use mbus::{
    Address, Client, Command, Data, Device, Entry, Handler, Identification, Line, LongHeader, Manufacturer,
    Medium, Reply, Server, Status, TransactionError,
};
use meter_value::line::{Machine, Writer};
use meter_value::{Decimal, Value};
use telemetry::Missed;

use super::{Question, Questions, all_missed};
use crate::meters::{Point, Protocol, Twin};
use crate::serial::Format;

pub struct Bus;

/// The VIFs of a meter's points: 10^3 Wh, 10^-3 m3, 10^1 W, 10^-1 °C flow and return.
const VIFS: [[u8; 1]; 5] = [[0x06], [0x13], [0x2C], [0x5A], [0x5E]];

impl Questions for Bus {
    type Client = Client;
    type Server = Server<Twin>;

    const PROTOCOL: Protocol = Protocol::Mbus;
    const FORMAT: Format = Format { baud: 2_400, parity: true };

    fn client() -> Client {
        Client::new(Line::new(Self::FORMAT.baud))
    }

    fn server(place: u8, twin: Twin) -> Server<Twin> {
        Server::new(address(place), twin)
    }

    fn split(points: &'static [Point]) -> Vec<&'static [Point]> {
        vec![points]
    }

    fn ask(client: &mut Client, question: &Question) {
        let started = client.start(&Device::new(address(question.place)), &Command::Read);
        debug_assert_eq!(started, Ok(()), "the address is a meter's");
    }

    fn answer(
        question: &Question,
        outcome: <Client as Machine>::Outcome<'_>,
    ) -> Vec<Result<Decimal, Missed>> {
        let frame = match outcome {
            Ok(Some(Reply::Data { frame, .. })) => frame,
            Err(TransactionError::NoReply { .. }) => return all_missed(question, Missed::NoReply),
            Err(TransactionError::Refused { .. }) => return all_missed(question, Missed::Refused),
            Ok(_) | Err(_) => return all_missed(question, Missed::Corrupt),
        };
        let Ok(telegram) = frame.telegram() else { return all_missed(question, Missed::Corrupt) };
        let records: Vec<_> = telegram.records.map_while(Result::ok).collect();
        let values = question.points.iter().map(|point| {
            let wanted = (Some(point.quantity), Some(point.unit));
            let record = records.iter().find(|record| (record.quantity(), record.unit()) == wanted);
            match record.map(|record| record.value()) {
                Some(Value::Decimal(value)) => Ok(value),
                _ => Err(Missed::NoValue),
            }
        });
        values.collect()
    }
}

fn address(place: u8) -> Address {
    Address(place + 1)
}

impl Handler for Twin {
    fn header(&mut self) -> LongHeader {
        LongHeader {
            identification: Identification(0x1200_0000 + u32::from(self.collector)),
            manufacturer: Manufacturer(0x36E5),
            version: 1,
            medium: Medium::HEAT,
            access: 0,
            status: Status(0),
            configuration: 0,
        }
    }

    fn records(&mut self, _telegram: u16, records: &mut Writer<'_>) -> bool {
        for (point, vif) in VIFS.iter().enumerate() {
            let digits = self.digits(point) as i32;
            // Both codings are in use among meters.
            let data = if point < 2 { Data::Bcd8(digits) } else { Data::Int32(digits) };
            let written = Entry::new(vif, data).write(records);
            debug_assert_eq!(written, Ok(()), "the values have fewer than eight digits");
        }
        false
    }
}
