//! A device's end of the radio.

mod ask;
mod memory;

use core::num::NonZeroU64;

use frame_crypto::{
    Aes128, Cipher, CounterStore, Header, Joined, Key, Kind, Link, OVERHEAD, OpenError, Opened, Opener,
    Overlap, SealError, Sealer, Session,
};

use crate::beacon::{Acknowledgement, Beacon, Grant, Invitation, Poll};
use crate::internal::{self, MAX_DOWN, Up};
use crate::layout::{Access, Layout};
use crate::message::{Came, Head, Incoming, MAX_MESSAGE, Part, UPLINK_HEAD};
use crate::node::ask::Ask;
use crate::outbox::{Outbox, Settled, first_receipt};
use crate::superframe::{MAX_FRAME, Place, Schedule};
use crate::{BaseTime, Bounds, Clock, Estimate, LocalTime, SendError, Synchronized};

/// What a node asks of its radio, and what happened. After any call, poll until it says
/// [`NodeOutput::Wait`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeOutput<'a> {
    /// Send these octets at exactly this time, which lies ahead, after listening as long as the schedule
    /// says; otherwise receive. If somebody else is heard, do not send, and say so by [`Node::busy`].
    Transmit {
        /// The frame.
        frame: &'a [u8],
        /// When its first symbol leaves.
        at: LocalTime,
    },
    /// A message from the base.
    Message {
        /// Whether it is for all devices.
        to_all: bool,
        /// The message.
        message: &'a [u8],
    },
    /// The base has this message.
    Delivered {
        /// What [`Node::send`] or [`Node::alarm`] returned for it.
        ticket: u8,
    },
    /// The keys or the schedule changed, or the base restarted, before it had this message: send it again.
    Lost {
        /// What [`Node::send`] or [`Node::alarm`] returned for it.
        ticket: u8,
    },
    /// A frame cannot be sealed; without another store, neither can the next.
    Failed(SealError),
    /// The node is in the network, by this session.
    Joined {
        /// The device's link, with the current epoch.
        link: Link,
        /// The session.
        session: Session,
    },
    /// The base uses this schedule from some superframe on; a node with a memory remembers it.
    Scheduled(Schedule),
    /// The base does without this node from now on.
    Dismissed,
    /// Nothing to do before a frame comes in, or before this time if one is given.
    Wait(Option<LocalTime>),
}

/// What a member of the network has.
struct Member<C: Cipher> {
    link: Link,
    /// The session's.
    key: Key<C>,
    downlink: Opener<C>,
    beacons: Overlap<C>,
    /// How often the network's key was changed, and how often it will have been soon.
    epoch: u16,
    coming: Option<u16>,
}

/// What a node heard from the base last.
#[derive(Clone, Copy)]
struct Heard {
    /// The superframe after it.
    next: NonZeroU64,
    /// Which extra slots are this node's, a bit each.
    granted: u8,
}

impl Heard {
    const fn number(self) -> u64 {
        self.next.get() - 1
    }
}

/// What the application does not know yet.
#[derive(Clone, Copy)]
enum News {
    Joined {
        link: Link,
        session: Session,
    },
    Scheduled,
    Dismissed,
    /// Octets of the plaintext.
    Message {
        to_all: bool,
        from: usize,
        to: usize,
    },
    /// Octets that were put together.
    Pieces {
        to_all: bool,
        length: usize,
    },
}

/// What a node is told about itself and its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device {
    /// The network.
    pub network: u16,
    /// The device.
    pub number: u16,
    /// What is known of its clock.
    pub bounds: Bounds,
    /// The largest error of a frame's start, in microseconds.
    pub start_error_us: u16,
}

impl Device {
    /// The largest error of a frame that starts this long after another one ended, with nothing known but that.
    fn error_us(&self, after_us: u64) -> u64 {
        let Bounds { stamp_error_us, drift_ppm, .. } = self.bounds;
        let drift = after_us.saturating_mul(drift_ppm.into()).div_ceil(1_000_000 - u64::from(drift_ppm));
        drift + u64::from(stamp_error_us) + u64::from(self.start_error_us)
    }
}

