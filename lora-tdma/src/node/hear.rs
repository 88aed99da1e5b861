//! What a node makes of what it hears.

use core::num::NonZeroU64;

use frame_crypto::{Cipher, CounterStore, Kind, Link, OpenError, Opened, Opener};

use crate::beacon::{Acknowledgement, Beacon, Grant, Invitation, Poll};
use crate::layout::{Access, Layout};
use crate::message::{Came, Head, Incoming, Part};
use crate::node::{Heard, News, Node};
use crate::superframe::Schedule;
use crate::{LocalTime, Synchronized, internal};

impl<S: CounterStore, C: Cipher, const WINDOW: usize, const MESSAGE: usize> Node<S, C, WINDOW, MESSAGE> {
    pub(super) fn hear_beacon(&mut self, frame: &[u8], ended: LocalTime) {
        let Some((sealed, invitation)) = Invitation::split(frame) else { return };
        if let Some(ask) = &mut self.ask {
            ask.invited(invitation, frame.len(), ended, &self.schedule, &self.device);
        }
        let Some(member) = &mut self.member else { return };
        let mut plaintext = [0; Beacon::MAX_LEN];
        let Ok(opened) = member.beacons.open(sealed, &mut plaintext) else { return };
        let Ok(beacon) = Beacon::decode(opened.plaintext) else { return };
        if member.beacons.is_proven()
            && let Some(epoch) = member.coming.take()
        {
            // The base speaks in the new epoch; who has the old key only is not heeded any more.
            member.beacons.retire();
            member.epoch = epoch;
        }
        member.follow();
        if let Some(coming) = self.coming
            && coming.layout().version == beacon.version
        {
            self.follow(coming);
        }
        if self.schedule.layout().access == Access::Polling {
            return;
        }
        if beacon.version != self.schedule.layout().version {
            // Another schedule: its slots are not known, so none may be used.
            self.is_muted = true;
            return;
        }
        let time = self.schedule.start(beacon.number).after(self.schedule.airtime_us(frame.len()));
        if !self.clock.admits(time, ended) {
            // Somebody held it back, or the base's clock jumped: either way the slots are uncertain.
            self.is_muted = true;
            return;
        }
        self.is_muted = self.clock.synchronize(time, ended) == Synchronized::Fault;
        let before = beacon.number.wrapping_sub(1);
        let was_own = self.schedule.phase(before) == self.place.phase;
        if was_own && let Some(acknowledgement) = beacon.acknowledgement(self.place.slot) {
            self.tell(acknowledgement, beacon.run, beacon.number);
        }
        let (slots, own) = (self.schedule.slots(), Grant::Slot(self.place.slot));
        let extras =
            (0..self.schedule.layout().extras).filter(|&extra| was_own && beacon.grant(extra, slots) == own);
        let granted = extras.fold(0, |granted, extra| granted | 1 << extra);
        self.heard = Some(Heard { next: NonZeroU64::MIN.saturating_add(beacon.number), granted });
    }

    /// Takes in what the base had of this node when superframe `number` began.
    fn tell(&mut self, acknowledgement: Acknowledgement, run: u16, number: u64) {
        if self.run.replace(run).is_some_and(|before| before != run) {
            self.outbox.lose_pieces();
        }
        if self.outbox.tell(acknowledgement, number) {
            (self.is_acknowledged, self.unanswered) = (true, 0);
        }
    }

    /// Goes by another schedule from now on.
    fn follow(&mut self, schedule: Schedule) {
        self.coming = None;
        let Ok(place) = schedule.place(self.device.number) else { return };
        (self.schedule, self.place) = (schedule, place);
        self.outbox.lose(self.limit());
        self.outbox.recount();
        (self.heard, self.answer) = (None, None);
        self.confirm.schedule = Some(schedule.layout().version);
        self.news = Some(News::Scheduled);
    }

    pub(super) fn hear_all(&mut self, frame: &[u8]) {
        let Some(member) = &mut self.member else { return };
        if self.news.is_some() {
            return;
        }
        match member.beacons.open(frame, &mut self.plaintext) {
            Ok(Opened { counter, plaintext, .. }) => {
                let length = plaintext.len();
                member.follow();
                self.take_in(true, counter, length);
                if self.news.is_some() {
                    self.taken_by_all = Some(counter as u32);
                    self.confirm.message_to_all = Some(counter as u16);
                }
            }
            Err(OpenError::Duplicate { counter }) if self.taken_by_all == Some(counter as u32) => {
                self.confirm.message_to_all = Some(counter as u16);
            }
            Err(_) => {}
        }
    }

