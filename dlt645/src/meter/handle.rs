//! The commands.

use meter_value::bcd::Sign;
use meter_value::line::Writer;
use meter_value::{DateTime, MeterTime};

use super::account::{Account, Energies, energy};
use super::clock::{Clock, DAY};
use super::events::Events;
use super::freezes::{Freezes, INSTANT};
use super::profile::{self, From, LoadRecord};
use super::ring::Ring;
use super::write::{PASSWORDS, Target, is_address};
use super::{Meter, format};
use crate::{
    Address, BaudRate, ClockTime, Data, Edition, ErrorFlags, FreezeTime, Handler, Identifier, Operator,
    Password, RecordTime, Refusal, RelayAction, RelayErrors, RelayStatus, Schedule, TerminalSignal,
};

/// By how much function 08 sets the clock less than, and how far from midnight at least, in seconds.
const NEAR: u64 = 5 * 60;

/// Who may clear the meter and its events, and switch the load.
const CLEARS: u8 = 2;

/// Who may clear the maximum demand.
const CLEARS_DEMAND: u8 = 4;

/// Kinds of energy in the record of a cleared meter: active forward and reverse, quadrants 1 to 4.
const CLEARED: [usize; 6] = [1, 2, 5, 6, 7, 8];

impl<const T: usize, const R: usize> Handler for Meter<T, R> {
    fn edition(&self) -> Edition {
        self.edition
    }

    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        let known = match identifier {
            Identifier::Y1997(number) => self.put_1997(number, data),
            // Not all that stands side by side is a block in the 2007 edition.
            Identifier::Y2007(number) => identifier.layout().is_some() && self.put_2007(number, data),
        };
        if known { Ok(()) } else { Err(ErrorFlags::NO_SUCH_DATA) }
    }

    fn read_load_records(
        &mut self,
        identifier: Identifier,
        count: u8,
        from: Option<RecordTime>,
        data: &mut Writer<'_>,
    ) -> Result<(), ErrorFlags> {
        let number = self.number(identifier).ok_or(ErrorFlags::NO_SUCH_DATA)?;
        let (classes, from) = match (number.to_be_bytes(), from) {
            ([_, 0, 0, which], from) => (0x3F, start(which, from)),
            ([_, class @ 1..=6, 0, which], from) => (1 << (class - 1), start(which, from)),
            _ => return Err(ErrorFlags::NO_SUCH_DATA),
        };
        profile::put(&self.profile, classes, count, from, data);
        Ok(())
    }

    fn has_report(&self) -> bool {
        self.word(0x0400_1101) & 1 << 2 != 0 && self.report != [0; 12]
    }

    fn write(
        &mut self,
        identifier: Identifier,
        password: Password,
        operator: Option<Operator>,
        data: Data<'_>,
    ) -> Result<(), ErrorFlags> {
        let number = self.number(identifier).ok_or(ErrorFlags::NO_SUCH_DATA)?;
        let Some((target, octets, level)) = self.target(identifier) else {
            // What can be read, nobody may write.
            self.read(identifier, &mut Writer::new(&mut []))?;
            return Err(ErrorFlags::UNAUTHORISED);
        };
        if data.len() != octets {
            return Err(ErrorFlags::OTHER);
        }
        self.judge(number, target, data)?;
        if target != Target::Report {
            self.may_program()?;
            let level = if target == Target::Password { data.at(0) } else { level };
            self.rights.check(password, level.ok_or(ErrorFlags::UNAUTHORISED)?)?;
        }
        let (before, operator) = (self.clock_octets(), operator.unwrap_or_default().0.to_le_bytes());
        if self.keep(number, target, data) {
            let after = self.clock_octets();
            self.events.clock_set.push(|data| {
                data.put(&operator);
                data.put(&before);
                data.put(&after);
            });
        } else {
            self.events.programming.push(|data| {
                data.put(&before);
                data.put(&operator);
                data.put(&number.to_le_bytes());
            });
        }
        Ok(())
    }

    fn write_address(&mut self, address: Address) -> bool {
        self.programming && is_address(address, self.edition)
    }

    fn broadcast_time(&mut self, time: ClockTime) -> Result<(), ErrorFlags> {
        let MeterTime::At(at) = time.time() else { return Err(ErrorFlags::OTHER) };
        let (now, new) = (self.clock, Clock::new(at));
        let is_by_day = |clock: Clock| (NEAR..DAY - NEAR).contains(&(clock.seconds() % DAY));
        let today = now.seconds() / DAY;
        let is_small = now.seconds().abs_diff(new.seconds()) < NEAR;
        if self.synchronised == Some(today) || !is_small || !is_by_day(now) || !is_by_day(new) {
            return Err(ErrorFlags::OTHER);
        }
        self.clock = new;
        self.synchronised = Some(today);
        Ok(())
    }

    fn freeze(&mut self, time: FreezeTime) -> Result<(), ErrorFlags> {
        match time.schedule() {
            Some(Schedule::Now) => self.take(INSTANT),
            Some(_) => {
                self.set_parameter(Identifier::Y2007(0x0400_1204), &time.0);
            }
            None => return Err(ErrorFlags::OTHER),
        }
        Ok(())
    }

    fn change_baud_rate(&mut self, rate: BaudRate) -> Result<(), ErrorFlags> {
        match (rate.bits_per_second(), self.edition) {
            (Some(_), _) => Ok(()),
            (None, Edition::Y1997) => Err(ErrorFlags::OTHER),
            (None, Edition::Y2007) => Err(ErrorFlags::BAUD_RATE),
        }
    }

    fn switch_baud_rate(&mut self, rate: BaudRate) {
        self.set_parameter(Identifier::Y2007(0x0400_0703), &[rate.word()]);
    }

    fn change_password(
        &mut self,
        identifier: Option<Identifier>,
        old: Password,
        new: Password,
    ) -> Result<(), ErrorFlags> {
        if let Some(identifier) = identifier {
            let level = self.number(identifier).and_then(|number| number.checked_sub(PASSWORDS));
            let level = level.filter(|level| *level < 10).ok_or(ErrorFlags::NO_SUCH_DATA)?;
            if level != u32::from(new.level) {
                return Err(ErrorFlags::OTHER);
            }
        }
        self.may_program()?;
        self.rights.check(old, new.level)?;
        if self.rights.set(new) { Ok(()) } else { Err(ErrorFlags::OTHER) }
    }

    fn clear_maximum_demand(
        &mut self,
        password: Password,
        operator: Option<Operator>,
    ) -> Result<(), ErrorFlags> {
        self.rights.check(password, CLEARS_DEMAND)?;
        let (now, operator) = (self.clock_octets(), operator.unwrap_or_default());
        let account = &self.account;
        self.events.demand_clear.push(|data| {
            put_head(now, operator, data);
            // The phases have no maximum demand of their own, and stay zero.
            let peaks = CLEARED.iter().filter_map(|kind| account.peak(*kind, 0));
            peaks.for_each(|peak| format::peak(data, peak, Sign::Unsigned));
        });
        self.account.clear_peaks();
        Ok(())
    }

    fn clear_meter(&mut self, password: Password, operator: Operator) -> Result<(), ErrorFlags> {
        self.rights.check(password, CLEARS)?;
        let (now, combination) = (self.clock_octets(), self.combination());
        let account = self.account;
        self.events.clear([0xFF; 4]);
        self.events.meter_clear.push(|data| {
            put_head(now, operator, data);
            let total = |kind| account.energy(kind, 0, combination);
            let of = |energies: &Energies, kind| energy(energies, kind, combination);
            let totals = CLEARED.iter().map(|kind| total(*kind));
            let phases =
                account.phases.iter().flat_map(|phase| CLEARED.iter().map(move |kind| of(phase, *kind)));
            totals.chain(phases).for_each(|energy| format::energy(data, energy.unwrap_or(0), Sign::Unsigned));
        });
        self.account = Account::EMPTY;
        self.history = [Account::EMPTY; 12];
        self.freezes = Freezes::NONE;
        self.profile = Ring::new(LoadRecord::EMPTY);
        self.charges = [0; 3];
        self.losses = [None; 3];
        Ok(())
    }

    fn clear_events(
        &mut self,
        password: Password,
        operator: Operator,
        events: Identifier,
    ) -> Result<(), ErrorFlags> {
        let class = self.number(events).ok_or(ErrorFlags::NO_SUCH_DATA)?;
        if !Events::is_class(class.to_be_bytes()) {
            return Err(ErrorFlags::NO_SUCH_DATA);
        }
        self.rights.check(password, CLEARS)?;
        self.events.clear(class.to_be_bytes());
        let now = self.clock_octets();
        self.events.event_clear.push(|data| {
            put_head(now, operator, data);
            data.put(&class.to_le_bytes());
        });
        Ok(())
    }

    fn control_relay(
        &mut self,
        password: Password,
        _operator: Operator,
        action: RelayAction,
        duration: u8,
        until: ClockTime,
    ) -> Result<Option<RelayStatus>, Refusal> {
        // The last digits of the password choose the form of the answer.
        let [.., form] = password.digits;
        let has_status = form == 0x01;
        let status = self.switch(password, action, duration, until);
        match status {
            Ok(status) => Ok(has_status.then_some(status)),
            Err(Refusal::Relay(error)) if !has_status => Err(Refusal::Flags(match error {
                RelayErrors::UNAUTHORISED => ErrorFlags::UNAUTHORISED,
                _ => ErrorFlags::OTHER,
            })),
            Err(error) => Err(error),
        }
    }

    fn multifunction_terminal(&mut self, signal: TerminalSignal) -> Result<(), ErrorFlags> {
        if signal.name().is_none() {
            return Err(ErrorFlags::OTHER);
        }
        self.terminal = signal;
        Ok(())
    }
}

impl<const T: usize, const R: usize> Meter<T, R> {
    fn may_program(&self) -> Result<(), ErrorFlags> {
        if self.programming { Ok(()) } else { Err(ErrorFlags::UNAUTHORISED) }
    }

    fn switch(
        &mut self,
        password: Password,
        action: RelayAction,
        duration: u8,
        until: ClockTime,
    ) -> Result<RelayStatus, Refusal> {
        if self.rights.check(password, CLEARS).is_err() {
            return Err(Refusal::Relay(RelayErrors::UNAUTHORISED));
        }
        let is_valid = |until: DateTime| Clock::new(until) >= self.clock;
        match until.time() {
            MeterTime::At(until) if is_valid(until) => self.relay.control(action, duration),
            _ => Err(Refusal::Relay(RelayErrors::EXPIRED)),
        }
    }
}

/// When, and by whom.
fn put_head(now: [u8; 6], operator: Operator, data: &mut Writer<'_>) {
    data.put(&now);
    data.put(&operator.0.to_le_bytes());
}

fn start(which: u8, from: Option<RecordTime>) -> From {
    match (which, from) {
        (_, Some(RecordTime(time))) => From::Time(time),
        (2, None) => From::Latest,
        _ => From::Earliest,
    }
}
