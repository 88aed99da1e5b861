//! A simulated electricity meter with a history, whose values move.

use std::convert::Infallible;
use std::time::Duration;

use clap::Args;
use dlt645::{
    Address, Edition, FreezeTime, Handler, Identifier, Mains, Meter, Operator, Password, Phase, Register,
    Server,
};
use meter_value::line::{Machine, Output};
use meter_value::{Date, DateTime, Time};

use crate::dlt645::{ROOM, date_time, password};

/// What the meter is like.
#[derive(Args)]
pub struct Settings {
    /// The meter's number, up to 12 digits
    #[arg(long, value_name = "DIGITS")]
    pub address: Address,
    /// The edition it speaks
    #[arg(long, value_name = "1997|2007", value_parser = edition, default_value = "2007")]
    edition: Edition,
    /// A password; may be repeated; those of other levels are 000000
    #[arg(long = "password", value_name = "LEVEL:DIGITS", value_parser = password)]
    passwords: Vec<Password>,
    /// What its clock says at first
    #[arg(long, value_name = "TIME", value_parser = date_time, default_value = "2026-07-02T12:00:00")]
    clock: DateTime,
}

fn edition(text: &str) -> Result<Edition, String> {
    match text {
        "1997" => Ok(Edition::Y1997),
        "2007" => Ok(Edition::Y2007),
        _ => Err("the editions are 1997 and 2007".into()),
    }
}

/// How many tariffs there are.
const TARIFFS: u8 = 4;

/// What the tariffs have counted before the history begins, in 0.01 kWh.
const FORWARD_ACTIVE: [u32; TARIFFS as usize] = [123_456, 234_567, 345_678, 45_678];

/// One event that waits to be reported; what its flag means is the maker's.
const EVENT: [u8; 12] = [0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A meter on a line. Its time is that of the line.
pub struct Simulated {
    server: Server<Meter, ROOM>,
    now: Duration,
}

impl Simulated {
    /// A meter that has been in use since the month before its clock's.
    pub fn new(settings: &Settings) -> Self {
        let mut meter = Meter::new(settings.edition, start(settings.clock));
        let tariffs = match settings.edition {
            Edition::Y1997 => Identifier::Y1997(0xC313),
            Edition::Y2007 => Identifier::Y2007(0x0400_0204),
        };
        meter.set_parameter(tariffs, &[TARIFFS]);
        for (tariff, energy) in (1..).zip(FORWARD_ACTIVE) {
            meter.set_energy(Register::ForwardActive, tariff, energy);
            meter.set_energy(Register::Quadrant1, tariff, energy / 5);
        }
        live(&mut meter, settings.clock);
        meter.report = EVENT;
        for &password in &settings.passwords {
            let identifier = match settings.edition {
                Edition::Y1997 => None,
                Edition::Y2007 => Some(Identifier::Y2007(0x0400_0C01 + u32::from(password.level))),
            };
            let changed = meter.change_password(
                identifier,
                Password { level: password.level, digits: [0; 3] },
                password,
            );
            debug_assert_eq!(changed, Ok(()), "a new meter has the first passwords");
        }
        Self { server: Server::sized(settings.address, meter), now: Duration::ZERO }
    }

    /// Lets time pass up to `now`.
    fn elapse(&mut self, now: Duration) {
        let meter = self.server.handler();
        while let Some(left) = now.checked_sub(self.now).filter(|left| !left.is_zero()) {
            let step = left.min(MINUTE);
            pass(meter, step);
            self.now += step;
        }
    }
}

impl Machine for Simulated {
    type Outcome<'a> = Infallible;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.elapse(now);
        self.server.receive(octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.server.transmitted(now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        self.server.poll(now)
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// Midnight of the 28th of the month before.
fn start(clock: DateTime) -> DateTime {
    let (year, month) = match (clock.date.year(), clock.date.month()) {
        (year, 1) => (year - 1, 12),
        (year, month) => (year, month - 1),
    };
    let midnight = Time::new(0, 0, 0).zip(Date::new(year, month, 28));
    midnight.map_or(clock, |(time, date)| DateTime { date, time })
}

/// Lives until the clock says `until`: every day after noon phase B has no voltage for two minutes; on the
/// 28th there is an outage, and a master clears the maximum demand and has the registers copied.
fn live(meter: &mut Meter, until: DateTime) {
    while meter.now() < until {
        let DateTime { date, time } = meter.now();
        let rest = match (until.date == date, until.time.hour() == time.hour(), until.time.minute()) {
            (true, true, minute) if minute == time.minute() => until.time.second(),
            _ => 60,
        };
        match (date.day(), time.hour(), time.minute()) {
            (28, 3, 0..=4) => out(meter),
            (28, 8, 0) => {
                let (operator, right) = (Operator(0x0000_0042), Password { level: 4, digits: [0; 3] });
                let operator = (meter.edition() == Edition::Y2007).then_some(operator);
                // Both are allowed with the first passwords.
                let _ = meter.clear_maximum_demand(right, operator);
                let _ = meter.freeze(FreezeTime::NOW);
                pass(meter, MINUTE);
            }
            _ => pass(meter, Duration::from_secs(rest.into())),
        }
    }
}

/// A minute without any voltage.
fn out(meter: &mut Meter) {
    meter.mains = Mains { phases: [Phase::default(); 3], ..meter.mains };
    meter.elapse(MINUTE);
}

/// At most a minute with a load.
fn pass(meter: &mut Meter, time: Duration) {
    let now = meter.now().time;
    meter.mains = mains(now);
    meter.tariff = tariff(now.hour());
    meter.elapse(time);
}

/// Which tariff counts: the sharp peak, the peak, flat and the valley.
const fn tariff(hour: u8) -> u8 {
    match hour {
        10 | 19..=20 => 1,
        8..=11 | 17..=21 => 2,
        6..=16 => 3,
        _ => 4,
    }
}

/// Around 230 V and 1.5 kW a phase, the more the later in an hour.
fn mains(now: Time) -> Mains {
    let (minute, second) = (u16::from(now.minute()), u16::from(now.second()));
    let mut phases = [Phase::default(); 3];
    for (number, phase) in (0..).zip(&mut phases) {
        let active_dw = 10_000 + 2_000 * i32::from(number) + 100 * i32::from(minute);
        *phase = Phase {
            voltage_dv: 2_290 + 4 * number + (second + 7 * number) % 20,
            active_dw,
            reactive_dvar: active_dw / 5,
            angle_ddeg: 113,
            ..Phase::default()
        };
        let milliamperes = 1_000 * phase.apparent_dva() / i64::from(phase.voltage_dv);
        phase.current_ma = milliamperes as i32;
    }
    if (now.hour(), minute / 2) == (12, 15)
        && let [_, b, _] = &mut phases
    {
        *b = Phase::default();
    }
    Mains {
        phases,
        neutral_ma: 150,
        frequency_chz: 4_995 + second % 11,
        temperature_dc: 231,
        clock_battery_cv: 360,
        outage_battery_cv: 600,
    }
}
