//! What the two HTTP clients share: TLS set-up, naming a failure, reading a body up to a limit.
//!
//! It makes no client itself, because reads and sends must never share one.

use super::base_url::is_loopback_url;
use super::classify::{BodyRead, Observation, Unsent};
use crate::contract::{ApiError, ErrorKind};
use reqwest::{Certificate, ClientBuilder, Response};
use std::error::Error;
use std::io;
use std::path::Path;

/// A builder with what is true for both clients: no redirects, no library retries, our TLS.
pub(super) fn builder(base_url: &str, ca_file: Option<&Path>) -> Result<ClientBuilder, ApiError> {
    // Somebody else in this process may have installed one already; theirs serves as well.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("alertdesk/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = ca_file {
        return Ok(builder.tls_certs_merge(certificates(path)?));
    }
    if base_url.starts_with("http://") && is_loopback_url(base_url) {
        // Loading the system's certificates takes time, and slim machines have none.
        return Ok(builder.tls_certs_only([]));
    }
    Ok(builder)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, ApiError> {
    let refused = |problem: String| {
        ApiError::new(
            ErrorKind::Usage,
            format!("The ca_file {} cannot be used: {problem}.", path.display()),
            "Name a file with at least one certificate in PEM form.",
        )
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| refused(cause(&error)))?;
    if found.is_empty() {
        return Err(refused("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

/// A client could not be built.
pub(super) fn build_error(error: &reqwest::Error) -> ApiError {
    ApiError::new(
        ErrorKind::Usage,
        format!("The HTTPS client could not be set up: {}.", cause(error)),
        "Check the certificates of this machine, or set ca_file in the profile.",
    )
}

/// The innermost cause of an error, in the words of the system. Addresses stay out of it.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// What a failed request proves. Only what shows that no connection stood, or that the library
/// handed the unwritten request back, counts as not sent; anything doubtful counts as begun.
pub(super) fn observe(error: &reqwest::Error) -> Observation {
    let text = cause(error);
    if error.is_builder() {
        return unsent(Unsent::BuildFailed, text);
    }
    if error.is_connect() {
        if let Some(tls) = find::<rustls::Error>(error) {
            return Observation::TlsFailure {
                text: tls.to_string(),
            };
        }
        let kind = if error.is_dns() {
            Unsent::Dns
        } else if error.is_timeout() {
            Unsent::ConnectTimeout
        } else if find::<io::Error>(error).is_some_and(is_offline) {
            Unsent::Offline
        } else {
            Unsent::ConnectRefused
        };
        return unsent(kind, text);
    }
    // The library uses this word only where it gives the whole request back unwritten.
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled) {
        return Observation::UnsentOnReusedConnection;
    }
    Observation::BrokenAfterStart { text }
}

fn unsent(kind: Unsent, text: String) -> Observation {
    Observation::NothingSent { kind, text }
}

fn is_offline(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
    )
}

/// The first error of this type in the chain. An I/O error hides its inside from the chain, so it
/// is opened too.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inside = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

/// Reads a body piece by piece and stops at the limit, in bytes. Pieces go to `kept`, so that they
/// are not lost if the caller stops waiting.
pub(super) async fn read_body(
    response: &mut Response,
    limit: usize,
    kept: &mut Vec<u8>,
) -> BodyEnd {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).is_ok_and(|announced| announced > limit) {
        return BodyEnd::TooLarge;
    }
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if kept.len() + piece.len() > limit => return BodyEnd::TooLarge,
            Ok(Some(piece)) => kept.extend_from_slice(&piece),
            Ok(None) => return BodyEnd::Whole,
            Err(error) => return BodyEnd::Broken(cause(&error)),
        }
    }
}

/// How reading a body ended.
pub(super) enum BodyEnd {
    /// All of it came.
    Whole,
    /// It broke off.
    Broken(String),
    /// It is larger than the limit.
    TooLarge,
}

impl BodyEnd {
    /// The body as the classifier wants it.
    pub(super) fn with(self, kept: Vec<u8>) -> BodyRead {
        match self {
            BodyEnd::Whole => BodyRead::Whole(kept),
            BodyEnd::Broken(_) => BodyRead::Truncated(kept),
            BodyEnd::TooLarge => BodyRead::TooLarge,
        }
    }
}

/// A header of an answer as text.
pub(super) fn header(response: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
