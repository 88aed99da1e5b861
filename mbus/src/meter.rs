//! A meter that exists only in memory.

use core::time::Duration;

use meter_value::line::Writer;

use crate::{
    Address, Application, ApplicationError, BaudRate, Ci, Data, EncodeError, Entry, Handler, Identification,
    LongHeader, Manufacturer, Medium, Selection, Status,
};

/// A simulated meter, to be read by others: the [`Handler`] of a [`Server`](crate::Server).
///
/// Everything follows from what it measures and from [`elapse`](Self::elapse): the same calls give the same
/// meter. It has telegram 0 with what it measures and has counted, and one more for every six of the up to twelve
/// values that [`settle`](Self::settle) stored, the latest in storage 1.
///
/// A reset of the application selects what is shown: [`Application::INSTANTANEOUS`] only telegram 0,
/// [`Application::SIMPLE_BILLING`] only what it stored, all others everything. Its number is set with a record
/// 0C 79, CI 51. It has all rates.
///
/// While it has a permanent error it counts nothing, and what it measures is absent.
///
/// ```
/// use core::time::Duration;
/// use mbus::{Address, Frame, Machine, Meter, Output, Server};
///
/// let mut server = Server::new(Address(5), Meter::water(12_345_678));
/// let meter = server.handler();
/// meter.flow_l_h = 300;
/// meter.elapse(Duration::from_secs(7_200));
///
/// server.receive(&[0x10, 0x7B, 0x05, 0x80, 0x16], Duration::ZERO);
/// let Output::Transmit(octets) = server.poll(Duration::from_secs(1)) else { panic!() };
/// let mut telegram = Frame::decode(octets)?.telegram()?;
/// assert_eq!(telegram.records.next().unwrap()?.value().to_string(), "0.600");
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Meter {
    /// Who it is.
    pub selection: Selection,
    /// How it is.
    pub status: Status,
    /// The octet of an alarm, if there is one.
    pub alarm: Option<u8>,
    /// Whether it takes no data.
    pub is_busy: bool,
    /// Power in W. A heat meter counts it as energy, an electricity meter too.
    pub power_w: i32,
    /// Flow in litres per hour. Meters of heat, water and gas count it as volume.
    pub flow_l_h: i32,
    /// Temperatures of flow and return in 0.1 °C, of a heat meter.
    pub temperatures_dc: [i32; 2],
    /// Voltage in 0.1 V, of an electricity meter.
    pub voltage_dv: i32,
    /// Current in mA, of an electricity meter.
    pub current_ma: i32,
    application: Application,
    rate: Option<BaudRate>,
    /// In W ms.
    energy: i64,
    /// In ml h/3600, thus litres per hour times ms.
    volume: i64,
    on: Duration,
    history: [i32; STORED],
    stored: usize,
}

/// How many values a meter stores, and how many of them are in a telegram.
const STORED: usize = 12;
const STORED_IN_TELEGRAM: usize = 6;

const HOUR_MS: i64 = 3_600_000;

/// A register has eight digits.
const REGISTER: i64 = 100_000_000;

/// Time that operating meters count, in days.
const ON_TIME: u8 = 0x23;
const DAY: u64 = 86_400;

impl Meter {
    /// A heat meter with a number of eight digits: energy in kWh, volume in litres, power, flow and two
    /// temperatures.
    pub fn heat(number: u32) -> Self {
        Self::new(Medium::HEAT, number)
    }

    /// A water meter: volume in litres and flow.
    pub fn water(number: u32) -> Self {
        Self::new(Medium::WATER, number)
    }

    /// A gas meter: volume in litres and flow.
    pub fn gas(number: u32) -> Self {
        Self::new(Medium::GAS, number)
    }

    /// An electricity meter: energy in Wh, power, voltage and current.
    pub fn electricity(number: u32) -> Self {
        Self::new(Medium::ELECTRICITY, number)
    }

    fn new(medium: Medium, number: u32) -> Self {
        let identification = Identification(digits(number));
        Self {
            selection: Selection {
                identification,
                manufacturer: Manufacturer(0x36E5),
                version: 1,
                medium,
                fabrication: Some(identification),
            },
            status: Status(0),
            alarm: None,
            is_busy: false,
            power_w: 0,
            flow_l_h: 0,
            temperatures_dc: [200, 200],
            voltage_dv: 2_300,
            current_ma: 0,
            application: Application::ALL,
            rate: None,
            energy: 0,
            volume: 0,
            on: Duration::ZERO,
            history: [0; STORED],
            stored: 0,
        }
    }

    /// Lets time pass. What it measures now was so all that time.
    pub fn elapse(&mut self, time: Duration) {
        self.on = self.on.saturating_add(time);
        if self.status.has_permanent_error() {
            return;
        }
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.energy = self.energy.saturating_add(ms.saturating_mul(self.power_w.into()));
        self.volume = self.volume.saturating_add(ms.saturating_mul(self.flow_l_h.into()));
    }

    /// Stores what it has counted, as at the end of a month.
    pub fn settle(&mut self) {
        let counted = self.counted();
        self.history.rotate_right(1);
        if let Some(latest) = self.history.first_mut() {
            *latest = counted;
        }
        self.stored = self.stored.saturating_add(1).min(STORED);
    }

    /// What it has counted in the unit of its register: kWh, Wh or litres.
    pub fn counted(&self) -> i32 {
        let counted = match self.selection.medium {
            Medium::HEAT => self.energy / HOUR_MS / 1_000,
            Medium::ELECTRICITY => self.energy / HOUR_MS,
            _ => self.volume / HOUR_MS,
        };
        register(counted)
    }

