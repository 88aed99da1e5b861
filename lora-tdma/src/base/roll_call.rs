//! What a base sends, one device after the other.

use frame_crypto::{Cipher, CounterStore, OVERHEAD, SealError};

use crate::BaseTime;
use crate::base::down::Last;
use crate::base::{Base, BaseOutput, News};
use crate::superframe::Schedule;

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    /// Asks the next device, or waits for the one that was asked. Each round begins with a beacon, for those
    /// who want to join.
    pub(super) fn poll_devices(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if now < self.answer_until {
            return BaseOutput::Wait(self.answer_until);
        }
        if self.take_over(now) {
            return self.tell(News::Changed);
        }
        self.last = None;
        let at = now.after(u64::from(self.schedule.layout().listen_us) + Self::CHOICE_US);
        let asked = usize::from(self.asked);
        let sent = if asked >= self.stations.len() {
            self.asked = 0;
            self.number = self.number.saturating_add(1);
            self.spread();
            self.beacon(self.number).map(|length| (length, self.joins_us()))
        } else {
            self.asked = self.asked.saturating_add(1);
            let answer = self.schedule.airtime_us(self.schedule.longest());
            self.ask(asked).map(|length| (length, u64::from(Schedule::TURN_US) + answer))
        };
        match sent {
            Ok((0, _)) => BaseOutput::Wait(now.after(1)),
            Ok((length, answer)) => {
                let guard = u64::from(self.schedule.layout().guard_us);
                self.answer_until = at.after(self.schedule.airtime_us(length) + answer + guard);
                BaseOutput::Transmit { frame: self.frame.get(..length).unwrap_or_default(), at }
            }
            Err(error) => BaseOutput::Failed(error),
        }
    }

    /// How long after a beacon's end requests to join may come.
    pub(super) fn joins_us(&self) -> u64 {
        let layout = self.schedule.layout();
        Schedule::join_after(layout, 0, layout.joins)
    }

    /// Writes what a station's device is asked, or told: how many octets.
    pub(super) fn ask(&mut self, index: usize) -> Result<usize, SealError> {
        let limit = self.schedule.longest_downlink();
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return Ok(0) };
        if core::mem::take(&mut station.accept_is_due)
            && let Some(answer) = &station.answer
            && let Some(place) = self.frame.get_mut(..answer.accept.len())
        {
            self.hurried = self.hurried.saturating_sub(1);
            place.copy_from_slice(&answer.accept);
            self.last = Some(Last::Accept(index as u16));
            return Ok(place.len());
        }
        if station.member.is_none() {
            return Ok(0);
        }
        if let Some(frame) = station.frame(limit.saturating_sub(OVERHEAD))?
            && let Some(place) = self.frame.get_mut(..frame.len())
        {
            place.copy_from_slice(frame);
            if station.sent(0) {
                self.hurried = self.hurried.saturating_sub(1);
            }
            return Ok(place.len());
        }
        Ok(station.empty_frame(&mut self.frame)?.len())
    }
}
