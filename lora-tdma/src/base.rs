//! The base's end of the radio.

mod agenda;
mod backlog;
mod station;

use frame_crypto::{
    Aes128, Cipher, CounterStore, Header, JoinRequest, Key, Kind, Link, OVERHEAD, Offer, Opener, Registrar,
    SealError, Sealer, Session, WRAPPED_LEN, Window,
};

use crate::base::agenda::Agenda;
use crate::base::backlog::Backlog;
pub use crate::base::station::Station;
use crate::base::station::{Answer, Granted, Member, Opened, Received, Telling};
use crate::beacon::{Beacon, Grant, Invitation};
use crate::internal::{self, MAX_DOWN, Up};
use crate::layout::Access;
use crate::message::{Came, Head, MAX_MESSAGE, Outgoing, Part};
use crate::superframe::{MAX_FRAME, Schedule};
use crate::{BaseTime, ScheduleError, SendError};

/// What a base asks of its radio, and what came in. After any call, poll until it says
/// [`BaseOutput::Wait`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseOutput<'a> {
    /// Send these octets at exactly this time, which lies ahead, after listening as long as the schedule
    /// says; otherwise receive. If somebody else is heard, do not send, and say so by [`Base::busy`].
    Transmit {
        /// The frame.
        frame: &'a [u8],
        /// When its first symbol leaves.
        at: BaseTime,
    },
    /// A message came in.
    Message {
        /// The device that sent it.
        device: u16,
        /// Whether it is an alarm.
        is_alarm: bool,
        /// How many microseconds the frame it came with began after the nearest time planned for one of this
        /// device.
        offset_us: i64,
        /// The message.
        message: &'a [u8],
    },
    /// A device has the message that was sent to it.
    Delivered {
        /// The device.
        device: u16,
    },
    /// A device has what was sent to all last.
    DeliveredToAll {
        /// The device.
        device: u16,
    },
    /// A device has a session. Both are stored before the base is polled again: the device may use it
    /// already, and after a restart [`Station::resume`] asks for them.
    Joined {
        /// The device.
        device: u16,
        /// Its link.
        link: Link,
        /// Its session.
        session: Session,
    },
    /// A device that is not enrolled asks to join; if it is [enrolled](Base::enroll), it will ask again.
    Unknown {
        /// The number it claims to have.
        device: u16,
    },
    /// A device left the network, by its own wish or the base's. It has no session any more.
    Left {
        /// The device.
        device: u16,
    },
    /// From now on this schedule holds, or this epoch: to be stored before the base is polled again. Devices that
    /// did not get ready in time are behind.
    Changed {
        /// The schedule's version.
        version: u8,
        /// The epoch of the keys.
        epoch: u16,
    },
    /// A frame cannot be sealed, and is left out; without another key or store, so are the next.
    Failed(SealError),
    /// Nothing to do before a frame comes in, or before this time.
    Wait(BaseTime),
}

/// What a base has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Beacons sent.
    pub superframes: u32,
    /// Frames that came in.
    pub frames: u32,
    /// Frames that came in again, because their acknowledgement was lost.
    pub duplicates: u32,
    /// Frames that did not open.
    pub refused: u32,
    /// Frames of a device that came when it had no turn.
    pub misplaced: u32,
    /// Pieces of messages that are too long for this base.
    pub too_long: u32,
}

