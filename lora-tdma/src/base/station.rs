//! What a base knows of one device.

use frame_crypto::{
    Aes128, Cipher, CounterStore, JoinRequest, Key, Kind, Link, OpenError, Opener, SealError, Sealer,
    Session, Window,
};

use crate::beacon::{Acknowledgement, Poll};
use crate::internal::{MAX_DOWN, NETWORK_KEY};
use crate::message::{Incoming, Outgoing};
use crate::outbox::first_receipt;
use crate::superframe::MAX_FRAME;

/// What a base knows of one device: made by [`Station::new`], and otherwise the base's own.
pub struct Station<S, C: Cipher = Aes128, const MESSAGE: usize = MAX_FRAME> {
    pub(super) root: Key<C>,
    pub(super) sealer: Sealer<S, C>,
    pub(super) member: Option<Member<C>>,
    pub(super) granted: Option<Granted<C>>,
    /// The answer to the newest request to join, and whether it is to be sent.
    pub(super) answer: Option<Answer>,
    pub(super) accept_is_due: bool,
    /// Where the newest frame's counter is, and what came before it.
    newest: u64,
    acknowledgement: Acknowledgement,
    /// Whether the device may be about to begin a new session, to which these acknowledgements mean nothing.
    is_hushed: bool,
    /// The superframe in which a frame came last, and whether more were waiting then.
    pub(super) heard: Option<u64>,
    pub(super) has_more: bool,
    /// The version of the schedule that the device was last known to have.
    pub(super) version: Option<u8>,
    /// How much of the schedule it was told, if it is being told.
    pub(super) telling: Option<Telling>,
    /// Whether it has the key of the coming epoch.
    pub(super) has_key: bool,
    /// The superframe in which its session began, and before which it is not told the schedule again.
    pub(super) since: u64,
    pub(super) told_until: u64,
    /// Whether it has what was sent to all last.
    pub(super) has_all: bool,
    pub(super) outgoing: Outgoing<MESSAGE>,
    pub(super) down: Down,
    pub(super) incoming: Incoming<[u8; MESSAGE]>,
    /// How often it was asked.
    pub(super) asks: u8,
    /// The next station with something to send.
    pub(super) next_due: Option<u16>,
    pub(super) is_due: bool,
}

/// A session that a device has, as far as is known.
pub(super) struct Member<C: Cipher> {
    pub key: Key<C>,
    pub link: Link,
    pub session: Session,
    pub uplink: Opener<C>,
    /// The counter that its frames began with.
    pub began: u64,
    /// How often it is still told what came, after it left.
    pub left: Option<u8>,
}

/// A session that takes the place of another once the device proves to have it.
pub(super) struct Granted<C: Cipher> {
    pub link: Link,
    pub key: Key<C>,
    pub session: Session,
    pub uplink: Opener<C>,
    pub began: u64,
}

/// What a request to join was answered.
pub(super) struct Answer {
    pub nonce: u64,
    pub accept: [u8; JoinRequest::ACCEPT_LEN],
    /// The superframe it was asked in, and whether in the device's own slot.
    pub number: u64,
    pub knows_schedule: bool,
}

/// How much of the schedule a device was told. It is not confirmed: who needs it cannot speak.
pub(super) type Telling = Outgoing<MAX_DOWN>;

/// A frame to the device that it has not confirmed.
pub(super) struct Down {
    pub frame: [u8; MAX_FRAME],
    /// 0: there is none.
    pub length: usize,
    pub counter: u16,
    pub is_last: bool,
    /// What the message is about, if it is internal.
    pub about: Option<u8>,
    /// The superframe before which it is not sent again.
    pub not_before: u64,
    /// How often it was sent since the device was heard.
    pub sent: u8,
}

/// A frame that a device sent.
pub(super) struct Opened {
    pub counter: u64,
    pub length: usize,
    pub more: bool,
}

/// What came of a frame.
pub(super) enum Received {
    /// The first frame of its session, maybe.
    New {
        opened: Opened,
        proves: bool,
    },
    Again,
}

impl<S: CounterStore, C: Cipher, const MESSAGE: usize> Station<S, C, MESSAGE> {
    /// A device that may join, by its number and root key. Counters of what goes to it are kept in `store`.
    ///
    /// # Errors
    /// [`SealError::Store`] if the store cannot be read.
    pub fn new(network: u16, number: u16, root: Key<C>, store: S) -> Result<Self, SealError> {
        let link = Link { network, device: number, epoch: 0 };
        Ok(Self {
            // Joining gives it another key before anything is sealed.
            sealer: Sealer::new(&root, Kind::Downlink, link, store)?,
            root,
            member: None,
            granted: None,
            answer: None,
            accept_is_due: false,
            newest: 0,
            acknowledgement: Acknowledgement::default(),
            is_hushed: false,
            heard: None,
            has_more: false,
            version: None,
            telling: None,
            has_key: false,
            since: 0,
            told_until: 0,
            has_all: false,
            outgoing: Outgoing::new(),
            down: Down {
                frame: [0; MAX_FRAME],
                length: 0,
                counter: 0,
                is_last: false,
                about: None,
                not_before: 0,
                sent: 0,
            },
            incoming: Incoming::new(),
            asks: 0,
            next_due: None,
            is_due: false,
        })
    }

