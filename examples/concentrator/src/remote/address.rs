//! Where a collector outside is found.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

/// `tcp:HOST:RADIO_PORT,HOST:BUS_PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    radio: String,
    bus: String,
}

/// How long a collector may take to listen.
const PATIENCE: Duration = Duration::from_secs(1);

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "tcp:HOST:RADIO_PORT,HOST:BUS_PORT is expected";
        let (radio, bus) = text.strip_prefix("tcp:").and_then(|rest| rest.split_once(',')).ok_or(form)?;
        let has_port = |address: &str| {
            address
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        };
        if has_port(radio) && has_port(bus) {
            Ok(Self { radio: radio.into(), bus: bus.into() })
        } else {
            Err(form)
        }
    }
}

impl Address {
    /// Its radio and its bus.
    pub fn connect(&self) -> anyhow::Result<(TcpStream, TcpStream)> {
        // QEMU waits for its second UART before it opens the third.
        let bus = reach(&self.bus).with_context(|| format!("no bus at {}", self.bus))?;
        let radio = reach(&self.radio).with_context(|| format!("no radio at {}", self.radio))?;
        Ok((radio, bus))
    }
}

/// Connects, after some time if nobody listens yet.
fn reach(address: &str) -> std::io::Result<TcpStream> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpStream::connect(address) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(20));
            }
            connected => return connected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let address = "tcp:localhost:4001,[::1]:4002".parse();
        assert_eq!(address, Ok(Address { radio: "localhost:4001".into(), bus: "[::1]:4002".into() }));
        for bad in
            ["", "tcp:", "tcp:a:1", "tcp:a:1,b", "tcp:a,b:2", "a:1,b:2", "tcp::1,b:2", "tcp:a:1,b:70000"]
        {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
