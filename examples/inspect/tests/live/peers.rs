//! Other programs.

use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub const INSPECT: &str = env!("CARGO_BIN_EXE_inspect");
pub const SOCAT: &[&str] = &["socat", "-V"];
pub const MBPOLL: &[&str] = &["mbpoll", "-V"];
pub const PYTHON: &[&str] = &["python3", "-c", ""];
pub const PYMODBUS: &[&str] = &["python3", "-c", "import pymodbus, serial"];
pub const DLT645: &[&str] = &["python3", "-c", "from dlt645 import MeterServerService"];
pub const LIBMODBUS: &[&str] = &["python3", "-c", "import ctypes; ctypes.CDLL('libmodbus.so.5')"];

/// How long a program may take to be ready.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Whether all programs run here.
pub fn have(programs: &[&[&str]]) -> bool {
    let runs = |program: &&[&str]| {
        let (name, arguments) = program.split_first().unwrap();
        Command::new(name).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let Some(missing) = programs.iter().find(|program| !runs(program)) else { return true };
    let line = format!("SKIPPED: `{}` fails here\n", missing.join(" "));
    assert!(std::env::var_os("METERWIRE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "{line}");
    // The test harness swallows what eprintln! prints.
    io::stderr().write_all(line.as_bytes()).unwrap();
    false
}

/// A script of the tests.
pub fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR")));
    command
}

/// A program that ends with the test.
pub struct Running {
    program: Child,
    lines: Option<Receiver<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Running {
    pub fn new(command: &mut Command) -> Self {
        Self { program: command.spawn().unwrap(), lines: None }
    }

    /// Starts a program and waits until it says what it does.
    pub fn that_says(what: &str, command: &mut Command) -> Self {
        let mut running = Self::new(command.stdout(Stdio::piped()));
        let stdout = BufReader::new(running.program.stdout.take().unwrap());
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        running.lines = Some(receiver);
        let line = running.line();
        assert!(line.starts_with(what), "{line}");
        running
    }

    /// The next line it prints.
    pub fn line(&self) -> String {
        self.lines.as_ref().unwrap().recv_timeout(PATIENCE).unwrap()
    }
}

/// Two serial ports with a line between them.
pub struct Pair {
    pub here: PathBuf,
    pub there: PathBuf,
    _socat: Running,
    _directory: TempDir,
}

impl Pair {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| directory.path().join(name));
        let end = |path: &PathBuf| format!("pty,raw,echo=0,link={}", path.display());
        let socat = Running::new(Command::new("socat").args([end(&here), end(&there)]));
        let deadline = Instant::now() + PATIENCE;
        while !(here.exists() && there.exists()) {
            assert!(Instant::now() < deadline, "socat made no ports");
            thread::sleep(Duration::from_millis(5));
        }
        Self { here, there, _socat: socat, _directory: directory }
    }

    /// Plays a meter at the far end.
    pub fn serve(&self, meter: &[&str]) -> Running {
        let mut command = Command::new(INSPECT);
        Running::that_says("serving", command.arg("serve").args(meter).arg("--port").arg(&self.there))
    }

    /// What `inspect read` or `write` prints, which has to succeed.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it says on standard error, which has to fail.
    pub fn fail(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
        String::from_utf8(output.stderr).unwrap()
    }

    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(INSPECT).args(arguments).arg("--port").arg(&self.here).output().unwrap()
    }
}
