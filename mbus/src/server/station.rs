//! One meter: whether a frame is for it, and what it answers.

use meter_value::line::Writer;

use crate::command::{ADDRESS, LAST};
use crate::frame::ACK;
use crate::{
    Address, Application, ApplicationError, BaudRate, Ci, Control, EncodeError, Frame, Handler, Header,
    LongHeader, Selection, frame,
};

/// The octet that announces another telegram.
const MORE_FOLLOWS: u8 = 0x1F;

/// Most octets of records behind a long header, and before what announces more.
const MAX_RECORDS: usize = Frame::MAX_DATA - 12 - 1;

/// The function of the answer to REQ_SKE.
const STATUS: Control = Control(0x0B);

/// What waits to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Ack,
    Short,
    Telegram,
}

/// What the next request for data is answered with, before the readout goes on.
#[derive(Clone, Copy, Debug)]
enum Pending {
    Nothing,
    Error(ApplicationError),
    Application(Application),
}

/// Whether what was sent came for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Anew,
    Again,
}

/// What a meter is, without its line.
#[derive(Clone, Debug)]
pub(super) struct Station<H> {
    pub address: Address,
    pub handler: H,
    pub is_selected: bool,
    pub due: Option<Answer>,
    /// The rate to switch to when the acknowledgement has left.
    pub rate: Option<BaudRate>,
    access: u8,
    /// The frame count bit of the last request for data, which the telegram answers.
    class_2: Option<bool>,
    /// What was sent last, in short, frame count bit included.
    sent: Option<u32>,
    pending: Pending,
    /// The next telegram of the readout.
    next: u16,
    telegram: [u8; Frame::MAX_LEN],
    length: usize,
    /// An answer of another kind.
    short: [u8; 10],
    short_length: usize,
}

impl<H: Handler> Station<H> {
    pub const fn new(address: Address, handler: H) -> Self {
        Self {
            address,
            handler,
            is_selected: false,
            due: None,
            rate: None,
            access: 0,
            class_2: None,
            sent: None,
            pending: Pending::Nothing,
            next: 0,
            telegram: [0; Frame::MAX_LEN],
            length: 0,
            short: [0; 10],
            short_length: 0,
        }
    }

    pub fn octets(&self, answer: Answer) -> &[u8] {
        match answer {
            Answer::Ack => &[ACK],
            Answer::Short => self.short.get(..self.short_length).unwrap_or_default(),
            Answer::Telegram => self.telegram.get(..self.length).unwrap_or_default(),
        }
    }

    /// Does what a frame asks, if it is for this meter.
    pub fn take(&mut self, frame: &Frame<'_>) {
        let (control, address) = match *frame {
            Frame::Ack => return,
            Frame::Short { control, address }
            | Frame::Control { control, address, .. }
            | Frame::Long { control, address, .. } => (control, address),
        };
        if !control.from_primary() {
            return;
        }
        // An answer that waits is of no use once the master has gone on to something else.
        self.due = None;
        self.rate = None;
        let answer = match *frame {
            Frame::Long { ci: Ci::SELECT, data, .. }
                if address == Address::SELECTED && control.with_fcb(false) == Control::SND_UD =>
            {
                self.select(data)
            }
            _ if !self.is_meant(address) => None,
            Frame::Short { .. } => self.asked(control),
            Frame::Control { ci, .. } => self.sent(control, ci, &[]),
            Frame::Long { ci, data, .. } => self.sent(control, ci, data),
            Frame::Ack => None,
        };
        if address != Address::BROADCAST {
            self.due = answer;
        } else if let Some(rate) = self.rate.take() {
            self.handler.switch_baud_rate(rate);
        }
    }

    fn is_meant(&self, address: Address) -> bool {
        match address {
            Address::TEST | Address::BROADCAST => true,
            Address::SELECTED => self.is_selected,
            address => address == self.address,
        }
    }

    fn select(&mut self, data: &[u8]) -> Option<Answer> {
        let own =
            Selection { fabrication: self.handler.fabrication(), ..Selection::of(&self.handler.header()) };
        self.is_selected = Selection::decode(data).is_ok_and(|asked| asked.matches(&own));
        if !self.is_selected {
            return None;
        }
        self.begin_anew();
        Some(Answer::Ack)
    }

    /// The frame count bits and the readout begin anew.
    fn begin_anew(&mut self) {
        self.class_2 = None;
        self.sent = None;
        self.next = 0;
    }

    fn asked(&mut self, control: Control) -> Option<Answer> {
        self.sent = None;
        match control.with_fcb(false) {
            Control::SND_NKE => {
                self.begin_anew();
                self.is_selected = false;
                Some(Answer::Ack)
            }
            Control::REQ_SKE => {
                let control = self.flagged(STATUS);
                let address = self.address;
                self.short(Frame::Short { control, address })
            }
            Control::REQ_UD1 => match self.handler.alarm() {
                None => Some(Answer::Ack),
                Some(alarm) => {
                    let (control, address) = (self.flagged(Control::RSP_UD), self.address);
                    self.short(Frame::Long { control, address, ci: Ci::ALARM, data: &[alarm] })
                }
            },
            Control::REQ_UD2 => {
                if self.class_2 != Some(control.fcb()) {
                    self.class_2 = Some(control.fcb());
                    self.read();
                }
                self.telegram()
            }
            _ => None,
        }
    }

