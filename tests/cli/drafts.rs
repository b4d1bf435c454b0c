//! What a send can be made of: placeholders, labels, JSON, ids of other channels, windows.

use crate::support::{ANA, Desk, Sandbox, TOM};
use serde_json::{Value, json};

const SESSION: &str = "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b";

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.set("ALERTDESK_BASE_URL", "https://api.fernoak.example")
        .set("ALERTDESK_CUSTOMER_ID", "99001")
        .set("ALERTDESK_BOT_KEY", "00aa11bb22cc33dd")
        .set(
            "ALERTDESK_API_KEY",
            "00000000-0000-4000-8000-000000000000-ABCDEFG",
        );
    desk
}

fn plan(desk: &Desk, arguments: &[&str]) -> Value {
    let dry = ["--dry-run", "--output", "json"];
    desk.run(&[arguments, &dry].concat()).expect(0).json()
}

fn body(plan: &Value, index: usize) -> Value {
    serde_json::from_str(plan["requests"][index]["body"].as_str().unwrap()).unwrap()
}

#[test]
fn a_placeholder_stands_for_a_column_and_says_what_stands_without_it() {
    let desk = desk();
    desk.import(&["fitting_slots.en"]);
    let csv = format!("phone,first_name,slot\n+{ANA},Ana,Tue\n+{TOM},,Wed\n+447700900900,Bo,\n");
    let csv = desk.write("people.csv", &csv);
    let send = [
        "send",
        "template",
        "fitting_slots",
        "--csv",
        &csv,
        "--param",
    ];
    let values = ["1=Dear {{first_name|customer}}", "2={{slot}}"];
    let plan = plan(&desk, &[&send[..], &values].concat());
    assert_eq!(plan["counts"]["planned"], 3);
    assert_eq!(plan["skipped"][0]["rule"], "no_value");
    assert_eq!(plan["skipped"][0]["row"], 3);
    assert_eq!(plan["notes"], json!(["1 person gets the fallback for 1."]));
    let text =
        |index| body(&plan, index)["payload"]["components"][0]["parameters"][0]["text"].clone();
    assert_eq!(
        (text(0), text(1)),
        (json!("Dear Ana"), json!("Dear customer"))
    );

    let slip = [&send[..], &["1={{frist_name}}", "2=x", "--dry-run"]].concat();
    let run = desk.run(&slip).expect(2);
    assert!(
        run.stderr.contains("first_name is the nearest"),
        "{}",
        run.stderr
    );
    desk.run(&[&send[..], &values, &["--strict", "--dry-run"]].concat())
        .expect(2);
}

#[test]
fn a_broadcast_reaches_a_session_of_the_web_chat() {
    let desk = desk();
    let send = [
        "send",
        "broadcast",
        "--title",
        "News",
        "--exact-title",
        "--text",
        "We open at 10.",
    ];
    let to = ["--channel", "web", "--to", SESSION, "a/b"];
    let plan = plan(&desk, &[&send[..], &to].concat());
    assert_eq!(plan["requests"][0]["recipients"], json!([SESSION]));
    let rule = &body(&plan, 0)["audience"]["rule"];
    assert_eq!(
        rule,
        &json!({"channels": ["web"], "channelUserIds": [SESSION]})
    );
    assert_eq!(plan["skipped"][0]["rule"], "id_bad_sign");
    // On WhatsApp the same id is nobody.
    desk.run(&[&send[..], &["--to", SESSION, "--dry-run"]].concat())
        .expect(2);
}

#[test]
fn entries_of_other_types_come_from_the_option_or_a_file() {
    let desk = desk();
    let entry = json!({"type": "path_to_follow", "path": "WELCOME_10001"});
    let file = format!("@{}", desk.write("entry.json", &entry.to_string()));
    let command = [
        "send",
        "broadcast",
        "--title",
        "Menu",
        "--to",
        ANA,
        "--text",
        "Hi.",
    ];
    let content = ["--content", "{\"type\": \"carousel\"}", "--content", &file];
    let plan = plan(&desk, &[&command[..], &content].concat());
    let sent = body(&plan, 0)["payload"]["content"].clone();
    assert_eq!(sent[1], json!({"type": "carousel"}));
    assert_eq!(sent[2], entry);
    let notes = plan["notes"].to_string();
    assert!(notes.contains("Unverified"), "{notes}");
    let broken = [&command[..], &["--content", "{type: x}", "--dry-run"]].concat();
    let run = desk.run(&broken).expect(2);
    assert!(run.stderr.contains("line 1, column 2"), "{}", run.stderr);
}

