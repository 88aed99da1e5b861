//! Every meter of a bus, found by its addresses.

mod heard;
mod tree;

use core::time::Duration;

use meter_value::line::{Link, Machine, Output, Retry, Step};

use crate::command::LAST;
use crate::{Address, Command, Control, Decoder, Frame, Line, Selection, Target};
use heard::{Answer, Heard};
use tree::Tree;

/// What addresses a search goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Scope {
    /// Primary addresses, 0 to 250.
    Primary,
    /// Secondary addresses whose numbers have the digits 0 to 9.
    Secondary,
    /// Secondary addresses whose numbers have the digits 0 to E too, as those of some meters. A digit F is a
    /// wildcard: a meter with one is not found where another one answers with it.
    Hexadecimal,
}

/// What a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Found {
    /// A meter.
    Meter {
        /// Its primary address, as it answered with.
        address: Address,
        /// Its secondary address; `None` if its answer does not say, or it has acknowledged only.
        selection: Option<Selection>,
    },
    /// Something that answers to this address, but never with one intact frame: several meters, or a damaged
    /// line.
    Garbled(Target),
}

/// Finds every meter of a bus; each is an outcome, and `None` is the last one.
///
/// Of primary addresses, each is reset (SND_NKE); what then answers is asked for data (REQ_UD2), for several
/// acknowledgements may look like one, but not several telegrams. That takes 251 frames, and one for each meter.
///
/// Of secondary addresses, it selects all meters at once. If several answer, it goes through the first digit of
/// their numbers, and where several answer again through the next one; if eight digits do not tell them apart,
/// through medium, version and manufacturer, the latter the 17,576 of three letters. One intact answer is a
/// meter once that meter has answered to its whole address, and once more where it was found; so what several
/// answers make of each other is not taken for a meter, and one does not cover the other. No meter is told
/// twice. At the end all are deselected.
///
/// A frame takes the line's pause, its own octets and the timeout, and if something is heard up to
/// [`Line::answer`] more. One meter takes 7 frames; each branch with several takes 2, and up to 10 for its
/// digits, 15 of hexadecimal ones. What is silent is asked again. [`frames`](Self::frames) counts.
///
/// On a line that is never silent, all seems garbled. A caller that gets several such outcomes may stop.
///
/// ```
/// use core::time::Duration;
/// use mbus::{Address, Found, Line, Machine, Meter, Output, Retry, Scope, Search, Server};
///
/// let mut meter = Server::new(Address(5), Meter::heat(12_345_678));
/// let mut search = Search::new(Line::new(2_400), Retry { timeout: Duration::from_millis(200), retries: 1 });
/// search.start(Scope::Secondary);
/// let (mut now, mut found) = (Duration::ZERO, Vec::new());
/// loop {
///     match search.poll(now) {
///         Output::Transmit(octets) => meter.receive(octets, now),
///         Output::Wait(until) => {
///             now = until.unwrap();
///             continue;
///         }
///         Output::Done(Some(Found::Meter { selection, .. })) => {
///             found.push(selection.unwrap().identification.to_string());
///             continue;
///         }
///         Output::Done(_) => break,
///     }
///     search.transmitted(now);
///     now += Duration::from_millis(20);
///     if let Output::Transmit(octets) = meter.poll(now) {
///         search.receive(octets, now);
///     }
/// }
/// assert_eq!(found, ["12345678"]);
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    link: Link<Decoder, { Frame::MAX_LEN }>,
    retry: Retry,
    walk: Walk,
    question: Question,
    /// How often it may still be asked.
    retries: u8,
    /// Whether the answer to the selection or reset was an acknowledgement.
    acknowledged: bool,
    /// Whether so little answered that it may have been nobody.
    is_glitch: bool,
    /// Whether several seemed to answer.
    is_garbled: bool,
    is_over: bool,
    heard: Heard,
    frames: u32,
}

/// Where a search is.
#[derive(Clone, Copy, Debug)]
enum Walk {
    Over,
    Primary(u8),
    Secondary(Tree),
    /// All are deselected.
    Release,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question {
    /// Whether it is for data, behind a reset or a selection.
    is_for_data: bool,
    whose: Whose,
}

/// Whose answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Of all meters where the search is.
    All,
    /// Of the only one that answered.
    One(Meter),
    /// Of all again; if it is the same one that answers, it is told.
    Still(Meter),
}

