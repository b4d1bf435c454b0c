//! Every answer to a send in the fixtures: its verdict, its rule, and what its sentence must say.

use super::support::{body_of, entry, manifest};
use alertdesk::api::classify::{Answer, BodyRead};
use alertdesk::api::{ClassifierOptions, Observation, SendEndpoint, classify};
use alertdesk::domain::{Judgement, PauseAdvice, Verdict};
use std::time::Duration;

struct Case {
    file: &'static str,
    rule: &'static str,
    pause: PauseAdvice,
    /// Pieces the sentence must hold.
    says: &'static [&'static str],
}

const fn case(
    file: &'static str,
    rule: &'static str,
    pause: PauseAdvice,
    says: &'static [&'static str],
) -> Case {
    Case {
        file,
        rule,
        pause,
        says,
    }
}

use PauseAdvice::{Batch, Bot, GoOn};

const WAMID: &str = "wamid.HBgMOTEwMDAwMDAwMDAxFQIAERgSRkFLRTAwMDAwMDAwMDAwMDAxAA==";

pub const COUNT: usize = CASES.len();

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("template_200_success.json", "template_accepted", GoOn, &["Accepted", WAMID]),
    case("template_200_success_extra_fields.json", "template_accepted", GoOn, &["Accepted"]),
    case("template_200_success_code_as_string.json", "template_accepted", GoOn, &["Accepted"]),
    case("template_200_success_without_message_id.json", "template_accepted_untracked", GoOn, &["not trackable", "Do not send it again"]),
    case("template_200_failure_errors_param_count_2000.json", "refused_code", GoOn, &["WhatsApp's older number 2000 \"Template Param Count Mismatch", "the platform's own number 2000 \"FAILURE\""]),
    case("template_200_failure_errors_132000.json", "refused_code", GoOn, &["132000", "Compare the parameters with the approved template"]),
    case("template_200_failure_errors_132001.json", "refused_code", GoOn, &["132001", "name and the exact language code"]),
    case("template_200_failure_errors_132012.json", "refused_code", GoOn, &["132012", "kind of header"]),
    case("template_200_failure_errors_132015_paused.json", "refused_code", Batch, &["132015", "edit it or use another one"]),
    case("template_200_failure_errors_132018_whitespace.json", "refused_code", GoOn, &["132018", "Clean the value"]),
    case("template_200_failure_errors_130429_throughput.json", "refused_code", GoOn, &["130429", "Lower the rate"]),
    case("template_200_failure_no_responseobject.json", "refused_code", GoOn, &["The platform gave no reason"]),
    case("template_200_failure_2003_bot_not_found.json", "refused_code", Batch, &["2003 \"BOT_NOT_FOUND\"", "bot key"]),
    case("template_200_failure_2004_api_key_not_found.json", "refused_code", Batch, &["2004 \"API_KEY_NOT_FOUND\"", "WhatsApp provider", "not about our own key"]),
    case("template_200_failure_unknown_status_code.json", "refused_code", GoOn, &["2999 \"SOMETHING_NEW\""]),
    case("template_200_not_json.txt", "body_not_json", Batch, &["not JSON", "\"OK\""]),
    case("template_200_empty_body.txt", "body_empty", Batch, &["empty", "Look before you send again"]),
    case("template_400_problem.json", "http_400", GoOn, &["HTTP 400", "Failed to read request"]),
    case("template_401_problem.json", "http_401", Bot, &["HTTP 401", "revoked"]),
    case("template_403_boot.json", "http_403", Bot, &["HTTP 403", "no right to this bot"]),
    case("template_429_retry_after.json", "http_429", GoOn, &["did not process", "wait of 2 s"]),
    case("template_500_boot.json", "http_500", GoOn, &["may have handed", "Look before you send again"]),
    case("template_503_gateway.html", "http_503", GoOn, &["HTTP 503"]),
    case("broadcast_200_responseobject_true.json", "broadcast_accepted_true", GoOn, &["Accepted", "without an id"]),
    case("broadcast_200_success_with_status.json", "broadcast_accepted", GoOn, &["Accepted"]),
    case("broadcast_200_success_with_id.json", "broadcast_accepted", GoOn, &["\"445566\""]),
    case("broadcast_200_infailure_2000.json", "bulk_failure_2000", GoOn, &["some of them may have been processed"]),
    case("broadcast_400_problem.json", "http_400", GoOn, &["letter case"]),
    case("broadcast_403_not_enabled.json", "http_403", Bot, &["switched on for this account by the platform's support"]),
    case("flow_200_responseobject_true.json", "flow_accepted_true", GoOn, &["the flow was started", "not reported"]),
    case("flow_200_success_with_status.json", "flow_accepted", GoOn, &["Accepted"]),
    case("flow_401_problem.json", "http_401", Bot, &["host"]),
    case("flow_404_unknown_flow.json", "http_404", GoOn, &["Flow not found", "case sensitive"]),
    case("flow_500_boot.json", "http_500", GoOn, &["Unknown"]),
    case("external_200_success.json", "external_accepted", GoOn, &["handed over", "nothing per person"]),
    case("external_200_failure_2000_failure.json", "bulk_failure_2000", GoOn, &["some of them may have been processed"]),
    case("external_200_failure_2003_bot_not_found.json", "refused_code", Batch, &["2003", "bot key"]),
    case("external_200_failure_2004_api_key_not_found.json", "refused_code", Batch, &["WhatsApp provider"]),
    case("external_200_failure_2005_invalid_file_format.json", "refused_code", GoOn, &["not taken as CSV"]),
];

