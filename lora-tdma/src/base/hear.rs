//! What a base does with what it hears.

use frame_crypto::{Cipher, CounterStore, Header, JoinRequest, Kind, Link, Offer, Opener};

use crate::BaseTime;
use crate::base::station::{Answer, Granted, Opened, Received};
use crate::base::{Base, News, Station};
use crate::internal::{self, Up};
use crate::layout::Access;
use crate::message::{Came, Head, Incoming, Part};

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'_, S, C, MESSAGE> {
    /// Takes a frame that ended at `ended`. While something waits to be polled, no frame is taken; its
    /// device sends it again.
    pub fn receive(&mut self, frame: &[u8], ended: BaseTime) {
        if self.news.is_some() || self.joined.is_some() {
            return;
        }
        let heard = match JoinRequest::device(frame) {
            Some(device) => self.hear_request(frame, device, ended),
            None => self.hear(frame, ended),
        };
        if heard.is_none() {
            self.counts.refused = self.counts.refused.wrapping_add(1);
        }
    }

    /// Takes note of a frame that ended at `ended` and cannot be read, as when two devices ask to join at
    /// once.
    pub fn garbled(&mut self, ended: BaseTime) {
        let began = ended.before(self.schedule.airtime_us(JoinRequest::LEN));
        let after = began.since(self.began);
        let half = u64::from(self.schedule.layout().guard_us / 2);
        let mut joins = (0..self.schedule.layout().joins).filter_map(|join| self.schedule.join_us(join));
        if joins.any(|join| join.abs_diff(after) <= half) {
            self.backlog.collision();
        }
    }

    /// Answers a request to join, if it is genuine.
    pub(super) fn hear_request(&mut self, frame: &[u8], device: u16, ended: BaseTime) -> Option<()> {
        let layout = self.schedule.layout();
        if layout.downlink == 0 && layout.access == Access::Slots {
            // There is nothing to answer with.
            return None;
        }
        let network = self.network;
        let began = ended.before(self.schedule.airtime_us(frame.len()));
        // Who knows the schedule asks in its own slot, unless it cannot know the superframe.
        let knows_schedule = self.schedule.layout().cycle != 1
            || self.schedule.place(device).is_ok_and(|place| {
                let offset_us = self.schedule.offset_us(place, began).unsigned_abs();
                offset_us <= u64::from(self.schedule.layout().guard_us)
            });
        let station = match self.index(device).map(|index| self.stations.get_mut(index)) {
            Ok(Some(Some(station))) => station,
            _ => {
                self.news = Some(News::Unknown { device });
                return Some(());
            }
        };
        let request = JoinRequest::open(frame, &station.root, network).ok()?;
        let is_new = station.answer.as_ref().is_none_or(|answer| answer.nonce != request.nonce);
        if is_new {
            // Anybody can repeat a request: until the session is proven, only its own gets an answer for a
            // while, and the same one.
            let since = station.answer.as_ref().map_or(0, |answer| answer.number);
            if station.granted.is_some() && self.number < since.saturating_add(Self::PATIENCE) {
                return None;
            }
            let offer = Offer {
                epoch: self.epoch,
                network_key: &self.key,
                downlink: station.sealer.next(),
                broadcast: self.beacons.next(),
            };
            let (session, accept) = match self.registrar.accept(&request, &station.root, network, &offer) {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.news = Some(News::Failed(error));
                    return Some(());
                }
            };
            let link = Link { network, device, epoch: self.epoch };
            let key = station.root.session(&link, session);
            let uplink = Opener::new(&key, Kind::Uplink, link, request.counter);
            station.answer =
                Some(Answer { nonce: request.nonce, accept, number: self.number, knows_schedule });
            let began = request.counter;
            if station.grant(Granted { link, key, session, uplink, began }) {
                self.joined = Some(device);
            }
        }
        station.accept_is_due = true;
        if let Ok(index) = self.index(device) {
            self.enqueue(index);
        }
        self.count_hurried();
        Some(())
    }

    /// For so many superframes a session that was granted waits for its device to use it.
    pub(super) const PATIENCE: u64 = 16;

    /// Opens a frame of a member.
    pub(super) fn hear(&mut self, frame: &[u8], ended: BaseTime) -> Option<()> {
        let header = Header::decode(frame).ok()?;
        let device = header.device;
        let place = self.schedule.place(device).ok()?;
        let index = self.index(device).ok()?;
        let number = match self.schedule.layout().access {
            Access::Slots => self.schedule.number(ended),
            Access::Polling => self.number,
        };
        let version = self.schedule.layout().version;
        let station = self.stations.get_mut(index)?.as_mut()?;
        let received = station.open(frame, &mut self.plaintext).ok()?;
        self.counts.frames = self.counts.frames.wrapping_add(1);
        let began = ended.before(self.schedule.airtime_us(frame.len()));
        let is_polled = self.schedule.layout().access == Access::Polling;
        let offset_us = if is_polled {
            began.us().wrapping_sub(self.answer_at.us()) as i64
        } else {
            self.schedule.offset_us(place, began)
        };
        if offset_us.unsigned_abs() > u64::from(self.schedule.layout().guard_us) {
            self.counts.misplaced = self.counts.misplaced.wrapping_add(1);
        }
        if station.member().is_some() {
            station.heard = Some(number);
        }
        // What ends before the answer begins is something that was sent before.
        if is_polled && index + 1 == usize::from(self.asked) && self.answer_at < ended {
            self.answer_until = ended;
        }
        let Received::New { opened: Opened { counter, length, more }, proves } = received else {
            self.counts.duplicates = self.counts.duplicates.wrapping_add(1);
            return Some(());
        };
        if proves {
            self.joined = Some(device);
        }
        if station.member().is_none() {
            return Some(());
        }
        station.has_more = more;
        // A node of another version would be silent.
        station.version = station.version.or(Some(version));
        let (head, octets) = self.plaintext.get(..length).and_then(Head::decode)?;
        let from = length - octets.len();
        match head.part {
            Part::Whole if head.internal => {
                if let Some(up) = Up::decode(octets) {
                    self.obey(index, device, up);
                }
            }
            Part::Whole => {
                let is_alarm = head.urgent;
                self.news = Some(News::Message { device, is_alarm, offset_us, from, to: length });
            }
            Part::Piece { first, offset, is_last } => {
                let incoming: &mut Incoming<[u8]> = &mut station.incoming;
                match incoming.take(counter, first, offset, is_last, octets) {
                    Came::Message(length) => self.news = Some(News::Pieces { device, offset_us, length }),
                    Came::Piece | Came::Old => {}
                    Came::TooLong => self.counts.too_long = self.counts.too_long.wrapping_add(1),
                }
            }
        }
        if self.station(index).is_some_and(Station::wants_down) {
            self.enqueue(index);
        }
        Some(())
    }

    /// Does what a device asks for the network's sake.
    pub(super) fn obey(&mut self, index: usize, device: u16, up: Up) {
        let all = self.all.counter;
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return };
        match up {
            Up::Confirm { counter } if station.confirmed(counter) => match station.down.about {
                None => self.news = Some(News::Delivered { device }),
                Some(internal::DISMISSED) => {
                    station.leave(Self::FAREWELLS);
                    self.news = Some(News::Left { device });
                    self.estrange();
                }
                Some(about) => station.has_key |= about == internal::NETWORK_KEY,
            },
            Up::ConfirmAll { counter } if counter == all && !station.has_all && self.all.is_last => {
                station.has_all = true;
                self.news = Some(News::DeliveredToAll { device });
            }
            Up::Ready { version } => station.version = Some(version),
            Up::Leave => {
                station.leave(Self::FAREWELLS);
                self.news = Some(News::Left { device });
                self.estrange();
            }
            Up::Confirm { .. } | Up::ConfirmAll { .. } | Up::Here => {}
        }
    }

    /// How often a device that left is polled all the same, so that it knows that the base does.
    pub(super) const FAREWELLS: u8 = 8;
}
