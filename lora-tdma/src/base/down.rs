//! What goes to devices, and in which order.

use frame_crypto::{Cipher, CounterStore, OVERHEAD, SealError};

use crate::base::{Base, Station};
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
                if let Some(station) = self.stations.get_mut(usize::from(index)).and_then(Option::as_mut) {
                    station.accept_is_due = true;
                }
                self.enqueue(index.into());
                self.count_hurried();
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

    /// Counts the stations that have a device which cannot speak yet.
    pub(super) fn count_hurried(&mut self) {
        let is_hurried =
            |station: &&Station<S, C, MESSAGE>| station.accept_is_due || station.telling.is_some();
        self.hurried = self.stations.iter().flatten().filter(is_hurried).count() as u16;
    }

    /// Writes the frame that goes down next: how many octets; 0 if there is none.
    pub(super) fn down(&mut self, number: u64) -> Result<usize, SealError> {
        self.last = None;
        self.downs = self.downs.wrapping_add(1);
        // What goes to all need not wait for whom nobody hears.
        let all_first = self.downs.is_multiple_of(4);
        if all_first {
            match self.down_to_all()? {
                0 => {}
                length => return Ok(length),
            }
        }
        for _ in 0..self.due.length.min(16) {
            let Some(index) = self.dequeue() else { break };
            let length = self.down_to(index, number, number);
            // Stations that wait for a confirmation go to the end.
            if self.station(index).is_some_and(Station::wants_down) {
                self.enqueue(index);
            }
            match length? {
                0 => {}
                length => return Ok(length),
            }
        }
        if all_first { Ok(0) } else { self.down_to_all() }
    }

    /// Writes the frame that goes to a station's device next: how many octets; 0 if there is none, or it has to
    /// wait for longer than until superframe `patience`.
    pub(super) fn down_to(&mut self, index: usize, number: u64, patience: u64) -> Result<usize, SealError> {
        let room = self.room();
        let pause = u64::from(self.schedule.layout().cycle) + 1;
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return Ok(0) };
        if core::mem::take(&mut station.accept_is_due) {
            self.hurried = self.hurried.saturating_sub(1);
            if let Some(accept) = station.accept() {
                self.last = Some(Last::Accept(index as u16));
                return Ok(copy(accept, &mut self.frame));
            }
        }
        if station.telling.is_some() {
            let length = station.tell(room, &mut self.frame)?.len();
            if station.telling.is_none() {
                self.hurried = self.hurried.saturating_sub(1);
                station.told_until = number.saturating_add(pause + 2);
            }
            return Ok(length);
        }
        if station.member().is_none() || station.down.not_before > patience {
            return Ok(0);
        }
        let Some(frame) = station.frame(room)? else { return Ok(0) };
        let length = copy(frame, &mut self.frame);
        // The device confirms in its slot, and the beacon after that may be lost. Whom nobody hears has to wait.
        let down = &mut station.down;
        let pause = if down.sent < 4 { pause } else { 8 * pause };
        (down.sent, down.not_before) = (down.sent.saturating_add(1), number.saturating_add(pause));
        self.last = Some(Last::Down(index as u16));
        Ok(length)
    }

    pub(super) fn down_to_all(&mut self) -> Result<usize, SealError> {
        if self.all.left == 0 {
            let mut plaintext = [0; MAX_FRAME];
            let next = self.beacons.next();
            let Some(part) = self.to_all.part(self.room(), next, &mut plaintext) else { return Ok(0) };
            let plaintext = plaintext.get(..part.length).unwrap_or_default();
            self.all.counter = next as u16;
            self.all.length = self.beacons.seal(true, plaintext, &mut self.all.frame)?.len();
            (self.all.is_last, self.all.left) = (part.is_last, self.all.repeats);
            self.to_all.take(part);
        }
        self.all.left -= 1;
        self.last = Some(Last::All);
        Ok(copy(self.all.frame.get(..self.all.length).unwrap_or_default(), &mut self.frame))
    }

    /// Octets of plaintext that may go down: no more than after a change.
    pub(super) fn room(&self) -> usize {
        let longest = self.schedule.longest_downlink().min(self.coming().longest_downlink());
        longest.saturating_sub(OVERHEAD)
    }
}

/// Copies a frame: how many octets.
fn copy(frame: &[u8], to: &mut [u8; MAX_FRAME]) -> usize {
    match to.get_mut(..frame.len()) {
        Some(place) => {
            place.copy_from_slice(frame);
            frame.len()
        }
        None => 0,
    }
}
