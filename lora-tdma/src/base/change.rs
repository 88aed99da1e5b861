//! Other schedules and other keys, and devices that do not know them yet.

use frame_crypto::{Cipher, CounterStore, Key, Link, WRAPPED_LEN};

use crate::base::agenda::Agenda;
use crate::base::{Base, Station};
use crate::internal::{self, MAX_DOWN};
use crate::superframe::Schedule;
use crate::{BaseTime, SendError};

/// A change that devices are told of before it happens.
pub(super) struct Change<C: Cipher> {
    pub kind: Coming<C>,
    /// When it happens at the latest.
    pub until: BaseTime,
}

pub(super) enum Coming<C: Cipher> {
    Schedule(Schedule),
    Key(Key<C>),
}

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    pub(super) fn prepare(&mut self, kind: Coming<C>, until: BaseTime) -> Result<(), SendError> {
        if self.change.is_some() {
            return Err(SendError::Busy);
        }
        self.change = Some(Change { kind, until });
        Ok(())
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
        let coming = match &self.change {
            Some(Change { kind: Coming::Schedule(schedule), .. }) => schedule,
            _ => &self.schedule,
        };
        let version = coming.layout().version;
        let number = self.number;
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return };
        if station.outgoing.waits() || station.down.length != 0 {
            return;
        }
        // Who joined says which version it has, unless it cannot speak.
        let knows_schedule = station.answer.as_ref().is_none_or(|answer| answer.knows_schedule);
        let silent = if knows_schedule { 3 * u64::from(coming.layout().cycle) } else { 0 };
        let asked = station.answer.as_ref().map_or(0, |answer| answer.number);
        if number > asked.saturating_add(silent).saturating_add(Self::PATIENCE) {
            station.granted = None;
        }
        let is_behind = number >= station.told_until
            && match station.version {
                Some(known) if station.granted.is_none() => known != version,
                _ => number > asked.max(station.since).saturating_add(silent),
            };
        let mut message = [0; MAX_DOWN];
        let about = if station.member.is_none() {
            return;
        } else if is_behind {
            let [kind, layout @ ..] = &mut message;
            *kind = internal::SCHEDULE;
            let length = coming.layout().encode(layout).unwrap_or_default().len();
            message.get(..1 + length).unwrap_or_default()
        } else if let Some(Change { kind: Coming::Key(key), .. }) = &self.change
            && let Some(member) = &station.member
            && !station.has_key
        {
            let link = Link { epoch: self.epoch.wrapping_add(1), ..member.link };
            let Ok(wrapped) = self.registrar.wrap(&member.key, &link, key) else { return };
            let Some([kind, rest @ ..]) = message.first_chunk_mut::<{ 1 + WRAPPED_LEN }>() else { return };
            *kind = internal::NETWORK_KEY;
            *rest = wrapped;
            message.get(..1 + WRAPPED_LEN).unwrap_or_default()
        } else {
            return;
        };
        if station.outgoing.put(about, true) {
            station.down.about = about.first().copied();
            self.hurried = self.hurried.saturating_add(u16::from(is_behind));
            self.enqueue(index);
        }
    }

    /// Changes what was to be changed, if it is time.
    pub(super) fn take_over(&mut self, now: BaseTime) -> bool {
        let is_time = self.change.as_ref().is_some_and(|change| now >= change.until) || self.unready() == 0;
        let Some(change) = self.change.take_if(|_| is_time) else { return false };
        match change.kind {
            Coming::Schedule(schedule) => {
                let end = self.schedule.start(self.number);
                self.schedule = schedule;
                self.agenda = Agenda::default();
                self.number = schedule.number(end.before(1)).saturating_add(1);
                // Each confirmed for the old slots' sake only.
                self.stations.iter_mut().flatten().for_each(|station| station.heard = None);
            }
            Coming::Key(key) => {
                self.epoch = self.epoch.wrapping_add(1);
                let link = Link { network: self.network, device: Link::EVERYBODY, epoch: self.epoch };
                self.beacons.renew(&key, link);
                self.key = key;
                for station in self.stations.iter_mut().flatten() {
                    station.has_key = false;
                    station.renew(self.epoch);
                }
            }
        }
        true
    }
}

impl<C: Cipher> Change<C> {
    /// Whether a station knows all it needs.
    pub(super) fn is_known<S: CounterStore, const MESSAGE: usize>(
        &self,
        station: &Station<S, C, MESSAGE>,
    ) -> bool {
        match &self.kind {
            Coming::Schedule(schedule) => station.version == Some(schedule.layout().version),
            Coming::Key(_) => station.has_key,
        }
    }
}
