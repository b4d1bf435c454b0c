//! Answers with a 2xx status: the platform says no inside them as often as outside.

use super::super::envelope::{Envelope, StatusShape, Unreadable};
use super::super::json::id_at;
use super::refusal::{passes, pause_for, speaks_of_balance};
use super::{Answer, BodyRead, Judgement, PauseAdvice, SendEndpoint, Verdict, judge, say, unknown};
use serde_json::Value;

const SUCCESS: i64 = 1000;
const FAILURE: i64 = 2000;

/// Judges a 2xx answer.
pub(super) fn judge_success(endpoint: SendEndpoint, answer: &Answer) -> Judgement {
    let bytes = match &answer.body {
        BodyRead::Whole(bytes) => bytes,
        BodyRead::Truncated(_) => {
            return doubtful("body_truncated", answer.status, "but its body broke off.");
        }
        BodyRead::TooLarge => {
            return doubtful(
                "body_too_large",
                answer.status,
                "but its body is too large to read.",
            );
        }
    };
    if bytes.is_empty() && endpoint == SendEndpoint::Flow {
        return accepted(
            "flow_accepted_empty",
            None,
            Some("thin evidence: the answer was empty and only its HTTP status says yes"),
            "Accepted on thin evidence: the flow call was answered with an empty body and only \
             the HTTP status says yes. Check in the panel that the flow ran."
                .to_owned(),
        );
    }
    match Envelope::read(bytes) {
        Ok(body) => judge_body(endpoint, answer.status, &body),
        Err(unreadable) => not_json(answer.status, &unreadable),
    }
}

fn not_json(status: u16, unreadable: &Unreadable) -> Judgement {
    match unreadable {
        Unreadable::Empty => doubtful("body_empty", status, "but its body is empty."),
        Unreadable::Html(start) => doubtful(
            "body_html",
            status,
            &format!(
                "but it is a web page beginning with {}; a proxy or login page may stand between.",
                say::quoted(start)
            ),
        ),
        Unreadable::NotJson(start) => doubtful(
            "body_not_json",
            status,
            &format!("but it is not JSON; it begins with {}.", say::quoted(start)),
        ),
    }
}

fn doubtful(rule: &'static str, status: u16, what: &str) -> Judgement {
    unknown(
        rule,
        PauseAdvice::Batch,
        format!("an answer came (HTTP {status}), {what}"),
    )
}

fn judge_body(endpoint: SendEndpoint, status: u16, body: &Envelope) -> Judgement {
    if body.conflicting_status {
        return unknown(
            "conflicting_status",
            PauseAdvice::Batch,
            format!(
                "the answer (HTTP {status}) contradicts itself: the same key comes twice with \
                 different values."
            ),
        );
    }
    match body.status_code {
        Some(SUCCESS) => judge_thousand(endpoint, body),
        Some(FAILURE) if endpoint.is_bulk() => {
            let words = say::words_of(Some(body));
            unknown(
                "bulk_failure_2000",
                pause_for(body),
                format!(
                    "the platform reports a failure{words} for a call to many recipients; some of \
                     them may have been processed. Look in the panel under Broadcast."
                ),
            )
        }
        Some(_) => rejected("refused_code", body, ""),
        None => judge_without_code(endpoint, body),
    }
}

fn judge_thousand(endpoint: SendEndpoint, body: &Envelope) -> Judgement {
    if !body.errors.is_empty() {
        return rejected(
            "contradiction_errors",
            body,
            "The answer contradicts itself: success and errors in one. ",
        );
    }
    let starts_something = matches!(endpoint, SendEndpoint::Broadcast | SendEndpoint::Flow);
    if starts_something && body.response_object == Some(Value::Bool(false)) {
        return rejected(
            "contradiction_false",
            body,
            "The answer contradicts itself: success, but responseObject is false. ",
        );
    }
    match endpoint {
        SendEndpoint::Template => template_accepted(body),
        SendEndpoint::Broadcast => broadcast_accepted("broadcast_accepted", body),
        SendEndpoint::External => accepted(
            "external_accepted",
            None,
            None,
            "Accepted: the list was handed over to the platform. It works on it for 5 to 15 \
             minutes and reports nothing per person; look in the panel."
                .to_owned(),
        ),
        SendEndpoint::Flow => flow_accepted("flow_accepted"),
    }
}

