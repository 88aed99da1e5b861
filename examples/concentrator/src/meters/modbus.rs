//! Modbus RTU meters.

use std::time::Duration;

use modbus_rtu::{
    ExceptionCode, FunctionCode, Functions, Handler, Line, Number, Range, RegistersOut, Server, Unit, UnitId,
    WordOrder,
};
use telemetry::{Address, Baud, Order, Parity, RegisterKind, RegisterTable};

use crate::meters::{Point, Twin};

pub const LINE: telemetry::Line = telemetry::Line { baud: Baud::B9600, parity: Parity::None };

/// Where the points of a meter are, in their order.
const REGISTERS: [(u16, RegisterKind); 4] =
    [(0, RegisterKind::U16), (1, RegisterKind::I32), (3, RegisterKind::I32), (5, RegisterKind::I32)];

pub fn server(place: u8, twin: Twin) -> Server<Unit<Twin>> {
    // Octets come in pieces, as a UART with a buffer hands them over.
    let line = Line::new(LINE.baud.get(), 10).buffered(Duration::from_millis(50));
    Server::new(Unit::new(UnitId(unit(place)), twin), line)
}

pub fn address(place: u8) -> Address {
    Address::Modbus(unit(place))
}

fn unit(place: u8) -> u8 {
    place + 17
}

pub fn points(points: &[Point]) -> Vec<telemetry::Point> {
    let points = REGISTERS.iter().zip(points).map(|(&(start, kind), point)| telemetry::Point::Registers {
        table: RegisterTable::Holding,
        start,
        kind,
        order: Order::Abcd,
        exponent: point.exponent,
    });
    points.collect()
}

impl Handler for Twin {
    const FUNCTIONS: Functions = Functions::of(&[FunctionCode::READ_HOLDING_REGISTERS]);

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        let voltage = self.digits(0) as u16;
        let others = (1..REGISTERS.len()).map(|point| self.digits(point) as i32);
        let others = others.flat_map(|digits| digits.registers(WordOrder::Abcd));
        let all: Vec<u16> = [voltage].into_iter().chain(others).collect();
        out.extend(range.of(&all)?);
        Ok(())
    }
}
