//! Signals as events: an end that is asked for, and being stopped and continued by the shell.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What the system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// End in an orderly way.
    End,
    /// Give up the terminal until continued.
    Stop,
    /// The program was continued: the screen is no longer what it was.
    Continued,
}

/// The signals the dashboard listens to.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    stop: Signal,
    continued: Signal,
}

/// `SIGTSTP` and `SIGCONT` by number; tokio names neither. Equal on Linux x86, ARM and RISC-V.
#[cfg(any(target_os = "linux", target_os = "android"))]
const STOP_AND_CONTINUE: (i32, i32) = (20, 18);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const STOP_AND_CONTINUE: (i32, i32) = (18, 19);

impl Signals {
    /// Starts listening.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(STOP_AND_CONTINUE.0))?,
            continued: signal(SignalKind::from_raw(STOP_AND_CONTINUE.1))?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::End,
            _ = self.terminate.recv() => Asked::End,
            _ = self.hangup.recv() => Asked::End,
            _ = self.stop.recv() => Asked::Stop,
            _ = self.continued.recv() => Asked::Continued,
        }
    }
}

/// Stops this process as the shell expects it after `SIGTSTP`. Returns when it is continued.
///
/// # Errors
/// When the system's `kill` cannot be run.
pub fn stop_this_process() -> io::Result<()> {
    // Sending a signal directly would need unsafe code.
    let status = std::process::Command::new("kill")
        .arg("-STOP")
        .arg(std::process::id().to_string())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("kill -STOP failed"))
    }
}
