//! Ctrl-C and SIGTERM for commands that run until they are told to stop.

use crate::contract::{ApiError, ErrorKind};
use std::future::Future;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for both signals; each `next` is one request to stop.
#[derive(Debug)]
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

/// Which signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopRequest {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl StopSignals {
    /// Starts to listen; from here on neither signal ends the process by itself.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> Result<Self, ApiError> {
        let open = |kind| {
            signal(kind).map_err(|error| {
                ApiError::new(
                    ErrorKind::Storage,
                    format!("signals cannot be received: {error}"),
                    "Try again.",
                )
            })
        };
        Ok(Self {
            interrupt: open(SignalKind::interrupt())?,
            terminate: open(SignalKind::terminate())?,
        })
    }

    /// The next request to stop.
    pub async fn next(&mut self) -> StopRequest {
        tokio::select! {
            _ = self.interrupt.recv() => StopRequest::Interrupt,
            _ = self.terminate.recv() => StopRequest::Terminate,
        }
    }
}

/// A future that ends with the first request to stop. Listening starts before it is first polled.
///
/// # Errors
/// When the system refuses.
pub fn stop_wanted() -> Result<impl Future<Output = ()> + Send, ApiError> {
    let mut signals = StopSignals::listen()?;
    Ok(async move {
        signals.next().await;
    })
}