/// A meter that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meter {
    address: Address,
    selection: Option<Selection>,
    /// The number of its answer.
    access: Option<u8>,
}

impl Meter {
    /// What it is to answer with next, if its answers count as they did between two of them.
    fn next(self, before: Self) -> Self {
        let next = |own: u8, before: u8| own.wrapping_add(own.wrapping_sub(before));
        Self { access: self.access.zip(before.access).map(|(own, before)| next(own, before)), ..self }
    }
}

impl Search {
    /// A search with nothing to do. The timeout is from the end of a frame to the first octet of an answer; see
    /// [`Line::response`].
    pub const fn new(line: Line, retry: Retry) -> Self {
        Self {
            link: Link::new(line.timing(), Decoder::new()),
            retry,
            walk: Walk::Over,
            question: Question { is_for_data: false, whose: Whose::All },
            retries: 0,
            acknowledged: false,
            is_glitch: false,
            is_garbled: false,
            is_over: false,
            heard: Heard::NOTHING,
            frames: 0,
        }
    }

    /// Begins a search, and abandons the one before if it still runs.
    pub fn start(&mut self, scope: Scope) {
        self.frames = 0;
        self.visit(match scope {
            Scope::Primary => Walk::Primary(0),
            Scope::Secondary => Walk::Secondary(Tree::decimal()),
            Scope::Hexadecimal => Walk::Secondary(Tree::hexadecimal()),
        });
    }

    /// How many frames it has sent since it began.
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// Goes on somewhere.
    fn visit(&mut self, walk: Walk) {
        self.walk = walk;
        self.is_garbled = false;
        self.is_over = matches!(walk, Walk::Over);
        if !self.is_over {
            self.ask(false, Whose::All);
        }
    }

    /// Has a question asked for the first time.
    fn ask(&mut self, is_for_data: bool, whose: Whose) {
        self.question = Question { is_for_data, whose };
        self.retries = self.retry.retries;
        self.send();
    }

    fn send(&mut self) {
        let Question { is_for_data, whose } = self.question;
        let address = match self.walk {
            Walk::Primary(address) => Address(address),
            _ => Address::SELECTED,
        };
        let selection = match (self.walk, whose) {
            (Walk::Secondary(_), Whose::One(Meter { selection: Some(selection), .. })) => Some(selection),
            (Walk::Secondary(tree), _) => Some(tree.pattern()),
            _ => None,
        };
        let retry = Retry { retries: 0, ..self.retry };
        let data = Frame::Short { control: Control::REQ_UD2.with_fcb(true), address };
        // There is room for all of them.
        let room = self.link.room();
        let sent = match selection {
            _ if is_for_data => data.encode(room),
            Some(selection) => selection.encode_frame(room),
            None => Command::Reset.encode_frame(address, false, room),
        };
        let length = sent.map_or(0, <[u8]>::len);
        self.link.start(retry, true, length);
    }

    fn again(&mut self) -> bool {
        let left = self.retries.checked_sub(1);
        if let Some(left) = left {
            self.retries = left;
            self.send();
        }
        left.is_some()
    }

    /// Goes on behind where the search is, in which there is no meter any more that was not told.
    fn advance(&mut self) {
        let next = match self.walk {
            Walk::Primary(address) if address < LAST => Walk::Primary(address + 1),
            Walk::Secondary(tree) => tree.behind().map_or(Walk::Release, Walk::Secondary),
            _ => Walk::Over,
        };
        self.visit(next);
    }

    /// Tells several meters apart, or that they cannot be.
    fn descend(&mut self) -> Option<Found> {
        let below = match self.walk {
            Walk::Secondary(tree) => tree.below(),
            _ => None,
        };
        if let Some(below) = below {
            self.visit(Walk::Secondary(below));
            return None;
        }
        if self.again() {
            self.is_garbled = true;
            return None;
        }
        self.garbled()
    }