/// Sends a beacon every period, opens what the devices send, acknowledges it in the next beacon, grants extra
/// slots to what was lost, lets devices join, and sends them messages.
///
/// Or asks one device after the other, if the schedule says [`Access::Polling`].
///
/// There is a station for every slot of the schedule's cycle, in the order of the devices' numbers.
pub struct Base<'s, S, C: Cipher = Aes128, const MESSAGE: usize = MAX_FRAME> {
    network: u16,
    schedule: Schedule,
    stations: &'s mut [Option<Station<S, C, MESSAGE>>],
    epoch: u16,
    key: Key<C>,
    beacons: Sealer<S, C>,
    registrar: Registrar<S>,
    /// The superframe whose beacon is the next to be sent.
    number: u64,
    agenda: Agenda,
    backlog: Backlog,
    change: Option<Change<C>>,
    /// What goes to all.
    to_all: Outgoing<MESSAGE>,
    all: All,
    due: Queue,
    /// How many of them have a device that cannot speak yet.
    hurried: u16,
    /// How many frames went down.
    downs: u8,
    /// The station that is looked after next.
    told: usize,
    /// What was transmitted last, if it can be taken back.
    last: Option<Last>,
    /// When the newest beacon began.
    began: BaseTime,
    /// The device that is asked next, whether it was told what there is to tell, and whether what goes to all comes
    /// before it.
    asked: u16,
    is_told: bool,
    is_all_next: bool,
    /// When the device that was asked is to answer, and until when it has time.
    answer_at: BaseTime,
    answer_until: BaseTime,
    frame: [u8; MAX_FRAME],
    plaintext: [u8; MAX_FRAME],
    /// A device with a new session.
    joined: Option<u16>,
    news: Option<News>,
    counts: Counts,
}

/// How a base is set up.
pub struct Setup<S, C: Cipher = Aes128> {
    /// The network.
    pub network: u16,
    /// The epoch of the network's key.
    pub epoch: u16,
    /// The network's key.
    pub key: Key<C>,
    /// The schedule.
    pub schedule: Schedule,
    /// Where the counter of beacons is kept.
    pub beacons: S,
    /// Where the counter of sessions is kept.
    pub sessions: S,
}

/// A change that devices are told of before it happens.
struct Change<C: Cipher> {
    kind: Coming<C>,
    /// When it happens at the latest.
    until: BaseTime,
    /// The superframe before which the base is silent.
    silent_until: Option<u64>,
}

enum Coming<C: Cipher> {
    Schedule(Schedule),
    Key(Key<C>),
}

/// The frame that goes to all.
struct All {
    frame: [u8; MAX_FRAME],
    length: usize,
    /// The low bits of its counter.
    counter: u16,
    is_last: bool,
    /// How often each frame is sent, and how often this one still is.
    repeats: u8,
    left: u8,
}

#[derive(Clone, Copy)]
enum Last {
    Accept(u16),
    Down(u16),
    All,
}

/// Stations with something to send, in a list that they form themselves.
#[derive(Clone, Copy, Default)]
struct Queue {
    first: Option<u16>,
    last: Option<u16>,
    length: u16,
}

/// What the application does not know yet.
#[derive(Clone, Copy)]
enum News {
    /// Octets of the plaintext.
    Message {
        device: u16,
        is_alarm: bool,
        offset_us: i64,
        from: usize,
        to: usize,
    },
    /// Octets that a station put together.
    Pieces {
        device: u16,
        offset_us: i64,
        length: usize,
    },
    Delivered {
        device: u16,
    },
    DeliveredToAll {
        device: u16,
    },
    Unknown {
        device: u16,
    },
    Left {
        device: u16,
    },
    Changed,
    Failed(SealError),
}

