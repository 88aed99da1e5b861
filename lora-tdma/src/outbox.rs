//! The frames of a node that the base has not acknowledged.

use frame_crypto::{Cipher, CounterStore, SealError, Sealer, receipt};

use crate::beacon::Acknowledgement;
use crate::internal::Up;
use crate::message::{Head, Outgoing, Part, UPLINK_HEAD};
use crate::superframe::MAX_FRAME;

const REACH: u64 = Acknowledgement::REACH;

/// What is known of a frame.
#[derive(Clone, Copy, Debug)]
enum State {
    /// There is none.
    Free,
    /// It was never sent.
    Fresh,
    /// It was sent in this superframe, and no beacon has told of it yet; not for the first time, maybe.
    Sent { number: u64, again: bool },
    /// It was sent, and did not come.
    Missing,
    /// It came, and the application does not know yet.
    Delivered,
    /// It was given up, and the application does not know yet.
    Lost,
}

/// Whose message a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The application's, by its ticket.
    Message { ticket: u8, is_cut: bool },
    /// The network's own.
    Internal,
    /// That there is nothing to say.
    Nothing,
}

struct Slot {
    state: State,
    content: Content,
    urgent: bool,
    counter: u64,
    receipt: u8,
    length: u8,
    octets: [u8; MAX_FRAME],
}

impl Slot {
    /// All zero, so that an image need not hold it.
    const FREE: Self = Self {
        state: State::Free,
        content: Content::Message { ticket: 0, is_cut: false },
        urgent: false,
        counter: 0,
        receipt: 0,
        length: 0,
        octets: [0; MAX_FRAME],
    };

    /// Whether there is a frame that the base may not have.
    const fn is_held(&self) -> bool {
        matches!(self.state, State::Fresh | State::Sent { .. } | State::Missing)
    }

    /// Whether the base can have it when superframe `number` begins.
    const fn can_have_come(&self, number: u64) -> bool {
        match self.state {
            State::Missing => true,
            State::Sent { number: last, again } => again || last < number,
            State::Free | State::Fresh | State::Delivered | State::Lost => false,
        }
    }

    fn belongs(&self, ticket: u8) -> bool {
        !matches!(self.state, State::Free)
            && matches!(self.content, Content::Message { ticket: other, .. } if other == ticket)
    }

    /// Forgets the frame, but for its receipt if the base may have it.
    fn free(&mut self, given_up: &mut GivenUp) {
        if self.can_have_come(u64::MAX) {
            given_up.insert(self.receipt, self.counter);
        }
        self.state = State::Free;
    }

    /// Whether it may be sent in superframe `number`.
    fn may(&self, number: u64, limit: usize, urgent: bool) -> bool {
        let may = match self.state {
            State::Fresh | State::Missing => true,
            // Again in the same superframe only if it is urgent: the base could not tell yet.
            State::Sent { number: last, .. } => self.urgent || last < number,
            State::Free | State::Delivered | State::Lost => false,
        };
        may && usize::from(self.length) <= limit && (self.urgent || !urgent)
    }

    /// What is to be sent first is the least: what is urgent, then by what became of it, then what is internal, then
    /// the oldest.
    fn rank(&self) -> u64 {
        let state = match self.state {
            State::Missing => 0,
            State::Fresh => 1,
            State::Sent { .. } => 2,
            State::Free | State::Delivered | State::Lost => 3,
        };
        let is_internal = matches!(self.content, Content::Internal);
        let class = u64::from(!self.urgent) << 3 | state << 1 | u64::from(!is_internal);
        // A counter has 48 bits.
        class << 48 | self.counter
    }
}

/// What became of a message.
pub(crate) struct Settled {
    pub ticket: u8,
    pub delivered: bool,
}

/// A frame that came.
#[derive(Clone, Copy)]
struct Told {
    counter: u64,
    receipt: u8,
}

/// The receipts of frames that were given up though the base may have them: another frame with the same one would
/// seem to have come.
#[derive(Clone, Copy, Default)]
struct GivenUp {
    receipts: [u32; 8],
    newest: u64,
}

impl GivenUp {
    fn insert(&mut self, receipt: u8, counter: u64) {
        if let Some(word) = self.receipts.get_mut(usize::from(receipt >> 5)) {
            *word |= 1 << (receipt & 31);
        }
        self.newest = self.newest.max(counter);
    }

