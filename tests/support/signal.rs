//! Signals to a program under test.

use std::process::Command;

/// Sends a signal by name, for example `INT`.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
