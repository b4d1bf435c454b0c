//! Hand-over and proof: the audit and the report of a batch by keys, and how they look.

use crate::scenery::with_batches;
use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, opening};
use alertdesk::app::Settings;
use alertdesk::contract::{Effect, Event, OutboxAnswer, OutboxCommand};
use alertdesk::domain::audit::AuditFilter;
use alertdesk::domain::copy_as::KEY_VARIABLE;
use alertdesk::domain::{AuditBreak, AuditCheck, AuditLine, AuditPersonal, BatchId, BatchState};
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;

fn line(seq: u64, proof: &serde_json::Value, personal: Option<serde_json::Value>) -> AuditLine {
    let ago = i64::try_from(40 - seq).unwrap();
    AuditLine {
        seq,
        at: opening() - SignedDuration::from_secs(ago),
        batch: proof["batch"].as_i64().map(BatchId),
        proof: proof.to_string(),
        hash: "5f".repeat(32),
        personal: personal.map(|text| AuditPersonal {
            salt: "00".repeat(16),
            text: text.to_string(),
        }),
    }
}

fn some_lines() -> Vec<AuditLine> {
    let person =
        |digits: &str, response: &str| Some(json!({ "recipient": digits, "response": response }));
    let result = |seq: u64, verdict: &str, rule: &str, status: Option<u16>| {
        json!({
            "seq": seq, "at": "2026-10-22T09:46:30Z", "action": "result", "process": 1, "batch": 34,
            "attempt": seq, "item": seq, "number": 1, "verdict": verdict, "rule": rule,
            "http_status": status, "duration_us": 84_000, "request_sha256": "ab".repeat(32),
            "personal_sha256": "cd".repeat(32),
        })
    };
    vec![
        line(
            1,
            &json!({
                "seq": 1, "action": "process", "user": "ana", "host": "desk-4", "pid": 4211,
                "version": "0.1.0", "zone": "Europe/London",
            }),
            None,
        ),
        line(
            2,
            &json!({
                "seq": 2, "action": "confirmed", "batch": 34, "kind": "template",
                "title": "winter_hours", "recipients": 1171, "skipped": 12, "user": "ana",
                "host": "desk-4", "personal_sha256": "cd".repeat(32),
            }),
            Some(json!({ "typed": "1171" })),
        ),
        line(
            3,
            &json!({
                "seq": 3, "action": "marked", "batch": 34,
                "attempts": [[1, 1, 1, "ab".repeat(32)], [2, 2, 1, "ac".repeat(32)]],
            }),
            None,
        ),
        line(
            4,
            &result(4, "accepted", "template_accepted", Some(200)),
            person("447700900412", "{}"),
        ),
        line(
            5,
            &result(5, "rejected", "refused_code", Some(200)),
            person("447700900118", "{\"errors\":[{\"code\":131026}]}"),
        ),
        line(
            6,
            &result(6, "unknown", "answer_timeout", None),
            person("447700900655", ""),
        ),
        line(
            7,
            &json!({
                "seq": 7, "action": "paused", "batch": 34, "from": "running", "to": "paused",
                "by": "engine", "rule": "no_connection", "personal_sha256": "cd".repeat(32),
            }),
            Some(json!({ "reason": "no connection for 5 calls in a row" })),
        ),
        line(
            8,
            &json!({
                "seq": 8, "action": "result", "batch": 31, "verdict": "accepted",
                "rule": "template_accepted", "personal_sha256": "cd".repeat(32),
            }),
            None,
        ),
    ]
}

fn answer(stage: &mut Stage, answer: OutboxAnswer) {
    stage.event(Event::OutboxAnswer(Box::new(answer)));
}

fn command(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text(text);
    stage.keys("Enter");
}

fn with_audit(typed: &str) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    command(&mut stage, typed);
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::LoadAudit(filter)) => Some(filter.clone()),
        _ => None,
    });
    answer(
        &mut stage,
        OutboxAnswer::Audit {
            filter: asked.unwrap(),
            lines: some_lines(),
            cut: false,
        },
    );
    stage
}

