//! Unknown results from the shell: a sender is killed in the middle, what is unknown is listed,
//! looked for, settled, and the rest goes on. And trying again what was refused for a while.

use crate::support::{ANA, Desk, Run, Sandbox, TOM, keys};
use serde_json::Value;

const THIRD: &str = "447700900871";
const TWICE: &str =
    "The provider may already have accepted this. Sending again can reach the person twice.";
const EVIDENCE: [&str; 14] = [
    "kind",
    "title",
    "profile",
    "text",
    "started",
    "duration_ms",
    "body_bytes",
    "phase",
    "sentence",
    "response",
    "read_back",
    "look_yourself",
    "looked",
    "wait_until",
];

/// A desk with three people queued, one call after the other.
fn queued(sandbox: &Sandbox) -> Desk {
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let body = "Hello {{1}}, your replacement for order {{2}} arrives on {{3}}.";
    desk.run(&["template", "edit", "order_replacement", "--body", body])
        .expect(0);
    let send = [
        "send",
        "template",
        "order_replacement",
        "--to",
        ANA,
        TOM,
        THIRD,
    ];
    let rest = [
        "--param",
        "1=Ana",
        "2=5521",
        "3=Monday",
        "--now",
        "--confirm",
        "3",
        "--concurrency",
        "1",
    ];
    desk.run(&[&send[..], &rest].concat()).expect(0);
    desk
}

fn json(desk: &Desk, arguments: &[&str], status: i32) -> Value {
    let all = [arguments, &["--output", "json"]].concat();
    desk.run(&all).expect(status).json()
}

fn accepted(sandbox: &Sandbox, digits: &str) -> u64 {
    let counts = sandbox.inspect("accepted");
    counts["recipients"][digits].as_u64().unwrap_or(0)
}

/// Sends until the second person's call hangs at the platform, and dies there.
fn killed_in_the_middle(sandbox: &Sandbox) -> Desk {
    let desk = queued(sandbox);
    let mut sender = desk.command(&["outbox", "run"]).spawn().unwrap();
    while accepted(sandbox, TOM) == 0 {
        assert!(sender.try_wait().unwrap().is_none(), "it ended by itself");
    }
    sender.kill().unwrap();
    sender.wait().unwrap();
    desk
}

