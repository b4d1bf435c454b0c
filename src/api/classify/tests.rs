//! Every row of the table of verdicts, and bodies nobody thought of.

use super::{Answer, BodyRead, ClassifierOptions, Observation, SendEndpoint, Unsent, classify};
use crate::domain::{Judgement, PauseAdvice, SendKind, Verdict};
use rstest::rstest;
use std::time::Duration;

use PauseAdvice::{Batch, Bot, GoOn};
use SendEndpoint::{Broadcast, External, Flow, Template};

pub(super) const ALL: [SendEndpoint; 4] = [Template, Broadcast, External, Flow];
pub(super) const DEFAULT: ClassifierOptions = ClassifierOptions {
    strict_5xx: false,
    trust_408: false,
};

fn now() -> jiff::Timestamp {
    "2026-08-12T09:00:00Z".parse().unwrap()
}

pub(super) fn judge_with(
    endpoint: SendEndpoint,
    status: u16,
    body: BodyRead,
    retry_after: Option<&str>,
    options: &ClassifierOptions,
) -> Judgement {
    let mut answer = Answer::new(status, body);
    answer.retry_after = retry_after.map(str::to_owned);
    classify(endpoint, &Observation::Answer(answer), options, now())
}

fn judged(endpoint: SendEndpoint, status: u16, body: &str) -> Judgement {
    let body = BodyRead::Whole(body.as_bytes().to_vec());
    judge_with(endpoint, status, body, None, &DEFAULT)
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted { note: Some(_), .. } => "accepted with a note",
        Verdict::Accepted { .. } => "accepted",
        Verdict::Rejected => "rejected",
        Verdict::Retry { after: Some(_) } => "retry after",
        Verdict::Retry { after: None } => "retry",
        Verdict::Unknown => "unknown",
    }
}

#[rstest]
#[case(Unsent::BuildFailed, "build_failed")]
#[case(Unsent::Offline, "offline")]
#[case(Unsent::Dns, "dns_failed")]
#[case(Unsent::ConnectRefused, "connect_refused")]
#[case(Unsent::ConnectTimeout, "connect_timeout")]
#[case(Unsent::Proxy, "proxy_refused")]
fn what_never_left_is_tried_again(#[case] kind: Unsent, #[case] rule: &str) {
    for endpoint in ALL {
        let seen = Observation::NothingSent {
            kind,
            text: "cause".to_owned(),
        };
        let judgement = classify(endpoint, &seen, &DEFAULT, now());
        assert_eq!(word(&judgement.verdict), "retry");
        assert_eq!((judgement.rule, judgement.pause), (rule, GoOn));
        assert_eq!(judgement.http_status, None);
    }
}

#[rstest]
#[case(Observation::TlsFailure { text: "bad certificate".to_owned() }, "tls_failed", "rejected", Batch)]
#[case(
    Observation::UnsentOnReusedConnection,
    "unsent_on_reused_connection",
    "retry",
    GoOn
)]
#[case(Observation::RefusedStream, "http2_refused_stream", "retry", GoOn)]
#[case(Observation::BrokenAfterStart { text: "reset".to_owned() }, "broken_after_start", "unknown", GoOn)]
#[case(Observation::AnswerTimeout { after: Duration::from_secs(90) }, "answer_timeout", "unknown", GoOn)]
#[case(Observation::ProcessStopped, "process_stopped", "unknown", GoOn)]
fn what_ended_without_an_answer(
    #[case] seen: Observation,
    #[case] rule: &str,
    #[case] verdict: &str,
    #[case] pause: PauseAdvice,
) {
    for endpoint in ALL {
        let judgement = classify(endpoint, &seen, &DEFAULT, now());
        assert_eq!(word(&judgement.verdict), verdict);
        assert_eq!((judgement.rule, judgement.pause), (rule, pause));
    }
}

