//! A meter that exists only in memory.

mod account;
mod clock;
mod events;
mod format;
mod freezes;
mod handle;
mod mains;
mod parameters;
mod profile;
mod relay;
mod rights;
mod ring;
mod write;
mod y1997;
mod y2007;

use core::time::Duration;

use meter_value::DateTime;

use crate::{Edition, FreezeTime, Identifier, Schedule, TerminalSignal};
use account::{Account, Demand};
use clock::{Clock, MINUTE};
use events::{Counts, Events, Loss};
use freezes::{DAILY, Freeze, Freezes, HOURLY, TIMED};
use parameters::Parameters;
use profile::LoadRecord;
use relay::Relay;
use rights::Rights;
use ring::Ring;

pub use account::Register;
pub use mains::{Mains, Phase};

/// A simulated meter of either edition, to be read by others: the [`Handler`](crate::Handler) of a
/// [`Server`](crate::Server).
///
/// It has energies and maximum demands in up to `T` tariffs, 12 settlement days back (2 months in the 1997
/// edition), variables, parameters, and of the 2007 edition events, freezes and load records, of which it keeps
/// `R` hourly, `R` daily and `R` of load. Everything follows from [`mains`](Self::mains) and
/// [`elapse`](Self::elapse), which runs its clock: the same calls give the same meter. It takes 57 KB, or 27 KB
/// with 2 tariffs and 8 of each record.
///
/// Every password is 000000 until it is changed. Level 2 writes the parameters of the first class and clears the
/// meter and its events, level 4 writes others, sets the clock and clears the maximum demand, level 0 writes the
/// rating plate; a higher level, which is a lower number, will do. Three wrong passwords lock the meter for 24
/// hours of its clock. A new meter has one tariff; parameter 04000204, C313 in the 1997 edition, sets how many it
/// shows.
///
/// Of the parameters, these act: how many tariffs are shown, period and slide of the maximum demand, settlement
/// days, the words of combined energies, mode and intervals of load records, modes and times of copies, the
/// voltages at which one is lost and restored, and bit 2 of the feature word. Others are only kept.
///
/// Function 08 sets the clock once a day, by less than 5 minutes, and not within 5 minutes of midnight. Function
/// 16 takes an instant copy, or sets when timed copies are taken. The blocks of copies have no AA between their
/// items. There is no security module: what is in cipher or has an authentication code is refused.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, Command, Data, Edition, Frame, Identifier, Machine, Meter, Output, Reply, Server};
/// use meter_value::{Date, DateTime, Time};
///
/// let noon = DateTime { date: Date::new(2026, 7, 1).unwrap(), time: Time::new(12, 0, 0).unwrap() };
/// let mut server = Server::new(Address([1, 0, 0, 0, 0, 0]), <Meter>::new(Edition::Y2007, noon));
/// let meter = server.handler();
/// meter.mains.phases[0].active_dw = 23_000;
/// meter.elapse(Duration::from_secs(3_600));
///
/// let mut buffer = [0; 32];
/// let read = Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY };
/// server.receive(read.encode_frame(Address::ANY, &mut buffer)?, Duration::ZERO);
/// let Output::Transmit(octets) = server.poll(Duration::from_secs(1)) else { panic!() };
/// let reply = Reply::decode(&Frame::decode(octets).unwrap()).unwrap();
/// assert_eq!(reply.values().next().unwrap().value.to_string(), "2.30");
/// # Ok::<(), dlt645::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Meter<const T: usize = 4, const R: usize = 62> {
    /// What it measures now. It counts from the next [`elapse`](Self::elapse) on.
    pub mains: Mains,
    /// The tariff that counts now, 1 to `T`; in another one no energy counts.
    pub tariff: u8,
    /// Whether its key for programming is pressed; without it functions 14, 15 and 18, and 04, 0A and 0F of 1997,
    /// are refused.
    pub programming: bool,
    /// What it has to report, 04001501: a flag for each kind of event. It is announced if bit 2 of the parameter
    /// 04001101 is set, and reset by writing the same flags to 04001503.
    pub report: [u8; 12],
    /// What its multi-function terminal puts out.
    pub terminal: TerminalSignal,
    edition: Edition,
    clock: Clock,
    /// Of a second.
    rest: Duration,
    /// The day of the clock when function 08 set it last.
    synchronised: Option<u64>,
    minutes_on_battery: u64,
    parameters: Parameters,
    rights: Rights,
    relay: Relay,
    account: Account<T>,
    /// On settlement days, the latest first.
    history: [Account<T>; 12],
    demand: Demand,
    /// In mA s, by phase.
    charges: [i64; 3],
    events: Events,
    losses: [Option<Loss>; 3],
    /// Since when there is no voltage at all.
    down: Option<[u8; 6]>,
    freezes: Freezes<T, R>,
    profile: Ring<LoadRecord, R>,
}

