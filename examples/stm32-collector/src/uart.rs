//! UARTs driven by interrupts, with a pipe each way.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embassy_sync::signal::Signal;
use embedded_io_async::{ErrorType, Read, Write};
use stm32f4xx_hal::pac::usart1::RegisterBlock;
use telemetry::Parity;

/// The clock of the UARTs at the first peripheral bus: with it the modem's rate is exact, and 600 baud is the slowest.
pub const PCLK1_HZ: u32 = 21_000_000;

/// A UART, and who switches its transceiver to sending.
pub struct Uart {
    registers: fn() -> &'static RegisterBlock,
    sends: fn(bool),
    pipes: &'static Pipes,
}

/// What a task and the interrupt of its UART share.
pub struct Pipes {
    received: Pipe<CriticalSectionRawMutex, 512>,
    to_send: Pipe<CriticalSectionRawMutex, 128>,
    idle: Signal<CriticalSectionRawMutex, ()>,
    /// Octets that came too fast, or with a wrong parity.
    lost: AtomicU32,
}

impl Pipes {
    /// Empty pipes.
    pub const fn new() -> Self {
        Self { received: Pipe::new(), to_send: Pipe::new(), idle: Signal::new(), lost: AtomicU32::new(0) }
    }
}

impl Uart {
    /// The UART with these registers.
    pub const fn new(
        registers: fn() -> &'static RegisterBlock,
        sends: fn(bool),
        pipes: &'static Pipes,
    ) -> Self {
        Self { registers, sends, pipes }
    }

    /// Sets speed and parity, forgets what came in, and listens; whether it can be that slow.
    pub fn set(&self, baud: u32, parity: Parity) -> bool {
        let Ok(divider) = u16::try_from((PCLK1_HZ + baud / 2) / baud) else { return false };
        let registers = (self.registers)();
        registers.cr1().modify(|_, w| w.ue().clear_bit());
        // SAFETY: every value is a divider.
        registers.brr().write(|w| unsafe { w.bits(divider) });
        let (has_parity, is_odd) = (parity != Parity::None, parity == Parity::Odd);
        // Eight bits of data and one of parity are a word of nine bits.
        registers.cr1().modify(|_, w| w.m().bit(has_parity).pce().bit(has_parity).ps().bit(is_odd));
        registers.cr1().modify(|_, w| w.ue().set_bit().te().set_bit().re().set_bit().rxneie().set_bit());
        self.pipes.received.clear();
        true
    }

    /// Octets that were lost.
    pub fn lost(&self) -> u32 {
        self.pipes.lost.load(Ordering::Relaxed)
    }

    fn lose(&self) {
        self.pipes.lost.store(self.lost().wrapping_add(1), Ordering::Relaxed);
    }

    /// To be called by the UART's interrupt.
    pub fn on_interrupt(&self) {
        let registers = (self.registers)();
        let status = registers.sr().read();
        let control = registers.cr1().read();
        if status.rxne().bit_is_set() || status.ore().bit_is_set() {
            // Reading status and data clears the errors.
            let octet = registers.dr().read().dr().bits() as u8;
            if status.ore().bit_is_set() {
                self.lose();
            }
            if status.rxne().bit_is_set() {
                let is_damaged = status.pe().bit_is_set() || status.fe().bit_is_set();
                if is_damaged || self.pipes.received.try_write(&[octet]).is_err() {
                    self.lose();
                }
            }
        }
        if control.txeie().bit_is_set() && status.txe().bit_is_set() {
            let mut octet = [0];
            match self.pipes.to_send.try_read(&mut octet) {
                Ok(_) => {
                    let [octet] = octet;
                    // SAFETY: every octet is data.
                    registers.dr().write(|w| unsafe { w.dr().bits(octet.into()) });
                }
                Err(_) => {
                    registers.cr1().modify(|_, w| w.txeie().clear_bit().tcie().set_bit());
                }
            }
        } else if control.tcie().bit_is_set() && status.tc().bit_is_set() {
            registers.cr1().modify(|_, w| w.tcie().clear_bit());
            (self.sends)(false);
            self.pipes.idle.signal(());
        }
    }
}

impl ErrorType for &Uart {
    type Error = Infallible;
}

impl Read for &Uart {
    async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        Ok(self.pipes.received.read(octets).await)
    }
}

impl Write for &Uart {
    async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
        self.pipes.idle.reset();
        (self.sends)(true);
        let count = self.pipes.to_send.write(octets).await;
        critical_section::with(|_| {
            (self.registers)().cr1().modify(|_, w| w.txeie().set_bit().tcie().clear_bit());
        });
        Ok(count)
    }

    /// Returns when the last stop bit has left.
    async fn flush(&mut self) -> Result<(), Infallible> {
        self.pipes.idle.wait().await;
        Ok(())
    }
}
