//! The HTTP client of reads: asks, tries again where that is safe, and records what happened.
//!
//! It never sends a message; sends have a client of their own.

use super::base_url::{check_base_url, is_loopback_url};
use super::classify::retry_after;
use super::key::ApiKey;
use super::pacing::{Pacer, pause};
use super::quote::quoted;
use super::transport::{BodyEnd, build_error, builder, cause, header, observe, read_body};
use super::{Observation, clock, decode, url};
use crate::api::classify::Unsent;
use crate::contract::{
    ApiError, ApiRequest, ApiResponse, CallDetail, CallDirection, CallOutcome, CallRecord,
    ErrorKind, PageRequest, ServerClock,
};
use crate::domain::BotTarget;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Most of an answer's body kept for the record, in bytes.
const KEPT_FOR_RECORD: usize = 4096;

/// Settings of a [`ReadClient`].
#[derive(Debug, Clone)]
pub struct ReadClientConfig {
    /// Which bot is read.
    pub target: BotTarget,
    /// The key.
    pub key: ApiKey,
    /// A further root certificate, PEM.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long one answer may take.
    pub answer_timeout: Duration,
    /// Largest body that is read, in bytes.
    pub max_body: usize,
    /// How often a read is tried altogether; at least once.
    pub tries: u32,
    /// No new try begins later than this after the first.
    pub retry_window: Duration,
}

impl ReadClientConfig {
    /// The defaults: 10 s to connect, 30 s for an answer, 32 MiB, three tries within 10 s.
    pub fn new(target: BotTarget, key: ApiKey) -> Self {
        Self {
            target,
            key,
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(30),
            max_body: 32 * 1024 * 1024,
            tries: 3,
            retry_window: Duration::from_secs(10),
        }
    }
}

/// Reads users and conversations of one bot.
pub struct ReadClient {
    client: Client,
    config: ReadClientConfig,
    base: String,
    authorization: HeaderValue,
    pacer: Pacer,
}

impl fmt::Debug for ReadClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadClient")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// What one try brought, if it brought an answer.
struct Reply {
    status: u16,
    retry_after: Option<String>,
    location: Option<String>,
    clock: Option<ServerClock>,
    body: Vec<u8>,
}

/// One try: the answer, or the error and whether another try may help.
type Try = Result<Reply, (ApiError, bool)>;

impl ReadClient {
    /// A client for one bot. Building it loads certificates, so it takes some milliseconds.
    ///
    /// # Errors
    /// A base address, identifier, key or certificate file that cannot be used.
    pub fn new(config: ReadClientConfig) -> Result<Self, ApiError> {
        let base_url = check_base_url(&config.target.base_url)?;
        let customer = url::path_segment("customer id", &config.target.customer_id)?;
        let bot = url::path_segment("bot key", &config.target.bot_key)?;
        let base = format!("{base_url}/bot-api/v1.0/customer/{customer}/bot/{bot}");
        let client = builder(&base_url, config.ca_file.as_deref())?
            .connect_timeout(config.connect_timeout)
            .build()
            .map_err(|error| build_error(&error))?;
        Ok(Self {
            client,
            authorization: config.key.header()?,
            pacer: Pacer::new(!is_loopback_url(&base_url)),
            base,
            config,
        })
    }

    /// The address a request asks.
    ///
    /// # Errors
    /// A channel user id that cannot stand in an address.
    pub fn address(&self, request: &ApiRequest) -> Result<String, ApiError> {
        match request {
            ApiRequest::FindUsers { attribute, value } => {
                let query =
                    url::query(&[("attribute_name", attribute), ("attribute_value", value)]);
                Ok(format!("{}/users{query}", self.base))
            }
            ApiRequest::ConversationPage(page) => {
                let user = url::path_segment("channel user id", &page.channel_user_id)?;
                let query = page_query(page);
                Ok(format!(
                    "{}/channel-user/{user}/conversations{query}",
                    self.base
                ))
            }
        }
    }

