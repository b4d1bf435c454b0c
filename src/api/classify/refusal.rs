//! Answers outside 2xx: definite refusals, invitations to come back, failures that say nothing.

use super::{
    Answer, ClassifierOptions, Envelope, Judgement, PauseAdvice, SendEndpoint, Timestamp, Verdict,
    judge, retry_after, say, unknown,
};
use crate::domain::codes::{explain_error, explain_platform};

/// 4xx that means: refused before any effect.
pub(super) fn refused(
    endpoint: SendEndpoint,
    status: u16,
    envelope: Option<&Envelope>,
) -> Judgement {
    let (rule, advice) = match status {
        400 => ("http_400", malformed(endpoint)),
        401 => (
            "http_401",
            "The key was revoked, regenerated or mistyped, or it belongs to another host. Check \
             the key and the host of the profile.",
        ),
        402 => (
            "http_402",
            "The account has no balance or credit left. Top it up, then resume.",
        ),
        403 => ("http_403", forbidden(endpoint)),
        404 => ("http_404", missing(endpoint)),
        405 => (
            "http_405",
            "This host does not offer the call. Check the host of the profile.",
        ),
        413 => (
            "http_413",
            "The request is too large. Split the list into smaller parts.",
        ),
        415 => (
            "http_415",
            "The host does not take this form of request. Check the host of the profile.",
        ),
        422 => ("http_422", malformed(endpoint)),
        _ => (
            "http_4xx",
            "Read the quoted words and correct what they name.",
        ),
    };
    let pause = match status {
        401 | 403 => PauseAdvice::Bot,
        402 => PauseAdvice::Batch,
        _ => envelope.map_or(PauseAdvice::GoOn, pause_for),
    };
    let words = say::words_of(envelope);
    let mut judgement = judge(
        Verdict::Rejected,
        rule,
        pause,
        format!("Rejected: HTTP {status}{words}. {advice}"),
    );
    judgement.transient = envelope.is_some_and(passes);
    judgement
}

fn malformed(endpoint: SendEndpoint) -> &'static str {
    match endpoint {
        SendEndpoint::Broadcast => {
            "The platform could not read the request. Hosts differ in the letter case of the type \
             words: try the other broadcast letter case in the profile, to your own number first."
        }
        SendEndpoint::Template | SendEndpoint::External | SendEndpoint::Flow => {
            "The platform could not read the request. Compare the payload with what the host \
             expects; the same request would meet the same answer."
        }
    }
}

fn forbidden(endpoint: SendEndpoint) -> &'static str {
    match endpoint {
        SendEndpoint::Template => {
            "The key has no right to this bot. Compare customer id, bot key and key of the profile."
        }
        SendEndpoint::Broadcast => {
            "Broadcasts over the API must be switched on for this account by the platform's \
             support, or the key has no right to this bot."
        }
        SendEndpoint::External => {
            "CSV broadcasts over the API must be switched on for this account by the platform's \
             support, or the key has no right to this bot."
        }
        SendEndpoint::Flow => {
            "Starting flows over the API must be switched on for this account by the platform's \
             support, or the key has no right to this bot."
        }
    }
}

fn missing(endpoint: SendEndpoint) -> &'static str {
    match endpoint {
        SendEndpoint::Flow => {
            "No such flow, or no such bot. Flow keys are case sensitive: compare the key with the \
             panel, letter by letter."
        }
        SendEndpoint::Template | SendEndpoint::Broadcast | SendEndpoint::External => {
            "No such bot or address. Compare host, customer id and bot key of the profile."
        }
    }
}

/// 409: a refusal only if the platform names a number.
pub(super) fn conflict(envelope: Option<&Envelope>) -> Judgement {
    let words = say::words_of(envelope);
    // A success number inside a refusal contradicts it, as do two different numbers.
    let refusing = envelope.filter(|body| {
        body.has_code() && !body.conflicting_status && body.status_code != Some(1000)
    });
    let Some(body) = refusing else {
        return unknown(
            "http_409_unclear",
            PauseAdvice::GoOn,
            format!(
                "HTTP 409{words} without a number of the platform. The same message may be there \
                 already."
            ),
        );
    };
    let mut judgement = judge(
        Verdict::Rejected,
        "http_409_refused",
        pause_for(body),
        format!("Rejected: HTTP 409{words}. {}", say::explanation(body)),
    );
    judgement.transient = passes(body);
    judgement
}

