//! A simulated meter with a history, whose values move.

use std::time::Duration;

use clap::{Args, ValueEnum};
use mbus::{Address, BaudRate, Meter, Server};
use meter_value::line::{Machine, Output};

/// What the meter is like.
#[derive(Args)]
pub struct Settings {
    /// The primary address, 0 to 250
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(..=250))]
    pub address: u8,
    /// What it measures
    #[arg(long, default_value = "heat")]
    kind: Kind,
    /// Its number, up to 8 digits
    #[arg(
        long,
        value_name = "DIGITS",
        value_parser = clap::value_parser!(u32).range(..100_000_000),
        default_value = "12345678",
    )]
    id: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Heat,
    Water,
    Gas,
    Electricity,
}

/// A meter on a line, which is done whenever it is to go on at another rate. Its time is that of the line.
pub struct Simulated {
    server: Server<Meter>,
    now: Duration,
    rate: Option<BaudRate>,
}

/// How many months it has been in use, and how long each was.
const MONTHS: u32 = 12;
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// How long its load stays the same.
const STEP: Duration = Duration::from_secs(10);

impl Simulated {
    pub fn new(settings: &Settings) -> Self {
        let mut meter = match settings.kind {
            Kind::Heat => Meter::heat(settings.id),
            Kind::Water => Meter::water(settings.id),
            Kind::Gas => Meter::gas(settings.id),
            Kind::Electricity => Meter::electricity(settings.id),
        };
        load(&mut meter, Duration::ZERO);
        for _ in 0..MONTHS {
            meter.elapse(MONTH);
            meter.settle();
        }
        Self { server: Server::new(Address(settings.address), meter), now: Duration::ZERO, rate: None }
    }

    /// Lets time pass up to `now`.
    fn elapse(&mut self, now: Duration) {
        let meter = self.server.handler();
        while let Some(left) = now.checked_sub(self.now).filter(|left| !left.is_zero()) {
            let step = left.min(STEP);
            load(meter, self.now);
            meter.elapse(step);
            self.now += step;
        }
    }
}

/// Around 5 kW or 22 A, 300 litres per hour and 70 °C, the more the later in five minutes.
fn load(meter: &mut Meter, now: Duration) {
    let step = (now.as_secs() / STEP.as_secs() % 30) as i32;
    meter.power_w = 5_000 + 20 * step;
    meter.flow_l_h = 300 + 2 * step;
    meter.temperatures_dc = [700 + step, 420 + step / 2];
    meter.voltage_dv = 2_300 + step % 10;
    meter.current_ma = 10_000 * meter.power_w / meter.voltage_dv;
}

impl Machine for Simulated {
    type Outcome<'a> = BaudRate;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.elapse(now);
        self.server.receive(octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.server.transmitted(now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, BaudRate> {
        let rate = self.server.handler().rate();
        if let Some(new) = rate.filter(|_| self.rate != rate) {
            self.rate = rate;
            return Output::Done(new);
        }
        match self.server.poll(now) {
            Output::Transmit(octets) => Output::Transmit(octets),
            Output::Wait(until) => Output::Wait(until),
            Output::Done(never) => match never {},
        }
    }
}
