//! Sends that have a time: read from words, kept here until then, or handed to the platform.

use crate::sends::order;
use crate::support::{ANA, Desk, Sandbox, TOM, finished, signal};

fn broadcast<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    let head = [
        "send",
        "broadcast",
        "--title",
        "Later",
        "--text",
        "We open at 10.",
        "--to",
        ANA,
        "--output",
        "json",
    ];
    [&head[..], rest].concat()
}

fn batches(desk: &Desk) -> serde_json::Value {
    desk.run(&["outbox", "list", "--output", "json"])
        .expect(0)
        .json()
}

#[test]
fn a_template_with_a_time_waits_here_and_can_be_taken_back() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let sent = desk
        .run(&order(&[
            "--to",
            ANA,
            "--at",
            "2090-12-01 09:00",
            "--zone",
            "Asia/Kolkata",
            "--confirm",
            "1",
            "--output",
            "json",
        ]))
        .expect(0);
    assert_eq!(sent.json()["state"], "scheduled");
    assert_eq!(sent.json()["scheduled"], "2090-12-01T03:30:00Z");
    assert!(sent.stderr.contains("outbox run --stay"), "{}", sent.stderr);

    let list = desk.run(&["outbox", "list"]).expect(0).stdout;
    assert!(
        list.contains("Fri 1 Dec 03:30 London · 03:30 UTC · held here"),
        "{list}"
    );
    let run = desk.run(&["outbox", "run"]).expect(0);
    assert!(run.stderr.contains("waits for its time"), "{}", run.stderr);
    assert_eq!(batches(&desk)[0]["state"], "scheduled");
    let id = sent.json()["id"].to_string();
    desk.run(&["outbox", "cancel", &id]).expect(0);
    assert_eq!(batches(&desk)[0]["state"], "cancelled");
    assert!(sandbox.sends().is_empty());
}

#[test]
fn a_broadcast_asks_whether_it_stays_here_or_is_handed_over() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let at = ["--at", "2090-12-01 09:00", "--confirm", "1"];
    let refused = desk.run(&broadcast(&at)).expect(2);
    let advice = refused.error()["advice"].as_str().unwrap().to_owned();
    assert!(advice.contains("--hand-over now"), "{advice}");
    assert!(advice.contains("outbox run --stay"), "{advice}");
    assert_eq!(batches(&desk).as_array().unwrap().len(), 0);

    let late = desk
        .run(&broadcast(&[&at[..], &["--hand-over", "late"]].concat()))
        .expect(0);
    assert_eq!(late.json()["state"], "scheduled");
    assert!(late.stderr.contains("Until"), "{}", late.stderr);
    let again = [
        &at[..],
        &[
            "--hand-over",
            "now",
            "--allow-duplicates",
            "both are wanted",
        ],
    ];
    let now = desk.run(&broadcast(&again.concat())).expect(0);
    assert_eq!(now.json()["state"], "ready");
    assert_eq!(now.json()["scheduled"], "2090-12-01T09:00:00Z");
}

#[test]
fn while_a_sender_stays_a_broadcast_waits_here() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let sender = desk.command(&["outbox", "run", "--stay"]).spawn().unwrap();
    let at = ["--at", "2090-12-01 09:00"];
    let plan = broadcast(&[&at[..], &["--dry-run"]].concat());
    let mut tries = 0;
    // The sender is there as soon as a plan says that it would be kept here.
    while !desk.run(&plan).expect(0).stderr.contains("it is kept here") {
        tries += 1;
        assert!(tries < 500, "no sender stays");
    }
    let sent = desk
        .run(&broadcast(&[&at[..], &["--confirm", "1"]].concat()))
        .expect(0);
    assert_eq!(sent.json()["state"], "scheduled");
    assert!(
        sent.stderr.contains("A sender stays for it."),
        "{}",
        sent.stderr
    );
    signal(sender.id(), "TERM");
    finished(sender);
    assert_eq!(batches(&desk)[0]["state"], "scheduled");
    assert!(sandbox.sends().is_empty());
}

#[test]
fn times_that_are_not_one_moment_are_refused_with_what_to_write() {
    let desk = Sandbox::start(&[]).desk();
    let at = |time: &str| {
        let rest = ["--at", time, "--zone", "Europe/London", "--dry-run"];
        desk.run(&broadcast(&rest))
    };
    let skipped = at("2090-03-26 01:30").expect(2).error()["message"].to_string();
    assert!(
        skipped.contains("does not exist in Europe/London"),
        "{skipped}"
    );
    assert!(skipped.contains("2090-03-26T00:59+00:00"), "{skipped}");
    assert!(skipped.contains("2090-03-26T02:00+01:00"), "{skipped}");
    let twice = at("2090-10-29 01:30").expect(2).error()["message"].to_string();
    assert!(twice.contains("happens twice in Europe/London"), "{twice}");
    for either in ["2090-10-29T01:30+01:00", "2090-10-29T01:30+00:00"] {
        assert!(twice.contains(either), "{twice}");
        at(either).expect(0);
    }
    for past in ["+1m", "2020-12-01 09:00"] {
        let why = at(past).expect(2).error()["message"].to_string();
        assert!(why.contains("now"), "{why}");
    }
    for words in ["tomorrow 9:00", "fri 14:30", "+2h", "in 90 min", "8:00 UTC"] {
        at(words).expect(0);
    }
}

#[test]
fn what_does_not_fit_a_time_is_said() {
    let desk = Sandbox::start(&[]).desk();
    desk.import(&["order_replacement.en"]);
    let wrong = |rest: &[&str]| desk.run(&order(rest)).expect(2);
    wrong(&[
        "--to",
        ANA,
        "--at",
        "tomorrow 9:00",
        "--hand-over",
        "late",
        "--dry-run",
    ]);
    wrong(&["--to", ANA, "--now", "--hand-over", "late", "--dry-run"]);
    wrong(&["--to", ANA, "--now", "--hold-on-reply", "--dry-run"]);
    wrong(&[
        "--to",
        ANA,
        TOM,
        "--at",
        "tomorrow 9:00",
        "--hold-on-reply",
        "--dry-run",
    ]);
    let plan = [
        "--to",
        ANA,
        "--at",
        "tomorrow 9:00",
        "--hold-on-reply",
        "--dry-run",
    ];
    let said = desk.run(&order(&plan)).expect(0).stderr;
    assert!(said.contains("directly before it leaves"), "{said}");
}

#[test]
fn quiet_hours_are_those_of_the_country() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    desk.write_config(&format!(
        "[profiles.desk]\nbase_url = \"{}\"\ncustomer_id = \"{}\"\nbot_key = \"{}\"\n\
         api_key = {{ env = \"ALERTDESK_API_KEY\" }}\ntime_zone = \"Asia/Kolkata\"\n\
         [profiles.desk.quiet_hours]\nstart = \"21:00\"\nend = \"08:00\"\n",
        sandbox.text("listening"),
        sandbox.text("customer_id"),
        sandbox.text("bot_key"),
    ));
    // Noon in India is before seven in Britain.
    let plan = |time| {
        let rest = [
            "--profile",
            "desk",
            "--to",
            ANA,
            "--at",
            time,
            "--dry-run",
            "--output",
            "json",
        ];
        desk.run(&order(&rest)).expect(0).json()["notes"].to_string()
    };
    let noon = plan("2090-12-01 12:00");
    assert!(
        noon.contains("The person is in quiet hours then (21:00–08:00)"),
        "{noon}"
    );
    let evening = plan("2090-12-01 18:00");
    assert!(!evening.contains("quiet hours"), "{evening}");
}
