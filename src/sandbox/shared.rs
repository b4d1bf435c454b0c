//! What all requests of one sandbox share: settings, clock, fault desk, log and seeded world.
//!
//! Locks are taken for a moment and never held across an await.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, SetOnce};
use tokio::time::Instant;

use super::SandboxError;
use super::examples::EXAMPLE_FLOWS;
use super::faults::FaultDesk;
use super::media::Fetched;
use super::seed::{self, Amount};
use super::state::{Log, World};
use super::talk::Phrases;
use super::templates::Registry;
use super::{SandboxConfig, faults::FaultPlan};

/// A flow the platform knows.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Flow {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) required: Vec<String>,
}

/// What exists once the seed data is generated.
#[derive(Debug)]
pub(super) struct Seeded {
    pub(super) registry: Registry,
    pub(super) phrases: Phrases,
    pub(super) flows: Vec<Flow>,
    pub(super) world: Mutex<World>,
}

/// Calls that followed a redirect, which a client must never do.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Trapped {
    pub(super) hits: u64,
    pub(super) with_key: u64,
}

/// Everything the parts of one sandbox share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) address: SocketAddr,
    pub(super) strict: bool,
    pub(super) seed: u64,
    amount: Amount,
    start: Timestamp,
    began: Instant,
    pub(super) faults: Mutex<FaultDesk>,
    pub(super) log: Mutex<Log>,
    pub(super) trapped: Mutex<Trapped>,
    /// Files of messages that were fetched, oldest first.
    pub(super) fetched: Mutex<Vec<Fetched>>,
    /// Wakes the publisher when a broadcast was stored.
    pub(super) stored: Notify,
    ready: SetOnce<Seeded>,
}

/// Takes a lock; a panic of another holder does not spread.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(address: SocketAddr, config: SandboxConfig) -> Self {
        Self {
            address,
            strict: config.strict,
            seed: config.seed,
            amount: Amount {
                users: config.users,
                messages: config.messages,
            },
            start: config.now,
            began: Instant::now(),
            faults: Mutex::new(FaultDesk::new(config.faults, config.seed)),
            log: Mutex::default(),
            trapped: Mutex::default(),
            fetched: Mutex::default(),
            stored: Notify::new(),
            ready: SetOnce::new(),
        }
    }

    /// The time of the sandbox: its start time plus what has passed since.
    pub(super) fn now(&self) -> Timestamp {
        SignedDuration::try_from(self.began.elapsed())
            .ok()
            .and_then(|passed| self.start.checked_add(passed).ok())
            .unwrap_or(self.start)
    }

    /// Generates the seed data and lets the waiting requests go on.
    pub(super) fn fill(&self) -> Result<(), SandboxError> {
        let phrases = Phrases::embedded()?;
        let users = seed::generate(&phrases, self.amount, self.seed, self.start)?;
        let seeded = Seeded {
            registry: Registry::embedded()?,
            flows: serde_json::from_str(EXAMPLE_FLOWS)?,
            world: Mutex::new(World::new(users)),
            phrases,
        };
        // Filled once per sandbox, so nobody can have been faster.
        self.ready.set(seeded).ok();
        Ok(())
    }

    /// The seeded world, once it exists.
    pub(super) async fn seeded(&self) -> &Seeded {
        self.ready.wait().await
    }

    pub(super) fn replace_faults(&self, plan: FaultPlan) {
        lock(&self.faults).replace(plan);
    }
}
