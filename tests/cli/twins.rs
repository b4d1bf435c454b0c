//! The same to the same people again: refused with the number, unless somebody says why.

use crate::support::{ANA, Desk, Sandbox, TOM};
use serde_json::Value;

const KEY: &str = "FEDCBA9876543210FEDCBA9876543210";

fn flow<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    let send = [
        "send", "flow", "callback", "--attr", "order=5", "--output", "json",
    ];
    [&send[..], &["--to", ANA, TOM], rest].concat()
}

fn batches(desk: &Desk) -> usize {
    let list = desk.run(&["outbox", "list", "--output", "json"]);
    list.expect(0).json().as_array().unwrap().len()
}

#[test]
fn a_flow_again_within_ten_minutes_is_refused_and_goes_for_a_reason() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.run(&["flow", "add", "callback", "--key", KEY])
        .expect(0);
    let now = ["--now", "--confirm", "2", "--wait"];
    desk.run(&flow(&now)).expect(0);
    assert_eq!(sandbox.sends().len(), 2);

    let again = desk.run(&flow(&now)).expect(2);
    let error = again.error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 of 2 already triggered at "),
        "{message}"
    );
    let advice = error["advice"].as_str().unwrap();
    assert!(advice.contains("--allow-duplicates REASON"), "{advice}");
    assert!(again.stdout.is_empty());
    assert_eq!((sandbox.sends().len(), batches(&desk)), (2, 1));

    // A dry run shows who and why, and still says no.
    let dry = desk.run(&flow(&["--dry-run"])).expect(2).json();
    assert_eq!(dry["counts"]["skipped"], 2);
    assert_eq!(dry["skipped"][0]["rule"], "duplicate");
    let reason = dry["skipped"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("already triggered at "), "{reason}");

    let blank = [&now[..], &["--allow-duplicates", " "]].concat();
    desk.run(&flow(&blank)).expect(2);
    let why = ["--allow-duplicates", "the first call was cut off"];
    let sent = desk.run(&flow(&[&now[..], &why].concat())).expect(0).json();
    assert_eq!(sent["counts"]["accepted"], 2);
    assert_eq!(sandbox.sends().len(), 4);
    let id = sent["id"].to_string();
    let shown = desk.run(&["outbox", "show", &id]).expect(0);
    assert!(
        shown.stderr.contains("the first call was cut off"),
        "{}",
        shown.stderr
    );
}

#[test]
fn only_those_who_have_it_are_left_out_and_the_count_says_so() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    let words = [
        "send",
        "template",
        "winter_hours",
        "--now",
        "--output",
        "json",
    ];
    let to = |rest: &[&'static str]| [&words[..], rest].concat();
    desk.run(&to(&["--to", ANA, "--confirm", "1", "--wait"]))
        .expect(0);
    let refused = desk
        .run(&to(&["--to", ANA, TOM, "--confirm", "2"]))
        .expect(2);
    let message = refused.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("this reaches 1"), "{message}");
    let sent = desk
        .run(&to(&["--to", ANA, TOM, "--confirm", "1", "--wait"]))
        .expect(0)
        .json();
    assert_eq!(
        (&sent["counts"]["skipped"], &sent["counts"]["accepted"]),
        (&Value::from(1), &Value::from(1))
    );
    assert_eq!(sandbox.sends().len(), 2);
}

#[test]
fn two_commands_at_the_same_time_queue_it_once() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    // The record is made before, so that both only differ by who is first.
    desk.run(&["outbox", "list"]).expect(0);
    let send = [
        "send",
        "template",
        "winter_hours",
        "--to",
        ANA,
        "--now",
        "--confirm",
        "1",
    ];
    let both = [(); 2].map(|()| desk.command(&send).spawn().unwrap());
    let mut ends = both.map(|child| child.wait_with_output().unwrap().status.code().unwrap());
    ends.sort_unstable();
    assert_eq!(ends, [0, 2]);
    assert_eq!(batches(&desk), 1);
}

#[test]
fn the_same_file_again_is_refused_for_the_same_day() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    let file = desk.write("people.csv", "phone\n+447700900118\n");
    let send = ["send", "template", "winter_hours", "--csv", &file, "--now"];
    let rest = ["--confirm", "1", "--output", "json"];
    desk.run(&[&send[..], &rest].concat()).expect(0);
    let error = desk.run(&[&send[..], &rest].concat()).expect(2).error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("went to winter_hours already"),
        "{message}"
    );
    assert!(message.contains("in batch 1"), "{message}");
}

#[test]
fn a_profile_that_leads_elsewhere_now_holds_what_was_planned_for_it() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    let send = [
        "send",
        "template",
        "winter_hours",
        "--to",
        ANA,
        "--now",
        "--confirm",
        "1",
    ];
    desk.run(&send).expect(0);
    for (name, other) in [
        ("ALERTDESK_CUSTOMER_ID", "77001"),
        ("ALERTDESK_BOT_KEY", "1111111111111111"),
    ] {
        let mut elsewhere = sandbox.desk();
        std::mem::swap(&mut elsewhere.folder, &mut desk.folder);
        elsewhere.set(name, other);
        elsewhere.run(&["outbox", "run"]).expect(1);
        let shown = elsewhere
            .run(&["outbox", "show", "1", "--output", "json"])
            .expect(0)
            .json();
        assert_eq!(shown["state"], "held", "{name}");
        assert_eq!(shown["reason"]["rule"], "other_bot", "{name}");
        elsewhere
            .run(&["outbox", "resume", "1", "--confirm", "1"])
            .expect(0);
        std::mem::swap(&mut elsewhere.folder, &mut desk.folder);
    }
    assert!(sandbox.sends().is_empty());
    desk.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 1);
}
