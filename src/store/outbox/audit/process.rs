//! Who writes: user, machine, program and zone of this process, in one line before its first. It
//! must not be asked more than once a process; the lines after it name it by its number.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::sync::OnceLock;

/// What is known of this process.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Facts {
    pub user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    pub host: String,
    pub pid: u32,
    pub version: &'static str,
    pub zone: String,
}

/// The number of the line about this process, once it is in the record.
#[derive(Debug, Default)]
pub(super) struct Process {
    kept: Option<i64>,
    written: Option<i64>,
}

impl Process {
    /// What a transaction wrote that was never committed is not in the record.
    pub fn begin(&mut self) {
        self.written = None;
    }

    /// The number of the line, if there is one.
    pub fn line(&self) -> Option<i64> {
        self.kept.or(self.written)
    }

    /// The line was written, but not committed yet.
    pub fn wrote(&mut self, line: i64) {
        self.written = Some(line);
    }

    /// Whatever was written is in the record.
    pub fn committed(&mut self) {
        self.kept = self.line();
    }
}

/// What is known of this process.
pub(super) fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    #[cfg(unix)]
    let uid = Some(rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    let uid = None;
    FACTS.get_or_init(|| Facts {
        user: user(uid),
        uid,
        host: host(),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION"),
        zone: zone(),
    })
}

/// The time of a line. Lines are written below everything that has a clock of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the audit's one place that reads the time, so that no caller can set it"
)]
pub(super) fn now() -> Timestamp {
    // Stored in microseconds, so that row and text say the same.
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

fn user(uid: Option<u32>) -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let set = |name: &&str| std::env::var(name).ok().filter(|user| !user.is_empty());
    let name = names.iter().find_map(set);
    name.or_else(|| uid.map(|uid| format!("uid {uid}")))
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(unix)]
fn host() -> String {
    let system = rustix::system::uname();
    system.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "unknown".to_owned())
}

fn zone() -> String {
    let zone = TimeZone::system();
    zone.iana_name().unwrap_or("UTC").to_owned()
}