    /// Asks, at most [`ReadClientConfig::tries`] times, and says what happened in a record without
    /// any secret.
    pub async fn fetch(&self, request: &ApiRequest) -> (Result<ApiResponse, ApiError>, CallRecord) {
        let started = clock::wall();
        let begin = clock::steady();
        let mut record = CallRecord {
            started,
            duration: Duration::ZERO,
            direction: CallDirection::Read,
            label: request.label(),
            outcome: CallOutcome::Failed,
            result: String::new(),
            http_status: None,
            detail: Box::new(CallDetail::default()),
        };
        let result = match self.address(request) {
            Ok(address) => {
                record.detail.request = format!("GET {address}");
                self.ask(request, &address, &mut record).await
            }
            Err(error) => Err(error),
        };
        record.duration = begin.elapsed();
        let result = result.map_err(|mut error| {
            error.message = self.config.key.hide_in_text(&error.message);
            if !record.detail.request.is_empty() {
                error.request = Some(record.detail.request.clone());
            }
            error
        });
        describe(&result, &mut record);
        (result, record)
    }

    async fn ask(
        &self,
        request: &ApiRequest,
        address: &str,
        record: &mut CallRecord,
    ) -> Result<ApiResponse, ApiError> {
        let begin = clock::steady();
        loop {
            record.detail.attempt += 1;
            let tried = self.once(address).await;
            let (asked, worth) = match &tried {
                Ok(reply) => (
                    reply
                        .retry_after
                        .as_deref()
                        .and_then(|header| retry_after(header, clock::wall())),
                    matches!(reply.status, 408 | 429 | 500..=599),
                ),
                Err((_, worth)) => (None, *worth),
            };
            let wait = pause(record.detail.attempt, asked, fastrand::f64());
            let in_time = begin.elapsed() + wait <= self.config.retry_window;
            if worth && in_time && record.detail.attempt < self.config.tries {
                tokio::time::sleep(wait).await;
                continue;
            }
            let reply = tried.map_err(|(error, _)| error)?;
            record.http_status = Some(reply.status);
            record.detail.server_clock = reply.clock;
            record.detail.response = beginning(&reply.body);
            return decoded(request, &reply);
        }
    }

    async fn once(&self, address: &str) -> Try {
        self.pacer.turn().await;
        let limit = self.config.answer_timeout;
        let late = || {
            let seconds = limit.as_secs();
            let message = format!("No answer came within {seconds} s.");
            (
                network(
                    &message,
                    "Try again, or raise the time-out in the settings.",
                ),
                true,
            )
        };
        tokio::time::timeout(limit, self.get(address))
            .await
            .unwrap_or_else(|_elapsed| Err(late()))
    }

    async fn get(&self, address: &str) -> Try {
        let asked = clock::wall();
        let mut response = self
            .client
            .get(address)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .send()
            .await
            .map_err(|error| failure(&observe(&error), &cause(&error)))?;
        let status = response.status().as_u16();
        let retry_after = header(&response, RETRY_AFTER);
        let location = header(&response, LOCATION);
        let date = header(&response, DATE)
            .and_then(|date| DateTimeParser::new().parse_timestamp(&date).ok());
        let answered = clock::wall();
        let clock = date.map(|date| ServerClock {
            date,
            asked,
            answered,
        });
        let mut body = Vec::new();
        match read_body(&mut response, self.config.max_body, &mut body).await {
            BodyEnd::Whole => Ok(Reply {
                status,
                retry_after,
                location,
                clock,
                body: self.config.key.hide_in(body),
            }),
            BodyEnd::Broken(text) => {
                let message = format!("The answer (HTTP {status}) broke off: {text}.");
                let mut error = network(&message, "Try again.");
                error.http_status = Some(status);
                Err((error, true))
            }
            BodyEnd::TooLarge => {
                let limit = self.config.max_body / (1024 * 1024);
                let mut error = decode::unreadable(
                    status,
                    &format!("it is larger than the limit of {limit} MiB"),
                );
                "Ask for fewer messages or a shorter time, or raise the limit."
                    .clone_into(&mut error.advice);
                Err((error, false))
            }
        }
    }
}

