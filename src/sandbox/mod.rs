//! The embedded server that behaves like the platform; the other side of the network.
//!
//! It speaks real HTTP over a loopback socket, checks the key, serves seeded users and
//! conversations, really validates templates, stores broadcasts, starts flows, and counts every
//! acceptance per recipient at an inspection route of its own. It must not use any other module
//! of the crate: what both sides believed by sharing code would never be tested.

mod answer;
mod broadcast;
mod examples;
mod external;
mod faults;
mod history;
mod inspect;
mod media;
mod routes;
mod seed;
mod shared;
mod state;
mod talk;
mod templates;
mod wire;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use thiserror::Error;
use tokio::task::JoinSet;

pub use examples::{EXAMPLE_FLOWS, EXAMPLE_PAYLOADS, EXAMPLE_TEMPLATES};
pub use faults::{FAULT_HELP, FaultPlan, FaultSpecError};
use shared::Shared;

/// The numbers reserved for fiction that the seed data can use.
const MOST_USERS: usize = 10_000;
/// The longest conversation that was tried.
const MOST_MESSAGES: usize = 1_000_000;
/// The pause after an accept that failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);
const CUSTOMER: &str = "99001";
const BOT: &str = "00aa11bb22cc33dd";
/// Has the shape of a real key and opens nothing but the sandbox.
const API_KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";
const BUSIEST: &str = "447700900412";

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Number of users, 1 to 10,000.
    pub users: usize,
    /// Length of the busiest user's conversation, up to 1,000,000; the others have 0 to 60 messages.
    pub messages: usize,
    /// Start of everything random.
    pub seed: u64,
    /// Whether broadcasts are only accepted in the platform's own letter case.
    pub strict: bool,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// Whether seeded customers write now and then.
    pub live: bool,
    /// The time at the start; seed data ends shortly before it.
    pub now: jiff::Timestamp,
}

impl SandboxConfig {
    /// The usual sandbox: a free port on 127.0.0.1, 46 users, 3,000 messages, no faults.
    pub fn new(now: jiff::Timestamp) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            users: 46,
            messages: 3000,
            seed: 1,
            strict: false,
            faults: FaultPlan::default(),
            live: false,
            now,
        }
    }
}

/// Why a sandbox cannot start or go on.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The address to listen on is not a loopback address.
    #[error("The sandbox listens on loopback only, not on {0}; use 127.0.0.1 or [::1].")]
    NotLoopback(SocketAddr),
    /// The number of users is outside the range of the fictional telephone numbers.
    #[error("The sandbox has 1 to 10000 users, not {0}; change the number.")]
    Users(usize),
    /// The busiest conversation would be longer than was ever tried.
    #[error("The longest conversation has up to 1000000 messages, not {0}; change the number.")]
    Messages(usize),
    /// The socket cannot be opened or used.
    #[error("The sandbox cannot listen on {address}: {source}. Choose another port.")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The seed data that is part of the program cannot be read.
    #[error("The seed data of the sandbox is damaged: {0}. Install the program again.")]
    Seed(#[from] serde_json::Error),
    /// A task of the sandbox broke down.
    #[error("The sandbox broke down: {0}. Start it again.")]
    Task(#[from] tokio::task::JoinError),
}

/// What a client needs to connect; printed as the first line of `alertdesk sandbox`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// Base URL, `http://ADDRESS:PORT` without a path.
    pub listening: String,
    /// Customer id, decimal digits.
    pub customer_id: String,
    /// Bot key, 16 lower-case hex digits.
    pub bot_key: String,
    /// API key in the platform's shape.
    pub api_key: String,
    /// Number of the user with the long conversation, digits only.
    pub busiest_user: String,
}

/// A sandbox whose socket is open and whose seed data does not exist yet.
#[derive(Debug)]
pub struct BoundSandbox {
    listener: TcpListener,
    address: SocketAddr,
    config: SandboxConfig,
}

impl BoundSandbox {
    /// Opens the socket, nothing else.
    ///
    /// # Errors
    ///
    /// When the address is not loopback or not free, or a number is out of range.
    pub fn bind(config: SandboxConfig) -> Result<Self, SandboxError> {
        let address = config.listen;
        if !address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(address));
        }
        if !(1..=MOST_USERS).contains(&config.users) {
            return Err(SandboxError::Users(config.users));
        }
        if config.messages > MOST_MESSAGES {
            return Err(SandboxError::Messages(config.messages));
        }
        let open = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let bound = listener.local_addr()?;
            Ok((listener, bound))
        };
        let (listener, address) =
            open().map_err(|source| SandboxError::Listen { address, source })?;
        Ok(Self {
            listener,
            address,
            config,
        })
    }

    /// What a client needs to connect.
    pub fn announcement(&self) -> Announcement {
        Announcement {
            listening: format!("http://{}", self.address),
            customer_id: CUSTOMER.to_owned(),
            bot_key: BOT.to_owned(),
            api_key: API_KEY.to_owned(),
            busiest_user: BUSIEST.to_owned(),
        }
    }

    /// The address with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Generates the seed data beside the first requests, which wait for it, and serves until
    /// `shutdown` is ready. Open connections are cut then.
    ///
    /// # Errors
    ///
    /// When the socket cannot be used or the seed data cannot be generated.
    pub async fn serve(
        self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), SandboxError> {
        let Self {
            listener,
            address,
            config,
        } = self;
        let listener = tokio::net::TcpListener::from_std(listener)
            .map_err(|source| SandboxError::Listen { address, source })?;
        let live = config.live;
        let shared = Arc::new(Shared::new(address, config));
        let router = routes::router(Arc::clone(&shared));
        let mut workers = JoinSet::new();
        let seeding = Arc::clone(&shared);
        workers.spawn_blocking(move || seeding.fill());
        workers.spawn(broadcast::publish_when_due(Arc::clone(&shared)));
        if live {
            workers.spawn(inspect::write_now_and_then(Arc::clone(&shared)));
        }
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(ended) = workers.join_next() => ended??,
                Some(ended) = connections.join_next() => if let Err(error) = ended {
                    tracing::error!(%error, "a sandbox connection broke down");
                },
                accepted = listener.accept() => {
                    // Without free file handles it fails until a connection ends: no busy loop.
                    if let Ok((stream, _)) = accepted {
                        let (shared, router) = (Arc::clone(&shared), router.clone());
                        connections.spawn(wire::connection(stream, shared, router));
                    } else {
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        }
        connections.shutdown().await;
        workers.shutdown().await;
        Ok(())
    }
}
