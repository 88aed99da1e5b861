//! What a base sends, one device after the other.

use frame_crypto::{Cipher, CounterStore, SealError};

use crate::BaseTime;
use crate::base::change::Over;
use crate::base::{Base, BaseOutput, News, Station};
use crate::superframe::Schedule;

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    /// Asks the next device, or waits for the one that was asked. Each round begins with a beacon, for those
    /// who want to join, and what goes to all.
    pub(super) fn poll_devices(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if now < self.answer_until {
            return BaseOutput::Wait(self.answer_until);
        }
        if self.take_over(now) == Over::Changed {
            return self.tell(News::Changed);
        }
        self.last = None;
        let listening = u64::from(self.schedule.layout().listen_us);
        let at = now.after(listening + Self::CHOICE_US);
        match self.ask_next(at) {
            Ok((length, answer_us)) => {
                let turn = u64::from(Schedule::TURN_US) + listening;
                self.answer_at = at.after(self.schedule.airtime_us(length) + turn);
                let guard = u64::from(self.schedule.layout().guard_us);
                self.answer_until = self.answer_at.after(answer_us + guard);
                BaseOutput::Transmit { frame: self.frame.get(..length).unwrap_or_default(), at }
            }
            Err(error) => {
                self.answer_until = at;
                BaseOutput::Failed(error)
            }
        }
    }

    /// Writes what is sent next: how many octets, and how long what it is answered with.
    pub(super) fn ask_next(&mut self, at: BaseTime) -> Result<(usize, u64), SealError> {
        if core::mem::take(&mut self.is_all_next) {
            match self.down_to_all()? {
                0 => {}
                length => return Ok((length, 0)),
            }
        }
        let wants = |station: &Station<S, C, MESSAGE>| {
            station.accept_is_due || station.member.as_ref().is_some_and(|member| member.left != Some(0))
        };
        let rest = self.stations.iter().enumerate().skip(self.asked.into());
        let next =
            rest.filter(|(_, station)| station.as_ref().is_some_and(wants)).map(|(index, _)| index).next();
        if let Some(index) = next {
            let was_told = core::mem::replace(&mut self.is_told, true) && usize::from(self.asked) == index;
            self.asked = index as u16;
            if !was_told {
                match self.down_to(index, self.number, u64::MAX)? {
                    0 => {}
                    length => return Ok((length, 0)),
                }
            }
            (self.asked, self.is_told) = (self.asked.saturating_add(1), false);
            return Ok((self.ask(index)?, self.schedule.airtime_us(self.schedule.longest())));
        }
        (self.asked, self.is_all_next) = (0, true);
        self.number = self.number.saturating_add(1);
        self.spread();
        Ok((self.beacon(self.number, at)?, self.joins_us()))
    }

    /// How long after a beacon's end requests to join may come.
    pub(super) fn joins_us(&self) -> u64 {
        let layout = self.schedule.layout();
        Schedule::join_after(layout, 0, layout.joins)
    }

    /// Writes what asks a station's device: how many octets.
    pub(super) fn ask(&mut self, index: usize) -> Result<usize, SealError> {
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return Ok(0) };
        station.asks = station.asks.wrapping_add(1);
        if let Some(left) = station.member.as_mut().and_then(|member| member.left.as_mut()) {
            *left = left.saturating_sub(1);
        }
        Ok(station.poll(self.run, &mut self.frame)?.len())
    }
}
