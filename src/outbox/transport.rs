//! What the engine needs of the network: write one frozen call and say what became of it.
//!
//! The engine never retries inside a call and never sees the key.

use super::skew::Skew;
use crate::contract::DayLimits;
use crate::domain::{BotTarget, FrozenRequest, Judgement, Reason, SendKind};
use jiff::Timestamp;
use secrecy::SecretString;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// One call to make. Every byte is fixed but the key, which the transport adds.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What it sends, for the rules of the answer.
    pub kind: SendKind,
    /// How many people it reaches; an answer to a call for many may be partial.
    pub recipients: u64,
    /// The call, byte for byte.
    pub request: &'a FrozenRequest,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The classifier's answer.
    pub judgement: Judgement,
    /// The first part of the answer's body, at most 4 KiB, as text.
    pub response: String,
}

/// A call on its way.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Judged> + Send + 'a>>;

/// What a look at a conversation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The person wrote nothing since.
    Nothing,
    /// The person wrote then, last.
    Wrote(Timestamp),
    /// The conversation could not be read, with one sentence.
    Failed(String),
}

/// A look on its way.
pub type LookFuture<'a> = Pin<Box<dyn Future<Output = Seen> + Send + 'a>>;

/// Makes calls to one bot. It writes each call at most once and follows no redirect.
pub trait Transport: Send + Sync {
    /// Makes the call.
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a>;

    /// What may be sent within a day.
    fn day_limits(&self) -> DayLimits {
        DayLimits::default()
    }

    /// How the clock stands to the server's, as far as its answers have said.
    fn skew(&self) -> Option<Skew> {
        None
    }

    /// Whether [`Transport::look`] asks somebody.
    fn can_look(&self) -> bool {
        false
    }

    /// Reads what a person wrote since a time, and compares the clocks on the way.
    fn look<'a>(&'a self, _person: &'a str, _since: Timestamp) -> LookFuture<'a> {
        Box::pin(std::future::ready(Seen::Nothing))
    }

    /// As [`crate::api::SendTransport::authorization`].
    fn authorization(&self) -> Option<SecretString> {
        None
    }
}

/// Why there is no transport for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTransport {
    /// The profile now leads elsewhere than the plan, or must not send: the batch is held.
    Hold(Reason),
    /// Not this process's business; the batch stays ready for another.
    Leave,
}

/// Gives the transport for a bot, so that a plan never leaves with another bot's key.
pub trait TransportProvider: Send + Sync {
    /// The transport for this bot, asked for under this profile's name.
    ///
    /// # Errors
    /// [`NoTransport`] says what becomes of the batch.
    fn transport(
        &self,
        profile: &str,
        target: &BotTarget,
    ) -> Result<Arc<dyn Transport>, NoTransport>;

    /// When a person of this bot (digits) wrote last, as far as the local copy of their
    /// conversation knows. Blocks, and asks nobody.
    fn last_heard(&self, _target: &BotTarget, _person: &str) -> Option<Timestamp> {
        None
    }
}

/// A transport for exactly one bot; batches for any other are held.
pub struct OneBot {
    /// The bot.
    pub target: BotTarget,
    /// Its transport.
    pub transport: Arc<dyn Transport>,
}

impl TransportProvider for OneBot {
    fn transport(
        &self,
        profile: &str,
        target: &BotTarget,
    ) -> Result<Arc<dyn Transport>, NoTransport> {
        if *target == self.target {
            return Ok(Arc::clone(&self.transport));
        }
        Err(NoTransport::Hold(Reason {
            rule: "other_bot".to_owned(),
            text: format!(
                "It was planned for profile {profile} with bot {} of customer {} at {}, which is not the one in use. Start with that profile and resume it.",
                target.bot_key, target.customer_id, target.base_url
            ),
        }))
    }
}
