//! What answers a request.

use crate::{Address, ApplicationError, Ci, Control, DecodeError, Frame, Header, Selection};

/// What of a request its answer has to agree with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub control: Control,
    pub address: Address,
    /// Which meters were selected, if so.
    pub selection: Option<Selection>,
}

/// The function of the answer to REQ_SKE.
const STATUS: u8 = 0x0B;

impl Asked {
    pub const NOTHING: Self =
        Self { control: Control::SND_NKE, address: Address::BROADCAST, selection: None };

    /// Whether a frame answers.
    pub fn is_answered_by(&self, frame: &Frame<'_>) -> bool {
        let control = self.control.with_fcb(false);
        match *frame {
            Frame::Ack => matches!(control, Control::SND_NKE | Control::SND_UD | Control::REQ_UD1),
            Frame::Short { control: status, address } => {
                control == Control::REQ_SKE
                    && !status.from_primary()
                    && status.function() == STATUS
                    && self.is_from(address)
            }
            Frame::Control { control: data, address, ci } => {
                self.is_answered_with(data, address) && self.is_selected(ci, &[])
            }
            Frame::Long { control: data, address, ci, data: octets } => {
                self.is_answered_with(data, address) && self.is_selected(ci, octets)
            }
        }
    }

    /// Whether this is data of a meter that is meant.
    fn is_answered_with(&self, data: Control, address: Address) -> bool {
        let control = self.control.with_fcb(false);
        let is_request = matches!(control, Control::REQ_UD1 | Control::REQ_UD2 | Control::SND_UD2);
        let is_data = !data.from_primary() && data.function() == Control::RSP_UD.function();
        is_request && is_data && self.is_from(address)
    }

    fn is_from(&self, address: Address) -> bool {
        address == self.address || matches!(self.address, Address::TEST | Address::SELECTED)
    }

    /// Whether the meter was selected, as far as its answer says who it is.
    fn is_selected(&self, ci: Ci, octets: &[u8]) -> bool {
        match (self.selection, header(ci, octets)) {
            (Some(selection), Ok((Header::Long(header), _))) => selection.admits(&header),
            _ => true,
        }
    }
}

/// The header of what a meter may answer, and what is behind it.
fn header(ci: Ci, octets: &[u8]) -> Result<(Header, &[u8]), DecodeError> {
    let alike = match ci {
        Ci::ERROR | Ci::ALARM | Ci::APPLICATION => Ci::RESPONSE,
        Ci::ERROR_SHORT | Ci::ALARM_SHORT | Ci::APPLICATION_SHORT => Ci::RESPONSE_SHORT,
        Ci::ERROR_LONG | Ci::ALARM_LONG | Ci::APPLICATION_LONG => Ci::RESPONSE_LONG,
        _ => ci,
    };
    Header::decode(alike, octets)
}

/// Why an answer refuses, if it does.
pub(crate) fn refusal(frame: &Frame<'_>) -> Option<ApplicationError> {
    let (ci, data) = match *frame {
        Frame::Control { ci, .. } => (ci, &[][..]),
        Frame::Long { ci, data, .. } => (ci, data),
        _ => return None,
    };
    if !matches!(ci, Ci::ERROR | Ci::ERROR_SHORT | Ci::ERROR_LONG) {
        return None;
    }
    let reason = header(ci, data).ok().and_then(|(_, reason)| reason.first().copied());
    Some(reason.map_or(ApplicationError::UNSPECIFIED, ApplicationError))
}