#[rstest]
#[case(301, "redirect", "rejected", Batch)]
#[case(307, "redirect", "rejected", Batch)]
#[case(308, "redirect", "rejected", Batch)]
#[case(400, "http_400", "rejected", GoOn)]
#[case(401, "http_401", "rejected", Bot)]
#[case(402, "http_402", "rejected", Batch)]
#[case(403, "http_403", "rejected", Bot)]
#[case(404, "http_404", "rejected", GoOn)]
#[case(405, "http_405", "rejected", GoOn)]
#[case(408, "http_408", "unknown", GoOn)]
#[case(409, "http_409_unclear", "unknown", GoOn)]
#[case(410, "http_4xx", "rejected", GoOn)]
#[case(413, "http_413", "rejected", GoOn)]
#[case(415, "http_415", "rejected", GoOn)]
#[case(422, "http_422", "rejected", GoOn)]
#[case(425, "http_425", "retry", GoOn)]
#[case(429, "http_429", "retry", GoOn)]
#[case(499, "http_4xx", "rejected", GoOn)]
#[case(500, "http_500", "unknown", GoOn)]
#[case(502, "http_502", "unknown", GoOn)]
#[case(503, "http_503", "unknown", GoOn)]
#[case(504, "http_504", "unknown", GoOn)]
#[case(599, "http_5xx", "unknown", GoOn)]
#[case(199, "http_unexpected", "unknown", Batch)]
#[case(700, "http_unexpected", "unknown", Batch)]
fn statuses_outside_2xx(
    #[case] status: u16,
    #[case] rule: &str,
    #[case] verdict: &str,
    #[case] pause: PauseAdvice,
) {
    // A success body outside 2xx must not change anything.
    let kind = r#"{"responseObject":{"message_id":"wamid.X"},"status":{"code":1000}}"#;
    for endpoint in ALL {
        for body in ["", "<html>", "{}", kind] {
            let judgement = judged(endpoint, status, body);
            assert_eq!(word(&judgement.verdict), verdict, "{status} {body}");
            assert_eq!((judgement.rule, judgement.pause), (rule, pause));
            assert_eq!(judgement.http_status, Some(status));
        }
        let cut = BodyRead::Truncated(Vec::new());
        let judgement = judge_with(endpoint, status, cut, None, &DEFAULT);
        assert_eq!(word(&judgement.verdict), verdict, "{status} cut off");
    }
}

#[rstest]
#[case(429, Some("7"), "retry after")]
#[case(429, Some("Wed, 12 Aug 2026 09:00:30 GMT"), "retry after")]
#[case(429, Some("later"), "retry")]
#[case(425, Some("7"), "retry after")]
#[case(503, Some("7"), "retry after")]
#[case(503, Some("Wed, 12 Aug 2026 09:00:30 GMT"), "retry after")]
#[case(503, Some("later"), "unknown")]
#[case(500, Some("7"), "unknown")]
fn waits(#[case] status: u16, #[case] header: Option<&str>, #[case] verdict: &str) {
    let body = BodyRead::Whole(Vec::new());
    let judgement = judge_with(Template, status, body, header, &DEFAULT);
    assert_eq!(word(&judgement.verdict), verdict);
}

#[test]
fn the_two_options_change_exactly_their_rows() {
    let empty = || BodyRead::Whole(Vec::new());
    let strict = ClassifierOptions {
        strict_5xx: true,
        ..DEFAULT
    };
    let judgement = judge_with(Flow, 503, empty(), Some("7"), &strict);
    assert_eq!(judgement.rule, "http_503_strict");
    assert_eq!(word(&judgement.verdict), "unknown");
    let judgement = judge_with(Flow, 429, empty(), Some("7"), &strict);
    assert_eq!(word(&judgement.verdict), "retry after");
    let trusting = ClassifierOptions {
        trust_408: true,
        ..DEFAULT
    };
    let judgement = judge_with(Flow, 408, empty(), None, &trusting);
    assert_eq!(
        (judgement.rule, word(&judgement.verdict)),
        ("http_408_trusted", "retry")
    );
}

pub(super) const ID: &str = r#"{"responseObject":{"message_id":"wamid.X"},"status":{"code":1000}}"#;
pub(super) const TRUE: &str = r#"{"responseObject":true}"#;
pub(super) const FALSE: &str = r#"{"responseObject":false}"#;
pub(super) const FAILURE: &str = r#"{"status":{"code":2000,"desc":"FAILURE"}}"#;
pub(super) const BID: &str = r#"{"responseObject":{"broadcastId":7}}"#;

