//! Every meter of a line, found by its address.

use core::time::Duration;

use meter_value::line::{Judge, Link, Machine, Output, Retry, Step};

use crate::{Address, Command, DecodeError, Decoder, Device, Direction, Frame, Function, Identifier, Line};

/// Any meter of 2007 has an answer to this, if only a refusal. Function 13 does not take part of an address.
const QUESTION: Command<'_> = Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY };

/// So many octets without a frame are a glitch of transceivers, not what several answers leave of each other.
const GLITCH: usize = 3;

/// What a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Found {
    /// A meter.
    Meter(Address),
    /// Something that answers to this address, but never with one intact frame in its own name: two meters
    /// with the same address, a damaged line, or a meter that repeats wildcards.
    Garbled(Address),
}

/// Finds every meter of 2007 on a line; each is an outcome, and `None` is the last one.
///
/// It asks all meters at once. If several answer, it asks those whose address ends in 00, then 01, to 99, and
/// where several answer again, it goes on with the two digits before (abbreviated addressing, DL/T 645-2007,
/// chapter 5). One intact answer is a meter once that meter has answered to its whole address; so what several
/// answers make of each other is not taken for a meter. Late answers of other meters are passed over. No meter
/// is told twice, for no address is in two of the questions that end with a meter.
///
/// A question takes the line's pause, its own 20 octets and the timeout, and, if something is heard, up to
/// [`Line::answer`] more. Where `c` of the questions are answered by several, and there are `n` meters, it asks
/// up to `(1 + 101 c + n)(1 + retries)` times: what is silent is asked again. One meter takes 2 questions; two
/// that differ in the highest two digits only, 601, which at 2400 baud with a timeout of 600 ms are 7 minutes,
/// or 14 with one retry.
///
/// On a line that is never silent, all seems garbled. The first such outcome comes after seven questions, or
/// a few more with retries; a caller that gets it may stop.
///
/// Meters whose address is not decimal are found only where no other meter answers with them. Two answers that
/// coincide bit for bit, so that one covers the other, are one.
///
/// ```
/// use core::time::Duration;
/// use dlt645::{Address, ErrorFlags, Found, Frame, Function, Line, Machine, Output, Reply, Retry, Search};
///
/// /// The meter's answer; this one refuses, which is an answer too.
/// fn meter(command: &[u8]) -> Vec<u8> {
///     let own = Address([0x12, 0x90, 0x78, 0x56, 0x34, 0x12]);
///     if !Frame::decode(command).unwrap().address.matches(own) {
///         return Vec::new();
///     }
///     let error = ErrorFlags::NO_SUCH_DATA.into();
///     let reply = Reply::Failed { function: Function::READ, error };
///     reply.encode_frame(own, &mut [0; 32]).unwrap().to_vec()
/// }
///
/// let mut search = Search::new(Line::new(2_400), Retry { timeout: Duration::from_millis(600), retries: 1 });
/// search.start();
/// let (mut now, mut meters) = (Duration::ZERO, Vec::new());
/// loop {
///     let answer = match search.poll(now) {
///         Output::Transmit(command) => meter(command),
///         Output::Wait(until) => {
///             now = until.unwrap();
///             continue;
///         }
///         Output::Done(Some(found)) => {
///             meters.push(found);
///             continue;
///         }
///         Output::Done(None) => break,
///     };
///     search.transmitted(now);
///     search.receive(&answer, now);
/// }
/// assert_eq!(meters, [Found::Meter("123456789012".parse().unwrap())]);
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    link: Link<Decoder, { Device::MAX_COMMAND }>,
    retry: Retry,
    tree: Tree,
    /// Whom the question that runs is for: the meters of the tree's pattern, or one of them.
    asked: Address,
    /// How often it may still be asked.
    retries: u8,
    /// Whether several seemed to answer to a whole address.
    is_garbled: bool,
    is_over: bool,
    heard: Heard,
}

impl Search {
    /// A search with nothing to do. The timeout is from the end of a question to the first octet of an
    /// answer: meters take up to 500 ms.
    pub const fn new(line: Line, retry: Retry) -> Self {
        Self {
            link: Link::new(line.timing(), Decoder::new()),
            retry,
            tree: Tree::ROOT,
            asked: Address::ANY,
            retries: 0,
            is_garbled: false,
            is_over: false,
            heard: Heard::nothing(Address::ANY),
        }
    }

    /// Begins a search, and abandons the one before if it still runs.
    pub fn start(&mut self) {
        self.tree = Tree::ROOT;
        self.is_over = false;
        self.ask(Address::ANY);
    }

    /// Has a question asked for the first time.
    fn ask(&mut self, address: Address) {
        self.asked = address;
        self.retries = self.retry.retries;
        self.is_garbled = false;
        self.send();
    }

    fn send(&mut self) {
        let retry = Retry { retries: 0, ..self.retry };
        let device = Device { retry, ..Device::new(self.asked) };
        // The question fits.
        let length = device.encode(&QUESTION, self.link.room()).map(<[u8]>::len);
        self.is_over = length.is_err();
        self.link.start(retry, true, length.unwrap_or(0));
    }

    /// Goes on behind the pattern, in which there is no meter any more that was not told.
    fn advance(&mut self) {
        if self.tree.advance() {
            self.ask(self.tree.pattern());
        } else {
            self.is_over = true;
        }
    }