impl<'s, S: CounterStore, C: Cipher, const MESSAGE: usize> Base<'s, S, C, MESSAGE> {
    /// A base that sends its first beacon at the next whole number of periods after `now`, so that a
    /// restart keeps the beat. Its clock must not step.
    ///
    /// # Errors
    /// [`SendError::Schedule`] if there are fewer stations than the schedule has devices,
    /// [`SendError::Seal`] if a store cannot be read.
    pub fn new(
        setup: Setup<S, C>,
        stations: &'s mut [Option<Station<S, C, MESSAGE>>],
        now: BaseTime,
    ) -> Result<Self, SendError> {
        const { assert!(MESSAGE >= MAX_DOWN, "messages of the network itself have to fit") };
        let Setup { network, epoch, key, schedule, beacons, sessions } = setup;
        if stations.len() < usize::from(schedule.devices()) {
            let first = schedule.layout().first;
            return Err(ScheduleError::Devices { first, devices: schedule.devices().into() }.into());
        }
        let everybody = Link { network, device: Link::EVERYBODY, epoch };
        Ok(Self {
            network,
            stations,
            epoch,
            beacons: Sealer::new(&key, Kind::Broadcast, everybody, beacons)?,
            key,
            registrar: Registrar::new(sessions)?,
            number: schedule.number(now).saturating_add(1),
            agenda: Agenda::default(),
            backlog: Backlog::default(),
            change: None,
            to_all: Outgoing::new(),
            all: All { frame: [0; MAX_FRAME], length: 0, counter: 0, is_last: false, repeats: 0, left: 0 },
            due: Queue::default(),
            hurried: 0,
            downs: 0,
            told: 0,
            last: None,
            began: now,
            asked: u16::MAX,
            is_told: false,
            is_all_next: false,
            answer_at: now,
            answer_until: now,
            frame: [0; MAX_FRAME],
            plaintext: [0; MAX_FRAME],
            joined: None,
            news: None,
            counts: Counts::default(),
            schedule,
        })
    }

    /// Lets a device join that did not belong to the network before.
    ///
    /// # Errors
    /// [`SendError::Schedule`] if the schedule has no slot for it, [`SendError::Seal`] if the store cannot
    /// be read.
    pub fn enroll(&mut self, number: u16, root: Key<C>, store: S) -> Result<(), SendError> {
        let index = self.index(number)?;
        let mut station = Station::new(self.network, number, root, store)?;
        if let Some(place) = self.stations.get_mut(index) {
            if let Some(before) = place {
                (station.is_due, station.next_due) = (before.is_due, before.next_due);
            }
            *place = Some(station);
        }
        Ok(())
    }

    /// Tells a device that it is no longer wanted, instead of what else there was to tell it. Once it knows,
    /// [`BaseOutput::Left`] says so. One that does not listen is shut out by [enrolling](Self::enroll) its number
    /// with another key.
    ///
    /// # Errors
    /// [`SendError`] as of [`send`](Self::send).
    pub fn dismiss(&mut self, number: u16) -> Result<(), SendError> {
        if let Some(station) = self.stations.get_mut(self.index(number)?).and_then(Option::as_mut) {
            station.clear();
        }
        self.put(number, &[internal::DISMISSED], true)
    }

    /// Sends a message to a device, again until it confirms it or the message is [given up](Self::cancel). If the
    /// device joins anew meanwhile, the message is sent anew, and comes twice if it had come before.
    ///
    /// # Errors
    /// [`SendError`]; the message is not taken then.
    pub fn send(&mut self, number: u16, message: &[u8]) -> Result<(), SendError> {
        self.put(number, message, false)
    }

    /// Gives up the message to a device. It may have come all the same.
    pub fn cancel(&mut self, number: u16) {
        let station = self.index(number).ok().and_then(|index| self.stations.get_mut(index)?.as_mut());
        if let Some(station) = station.filter(|station| station.down.about.is_none()) {
            station.clear();
        }
    }

    fn put(&mut self, number: u16, message: &[u8], internal: bool) -> Result<(), SendError> {
        if self.schedule.layout().downlink == 0 {
            return Err(SendError::TooLong { limit: 0, have: message.len() });
        }
        let index = self.index(number)?;
        let station = self.stations.get_mut(index).and_then(Option::as_mut);
        let station =
            station.filter(|station| station.member().is_some()).ok_or(SendError::Absent { number })?;
        if station.outgoing.waits() || station.down.length != 0 {
            return Err(SendError::Busy);
        }
        let limit = MESSAGE.min(MAX_MESSAGE);
        if message.len() > limit || !station.outgoing.put(message, internal, 0) {
            return Err(SendError::TooLong { limit, have: message.len() });
        }
        station.down.about = if internal { message.first().copied() } else { None };
        self.enqueue(index);
        Ok(())
    }