/// Limits of lost voltages of a meter without parameters for them, in 0.1 V.
const LOST_BELOW_DV: u32 = 1_320;
const RESTORED_FROM_DV: u32 = 1_870;

impl<const T: usize, const R: usize> Meter<T, R> {
    /// A new meter whose clock says `now`, within the years 2000 to 2099.
    pub fn new(edition: Edition, now: DateTime) -> Self {
        Self {
            mains: Mains::IDLE,
            tariff: 1,
            programming: true,
            report: [0; 12],
            terminal: TerminalSignal::SECOND,
            edition,
            clock: Clock::new(now),
            rest: Duration::ZERO,
            synchronised: None,
            minutes_on_battery: 0,
            parameters: Parameters::new(edition),
            rights: Rights::INITIAL,
            relay: Relay::CLOSED,
            account: Account::EMPTY,
            history: [Account::EMPTY; 12],
            demand: Demand::EMPTY,
            charges: [0; 3],
            events: Events::NONE,
            losses: [None; 3],
            down: None,
            freezes: Freezes::NONE,
            profile: Ring::new(LoadRecord::EMPTY),
        }
    }

    /// What its clock says.
    pub fn now(&self) -> DateTime {
        self.clock.date_time()
    }

    /// Sets an energy of a tariff, from 1 on, in 0.01 of its unit; whether the meter has the tariff.
    pub fn set_energy(&mut self, register: Register, tariff: u8, hundredths: u32) -> bool {
        self.account.set(register, tariff.into(), hundredths)
    }

    /// The octets of a parameter, as they travel.
    pub fn parameter(&self, identifier: Identifier) -> Option<&[u8]> {
        self.number(identifier).and_then(|number| self.parameters.octets(number))
    }

    /// Sets a parameter as no command can: any octets, as they travel. Whether the meter has such a parameter of
    /// this length.
    pub fn set_parameter(&mut self, identifier: Identifier, octets: &[u8]) -> bool {
        let kept = self.number(identifier).and_then(|number| self.parameters.octets_mut(number));
        let kept = kept.filter(|kept| kept.len() == octets.len());
        kept.map(|kept| kept.iter_mut().zip(octets).for_each(|(kept, octet)| *kept = *octet)).is_some()
    }

    /// Whether the load is connected.
    pub const fn is_connected(&self) -> bool {
        !self.relay.is_open()
    }

    /// The user presses the key that connects the load, if the master has allowed that.
    pub fn press_key(&mut self) {
        self.relay.press();
    }

    /// Lets time pass: what the mains are now counts for so long, and what the clock brings is done. The clock
    /// stops at the end of 2099.
    pub fn elapse(&mut self, time: Duration) {
        self.watch();
        self.rest = self.rest.saturating_add(time);
        let mut seconds = self.rest.as_secs();
        self.rest -= Duration::from_secs(seconds);
        while seconds > 0 && !self.clock.is_at_end() {
            let to_minute = MINUTE - self.clock.seconds() % MINUTE;
            let step = seconds.min(to_minute);
            self.count(step);
            self.clock = self.clock.plus(step);
            seconds -= step;
            if step == to_minute {
                self.minute();
            }
        }
    }