    /// The device has a session since before the base's restart: the link and session that
    /// [`BaseOutput::Joined`](crate::BaseOutput::Joined) told, and where its counters were according to
    /// [`Base::window`](crate::Base::window).
    pub fn resume(&mut self, link: Link, session: Session, window: Window) {
        let key = self.root.session(&link, session);
        self.sealer.renew(&key, link);
        let uplink = Opener::resume(&key, Kind::Uplink, link, window);
        self.member = Some(Member { key, link, session, uplink, began: window.next, left: None });
    }

    /// The device's session, unless it left.
    pub(super) fn member(&self) -> Option<&Member<C>> {
        self.member.as_ref().filter(|member| member.left.is_none())
    }

    /// Whether there is something to send to the device.
    pub(super) fn wants_down(&self) -> bool {
        self.accept_is_due
            || self.telling.is_some()
            || self.member().is_some() && (self.down.length != 0 || self.outgoing.waits())
    }

    /// Opens a frame of the device, and notes that it came.
    pub(super) fn open(&mut self, frame: &[u8], buffer: &mut [u8]) -> Result<Received, OpenError> {
        let granted = self.granted.as_mut().map(|granted| granted.uplink.open(frame, buffer));
        let (result, proves) = match (granted, &mut self.member) {
            (None | Some(Err(OpenError::Link | OpenError::Tag)), Some(member)) => {
                (member.uplink.open(frame, buffer), false)
            }
            (Some(result), _) => (result, true),
            (None, None) => (Err(OpenError::Link), false),
        };
        let (counter, received) = match result {
            Ok(opened) => {
                let (counter, more) = (opened.counter, opened.flag);
                let opened = Opened { counter, length: opened.plaintext.len(), more };
                (counter, Received::New { opened, proves })
            }
            Err(OpenError::Duplicate { counter }) => (counter, Received::Again),
            Err(error) => return Err(error),
        };
        if matches!(received, Received::New { proves: true, .. }) {
            self.prove();
        }
        let is_again = matches!(received, Received::Again);
        // After a restart only what a device may still repeat is told of: an old frame acknowledges no new one.
        let next = self.member.as_ref().map_or(0, |member| member.uplink.next());
        let is_old = is_again
            && self.acknowledgement.came == 0
            && next.saturating_sub(counter) > Acknowledgement::REACH;
        // Of who left, nothing is taken but what came before.
        if !is_old && (self.member().is_some() || is_again) {
            self.note(counter, first_receipt(frame));
        }
        self.down.sent = 0;
        Ok(received)
    }

    /// Grants a session; `true` if there was none. One that is in use stays until the new one is.
    pub(super) fn grant(&mut self, granted: Granted<C>) -> bool {
        self.granted = Some(granted);
        let is_first = self.member().is_none();
        if is_first {
            self.prove();
        }
        is_first
    }

    /// The session that was granted takes the place of the one before.
    fn prove(&mut self) {
        let Some(Granted { link, key, session, uplink, began }) = self.granted.take() else { return };
        self.sealer.renew(&key, link);
        (self.acknowledgement, self.is_hushed) = (Acknowledgement::default(), false);
        (self.version, self.has_all, self.has_key, self.told_until) = (None, false, false, 0);
        (self.heard, self.has_more) = (None, false);
        self.since = self.answer.as_ref().map_or(0, |answer| answer.number);
        self.incoming = Incoming::new();
        self.seal_again();
        self.member = Some(Member { key, link, session, uplink, began, left: None });
    }

    /// Seals anew what is under way. The network's key was wrapped for the session before, or may be in pieces
    /// that others came between.
    pub(super) fn seal_again(&mut self) {
        if self.down.about == Some(NETWORK_KEY) {
            self.outgoing.clear();
        } else if self.down.length != 0 || self.outgoing.waits() {
            self.outgoing.restart();
        }
        (self.down.length, self.down.not_before) = (0, 0);
    }

    /// Seals the frame under way anew, in pieces: it is too long, or too old for the device to take. That it came
    /// before, the device knows then.
    pub(super) fn cut_again(&mut self) {
        if self.down.about == Some(NETWORK_KEY) {
            self.outgoing.clear();
        } else {
            self.outgoing.cut_again();
        }
        (self.down.length, self.down.not_before) = (0, 0);
    }

    /// Drops what is under way.
    pub(super) fn clear(&mut self) {
        self.outgoing.clear();
        (self.down.length, self.down.not_before) = (0, 0);
    }

