//! Finding people and reading conversations.

use crate::support::{Sandbox, keys};
use rstest::rstest;

#[test]
fn people_are_found_and_their_documents_have_the_stable_fields() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let found = desk
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=London",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    assert!(!found.as_array().unwrap().is_empty());
    assert_eq!(
        keys(&found[0]),
        [
            "id",
            "channel_user_id",
            "name",
            "phone",
            "channel",
            "attributes"
        ]
    );
    assert!(found[0]["attributes"].is_object());
    let raw = desk
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=London",
            "--raw",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    assert!(raw[0]["raw"].is_object());
    let nobody = desk
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=Nowhere",
            "--output",
            "json",
        ])
        .expect(0);
    assert_eq!(nobody.json(), serde_json::json!([]));
    desk.run(&["user", "find", "--attribute", "city"]).expect(2);
}

#[test]
fn a_conversation_is_read_oldest_first_over_its_pages() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let few = desk
        .run(&[
            "conversation",
            "show",
            user,
            "--limit",
            "5",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    let few = few.as_array().unwrap();
    assert_eq!(few.len(), 5);
    assert_eq!(
        keys(&few[0]),
        [
            "time",
            "time_raw",
            "direction",
            "sender",
            "kind",
            "type_raw",
            "text",
            "media",
            "user_id"
        ]
    );
    let all = desk
        .run(&["conversation", "show", user, "--all", "--output", "jsonl"])
        .expect(0)
        .stdout;
    let all: Vec<serde_json::Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all.len(), 700);
    let times: Vec<&str> = all
        .iter()
        .filter_map(|message| message["time"].as_str())
        .collect();
    assert!(times.is_sorted());
    assert_eq!(all[695..].to_vec(), *few, "the limit keeps the newest");
    let person = format!("+{user}");
    let none = desk
        .run(&[
            "conversation",
            "show",
            &person,
            "--until",
            "2001-01-01",
            "--output",
            "json",
        ])
        .expect(0);
    assert_eq!(none.json(), serde_json::json!([]));
    desk.run(&["conversation", "show", user, "--since", "soon"])
        .expect(2);
}

#[test]
fn what_customers_write_cannot_command_a_terminal() {
    let sandbox = Sandbox::start(&[]);
    let user = sandbox.text("busiest_user");
    for format in ["table", "json", "jsonl", "csv"] {
        let run = sandbox
            .desk()
            .run(&[
                "conversation",
                "show",
                user,
                "--all",
                "--raw",
                "--output",
                format,
            ])
            .expect(0);
        let hostile = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!run.stdout.contains(hostile), "{format}");
    }
}

#[rstest]
#[case("reads:status=401", 3, "authentication")]
#[case("reads:status=403", 3, "authentication")]
#[case("reads:status=404", 4, "not_found")]
#[case("reads:html", 1, "unreadable")]
#[case("reads:not-json", 1, "unreadable")]
#[case("reads:code=2000", 1, "platform")]
#[case("reads:redirect", 5, "network")]
fn each_class_of_failure_has_its_status(
    #[case] faults: &str,
    #[case] status: i32,
    #[case] kind: &str,
) {
    let sandbox = Sandbox::start(&["--faults", faults]);
    let run = sandbox
        .desk()
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=London",
            "--output",
            "json",
        ])
        .expect(status);
    let error = run.error();
    assert_eq!(error["kind"], kind, "{error}");
    assert!(!error["message"].as_str().unwrap().is_empty());
    assert!(!error["advice"].as_str().unwrap().is_empty());
    assert_eq!(run.stdout, "");
    assert_eq!(
        sandbox.inspect("trapped")["hits"],
        0,
        "nothing follows a redirect"
    );
}

#[test]
fn nobody_listening_is_status_5() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    desk.set("ALERTDESK_BASE_URL", "http://127.0.0.1:1");
    let error = desk
        .run(&["user", "find", "--attribute", "a=b", "--output", "json"])
        .expect(5)
        .error();
    assert_eq!(error["kind"], "network");
}