/// Sends messages in its own slot, in extra slots that the base grants, and alarms in those for alarms too;
/// again until the base acknowledges them. It joins the network by itself.
///
/// The node is silent while it does not know the base's time well enough, or knows another version of the
/// schedule. Of a beacon now and then it can do without; not once it knows that the schedule is about to change.
/// It answers every poll if the schedule says so.
///
/// `WINDOW` frames can be on their way, one of them an urgent one; messages of up to `MESSAGE` octets are cut
/// where slots are shorter.
pub struct Node<S, C: Cipher = Aes128, const WINDOW: usize = 4, const MESSAGE: usize = MAX_FRAME> {
    device: Device,
    schedule: Schedule,
    coming: Option<Schedule>,
    place: Place,
    clock: Clock,
    sealer: Sealer<S, C>,
    member: Option<Member<C>>,
    ask: Option<Ask<C>>,
    outbox: Outbox<WINDOW, MESSAGE>,
    heard: Option<Heard>,
    /// The base's, when it told last what came.
    run: Option<u16>,
    /// Whether the newest beacon did not fit what is known.
    is_muted: bool,
    /// Whether the base acknowledged anything in this session, and how many frames were sent since.
    is_acknowledged: bool,
    unanswered: u16,
    /// Turns up to this one are over.
    over: BaseTime,
    /// The newest frame is on the air until then.
    sends_until: LocalTime,
    /// When to answer a poll.
    answer: Option<LocalTime>,
    polls: u64,
    /// The receipt of the frame taken last.
    last: Option<u8>,
    confirm: Confirm,
    /// The low bits of the counters of what was taken in last.
    taken: Option<u32>,
    taken_by_all: Option<u32>,
    /// Whether the session ends once everything is acknowledged.
    ends: bool,
    /// Whether nothing could be sealed since something was heard.
    has_failed: bool,
    plaintext: [u8; MAX_FRAME],
    to_me: Incoming<MESSAGE>,
    to_all: Incoming<MESSAGE>,
    /// What the network itself has to say in pieces.
    inner: Incoming<MAX_DOWN>,
    news: Option<News>,
}

/// What to tell the base as soon as a frame is free for it.
#[derive(Clone, Copy, Default)]
struct Confirm {
    message: Option<u16>,
    message_to_all: Option<u16>,
    schedule: Option<u8>,
    leave: bool,
}

impl<S: CounterStore, C: Cipher, const WINDOW: usize, const MESSAGE: usize> Node<S, C, WINDOW, MESSAGE> {
    /// How long before a frame's start it is chosen, so that what the last beacon said is heeded, and how
    /// long the radio then has at least.
    pub const CHOICE_US: u64 = Schedule::TURN_US as u64 / 2;
    /// See [`CHOICE_US`](Self::CHOICE_US).
    pub const PREPARATION_US: u64 = Schedule::TURN_US as u64 / 5;
    /// So many superframes after a beacon a node sends without another one. So long is the base silent before it
    /// uses another schedule than some of them know.
    pub const HOLD: u64 = Schedule::HOLD;

    /// A node that is in no network yet: [`join`](Self::join) it, or [`enter`](Self::enter) it with what is
    /// left of an earlier session.
    ///
    /// # Errors
    /// [`SendError::Schedule`] if the schedule has no slot for the device, [`SendError::Seal`] if the store
    /// cannot be read.
    pub fn new(schedule: Schedule, device: Device, root: &Key<C>, store: S) -> Result<Self, SendError> {
        let place = schedule.place(device.number)?;
        let link = Link { network: device.network, device: device.number, epoch: 0 };
        Ok(Self {
            device,
            schedule,
            coming: None,
            place,
            clock: Clock::new(device.bounds),
            // Joining gives it another key before anything is sealed.
            sealer: Sealer::new(root, Kind::Uplink, link, store)?,
            member: None,
            ask: None,
            outbox: Outbox::new(),
            heard: None,
            run: None,
            is_muted: false,
            is_acknowledged: false,
            unanswered: 0,
            over: BaseTime::from_us(0),
            sends_until: LocalTime::from_us(0),
            answer: None,
            polls: 0,
            last: None,
            confirm: Confirm::default(),
            taken: None,
            taken_by_all: None,
            ends: false,
            has_failed: false,
            plaintext: [0; MAX_FRAME],
            to_me: Incoming::new(),
            to_all: Incoming::new(),
            inner: Incoming::new(),
            news: None,
        })
    }

    /// Asks the base for a session. `nonce` is drawn from a source of true randomness each time. A session
    /// there is stays until the new one is granted. It takes some superframes; whoever asks anew with another
    /// nonce in between only has to wait longer.
    pub fn join(&mut self, root: Key<C>, nonce: u64) {
        let Device { network, number, .. } = self.device;
        self.ask = Some(Ask::new(root, network, number, nonce, self.sealer.next()));
    }