    fn telegram(&self) -> Option<Answer> {
        (self.length != 0).then_some(Answer::Telegram)
    }

    /// Does what it is sent, and answers as that asks for.
    fn sent(&mut self, control: Control, ci: Ci, data: &[u8]) -> Option<Answer> {
        match control.with_fcb(false) {
            Control::SND_UD => self.told(control, ci, data).map(|_| Answer::Ack),
            Control::SND_UD2 => {
                if self.told(control, ci, data)? == Told::Anew {
                    self.class_2 = None;
                    self.read();
                }
                self.telegram()
            }
            _ => None,
        }
    }

    fn short(&mut self, frame: Frame<'_>) -> Option<Answer> {
        self.short_length = frame.encode(&mut self.short).ok()?.len();
        Some(Answer::Short)
    }

    /// The C field of an answer, with the bits of an alarm and of a busy meter.
    fn flagged(&mut self, control: Control) -> Control {
        let alarm = if self.handler.alarm().is_some() { Control::ACD } else { 0 };
        let busy = if self.handler.is_busy() { Control::DFC } else { 0 };
        Control(control.0 | alarm | busy)
    }

    /// Makes the next telegram.
    fn read(&mut self) {
        self.access = self.access.wrapping_add(1);
        self.length = self.write().unwrap_or(0);
    }

    /// Writes a telegram, and says how long it is.
    fn write(&mut self) -> Result<usize, EncodeError> {
        let (control, address) = (self.flagged(Control::RSP_UD), self.address);
        let header = LongHeader { access: self.access, ..self.handler.header() };
        let Self { telegram, handler, next, pending, .. } = self;
        let (ci, octet) = match core::mem::replace(pending, Pending::Nothing) {
            Pending::Nothing => {
                let octets = frame::write(control, address, Ci::RESPONSE_LONG, telegram, |writer| {
                    Header::Long(header).write(writer);
                    records(handler, next, writer)
                })?;
                return Ok(octets.len());
            }
            Pending::Error(ApplicationError(error)) => (Ci::ERROR, error),
            Pending::Application(Application(application)) => (Ci::APPLICATION, application),
        };
        Ok(Frame::Long { control, address, ci, data: &[octet] }.encode(telegram)?.len())
    }

    /// Does what it is sent, if it can.
    fn told(&mut self, control: Control, ci: Ci, data: &[u8]) -> Option<Told> {
        if self.handler.is_busy() {
            return None;
        }
        let sent = Some(digest(control, ci, data));
        if core::mem::replace(&mut self.sent, sent) == sent {
            if let Some(rate) = BaudRate::of(ci) {
                self.rate = Some(rate);
            }
            return Some(Told::Again);
        }
        let result = match (ci, data) {
            (Ci::COMMAND, &[dif, vif, address]) if [dif, vif] == ADDRESS => self.set_address(address),
            (Ci::APPLICATION_RESET, _) => {
                self.next = 0;
                self.class_2 = None;
                self.handler.reset_application(data.first().copied().map(Application))
            }
            (Ci::REQUEST_APPLICATION, _) => self.handler.application().map(|application| {
                self.pending = Pending::Application(application);
                self.class_2 = None;
            }),
            _ => match BaudRate::of(ci) {
                Some(rate) if self.handler.change_baud_rate(rate) => {
                    self.rate = Some(rate);
                    Ok(())
                }
                Some(_) => {
                    self.sent = None;
                    return None;
                }
                None => self.handler.write(ci, data),
            },
        };
        if let Err(error) = result {
            self.pending = Pending::Error(error);
            // It is no repetition of an answer before.
            self.class_2 = None;
        }
        Some(Told::Anew)
    }

    fn set_address(&mut self, address: u8) -> Result<(), ApplicationError> {
        if address > LAST || !self.handler.set_address(Address(address)) {
            return Err(ApplicationError::UNSPECIFIED);
        }
        self.address = Address(address);
        Ok(())
    }
}

/// Appends the records of the next telegram, and what announces more.
fn records<H: Handler>(handler: &mut H, next: &mut u16, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    let mut room = [0; MAX_RECORDS];
    let mut records = Writer::new(&mut room);
    let more = handler.records(*next, &mut records);
    *next = if more { next.saturating_add(1) } else { 0 };
    writer.put(records.finish()?);
    if more {
        writer.put(&[MORE_FOLLOWS]);
    }
    Ok(())
}

/// What was sent, in short (FNV-1a).
fn digest(control: Control, ci: Ci, data: &[u8]) -> u32 {
    [control.0, ci.0]
        .iter()
        .chain(data)
        .fold(0x811C_9DC5, |hash: u32, &octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193))
}