#[rstest]
#[case(Template, ID, "template_accepted", "accepted", GoOn)]
#[case(
    Template,
    r#"{"status":{"code":1000}}"#,
    "template_accepted_untracked",
    "accepted with a note",
    GoOn
)]
#[case(
    External,
    r#"{"status":{"code":1000}}"#,
    "external_accepted",
    "accepted",
    GoOn
)]
#[case(
    Broadcast,
    r#"{"status":{"code":"1000"}}"#,
    "broadcast_accepted",
    "accepted",
    GoOn
)]
#[case(Broadcast, TRUE, "broadcast_accepted_true", "accepted", GoOn)]
#[case(Broadcast, BID, "broadcast_accepted_id", "accepted", GoOn)]
#[case(Flow, r#"{"status":{"code":1000}}"#, "flow_accepted", "accepted", GoOn)]
#[case(Flow, TRUE, "flow_accepted_true", "accepted", GoOn)]
#[case(Flow, "", "flow_accepted_empty", "accepted with a note", GoOn)]
#[case(Flow, " ", "body_empty", "unknown", Batch)]
#[case(Template, "", "body_empty", "unknown", Batch)]
#[case(Broadcast, "", "body_empty", "unknown", Batch)]
#[case(External, "", "body_empty", "unknown", Batch)]
#[case(Template, TRUE, "contract_changed", "unknown", Batch)]
#[case(External, TRUE, "contract_changed", "unknown", Batch)]
#[case(Template, FALSE, "contract_changed", "unknown", Batch)]
#[case(Broadcast, FALSE, "refused_false", "rejected", GoOn)]
#[case(Flow, FALSE, "refused_false", "rejected", GoOn)]
#[case(
    Flow,
    r#"{"responseObject":false,"status":{"code":1000}}"#,
    "contradiction_false",
    "rejected",
    GoOn
)]
#[case(
    Flow,
    r#"{"responseObject":true,"status":{}}"#,
    "contract_changed",
    "unknown",
    Batch
)]
#[case(
    Flow,
    r#"{"responseObject":true,"status":200}"#,
    "contract_changed",
    "unknown",
    Batch
)]
#[case(
    Flow,
    r#"{"responseObject":true,"errors":["x"]}"#,
    "contract_changed",
    "unknown",
    Batch
)]
#[case(Flow, BID, "contract_changed", "unknown", Batch)]
#[case(
    Template,
    r#"{"responseObject":{"message_id":"wamid.X"}}"#,
    "contract_changed",
    "unknown",
    Batch
)]
#[case(Template, "[]", "contract_changed", "unknown", Batch)]
#[case(Template, "1000", "contract_changed", "unknown", Batch)]
#[case(Template, FAILURE, "refused_code", "rejected", GoOn)]
#[case(Flow, FAILURE, "refused_code", "rejected", GoOn)]
#[case(Broadcast, FAILURE, "bulk_failure_2000", "unknown", GoOn)]
#[case(External, FAILURE, "bulk_failure_2000", "unknown", GoOn)]
#[case(
    External,
    r#"{"status":{"code":2999}}"#,
    "refused_code",
    "rejected",
    GoOn
)]
#[case(
    Template,
    r#"{"status":{"code":2003}}"#,
    "refused_code",
    "rejected",
    Batch
)]
#[case(
    External,
    r#"{"status":{"code":2004}}"#,
    "refused_code",
    "rejected",
    Batch
)]
#[case(
    External,
    r#"{"status":{"code":2005}}"#,
    "refused_code",
    "rejected",
    GoOn
)]
#[case(
    Template,
    r#"{"status":{"code":1000},"errors":[{"code":132015}]}"#,
    "contradiction_errors",
    "rejected",
    Batch
)]
#[case(
    Template,
    r#"{"status":{"code":1000},"errors":[{"code":100}]}"#,
    "contradiction_errors",
    "rejected",
    GoOn
)]
#[case(
    Template,
    r#"{"status":{"code":2000},"errors":[{"code":190}]}"#,
    "refused_code",
    "rejected",
    Batch
)]
#[case(
    Template,
    r#"{"status":{"code":2000,"desc":"Insufficient balance"}}"#,
    "refused_code",
    "rejected",
    Batch
)]
#[case(
    Template,
    r#"{"status":{"code":2000},"status":{"code":1000}}"#,
    "conflicting_status",
    "unknown",
    Batch
)]
#[case(
    Template,
    r#"{"status":{"code":1000},"status":{"code":2000}}"#,
    "conflicting_status",
    "unknown",
    Batch
)]
#[case(
    Template,
    r#"{"status":{"code":1000},"status":{"code":1000}}"#,
    "template_accepted_untracked",
    "accepted with a note",
    GoOn
)]
#[case(Template, "<html>", "body_html", "unknown", Batch)]
#[case(Flow, "OK", "body_not_json", "unknown", Batch)]
fn bodies_inside_2xx(
    #[case] endpoint: SendEndpoint,
    #[case] body: &str,
    #[case] rule: &str,
    #[case] verdict: &str,
    #[case] pause: PauseAdvice,
) {
    for status in [200, 201, 202, 204, 299] {
        let judgement = judged(endpoint, status, body);
        assert_eq!(judgement.rule, rule, "{body}");
        assert_eq!(word(&judgement.verdict), verdict, "{body}");
        assert_eq!(judgement.pause, pause, "{body}");
    }
}