/// 425 and 429: refused before processing, come back later.
pub(super) fn try_later(answer: &Answer, envelope: Option<&Envelope>, now: Timestamp) -> Judgement {
    let words = say::words_of(envelope);
    let rule = if answer.status == 425 {
        "http_425"
    } else {
        "http_429"
    };
    let after = answer
        .retry_after
        .as_deref()
        .and_then(|header| retry_after(header, now));
    let wait = after.map_or_else(
        || "the wait is ours to choose".to_owned(),
        |wait| format!("the platform asks for a wait of {} s", wait.as_secs()),
    );
    judge(
        Verdict::Retry { after },
        rule,
        PauseAdvice::GoOn,
        format!(
            "The platform did not process it (HTTP {}{words}); {wait}. It is tried again by itself.",
            answer.status
        ),
    )
}

/// 503: not processed only if the platform invites us back in words that can be read.
pub(super) fn unavailable(
    answer: &Answer,
    options: &ClassifierOptions,
    envelope: Option<&Envelope>,
    now: Timestamp,
) -> Judgement {
    let words = say::words_of(envelope);
    let after = answer
        .retry_after
        .as_deref()
        .and_then(|header| retry_after(header, now));
    let Some(wait) = after else {
        return server_failure(503, envelope);
    };
    if options.strict_5xx {
        return unknown(
            "http_503_strict",
            PauseAdvice::GoOn,
            format!(
                "HTTP 503{words} with a wait of {} s. The profile does not count this as proof \
                 that nothing was processed.",
                wait.as_secs()
            ),
        );
    }
    judge(
        Verdict::Retry { after: Some(wait) },
        "http_503_retry_after",
        PauseAdvice::GoOn,
        format!(
            "The platform is overloaded (HTTP 503{words}) and asks for a wait of {} s. It is tried \
             again by itself.",
            wait.as_secs()
        ),
    )
}

/// 5xx: the request may have been passed on before it failed.
pub(super) fn server_failure(status: u16, envelope: Option<&Envelope>) -> Judgement {
    let rule = match status {
        500 => "http_500",
        502 => "http_502",
        503 => "http_503",
        504 => "http_504",
        _ => "http_5xx",
    };
    let words = say::words_of(envelope);
    unknown(
        rule,
        PauseAdvice::GoOn,
        format!(
            "the platform failed (HTTP {status}{words}). It may have handed the message over \
             before that."
        ),
    )
}

/// Whether every further call would meet the same refusal.
pub(super) fn pause_for(body: &Envelope) -> PauseAdvice {
    let own = body.status_code.and_then(explain_platform);
    let listed = body
        .errors
        .iter()
        .filter_map(|error| explain_error(error.code));
    let stops = own.into_iter().chain(listed).any(|info| info.stops_batch());
    if stops || speaks_of_balance(body) {
        PauseAdvice::Batch
    } else {
        PauseAdvice::GoOn
    }
}

/// Whether all numbers of a refusal are of the passing kind.
pub(super) fn passes(body: &Envelope) -> bool {
    !body.errors.is_empty()
        && body
            .errors
            .iter()
            .all(|error| explain_error(error.code).is_some_and(|info| info.passes()))
}

/// An empty account has no number of its own; it is told in words.
pub(super) fn speaks_of_balance(body: &Envelope) -> bool {
    let listed = body
        .errors
        .iter()
        .flat_map(|error| [error.title.clone(), error.details.clone()]);
    listed
        .chain([body.words(), body.message.clone()])
        .flatten()
        .any(|text| {
            text.to_lowercase()
                .split(|c: char| !c.is_alphabetic())
                .any(|word| matches!(word, "balance" | "credit" | "credits"))
        })
}