fn judged(file: &str) -> Judgement {
    let entry = entry(file);
    let endpoint = match entry["endpoint"].as_str().unwrap() {
        "template" => SendEndpoint::Template,
        "broadcast" => SendEndpoint::Broadcast,
        "flow" => SendEndpoint::Flow,
        "external" => SendEndpoint::External,
        other => panic!("{other} is no send"),
    };
    let status = u16::try_from(entry["http_status"].as_u64().unwrap()).unwrap();
    let mut answer = Answer::new(status, BodyRead::Whole(body_of(file)));
    answer.content_type = entry["content_type"].as_str().map(str::to_owned);
    answer.retry_after = entry["headers"]["Retry-After"].as_str().map(str::to_owned);
    let now = "2026-08-12T09:00:00Z".parse().unwrap();
    classify(
        endpoint,
        &Observation::Answer(answer),
        &ClassifierOptions::default(),
        now,
    )
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted {
            message_id: None,
            note: Some(_),
        } => "accepted_untracked",
        Verdict::Accepted { .. } => "accepted",
        Verdict::Rejected => "rejected",
        Verdict::Retry { .. } => "retry",
        Verdict::Unknown => "unknown",
    }
}

#[test]
fn every_send_fixture_has_its_stated_outcome() {
    for case in CASES {
        let judgement = judged(case.file);
        let stated = entry(case.file)["outcome"].as_str().unwrap().to_owned();
        assert_eq!(outcome(&judgement.verdict), stated, "{}", case.file);
        assert_eq!(judgement.rule, case.rule, "{}", case.file);
        assert_eq!(judgement.pause, case.pause, "{}", case.file);
        for piece in case.says {
            let sentence = &judgement.sentence;
            assert!(sentence.contains(piece), "{}: {sentence}", case.file);
        }
        let lower = judgement.sentence.to_lowercase();
        assert!(!lower.contains("delivered"), "{}", case.file);
    }
}

#[test]
fn every_send_of_the_manifest_is_a_case() {
    let mut listed: Vec<String> = manifest()["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| !matches!(entry["endpoint"].as_str(), Some("users" | "conversations")))
        .map(|entry| entry["file"].as_str().unwrap().to_owned())
        .collect();
    let mut cases: Vec<String> = CASES.iter().map(|case| case.file.to_owned()).collect();
    listed.sort();
    cases.sort();
    assert_eq!(cases, listed);
}

#[test]
fn ids_are_kept_as_text() {
    let id = |file| {
        let verdict = judged(file).verdict;
        let Verdict::Accepted { message_id, .. } = verdict else {
            panic!("{file}: {verdict:?}");
        };
        message_id
    };
    assert_eq!(
        id("broadcast_200_success_with_id.json").as_deref(),
        Some("445566")
    );
    assert_eq!(id("template_200_success.json").as_deref(), Some(WAMID));
    assert_eq!(
        id("template_200_success_extra_fields.json").as_deref(),
        Some(WAMID)
    );
    assert_eq!(id("broadcast_200_responseobject_true.json"), None);
}

#[test]
fn numbers_waits_and_passing_refusals_are_kept() {
    let throughput = judged("template_200_failure_errors_130429_throughput.json");
    assert!(throughput.transient);
    assert_eq!(throughput.platform_code, Some(2000));
    assert_eq!(throughput.errors[0].code, 130_429);
    assert_eq!(
        throughput.errors[0].details.as_deref(),
        Some("throughput reached")
    );
    assert!(!judged("template_200_failure_errors_132000.json").transient);
    let wait = judged("template_429_retry_after.json").verdict;
    let after = Some(Duration::from_secs(2));
    assert_eq!(wait, Verdict::Retry { after });
    let text = judged("template_200_success_code_as_string.json");
    assert_eq!(
        (text.platform_code, text.http_status),
        (Some(1000), Some(200))
    );
}

#[test]
fn the_gateways_page_with_an_invitation_would_be_tried_again() {
    let mut answer = Answer::new(503, BodyRead::Whole(body_of("template_503_gateway.html")));
    answer.retry_after = Some("5".to_owned());
    let now = "2026-08-12T09:00:00Z".parse().unwrap();
    let judgement = classify(
        SendEndpoint::Template,
        &Observation::Answer(answer),
        &ClassifierOptions::default(),
        now,
    );
    let after = Some(Duration::from_secs(5));
    assert_eq!(judgement.verdict, Verdict::Retry { after });
}