#[test]
fn what_arrived_is_found_and_the_rest_goes_on() {
    let sandbox = Sandbox::start(&["--faults", "template:hang@#2"]);
    let desk = killed_in_the_middle(&sandbox);
    let found = desk
        .run(&["outbox", "unknown", "--output", "json"])
        .expect(0);
    assert!(
        found
            .stderr
            .contains("stopped: 1 accepted, 1 unknown, 1 not sent"),
        "{}",
        found.stderr
    );
    let unknown = found.json();
    let one = &unknown[0];
    let fields = keys(one);
    for field in EVIDENCE {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert_eq!(
        (&one["recipient"], &one["state"]),
        (&TOM.into(), &"unknown".into())
    );
    assert_eq!(
        (&one["phase"], &one["rule"], &one["read_back"]),
        (
            &"process_stopped".into(),
            &"process_stopped".into(),
            &"text".into()
        )
    );
    assert_eq!(
        one["text"],
        "Hello Ana, your replacement for order 5521 arrives on Monday."
    );
    let item = one["id"].to_string();
    let found = json(&desk, &["outbox", "read-back", &item], 0);
    assert_eq!(found[0]["result"], "accepted", "{found}");
    assert_eq!(
        json(&desk, &["outbox", "unknown"], 0),
        serde_json::json!([])
    );
    let batch = json(&desk, &["outbox", "resume", "1", "--confirm", "1"], 0);
    assert_eq!(
        (&batch["counts"]["accepted"], &batch["counts"]["queued"]),
        (&2.into(), &1.into())
    );
    desk.run(&["outbox", "run"]).expect(0);
    for person in [ANA, TOM, THIRD] {
        assert_eq!(accepted(&sandbox, person), 1, "{person}");
    }
    let again = json(&desk, &["outbox", "read-back", &item], 0);
    assert_eq!(again[0]["result"], "settled");
}

/// One unknown call that never reached the platform.
fn lost(sandbox: &Sandbox) -> (Desk, String) {
    let desk = queued(sandbox);
    desk.run(&["outbox", "run"]).expect(7);
    let unknown = json(&desk, &["outbox", "unknown", "--batch", "1"], 0);
    assert_eq!(unknown.as_array().unwrap().len(), 1, "{unknown}");
    (desk, unknown[0]["id"].to_string())
}

fn lossy() -> Sandbox {
    Sandbox::start(&["--faults", &format!("template:close-before@={TOM}")])
}

#[test]
fn what_is_not_found_waits_paused_until_its_number_is_given() {
    let sandbox = lossy();
    let (desk, item) = lost(&sandbox);
    let found = desk.run(&["outbox", "read-back", "--batch", "1"]).expect(7);
    assert!(found.stdout.contains("no evidence yet"), "{}", found.stdout);
    assert!(
        found.stdout.contains("does not mean that it was not sent"),
        "{}",
        found.stdout
    );
    let unknown = json(&desk, &["outbox", "unknown"], 0);
    assert!(unknown[0]["looked"]["at"].is_string(), "{unknown}");
    let sum = json(&desk, &["outbox", "show", "1"], 0)["counts"]["planned"].clone();

    let settle = [
        "outbox",
        "resolve",
        &item,
        "--as",
        "not-accepted",
        "--reason",
        "nothing came",
    ];
    let settled = desk
        .run(&[&settle[..], &["--output", "json"]].concat())
        .expect(0);
    assert!(settled.stderr.contains(TWICE), "{}", settled.stderr);
    assert!(
        settled.stderr.contains("outbox resume 2 --confirm 1"),
        "{}",
        settled.stderr
    );
    let settled = settled.json();
    assert_eq!(settled["items"][0]["state"], "not_accepted");
    let child = &settled["batches"][0];
    assert_eq!(
        (
            &child["state"],
            &child["parent"],
            &child["counts"]["queued"]
        ),
        (&"paused".into(), &1.into(), &1.into())
    );
    desk.run(&settle).expect(1);
    let parent = json(&desk, &["outbox", "show", "1"], 0);
    assert_eq!(parent["counts"]["planned"], sum);
    assert_eq!(parent["counts"]["not_accepted"], 1);

    desk.run(&["outbox", "run"]).expect(0);
    assert_eq!(accepted(&sandbox, TOM), 0, "paused means paused");
    desk.run(&["outbox", "resume", "2", "--confirm", "3"])
        .expect(2);
    let items =
        |batch: &str| json(&desk, &["outbox", "show", batch, "--items"], 0)["items"].clone();
    let (old, new) = (items("1"), items("2"));
    assert_eq!(
        old[1]["body_sha256"], new[0]["body_sha256"],
        "the very same bytes"
    );
    desk.run(&["outbox", "resume", "2", "--confirm", "1"])
        .expect(0);
    // It is lost again: that is another unknown result, of the new batch.
    desk.run(&["outbox", "run"]).expect(7);
    let unknown = json(&desk, &["outbox", "unknown"], 0);
    assert_eq!(unknown[0]["batch"], 2);
}

#[test]
fn several_need_their_count_and_several_again_need_time() {
    let sandbox = Sandbox::start(&["--faults", "template:close-after"]);
    let desk = queued(&sandbox);
    desk.run(&["outbox", "run"]).expect(7);
    let all = |decision: &str, rest: &[&str]| -> Run {
        let settle = ["outbox", "resolve", "--batch", "1", "--as", decision];
        desk.run(&[&settle[..], rest, &["--output", "json"]].concat())
    };
    let missing = all("accepted", &[]).expect(2).error();
    assert!(
        missing["advice"].as_str().unwrap().contains("--confirm 3"),
        "{missing}"
    );
    all("accepted", &["--confirm", "2"]).expect(2);
    let early = all("not-accepted", &["--confirm", "3"]).expect(1).error();
    assert!(
        early["message"].as_str().unwrap().contains("15 minutes"),
        "{early}"
    );
    let settled = all("abandoned", &["--confirm", "3"]).expect(0).json();
    assert_eq!(settled["items"].as_array().unwrap().len(), 3);
    assert_eq!(settled["batches"], serde_json::json!([]));
    let batch = json(&desk, &["outbox", "show", "1"], 0);
    assert_eq!(
        (&batch["counts"]["unknown"], &batch["counts"]["abandoned"]),
        (&0.into(), &3.into())
    );
    all("abandoned", &["--confirm", "3"]).expect(1);
}

#[test]
fn only_what_passes_is_tried_again_once_and_waits_paused() {
    let fault = format!("template:error=131056@={TOM},template:error=131026@={THIRD}");
    let sandbox = Sandbox::start(&["--faults", &fault]);
    let desk = queued(&sandbox);
    desk.run(&["outbox", "run"]).expect(6);
    let made = desk
        .run(&["outbox", "retry", "1", "--output", "json"])
        .expect(0);
    assert!(
        made.stderr.contains("outbox resume 2 --confirm 1"),
        "{}",
        made.stderr
    );
    let made = made.json();
    assert_eq!(
        (&made["state"], &made["parent"], &made["counts"]["planned"]),
        (&"paused".into(), &1.into(), &1.into())
    );
    let items = json(&desk, &["outbox", "show", "2", "--items"], 0);
    assert_eq!(items["items"][0]["recipient"], TOM);
    desk.run(&["outbox", "retry", "1"]).expect(1);
    desk.run(&["outbox", "retry", "9"]).expect(4);
    let parent = json(&desk, &["outbox", "show", "1"], 0);
    assert_eq!(
        (&parent["counts"]["planned"], &parent["counts"]["rejected"]),
        (&3.into(), &2.into())
    );
}

#[test]
fn what_is_named_wrongly_is_refused() {
    let sandbox = lossy();
    let (desk, item) = lost(&sandbox);
    desk.run(&["outbox", "resolve", "99", "--as", "accepted"])
        .expect(4);
    desk.run(&["outbox", "resolve", "x", "--as", "accepted"])
        .expect(2);
    desk.run(&["outbox", "resolve", &item, "--as", "delivered"])
        .expect(2);
    desk.run(&["outbox", "resolve", "--as", "accepted"])
        .expect(2);
    desk.run(&["outbox", "resolve", "1", "--as", "accepted"])
        .expect(1);
    desk.run(&["outbox", "read-back", "99"]).expect(4);
    desk.run(&["outbox", "unknown", "--batch", "9"]).expect(4);
    let shown = desk.run(&["outbox", "unknown"]).expect(0);
    assert!(shown.stdout.contains("not yet"), "{}", shown.stdout);
    desk.run(&["outbox", "resolve", &item, "--as", "accepted"])
        .expect(0);
    let items = json(&desk, &["outbox", "show", "1", "--items"], 0);
    assert_eq!(
        (&items["items"][1]["state"], &items["items"][1]["rule"]),
        (&"accepted".into(), &"by_person".into())
    );
}