    fn contains(&self, receipt: u8) -> bool {
        self.receipts.get(usize::from(receipt >> 5)).is_some_and(|word| word >> (receipt & 31) & 1 != 0)
    }

    /// The base told of this frame, if of any that is known, and will never again of an older one.
    fn pass(&mut self, told: Option<u64>) {
        let count: u32 = self.receipts.iter().map(|word| word.count_ones()).sum();
        // Some receipts are always left for what is new.
        if told.is_some_and(|told| told > self.newest) || count > 128 {
            self.receipts = [0; 8];
        }
    }
}

/// Up to `WINDOW` sealed frames, and the message that the next ones are made of.
pub(crate) struct Outbox<const WINDOW: usize, const MESSAGE: usize> {
    slots: [Slot; WINDOW],
    message: Outgoing<MESSAGE>,
    tickets: u8,
    /// The newest frame that the base told of.
    told: Option<Told>,
    given_up: GivenUp,
}

impl<const WINDOW: usize, const MESSAGE: usize> Outbox<WINDOW, MESSAGE> {
    pub(crate) fn new() -> Self {
        Self {
            slots: [Slot::FREE; WINDOW],
            message: Outgoing::new(),
            tickets: 0,
            told: None,
            given_up: GivenUp::default(),
        }
    }

    /// Whether a message can be put in.
    pub(crate) const fn is_free(&self) -> bool {
        !self.message.waits()
    }

    /// A number that no recent message has.
    const fn ticket(&mut self) -> u8 {
        self.tickets = self.tickets.wrapping_add(1);
        self.tickets
    }

    /// Takes a message in and returns its ticket.
    pub(crate) fn put(&mut self, message: &[u8]) -> Option<u8> {
        let ticket = self.ticket();
        self.message.put(message, false, ticket).then_some(ticket)
    }

    /// Gives up what is longer than `limit`, and all that belongs to it: slots have changed.
    pub(crate) fn lose(&mut self, limit: usize) {
        self.lose_some(limit, false);
    }

    /// Gives up what is longer than `limit`, or of a message in pieces if so asked.
    fn lose_some(&mut self, limit: usize, pieces: bool) {
        let found = |slot: &&mut Slot| {
            let is_piece = matches!(slot.content, Content::Message { is_cut: true, .. });
            slot.is_held() && (usize::from(slot.length) > limit || pieces && is_piece)
        };
        while let Some(slot) = self.slots.iter_mut().find(found) {
            let counter = slot.counter;
            match slot.content {
                Content::Message { ticket, .. } => self.lose_message(ticket, counter),
                Content::Internal | Content::Nothing => slot.free(&mut self.given_up),
            }
        }
    }

    /// Gives up everything: keys have changed.
    pub(crate) fn lose_all(&mut self) {
        self.lose(0);
        self.restart();
    }

    /// Gives up messages in pieces: the base forgot what it had of them.
    pub(crate) fn lose_pieces(&mut self) {
        self.lose_some(usize::MAX, true);
        self.restart();
    }

    /// The message that is not taken as a whole starts again.
    const fn restart(&mut self) {
        if self.message.waits() {
            self.message.restart();
        }
    }

    /// A message cannot be sent on. One of which the base cannot have everything starts again.
    fn lose_message(&mut self, ticket: u8, counter: u64) {
        let starts_again = self.message.waits() && self.message.ticket() == ticket;
        self.drop(ticket);
        if starts_again {
            self.message.restart();
        } else if let Some(slot) = self.slots.iter_mut().find(|slot| slot.counter == counter) {
            slot.state = State::Lost;
        }
    }

    /// Gives a message up.
    pub(crate) fn cancel(&mut self, ticket: u8) {
        if self.message.ticket() == ticket {
            self.message.clear();
        }
        self.drop(ticket);
    }

    /// Forgets the frames of a message.
    fn drop(&mut self, ticket: u8) {
        for slot in self.slots.iter_mut().filter(|slot| slot.belongs(ticket)) {
            slot.free(&mut self.given_up);
        }
    }

    /// Superframes are counted anew.
    pub(crate) fn recount(&mut self) {
        for slot in &mut self.slots {
            if matches!(slot.state, State::Sent { .. }) {
                slot.state = State::Missing;
            }
        }
    }

