//! The collector on an STM32F405: one task owns the RS-485 bus, one the radio modem and the node of the network,
//! one watches the others.
#![no_std]
#![no_main]

mod bus;
mod clock;
mod flash;
mod network;
mod radio;
mod shared;
mod store;
mod uart;
mod watch;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;

use collector::Table;
use collector_identity::Identity;
use defmt::{error, info};
use defmt_rtt as _;
use embassy_executor::{Spawner, raw};
use frame_crypto::{Key, Volatile};
use lora_tdma::{Device, Schedule, SendError};
use static_cell::StaticCell;
use stm32f4xx_hal::pac::{self, Interrupt, NVIC, interrupt};
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::{Config, Enable};
use stm32f4xx_hal::watchdog::IndependentWatchdog;
use telemetry::Parity;

use crate::radio::Radio;
use crate::shared::Shared;
use crate::store::{Counters, Kept};
use crate::uart::{Pipes, Uart};

/// RS-485: PA2, PA3, and PA1 drives the transceiver.
static BUS: Uart = Uart::new(
    // SAFETY: the registers are there for good, and nobody else uses them once the clocks run.
    || unsafe { &*pac::USART2::ptr() },
    |sends| {
        // SAFETY: a write of set and reset bits changes no other pin.
        let port = unsafe { &*pac::GPIOA::ptr() };
        port.bsrr().write(|w| if sends { w.bs1().set_bit() } else { w.br1().set_bit() });
    },
    &BUS_PIPES,
);
static BUS_PIPES: Pipes = Pipes::new();

/// The radio modem: PB10, PB11.
static MODEM: Uart = Uart::new(
    // SAFETY: see above.
    || unsafe { &*pac::USART3::ptr() },
    |_| {},
    &MODEM_PIPES,
);
static MODEM_PIPES: Pipes = Pipes::new();

/// The crystal between PH0 and PH1.
const CRYSTAL_MHZ: u32 = 12;

/// The longest frame has to be there well before it is to be sent: 273 octets take 2.7 ms.
const MODEM_BAUD: u32 = 1_000_000;

#[interrupt]
fn USART2() {
    BUS.on_interrupt();
}

#[interrupt]
fn USART3() {
    MODEM.on_interrupt();
}

/// Whether a task has something to do.
static WOKEN: AtomicBool = AtomicBool::new(true);

#[unsafe(export_name = "__pender")]
fn pender(_: *mut ()) {
    WOKEN.store(true, Ordering::SeqCst);
}

/// Polls the tasks, and sleeps until an interrupt when there is nothing to do.
#[cortex_m_rt::entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<raw::Executor> = StaticCell::new();
    let executor: &'static raw::Executor = EXECUTOR.init(raw::Executor::new(core::ptr::null_mut()));
    if start(executor.spawner()).is_none() {
        error!("this device cannot start: has it an identity?");
    }
    loop {
        WOKEN.store(false, Ordering::SeqCst);
        // SAFETY: this is the only place, and never within itself.
        unsafe { executor.poll() };
        // An interrupt between the look and the sleep ends the sleep, and runs after it.
        cortex_m::interrupt::disable();
        if !WOKEN.load(Ordering::SeqCst) {
            cortex_m::asm::wfi();
        }
        // SAFETY: nothing relies on interrupts being off here.
        unsafe { cortex_m::interrupt::enable() };
    }
}