#[test]
fn the_list_and_a_line_in_full() {
    let mut stage = with_audit("audit");
    keep_sizes("audit__list", &stage);
    stage.keys("j j j Enter");
    keep_sizes("audit__line", &stage);
    stage.keys("Esc v");
    assert!(
        stage
            .effects
            .contains(&Effect::Outbox(OutboxCommand::VerifyAudit))
    );
    let check = AuditCheck {
        lines: 8311,
        broken: None,
    };
    answer(&mut stage, OutboxAnswer::AuditVerified(check.clone()));
    keep_stage("audit__intact", &stage);
    let broken = AuditBreak {
        seq: 12,
        what: "the line, or the one before it, is not what was written: somebody has changed the \
               record."
            .to_owned(),
    };
    let check = AuditCheck {
        broken: Some(broken),
        ..check
    };
    answer(&mut stage, OutboxAnswer::AuditVerified(check));
    keep_sizes("audit__broken", &stage);

    let mut nothing = with_audit("audit");
    nothing.keys("/");
    nothing.text("9999");
    keep_stage("audit__typing", &nothing);
    nothing.keys("Enter");
    let filter = AuditFilter {
        recipient: Some("9999".to_owned()),
        ..AuditFilter::default()
    };
    assert!(
        nothing
            .effects
            .contains(&Effect::Outbox(OutboxCommand::LoadAudit(filter.clone())))
    );
    // Lines of the question before are not shown under the new one.
    answer(
        &mut nothing,
        OutboxAnswer::Audit {
            filter: AuditFilter::default(),
            lines: some_lines(),
            cut: false,
        },
    );
    assert!(nothing.screen().contains("reading"), "{}", nothing.screen());
    answer(
        &mut nothing,
        OutboxAnswer::Audit {
            filter,
            lines: Vec::new(),
            cut: false,
        },
    );
    keep_stage("audit__nothing", &nothing);
}

#[test]
fn the_name_of_a_report_is_asked_for() {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    stage.keys("4 x");
    keep_sizes("audit__report_name", &stage);
    stage.keys("Ctrl-u");
    stage.text("for-maria.html");
    keep_stage("audit__report_name_wrong", &stage);
    stage.keys("Enter");
    assert!(stage.state.overlays.len() == 1, "a wrong name is not taken");
    stage.keys("Ctrl-u");
    stage.text("for-maria.md");
    stage.keys("Enter");
    assert!(stage.state.overlays.is_empty());
    assert!(
        stage
            .effects
            .contains(&Effect::Outbox(OutboxCommand::ExportBatch {
                batch: BatchId(34),
                file: "for-maria.md".to_owned(),
            }))
    );
}

fn at_once(settings: &mut Settings) {
    settings.grace_single = Duration::ZERO;
}

#[tokio::test]
async fn a_message_leaves_its_lines_and_a_report_for_the_supervisor() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;

    desk.keys(":");
    desk.text("audit 0412");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("1 line");
    desk.assert_shows("447700900412");
    desk.assert_shows("template_accepted");
    desk.keys("Enter");
    desk.assert_shows("request_sha256");
    desk.keys("Esc Esc :");
    desk.text("audit verify");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows(" lines, chain intact");

    desk.keys("4 x Enter");
    desk.until_idle().await;
    let file = desk.downloads().join("batch-1-fitting-slots.csv");
    let report = std::fs::read_to_string(&file).unwrap();
    assert!(report.contains("447700900412,1,accepted"), "{report}");
    desk.assert_shows("Report of #1, 1 recipient");
    // The same name again: the file stays as it is, and the screen says so.
    desk.keys("x Enter");
    desk.until_idle().await;
    desk.assert_shows("is there already");
    let key = desk.platform.known.api_key.clone();
    let copy = std::fs::read_to_string(desk.data().join("audit.jsonl")).unwrap();
    assert!(
        copy.contains("template_accepted") && !copy.contains(&key),
        "{copy}"
    );
}

#[tokio::test]
async fn a_batch_is_handed_over_with_its_report_its_tries_its_proof_and_a_call_for_support() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        faults: "template:error=131026@=447700900412".to_owned(),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    let batch = desk
        .until_batch("it is refused", |batch| {
            batch.state == BatchState::DoneWithProblems
        })
        .await;

    // The report, with the hash of the plan.
    desk.keys("4 x Enter");
    desk.until_idle().await;
    let report = desk.downloads().join("batch-1-fitting-slots.csv");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("447700900412,1,rejected"), "{report}");
    assert!(report.contains("131026"), "{report}");
    let plan = format!("plan_sha256={}", batch.plan_sha256);
    assert!(report.contains(&plan), "{report}");

    // Every try of this number, with the rule that judged it.
    desk.keys(":");
    desk.text("audit 0412");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("447700900412");
    desk.assert_shows("refused_code");
    desk.keys("v");
    desk.until_idle().await;
    desk.assert_shows(" lines, chain intact");

    // The very call, for the platform's support, without the key.
    desk.keys("Esc Esc 4 Enter");
    desk.until_idle().await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("\"phoneNumber\": \"+447700900412\"");
    desk.keys("y c");
    desk.until_idle().await;
    let copied = desk.copied.last().unwrap();
    assert!(copied.starts_with("curl "), "{copied}");
    assert!(copied.contains("+447700900412"), "{copied}");
    assert!(copied.contains(KEY_VARIABLE), "{copied}");
    assert!(!copied.contains(&desk.platform.known.api_key), "{copied}");
}
