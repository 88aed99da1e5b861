//! What the command line says of serial ports.

use std::time::Duration;

use clap::{Args, ValueEnum};
use inspect::Port;

/// Which port, and its settings.
#[derive(Args, Clone)]
pub struct Line {
    /// The serial port, such as /dev/ttyUSB0
    #[arg(long, value_name = "PATH")]
    port: String,
    /// Speed in bits a second [default: 9600 for Modbus, 2400 for the others]
    #[arg(long)]
    baud: Option<u32>,
    /// Parity [default: none for Modbus, even for the others]
    #[arg(long)]
    parity: Option<Parity>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Parity {
    None,
    Even,
    Odd,
}

/// What a protocol uses unless told otherwise.
pub struct Defaults {
    pub baud: u32,
    pub parity: Parity,
    /// Enough for the longest reply at this speed; of DL/T 645 and M-Bus, until it begins.
    pub timeout: Duration,
}

impl Defaults {
    pub const MODBUS: Self = Self { baud: 9_600, parity: Parity::None, timeout: Duration::from_secs(1) };
    pub const DLT645: Self = Self { baud: 2_400, parity: Parity::Even, timeout: Duration::from_secs(1) };
    pub const MBUS: Self = Self { baud: 2_400, parity: Parity::Even, timeout: Duration::from_millis(1_200) };
}

impl Line {
    /// Speed in bits a second, if it was said.
    pub fn speed(&self) -> Option<u32> {
        self.baud
    }

    /// The same port at another speed.
    pub fn at(&self, baud: u32) -> Self {
        Self { baud: Some(baud), ..self.clone() }
    }

    /// Speed in bits a second.
    pub fn baud(&self, defaults: &Defaults) -> u32 {
        self.baud.unwrap_or(defaults.baud)
    }

    /// Bits of one character: start, data, parity if there is one, stop.
    pub fn bits(&self, defaults: &Defaults) -> u32 {
        match self.parity.unwrap_or(defaults.parity) {
            Parity::None => 10,
            Parity::Even | Parity::Odd => 11,
        }
    }

    pub fn open(self, defaults: &Defaults) -> anyhow::Result<Port> {
        let parity = match self.parity.unwrap_or(defaults.parity) {
            Parity::None => inspect::Parity::None,
            Parity::Even => inspect::Parity::Even,
            Parity::Odd => inspect::Parity::Odd,
        };
        let baud = self.baud(defaults);
        Port::open(self.port, baud, parity)
    }
}
