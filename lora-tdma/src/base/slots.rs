//! What a base sends, by time.

use frame_crypto::{Cipher, CounterStore, SealError};

use crate::BaseTime;
use crate::base::agenda::Agenda;
use crate::base::change::Over;
use crate::base::{Base, BaseOutput, News};
use crate::beacon::{Beacon, Grant, Invitation};
use crate::superframe::Schedule;

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    pub(super) fn poll_slots(&mut self, now: BaseTime) -> BaseOutput<'_> {
        let lead = u64::from(self.schedule.layout().listen_us);
        while let Some(at) = self.agenda.next(&self.schedule) {
            let choice = at.before(lead + Self::CHOICE_US);
            if now < choice {
                let beacon = self.schedule.start(self.number).before(lead + u64::from(Schedule::TURN_US));
                if now < beacon {
                    return BaseOutput::Wait(choice.min(beacon));
                }
                break;
            }
            self.agenda.pass();
            if now > at.before(lead) {
                continue;
            }
            match self.down(self.agenda.number()) {
                Ok(0) => {}
                Ok(length) => {
                    return BaseOutput::Transmit { frame: self.frame.get(..length).unwrap_or_default(), at };
                }
                Err(error) => return BaseOutput::Failed(error),
            }
        }
        let due = self.schedule.start(self.number).before(lead + u64::from(Schedule::TURN_US));
        if now < due {
            return BaseOutput::Wait(due);
        }
        // A beacon that was missed stays unsent: a late one would move every slot.
        self.number = self.schedule.number(now.after(lead)).saturating_add(1).max(self.number);
        match self.take_over(now) {
            Over::No => {}
            Over::Silent => {
                self.agenda = Agenda::default();
                self.number = self.number.saturating_add(1);
                let due = self.schedule.start(self.number).before(lead + u64::from(Schedule::TURN_US));
                return BaseOutput::Wait(due.max(now.after(1)));
            }
            Over::Changed => return self.tell(News::Changed),
        }
        let number = self.number;
        let at = self.schedule.start(number);
        self.number = number.saturating_add(1);
        if at <= now {
            // The end of time.
            return BaseOutput::Wait(BaseTime::from_us(u64::MAX));
        }
        self.spread();
        match self.beacon(number, at) {
            Ok(length) => BaseOutput::Transmit { frame: self.frame.get(..length).unwrap_or_default(), at },
            Err(error) => BaseOutput::Failed(error),
        }
    }

    /// How long before a frame's start it is chosen.
    pub const CHOICE_US: u64 = Schedule::TURN_US as u64 / 2;

    /// Writes the beacon of superframe `number`, which begins then: how many octets.
    pub(super) fn beacon(&mut self, number: u64, at: BaseTime) -> Result<usize, SealError> {
        let slots = self.schedule.slots();
        let before = number.saturating_sub(1);
        let first = usize::from(self.schedule.phase(before)) * usize::from(slots);
        let mut entries = [0; Beacon::MAX_LEN - Beacon::HEAD_LEN];
        let Some((acknowledgements, grants)) = entries.split_at_mut_checked(2 * usize::from(slots)) else {
            return Ok(0);
        };
        let stations = self.stations.iter().skip(first).take(slots.into());
        for (entry, station) in acknowledgements.chunks_exact_mut(2).zip(stations) {
            if let Some(station) = station {
                entry.copy_from_slice(&station.acknowledgement().octets());
            }
        }
        let extras = self.schedule.layout().extras;
        let ours = self.grant(number, grants);
        self.agenda = Agenda::new(number, self.schedule.downlink_us().is_some(), ours);
        let length = 2 * usize::from(slots) + usize::from(extras);
        let entries = entries.get(..length).unwrap_or_default();
        let version = self.schedule.layout().version;
        let mut plaintext = [0; Beacon::MAX_LEN];
        let beacon = Beacon { number, version, run: self.run, entries };
        let plaintext = beacon.encode(&mut plaintext).unwrap_or_default();
        let length = self.beacons.seal(false, plaintext, &mut self.frame)?.len();
        let joins = self.schedule.layout().joins;
        let invitation = Invitation { version, joins, wait: self.backlog.turn(joins) };
        if let Some(place) = self.frame.get_mut(length..length + Beacon::CLEAR_LEN) {
            place.copy_from_slice(&invitation.octets());
        }
        self.counts.superframes = self.counts.superframes.wrapping_add(1);
        (self.last, self.began) = (None, at);
        Ok(length + Beacon::CLEAR_LEN)
    }

    /// Gives the extra slots away: which are the base's own, a bit each.
    pub(super) fn grant(&self, number: u64, grants: &mut [u8]) -> u8 {
        let extras = self.schedule.layout().extras;
        let all = u16::from(self.to_all.waits() || self.all.left != 0);
        let waiting = self.due.length.saturating_add(all).saturating_sub(1);
        // Devices that cannot speak go before lost messages, and these before those to devices.
        let most = self.hurried.max(u16::from(extras.div_ceil(2))).min(extras.into());
        let ours = waiting.min(most) as u8;
        let (own, rest) = grants.split_at_mut(usize::from(ours).min(grants.len()));
        own.fill(Grant::Base.octet());
        let mut rest = rest.iter_mut().take(usize::from(extras - ours));
        let slots = self.schedule.slots();
        let before = number.saturating_sub(1);
        let first = usize::from(self.schedule.phase(before)) * usize::from(slots);
        let recently = before.saturating_sub(8 * u64::from(self.schedule.layout().cycle));
        // Who lost something for certain or has more, then who was not heard; each twice if there is room.
        for is_certain in [true, false, true, false] {
            for turn in 0..slots {
                let slot = ((u64::from(turn) + number) % u64::from(slots.max(1))) as u8;
                let Some(station) = self.station(first + usize::from(slot)) else { continue };
                let Some(heard) = station.heard.filter(|&heard| heard >= recently) else { continue };
                let has_more = station.has_more || station.has_gap();
                if is_certain != has_more || !has_more && heard >= before {
                    continue;
                }
                match rest.next() {
                    Some(grant) => *grant = Grant::Slot(slot).octet(),
                    None => return first_bits(ours),
                }
            }
        }
        first_bits(ours)
    }
}

/// So many bits from the lowest on.
const fn first_bits(count: u8) -> u8 {
    match 1_u8.checked_shl(count as u32) {
        Some(next) => next - 1,
        None => u8::MAX,
    }
}
