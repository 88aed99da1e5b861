//! A device's end of the radio.

mod ask;
mod hear;
mod memory;
mod speak;

use core::num::NonZeroU64;

use frame_crypto::{
    Aes128, Cipher, CounterStore, Header, Joined, Key, Kind, Link, Opener, Overlap, SealError, Sealer,
    Session,
};

use crate::internal::{MAX_DOWN, Up};
use crate::layout::Access;
use crate::message::{Incoming, MAX_MESSAGE};
use crate::node::ask::Ask;
use crate::outbox::{Outbox, Settled};
use crate::superframe::{MAX_FRAME, Place, Schedule};
use crate::{BaseTime, Bounds, Clock, LocalTime, SendError};

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

impl<C: Cipher> Member<C> {
    /// The opener of the network's next key keeps up with the one that is in use.
    fn follow(&mut self) {
        if self.coming.is_some() {
            self.beacons.follow();
        }
    }
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
    /// Turns up to this one are over.
    over: BaseTime,
    /// The newest frame is on the air until then.
    sends_until: LocalTime,
    /// When to answer a poll.
    answer: Option<LocalTime>,
    polls: u64,
    heard: Option<Heard>,
    device: Device,
    schedule: Schedule,
    coming: Option<Schedule>,
    place: Place,
    clock: Clock,
    sealer: Sealer<S, C>,
    member: Option<Member<C>>,
    ask: Option<Ask<C>>,
    outbox: Outbox<WINDOW, MESSAGE>,
    /// The base's, when it told last what came.
    run: Option<u16>,
    /// Whether the newest beacon did not fit what is known.
    is_muted: bool,
    /// Whether the base acknowledged anything in this session, and how many frames were sent since.
    is_acknowledged: bool,
    unanswered: u16,
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
    to_me: Incoming<[u8; MESSAGE]>,
    to_all: Incoming<[u8; MESSAGE]>,
    /// What the network itself has to say in pieces.
    inner: Incoming<[u8; MAX_DOWN]>,
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
        // Joining gives it another key before anything is sealed.
        let sealer = Sealer::new(root, Kind::Uplink, link, store)?;
        Ok(Self {
            device,
            schedule,
            coming: None,
            place,
            clock: Clock::new(device.bounds),
            sealer,
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

    /// The clock has started anew, as a modem's does that restarts: what was known of the base's time, and when
    /// this node sent last, is forgotten.
    pub fn forget_time(&mut self) {
        self.clock.forget();
        self.sends_until = LocalTime::from_us(0);
    }

    /// Enters the network with a session that the base has just granted. One that was kept from before a restart
    /// would open again what was opened since.
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
    /// may have lost the session: [`join`](Self::join) again. With [`Access::Polling`](crate::Access::Polling) a node
    /// that is not asked sends nothing, and [`clock`](Self::clock) tells nothing: there the same sign is that it had
    /// nothing to transmit for many rounds.
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
    // Inlined into a task, this and the next take more space.
    #[inline(never)]
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

    /// What to do next.
    #[inline(never)]
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
