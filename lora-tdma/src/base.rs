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
use crate::base::station::{Answer, Granted, Opened, Received};
use crate::beacon::{Beacon, Grant, Invitation};
use crate::internal::{self, MAX_DOWN, Up};
use crate::layout::Access;
use crate::message::{Came, DOWNLINK_HEAD, Head, Outgoing, Part};
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
    /// A device has a session. Both are stored before the base is polled again: the device's next
    /// frame may be of this session already, and after a restart [`Station::resume`] asks for them.
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
    /// From now on this schedule holds, or this epoch. Devices that did not get ready in time are behind.
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
    /// How many frames to them are for devices that cannot speak yet.
    hurried: u16,
    /// The station that is looked after next.
    told: usize,
    /// What was transmitted last, if it can be taken back.
    last: Option<Last>,
    /// The device that is asked next, and until when the one before has time.
    asked: u16,
    answer_until: BaseTime,
    frame: [u8; MAX_FRAME],
    plaintext: [u8; MAX_FRAME],
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
    Joined {
        device: u16,
        link: Link,
        session: Session,
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
            told: 0,
            last: None,
            asked: 0,
            answer_until: now,
            frame: [0; MAX_FRAME],
            plaintext: [0; MAX_FRAME],
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

    /// Tells a device that it is no longer wanted. Once it knows, [`BaseOutput::Left`] says so.
    ///
    /// # Errors
    /// [`SendError`] as of [`send`](Self::send).
    pub fn dismiss(&mut self, number: u16) -> Result<(), SendError> {
        self.put(number, &[internal::DISMISSED], true)
    }

    /// Sends a message to a device, again until it confirms it.
    ///
    /// # Errors
    /// [`SendError`]; the message is not taken then.
    pub fn send(&mut self, number: u16, message: &[u8]) -> Result<(), SendError> {
        self.put(number, message, false)
    }

    fn put(&mut self, number: u16, message: &[u8], internal: bool) -> Result<(), SendError> {
        if self.schedule.layout().downlink == 0 {
            return Err(SendError::TooLong { limit: 0, have: message.len() });
        }
        let index = self.index(number)?;
        let station = self.stations.get_mut(index).and_then(Option::as_mut);
        let station =
            station.filter(|station| station.member.is_some()).ok_or(SendError::Absent { number })?;
        if station.outgoing.waits() || station.down.length != 0 {
            return Err(SendError::Busy);
        }
        if !station.outgoing.put(message, internal) {
            return Err(SendError::TooLong { limit: MESSAGE, have: message.len() });
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
        if !self.to_all.put(message, false) {
            return Err(SendError::TooLong { limit: MESSAGE, have: message.len() });
        }
        self.all.repeats = repeats.max(1);
        self.stations.iter_mut().flatten().for_each(|station| station.has_all = false);
        Ok(())
    }

    /// Goes over to another schedule, of another version and for the same devices, once all members are
    /// ready, or at `until`.
    ///
    /// # Errors
    /// [`SendError::Busy`] while another change is under way, [`SendError::Schedule`] if there are too few
    /// stations.
    pub fn change(&mut self, schedule: Schedule, until: BaseTime) -> Result<(), SendError> {
        if self.stations.len() < usize::from(schedule.devices()) {
            let first = schedule.layout().first;
            return Err(ScheduleError::Devices { first, devices: schedule.devices().into() }.into());
        }
        self.prepare(Coming::Schedule(schedule), until)
    }

    /// Goes over to another network key, and to new keys of all members, once all have it, or at `until`.
    /// Members that do not have it then must join again.
    ///
    /// # Errors
    /// [`SendError::Busy`] while another change is under way.
    pub fn renew(&mut self, key: Key<C>, until: BaseTime) -> Result<(), SendError> {
        self.prepare(Coming::Key(key), until)
    }

    fn prepare(&mut self, kind: Coming<C>, until: BaseTime) -> Result<(), SendError> {
        if self.change.is_some() {
            return Err(SendError::Busy);
        }
        self.change = Some(Change { kind, until });
        Ok(())
    }

    /// How many members are not ready for the change under way.
    pub fn unready(&self) -> usize {
        let Some(change) = &self.change else { return 0 };
        let members = self.stations.iter().flatten().filter(|station| station.member.is_some());
        members.filter(|station| !change.is_known(station)).count()
    }

    /// Whether a device has a session.
    pub fn is_member(&self, number: u16) -> bool {
        self.index(number)
            .is_ok_and(|index| self.station(index).is_some_and(|station| station.member.is_some()))
    }

    /// Which frames of a device came: to be stored before the base acts on a message.
    pub fn window(&self, number: u16) -> Option<Window> {
        let station = self.station(self.index(number).ok()?)?;
        Some(station.member.as_ref()?.uplink.newest().window())
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
                    if !core::mem::replace(&mut station.accept_is_due, true) {
                        self.hurried = self.hurried.saturating_add(1);
                    }
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

    /// Takes note of a frame that ended at `ended` and cannot be read, as when two devices ask to join at
    /// once.
    pub fn garbled(&mut self, ended: BaseTime) {
        let began = ended.before(self.schedule.airtime_us(JoinRequest::LEN));
        let layout = self.schedule.layout();
        let after = began.us().checked_rem(layout.period_us.into()).unwrap_or_default();
        let half = u64::from(layout.guard_us / 2);
        let joins = (0..layout.joins).filter_map(|join| self.schedule.join_us(join));
        if joins.into_iter().any(|join| join.abs_diff(after) <= half) {
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
        if self.news.is_some() {
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
            station.grant(Granted { link, key, uplink });
            self.news = Some(News::Joined { device, link, session });
        }
        if !core::mem::replace(&mut station.accept_is_due, true) {
            self.hurried = self.hurried.saturating_add(1);
        }
        if let Ok(index) = self.index(device) {
            self.enqueue(index);
        }
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
        let number = self.schedule.number(ended);
        let version = self.schedule.layout().version;
        let station = self.stations.get_mut(index)?.as_mut()?;
        let received = station.open(frame, &mut self.plaintext).ok()?;
        self.counts.frames = self.counts.frames.wrapping_add(1);
        let began = ended.before(self.schedule.airtime_us(frame.len()));
        let offset_us = self.schedule.offset_us(place, began);
        let is_polled = self.schedule.layout().access == Access::Polling;
        if !is_polled && offset_us.unsigned_abs() > u64::from(self.schedule.layout().guard_us) {
            self.counts.misplaced = self.counts.misplaced.wrapping_add(1);
        }
        station.heard = Some(number);
        station.keep_up();
        // A node of another version would be silent.
        station.version = station.version.or(Some(version));
        if is_polled && index + 1 == usize::from(self.asked) {
            self.answer_until = ended;
        }
        let Received::New(Opened { length, more, .. }) = received else {
            self.counts.duplicates = self.counts.duplicates.wrapping_add(1);
            return Some(());
        };
        station.has_more = more;
        let (head, octets) = self.plaintext.get(..length).and_then(Head::decode)?;
        let from = length - octets.len();
        match head.part {
            Part::Whole if head.internal => {
                let up = Up::decode(octets);
                if let Some(up) = up {
                    self.obey(index, device, up);
                }
            }
            Part::Whole => {
                let is_alarm = head.urgent;
                self.news = Some(News::Message { device, is_alarm, offset_us, from, to: length });
            }
            Part::Piece { offset, is_last } => {
                match station.incoming.take(head.id, offset.into(), is_last, octets) {
                    Came::Message(length) => self.news = Some(News::Pieces { device, offset_us, length }),
                    Came::Piece => {}
                    Came::TooLong => self.counts.too_long = self.counts.too_long.wrapping_add(1),
                }
            }
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
                    station.member = None;
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
                station.member = None;
                self.news = Some(News::Left { device });
            }
            Up::Confirm { .. } | Up::ConfirmAll { .. } | Up::Here => {}
        }
        if self.station(index).is_some_and(Station::wants_down) {
            self.enqueue(index);
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: BaseTime) -> BaseOutput<'_> {
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
            News::Joined { device, link, session } => BaseOutput::Joined { device, link, session },
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
        while let Some((at, limit)) = self.agenda.next(&self.schedule) {
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
            match self.down(self.agenda.number(), limit) {
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
        if self.take_over(now) {
            return self.tell(News::Changed);
        }
        // A beacon that was missed stays unsent: a late one would move every slot.
        let number = self.schedule.number(now.after(lead)).saturating_add(1).max(self.number);
        let at = self.schedule.start(number);
        self.number = number.saturating_add(1);
        self.spread();
        match self.beacon(number) {
            Ok(length) => {
                self.counts.superframes = self.counts.superframes.wrapping_add(1);
                self.last = None;
                BaseOutput::Transmit { frame: self.frame.get(..length).unwrap_or_default(), at }
            }
            Err(error) => BaseOutput::Failed(error),
        }
    }

    /// How long before a frame's start it is chosen.
    pub const CHOICE_US: u64 = Schedule::TURN_US as u64 / 2;

    /// Writes the beacon of superframe `number`: how many octets.
    fn beacon(&mut self, number: u64) -> Result<usize, SealError> {
        let slots = self.schedule.slots();
        let before = number.saturating_sub(1);
        let first = usize::from(self.schedule.phase(before)) * usize::from(slots);
        let mut entries = [0; Beacon::MAX_LEN - Beacon::HEAD_LEN];
        let (acknowledgements, grants) = entries.split_at_mut(2 * usize::from(slots));
        let stations = self.stations.iter().skip(first).take(slots.into());
        for (entry, station) in acknowledgements.chunks_exact_mut(2).zip(stations) {
            if let Some(station) = station {
                entry.copy_from_slice(&station.acknowledgement.octets());
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
    fn down(&mut self, number: u64, limit: usize) -> Result<usize, SealError> {
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

    fn down_to_all(&mut self) -> Result<usize, SealError> {
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
    fn take_over(&mut self, now: BaseTime) -> bool {
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

    /// Asks the next device, or waits for the one that was asked. Each round begins with a beacon, for those
    /// who want to join.
    fn poll_devices(&mut self, now: BaseTime) -> BaseOutput<'_> {
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
    fn joins_us(&self) -> u64 {
        let layout = self.schedule.layout();
        Schedule::join_after(layout, 0, layout.joins)
    }

    /// Writes what a station's device is asked, or told: how many octets.
    fn ask(&mut self, index: usize) -> Result<usize, SealError> {
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

impl<C: Cipher> Change<C> {
    /// Whether a station knows all it needs.
    fn is_known<S: CounterStore, const MESSAGE: usize>(&self, station: &Station<S, C, MESSAGE>) -> bool {
        match &self.kind {
            Coming::Schedule(schedule) => station.version == Some(schedule.layout().version),
            Coming::Key(_) => station.has_key,
        }
    }
}
