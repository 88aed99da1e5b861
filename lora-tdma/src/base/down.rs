//! What goes to devices, and in which order.

use frame_crypto::{Cipher, CounterStore, JoinRequest, OVERHEAD, SealError};

use crate::base::Base;
use crate::message::DOWNLINK_HEAD;
use crate::superframe::MAX_FRAME;

/// The frame that goes to all.
pub(super) struct All {
    pub frame: [u8; MAX_FRAME],
    pub length: usize,
    /// The low bits of its counter.
    pub counter: u16,
    pub is_last: bool,
    /// How often each frame is sent, and how often this one still is.
    pub repeats: u8,
    pub left: u8,
}

#[derive(Clone, Copy)]
pub(super) enum Last {
    Accept(u16),
    Down(u16),
    All,
}

/// Stations with something to send, in a list that they form themselves.
#[derive(Clone, Copy, Default)]
pub(super) struct Queue {
    pub first: Option<u16>,
    pub last: Option<u16>,
    pub length: u16,
}

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    /// The frame that was to be transmitted was not, as somebody else was heard.
    pub fn busy(&mut self) {
        match self.last.take() {
            Some(Last::Accept(index)) => {
                if let Some(station) = self.stations.get_mut(usize::from(index)).and_then(Option::as_mut)
                    && !core::mem::replace(&mut station.accept_is_due, true)
                {
                    self.hurried = self.hurried.saturating_add(1);
                }
                self.enqueue(index.into());
            }
            Some(Last::Down(index)) => {
                if let Some(station) = self.stations.get_mut(usize::from(index)).and_then(Option::as_mut) {
                    station.down.not_before = 0;
                }
            }
            Some(Last::All) => self.all.left = self.all.left.saturating_add(1),
            None => {}
        }
    }

    /// Puts a station at the end of the list of those with something to send.
    pub(super) fn enqueue(&mut self, index: usize) {
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return };
        if station.is_due {
            return;
        }
        station.is_due = true;
        station.next_due = None;
        let last = self.due.last.replace(index as u16);
        match last.and_then(|last| self.stations.get_mut(usize::from(last)).and_then(Option::as_mut)) {
            Some(last) => last.next_due = Some(index as u16),
            None => self.due.first = Some(index as u16),
        }
        self.due.length = self.due.length.saturating_add(1);
    }

    /// Takes the first station out of that list.
    pub(super) fn dequeue(&mut self) -> Option<usize> {
        let first = self.due.first?;
        let station = self.stations.get_mut(usize::from(first)).and_then(Option::as_mut)?;
        station.is_due = false;
        self.due.first = station.next_due.take();
        if self.due.first.is_none() {
            self.due.last = None;
        }
        self.due.length = self.due.length.saturating_sub(1);
        Some(first.into())
    }

    /// Writes the frame that goes down next: how many octets; 0 if there is none.
    pub(super) fn down(&mut self, number: u64, limit: usize) -> Result<usize, SealError> {
        self.last = None;
        // Stations that wait for a confirmation go to the end.
        for _ in 0..self.due.length.min(16) {
            let Some(index) = self.dequeue() else { break };
            let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { continue };
            if core::mem::take(&mut station.accept_is_due) {
                self.hurried = self.hurried.saturating_sub(1);
                if let Some(answer) = &station.answer
                    && let Some(place) = self.frame.get_mut(..answer.accept.len())
                {
                    place.copy_from_slice(&answer.accept);
                    self.last = Some(Last::Accept(index as u16));
                    if station.wants_down() {
                        self.enqueue(index);
                    }
                    return Ok(JoinRequest::ACCEPT_LEN);
                }
            }
            if !station.wants_down() {
                continue;
            }
            if station.down.not_before > number {
                self.enqueue(index);
                continue;
            }
            let Some(frame) = station.frame(limit.saturating_sub(OVERHEAD))? else { continue };
            let length = frame.len();
            if length > limit {
                self.enqueue(index);
                continue;
            }
            if let Some(place) = self.frame.get_mut(..length) {
                place.copy_from_slice(frame);
            }
            // The device confirms in its slot, and the beacon after that may be lost.
            if station.sent(number + u64::from(self.schedule.layout().cycle) + 1) {
                self.hurried = self.hurried.saturating_sub(1);
            }
            self.last = Some(Last::Down(index as u16));
            self.enqueue(index);
            return Ok(length);
        }
        self.down_to_all()
    }

    pub(super) fn down_to_all(&mut self) -> Result<usize, SealError> {
        if self.all.left == 0 {
            let room = usize::from(self.schedule.layout().downlink) + DOWNLINK_HEAD;
            let mut plaintext = [0; MAX_FRAME];
            let Some(part) = self.to_all.part(room, &mut plaintext) else { return Ok(0) };
            let plaintext = plaintext.get(..part.length).unwrap_or_default();
            self.all.counter = self.beacons.next() as u16;
            self.all.length = self.beacons.seal(true, plaintext, &mut self.all.frame)?.len();
            (self.all.is_last, self.all.left) = (part.is_last, self.all.repeats);
            self.to_all.take(part);
        }
        self.all.left -= 1;
        self.last = Some(Last::All);
        if let (Some(to), Some(from)) =
            (self.frame.get_mut(..self.all.length), self.all.frame.get(..self.all.length))
        {
            to.copy_from_slice(from);
        }
        Ok(self.all.length)
    }
}
