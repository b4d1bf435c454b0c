//! The HTTP client of sends: one connection attempt, one request, one observation.
//!
//! It never retries, never follows a redirect, never uses a proxy and never speaks to a host other
//! than the profile's. What an observation means is not decided here.

use super::base_url::check_base_url;
use super::classify::{Answer, BodyRead, Observation, Unsent};
use super::clock;
use super::key::ApiKey;
use super::transport::{BodyEnd, build_error, builder, header, observe, read_body};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::{BotTarget, FrozenRequest, Sha256Hex};
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Method, Request, Response, Url};
use secrecy::SecretString;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

/// Settings of a [`SendClient`].
#[derive(Debug, Clone)]
pub struct SendClientConfig {
    /// The only host that ever gets the key.
    pub target: BotTarget,
    /// The key.
    pub key: ApiKey,
    /// A further root certificate, PEM.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long the whole answer may take. Long on purpose: short waits make unknowns.
    pub answer_timeout: Duration,
    /// Largest body that is read, in bytes.
    pub max_body: usize,
}

impl SendClientConfig {
    /// The defaults: 10 s to connect, 90 s for the answer, 32 MiB.
    pub fn new(target: BotTarget, key: ApiKey) -> Self {
        Self {
            target,
            key,
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(90),
            max_body: 32 * 1024 * 1024,
        }
    }
}

/// How long a send took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From the first attempt to connect to the last byte read.
    pub duration: Duration,
}

/// A future of one send.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = (Observation, Timing)> + Send + 'a>>;

/// Whatever writes a frozen request to the world exactly once.
pub trait SendTransport: Send + Sync {
    /// Writes the request at most once and says what was seen. It never fails: a failure is an
    /// observation too. Dropping the future may leave a request on its way.
    fn send<'a>(&'a self, request: &'a FrozenRequest) -> SendFuture<'a>;

    /// The whole value of the `Authorization` header, for a command that a person chose to copy
    /// with the key in it. For nothing else; a transport without a key has none.
    fn authorization(&self) -> Option<SecretString> {
        None
    }
}

/// The real [`SendTransport`].
pub struct SendClient {
    client: Client,
    config: SendClientConfig,
    authorization: HeaderValue,
    origin: Url,
}

impl fmt::Debug for SendClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendClient")
            .field("base_url", &self.config.target.base_url)
            .finish_non_exhaustive()
    }
}

impl SendClient {
    /// A client for one bot. Building it loads certificates, so it takes some milliseconds.
    ///
    /// # Errors
    /// A base address, key or certificate file that cannot be used.
    pub fn new(config: SendClientConfig) -> Result<Self, ApiError> {
        let base_url = check_base_url(&config.target.base_url)?;
        let origin = Url::parse(&base_url).map_err(|error| {
            ApiError::new(
                ErrorKind::Usage,
                format!("The base address cannot be used: {error}."),
                "Write it as https://api.host.example.",
            )
        })?;
        let client = builder(&base_url, config.ca_file.as_deref())?
            .http1_only()
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(1))
            .connect_timeout(config.connect_timeout)
            .build()
            .map_err(|error| build_error(&error))?;
        Ok(Self {
            client,
            authorization: config.key.header()?,
            config,
            origin,
        })
    }

    /// Writes the request at most once and says what was seen.
    pub async fn send(&self, request: &FrozenRequest) -> (Observation, Timing) {
        let started = clock::steady();
        let observation = match self.build(request) {
            Ok(request) => self.execute(request).await,
            Err(text) => Observation::NothingSent {
                kind: Unsent::BuildFailed,
                text,
            },
        };
        let duration = started.elapsed();
        (observation, Timing { duration })
    }

    fn build(&self, frozen: &FrozenRequest) -> Result<Request, String> {
        let url =
            Url::parse(&frozen.url).map_err(|error| format!("the address is wrong: {error}"))?;
        let stranger = url.origin() != self.origin.origin()
            || !url.username().is_empty()
            || url.password().is_some();
        if stranger {
            return Err("the address belongs to another host than the profile's".to_owned());
        }
        let method = Method::from_bytes(frozen.method.as_bytes())
            .map_err(|_| "the method is not a word".to_owned())?;
        let bytes = frozen.body.bytes();
        if Sha256Hex::of(&bytes) != frozen.body_sha256 {
            return Err("the body is not the one that was confirmed".to_owned());
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &frozen.headers {
            let wrong = || format!("the header {name} is wrong");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            if name == AUTHORIZATION {
                return Err("a frozen request holds a key of its own".to_owned());
            }
            headers.append(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
        }
        headers.insert(AUTHORIZATION, self.authorization.clone());
        let mut request = Request::new(method, url);
        *request.headers_mut() = headers;
        *request.body_mut() = Some(bytes.into());
        Ok(request)
    }

    async fn execute(&self, request: Request) -> Observation {
        let limit = self.config.answer_timeout;
        let deadline = clock::steady() + limit;
        let response = match tokio::time::timeout_at(deadline, self.client.execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return self.without_key(observe(&error)),
            Err(_elapsed) => return Observation::AnswerTimeout { after: limit },
        };
        let mut answer = self.head(&response);
        let mut response = response;
        let mut kept = Vec::new();
        let reading = read_body(&mut response, self.config.max_body, &mut kept);
        let end = tokio::time::timeout_at(deadline, reading)
            .await
            .unwrap_or_else(|_elapsed| BodyEnd::Broken("it took too long".to_owned()));
        answer.body = end.with(self.config.key.hide_in(kept));
        Observation::Answer(answer)
    }

    fn head(&self, response: &Response) -> Answer {
        let text = |name| header(response, name).map(|value| self.config.key.hide_in_text(&value));
        Answer {
            status: response.status().as_u16(),
            retry_after: text(RETRY_AFTER),
            content_type: text(CONTENT_TYPE),
            date: text(DATE),
            location: text(LOCATION),
            body: BodyRead::TooLarge,
        }
    }

    fn without_key(&self, observation: Observation) -> Observation {
        let clean = |text: String| self.config.key.hide_in_text(&text);
        match observation {
            Observation::NothingSent { kind, text } => Observation::NothingSent {
                kind,
                text: clean(text),
            },
            Observation::TlsFailure { text } => Observation::TlsFailure { text: clean(text) },
            Observation::BrokenAfterStart { text } => {
                Observation::BrokenAfterStart { text: clean(text) }
            }
            other @ (Observation::UnsentOnReusedConnection
            | Observation::RefusedStream
            | Observation::AnswerTimeout { .. }
            | Observation::Answer(_)
            | Observation::ProcessStopped) => other,
        }
    }
}

impl SendTransport for SendClient {
    fn send<'a>(&'a self, request: &'a FrozenRequest) -> SendFuture<'a> {
        Box::pin(self.send(request))
    }

    fn authorization(&self) -> Option<SecretString> {
        let value = self.authorization.to_str().ok()?;
        Some(SecretString::from(value))
    }
}
