//! Tests of the line and its counters (functions 08 and 0C, sections 6.8 and 6.10).

use core::fmt;

use meter_value::names;

/// What a diagnostics request is about: its subfunction. Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Diagnostic(pub u16);

names!(Diagnostic {
    /// Sends the data back.
    RETURN_QUERY_DATA = 0x00 "return query data",
    /// Restarts the port, clears its counters, and ends listen-only mode.
    RESTART_COMMUNICATIONS_OPTION = 0x01 "restart communications option",
    /// Reads the 16 bits of the device's own choice.
    RETURN_DIAGNOSTIC_REGISTER = 0x02 "return diagnostic register",
    /// Changes the character that ends messages in ASCII mode.
    CHANGE_ASCII_INPUT_DELIMITER = 0x03 "change ascii input delimiter",
    /// Has the device listen and neither act nor answer.
    FORCE_LISTEN_ONLY_MODE = 0x04 "force listen only mode",
    /// Clears the counters and the diagnostic register.
    CLEAR_COUNTERS = 0x0A "clear counters and diagnostic register",
    /// Counts messages on the line.
    RETURN_BUS_MESSAGE_COUNT = 0x0B "return bus message count",
    /// Counts messages with a wrong checksum.
    RETURN_BUS_COMMUNICATION_ERROR_COUNT = 0x0C "return bus communication error count",
    /// Counts exceptions that were answered.
    RETURN_BUS_EXCEPTION_ERROR_COUNT = 0x0D "return bus exception error count",
    /// Counts requests to the device, broadcasts included.
    RETURN_SERVER_MESSAGE_COUNT = 0x0E "return server message count",
    /// Counts requests to the device that it did not answer.
    RETURN_SERVER_NO_RESPONSE_COUNT = 0x0F "return server no response count",
    /// Counts exceptions 7 that were answered.
    RETURN_SERVER_NAK_COUNT = 0x10 "return server nak count",
    /// Counts exceptions 6 that were answered.
    RETURN_SERVER_BUSY_COUNT = 0x11 "return server busy count",
    /// Counts messages lost to octets that came too fast.
    RETURN_BUS_CHARACTER_OVERRUN_COUNT = 0x12 "return bus character overrun count",
    /// Clears that counter and its flag.
    CLEAR_OVERRUN_COUNTER_AND_FLAG = 0x14 "clear overrun counter and flag",
});

impl Diagnostic {
    /// Whether a request may have this word as its data. A subfunction without a name may have any.
    pub(crate) const fn takes(self, word: u16) -> bool {
        match self {
            Self::RESTART_COMMUNICATIONS_OPTION => word == 0 || word == 0xFF00,
            Self::CHANGE_ASCII_INPUT_DELIMITER => word & 0xFF == 0,
            Self::RETURN_QUERY_DATA => true,
            _ => self.name().is_none() || word == 0,
        }
    }

    /// Whether the answer repeats the request.
    pub(crate) const fn is_echoed(self) -> bool {
        matches!(
            self,
            Self::RETURN_QUERY_DATA
                | Self::RESTART_COMMUNICATIONS_OPTION
                | Self::CHANGE_ASCII_INPUT_DELIMITER
                | Self::CLEAR_COUNTERS
                | Self::CLEAR_OVERRUN_COUNTER_AND_FLAG
        )
    }
}

/// What happened on the line, as an octet of the event log.
///
/// ```
/// use modbus_rtu::Event;
///
/// assert_eq!(Event(0x21 | Event::SENT).to_string(), "sent: read exception, listen only");
/// assert_eq!(Event::RESTART.to_string(), "restart");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Event(pub u8);

impl Event {
    /// The port was started again.
    pub const RESTART: Self = Self(0x00);
    /// The device went to listen-only mode.
    pub const LISTEN_ONLY: Self = Self(0x04);
    /// The bit of a message that came in.
    pub const RECEIVED: u8 = 0x80;
    /// The bit of an answer that went out, unless [`RECEIVED`](Self::RECEIVED) is set too.
    pub const SENT: u8 = 0x40;

    /// What each bit says, from bit 0 on.
    const fn bits(self) -> [&'static str; 6] {
        if self.0 & Self::RECEIVED != 0 {
            ["", "communication error", "", "", "character overrun", "listen only"]
        } else {
            [
                "read exception",
                "abort exception",
                "busy exception",
                "nak exception",
                "write timeout",
                "listen only",
            ]
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::RESTART => return f.write_str("restart"),
            Self::LISTEN_ONLY => return f.write_str("listen only"),
            Self(octet) if octet & Self::RECEIVED != 0 => f.write_str("received")?,
            Self(octet) if octet & Self::SENT != 0 => f.write_str("sent")?,
            Self(octet) => return write!(f, "event {octet:#04X}"),
        }
        let mut separator = ": ";
        let broadcast = (0x40, "broadcast");
        let last = (self.0 & Self::RECEIVED != 0).then_some(broadcast);
        let bits = self.bits().into_iter().enumerate().map(|(bit, text)| (1 << bit, text));
        for (_, text) in bits.chain(last).filter(|(mask, text)| self.0 & mask != 0 && !text.is_empty()) {
            write!(f, "{separator}{text}")?;
            separator = ", ";
        }
        Ok(())
    }
}