    /// Sends a message to all devices, each of its frames so many times. Who has it says so:
    /// [`BaseOutput::DeliveredToAll`].
    ///
    /// # Errors
    /// [`SendError`]; the message is not taken then.
    pub fn send_to_all(&mut self, message: &[u8], repeats: u8) -> Result<(), SendError> {
        if self.schedule.layout().downlink == 0 {
            return Err(SendError::TooLong { limit: 0, have: message.len() });
        }
        if self.to_all.waits() || self.all.left != 0 {
            return Err(SendError::Busy);
        }
        let limit = MESSAGE.min(MAX_MESSAGE);
        if message.len() > limit || !self.to_all.put(message, false, 0) {
            return Err(SendError::TooLong { limit, have: message.len() });
        }
        (self.all.repeats, self.all.is_last) = (repeats.max(1), false);
        self.stations.iter_mut().flatten().for_each(|station| station.has_all = false);
        Ok(())
    }

    /// Goes over to another schedule, of another version and for the same devices, once all members are
    /// ready. If they are not at `until`, it is silent for a while, until they are as well, and then goes over.
    ///
    /// # Errors
    /// [`SendError::Busy`] while another change is under way, [`SendError::Schedule`] if the version or the first
    /// device is not as it has to be, or if there are too few stations.
    pub fn change(&mut self, schedule: Schedule, until: BaseTime) -> Result<(), SendError> {
        let layout = schedule.layout();
        let first = layout.first;
        if self.stations.len() < usize::from(schedule.devices()) || first != self.schedule.layout().first {
            return Err(ScheduleError::Devices { first, devices: schedule.devices().into() }.into());
        }
        if layout.version == self.schedule.layout().version {
            return Err(ScheduleError::Version { version: layout.version }.into());
        }
        self.prepare(Coming::Schedule(schedule), until)
    }

    /// Goes over to another network key, once all members have it, or at `until`. Members that do not have it then
    /// must join again.
    ///
    /// # Errors
    /// [`SendError::Busy`] while another change is under way, [`SendError::Seal`] if there are no more epochs.
    pub fn renew(&mut self, key: Key<C>, until: BaseTime) -> Result<(), SendError> {
        if self.epoch == u16::MAX {
            return Err(SealError::Exhausted.into());
        }
        self.prepare(Coming::Key(key), until)
    }

    fn prepare(&mut self, kind: Coming<C>, until: BaseTime) -> Result<(), SendError> {
        if self.change.is_some() {
            return Err(SendError::Busy);
        }
        self.change = Some(Change { kind, until, silent_until: None });
        for station in self.stations.iter_mut().flatten() {
            (station.has_key, station.telling) = (false, None);
        }
        self.hurried = 0;
        self.count_hurried();
        Ok(())
    }

    /// How many members are not ready for the change under way.
    pub fn unready(&self) -> usize {
        let Some(change) = &self.change else { return 0 };
        let members = self.stations.iter().flatten().filter(|station| station.member().is_some());
        members.filter(|station| !change.is_known(station)).count()
    }

    /// Whether a device has a session.
    pub fn is_member(&self, number: u16) -> bool {
        let index = self.index(number);
        index.is_ok_and(|index| self.station(index).is_some_and(|station| station.member().is_some()))
    }

    /// Which frames of a device came: to be stored before the base acts on a message.
    pub fn window(&self, number: u16) -> Option<Window> {
        let station = self.station(self.index(number).ok()?)?;
        Some(station.member()?.uplink.window())
    }

    /// What the base has seen so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The schedule that holds.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

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

    fn index(&self, number: u16) -> Result<usize, ScheduleError> {
        self.schedule.place(number)?;
        Ok(usize::from(number.saturating_sub(self.schedule.layout().first)))
    }

    fn station(&self, index: usize) -> Option<&Station<S, C, MESSAGE>> {
        self.stations.get(index)?.as_ref()
    }

