//! Collectors as QEMU runs them: a process for each, with their two UARTs on sockets.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use collector_identity::ADDRESS;

use crate::provision;

/// The emulator, its board, and the oldest version with all of it.
const QEMU: &str = "qemu-system-arm";
const BOARD: &str = "netduinoplus2";
const VERSION: u32 = 10;

const INSTALL: &str = "apt-get install --no-install-recommends qemu-system-arm, on Debian 12 with -t bookworm-backports \
                       and on Debian 13 as it is";

/// How long a process may take to open its UARTs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Processes that end with this.
pub struct Emulator {
    firmware: PathBuf,
    folder: PathBuf,
    children: Vec<Child>,
}

impl Emulator {
    /// Finds the emulator and the firmware.
    pub fn new(firmware: &Path) -> anyhow::Result<Self> {
        let output = match Command::new(QEMU).arg("--version").output() {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!("{QEMU} is missing: {INSTALL}"),
            output => output.with_context(|| format!("{QEMU} does not start"))?,
        };
        let text = String::from_utf8_lossy(&output.stdout);
        match version(&text) {
            Some(found) if found >= VERSION => {}
            Some(found) => bail!("{QEMU} {found} is too old, version {VERSION} is needed: {INSTALL}"),
            None => bail!("{QEMU} does not say its version, but {text:?}"),
        }
        ensure!(
            firmware.is_file(),
            "there is no firmware {}: build it with `cargo build --release` in examples/stm32-collector, or name \
             another one by --firmware",
            firmware.display()
        );
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("concentrator-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { firmware: firmware.into(), folder, children: Vec::new() })
    }

    /// Starts collector `number`; its radio and its bus.
    pub fn start(&mut self, number: u16) -> anyhow::Result<(TcpStream, TcpStream)> {
        let identity = self.folder.join(format!("{number}.identity"));
        provision::simulated(number, &identity)?;
        let log = self.folder.join(format!("{number}.log"));
        let (radio, bus) = (listen()?, listen()?);
        let mut command = Command::new(QEMU);
        command.args(["-M", BOARD, "-display", "none", "-monitor", "none", "-kernel"]).arg(&self.firmware);
        let mut loader = std::ffi::OsString::from("loader,file=");
        // A comma in an option's value is written twice.
        loader.push(identity.to_string_lossy().replace(',', ",,"));
        loader.push(format!(",addr={ADDRESS:#010X},force-raw=on"));
        command.arg("-device").arg(loader);
        // USART1 is not in use, USART2 is the bus, USART3 the radio.
        command.args(["-serial", "null"]);
        for listener in [&bus, &radio] {
            let port = listener.local_addr()?.port();
            command.arg("-serial").arg(format!("tcp:127.0.0.1:{port},nodelay=on"));
        }
        #[cfg(unix)]
        // Ctrl-C is for this process, which then ends the others.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut child = command.spawn().with_context(|| format!("{QEMU} does not start"))?;
        let streams = accept(&bus, &mut child).and_then(|bus| Ok((accept(&radio, &mut child)?, bus)));
        self.children.push(child);
        streams.with_context(|| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            format!("collector {number} does not start: {}", said.trim())
        })
    }
}

#[cfg(test)]
impl Emulator {
    /// Ends a process as a power cut does; they are counted in the order of their start.
    pub fn kill(&mut self, index: usize) {
        if let Some(child) = self.children.get_mut(index) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The major version in what QEMU says.
fn version(text: &str) -> Option<u32> {
    let (_, behind) = text.split_once("version ")?;
    behind.split('.').next()?.parse().ok()
}

/// A port of the system's choice.
fn listen() -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port on 127.0.0.1")?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Waits for the emulator to connect.
fn accept(listener: &TcpListener, child: &mut Child) -> anyhow::Result<TcpStream> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(status) = child.try_wait()? {
            bail!("{QEMU} ended with {status}");
        }
        ensure!(Instant::now() < deadline, "{QEMU} does not connect");
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(version("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)"), Some(10));
        assert_eq!(version("QEMU emulator version 7.2.19"), Some(7));
        assert_eq!(version("no such thing"), None);
    }
}
