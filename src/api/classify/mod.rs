//! The one judgement of a send: what was seen on the wire -> what is known about the message.
//!
//! A pure function, used by live sending, recovery and tests alike. It reads no clock, keeps no
//! state and never picks the kinder of two readings: accepted needs positive evidence, retry needs
//! proof that nothing was processed, everything else is rejected or unknown.

mod observation;
#[cfg(test)]
mod properties;
mod refusal;
mod retry_after;
mod say;
mod success;
#[cfg(test)]
mod tests;

pub use observation::{Answer, BodyRead, Observation, SendEndpoint, Unsent};
pub use retry_after::retry_after;

use super::envelope::Envelope;
use crate::domain::{Judgement, PauseAdvice, Verdict};
use jiff::Timestamp;

/// What a profile may decide about two doubtful statuses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassifierOptions {
    /// A 503 with `Retry-After` counts as unknown instead of not processed.
    pub strict_5xx: bool,
    /// A 408 counts as not processed instead of unknown.
    pub trust_408: bool,
}

/// Judges one try of a send. `now` only turns a `Retry-After` date into a wait.
pub fn classify(
    endpoint: SendEndpoint,
    observation: &Observation,
    options: &ClassifierOptions,
    now: Timestamp,
) -> Judgement {
    match observation {
        Observation::NothingSent { kind, text } => nothing_sent(*kind, text),
        Observation::TlsFailure { text } => judge(
            Verdict::Rejected,
            "tls_failed",
            PauseAdvice::Batch,
            format!(
                "The secure connection could not be made: {}. Nothing left; check the host name of \
                 the profile, the clock and whether the network intercepts connections.",
                say::clip(text)
            ),
        ),
        Observation::UnsentOnReusedConnection => judge(
            Verdict::Retry { after: None },
            "unsent_on_reused_connection",
            PauseAdvice::GoOn,
            "The connection was closed before the request was written; it is tried again."
                .to_owned(),
        ),
        Observation::RefusedStream => judge(
            Verdict::Retry { after: None },
            "http2_refused_stream",
            PauseAdvice::GoOn,
            "The server refused the request before processing it; it is tried again.".to_owned(),
        ),
        Observation::BrokenAfterStart { text } => unknown(
            "broken_after_start",
            PauseAdvice::GoOn,
            format!(
                "the connection broke after the request had started: {}. The platform may have \
                 taken it.",
                say::clip(text)
            ),
        ),
        Observation::AnswerTimeout { after } => unknown(
            "answer_timeout",
            PauseAdvice::GoOn,
            format!(
                "no answer came within {} s. The platform may have taken it.",
                after.as_secs()
            ),
        ),
        Observation::ProcessStopped => unknown(
            "process_stopped",
            PauseAdvice::GoOn,
            "the program stopped while the request was on its way. The platform may have taken it."
                .to_owned(),
        ),
        Observation::Answer(answer) => judge_answer(endpoint, answer, options, now),
    }
}

fn judge_answer(
    endpoint: SendEndpoint,
    answer: &Answer,
    options: &ClassifierOptions,
    now: Timestamp,
) -> Judgement {
    let envelope = match &answer.body {
        BodyRead::Whole(bytes) => Envelope::read(bytes).ok(),
        BodyRead::Truncated(_) | BodyRead::TooLarge => None,
    };
    let envelope = envelope.as_ref();
    let mut judgement = match answer.status {
        200..=299 => success::judge_success(endpoint, answer),
        300..=399 => redirect(answer),
        408 => timeout_status(options, envelope),
        409 => refusal::conflict(envelope),
        425 | 429 => refusal::try_later(answer, envelope, now),
        400..=499 => refusal::refused(endpoint, answer.status, envelope),
        503 => refusal::unavailable(answer, options, envelope, now),
        500..=599 => refusal::server_failure(answer.status, envelope),
        _ => unknown(
            "http_unexpected",
            PauseAdvice::Batch,
            format!(
                "the answer has the HTTP status {}, which says nothing about the message.",
                answer.status
            ),
        ),
    };
    judgement.http_status = Some(answer.status);
    if let Some(envelope) = envelope {
        judgement.platform_code = envelope.status_code;
        judgement.errors.clone_from(&envelope.errors);
    }
    judgement
}

fn nothing_sent(kind: Unsent, text: &str) -> Judgement {
    let (rule, what) = match kind {
        Unsent::BuildFailed => ("build_failed", "The request could not be built"),
        Unsent::Offline => ("offline", "There is no network"),
        Unsent::Dns => ("dns_failed", "The host name could not be found"),
        Unsent::ConnectRefused => ("connect_refused", "No connection could be made"),
        Unsent::ConnectTimeout => ("connect_timeout", "No connection could be made in time"),
        Unsent::Proxy => ("proxy_refused", "The proxy refused the connection"),
    };
    judge(
        Verdict::Retry { after: None },
        rule,
        PauseAdvice::GoOn,
        format!(
            "{what}: {}. Nothing left this machine; it is tried again.",
            say::clip(text)
        ),
    )
}

fn redirect(answer: &Answer) -> Judgement {
    let place = answer
        .location
        .as_deref()
        .map_or_else(|| "another address".to_owned(), say::quoted);
    judge(
        Verdict::Rejected,
        "redirect",
        PauseAdvice::Batch,
        format!(
            "The server points to {place} (HTTP {}). It was not followed, so the key went nowhere \
             else; check the host of the profile.",
            answer.status
        ),
    )
}

fn timeout_status(options: &ClassifierOptions, envelope: Option<&Envelope>) -> Judgement {
    let words = say::words_of(envelope);
    if options.trust_408 {
        return judge(
            Verdict::Retry { after: None },
            "http_408_trusted",
            PauseAdvice::GoOn,
            format!(
                "The server waited too long for the request (HTTP 408{words}); the profile counts \
                 this as not processed, so it is tried again."
            ),
        );
    }
    unknown(
        "http_408",
        PauseAdvice::GoOn,
        format!(
            "the server says it waited too long (HTTP 408{words}). Gateways also say this after \
             passing a request on, so the platform may have taken it."
        ),
    )
}

/// A judgement without the fields of an answer.
fn judge(verdict: Verdict, rule: &'static str, pause: PauseAdvice, sentence: String) -> Judgement {
    Judgement {
        verdict,
        rule,
        pause,
        http_status: None,
        platform_code: None,
        errors: Vec::new(),
        transient: false,
        sentence,
    }
}

/// Unknown, with the one thing to do about it.
fn unknown(rule: &'static str, pause: PauseAdvice, mut sentence: String) -> Judgement {
    sentence.insert_str(0, "Unknown: ");
    sentence.push_str(" Look before you send again.");
    judge(Verdict::Unknown, rule, pause, sentence)
}