    fn descend(&mut self) {
        self.tree.descend();
        self.ask(self.tree.pattern());
    }

    fn again(&mut self) -> bool {
        let left = self.retries.checked_sub(1);
        if let Some(left) = left {
            self.retries = left;
            self.send();
        }
        left.is_some()
    }

    /// Makes of what was heard what is found, if anything is, and the next question.
    fn judge(&mut self) -> Option<Found> {
        let pattern = self.tree.pattern();
        let is_whole = self.tree.is_whole();
        match self.heard.answers(is_whole) {
            Answers::One(meter) if meter == self.asked => {
                self.advance();
                return Some(Found::Meter(meter));
            }
            Answers::One(meter) if self.asked == pattern => self.ask(meter),
            Answers::None if self.again() => {}
            Answers::None if self.is_garbled => {
                self.advance();
                return Some(Found::Garbled(pattern));
            }
            Answers::None if self.asked == pattern => self.advance(),
            _ if !is_whole => self.descend(),
            _ => {
                self.is_garbled = true;
                if !self.again() {
                    self.advance();
                    return Some(Found::Garbled(pattern));
                }
            }
        }
        None
    }
}

impl Machine for Search {
    type Outcome<'a> = Option<Found>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.link.receive(&mut self.heard, octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.heard = Heard::nothing(self.tree.pattern());
        self.link.transmitted(&mut self.heard, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        while !core::mem::take(&mut self.is_over) {
            match self.link.poll(&mut self.heard, now) {
                Step::Transmit => return Output::Transmit(self.link.request()),
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

/// Where a search is: the low octets of an address, each 0 to 99, and how many of them count.
#[derive(Clone, Copy, Debug)]
struct Tree {
    pairs: [u8; 6],
    depth: usize,
}

impl Tree {
    const ROOT: Self = Self { pairs: [0; 6], depth: 0 };

    fn is_whole(self) -> bool {
        self.depth == self.pairs.len()
    }

    /// The addresses it stands for.
    fn pattern(self) -> Address {
        let mut address = Address::ANY;
        for (octet, pair) in address.0.iter_mut().zip(self.pairs).take(self.depth) {
            // Two decimal digits in an octet.
            *octet = pair + 6 * (pair / 10);
        }
        address
    }

    fn descend(&mut self) {
        if let Some(pair) = self.pairs.get_mut(self.depth) {
            *pair = 0;
            self.depth += 1;
        }
    }

    /// The next pattern behind this one; `false` if there is none.
    fn advance(&mut self) -> bool {
        while let Some(above) = self.depth.checked_sub(1) {
            match self.pairs.get_mut(above) {
                Some(pair) if *pair < 99 => {
                    *pair += 1;
                    return true;
                }
                _ => self.depth = above,
            }
        }
        false
    }
}

/// What was heard since a question.
#[derive(Clone, Copy, Debug)]
struct Heard {
    /// Who may answer.
    pattern: Address,
    /// Octets that belong to no frame, preambles left out.
    strays: usize,
    meter: Option<Address>,
    /// Whether answers of several meters were intact, or one that does not say whose it is.
    several: bool,
}

/// How many answers that means.
enum Answers {
    None,
    One(Address),
    Several,
}

impl Heard {
    const fn nothing(pattern: Address) -> Self {
        Self { pattern, strays: 0, meter: None, several: false }
    }

    /// What was heard; behind a whole address, octets around an answer do not count.
    fn answers(&self, is_whole: bool) -> Answers {
        let is_clean = self.strays <= GLITCH;
        match self.meter {
            _ if self.several => Answers::Several,
            Some(meter) if is_clean || is_whole => Answers::One(meter),
            None if is_clean => Answers::None,
            _ => Answers::Several,
        }
    }
}

impl Judge<Decoder> for Heard {
    fn forget(&mut self) {
        *self = Self::nothing(self.pattern);
    }

    fn hear(&mut self, octets: &[u8]) {
        self.strays = self.strays.saturating_add(without_preamble(octets));
    }

    fn judge(&mut self, decoder: &Decoder, _: &[u8]) -> Result<bool, DecodeError> {
        let frame = decoder.last()?;
        self.strays = self.strays.saturating_sub(without_preamble(decoder.octets()));
        let (control, address) = (frame.control, frame.address);
        if control.direction() == Direction::Reply
            && control.function() == Function::READ
            && (self.pattern.matches(address) || address.is_wildcard())
        {
            self.several |= address.is_wildcard() || self.meter.is_some_and(|meter| meter != address);
            self.meter = Some(address);
        }
        // Others may answer later.
        Ok(false)
    }
}

/// How many octets are none of a preamble.
fn without_preamble(octets: &[u8]) -> usize {
    octets.iter().filter(|octet| !Frame::PREAMBLE.contains(octet)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_patterns_of_a_level_are_a_hundred() {
        let mut tree = Tree::ROOT;
        assert_eq!(tree.pattern(), Address::ANY);
        tree.descend();
        tree.descend();
        assert_eq!(tree.pattern().to_string(), "AAAAAAAA0000");
        for _ in 1..100 {
            assert!(tree.advance());
        }
        assert_eq!(tree.pattern().to_string(), "AAAAAAAA9900");
        assert!(tree.advance());
        assert_eq!(tree.pattern().to_string(), "AAAAAAAAAA01");
        for _ in 2..100 {
            assert!(tree.advance());
        }
        assert!(!tree.advance());
    }
}
