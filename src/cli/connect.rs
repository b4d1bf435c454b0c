//! Clients for commands, built from a connection when they are first needed. Reads and sends get
//! clients of their own, as everywhere.

use super::context::Context;
use crate::api::{
    ApiKey, ClassifierOptions, ReadClient, ReadClientConfig, SendClient, SendClientConfig,
};
use crate::contract::{ApiError, ApiRequest, PageRequest};
use crate::domain::{BotTarget, Reason};
use crate::outbox::{
    ApiTransport, Chats, NoTransport, PageFuture, SystemClock, Transport, TransportProvider,
};
use crate::runtime::world::heard_in;
use crate::settings::Connection;
use crate::sync;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A client that reads.
///
/// # Errors
/// A key that cannot be fetched, or settings no client can be built from.
pub async fn reader(context: &Context, connection: &Connection) -> Result<ReadClient, ApiError> {
    reader_of(connection, api_key(context, connection).await?)
}

/// A client that reads and one that sends. The key is fetched once: a descriptor can be read once
/// only, and a command may ask somebody.
///
/// # Errors
/// A key that cannot be fetched, or settings no client can be built from.
pub async fn clients(
    context: &Context,
    connection: &Connection,
) -> Result<(ReadClient, Arc<dyn Transport>), ApiError> {
    let key = api_key(context, connection).await?;
    let reads = reader_of(connection, key.clone())?;
    Ok((reads, transport_of(connection, key)?))
}

/// The way to the platform of one command that may read and send. The key is fetched when it is
/// first needed, and once, for the reasons that [`clients`] has.
pub struct Line<'a> {
    /// What the command works with.
    pub context: &'a Context,
    connection: &'a Connection,
    key: OnceCell<ApiKey>,
}

impl<'a> Line<'a> {
    /// A way that is not used yet.
    pub fn new(context: &'a Context, connection: &'a Connection) -> Self {
        Self {
            context,
            connection,
            key: OnceCell::new(),
        }
    }

    async fn key(&self) -> Result<ApiKey, ApiError> {
        let fetched = self
            .key
            .get_or_try_init(|| api_key(self.context, self.connection));
        fetched.await.cloned()
    }

    /// A client that reads.
    ///
    /// # Errors
    /// As [`reader`].
    pub async fn reader(&self) -> Result<ReadClient, ApiError> {
        reader_of(self.connection, self.key().await?)
    }

    /// What the sender needs of the network.
    ///
    /// # Errors
    /// As [`transports`].
    pub async fn transports(&self) -> Result<Arc<dyn TransportProvider>, ApiError> {
        provider_of(self.context, self.connection, self.key().await?)
    }
}

fn reader_of(connection: &Connection, key: ApiKey) -> Result<ReadClient, ApiError> {
    let mut config = ReadClientConfig::new(connection.profile.target.clone(), key);
    config.ca_file.clone_from(&connection.ca_file);
    ReadClient::new(config)
}

/// Sends for the profile in use and leaves the batches of other profiles to others.
struct OneProfile {
    name: String,
    target: BotTarget,
    transport: Arc<dyn Transport>,
    /// For the local copy of conversations, which is opened only if it is asked.
    context: Context,
}

impl TransportProvider for OneProfile {
    fn transport(
        &self,
        profile: &str,
        target: &BotTarget,
    ) -> Result<Arc<dyn Transport>, NoTransport> {
        if *target == self.target {
            return Ok(Arc::clone(&self.transport));
        }
        if profile != self.name {
            return Err(NoTransport::Leave);
        }
        Err(NoTransport::Hold(Reason {
            rule: "other_bot".to_owned(),
            text: format!(
                "The profile {profile} now leads to {} instead of {}, for which this was \
                 confirmed. Set it back and resume, or cancel this.",
                self.target.base_url, target.base_url
            ),
        }))
    }

    fn last_heard(&self, target: &BotTarget, person: &str) -> Option<Timestamp> {
        let settings = self.context.quiet_settings().ok()?;
        heard_in(&self.context.cache(&settings).ok()?, target, person)
    }
}

/// What the sender needs of the network, for the profile in use.
///
/// # Errors
/// A key that cannot be fetched, or settings no client can be built from.
pub async fn transports(
    context: &Context,
    connection: &Connection,
) -> Result<Arc<dyn TransportProvider>, ApiError> {
    let key = api_key(context, connection).await?;
    provider_of(context, connection, key)
}

fn provider_of(
    context: &Context,
    connection: &Connection,
    key: ApiKey,
) -> Result<Arc<dyn TransportProvider>, ApiError> {
    Ok(Arc::new(OneProfile {
        name: connection.profile.name.clone(),
        target: connection.profile.target.clone(),
        transport: transport_of(connection, key)?,
        context: context.clone(),
    }))
}

/// The send client of a profile, judged by the one classifier, with one that reads beside it.
fn transport_of(connection: &Connection, key: ApiKey) -> Result<Arc<dyn Transport>, ApiError> {
    let chats = ProfileChats {
        target: connection.profile.target.clone(),
        client: reader_of(connection, key.clone())?,
    };
    let mut config = SendClientConfig::new(connection.profile.target.clone(), key);
    config.ca_file.clone_from(&connection.ca_file);
    let client = SendClient::new(config)?;
    let options = ClassifierOptions {
        strict_5xx: connection.profile.strict_5xx,
        trust_408: connection.profile.trust_408,
    };
    let clock = Arc::new(SystemClock::new());
    let transport = ApiTransport::new(Arc::new(client), options, clock).with_chats(Arc::new(chats));
    Ok(Arc::new(transport.with_day_limits(connection.day.clone())))
}

async fn api_key(context: &Context, connection: &Connection) -> Result<ApiKey, ApiError> {
    ApiKey::parse(context.key(connection).await?.expose_secret())
}

/// Conversations of the profile in use.
pub struct ProfileChats {
    /// The bot.
    pub target: BotTarget,
    /// Reads them.
    pub client: ReadClient,
}

impl Chats for ProfileChats {
    fn target(&self) -> &BotTarget {
        &self.target
    }

    fn page(&self, asked: PageRequest) -> PageFuture<'_> {
        Box::pin(async move {
            let request = ApiRequest::ConversationPage(asked);
            let (result, record) = self.client.fetch(&request).await;
            (result.map(sync::page_of), record.detail.server_clock)
        })
    }
}