    /// The device is no member any more; so often it is still told what came of its last words.
    pub(super) fn leave(&mut self, asks: u8) {
        self.clear();
        if let Some(member) = &mut self.member {
            member.left = Some(asks);
        }
        (self.heard, self.has_more) = (None, false);
        (self.granted, self.answer) = (None, None);
    }

    /// Whether one of the counters before the newest did not come.
    pub(super) const fn has_gap(&self) -> bool {
        let came = self.acknowledgement.came;
        came & came.wrapping_add(1) != 0
    }

    /// What came of the device, for it to know.
    pub(super) fn acknowledgement(&self) -> Acknowledgement {
        if self.is_hushed { Acknowledgement::default() } else { self.acknowledgement }
    }

    /// Notes that a frame came.
    fn note(&mut self, counter: u64, receipt: u8) {
        self.is_hushed = false;
        let came = &mut self.acknowledgement.came;
        if *came == 0 {
            (self.newest, *came, self.acknowledgement.receipt) = (counter, 1, receipt);
        } else if let Some(ahead) = counter.checked_sub(self.newest) {
            let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
            *came = came.checked_shl(ahead).unwrap_or(0) | 1;
            (self.newest, self.acknowledgement.receipt) = (counter, receipt);
        } else {
            let behind = u32::try_from(self.newest - counter).unwrap_or(u32::MAX);
            *came |= 1u8.checked_shl(behind).unwrap_or(0);
        }
    }

    /// The answer to a request to join, which is to be sent now.
    pub(super) fn accept(&mut self) -> Option<&[u8]> {
        // Once it has that, the device begins a new session.
        self.is_hushed |= self.granted.is_some();
        self.answer.as_ref().map(|answer| &answer.accept[..])
    }

    /// The next piece of the schedule, of up to so many octets of plaintext.
    pub(super) fn tell<'b>(&mut self, room: usize, buffer: &'b mut [u8]) -> Result<&'b [u8], SealError> {
        let mut plaintext = [0; MAX_FRAME];
        let next = self.sealer.next();
        let part = self.telling.as_ref().and_then(|telling| telling.part(room, next, &mut plaintext));
        let (Some(telling), Some(part)) = (&mut self.telling, part) else {
            self.telling = None;
            return Ok(&[]);
        };
        // A device that cannot speak before it knows the schedule cannot prove its session either.
        let unproven = self.granted.as_ref();
        if let Some(granted) = unproven {
            self.sealer.renew(&granted.key, granted.link);
        }
        let plaintext = plaintext.get(..part.length).unwrap_or_default();
        let frame = self.sealer.seal(true, plaintext, buffer);
        if let (Some(_), Some(member)) = (unproven, &self.member) {
            self.sealer.renew(&member.key, member.link);
        }
        let frame = frame?;
        telling.take(part);
        if part.is_last {
            self.telling = None;
        }
        Ok(frame)
    }

    /// A device that hears a newer frame takes none that is as many counters older.
    const REACH: u16 = u64::BITS as u16;

    /// The frame to send next, sealed now if it is a new one, of up to so many octets of plaintext.
    pub(super) fn frame(&mut self, room: usize) -> Result<Option<&[u8]>, SealError> {
        let next = self.sealer.next();
        if self.down.length != 0 && (next as u16).wrapping_sub(self.down.counter) >= Self::REACH {
            self.cut_again();
        }
        if self.down.length == 0 {
            let mut plaintext = [0; MAX_FRAME];
            let Some(part) = self.outgoing.part(room, next, &mut plaintext) else { return Ok(None) };
            let plaintext = plaintext.get(..part.length).unwrap_or_default();
            self.down.counter = next as u16;
            self.down.length = self.sealer.seal(true, plaintext, &mut self.down.frame)?.len();
            (self.down.is_last, self.down.sent) = (part.is_last, 0);
            self.outgoing.take(part);
        }
        Ok(self.down.frame.get(..self.down.length))
    }

    /// A frame that says what came, and asks for an answer: by the session that is proven, or by one that is not yet.
    pub(super) fn poll<'b>(&mut self, run: u16, buffer: &'b mut [u8]) -> Result<&'b [u8], SealError> {
        let (Some(granted), 0) = (&self.granted, self.asks & 1) else {
            let poll = Poll { acknowledgement: self.acknowledgement(), run };
            return self.sealer.seal(false, &poll.octets(), buffer);
        };
        self.sealer.renew(&granted.key, granted.link);
        let poll = Poll { acknowledgement: Acknowledgement::default(), run };
        let frame = self.sealer.seal(false, &poll.octets(), buffer);
        if let Some(member) = &self.member {
            self.sealer.renew(&member.key, member.link);
        }
        frame
    }

    /// The device confirms a frame; `true` if that was the last one of a message.
    pub(super) fn confirmed(&mut self, counter: u16) -> bool {
        let is_newest = self.down.length != 0 && self.down.counter == counter;
        if is_newest {
            (self.down.length, self.down.not_before) = (0, 0);
        }
        is_newest && self.down.is_last
    }
}
