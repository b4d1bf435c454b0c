//! Conversations as files, and ranges in words.

use crate::support::{Desk, Run, Sandbox, keys, signal};
use alertdesk::domain::User;
use alertdesk::store::cache::CacheStore;
use rstest::rstest;
use serde_json::{Value, json};
use std::path::PathBuf;

fn export(desk: &Desk, user: &str, name: &str, more: &[&str]) -> (Run, PathBuf) {
    let target = desk.folder.path().join(name);
    let to = target.to_str().unwrap();
    let fixed = [
        "conversation",
        "export",
        user,
        "--to",
        to,
        "--output",
        "json",
    ];
    (desk.run(&[&fixed[..], more].concat()), target)
}

/// What lies in the desk's folder beside its settings and data.
fn files(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.folder.path()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !matches!(name.as_str(), "config" | "data" | ".cache"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_whole_conversation_becomes_a_file_oldest_first() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let (run, target) = export(&desk, user, "talk.jsonl", &[]);
    let document = run.expect(0).json();
    assert_eq!(keys(&document), ["file", "format", "messages", "exported"]);
    assert_eq!(
        (&document["format"], &document["messages"]),
        (&"jsonl".into(), &700.into())
    );
    let text = std::fs::read_to_string(&target).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["exported"], document["exported"]);
    assert_eq!(lines[0]["exported"]["time_zone"], "Europe/London");
    assert_eq!(lines[0]["exported"]["range"], "all time");
    let shown = desk
        .run(&["conversation", "show", user, "--all", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(Value::Array(lines[1..].to_vec()), shown);
    assert_eq!(files(&desk), ["talk.jsonl"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn every_format_is_written_and_nothing_is_replaced_by_accident() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    for (name, beginning) in [
        ("a.json", "{\"exported\":{\"user\":\""),
        ("a.csv", "\u{feff}time,local_time,"),
        ("a.md", "# Conversation with "),
        ("a.html", "<!DOCTYPE html>"),
    ] {
        let (run, target) = export(&desk, user, name, &["--range", "last 2 years"]);
        run.expect(0);
        let text = std::fs::read_to_string(&target).unwrap();
        assert!(text.starts_with(beginning), "{name}");
        let hostile = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        assert!(name == "a.csv" || !text.contains(hostile), "{name}");
    }
    std::fs::write(desk.folder.path().join("a.md"), "mine").unwrap();
    let (refused, target) = export(&desk, user, "a.md", &[]);
    let error = refused.expect(2).error();
    assert!(
        error["advice"].as_str().unwrap().contains("--force"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine");
    export(&desk, user, "a.md", &["--force"]).0.expect(0);
    assert!(
        std::fs::read_to_string(&target)
            .unwrap()
            .starts_with("# Conv")
    );
    assert_eq!(files(&desk), ["a.csv", "a.html", "a.json", "a.md"]);
}

#[test]
fn a_page_names_the_person_where_they_were_seen_and_counts_at_its_top() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let (run, target) = export(&desk, user, "a.md", &["--side", "customer"]);
    let count = run.expect(0).json()["messages"].as_u64().unwrap();
    let page = std::fs::read_to_string(&target).unwrap();
    assert!(
        page.starts_with(&format!("# Conversation with {user}\n")),
        "{page}"
    );
    assert!(page.contains(&format!("\n- Messages: {count}\n")));
    let seen: User = serde_json::from_value(json!({
        "id": "u1", "channel_user_id": user, "name": "Sara Al-Mutairi", "phone": null,
        "channel": null, "attributes": {}, "raw": null
    }))
    .unwrap();
    let cache = CacheStore::open(&desk.data()).unwrap();
    cache
        .seen_users(&[seen], jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    drop(cache);
    let (run, target) = export(&desk, user, "b.html", &["--offline"]);
    run.expect(0);
    let page = std::fs::read_to_string(&target).unwrap();
    assert!(page.contains("<title>Conversation with Sara Al-Mutairi</title>"));
    assert!(page.contains(&format!("<dt>Number</dt><dd><bdi>{user}</bdi>")));
}

#[test]
fn the_filter_holds_and_is_recorded() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let more = [
        "--since",
        "last 6 months",
        "--until",
        "now",
        "--side",
        "customer",
    ];
    let (run, target) = export(&desk, user, "a.json", &more);
    let count = run.expect(0).json()["messages"].as_u64().unwrap();
    let document: Value = serde_json::from_slice(&std::fs::read(target).unwrap()).unwrap();
    let messages = document["messages"].as_array().unwrap();
    assert_eq!(document["exported"]["side"], "customer");
    assert!(document["exported"]["since"].is_string());
    assert!(count > 0 && messages.len() as u64 == count && document["count"] == count);
    assert!(messages.iter().all(|message| message["direction"] == "in"));
    let (empty, target) = export(&desk, user, "b.csv", &["--range", "..2001-01-01"]);
    let empty = empty.expect(0);
    assert_eq!(empty.json()["messages"], 0);
    assert!(
        empty.stderr.contains("holds only the filter"),
        "{}",
        empty.stderr
    );
    assert!(
        std::fs::read_to_string(target)
            .unwrap()
            .contains("side=both")
    );
}

#[rstest]
#[case("a.txt", &[], 2, ".jsonl, .json, .csv, .md or .html")]
#[case("a.csv", &["--range", "soon"], 2, "conversation export")]
#[case("a.csv", &["--since", "today", "--until", "yesterday"], 2, "conversation export")]
#[case("none/a.csv", &[], 1, "folder first")]
fn what_cannot_be_done_is_said_and_leaves_nothing(
    #[case] name: &str,
    #[case] more: &[&str],
    #[case] status: i32,
    #[case] advice: &str,
) {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let (run, _) = export(&desk, sandbox.text("busiest_user"), name, more);
    let error = run.expect(status).error();
    assert!(
        error["advice"].as_str().unwrap().contains(advice),
        "{error}"
    );
    assert!(files(&desk).is_empty());
}

#[test]
fn a_platform_that_fails_leaves_nothing() {
    let sandbox = Sandbox::start(&["--faults", "reads:status=403"]);
    let desk = sandbox.desk();
    export(&desk, sandbox.text("busiest_user"), "a.csv", &[])
        .0
        .expect(3);
    assert!(files(&desk).is_empty());
}

#[test]
fn ctrl_c_leaves_nothing() {
    let sandbox = Sandbox::start(&["--faults", "reads:hang"]);
    let desk = sandbox.desk();
    let target = desk.folder.path().join("a.csv");
    let user = sandbox.text("busiest_user");
    let to = target.to_str().unwrap();
    let child = desk
        .command(&["conversation", "export", user, "--to", to])
        .spawn()
        .unwrap();
    // The call on the way shows that the program listens for signals.
    while sandbox.inspect("requests").as_array().unwrap().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(files(&desk).len(), 1, "the file in the making");
    signal(child.id(), "INT");
    let run = crate::support::finished(child).expect(130);
    assert!(run.stderr.contains("was not written"), "{run:?}");
    assert!(files(&desk).is_empty());
}

#[test]
fn a_conversation_is_shown_for_a_range_in_words() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let show = |more: &[&str]| {
        let fixed = ["conversation", "show", user, "--all", "--output", "json"];
        desk.run(&[&fixed[..], more].concat())
    };
    let all = show(&["--range", "all"]).expect(0).json();
    let some = show(&["--range", "before yesterday"]).expect(0).json();
    let rest = show(&["--since", "yesterday"]).expect(0).json();
    let length = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(length(&all), 700);
    assert_eq!(length(&some) + length(&rest), 700);
    show(&["--range", "all", "--since", "today"]).expect(2);
}
