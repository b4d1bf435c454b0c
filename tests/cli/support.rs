//! Runs the program and a sandbox beside it, each test in folders of its own.

pub use crate::signal::signal;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_alertdesk");
pub const ANA: &str = "447700900118";
pub const TOM: &str = "447700900733";

/// A desk: settings and data of its own, nobody to talk to.
pub struct Desk {
    pub folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The error on the last line of stderr.
    pub fn error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        let document: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        document["error"].clone()
    }

    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn write_config(&self, text: &str) {
        self.write("config/config.toml", text);
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("TZ", "Europe/London")
            .env("ALERTDESK_CONFIG_DIR", self.folder.path().join("config"))
            .env("ALERTDESK_DATA_DIR", self.data())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        finished(self.command(arguments).spawn().unwrap())
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        finished(child)
    }

    /// Puts templates of the sandbox into the library.
    pub fn import(&self, names: &[&str]) {
        for name in names {
            let file = format!(
                "{}/assets/sandbox/payloads/{name}.json",
                env!("CARGO_MANIFEST_DIR")
            );
            self.run(&["template", "import", &file]).expect(0);
        }
    }

    /// Every byte this program left in its data folder.
    pub fn everything_written(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        collect(&self.data(), &mut bytes);
        bytes
    }
}

fn collect(folder: &Path, bytes: &mut Vec<u8>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, bytes);
        } else {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
}

pub fn finished(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A sandbox process; it ends with the test.
pub struct Sandbox {
    child: Child,
    pub announcement: Value,
}

impl Sandbox {
    pub fn start(options: &[&str]) -> Self {
        Self::with_messages("700", options)
    }

    /// One whose busiest conversation has so many messages.
    pub fn with_messages(messages: &str, options: &[&str]) -> Self {
        let mut child = Desk::new()
            .command(&[&["sandbox", "--messages", messages], options].concat())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            announcement: serde_json::from_str(&line).unwrap(),
            child,
        }
    }

    pub fn text(&self, name: &str) -> &str {
        self.announcement[name].as_str().unwrap()
    }

    /// A desk connected by its environment alone.
    pub fn desk(&self) -> Desk {
        let mut desk = Desk::new();
        desk.set("ALERTDESK_BASE_URL", self.text("listening"))
            .set("ALERTDESK_CUSTOMER_ID", self.text("customer_id"))
            .set("ALERTDESK_BOT_KEY", self.text("bot_key"))
            .set("ALERTDESK_API_KEY", self.text("api_key"));
        desk
    }

    /// What an inspection route says.
    pub fn inspect(&self, route: &str) -> Value {
        let address = self.text("listening").trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /_sandbox/{route} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// The calls that are sends.
    pub fn sends(&self) -> Vec<Value> {
        let requests = self.inspect("requests");
        let sends = requests.as_array().unwrap().iter();
        sends
            .filter(|request| request["method"] == "POST")
            .cloned()
            .collect()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}