    /// The rate that it was switched to.
    pub const fn rate(&self) -> Option<BaudRate> {
        self.rate
    }

    /// Which data it shows.
    pub const fn selected(&self) -> Application {
        self.application
    }

    /// The VIF of its register.
    fn vif(&self) -> u8 {
        match self.selection.medium {
            Medium::HEAT => 0x06,
            Medium::ELECTRICITY => 0x03,
            _ => 0x13,
        }
    }

    fn now(&self, records: &mut Writer<'_>) -> Result<(), EncodeError> {
        let measured = |value| match self.status.has_permanent_error() {
            true => Data::Int32(i32::MIN),
            false => Data::Int32(value),
        };
        Entry::new(&[self.vif()], Data::Bcd8(self.counted())).write(records)?;
        match self.selection.medium {
            Medium::ELECTRICITY => {
                Entry::new(&[0x2B], measured(self.power_w)).write(records)?;
                Entry::new(&[0xFD, 0x48], measured(self.voltage_dv)).write(records)?;
                Entry::new(&[0xFD, 0x59], measured(self.current_ma)).write(records)?;
            }
            Medium::HEAT => {
                let [flow, back] = self.temperatures_dc;
                Entry::new(&[0x13], Data::Bcd8(register(self.volume / HOUR_MS))).write(records)?;
                Entry::new(&[0x2B], measured(self.power_w)).write(records)?;
                Entry::new(&[0x3B], measured(self.flow_l_h)).write(records)?;
                Entry::new(&[0x5A], measured(flow)).write(records)?;
                Entry::new(&[0x5E], measured(back)).write(records)?;
            }
            _ => Entry::new(&[0x3B], measured(self.flow_l_h)).write(records)?,
        }
        let days = i32::try_from(self.on.as_secs() / DAY).unwrap_or(i32::MAX);
        Entry::new(&[ON_TIME], Data::Int32(days)).write(records)
    }

    fn then(&self, telegram: usize, records: &mut Writer<'_>) -> Result<(), EncodeError> {
        let first = telegram.saturating_mul(STORED_IN_TELEGRAM);
        let stored = self.history.iter().take(self.stored).enumerate();
        for (place, &counted) in stored.skip(first).take(STORED_IN_TELEGRAM) {
            let storage = place as u64 + 1;
            Entry { storage, ..Entry::new(&[self.vif()], Data::Bcd8(counted)) }.write(records)?;
        }
        Ok(())
    }
}

/// The digits of a register, which begins again from 0, and runs backwards from there to its end.
fn register(counted: i64) -> i32 {
    // Fits, for it is below 10^8.
    i32::try_from(counted.rem_euclid(REGISTER)).unwrap_or(0)
}

/// A number as digits.
fn digits(number: u32) -> u32 {
    let mut rest = number;
    (0..8).fold(0, |digits, place| {
        let digit = rest % 10;
        rest /= 10;
        digits | digit << (4 * place)
    })
}

impl Handler for Meter {
    fn header(&mut self) -> LongHeader {
        let Selection { identification, manufacturer, version, medium, .. } = self.selection;
        let status = match self.alarm {
            Some(_) => Status(self.status.0 | 0x03),
            None => self.status,
        };
        LongHeader { identification, manufacturer, version, medium, access: 0, status, configuration: 0 }
    }

    fn fabrication(&mut self) -> Option<Identification> {
        self.selection.fabrication
    }

    fn records(&mut self, telegram: u16, records: &mut Writer<'_>) -> bool {
        let telegram = usize::from(telegram);
        let stored = self.stored.div_ceil(STORED_IN_TELEGRAM);
        // All of them fit, and all numbers have eight digits.
        let (_, telegrams) = match (self.application, telegram.checked_sub(1)) {
            (Application::INSTANTANEOUS, _) => (self.now(records), 1),
            (Application::SIMPLE_BILLING, _) => (self.then(telegram, records), stored),
            (_, None) => (self.now(records), stored.saturating_add(1)),
            (_, Some(before)) => (self.then(before, records), stored.saturating_add(1)),
        };
        telegram.saturating_add(1) < telegrams
    }

    fn alarm(&mut self) -> Option<u8> {
        self.alarm
    }

    fn is_busy(&mut self) -> bool {
        self.is_busy
    }

    fn write(&mut self, ci: Ci, data: &[u8]) -> Result<(), ApplicationError> {
        match (ci, data) {
            (Ci::COMMAND, &[0x0C, 0x79, a, b, c, d]) => {
                self.selection.identification = Identification(u32::from_le_bytes([a, b, c, d]));
                Ok(())
            }
            (Ci::COMMAND, _) => Err(ApplicationError::UNSPECIFIED),
            _ => Err(ApplicationError::UNIMPLEMENTED_CI),
        }
    }

    fn set_address(&mut self, _address: Address) -> bool {
        true
    }

    fn reset_application(&mut self, application: Option<Application>) -> Result<(), ApplicationError> {
        self.application = application.unwrap_or(Application::ALL);
        Ok(())
    }

    fn application(&mut self) -> Result<Application, ApplicationError> {
        Ok(self.application)
    }

    fn change_baud_rate(&mut self, _rate: BaudRate) -> bool {
        true
    }

    fn switch_baud_rate(&mut self, rate: BaudRate) {
        self.rate = Some(rate);
    }
}