/// Starts the tasks. What they live in is built where it stays, one after the other: the stack has room for none of
/// it twice.
#[inline(never)]
fn start(spawner: Spawner) -> Option<()> {
    static RADIO: StaticCell<Radio> = StaticCell::new();
    let mut watchdog = hardware()?;
    let identity = network::identity()?;
    info!("{}, device {} of network {}", identity.name.as_str(), identity.number, identity.network);
    let (mut kept, counters) = match Kept::new(&identity) {
        Some((kept, counters)) => (Some(kept), counters),
        None => (None, Counters::Volatile(Volatile::default())),
    };
    let number = kept.as_ref().map_or(identity.number, |kept| kept.name().number);
    let boots = kept.as_ref().map_or(1, |kept| kept.boots);
    info!("start {}, {} storage", boots, if kept.is_some() { "with" } else { "without" });
    let shared = share(kept.as_mut())?;
    let node = node(&identity, number, counters)?;

    // Longer than two large sectors take to be erased, by the fastest clock that the watchdog may have.
    watchdog.start(20.secs());
    spawner.spawn(watch::run(watchdog, shared, boots).ok()?);
    spawner.spawn(bus::run(&BUS, shared).ok()?);
    let radio = RADIO.init_with(|| Radio::new(&MODEM, shared, node, kept, identity.root, number));
    spawner.spawn(radio::run(radio).ok()?);
    Some(())
}

/// Starts clocks, pins and UARTs.
#[inline(never)]
fn hardware() -> Option<IndependentWatchdog> {
    let peripherals = pac::Peripherals::take()?;
    let core = cortex_m::Peripherals::take()?;
    // Read-only where the clocks are real; an emulator that has none is told that they run.
    // SAFETY: ready bits only.
    peripherals.RCC.cr().modify(|r, w| unsafe { w.bits(r.bits() | 1 << 1 | 1 << 17 | 1 << 25) });
    let clocks = Config::hse(CRYSTAL_MHZ.MHz()).sysclk(168.MHz()).pclk1(uart::PCLK1_HZ.Hz()).pclk2(84.MHz());
    let mut rcc = peripherals.RCC.freeze(clocks);
    clock::start(core.SYST, rcc.clocks.hclk().raw());

    let (a, b) = (peripherals.GPIOA.split(&mut rcc), peripherals.GPIOB.split(&mut rcc));
    let mut drive = a.pa1.into_push_pull_output();
    drive.set_low();
    // Who listens while nobody drives the line hears silence.
    let _ = (a.pa2.into_alternate::<7>(), a.pa3.into_alternate::<7>().internal_pull_up(true));
    let _ = (b.pb10.into_alternate::<7>(), b.pb11.into_alternate::<7>().internal_pull_up(true));
    pac::USART2::enable(&mut rcc);
    pac::USART3::enable(&mut rcc);
    BUS.set(9_600, Parity::None);
    MODEM.set(MODEM_BAUD, Parity::None);
    // SAFETY: their handlers are above.
    unsafe {
        NVIC::unmask(Interrupt::USART2);
        NVIC::unmask(Interrupt::USART3);
    }
    Some(IndependentWatchdog::new(peripherals.IWDG))
}

/// The collector, with the table that is kept or the first one.
#[inline(never)]
fn share(kept: Option<&mut Kept>) -> Option<&'static Shared> {
    static SHARED: StaticCell<Shared> = StaticCell::new();
    let shared = &*SHARED.init_with(Shared::new);
    let table = kept.and_then(Kept::table).or_else(|| Table::decode(network::METERS).ok())?;
    shared.with(|collector| collector.use_table(table, Duration::ZERO))?;
    Some(shared)
}

/// The node of the network.
#[inline(never)]
fn node(identity: &Identity, number: u16, counters: Counters) -> Option<&'static mut radio::Device> {
    static NODE: StaticCell<Result<radio::Device, SendError>> = StaticCell::new();
    let device = Device {
        network: identity.network,
        number,
        bounds: network::BOUNDS,
        start_error_us: network::START_ERROR_US,
    };
    let schedule = Schedule::new(network::LAYOUT).ok()?;
    let root: Key = Key::new(identity.root);
    NODE.init_with(|| radio::Device::new(schedule, device, &root, counters)).as_mut().ok()
}

/// The device starts anew.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    error!("panic");
    cortex_m::peripheral::SCB::sys_reset()
}