    /// The number of an identifier of the meter's edition.
    fn number(&self, identifier: Identifier) -> Option<u32> {
        let number = match identifier {
            Identifier::Y1997(number) => u32::from(number),
            Identifier::Y2007(number) => number,
        };
        (identifier.edition() == self.edition).then_some(number)
    }

    /// What is measured behind the relay.
    fn load(&self) -> Mains {
        if self.relay.is_open() || self.mains.is_down() { self.mains.unloaded() } else { self.mains }
    }

    fn count(&mut self, seconds: u64) {
        let (load, seconds) = (self.load(), seconds as i64);
        self.account.add(&load, usize::from(self.tariff).wrapping_sub(1), seconds);
        self.demand.add(&load, seconds);
        for (charge, phase) in self.charges.iter_mut().zip(load.phases) {
            *charge = charge.saturating_add(i64::from(phase.current_ma.unsigned_abs()) * seconds);
        }
    }

    /// What a full minute of the clock brings.
    fn minute(&mut self) {
        self.demand.close();
        self.rights.minute();
        self.relay.minute();
        self.minutes_on_battery += u64::from(self.down.is_some());
        for (minutes, loss) in self.events.loss_minutes.iter_mut().zip(&self.losses) {
            *minutes = minutes.saturating_add(u32::from(loss.is_some()));
        }
        let (now, time, combination) = (self.now(), format::record_time(self.now()), self.combination());
        let [period, sliding] = self.demand_times();
        if self.clock.minutes().is_multiple_of(u64::from(sliding.max(1)))
            && let Some(demand) = self.demand.average(period as usize)
        {
            self.account.demand(demand, usize::from(self.tariff).wrapping_sub(1), combination, time);
        }
        if self.edition == Edition::Y2007 {
            self.record(now);
        }
        let days = match self.edition {
            Edition::Y1997 => 0xC117..=0xC117,
            Edition::Y2007 => 0x0400_0B01..=0x0400_0B03,
        };
        let hour = [now.time.hour(), now.date.day()].map(format::digits);
        if now.time.minute() == 0 && days.into_iter().any(|day| self.parameters.octets(day) == Some(&hour)) {
            self.settle();
        }
    }

    /// Ends a settlement period.
    fn settle(&mut self) {
        self.history.rotate_right(1);
        if let Some(latest) = self.history.first_mut() {
            *latest = self.account;
        }
        self.account.clear_peaks();
    }

    /// Takes the copies and the load record that are due.
    fn record(&mut self, now: DateTime) {
        let minutes = self.clock.minutes();
        let is_due = |interval: u32| interval > 0 && minutes.is_multiple_of(interval.into());
        let classes = (0..6).filter(|class| is_due(self.setting(0x0400_0A02 + class)));
        let classes = classes.fold(0, |classes, class| classes | 1 << class) & self.word(0x0400_0901);
        let hour_and_minute = [now.time.minute(), now.time.hour()].map(format::digits);
        let timed: Option<[u8; 4]> =
            self.parameters.octets(0x0400_1204).and_then(|octets| octets.try_into().ok());
        let due = [
            (TIMED, timed.is_some_and(|octets| is_now(FreezeTime(octets), now))),
            (HOURLY, is_due(self.setting(0x0400_1202))),
            (DAILY, self.parameters.octets(0x0400_1203) == Some(&hour_and_minute)),
        ];
        if classes != 0 {
            let (load, demand, combination) = (self.load(), self.demand_now(), self.combination());
            let time = format::record_time(now);
            self.profile.push(LoadRecord::new(time, classes, &load, &self.account, demand, combination));
        }
        for (kind, _) in due.into_iter().filter(|(_, is_due)| *is_due) {
            self.take(kind);
        }
    }

    /// Takes a copy.
    fn take(&mut self, kind: u8) {
        let time = format::record_time(self.now());
        let freeze = Freeze::new(time, &self.account, &self.load(), self.combination());
        self.freezes.push(kind, freeze);
    }

