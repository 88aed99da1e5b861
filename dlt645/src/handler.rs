//! What a meter does when it is asked.

use meter_value::line::Writer;

use crate::{
    Address, BaudRate, ClockTime, Data, Edition, ErrorFlags, FreezeTime, Identifier, Operator, Password,
    RecordTime, Refusal, RelayAction, RelayStatus, SecurityErrors, TerminalSignal,
};

/// What a method says: done, or the reasons to refuse with.
type Handled = Result<(), ErrorFlags>;

const REFUSED: Handled = Err(ErrorFlags::OTHER);
const UNKNOWN: Handled = Err(ErrorFlags::NO_SUCH_DATA);

/// What a meter does when it is asked. What it does not override, it does not have.
///
/// The lengths of fields are right when a method is called, those of [`Data`] excepted. A refusal names
/// [`ErrorFlags::OTHER`] for data that is no value, [`ErrorFlags::NO_SUCH_DATA`] for an unknown identifier and
/// [`ErrorFlags::UNAUTHORISED`] for a missing right. To a broadcast nobody refuses.
#[allow(unused_variables, reason = "the names of the arguments are documentation")]
pub trait Handler {
    /// The edition whose commands the meter answers; it is silent to those of the other.
    fn edition(&self) -> Edition {
        Edition::Y2007
    }

    /// 11, and 01 of 1997: appends all plain data of `identifier`. What is longer than a frame is read in
    /// parts.
    ///
    /// The address, 04000401, is the [`Server`](crate::Server)'s and is not asked for here.
    ///
    /// # Errors
    /// The reasons to refuse with, as in every method.
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        UNKNOWN
    }

    /// 11: appends up to `count` whole load records, as many as `data` has [room](Writer::room) for; none if
    /// there are none. DI0 says whether from the earliest, from a time or the latest.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn read_load_records(
        &mut self,
        identifier: Identifier,
        count: u8,
        from: Option<RecordTime>,
        data: &mut Writer<'_>,
    ) -> Result<(), ErrorFlags> {
        UNKNOWN
    }

    /// Whether a report waits for the master: the answer to a read then says that more follows, and the
    /// follow-up is 04001501, which is [read](Self::read) as any other data (amendment to DL/T 645-2007).
    fn has_report(&self) -> bool {
        false
    }

    /// 14, and 04 of 1997, which has no operator. A new address, 04000401, is the server's once it is taken
    /// here.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn write(
        &mut self,
        identifier: Identifier,
        password: Password,
        operator: Option<Operator>,
        data: Data<'_>,
    ) -> Result<(), ErrorFlags> {
        UNKNOWN
    }

    /// 15, and 0A of 1997: whether the meter takes a new address. It does not answer if it does not.
    fn write_address(&mut self, address: Address) -> bool {
        false
    }

    /// 08: the time, mostly a broadcast.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn broadcast_time(&mut self, time: ClockTime) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 16: a copy of the registers, often a broadcast.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn freeze(&mut self, time: FreezeTime) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 17, and 0C of 1997: whether the meter has the rate. It [switches](Self::switch_baud_rate) later.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn change_baud_rate(&mut self, rate: BaudRate) -> Result<(), ErrorFlags> {
        match rate {
            BaudRate::Y1997(_) => REFUSED,
            BaudRate::Y2007(_) => Err(ErrorFlags::BAUD_RATE),
        }
    }

    /// The answer to [`change_baud_rate`](Self::change_baud_rate) has left: the line goes on at this rate.
    fn switch_baud_rate(&mut self, rate: BaudRate) {}

    /// 18, and 0F of 1997, which has no identifier.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn change_password(
        &mut self,
        identifier: Option<Identifier>,
        old: Password,
        new: Password,
    ) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 19, and 10 of 1997, which has no operator.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn clear_maximum_demand(
        &mut self,
        password: Password,
        operator: Option<Operator>,
    ) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 1A.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn clear_meter(&mut self, password: Password, operator: Operator) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 1B: [`Identifier::ALL_EVENTS`], or those of one class.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn clear_events(
        &mut self,
        password: Password,
        operator: Operator,
        events: Identifier,
    ) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 1C: the status to answer with, or `None` for the answer without one that older meters give.
    ///
    /// # Errors
    /// The reasons to refuse with, in either form.
    fn control_relay(
        &mut self,
        password: Password,
        operator: Operator,
        action: RelayAction,
        duration: u8,
        until: ClockTime,
    ) -> Result<Option<RelayStatus>, Refusal> {
        Err(Refusal::Flags(ErrorFlags::OTHER))
    }

    /// 1D, often a broadcast.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn multifunction_terminal(&mut self, signal: TerminalSignal) -> Result<(), ErrorFlags> {
        REFUSED
    }

    /// 03 of 2007: appends what the security module answers, up to 196 octets.
    ///
    /// # Errors
    /// The reasons to refuse with.
    fn authenticate(
        &mut self,
        identifier: Identifier,
        operator: Operator,
        data: Data<'_>,
        answer: &mut Writer<'_>,
    ) -> Result<(), SecurityErrors> {
        Err(SecurityErrors::OTHER)
    }
}
