//! What a master asks.

use meter_value::line::Writer;

use crate::{Address, Application, BaudRate, Ci, Control, EncodeError, Frame, frame};

/// What a master asks of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Command<'a> {
    /// Resets the link, and with it selections and readouts (SND_NKE). To selected meters, it deselects them.
    Reset,
    /// Reads the status of the link (REQ_SKE; uncertain, few meters have it).
    Status,
    /// Reads data, all telegrams (REQ_UD2).
    Read,
    /// Reads an alarm (REQ_UD1). Without one the meter acknowledges.
    ReadAlarm,
    /// Selects by a secondary address and leaves it at that; [`Address::SELECTED`] means the meter then.
    Select,
    /// Gives the meter a primary address, 0 to 250.
    SetAddress {
        /// The address from now on.
        address: Address,
    },
    /// Has the meter switch to another rate once it has acknowledged. It goes back unless it is talked to at
    /// that rate within minutes.
    ChangeBaudRate {
        /// The rate from now on.
        rate: BaudRate,
    },
    /// Resets the application, and with it the readout.
    ResetApplication {
        /// Which data the meter shows from now on. Without it all is reset, as for meters that do not know of
        /// several.
        application: Option<Application>,
    },
    /// Asks which application is selected, and reads the answer (uncertain: the same CI field, 54, once set
    /// clocks).
    ReadApplication,
    /// Sends data. A meter that refuses them acknowledges too, and says so when it is read next.
    Write {
        /// What the data are.
        ci: Ci,
        /// The data, up to 252 octets.
        data: &'a [u8],
    },
    /// Sends data that the meter answers with data, all telegrams (SND_UD2; uncertain, few wired meters have it).
    Exchange {
        /// What the data are.
        ci: Ci,
        /// The data, up to 252 octets.
        data: &'a [u8],
    },
}

/// The record of a primary address: one octet, bus address (EN 13757-3).
pub(crate) const ADDRESS: [u8; 2] = [0x01, 0x7A];

/// The highest address of a meter.
pub(crate) const LAST: u8 = 250;

impl Command<'_> {
    /// The C field that it is sent with, without a frame count bit.
    pub const fn control(&self) -> Control {
        match self {
            Self::Reset => Control::SND_NKE,
            Self::Status => Control::REQ_SKE,
            Self::Read => Control::REQ_UD2,
            Self::ReadAlarm => Control::REQ_UD1,
            Self::Exchange { .. } => Control::SND_UD2,
            _ => Control::SND_UD,
        }
    }

    /// Writes the frame and returns what it wrote. The frame count bit counts where the C field has one. A
    /// selection is [written](crate::Selection::encode_frame) by its own type.
    ///
    /// # Errors
    /// [`EncodeError`]: data too long, an address no meter can have, or a buffer too small.
    ///
    /// ```
    /// use mbus::{Address, Command};
    ///
    /// let set = Command::SetAddress { address: Address(7) };
    /// assert_eq!(
    ///     set.encode_frame(Address::UNCONFIGURED, true, &mut [0; 16])?,
    ///     [0x68, 0x06, 0x06, 0x68, 0x73, 0x00, 0x51, 0x01, 0x7A, 0x07, 0x46, 0x16],
    /// );
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode_frame<'b>(
        &self,
        address: Address,
        fcb: bool,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], EncodeError> {
        let control = self.control();
        let control = control.with_fcb(fcb && control.counts());
        let send = |ci, data: &[u8], buffer: &'b mut [u8]| {
            frame::write(control, address, ci, buffer, |writer: &mut Writer<'_>| {
                writer.put(data);
                Ok(())
            })
        };
        match *self {
            Self::Reset | Self::Status | Self::Read | Self::ReadAlarm => {
                Frame::Short { control, address }.encode(buffer)
            }
            Self::Select => Err(EncodeError::Selection),
            Self::SetAddress { address: Address(new) } if new > LAST => {
                Err(EncodeError::Address { address: new, limit: LAST })
            }
            Self::SetAddress { address: Address(new) } => {
                let [dif, vif] = ADDRESS;
                send(Ci::COMMAND, &[dif, vif, new], buffer)
            }
            Self::ChangeBaudRate { rate } => send(rate.ci(), &[], buffer),
            Self::ResetApplication { application: None } => send(Ci::APPLICATION_RESET, &[], buffer),
            Self::ResetApplication { application: Some(application) } => {
                send(Ci::APPLICATION_RESET, &[application.0], buffer)
            }
            Self::ReadApplication => send(Ci::REQUEST_APPLICATION, &[], buffer),
            Self::Write { ci, data } | Self::Exchange { ci, data } => send(ci, data, buffer),
        }
    }

    /// Whether it can be asked of all meters at once.
    pub(crate) const fn is_for_all(&self) -> bool {
        use Command as C;
        matches!(self, C::Reset | C::ChangeBaudRate { .. } | C::ResetApplication { .. } | C::Write { .. })
    }
}