#[test]
fn json_from_stdin_is_planned_and_a_key_in_it_is_refused_unseen() {
    let desk = desk();
    let send = [
        "send",
        "template",
        "--raw",
        "-",
        "--to",
        ANA,
        "--dry-run",
        "--output",
        "json",
    ];
    let payload = json!({"name": "care", "x": "{{phone}}"});
    let plan = desk
        .run_with_input(&send, &payload.to_string())
        .expect(0)
        .json();
    assert_eq!(
        body(&plan, 0)["payload"],
        json!({"name": "care", "x": format!("+{ANA}")})
    );
    let key = "00000000-0000-4000-8000-000000000000-ZYXWVUT";
    let payload = json!({"name": "care", "x": format!("Basic {key}")});
    let run = desk.run_with_input(&send, &payload.to_string()).expect(2);
    assert!(!run.stderr.contains("ZYXWVUT"), "{}", run.stderr);
    assert!(
        !desk
            .everything_written()
            .windows(7)
            .any(|bytes| bytes == b"ZYXWVUT")
    );
}

#[test]
fn options_that_do_not_belong_together_are_refused() {
    let desk = desk();
    desk.import(&["fitting_slots.en"]);
    for arguments in [
        &["send", "template", "--to", ANA][..],
        &[
            "send",
            "template",
            "fitting_slots",
            "--raw",
            "x.json",
            "--to",
            ANA,
        ],
        &["send", "template", "fitting_slots"],
        &["send", "broadcast", "--title", "T", "--to", ANA],
        &[
            "send",
            "broadcast",
            "--raw",
            "x.json",
            "--text",
            "Hi",
            "--to",
            ANA,
        ],
        &["send", "broadcast", "--title", "T", "--text", "Hi"],
        &[
            "send",
            "broadcast",
            "--title",
            "T",
            "--text",
            "Hi",
            "--to",
            ANA,
            "--csv",
            "x.csv",
        ],
    ] {
        desk.run(&[arguments, &["--dry-run"]].concat()).expect(2);
    }
}

/// What the messages of a conversation say of its window.
fn window_is_closed(messages: &Value) -> bool {
    let times = messages.as_array().unwrap().iter();
    let last = times
        .filter(|message| message["direction"] == "in")
        .filter_map(|message| message["time"].as_str()?.parse::<jiff::Timestamp>().ok())
        .max();
    let day = jiff::SignedDuration::from_hours(24);
    last.is_some_and(|last| alertdesk::runtime::clock::now().duration_since(last) > day)
}

#[test]
fn a_window_that_is_known_to_be_closed_leaves_out_of_free_text() {
    let sandbox = Sandbox::start(&["--users", "40"]);
    let desk = sandbox.desk();
    let found = [
        "user",
        "find",
        "--attribute",
        "city=London",
        "--output",
        "json",
    ];
    let users = desk.run(&found).expect(0).json();
    let users: Vec<String> = users
        .as_array()
        .unwrap()
        .iter()
        .take(8)
        .filter_map(|user| user["channel_user_id"].as_str().map(str::to_owned))
        .collect();
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    let send = [
        "send",
        "broadcast",
        "--title",
        "Notice",
        "--text",
        "We close early.",
        "--now",
        "--to",
    ];
    let send = [&send[..], &ids].concat();
    let before = plan(&desk, &send);
    assert_eq!(
        before["skipped"],
        json!([]),
        "nothing is known without the local copy"
    );

    desk.run(&[&["conversation", "sync"][..], &ids].concat())
        .expect(0);
    let closed: Vec<&str> = ids
        .iter()
        .copied()
        .filter(|id| {
            let show = ["conversation", "show", id, "--all", "--output", "json"];
            window_is_closed(&desk.run(&show).expect(0).json())
        })
        .collect();
    assert!(
        !closed.is_empty() && closed.len() < ids.len(),
        "{closed:?} of {ids:?}"
    );
    let after = plan(&desk, &send);
    let skipped = after["skipped"].as_array().unwrap().iter();
    let skipped: Vec<&str> = skipped
        .map(|row| row["recipient"].as_str().unwrap())
        .collect();
    assert_eq!(skipped, closed);
    assert_eq!(after["skipped"][0]["rule"], "window_closed");

    desk.import(&["winter_hours.en"]);
    let template = ["send", "template", "winter_hours", "--to"];
    let template = plan(&desk, &[&template[..], &ids].concat());
    assert_eq!(
        template["skipped"],
        json!([]),
        "a template reaches everybody"
    );
}
