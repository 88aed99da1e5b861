//! What a client hears behind a request.

use meter_value::line::Judge;

use super::{Asked, count};
use crate::decoder::GLITCH;
use crate::{DecodeError, Decoder, Frame};

/// What was heard since a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// Octets that belong to no frame.
    strays: usize,
    /// How many attempts ended with such octets.
    pub garbled: u16,
    pub repetition: Repetition,
}

impl Heard {
    pub const NOTHING: Self = Self { strays: 0, garbled: 0, repetition: Repetition::NONE };

    /// Begins a request.
    pub fn begin(&mut self) {
        (self.strays, self.garbled) = (0, 0);
    }

    /// Ends an attempt.
    pub fn attempt(&mut self) {
        let is_garbled = core::mem::take(&mut self.strays) > GLITCH;
        self.garbled = self.garbled.saturating_add(is_garbled.into());
    }
}

/// Whether a readout goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repetition {
    /// How many telegrams came.
    pub telegrams: u16,
    /// What the last one was, and what the one is that was judged last.
    last: Option<u32>,
    judged: u32,
    /// Whether the last one came again.
    pub came: bool,
}

impl Repetition {
    pub const NONE: Self = Self { telegrams: 0, last: None, judged: 0, came: false };

    /// Whether these are the octets of the telegram before.
    fn is(&mut self, octets: &[u8]) -> bool {
        // FNV-1a: telegrams that differ in what counts them differ here.
        self.judged = octets
            .iter()
            .fold(0x811C_9DC5, |hash: u32, &octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193));
        self.last == Some(self.judged)
    }

    /// Notes that the telegram judged last is a new one.
    pub fn next(&mut self) {
        let telegrams = self.telegrams.saturating_add(1);
        *self = Self { telegrams, last: Some(self.judged), came: false, ..*self };
    }
}

/// What ends the wait for an answer.
pub(super) struct Awaiting<'a> {
    pub asked: &'a Asked,
    pub heard: &'a mut Heard,
    pub unasked: &'a mut u32,
    pub is_readout: bool,
}

impl Judge<Decoder> for Awaiting<'_> {
    fn forget(&mut self) {
        self.heard.strays = 0;
    }

    fn hear(&mut self, octets: &[u8]) {
        self.heard.strays = self.heard.strays.saturating_add(octets.len());
    }

    fn judge(&mut self, decoder: &Decoder, _: &[u8]) -> Result<bool, DecodeError> {
        let (frame, octets, behind) = (decoder.last()?, decoder.octets(), decoder.behind().len());
        self.heard.strays = self.heard.strays.saturating_sub(octets.len());
        // An octet of a broken frame may look like an acknowledgement.
        let is_alone = self.heard.strays.saturating_sub(behind) <= GLITCH;
        let is_answer = self.asked.is_answered_by(&frame) && (is_alone || frame != Frame::Ack);
        let is_repeated = is_answer && self.is_readout && self.heard.repetition.is(octets);
        self.heard.repetition.came |= is_repeated;
        if is_answer && !is_repeated {
            return Ok(true);
        }
        count(self.unasked);
        Ok(false)
    }
}
