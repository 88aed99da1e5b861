//! M-Bus meters.

use mbus::{Data, Entry, Handler, Identification, LongHeader, Manufacturer, Medium, Server, Status};
use meter_value::line::Writer;
use telemetry::{Address, Baud, Line, Parity};

use crate::meters::{Point, Twin};

pub const LINE: Line = Line { baud: Baud::B2400, parity: Parity::Even };

/// The VIFs of a meter's points: 10^3 Wh, 10^-3 m3, 10^1 W, 10^-1 °C flow and return.
const VIFS: [[u8; 1]; 5] = [[0x06], [0x13], [0x2C], [0x5A], [0x5E]];

pub fn server(place: u8, twin: Twin) -> Server<Twin> {
    Server::new(mbus::Address(primary(place)), twin)
}

pub fn address(place: u8) -> Address {
    Address::Mbus(primary(place))
}

fn primary(place: u8) -> u8 {
    place + 1
}

pub fn points(points: &[Point]) -> Vec<telemetry::Point> {
    (0..).zip(points).map(|(index, _)| telemetry::Point::Record { index }).collect()
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
