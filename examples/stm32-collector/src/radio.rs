//! The task that owns the radio modem, and with it the node of the network.

use collector::{Effect, Weight};
use defmt::{debug, info, warn};
use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Instant, with_timeout};
use embedded_io_async::{Read, Write};
use frame_crypto::{Aes128, Key};
use lora_tdma::{LocalTime, Node, NodeOutput};
use radio_modem::{FromModem, MAX_FRAMED, Outcome, Receiver, ToModem};
use telemetry::Refusal;

use crate::network::SETTINGS;
use crate::shared::Shared;
use crate::store::{Counters, Kept};
use crate::uart::Uart;

/// Frames on their way, and octets of the longest message.
pub type Device = Node<Counters, Aes128, 4, 240>;

/// So many frames without an acknowledgement, or superframes without a beacon, and the device begins anew.
const PATIENCE: u16 = 24;

/// Octets of a report in the log: one that fits every schedule of this network.
const LOGGED: usize = 48;

/// How long the modem may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// The modem's time may lie so many microseconds behind what was heard before: what goes back farther has started
/// anew.
const BACK_US: u64 = 1_000_000;

/// What the radio task has.
pub struct Radio {
    uart: &'static Uart,
    shared: &'static Shared,
    node: &'static mut Device,
    kept: Option<Kept>,
    root: [u8; 16],
    number: u16,
    /// The modem's time when it was last heard.
    now: LocalTime,
    /// Chance for joining, stirred with the modem's.
    chance: u64,
    /// When the device configured the modem or asked to join last, or heard that it had joined.
    joined: LocalTime,
    /// Whether the modem had started before it was configured, so that it is about to say that it is.
    configures: bool,
    /// Whether it restarts once everything is said.
    restarts: bool,
}

/// Runs the node between the modem and the collector.
#[embassy_executor::task]
pub async fn run(radio: &'static mut Radio) -> ! {
    let mut receiver = Receiver::new();
    let mut octets = [0; 64];
    let mut sleeps = false;
    radio.configure().await;
    loop {
        radio.shared.radio_seen.set(Instant::now());
        let mut uart = radio.uart;
        let heard = with_timeout(ANSWER, select(uart.read(&mut octets), radio.shared.radio.wait())).await;
        let count = match heard {
            Ok(Either::First(Ok(count))) => count,
            Ok(Either::Second(())) | Err(_) => {
                if sleeps {
                    // The modem says what time it is, and then it is looked at.
                    say(radio.uart, &ToModem::Wake { at: LocalTime::from_us(0) }).await;
                } else {
                    // It has not started yet.
                    radio.configure().await;
                }
                radio.keep();
                continue;
            }
        };
        let mut rest = octets.get(..count).unwrap_or_default();
        while let Some(content) = receiver.take(&mut rest) {
            let event = content.ok().and_then(|content| FromModem::decode(content).ok());
            let Some(event) = event else {
                warn!("the modem is hard to understand");
                continue;
            };
            let has_restarted = match event {
                FromModem::Ready { .. } => !radio.configures,
                FromModem::Time { now } => now.after(BACK_US) < radio.now,
                _ => false,
            };
            if has_restarted {
                radio.configures = true;
                radio.configure().await;
                continue;
            }
            radio.hear(event);
            radio.react().await;
            sleeps = true;
        }
    }
}

impl Radio {
    /// A radio with its node.
    pub fn new(
        uart: &'static Uart,
        shared: &'static Shared,
        node: &'static mut Device,
        kept: Option<Kept>,
        root: [u8; 16],
        number: u16,
    ) -> Self {
        let zero = LocalTime::from_us(0);
        Self {
            uart,
            shared,
            node,
            kept,
            root,
            number,
            now: zero,
            chance: 0,
            joined: zero,
            configures: false,
            restarts: false,
        }
    }

    /// Tells the modem its settings; it says that it is ready then, and the device joins.
    async fn configure(&mut self) {
        self.joined = self.now;
        say(self.uart, &ToModem::Configure(SETTINGS)).await;
    }

    fn hear(&mut self, event: FromModem<'_>) {
        match event {
            FromModem::Ready { now, random } => {
                info!("the modem is ready");
                self.configures = false;
                self.node.forget_time();
                self.now = now;
                self.chance ^= random;
                self.join();
            }
            FromModem::Time { now } => self.now = self.now.max(now),
            FromModem::Received { ended, frame, .. } => {
                self.now = self.now.max(ended);
                self.node.receive(frame, ended);
            }
            FromModem::Transmitted(Outcome::Sent) => {}
            FromModem::Transmitted(Outcome::Busy | Outcome::Late) => self.node.busy(),
        }
    }

    fn join(&mut self) {
        // xorshift64 (Marsaglia 2003): no nonce comes twice between two starts.
        self.chance |= u64::from(self.chance == 0);
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.node.join(Key::new(self.root), self.chance);
        self.joined = self.now;
    }