fn page_query(page: &PageRequest) -> String {
    let since = page.since.map(|time| time.as_millisecond().to_string());
    let until = page.until.map(|time| time.as_millisecond().to_string());
    // Whether pages count from 0 or 1 is not documented: the first one is what comes unasked.
    let number = (page.page_number > 1).then(|| page.page_number.to_string());
    let size = page.page_size.to_string();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    pairs.extend(since.as_deref().map(|time| ("start_date", time)));
    pairs.extend(until.as_deref().map(|time| ("end_date", time)));
    pairs.extend(number.as_deref().map(|number| ("page_number", number)));
    pairs.push(("page_size", &size));
    url::query(&pairs)
}

fn decoded(request: &ApiRequest, reply: &Reply) -> Result<ApiResponse, ApiError> {
    if (300..400).contains(&reply.status) {
        let place = reply.location.as_deref().unwrap_or("another address");
        let mut error = network(
            &format!(
                "The server points to {} (HTTP {}).",
                quoted(place),
                reply.status
            ),
            "It was not followed, so the key went nowhere else; check the host of the profile.",
        );
        error.http_status = Some(reply.status);
        return Err(error);
    }
    match request {
        ApiRequest::FindUsers { .. } => {
            decode::users(reply.status, &reply.body).map(ApiResponse::Users)
        }
        ApiRequest::ConversationPage(_) => {
            decode::conversation_page(reply.status, &reply.body).map(ApiResponse::Page)
        }
    }
}

/// Turns what was seen on the wire into a sentence, and says whether another try may help.
fn failure(seen: &Observation, text: &str) -> (ApiError, bool) {
    let check = "Check the network and the host of the profile.";
    if let Observation::TlsFailure { text } = seen {
        let message = format!("The secure connection could not be made: {text}.");
        let advice = "Check the host of the profile, the clock and whether the network intercepts \
                      connections; a private certificate goes into ca_file.";
        return (network(&message, advice), false);
    }
    let what = match seen {
        Observation::NothingSent { kind, .. } => match kind {
            Unsent::BuildFailed => "The request could not be built",
            Unsent::Offline => "There is no network",
            Unsent::Dns => "The host name could not be found",
            Unsent::ConnectRefused => "No connection could be made",
            Unsent::ConnectTimeout => "No connection could be made in time",
            Unsent::Proxy => "The proxy refused the connection",
        },
        Observation::TlsFailure { .. }
        | Observation::UnsentOnReusedConnection
        | Observation::RefusedStream
        | Observation::BrokenAfterStart { .. }
        | Observation::AnswerTimeout { .. }
        | Observation::Answer(_)
        | Observation::ProcessStopped => "The connection broke before an answer came",
    };
    (network(&format!("{what}: {text}."), check), true)
}

fn network(message: &str, advice: &str) -> ApiError {
    ApiError::new(ErrorKind::Network, message, advice)
}

fn beginning(body: &[u8]) -> String {
    let start = body.get(..KEPT_FOR_RECORD).unwrap_or(body);
    String::from_utf8_lossy(start).into_owned()
}

fn describe(result: &Result<ApiResponse, ApiError>, record: &mut CallRecord) {
    match result {
        Ok(response) => {
            record.outcome = CallOutcome::Done;
            record.result = match response {
                ApiResponse::Users(users) => format!("{} found", users.len()),
                ApiResponse::Page(page) => format!("{} messages", page.messages.len()),
            };
            record.detail.sentence = format!("The platform answered: {}.", record.result);
        }
        Err(error) => {
            record.outcome = CallOutcome::Failed;
            record.http_status = record.http_status.or(error.http_status);
            record.result = match (error.platform_code, error.http_status) {
                (Some(code), _) if code != 1000 => code.to_string(),
                (Some(_) | None, Some(status)) if !(200..300).contains(&status) => {
                    status.to_string()
                }
                (Some(_) | None, Some(_)) => "unreadable".to_owned(),
                (Some(_) | None, None) => "no answer".to_owned(),
            };
            record.detail.sentence.clone_from(&error.message);
            record.detail.advice.clone_from(&error.advice);
            record.detail.platform_code = error.platform_code;
        }
    }
}