    /// Whether something of a message is not acknowledged, or known to the application.
    fn is_under_way(&self, ticket: u8) -> bool {
        self.message.waits() && self.message.ticket() == ticket
            || self.slots.iter().any(|slot| slot.belongs(ticket))
    }

    /// Whether there is nothing to say, and nothing that is not acknowledged.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_free() && self.is_acknowledged()
    }

    /// Whether the base has every frame there is.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.frames().all(|slot| matches!(slot.content, Content::Nothing))
    }

    /// Whether there is anything to send.
    pub(crate) fn has_none(&self) -> bool {
        self.frames().next().is_none()
    }

    /// Whether an urgent frame is not acknowledged.
    pub(crate) fn is_urgent(&self) -> bool {
        self.frames().any(|slot| slot.urgent)
    }

    fn frames(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.is_held())
    }

    /// Seals what the network itself has to say; `false` if there is no place for it now.
    pub(crate) fn internal<S: CounterStore, C: Cipher>(
        &mut self,
        sealer: &mut Sealer<S, C>,
        up: Up,
    ) -> Result<bool, SealError> {
        let head = Head { part: Part::Whole, internal: true, urgent: false };
        let mut plaintext = [0; UPLINK_HEAD + Up::LEN];
        head.encode(&up.encode(), &mut plaintext);
        let content = if matches!(up, Up::Here) { Content::Nothing } else { Content::Internal };
        self.place(sealer, &plaintext, content, false, false)
    }

    /// Seals an alarm and returns its ticket; `None` if there is no place for it now.
    pub(crate) fn alarm<S: CounterStore, C: Cipher>(
        &mut self,
        sealer: &mut Sealer<S, C>,
        alarm: &[u8],
    ) -> Result<Option<u8>, SealError> {
        let head = Head { part: Part::Whole, internal: false, urgent: true };
        let mut plaintext = [0; MAX_FRAME];
        let length = head.encode(alarm, &mut plaintext).unwrap_or_default();
        let octets = plaintext.get(..length).unwrap_or_default();
        let ticket = self.ticket();
        let content = Content::Message { ticket, is_cut: false };
        Ok(self.place(sealer, octets, content, true, false)?.then_some(ticket))
    }

    /// Makes frames of the message, for slots with room for so many octets of plaintext.
    pub(crate) fn fill<S: CounterStore, C: Cipher>(
        &mut self,
        sealer: &mut Sealer<S, C>,
        room: usize,
    ) -> Result<(), SealError> {
        while self.message.waits() {
            let ticket = self.message.ticket();
            let is_cut = self.message.is_cut(room);
            // The base puts one message together at a time.
            let other = |slot: &Slot| matches!(slot.content, Content::Message { ticket: other, is_cut: true } if other != ticket);
            if is_cut && self.frames().any(other) {
                break;
            }
            let mut plaintext = [0; MAX_FRAME];
            let Some(part) = self.message.part(room, sealer.next(), &mut plaintext) else { break };
            let octets = plaintext.get(..part.length).unwrap_or_default();
            let more = !part.is_last || !self.has_none();
            if !self.place(sealer, octets, Content::Message { ticket, is_cut }, false, more)? {
                break;
            }
            self.message.take(part);
        }
        Ok(())
    }

    /// Seals into a free place.
    fn place<S: CounterStore, C: Cipher>(
        &mut self,
        sealer: &mut Sealer<S, C>,
        plaintext: &[u8],
        content: Content,
        urgent: bool,
        more: bool,
    ) -> Result<bool, SealError> {
        let free = self.slots.iter().position(|slot| matches!(slot.state, State::Free));
        // One place is kept for what is urgent.
        let Some(free) = free.filter(|_| urgent || self.frames().count() + 1 < WINDOW.max(2)) else {
            return Ok(false);
        };
        let oldest = self.frames().fold(sealer.next(), |oldest, slot| oldest.min(slot.counter));
        loop {
            let counter = sealer.next();
            // What is older than an acknowledgement reaches could never be acknowledged.
            let ahead = counter.saturating_sub(oldest);
            let reserved = match content {
                _ if urgent => 0,
                Content::Internal | Content::Nothing => 1,
                Content::Message { .. } => 2,
            };
            if ahead >= REACH - reserved {
                return Ok(false);
            }
            let Some(slot) = self.slots.get_mut(free) else { return Ok(false) };
            let frame = sealer.seal(more, plaintext, &mut slot.octets)?;
            let length = frame.len() as u8;
            let receipt = first_receipt(frame);
            (slot.counter, slot.receipt, slot.length) = (counter, receipt, length);
            (slot.content, slot.urgent) = (content, urgent);
            // Two frames with one receipt could be taken for each other; the next counter gives another.
            let clashes = self.told.is_some_and(|told| told.receipt == receipt)
                || self.given_up.contains(receipt)
                || self.frames().any(|other| other.receipt == receipt);
            if !clashes {
                if let Some(slot) = self.slots.get_mut(free) {
                    slot.state = State::Fresh;
                }
                return Ok(true);
            }
        }
    }

    /// Takes in what the base had of this node when superframe `number` began. Returns whether it had anything
    /// that was not known.
    pub(crate) fn tell(&mut self, acknowledgement: Acknowledgement, number: u64) -> bool {
        let covers = |slot: &&Slot| slot.can_have_come(number) && acknowledgement.covers(slot.receipt);
        let receipt = acknowledgement.receipt;
        let newest = match self.slots.iter().find(covers) {
            Some(slot) => Some(slot.counter),
            None => self.told.filter(|told| acknowledgement.covers(told.receipt)).map(|told| told.counter),
        };
        self.given_up.pass(newest);
        match newest {
            Some(counter) => self.told = Some(Told { counter, receipt }),
            // A frame from before a restart, maybe.
            None if acknowledgement.came(0) => self.given_up.insert(receipt, 0),
            None => {}
        }
        let mut is_new = false;
        for slot in &mut self.slots {
            if !slot.can_have_come(number) {
                continue;
            }
            let before = newest.and_then(|newest| newest.checked_sub(slot.counter));
            if before.is_some_and(|before| acknowledgement.came(before)) {
                is_new = true;
                slot.state = match slot.content {
                    Content::Message { .. } => State::Delivered,
                    Content::Internal | Content::Nothing => State::Free,
                };
            } else if matches!(slot.state, State::Sent { number: last, .. } if last < number) {
                slot.state = State::Missing;
            }
        }
        is_new
    }

    /// A message that was delivered as a whole or given up, once.
    pub(crate) fn settled(&mut self) -> Option<Settled> {
        let over = |slot: &&mut Slot| matches!(slot.state, State::Delivered | State::Lost);
        while let Some(slot) = self.slots.iter_mut().find(over) {
            let delivered = matches!(slot.state, State::Delivered);
            slot.state = State::Free;
            if let Content::Message { ticket, .. } = slot.content
                && !(delivered && self.is_under_way(ticket))
            {
                return Some(Settled { ticket, delivered });
            }
        }
        None
    }

    /// Whether there is something to send in superframe `number`; see [`take`](Self::take).
    pub(crate) fn has(&self, number: u64, limit: usize, urgent: bool) -> bool {
        self.slots.iter().any(|slot| slot.may(number, limit, urgent))
    }

    /// The frame to send first in superframe `number`, of no more than `limit` octets; of the urgent ones
    /// only, if so asked. It counts as sent.
    pub(crate) fn take(&mut self, number: u64, limit: usize, urgent: bool) -> Option<&[u8]> {
        let slots = self.slots.iter_mut().filter(|slot| slot.may(number, limit, urgent));
        let slot = slots.min_by_key(|slot| slot.rank())?;
        slot.state = State::Sent { number, again: !matches!(slot.state, State::Fresh) };
        slot.octets.get(..slot.length.into())
    }

    /// The frame taken last was not sent.
    pub(crate) fn untake(&mut self, frame: u8) {
        for slot in self.slots.iter_mut().filter(|slot| slot.receipt == frame) {
            if let State::Sent { again, .. } = slot.state {
                slot.state = if again { State::Missing } else { State::Fresh };
            }
        }
    }
}

/// The piece of a frame's receipt that acknowledgements have room for.
pub(crate) fn first_receipt(frame: &[u8]) -> u8 {
    receipt(frame).unwrap_or_default().to_be_bytes()[0]
}