    /// Enters the network with a session.
    pub fn enter(&mut self, joined: Joined<C>) {
        let Joined { link, session, key, network_key, downlink, broadcast } = joined;
        self.ask = None;
        self.outbox.lose_all();
        // The base may have another clock than the one that was known.
        self.clock.forget();
        (self.heard, self.over, self.answer, self.last) = (None, BaseTime::from_us(0), None, None);
        self.run = None;
        (self.is_muted, self.is_acknowledged, self.unanswered) = (false, false, 0);
        (self.to_me, self.to_all, self.inner) = (Incoming::new(), Incoming::new(), Incoming::new());
        (self.taken, self.taken_by_all) = (None, None);
        let schedule = self.coming.unwrap_or(self.schedule);
        self.confirm = Confirm { schedule: Some(schedule.layout().version), ..Confirm::default() };
        self.ends = false;
        self.sealer.renew(&key, link);
        let all = Link { device: Link::EVERYBODY, ..link };
        self.member = Some(Member {
            downlink: Opener::new(&key, Kind::Downlink, link, downlink),
            beacons: Overlap::new(Opener::new(&network_key, Kind::Broadcast, all, broadcast)),
            epoch: link.epoch,
            link,
            key,
            coming: None,
        });
        self.news = Some(News::Joined { link, session });
    }

    /// Whether the node has a session.
    pub const fn is_member(&self) -> bool {
        self.member.is_some()
    }

    /// Whether [`send`](Self::send) would take a message.
    pub const fn is_free(&self) -> bool {
        self.outbox.is_free()
    }

    /// Takes a message that goes to the base as soon as the ones before, and returns its ticket.
    ///
    /// # Errors
    /// [`SendError::Busy`] or [`SendError::TooLong`]; the message is not taken then.
    pub fn send(&mut self, message: &[u8]) -> Result<u8, SendError> {
        if !self.is_free() {
            return Err(SendError::Busy);
        }
        let limit = MESSAGE.min(MAX_MESSAGE);
        let long = SendError::TooLong { limit, have: message.len() };
        if message.len() > limit {
            return Err(long);
        }
        self.outbox.put(message).ok_or(long)
    }

    /// Takes an alarm, which goes before all messages, in alarm slots as well, and returns its ticket.
    ///
    /// # Errors
    /// [`SendError`]; the alarm is not taken then.
    pub fn alarm(&mut self, alarm: &[u8]) -> Result<u8, SendError> {
        if self.member.is_none() || self.ends {
            return Err(SendError::Absent { number: self.device.number });
        }
        // Where two alarms meet in all of their slots, the device's own is left.
        let limit = usize::from(self.schedule.layout().alarm).min(self.schedule.max_message(self.place.slot));
        if alarm.len() > limit {
            return Err(SendError::TooLong { limit, have: alarm.len() });
        }
        self.outbox.alarm(&mut self.sealer, alarm)?.ok_or(SendError::Busy)
    }

    /// Gives a message up. The base may have it all the same.
    pub fn cancel(&mut self, ticket: u8) {
        self.outbox.cancel(ticket);
    }

    /// Tells the base that the node leaves, after all that was to be said before. Then it is no
    /// [member](Self::is_member) any more.
    pub fn leave(&mut self) {
        self.confirm.leave = self.member.is_some();
    }

    /// Whether the base has all there was to say.
    pub fn is_idle(&self) -> bool {
        self.outbox.is_empty() && !self.confirm.is_due()
    }

    /// How many frames were sent since the base acknowledged one. Where that grows while beacons come, the base
    /// may have lost the session: [`join`](Self::join) again.
    pub const fn unanswered(&self) -> u16 {
        self.unanswered
    }

    /// The schedule the node goes by.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The base's time, how sure it is, and since when. If no beacon came for long, or none that fits, the base may
    /// have another clock or another key: [`join`](Self::join) again.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The frame that was to be transmitted was not, as somebody else was heard. It is sent again later.
    pub fn busy(&mut self) {
        if let Some(frame) = self.last.take() {
            self.outbox.untake(frame);
            self.unanswered = self.unanswered.saturating_sub(1);
        }
    }

