//! What a search hears behind a frame of its own.

use meter_value::line::Judge;

use super::Meter;
use crate::decoder::GLITCH;
use crate::{Address, Control, DecodeError, Decoder, Frame, Header, Selection};

/// What was heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// Who is to answer, if that is known.
    address: Option<Address>,
    /// All octets.
    octets: usize,
    /// Octets that belong to no frame.
    strays: usize,
    acknowledged: bool,
    meter: Option<Meter>,
    /// Whether there were intact answers of several meters.
    several: bool,
}

/// How many answers that means.
pub(super) enum Answer {
    None,
    One(Meter),
    Several,
}

impl Heard {
    pub const NOTHING: Self = Self::begin(None);

    pub const fn begin(address: Option<Address>) -> Self {
        Self { address, octets: 0, strays: 0, acknowledged: false, meter: None, several: false }
    }

    /// Whether nothing was heard at all.
    pub const fn is_silent(&self) -> bool {
        self.octets == 0
    }

    /// Whether so little was heard that nobody may have answered.
    pub const fn is_glitch(&self) -> bool {
        self.octets <= GLITCH && !self.acknowledged
    }

    /// Whether there was an acknowledgement.
    pub const fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }

    pub const fn answer(&self) -> Answer {
        match self.meter {
            _ if self.several || self.strays > GLITCH => Answer::Several,
            Some(meter) => Answer::One(meter),
            None => Answer::None,
        }
    }
}

impl Judge<Decoder> for Heard {
    fn forget(&mut self) {
        *self = Self::begin(self.address);
    }

    fn hear(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        self.strays = self.strays.saturating_add(octets.len());
    }

    fn judge(&mut self, decoder: &Decoder, _: &[u8]) -> Result<bool, DecodeError> {
        let (frame, octets) = (decoder.last()?, decoder.octets());
        let (control, address) = match frame {
            Frame::Ack => {
                self.acknowledged = true;
                return Ok(false);
            }
            Frame::Control { control, address, .. } | Frame::Long { control, address, .. } => {
                (control, address)
            }
            Frame::Short { .. } => return Ok(false),
        };
        self.strays = self.strays.saturating_sub(octets.len());
        let is_data = !control.from_primary() && control.function() == Control::RSP_UD.function();
        if is_data && self.address.is_none_or(|asked| asked == address) {
            let (selection, access) = match frame.telegram().map(|telegram| telegram.header) {
                Ok(Header::Long(header)) => (Some(Selection::of(&header)), Some(header.access)),
                _ => (None, None),
            };
            let meter = Meter { address, selection, access };
            self.several |= self.meter.is_some_and(|other| other != meter);
            self.meter = Some(meter);
        }
        // Others may answer later.
        Ok(false)
    }
}
