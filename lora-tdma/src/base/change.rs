//! Other schedules and other keys, and devices that do not know them yet.

use frame_crypto::{Cipher, CounterStore, Key, Link, WRAPPED_LEN};

use crate::base::agenda::Agenda;
use crate::base::station::Telling;
use crate::base::{Base, Station};
use crate::internal::{self, MAX_DOWN};
use crate::layout::Access;
use crate::superframe::Schedule;
use crate::{BaseTime, SendError};

/// A change that devices are told of before it happens.
pub(super) struct Change<C: Cipher> {
    pub kind: Coming<C>,
    /// When it happens at the latest.
    pub until: BaseTime,
    /// The superframe before which the base is silent.
    pub silent_until: Option<u64>,
    /// Whether a device that is no member any more may know of it.
    pub has_strangers: bool,
}

pub(super) enum Coming<C: Cipher> {
    Schedule(Schedule),
    Key(Key<C>),
}

/// Whether a change happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    No,
    /// It is about to, and nothing may be sent before.
    Silent,
    Changed,
}

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    pub(super) fn prepare(&mut self, kind: Coming<C>, until: BaseTime) -> Result<(), SendError> {
        if self.change.is_some() {
            return Err(SendError::Busy);
        }
        self.change = Some(Change { kind, until, silent_until: None, has_strangers: false });
        for station in self.stations.iter_mut().flatten() {
            (station.has_key, station.telling) = (false, None);
        }
        self.hurried = 0;
        self.count_hurried();
        Ok(())
    }

    /// A member may be none any more, and not know it yet.
    pub(super) fn estrange(&mut self) {
        self.has_strangers = true;
        if let Some(change) = &mut self.change {
            change.has_strangers = true;
        }
    }

    /// The schedule that holds soon.
    pub(super) fn coming(&self) -> &Schedule {
        match &self.change {
            Some(Change { kind: Coming::Schedule(schedule), .. }) => schedule,
            _ => &self.schedule,
        }
    }

    /// Tells some of the stations that are behind what they need to know.
    pub(super) fn spread(&mut self) {
        if self.schedule.layout().downlink == 0 {
            return;
        }
        let count = self.stations.len().max(1);
        for _ in 0..self.stations.len().min(16) {
            let index = self.told.checked_rem(count).unwrap_or_default();
            self.told = index + 1;
            self.catch_up(index);
        }
    }

    pub(super) fn catch_up(&mut self, index: usize) {
        let layout = *self.coming().layout();
        let number = self.number;
        let epoch = self.epoch.saturating_add(1);
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return };
        // Who joined says which version it has, unless it cannot speak.
        let knows_schedule = station.answer.as_ref().is_none_or(|answer| answer.knows_schedule);
        let silent = if knows_schedule { 3 * u64::from(layout.cycle) } else { 0 };
        let asked = station.answer.as_ref().map_or(0, |answer| answer.number);
        if station.granted.is_some() && number > asked.saturating_add(silent).saturating_add(Self::PATIENCE) {
            (station.granted, station.answer) = (None, None);
        }
        let Some(member) = station.member.as_ref().filter(|member| member.left.is_none()) else { return };
        let is_behind = match station.version {
            Some(known) if station.granted.is_none() => known != layout.version,
            _ => number > asked.max(station.since).saturating_add(silent),
        };
        if is_behind {
            if number < station.told_until || station.telling.is_some() {
                return;
            }
            let mut message = [0; MAX_DOWN];
            let [kind, octets @ ..] = &mut message;
            *kind = internal::SCHEDULE;
            let length = layout.encode(octets).unwrap_or_default().len();
            let telling = station.telling.insert(Telling::urgent());
            telling.put(message.get(..1 + length).unwrap_or_default(), true, 0);
            if station.down.about == Some(internal::NETWORK_KEY) {
                // Its pieces would not be put together.
                station.clear();
            }
            self.hurried = self.hurried.saturating_add(1);
        } else if let Some(Change { kind: Coming::Key(key), .. }) = &self.change
            && !(station.has_key || station.outgoing.waits() || station.down.length != 0)
        {
            let link = Link { epoch, ..member.link };
            let Ok(wrapped) = self.registrar.wrap(&member.key, &link, key) else { return };
            let mut message = [internal::NETWORK_KEY; 1 + WRAPPED_LEN];
            let [_, rest @ ..] = &mut message;
            *rest = wrapped;
            station.outgoing.put(&message, true, 0);
            station.down.about = Some(internal::NETWORK_KEY);
        } else {
            return;
        }
        self.enqueue(index);
    }

    /// Changes what was to be changed, if it is time.
    pub(super) fn take_over(&mut self, now: BaseTime) -> Over {
        let unready = self.unready();
        let Some(change) = &mut self.change else { return Over::No };
        if unready != 0 && now < change.until {
            // Who hears the next beacon speaks for a while again.
            change.silent_until = None;
            return Over::No;
        }
        let is_key = matches!(change.kind, Coming::Key(_));
        if is_key && (self.to_all.waits() || self.all.left != 0) {
            // It is sealed already, with the key that was.
            return Over::No;
        }
        let is_known = unready == 0 && !self.has_strangers;
        if !is_known && !is_key && self.schedule.layout().access == Access::Slots {
            // Who does not know of the change falls silent first.
            let until = self.number.saturating_add(Schedule::HOLD);
            if self.number < *change.silent_until.get_or_insert(until) {
                return Over::Silent;
            }
        }
        if let Some(Change { kind, has_strangers, .. }) = self.change.take() {
            match kind {
                Coming::Schedule(schedule) => {
                    self.follow(schedule, now);
                    self.has_strangers = has_strangers;
                }
                Coming::Key(key) => self.follow_key(key),
            }
        }
        Over::Changed
    }

    pub(super) fn follow(&mut self, schedule: Schedule, now: BaseTime) {
        let end = match self.schedule.layout().access {
            Access::Slots => self.schedule.start(self.number),
            Access::Polling => {
                now.after(u64::from(Schedule::TURN_US) + u64::from(schedule.layout().listen_us))
            }
        };
        self.schedule = schedule;
        self.agenda = Agenda::default();
        self.number = schedule.number(end.before(1)).saturating_add(1);
        (self.asked, self.is_told, self.is_all_next, self.answer_until) = (u16::MAX, false, false, end);
        let longest = schedule.longest_downlink();
        if self.all.length > longest {
            // Of a message that is not complete nobody has the whole.
            self.all.left = 0;
            if self.to_all.waits() {
                self.to_all.restart();
            }
        }
        // Superframes are counted anew.
        for station in self.stations.iter_mut().flatten() {
            (station.heard, station.down.not_before, station.told_until) = (None, 0, 0);
            station.since = self.number;
            if let Some(answer) = &mut station.answer {
                answer.number = self.number;
            }
            if station.down.length > longest {
                station.cut_again();
            }
        }
    }

    pub(super) fn follow_key(&mut self, key: Key<C>) {
        self.epoch = self.epoch.saturating_add(1);
        let link = Link { network: self.network, device: Link::EVERYBODY, epoch: self.epoch };
        self.beacons.renew(&key, link);
        self.key = key;
        for station in self.stations.iter_mut().flatten() {
            station.has_key = false;
            if station.down.about == Some(internal::NETWORK_KEY) {
                station.clear();
            }
            // Answers hold the key that was.
            (station.granted, station.answer, station.accept_is_due) = (None, None, false);
        }
        self.count_hurried();
    }
}

impl<C: Cipher> Change<C> {
    /// Whether a station knows all it needs.
    pub(super) fn is_known<S: CounterStore, const MESSAGE: usize>(
        &self,
        station: &Station<S, C, MESSAGE>,
    ) -> bool {
        match &self.kind {
            Coming::Schedule(schedule) => {
                station.version == Some(schedule.layout().version)
                    && station.down.length <= schedule.longest_downlink()
            }
            Coming::Key(_) => station.has_key,
        }
    }
}
