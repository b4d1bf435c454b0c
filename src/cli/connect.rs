//! Clients for commands, built from a connection when they are first needed. Reads and sends get
//! clients of their own, as everywhere.

use super::context::Context;
use crate::api::{ApiKey, ReadClient, ReadClientConfig, SendClient, SendClientConfig};
use crate::contract::ApiError;
use crate::settings::Connection;
use secrecy::ExposeSecret;

/// A client that reads.
///
/// # Errors
/// A key that cannot be fetched, or settings no client can be built from.
pub async fn reader(context: &Context, connection: &Connection) -> Result<ReadClient, ApiError> {
    let key = api_key(context, connection).await?;
    let mut config = ReadClientConfig::new(connection.profile.target.clone(), key);
    config.ca_file.clone_from(&connection.ca_file);
    ReadClient::new(config)
}

/// A client that sends.
///
/// # Errors
/// A key that cannot be fetched, or settings no client can be built from.
pub async fn sender(context: &Context, connection: &Connection) -> Result<SendClient, ApiError> {
    let key = api_key(context, connection).await?;
    let mut config = SendClientConfig::new(connection.profile.target.clone(), key);
    config.ca_file.clone_from(&connection.ca_file);
    SendClient::new(config)
}

async fn api_key(context: &Context, connection: &Connection) -> Result<ApiKey, ApiError> {
    ApiKey::parse(context.key(connection).await?.expose_secret())
}
