//! A person at a terminal: starts the program, types, looks, waits until the screen is right.

pub use crate::signal::signal;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use vt100::{MouseProtocolMode, Parser};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_alertdesk");
/// What every wait of these tests ends with when the screen never becomes right.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition outside the screen is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A folder for everything the program may write.
pub struct Home {
    pub folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where a demo puts its folder.
    pub fn temporary(&self) -> PathBuf {
        self.path("tmp")
    }

    pub fn variables(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", text(self.folder.path())),
            ("TMPDIR", text(&self.temporary())),
            ("TZ", "Europe/London".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("ALERTDESK_CONFIG_DIR", text(&self.path("config"))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// The terminal with the program in it.
pub struct Tty {
    pub home: Home,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: Parser,
    /// Every byte the program has written.
    pub written: Vec<u8>,
    modes_before: String,
}

impl Tty {
    /// The demo at 120×40.
    pub fn demo() -> Self {
        Self::start(&["demo"], (120, 40), &[])
    }

    pub fn start(arguments: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        Self::start_in(Home::new(), arguments, size, variables)
    }

    pub fn start_in(
        home: Home,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env_clear();
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let modes_before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let reader = pair.master.try_clone_reader().unwrap();
        Self {
            home,
            child,
            output: read_in_background(reader),
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            parser: Parser::new(size.1, size.0, 0),
            written: Vec::new(),
            modes_before,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(rows, columns);
        self.master.resize(pty_size((columns, rows))).unwrap();
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// Takes output until this is true.
    pub fn wait(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let start = now();
        while !done(self) {
            assert!(
                start.elapsed() < PATIENCE,
                "never came: {what}\n{}",
                self.text()
            );
            self.take(LOOK);
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |tty| tty.text().contains(text));
    }

    pub fn wait_without(&mut self, text: &str) {
        let what = format!("a screen without {text}");
        self.wait(&what, |tty| !tty.text().contains(text));
    }

    /// Takes what comes within this time; says whether anything came.
    pub fn take(&mut self, patience: Duration) -> bool {
        match self.output.recv_timeout(patience) {
            Ok(bytes) => {
                self.parser.process(&bytes);
                self.written.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Waits until the program has ended and everything it wrote was taken.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let mut status = None;
        self.wait("the end of the program", |tty| {
            status = tty.child.try_wait().unwrap();
            status.is_some()
        });
        while self.take(Duration::from_millis(200)) {}
        status.unwrap()
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Whether the line discipline is as it was before the program began.
    pub fn modes_are_back(&self) -> bool {
        modes(self.master.as_ref()) == self.modes_before
    }

    /// Asserts that nothing of the program is left in the terminal.
    pub fn assert_given_back(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "still the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        self.assert_last("\u{1b}[?1004h", "\u{1b}[?1004l", "focus reports");
        self.assert_last("\u{1b}[>", "\u{1b}[<1u", "the keyboard protocol");
        assert!(self.modes_are_back(), "still in raw mode");
    }

    /// Asserts that what was switched on was switched off after it.
    fn assert_last(&self, on: &str, off: &str, what: &str) {
        let written = String::from_utf8_lossy(&self.written);
        let (on, off) = (written.rfind(on), written.rfind(off));
        assert!(on.is_some() && off > on, "{what}: on {on:?}, off {off:?}");
    }

    /// The column and row at which a text begins.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        let (rows, columns) = self.screen().size();
        for row in 0..rows {
            let line: Vec<String> = (0..columns)
                .map(|column| self.screen().cell(row, column).unwrap())
                .map(|cell| match cell.contents() {
                    "" => " ".to_owned(),
                    contents => contents.to_owned(),
                })
                .collect();
            for column in 0..line.len() {
                if line[column..].concat().starts_with(text) {
                    return Some((u16::try_from(column).unwrap(), row));
                }
            }
        }
        None
    }

    /// The people of a search of which the seed data is certain.
    pub fn find_people(&mut self) {
        self.wait_for("3 Composer");
        self.keys("1/");
        self.keys("city=London\r");
        self.wait_for("found");
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("the terminal has modes");
    format!("{:?} {:?}", modes.input_flags, modes.local_flags)
}

/// Whether the system has stopped this process.
pub fn is_stopped(pid: u32) -> bool {
    let output = Command::new("ps")
        .args(["-o", "state=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .starts_with('T')
}

/// Names in a folder that begin with this.
pub fn entries(folder: &Path, prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix))
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test that watches another process needs real time"
)]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "reading a terminal blocks, and a test must be able to give up"
)]
fn read_in_background(mut reader: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        // A closed terminal is an error on some systems and an empty read on others.
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            if send.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receive
}