    pub(super) fn hear_downlink(&mut self, frame: &[u8], ended: LocalTime) {
        let Some(member) = &mut self.member else { return };
        if self.news.is_some() {
            return;
        }
        let (counter, is_message, length) = match member.downlink.open(frame, &mut self.plaintext) {
            Ok(Opened { counter, flag, plaintext }) => (counter, flag, plaintext.len()),
            Err(OpenError::Duplicate { counter }) => {
                if self.taken == Some(counter as u32) {
                    // The confirmation was lost.
                    self.confirm.message = Some(counter as u16);
                }
                return;
            }
            Err(_) => return,
        };
        let is_newest = member.downlink.next() == counter.saturating_add(1);
        if is_message {
            if self.take_in(false, counter, length) {
                self.taken = Some(counter as u32);
                self.confirm.message = Some(counter as u16);
            }
        } else if let Some(Poll { acknowledgement, run }) =
            self.plaintext.get(..length).and_then(Poll::decode)
            && is_newest
            && self.schedule.layout().access == Access::Polling
        {
            let listening = u64::from(self.schedule.layout().listen_us);
            self.answer = Some(ended.after(u64::from(Schedule::TURN_US) + listening));
            // Each poll begins a superframe of its own.
            self.tell(acknowledgement, run, self.polls.saturating_add(1));
        }
    }

    /// Takes in what stands in the plaintext, and came with this counter. Returns whether it is to be confirmed.
    fn take_in(&mut self, to_all: bool, counter: u64, length: usize) -> bool {
        let Some((head, octets)) = self.plaintext.get(..length).and_then(Head::decode) else { return false };
        // Any device could send that to all.
        if to_all && head.internal {
            return false;
        }
        let is_confirmed = !(head.internal && head.urgent);
        let Part::Piece { first, offset, is_last } = head.part else {
            let from = length - octets.len();
            if head.internal {
                self.obey(from, length);
            } else {
                self.news = Some(News::Message { to_all, from, to: length });
            }
            return is_confirmed;
        };
        let incoming: &mut Incoming<[u8]> = match to_all {
            true => &mut self.to_all,
            false if head.internal => &mut self.inner,
            false => &mut self.to_me,
        };
        if !(to_all || head.urgent) {
            let was_whole = self.taken.is_some_and(|taken| taken as u16 == first);
            let piece = offset..offset.saturating_add(octets.len() as u16);
            if incoming.had(counter, first, piece, was_whole) {
                // The confirmation was lost.
                return true;
            }
        }
        match incoming.take(counter, first, offset, is_last, octets) {
            Came::Message(length) if head.internal => {
                for (to, from) in self.plaintext.iter_mut().zip(incoming.message(length)) {
                    *to = *from;
                }
                self.obey(0, length);
            }
            Came::Message(length) => self.news = Some(News::Pieces { to_all, length }),
            Came::Piece => {}
            Came::Old | Came::TooLong => return false,
        }
        is_confirmed
    }

    /// Does what the base asks for the network's sake, in these octets of the plaintext.
    fn obey(&mut self, from: usize, to: usize) {
        let Some((&kind, content)) = self.plaintext.get(from..to).and_then(<[u8]>::split_first) else {
            return;
        };
        match kind {
            internal::SCHEDULE => {
                let Ok(layout) = Layout::decode(content) else { return };
                let Ok(schedule) = Schedule::new(layout) else { return };
                if schedule.place(self.device.number).is_ok() {
                    self.confirm.schedule = Some(schedule.layout().version);
                    // The beacon says when it begins.
                    self.coming = (schedule != self.schedule).then_some(schedule);
                }
            }
            internal::NETWORK_KEY => {
                let Some(member) = &mut self.member else { return };
                let link = Link { epoch: member.epoch, ..member.link };
                let Ok((link, network_key)) = member.key.unwrap_key(&link, content) else { return };
                let all = Link { device: Link::EVERYBODY, ..link };
                let next = member.beacons.newest().next();
                member.beacons.renew(Opener::new(&network_key, Kind::Broadcast, all, next));
                member.coming = Some(link.epoch);
            }
            internal::DISMISSED => {
                self.outbox.lose_all();
                self.ends = true;
                self.news = Some(News::Dismissed);
            }
            _ => {}
        }
    }
}
