//! The HTTP client of files: no key, no cookies, no referer, checked addresses, bounded bytes.
//!
//! It asks once and tries nothing again; a person asks again if they want to.

use super::address::{CheckedResolver, Reach, Refusal, checked};
use crate::api::transport::{BodyEnd, build_error, builder, cause, find, header, read_body};
use crate::contract::{ApiError, ErrorKind, FetchedMedia};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, Url};
use std::time::Duration;

/// Redirects that are followed, each checked like the first address.
const MOST_REDIRECTS: usize = 3;

/// Settings of a [`MediaClient`].
#[derive(Debug, Clone)]
pub struct MediaClientConfig {
    /// Base address of the profile. If it is one of this machine (the sandbox), files of this
    /// machine are fetched as well, also by `http`; otherwise never.
    pub base_url: String,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long the server may be silent.
    pub silence_timeout: Duration,
    /// How long a file may take altogether, redirects included.
    pub whole_timeout: Duration,
    /// Largest file, in bytes.
    pub max_bytes: usize,
}

impl MediaClientConfig {
    /// The defaults: 10 s to connect, 15 s of silence, 60 s altogether, 20 MiB.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            connect_timeout: Duration::from_secs(10),
            silence_timeout: Duration::from_secs(15),
            whole_timeout: Duration::from_secs(60),
            max_bytes: 20 * 1024 * 1024,
        }
    }
}

/// Fetches files of messages. It never holds the key, so it can never send it anywhere.
#[derive(Debug)]
pub struct MediaClient {
    client: Client,
    reach: Reach,
    config: MediaClientConfig,
}

impl MediaClient {
    /// A client for files. Building it loads certificates, so it takes some milliseconds.
    ///
    /// # Errors
    /// Certificates of this machine that cannot be used.
    pub fn new(config: MediaClientConfig) -> Result<Self, ApiError> {
        let reach = if crate::api::base_url::is_loopback_url(&config.base_url) {
            Reach::PublicAndThisMachine
        } else {
            Reach::Public
        };
        // A proxy would resolve names by itself, behind the back of the check.
        let client = builder(&config.base_url, None)?
            .no_proxy()
            .referer(false)
            .dns_resolver(CheckedResolver { reach })
            .connect_timeout(config.connect_timeout)
            .read_timeout(config.silence_timeout)
            .build()
            .map_err(|error| build_error(&error))?;
        Ok(Self {
            client,
            reach,
            config,
        })
    }

    /// Fetches one file. Errors name the host and never the whole address, which may be a secret.
    ///
    /// # Errors
    /// An address that is not `https` or leads, also by redirect, to a private or special network;
    /// a file that is not there, too large or too slow; no connection.
    pub async fn fetch(&self, url: &str) -> Result<FetchedMedia, ApiError> {
        let limit = self.config.whole_timeout;
        tokio::time::timeout(limit, self.follow(url))
            .await
            .unwrap_or_else(|_elapsed| {
                let seconds = limit.as_secs();
                let message = format!("The file did not come within {seconds} s.");
                Err(network(message, "Try again later."))
            })
    }

    async fn follow(&self, url: &str) -> Result<FetchedMedia, ApiError> {
        let mut url = checked(url, self.reach).map_err(|refusal| refused(&refusal))?;
        for _ in 0..=MOST_REDIRECTS {
            let response = self
                .client
                .get(url.clone())
                .send()
                .await
                .map_err(|error| failed(&error, &url))?;
            if !response.status().is_redirection() {
                return self.read(response, &url).await;
            }
            let target = header(&response, LOCATION)
                .and_then(|target| url.join(&target).ok())
                .ok_or_else(|| refused(&Refusal::NoAddress))?;
            url = checked(target.as_str(), self.reach).map_err(|refusal| refused(&refusal))?;
        }
        Err(network(
            format!("The file cannot be fetched: more than {MOST_REDIRECTS} redirects."),
            "Ask for the file to be sent again.",
        ))
    }

    async fn read(&self, mut response: Response, url: &Url) -> Result<FetchedMedia, ApiError> {
        let status = response.status();
        if !status.is_success() {
            return Err(not_given(status.as_u16(), url));
        }
        let mime = header(&response, CONTENT_TYPE)
            .and_then(|text| {
                text.split(';')
                    .next()
                    .map(|bare| bare.trim().to_lowercase())
            })
            .filter(|mime| !mime.is_empty());
        let mut bytes = Vec::new();
        match read_body(&mut response, self.config.max_bytes, &mut bytes).await {
            BodyEnd::Whole => Ok(FetchedMedia { bytes, mime }),
            BodyEnd::Broken(text) => Err(network(
                format!("The file from {} broke off: {text}.", host(url)),
                "Try again.",
            )),
            BodyEnd::TooLarge => {
                let limit = self.config.max_bytes / (1024 * 1024);
                let message = format!("The file is larger than the limit of {limit} MiB.");
                Err(network(message, "Look at it in the panel of the platform."))
            }
        }
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn network(message: String, advice: &str) -> ApiError {
    ApiError::new(ErrorKind::Network, message, advice)
}

fn refused(refusal: &Refusal) -> ApiError {
    network(
        format!("The file cannot be fetched: {refusal}."),
        "Look at it in the panel of the platform, if you trust it.",
    )
}

fn failed(error: &reqwest::Error, url: &Url) -> ApiError {
    if let Some(refusal) = find::<Refusal>(error) {
        return refused(refusal);
    }
    let text = if error.is_timeout() {
        "no answer came in time".to_owned()
    } else {
        cause(error)
    };
    let message = format!("The file from {} cannot be fetched: {text}.", host(url));
    network(message, "Try again.")
}

fn not_given(status: u16, url: &Url) -> ApiError {
    let (kind, what) = match status {
        404 | 410 => (ErrorKind::NotFound, "does not have the file any more"),
        401 | 403 => (ErrorKind::Network, "does not give the file out"),
        _ => (ErrorKind::Network, "did not give the file"),
    };
    let message = format!("{} {what} (HTTP {status}).", host(url));
    let mut error = ApiError::new(kind, message, "Look at it in the panel of the platform.");
    error.http_status = Some(status);
    error
}

#[cfg(test)]
mod tests;