    /// Notes what begins and ends with the present voltages.
    fn watch(&mut self) {
        let (now, is_down) = (self.clock_octets(), self.mains.is_down());
        match self.down {
            None if is_down => {
                self.down = Some(now);
                self.events.power_down.push(|data| data.put(&now));
            }
            Some(_) if !is_down => {
                self.down = None;
                let end = self.events.power_down.latest_mut().iter_mut().skip(6);
                end.zip(now).for_each(|(octet, now)| *octet = now);
            }
            _ => {}
        }
        let limit = |number, or| self.parameters.octets(number).map_or(or, format::count);
        let limits = [limit(0x0409_0101, LOST_BELOW_DV), limit(0x0409_0102, RESTORED_FROM_DV)];
        let (load, counts) = (self.load(), self.counts());
        let places = self.losses.iter_mut().zip(&mut self.events.losses).zip(load.phases);
        for ((loss, log), phase) in places {
            let voltage = u32::from(phase.voltage_dv);
            let [lost, restored] = limits;
            match *loss {
                None if !is_down && voltage < lost => {
                    let new = Loss { start: now, counts, mains: load };
                    log.push(|data| new.put([0; 6], &counts, data));
                    *loss = Some(new);
                }
                Some(over) if is_down || voltage >= restored => {
                    over.put(now, &counts, &mut meter_value::line::Writer::new(log.latest_mut()));
                    *loss = None;
                }
                _ => {}
            }
        }
    }

    fn counts(&self) -> Counts {
        let combination = self.combination();
        let total = [1, 2, 3, 4].map(|kind| self.account.energy(kind, 0, combination).unwrap_or(0));
        Counts::of(total, &self.account.phases, self.charges, combination)
    }

    /// The registers now, or so many settlement days back.
    fn account(&self, back: u8) -> Option<&Account<T>> {
        match usize::from(back).checked_sub(1) {
            None => Some(&self.account),
            Some(place) => self.history.get(place),
        }
    }

    /// How many tariffs are shown.
    fn tariffs(&self) -> usize {
        let tariffs = match self.edition {
            Edition::Y1997 => self.setting(0xC313),
            Edition::Y2007 => self.setting(0x0400_0204),
        };
        T.min(tariffs as usize)
    }

    /// The period of the maximum demand, and how far it slides, in minutes.
    fn demand_times(&self) -> [u32; 2] {
        match self.edition {
            Edition::Y1997 => [0xC111, 0xC112],
            Edition::Y2007 => [0x0400_0103, 0x0400_0104],
        }
        .map(|number| self.setting(number))
    }

    /// The demand of the period up to the last full minute: active, reactive and apparent, in 0.1 W.
    fn demand_now(&self) -> [i64; 3] {
        let [period, _] = self.demand_times();
        self.demand.average(period as usize).unwrap_or_default()
    }

    /// A parameter that is a number.
    fn setting(&self, number: u32) -> u32 {
        self.parameters.octets(number).map_or(0, format::count)
    }

    /// A parameter that is an octet of bits.
    fn word(&self, number: u32) -> u8 {
        self.parameters.octets(number).and_then(|octets| octets.first().copied()).unwrap_or(0)
    }

    /// Second, minute, hour, day, month and year.
    fn clock_octets(&self) -> [u8; 6] {
        format::clock_time(self.now())
    }
}

/// Whether a schedule names this minute.
fn is_now(time: FreezeTime, now: DateTime) -> bool {
    let (date, at) = (now.date, now.time);
    match time.schedule() {
        Some(Schedule::Hourly { minute }) => at.minute() == minute,
        Some(Schedule::Daily { hour, minute }) => (at.hour(), at.minute()) == (hour, minute),
        Some(Schedule::Monthly { day, hour, minute }) => {
            (date.day(), at.hour(), at.minute()) == (day, hour, minute)
        }
        Some(Schedule::Once { month, day, hour, minute }) => {
            (date.month(), date.day(), at.hour(), at.minute()) == (month, day, hour, minute)
        }
        Some(Schedule::Now) | None => false,
    }
}