    /// Puts a station at the end of the list of those with something to send.
    fn enqueue(&mut self, index: usize) {
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
    fn dequeue(&mut self) -> Option<usize> {
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

    /// Answers a request to join, if it is genuine.
    fn hear_request(&mut self, frame: &[u8], device: u16, ended: BaseTime) -> Option<()> {
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
            if station.grant(Granted { link, key, session, uplink }) {
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
    const PATIENCE: u64 = 16;

    /// Opens a frame of a member.
    fn hear(&mut self, frame: &[u8], ended: BaseTime) -> Option<()> {
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
        if is_polled && index + 1 == usize::from(self.asked) {
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
        station.heard = Some(number);
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
                match station.incoming.take(counter, first, offset, is_last, octets) {
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
    fn obey(&mut self, index: usize, device: u16, up: Up) {
        let all = self.all.counter;
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return };
        match up {
            Up::Confirm { counter } if station.confirmed(counter) => match station.down.about {
                None => self.news = Some(News::Delivered { device }),
                Some(internal::DISMISSED) => {
                    station.leave(Self::FAREWELLS);
                    self.news = Some(News::Left { device });
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
            }
            Up::Confirm { .. } | Up::ConfirmAll { .. } | Up::Here => {}
        }
    }

    /// How often a device that left is polled all the same, so that it knows that the base does.
    const FAREWELLS: u8 = 8;

    /// What to do next.
    pub fn poll(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if let Some(device) = self.joined.take() {
            let member = self.index(device).ok().and_then(|index| self.station(index)?.member());
            if let Some(&Member { link, session, .. }) = member {
                return BaseOutput::Joined { device, link, session };
            }
        }
        if let Some(news) = self.news.take() {
            return self.tell(news);
        }
        match self.schedule.layout().access {
            Access::Slots => self.poll_slots(now),
            Access::Polling => self.poll_devices(now),
        }
    }

    fn tell(&self, news: News) -> BaseOutput<'_> {
        match news {
            News::Message { device, is_alarm, offset_us, from, to } => {
                let message = self.plaintext.get(from..to).unwrap_or_default();
                BaseOutput::Message { device, is_alarm, offset_us, message }
            }
            News::Pieces { device, offset_us, length } => {
                let station = self.index(device).ok().and_then(|index| self.station(index));
                let message = station.map(|station| station.incoming.message(length)).unwrap_or_default();
                BaseOutput::Message { device, is_alarm: false, offset_us, message }
            }
            News::Delivered { device } => BaseOutput::Delivered { device },
            News::DeliveredToAll { device } => BaseOutput::DeliveredToAll { device },
            News::Unknown { device } => BaseOutput::Unknown { device },
            News::Left { device } => BaseOutput::Left { device },
            News::Changed => {
                BaseOutput::Changed { version: self.schedule.layout().version, epoch: self.epoch }
            }
            News::Failed(error) => BaseOutput::Failed(error),
        }
    }

    fn poll_slots(&mut self, now: BaseTime) -> BaseOutput<'_> {
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
    fn beacon(&mut self, number: u64, at: BaseTime) -> Result<usize, SealError> {
        let slots = self.schedule.slots();
        let before = number.saturating_sub(1);
        let first = usize::from(self.schedule.phase(before)) * usize::from(slots);
        let mut entries = [0; Beacon::MAX_LEN - Beacon::HEAD_LEN];
        let (acknowledgements, grants) = entries.split_at_mut(2 * usize::from(slots));
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
        let plaintext = Beacon { number, version, entries }.encode(&mut plaintext).unwrap_or_default();
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
    fn grant(&self, number: u64, grants: &mut [u8]) -> u8 {
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
                    None => return (1u8 << ours).wrapping_sub(1),
                }
            }
        }
        (1u8 << ours).wrapping_sub(1)
    }

    /// Writes the frame that goes down next: how many octets; 0 if there is none.
    fn down(&mut self, number: u64) -> Result<usize, SealError> {
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
    fn down_to(&mut self, index: usize, number: u64, patience: u64) -> Result<usize, SealError> {
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

    /// Octets of plaintext that may go down: no more than after a change.
    fn room(&self) -> usize {
        let longest = self.schedule.longest_downlink().min(self.coming().longest_downlink());
        longest.saturating_sub(OVERHEAD)
    }

    /// The schedule that holds soon.
    fn coming(&self) -> &Schedule {
        match &self.change {
            Some(Change { kind: Coming::Schedule(schedule), .. }) => schedule,
            _ => &self.schedule,
        }
    }

    fn down_to_all(&mut self) -> Result<usize, SealError> {
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

    /// Counts the stations that have a device which cannot speak yet.
    fn count_hurried(&mut self) {
        let is_hurried =
            |station: &&Station<S, C, MESSAGE>| station.accept_is_due || station.telling.is_some();
        self.hurried = self.stations.iter().flatten().filter(is_hurried).count() as u16;
    }

    /// Tells some of the stations that are behind what they need to know.
    fn spread(&mut self) {
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

    fn catch_up(&mut self, index: usize) {
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
            let telling = station.telling.insert(Telling::new());
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
    fn take_over(&mut self, now: BaseTime) -> Over {
        let unready = self.unready();
        let Some(change) = &mut self.change else { return Over::No };
        if unready != 0 && now < change.until {
            return Over::No;
        }
        let is_key = matches!(change.kind, Coming::Key(_));
        if is_key && (self.to_all.waits() || self.all.left != 0) {
            // It is sealed already, with the key that was.
            return Over::No;
        }
        if unready != 0 && !is_key && self.schedule.layout().access == Access::Slots {
            // Who does not know of the change falls silent first.
            let until = self.number.saturating_add(Schedule::HOLD);
            if self.number < *change.silent_until.get_or_insert(until) {
                return Over::Silent;
            }
        }
        match self.change.take().map(|change| change.kind) {
            Some(Coming::Schedule(schedule)) => self.follow(schedule, now),
            Some(Coming::Key(key)) => self.follow_key(key),
            None => {}
        }
        Over::Changed
    }

    fn follow(&mut self, schedule: Schedule, now: BaseTime) {
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
                station.seal_again();
            }
        }
    }

    fn follow_key(&mut self, key: Key<C>) {
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

    /// Asks the next device, or waits for the one that was asked. Each round begins with a beacon, for those
    /// who want to join, and what goes to all.
    fn poll_devices(&mut self, now: BaseTime) -> BaseOutput<'_> {
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
    fn ask_next(&mut self, at: BaseTime) -> Result<(usize, u64), SealError> {
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
    fn joins_us(&self) -> u64 {
        let layout = self.schedule.layout();
        Schedule::join_after(layout, 0, layout.joins)
    }

    /// Writes what asks a station's device: how many octets.
    fn ask(&mut self, index: usize) -> Result<usize, SealError> {
        let Some(station) = self.stations.get_mut(index).and_then(Option::as_mut) else { return Ok(0) };
        station.asks = station.asks.wrapping_add(1);
        if let Some(left) = station.member.as_mut().and_then(|member| member.left.as_mut()) {
            *left = left.saturating_sub(1);
        }
        Ok(station.poll(&mut self.frame)?.len())
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

/// Whether a change happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    No,
    /// It is about to, and nothing may be sent before.
    Silent,
    Changed,
}

impl<C: Cipher> Change<C> {
    /// Whether a station knows all it needs.
    fn is_known<S: CounterStore, const MESSAGE: usize>(&self, station: &Station<S, C, MESSAGE>) -> bool {
        match &self.kind {
            Coming::Schedule(schedule) => {
                station.version == Some(schedule.layout().version)
                    && station.down.length <= schedule.longest_downlink()
            }
            Coming::Key(_) => station.has_key,
        }
    }
}
