//! The base's end of the radio.

mod agenda;
mod backlog;
mod change;
mod down;
mod hear;
mod roll_call;
mod slots;
mod station;

use frame_crypto::{
    Aes128, Cipher, CounterStore, Key, Kind, Link, Registrar, SealError, Sealer, Session, Window,
};

use crate::base::agenda::Agenda;
use crate::base::backlog::Backlog;
use crate::base::change::{Change, Coming};
use crate::base::down::{All, Last, Queue};
use crate::base::station::Member;
pub use crate::base::station::Station;
use crate::internal::{self, MAX_DOWN};
use crate::layout::Access;
use crate::message::{MAX_MESSAGE, Outgoing};
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
    /// A device has a session. All of it is stored before the base is polled again: the device may use it
    /// already, and after a restart [`Station::resume`] asks for it.
    Joined {
        /// The device.
        device: u16,
        /// Its link.
        link: Link,
        /// Its session.
        session: Session,
        /// Which of its frames came: none. Later ones are told by [`Base::window`].
        window: Window,
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
    /// What no other start of this base has in a long time.
    run: u16,
    agenda: Agenda,
    backlog: Backlog,
    change: Option<Change<C>>,
    /// Whether a device that is no member may send by this schedule for a while.
    has_strangers: bool,
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
        let beacons = Sealer::new(&key, Kind::Broadcast, everybody, beacons)?;
        let next = beacons.next();
        Ok(Self {
            network,
            stations,
            epoch,
            beacons,
            key,
            registrar: Registrar::new(sessions)?,
            number: schedule.number(now).saturating_add(1),
            run: (next ^ next >> 16 ^ next >> 32) as u16,
            agenda: Agenda::default(),
            backlog: Backlog::default(),
            change: None,
            has_strangers: true,
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
        self.estrange();
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

    /// Goes over to another schedule, for the same devices, once all members are ready. Its version is one of which
    /// no device knows another schedule, not even one that a restart kept from coming. If some are not ready at
    /// `until`, or devices may still send that are no members any more, the base is silent for 16 superframes first,
    /// until they are silent as well.
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

    fn index(&self, number: u16) -> Result<usize, ScheduleError> {
        self.schedule.place(number)?;
        Ok(usize::from(number.saturating_sub(self.schedule.layout().first)))
    }

    fn station(&self, index: usize) -> Option<&Station<S, C, MESSAGE>> {
        self.stations.get(index)?.as_ref()
    }

    /// What to do next.
    pub fn poll(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if let Some(device) = self.joined.take() {
            let member = self.index(device).ok().and_then(|index| self.station(index)?.member());
            if let Some(&Member { link, session, began, .. }) = member {
                return BaseOutput::Joined { device, link, session, window: Window::new(began) };
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
}