fn judge_without_code(endpoint: SendEndpoint, body: &Envelope) -> Judgement {
    let bare = body.status == StatusShape::Absent && body.errors.is_empty();
    let starts_something = matches!(endpoint, SendEndpoint::Broadcast | SendEndpoint::Flow);
    match (&body.response_object, endpoint) {
        (Some(Value::Bool(true)), SendEndpoint::Broadcast) if bare => {
            broadcast_accepted("broadcast_accepted_true", body)
        }
        (Some(Value::Bool(true)), SendEndpoint::Flow) if bare => {
            flow_accepted("flow_accepted_true")
        }
        (Some(Value::Object(_)), SendEndpoint::Broadcast)
            if bare && broadcast_id(body).is_some() =>
        {
            broadcast_accepted("broadcast_accepted_id", body)
        }
        (Some(Value::Bool(false)), _) if starts_something && body.status == StatusShape::Absent => {
            rejected(
                "refused_false",
                body,
                "The answer says responseObject false. ",
            )
        }
        _ => {
            let words = say::words_of(Some(body));
            unknown(
                "contract_changed",
                PauseAdvice::Batch,
                format!(
                    "the answer is JSON but has no readable status code{words}. The platform may \
                     have changed its answers."
                ),
            )
        }
    }
}

fn template_accepted(body: &Envelope) -> Judgement {
    match message_id(body) {
        Some(id) => {
            let sentence = format!(
                "Accepted: the platform took it under the id {}. Whether it reaches the phone is \
                 not reported here.",
                say::quoted(&id)
            );
            accepted("template_accepted", Some(id), None, sentence)
        }
        None => accepted(
            "template_accepted_untracked",
            None,
            Some("accepted, not trackable: the answer has no message id"),
            "Accepted, not trackable: the platform took it but gave no message id. Do not send it \
             again for that."
                .to_owned(),
        ),
    }
}

fn broadcast_accepted(rule: &'static str, body: &Envelope) -> Judgement {
    let id = broadcast_id(body);
    let name = id.as_deref().map_or_else(
        || "without an id; look for its title in the panel".to_owned(),
        |id| format!("under the id {}", say::quoted(id)),
    );
    let sentence = format!(
        "Accepted: the broadcast was handed over to the platform {name}. It can only be stopped in \
         the panel."
    );
    accepted(rule, id, None, sentence)
}

fn flow_accepted(rule: &'static str) -> Judgement {
    accepted(
        rule,
        None,
        None,
        "Accepted: the flow was started. What it writes to the person is not reported here."
            .to_owned(),
    )
}

fn accepted(
    rule: &'static str,
    message_id: Option<String>,
    note: Option<&str>,
    sentence: String,
) -> Judgement {
    let verdict = Verdict::Accepted {
        message_id,
        note: note.map(str::to_owned),
    };
    judge(verdict, rule, PauseAdvice::GoOn, sentence)
}

fn rejected(rule: &'static str, body: &Envelope, what: &str) -> Judgement {
    let words = say::words_of(Some(body));
    let words = words.trim_start_matches([',', ';', ' ']);
    let words = if words.is_empty() {
        String::new()
    } else {
        format!("{words}. ")
    };
    let balance = if speaks_of_balance(body) {
        " Top up the account's balance or credit, then resume."
    } else {
        ""
    };
    let mut judgement = judge(
        Verdict::Rejected,
        rule,
        pause_for(body),
        format!("Rejected: {what}{words}{}{balance}", say::explanation(body)),
    );
    judgement.transient = passes(body);
    judgement
}

fn message_id(body: &Envelope) -> Option<String> {
    let object = body.response_object.as_ref()?;
    id_at(object, &["message_id", "messageId"]).or_else(|| {
        let first = object.get("messages")?.as_array()?.first()?;
        id_at(first, &["id"])
    })
}

fn broadcast_id(body: &Envelope) -> Option<String> {
    let object = body.response_object.as_ref()?;
    id_at(object, &["broadcastId", "broadcast_id"])
}