    /// Takes a frame that ended at `ended`. What is not of this network changes nothing, and so does a
    /// message while another waits to be polled: the base sends it again.
    pub fn receive(&mut self, frame: &[u8], ended: LocalTime) {
        self.has_failed = false;
        match Header::decode(frame) {
            Ok(Header { kind: Kind::Broadcast, flag: false, .. }) => self.hear_beacon(frame, ended),
            Ok(Header { kind: Kind::Broadcast, flag: true, .. }) => self.hear_all(frame),
            Ok(Header { kind: Kind::Downlink, .. }) => self.hear_downlink(frame, ended),
            Ok(Header { kind: Kind::Uplink, .. }) => {}
            Err(_) => {
                if let Some(Ok(joined)) = self.ask.as_mut().map(|ask| ask.open(frame)) {
                    self.enter(joined);
                }
            }
        }
    }

    fn hear_beacon(&mut self, frame: &[u8], ended: LocalTime) {
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

    fn hear_all(&mut self, frame: &[u8]) {
        let Some(member) = &mut self.member else { return };
        if self.news.is_some() {
            return;
        }
        match member.beacons.open(frame, &mut self.plaintext) {
            Ok(Opened { counter, plaintext, .. }) => {
                let length = plaintext.len();
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

    fn hear_downlink(&mut self, frame: &[u8], ended: LocalTime) {
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
        let from = length - octets.len();
        // Any device could send that to all.
        if to_all && head.internal {
            return false;
        }
        if let Part::Piece { first, offset, .. } = head.part
            && !(to_all || head.urgent)
        {
            let was_whole = self.taken.is_some_and(|taken| taken as u16 == first);
            let piece = offset..offset.saturating_add(octets.len() as u16);
            let before = if head.internal {
                self.inner.had(counter, first, piece, was_whole)
            } else {
                self.to_me.had(counter, first, piece, was_whole)
            };
            if before {
                // The confirmation was lost.
                return true;
            }
        }
        match head.part {
            Part::Whole if head.internal => {
                self.obey(from, length);
                !head.urgent
            }
            Part::Whole => {
                self.news = Some(News::Message { to_all, from, to: length });
                true
            }
            Part::Piece { first, offset, is_last } if head.internal => {
                match self.inner.take(counter, first, offset, is_last, octets) {
                    Came::Message(length) => {
                        for (to, from) in self.plaintext.iter_mut().zip(self.inner.message(length)) {
                            *to = *from;
                        }
                        self.obey(0, length);
                        !head.urgent
                    }
                    came => came == Came::Piece && !head.urgent,
                }
            }
            Part::Piece { first, offset, is_last } => {
                let incoming = if to_all { &mut self.to_all } else { &mut self.to_me };
                match incoming.take(counter, first, offset, is_last, octets) {
                    Came::Message(length) => {
                        self.news = Some(News::Pieces { to_all, length });
                        true
                    }
                    came => came == Came::Piece,
                }
            }
        }
    }

    /// Does what the base asks for the network's sake, in these octets of the plaintext.
    fn obey(&mut self, from: usize, to: usize) {
        let Some((&kind, content)) = self.plaintext.get(from..to).and_then(<[u8]>::split_first) else {
            return;
        };
        match kind {
            internal::SCHEDULE => {
                let schedule = Layout::decode(content).ok().and_then(|layout| Schedule::new(layout).ok());
                if let Some(schedule) = schedule.filter(|schedule| schedule.place(self.device.number).is_ok())
                {
                    self.confirm.schedule = Some(schedule.layout().version);
                    // The beacon says when it begins.
                    self.coming = Some(schedule).filter(|_| schedule != self.schedule);
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

    /// What to do next.
    pub fn poll(&mut self, now: LocalTime) -> NodeOutput<'_> {
        if let Some(news) = self.news.take() {
            return self.say(news);
        }
        match self.outbox.settled() {
            Some(Settled { ticket, delivered: true }) => return NodeOutput::Delivered { ticket },
            Some(Settled { ticket, delivered: false }) => return NodeOutput::Lost { ticket },
            None => {}
        }
        if self.ends && self.outbox.is_acknowledged() && !self.confirm.is_due() {
            (self.member, self.ends) = (None, false);
        }
        if let Some(at) = self.ask.as_ref().and_then(Ask::at) {
            return self.transmit_request(now, at);
        }
        if self.member.is_none() {
            return NodeOutput::Wait(None);
        }
        if let Some(error) = self.seal() {
            return NodeOutput::Failed(error);
        }
        match self.schedule.layout().access {
            Access::Polling => self.transmit_answer(now),
            Access::Slots => self.transmit_in_turn(now),
        }
    }

    fn say(&self, news: News) -> NodeOutput<'_> {
        match news {
            News::Joined { link, session } => NodeOutput::Joined { link, session },
            News::Scheduled => NodeOutput::Scheduled(self.schedule),
            News::Dismissed => NodeOutput::Dismissed,
            News::Message { to_all, from, to } => {
                NodeOutput::Message { to_all, message: self.plaintext.get(from..to).unwrap_or_default() }
            }
            News::Pieces { to_all, length } => {
                let incoming = if to_all { &self.to_all } else { &self.to_me };
                NodeOutput::Message { to_all, message: incoming.message(length) }
            }
        }
    }

    fn transmit_request(&mut self, now: LocalTime, at: LocalTime) -> NodeOutput<'_> {
        let listening = at.before(self.schedule.layout().listen_us.into());
        let choice = listening.before(Self::CHOICE_US);
        if now < choice {
            return NodeOutput::Wait(Some(choice));
        }
        let in_time = now <= listening.before(Self::PREPARATION_US) && self.sends_until <= listening;
        self.last = None;
        let Some(frame) = self.ask.as_mut().map(Ask::take).filter(|_| in_time) else {
            return NodeOutput::Wait(None);
        };
        self.sends_until = at.after(self.schedule.airtime_us(frame.len()));
        // Nothing else goes into the same slot.
        if let Some(Estimate { time, error_us }) = self.clock.base_time(self.sends_until) {
            self.over = self.over.max(time.after(error_us));
        }
        NodeOutput::Transmit { frame, at }
    }

    /// Makes frames of what there is to say, as far as there are free ones. A failure is told once, until
    /// something is heard again.
    fn seal(&mut self) -> Option<SealError> {
        if self.has_failed {
            return None;
        }
        let error = self.fill().err();
        self.has_failed = error.is_some();
        error
    }

    fn fill(&mut self) -> Result<(), SealError> {
        while let Some(up) = self.confirm.due(self.outbox.is_empty()) {
            if !self.outbox.internal(&mut self.sealer, up)? {
                break;
            }
            self.confirm.said(up);
            self.ends |= up == Up::Leave;
        }
        if self.ends {
            // What is still to be said is for the next session.
            return Ok(());
        }
        let room = self.limit().saturating_sub(OVERHEAD);
        self.outbox.fill(&mut self.sealer, room)
    }

    /// Most octets of a frame in this node's slot.
    fn limit(&self) -> usize {
        self.schedule.max_message(self.place.slot) + UPLINK_HEAD + OVERHEAD
    }

    fn transmit_answer(&mut self, now: LocalTime) -> NodeOutput<'_> {
        let Some(at) = self.answer.take() else { return NodeOutput::Wait(None) };
        let listening = at.before(self.schedule.layout().listen_us.into());
        if now > listening.before(Self::PREPARATION_US) || listening < self.sends_until {
            return NodeOutput::Wait(None);
        }
        if self.outbox.has_none() && !matches!(self.outbox.internal(&mut self.sealer, Up::Here), Ok(true)) {
            return NodeOutput::Wait(None);
        }
        self.polls = self.polls.saturating_add(1);
        let limit = self.limit();
        match self.outbox.take(self.polls, limit, false) {
            Some(frame) => {
                self.last = Some(first_receipt(frame));
                self.unanswered = self.unanswered.saturating_add(1);
                self.sends_until = at.after(self.schedule.airtime_us(frame.len()));
                NodeOutput::Transmit { frame, at }
            }
            None => NodeOutput::Wait(None),
        }
    }

    fn transmit_in_turn(&mut self, now: LocalTime) -> NodeOutput<'_> {
        if self.is_muted || self.outbox.has_none() {
            return NodeOutput::Wait(None);
        }
        let Some(time) = self.clock.base_time(now) else { return NodeOutput::Wait(None) };
        let listening = u64::from(self.schedule.layout().listen_us);
        let earliest = time.time.after(Self::PREPARATION_US + listening);
        // There are never more turns than this at once.
        for _ in 0..64 {
            let from = self.over.max(earliest);
            let Some(turn) = self.turn_after(from).filter(|turn| self.knows(turn.number)) else { break };
            let Some(local) = self.clock.local_time(turn.at) else { break };
            let error = local.error_us.saturating_add(self.device.start_error_us.into());
            if error > u64::from(self.schedule.layout().guard_us / 2) {
                // It grows until the next beacon.
                break;
            }
            let choice = local.time.before(Self::CHOICE_US + listening);
            if now < choice {
                return NodeOutput::Wait(Some(choice));
            }
            self.over = turn.at.after(1);
            let listens_at = local.time.before(listening);
            let is_late = listens_at <= now || listens_at < self.sends_until;
            if is_late || !self.outbox.has(turn.number, turn.limit, turn.urgent) {
                continue;
            }
            let Some(frame) = self.outbox.take(turn.number, turn.limit, turn.urgent) else { break };
            self.last = Some(first_receipt(frame));
            self.unanswered = self.unanswered.saturating_add(1);
            self.sends_until = local.time.after(self.schedule.airtime_us(frame.len()));
            return NodeOutput::Transmit { frame, at: local.time };
        }
        NodeOutput::Wait(None)
    }

    /// Whether this schedule certainly holds in superframe `number`.
    fn knows(&self, number: u64) -> bool {
        let Some(passed) = self.heard.and_then(|heard| number.checked_sub(heard.number())) else {
            return false;
        };
        // The base has to know the node, and the node of no other schedule, or it would not be waited for.
        passed == 0 || passed <= Self::HOLD && self.is_acknowledged && self.coming.is_none()
    }

    /// This node's next turn at `from` or later: in the superframe that runs then, the one after, or the next
    /// one with its slot.
    fn turn_after(&self, from: BaseTime) -> Option<Turn> {
        let number = self.schedule.number(from);
        let cycle = self.schedule.layout().cycle;
        let (phase, own) = (self.schedule.phase(number), self.place.phase);
        let ahead = if own < phase { u64::from(cycle) + u64::from(own) } else { own.into() };
        let own = number.saturating_add(ahead - u64::from(phase));
        let numbers = [number, number.saturating_add(1), own, own.saturating_add(cycle.into())];
        numbers.into_iter().filter_map(|number| self.turn_in(number, from)).min_by_key(|turn| turn.at)
    }

    fn turn_in(&self, number: u64, from: BaseTime) -> Option<Turn> {
        let start = self.schedule.start(number);
        let layout = self.schedule.layout();
        let is_urgent = self.outbox.is_urgent();
        let turn = |offset: Option<u64>, limit: usize, urgent: bool| {
            Some(Turn { at: start.after(offset?), number, limit, urgent })
        };
        let own = (self.schedule.phase(number) == self.place.phase)
            .then(|| turn(self.schedule.slot_us(self.place.slot), self.limit(), false))
            .flatten();
        let heard = self.heard.filter(|heard| heard.number() == number);
        let granted = (0..layout.extras)
            .filter(|&extra| heard.is_some_and(|heard| heard.granted >> extra & 1 != 0))
            .filter_map(|extra| turn(self.schedule.extra_us(extra), self.schedule.longest(), false));
        let alarm = usize::from(layout.alarm) + UPLINK_HEAD + OVERHEAD;
        let alarms = (0..layout.alarms)
            .filter(|_| is_urgent)
            .filter_map(|slot| turn(self.schedule.alarm_us(slot), alarm, true));
        own.into_iter().chain(granted).chain(alarms).filter(|turn| turn.at >= from).min_by_key(|turn| turn.at)
    }
}

/// A slot in which a node may send.
#[derive(Clone, Copy)]
struct Turn {
    at: BaseTime,
    number: u64,
    /// Most octets of a frame.
    limit: usize,
    /// Whether it is for alarms only.
    urgent: bool,
}

impl Confirm {
    /// What is to be said first; that the node leaves, when there is nothing else.
    fn due(&self, is_empty: bool) -> Option<Up> {
        let ready = self.schedule.map(|version| Up::Ready { version });
        let message = self.message.map(|counter| Up::Confirm { counter });
        let to_all = self.message_to_all.map(|counter| Up::ConfirmAll { counter });
        ready.or(message).or(to_all).or((self.leave && is_empty).then_some(Up::Leave))
    }

    fn said(&mut self, up: Up) {
        match up {
            Up::Ready { .. } => self.schedule = None,
            Up::Confirm { .. } => self.message = None,
            Up::ConfirmAll { .. } => self.message_to_all = None,
            Up::Leave => self.leave = false,
            Up::Here => {}
        }
    }

    fn is_due(&self) -> bool {
        self.due(true).is_some()
    }
}