#[test]
fn a_body_that_did_not_come_whole_proves_nothing() {
    for endpoint in ALL {
        let cut = BodyRead::Truncated(ID.as_bytes().to_vec());
        let judgement = judge_with(endpoint, 200, cut, None, &DEFAULT);
        assert_eq!((judgement.rule, judgement.pause), ("body_truncated", Batch));
        let judgement = judge_with(endpoint, 200, BodyRead::TooLarge, None, &DEFAULT);
        assert_eq!(judgement.rule, "body_too_large");
        assert_eq!(judgement.verdict, Verdict::Unknown);
    }
}

#[rstest]
#[case(
    r#"{"status":{"code":2999,"desc":"DUPLICATE"}}"#,
    "http_409_refused",
    "rejected"
)]
#[case(r#"{"errors":[{"code":132000}]}"#, "http_409_refused", "rejected")]
#[case(r#"{"status":409,"error":"Conflict"}"#, "http_409_unclear", "unknown")]
#[case(
    r#"{"status":{"code":1},"status":{"code":2}}"#,
    "http_409_unclear",
    "unknown"
)]
fn a_conflict_needs_a_number(#[case] body: &str, #[case] rule: &str, #[case] verdict: &str) {
    let judgement = judged(Template, 409, body);
    assert_eq!((judgement.rule, word(&judgement.verdict)), (rule, verdict));
}

#[test]
fn passing_refusals_are_marked_and_only_those() {
    let with = |codes: &str| {
        let body = format!(r#"{{"status":{{"code":2000}},"errors":[{codes}]}}"#);
        judged(Template, 200, &body).transient
    };
    assert!(with(r#"{"code":130429}"#));
    assert!(with(r#"{"code":131056},{"code":1016}"#));
    assert!(!with(r#"{"code":130429},{"code":132000}"#));
    assert!(!with(r#"{"code":131026}"#));
    assert!(!with(r#"{"title":"no number"}"#));
    assert!(!judged(Template, 200, FAILURE).transient);
}

#[rstest]
#[case(
    Broadcast,
    403,
    "switched on for this account by the platform's support"
)]
#[case(Broadcast, 400, "letter case")]
#[case(Flow, 404, "case sensitive")]
#[case(Flow, 401, "belongs to another host")]
#[case(External, 413, "Split the list")]
fn refusals_say_what_to_do(
    #[case] endpoint: SendEndpoint,
    #[case] status: u16,
    #[case] words: &str,
) {
    let body = r#"{"title":"Odd Title","status":1,"detail":"odd detail"}"#;
    let sentence = judged(endpoint, status, body).sentence;
    assert!(sentence.contains(words), "{sentence}");
    assert!(sentence.contains("\"Odd Title: odd detail\""), "{sentence}");
}

#[test]
fn every_number_is_named_with_its_owner() {
    let body = r#"{"responseObject":{"errors":[{"code":2000,"title":"Mismatch"}]},
        "status":{"code":2000,"desc":"FAILURE"}}"#;
    let sentence = judged(Template, 200, body).sentence;
    assert!(
        sentence.contains("the platform's own number 2000 \"FAILURE\""),
        "{sentence}"
    );
    assert!(
        sentence.contains("WhatsApp's older number 2000 \"Mismatch\""),
        "{sentence}"
    );
}

#[test]
fn the_kinds_of_a_plan_have_their_rules() {
    assert_eq!(SendEndpoint::from(SendKind::CsvBroadcast), External);
    assert_eq!(SendEndpoint::from(SendKind::Template), Template);
    assert_eq!(SendEndpoint::from(SendKind::Broadcast), Broadcast);
    assert_eq!(SendEndpoint::from(SendKind::Flow), Flow);
}
