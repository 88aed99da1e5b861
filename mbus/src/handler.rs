//! What a meter does when it is asked.

use meter_value::line::Writer;

use crate::{Address, Application, ApplicationError, BaudRate, Ci, Identification, LongHeader};

/// What a meter does when it is asked. What it does not override, it does not have.
///
/// A meter acknowledges what it is sent, also what it refuses; the refusal is its answer when it is read next.
#[allow(unused_variables, reason = "the names of the arguments are documentation")]
pub trait Handler {
    /// Who the meter is, and its status. Its access number is counted by the server.
    fn header(&mut self) -> LongHeader;

    /// The number it was made with, for enhanced selection.
    fn fabrication(&mut self) -> Option<Identification> {
        None
    }

    /// REQ_UD2: appends the records of a telegram, up to 239 octets, and says whether more telegrams follow; see
    /// [`Entry::write`](crate::Entry::write). The first telegram of a readout is 0. The server appends the octet
    /// 1F that announces more.
    fn records(&mut self, telegram: u16, records: &mut Writer<'_>) -> bool;

    /// REQ_UD1: the octet of an alarm, if there is one. Every answer announces it.
    fn alarm(&mut self) -> Option<u8> {
        None
    }

    /// Whether the meter can take no data now. It says so in its answers, and does not acknowledge data.
    fn is_busy(&mut self) -> bool {
        false
    }

    /// SND_UD with any other CI field than those below: takes data.
    ///
    /// # Errors
    /// The reason to refuse with.
    fn write(&mut self, ci: Ci, data: &[u8]) -> Result<(), ApplicationError> {
        Err(ApplicationError::UNIMPLEMENTED_CI)
    }

    /// CI 51 with a primary address and nothing else: whether the meter takes it. If so, the server has it from
    /// then on.
    fn set_address(&mut self, address: Address) -> bool {
        true
    }

    /// CI 50: resets the application, and selects what is shown. The readout begins anew in any case.
    ///
    /// # Errors
    /// The reason to refuse with.
    fn reset_application(&mut self, application: Option<Application>) -> Result<(), ApplicationError> {
        Ok(())
    }

    /// CI 54: which application is selected; the answer when it is read next.
    ///
    /// # Errors
    /// The reason to refuse with.
    fn application(&mut self) -> Result<Application, ApplicationError> {
        Err(ApplicationError::UNIMPLEMENTED_CI)
    }

    /// CI B8 to BF: whether the meter has the rate. It does not acknowledge one that it has not, and
    /// [switches](Self::switch_baud_rate) later.
    fn change_baud_rate(&mut self, rate: BaudRate) -> bool {
        false
    }

    /// The acknowledgement of [`change_baud_rate`](Self::change_baud_rate) has left: the bus goes on at this rate.
    /// A meter goes back after 2 to 10 minutes without a frame at this rate, which is the handler's affair.
    fn switch_baud_rate(&mut self, rate: BaudRate) {}
}
