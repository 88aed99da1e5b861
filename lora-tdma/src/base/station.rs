//! What a base knows of one device.

use frame_crypto::{
    Aes128, Cipher, CounterStore, JoinRequest, Key, Kind, Link, OpenError, Opener, Overlap, SealError,
    Sealer, Session, Window,
};

use crate::beacon::Acknowledgement;
use crate::internal::SCHEDULE;
use crate::message::{ACKNOWLEDGEMENT, Incoming, Outgoing};
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
    pub(super) acknowledgement: Acknowledgement,
    /// The superframe in which a frame came last, and whether more were waiting then.
    pub(super) heard: Option<u64>,
    pub(super) has_more: bool,
    /// The version of the schedule that the device was last known to have.
    pub(super) version: Option<u8>,
    /// Whether it has the key of the coming epoch.
    pub(super) has_key: bool,
    /// The superframe in which its session began, and before which it is not told the schedule again.
    pub(super) since: u64,
    pub(super) told_until: u64,
    /// Whether it has what was sent to all last.
    pub(super) has_all: bool,
    pub(super) outgoing: Outgoing<MESSAGE>,
    pub(super) down: Down,
    pub(super) incoming: Incoming<MESSAGE>,
    /// The next station with something to send.
    pub(super) next_due: Option<u16>,
    pub(super) is_due: bool,
}

/// A session that a device has, as far as is known.
pub(super) struct Member<C: Cipher> {
    pub key: Key<C>,
    /// The link that the downlink is sealed for, and the one it will be once the device proves to know it.
    pub link: Link,
    pub coming: Option<Link>,
    pub uplink: Overlap<C>,
}

/// A session that takes the place of another once the device proves to have it.
pub(super) struct Granted<C: Cipher> {
    pub link: Link,
    pub key: Key<C>,
    pub uplink: Opener<C>,
}

/// What a request to join was answered.
pub(super) struct Answer {
    pub nonce: u64,
    pub accept: [u8; JoinRequest::ACCEPT_LEN],
    /// The superframe it was asked in, and whether in the device's own slot.
    pub number: u64,
    pub knows_schedule: bool,
}

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
}

/// A frame that a device sent.
pub(super) struct Opened {
    pub length: usize,
    pub more: bool,
}

/// What came of a frame.
pub(super) enum Received {
    New(Opened),
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
            heard: None,
            has_more: false,
            version: None,
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
            },
            incoming: Incoming::new(),
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
        let uplink = Overlap::new(Opener::resume(&key, Kind::Uplink, link, window));
        self.member = Some(Member { key, link, coming: None, uplink });
    }

    /// Whether there is something to send to the device.
    pub(super) const fn wants_down(&self) -> bool {
        self.accept_is_due || self.member.is_some() && (self.down.length != 0 || self.outgoing.waits())
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
                let opened = Opened { length: opened.plaintext.len(), more: opened.flag };
                (result?.counter, Received::New(opened))
            }
            Err(OpenError::Duplicate { counter }) => (counter, Received::Again),
            Err(error) => return Err(error),
        };
        if proves && matches!(received, Received::New(_)) {
            self.prove();
        }
        self.note(counter, first_receipt(frame));
        Ok(received)
    }

    /// Grants a session. One that is in use stays until the new one is.
    pub(super) fn grant(&mut self, granted: Granted<C>) {
        self.granted = Some(granted);
        if self.member.is_none() {
            self.prove();
        }
    }

    /// The session that was granted takes the place of the one before.
    fn prove(&mut self) {
        let Some(granted) = self.granted.take() else { return };
        self.sealer.renew(&granted.key, granted.link);
        self.acknowledgement = Acknowledgement::default();
        (self.version, self.has_all, self.has_key, self.told_until) = (None, false, false, 0);
        self.since = self.answer.as_ref().map_or(0, |answer| answer.number);
        // What was under way is sealed again.
        self.outgoing.restart();
        self.down.length = 0;
        let uplink = Overlap::new(granted.uplink);
        self.member = Some(Member { key: granted.key, link: granted.link, coming: None, uplink });
    }

    /// Whether one of the counters before the newest did not come.
    pub(super) const fn has_gap(&self) -> bool {
        let came = self.acknowledgement.came;
        came & came.wrapping_add(1) != 0
    }

    /// Notes that a frame came.
    fn note(&mut self, counter: u64, receipt: u8) {
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

    /// Begins a new epoch: frames of the old one are still taken.
    pub(super) fn renew(&mut self, epoch: u16) {
        if let Some(member) = &mut self.member {
            let link = Link { epoch, ..member.link };
            let next = member.uplink.newest().next();
            member.uplink.renew(Opener::new(&member.key, Kind::Uplink, link, next));
            member.coming = Some(link);
        }
    }

    /// Speaks in the new epoch once the device proved to know it.
    pub(super) fn keep_up(&mut self) {
        if let Some(member) = &mut self.member
            && member.uplink.is_proven()
            && let Some(link) = member.coming.take()
        {
            self.sealer.renew(&member.key, link);
            member.link = link;
            self.outgoing.restart();
            self.down.length = 0;
        }
    }

    /// The frame to send next, sealed now if it is a new one, of up to so many octets of plaintext.
    pub(super) fn frame(&mut self, room: usize) -> Result<Option<&[u8]>, SealError> {
        if self.down.length == 0 {
            let mut plaintext = [0; MAX_FRAME];
            let (head, rest) = plaintext.split_at_mut(ACKNOWLEDGEMENT);
            head.copy_from_slice(&self.acknowledgement.octets());
            let Some(part) = self.outgoing.part(room.saturating_sub(ACKNOWLEDGEMENT), rest) else {
                return Ok(None);
            };
            let plaintext = plaintext.get(..ACKNOWLEDGEMENT + part.length).unwrap_or_default();
            self.down.counter = self.sealer.next() as u16;
            // A device that cannot speak before it knows the schedule cannot prove its session either.
            let unproven = self.granted.as_ref().filter(|_| self.down.about == Some(SCHEDULE));
            if let Some(granted) = unproven {
                self.sealer.renew(&granted.key, granted.link);
            }
            let sealed = self.sealer.seal(false, plaintext, &mut self.down.frame).map(<[u8]>::len);
            if let (Some(_), Some(member)) = (unproven, &self.member) {
                self.sealer.renew(&member.key, member.link);
            }
            self.down.length = sealed?;
            self.down.is_last = part.is_last;
            self.outgoing.take(part);
        }
        Ok(self.down.frame.get(..self.down.length))
    }

    /// A frame with nothing but the acknowledgement.
    pub(super) fn empty_frame<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], SealError> {
        self.sealer.seal(false, &self.acknowledgement.octets(), buffer)
    }

    /// The frame was sent. One with the schedule is not confirmed: who needs it cannot speak. Returns whether
    /// all of the schedule was sent.
    pub(super) fn sent(&mut self, not_before: u64) -> bool {
        if self.down.about != Some(SCHEDULE) {
            self.down.not_before = not_before;
            return false;
        }
        (self.down.length, self.down.not_before) = (0, 0);
        self.told_until = not_before.saturating_add(2);
        self.down.is_last
    }

    /// The device confirms a frame; `true` if that was the last one of a message.
    pub(super) fn confirmed(&mut self, counter: u16) -> bool {
        let is_newest = self.down.length != 0 && self.down.counter == counter;
        if is_newest {
            self.down.length = 0;
            self.down.not_before = 0;
        }
        is_newest && self.down.is_last
    }
}