    fn garbled(&mut self) -> Option<Found> {
        let target = match self.walk {
            Walk::Primary(address) => Target::Primary(Address(address)),
            Walk::Secondary(tree) => Target::Secondary(tree.pattern()),
            Walk::Release | Walk::Over => return None,
        };
        self.advance();
        Some(Found::Garbled(target))
    }

    fn meter(&mut self, Meter { address, selection, .. }: Meter) -> Option<Found> {
        self.advance();
        Some(Found::Meter { address, selection })
    }

    /// Makes of what was heard what is found, if anything is, and the next question.
    fn judge(&mut self) -> Option<Found> {
        if matches!(self.walk, Walk::Release) {
            self.visit(Walk::Over);
            return None;
        }
        match self.question {
            Question { is_for_data: false, whose } => self.acknowledged(whose),
            Question { is_for_data: true, whose } => self.answered(whose),
        }
    }

    /// Judges what a reset or selection was answered with.
    fn acknowledged(&mut self, whose: Whose) -> Option<Found> {
        self.acknowledged = self.heard.is_acknowledged();
        if !self.heard.is_silent() {
            self.is_glitch = self.heard.is_glitch();
            self.ask(true, whose);
        } else if !self.again() {
            match whose {
                Whose::All => self.advance(),
                // It never was, or answers only at times.
                Whose::One(_) | Whose::Still(_) => return self.descend(),
            }
        }
        None
    }

    /// Judges what a request for data was answered with.
    fn answered(&mut self, whose: Whose) -> Option<Found> {
        match (self.heard.answer(), whose) {
            // A glitch takes no more frames than silence.
            (Answer::None, Whose::All) if self.is_glitch && !self.is_garbled && self.retries <= 1 => {
                self.advance();
                None
            }
            (Answer::None, _) if self.again() => None,
            (Answer::None, _) if self.is_garbled => self.garbled(),
            // What was heard before is a glitch.
            (Answer::None, Whose::All) if !self.acknowledged => {
                self.advance();
                None
            }
            (Answer::None, Whose::All) if self.is_primary() => {
                self.meter(Meter { address: self.primary(), selection: None, access: None })
            }
            (Answer::One(meter), Whose::All) if self.is_primary() => self.meter(meter),
            (Answer::One(meter), whose) => self.one(meter, whose),
            (Answer::None | Answer::Several, _) => self.descend(),
        }
    }

    /// Judges the one intact answer of selected meters.
    fn one(&mut self, meter: Meter, whose: Whose) -> Option<Found> {
        let Walk::Secondary(tree) = self.walk else { return None };
        let is_meant = meter.selection.is_some_and(|own| tree.pattern().matches(&own) && own.is_whole());
        let next = match whose {
            Whose::All if is_meant && tree.is_whole() => return self.meter(meter),
            Whose::All if is_meant => Whose::One(meter),
            Whose::One(before) if before.selection == meter.selection => Whose::Still(meter.next(before)),
            // Where digits are left to tell meters apart, one that is covered shows in the count of answers.
            Whose::Still(expected)
                if expected == meter || tree.has_number() && expected.selection == meter.selection =>
            {
                return self.meter(meter);
            }
            _ => return self.descend(),
        };
        self.ask(false, next);
        None
    }

    const fn is_primary(&self) -> bool {
        matches!(self.walk, Walk::Primary(_))
    }

    const fn primary(&self) -> Address {
        match self.walk {
            Walk::Primary(address) => Address(address),
            _ => Address::SELECTED,
        }
    }
}

impl Machine for Search {
    type Outcome<'a> = Option<Found>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.link.receive(&mut self.heard, octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.heard = Heard::begin(self.is_primary().then(|| self.primary()));
        self.link.transmitted(&mut self.heard, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        while !core::mem::take(&mut self.is_over) {
            match self.link.poll(&mut self.heard, now) {
                Step::Transmit => {
                    self.frames = self.frames.saturating_add(1);
                    return Output::Transmit(self.link.request());
                }
                Step::Wait(until) => return Output::Wait(until),
                _ => {
                    if let Some(found) = self.judge() {
                        return Output::Done(Some(found));
                    }
                }
            }
        }
        Output::Done(None)
    }
}