    /// What follows from what was heard; ends with the time at which the modem is to wake the device.
    async fn react(&mut self) {
        let period = u64::from(self.node.schedule().layout().period_us).max(100_000);
        let patience = period * u64::from(PATIENCE);
        let heard = self.node.clock().synchronized().filter(|_| self.node.unanswered() <= PATIENCE);
        let answered = heard.map_or(self.joined, |time| time.max(self.joined));
        if answered.after(patience) < self.now {
            // The modem may have started anew unheard, and have no settings.
            warn!("the base does not answer");
            self.configure().await;
        }
        let until = loop {
            if let Some(until) = self.step().await {
                break until;
            }
        };
        if let Some(time) = self.node.clock().base_time(self.now) {
            self.shared.set_time((time.time.us() / 1_000_000) as u32);
        }
        let latest = self.now.after(patience);
        let at = until.map_or(latest, |until| until.min(latest));
        say(self.uart, &ToModem::Wake { at }).await;
    }

    /// One step of the node; until when to wait, once there is nothing else to do.
    async fn step(&mut self) -> Option<Option<LocalTime>> {
        let shared = self.shared;
        let listen_us = self.node.schedule().layout().listen_us;
        match self.node.poll(self.now) {
            NodeOutput::Transmit { frame, at } => {
                say(self.uart, &ToModem::Transmit { at, listen_us, frame }).await;
            }
            NodeOutput::Message { message, .. } => {
                match shared.with(|collector| collector.command(message, crate::bus::now())) {
                    Some(Effect::Reset) => self.restarts = true,
                    Some(Effect::Rename { tag, command }) => {
                        let renamed = match &mut self.kept {
                            Some(kept) => kept.rename(command),
                            None => Err(Refusal::NoStorage),
                        };
                        // It is called so in frames from its next start on.
                        self.restarts |= renamed == Ok(true);
                        shared.with(|collector| collector.answer(tag, renamed.map(|_| ())));
                    }
                    Some(Effect::Table { tag }) => {
                        let kept = self.keep_table();
                        shared.with(|collector| collector.answer(tag, kept));
                    }
                    Some(Effect::None) | None => {}
                }
                shared.bus.signal(());
            }
            NodeOutput::Delivered { ticket } => {
                let is_logged = shared.with(|collector| collector.settled(ticket, true));
                if let (Some(true), Some(kept)) = (is_logged, &mut self.kept) {
                    kept.drop_oldest();
                }
            }
            NodeOutput::Lost { ticket } => {
                shared.with(|collector| collector.settled(ticket, false));
            }
            NodeOutput::Joined { link, .. } => {
                info!("joined as device {} of network {}", link.device, link.network);
                self.joined = self.now;
            }
            NodeOutput::Scheduled(schedule) => info!("schedule {}", schedule.layout().version),
            NodeOutput::Dismissed => warn!("the base does without this device"),
            NodeOutput::Failed(error) => warn!("nothing can be sealed: {}", error),
            NodeOutput::Wait(until) => {
                self.keep();
                return if self.put() { None } else { Some(until) };
            }
            _ => {}
        }
        None
    }

    fn keep_table(&mut self) -> Result<(), Refusal> {
        let kept = self.kept.as_mut().ok_or(Refusal::NoStorage)?;
        let is_kept = self.shared.with(|collector| kept.keep_table(collector.table()));
        if is_kept == Some(true) { Ok(()) } else { Err(Refusal::NoStorage) }
    }

    /// Puts readings into the log before they are lost, and sends the log once the network is there.
    fn keep(&mut self) {
        let Some(kept) = &mut self.kept else { return };
        let mut buffer = [0; 256];
        let spill = |room: &mut [u8]| {
            let room = room.get_mut(..LOGGED)?;
            self.shared.with(|collector| collector.spill(self.restarts, room).map(<[u8]>::len))?
        };
        while let Some(report) = spill(&mut buffer).and_then(|length| buffer.get(..length)) {
            if !kept.log(report) {
                warn!("a report is lost");
            }
        }
        if !self.restarts
            && self.node.is_member()
            && self.node.is_idle()
            && let Some(report) = kept.oldest(&mut buffer)
        {
            self.shared.with(|collector| collector.restore(report));
        }
    }

    /// Hands the node what the collector has to say; whether there was anything.
    fn put(&mut self) -> bool {
        if !self.node.is_member() || !self.node.is_free() {
            return false;
        }
        let node = &mut *self.node;
        let schedule = *node.schedule();
        let Ok(place) = schedule.place(self.number) else { return false };
        let health = self.shared.health();
        let put = self.shared.with(|collector| {
            if self.restarts && node.is_idle() && collector.has_answered() {
                info!("restarting");
                cortex_m::peripheral::SCB::sys_reset();
            }
            let Some((weight, message)) = collector.message(schedule.max_message(place.slot), &health) else {
                return false;
            };
            let urgent = if weight == Weight::Urgent { node.alarm(message).ok() } else { None };
            let Some(ticket) = urgent.or_else(|| node.send(message).ok()) else { return false };
            debug!("sends {} octets as {}", message.len(), ticket);
            collector.sent(ticket);
            true
        });
        put.unwrap_or(false)
    }
}

async fn say(mut modem: &Uart, message: &ToModem<'_>) {
    let mut buffer = [0; MAX_FRAMED];
    let mut octets = message.encode(&mut buffer).unwrap_or_default();
    while !octets.is_empty() {
        let Ok(count) = modem.write(octets).await;
        octets = octets.get(count..).unwrap_or_default();
    }
}
