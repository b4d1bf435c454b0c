//! The encrypted cache by command: the same answers, nothing readable, and what is said when it
//! cannot be opened.

use crate::support::{ANA, Desk, Run, Sandbox, finished, signal};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;

const SECRET: &str = "made-up-cache-secret-4711";

fn sealed_desk(sandbox: &Sandbox) -> Desk {
    let desk = sandbox.desk();
    set_key(&desk, &format!("{{ command = \"echo {SECRET}\" }}"));
    desk
}

fn set_key(desk: &Desk, source: &str) {
    let path = desk.write("config/config.toml", &format!("cache_key = {source}\n"));
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, private).unwrap();
}

fn sync(desk: &Desk, user: &str) -> Run {
    desk.run(&["conversation", "sync", user, "--output", "json"])
}

fn search(desk: &Desk, text: &str) -> Run {
    let fixed = ["conversation", "search", text, "--limit", "10000"];
    desk.run(&[&fixed[..], &["--output", "json"]].concat())
}

fn export(desk: &Desk, user: &str, more: &[&str]) -> Run {
    let to = desk.folder.path().join("talk.jsonl");
    let to = to.to_str().unwrap();
    let fixed = ["conversation", "export", user, "--to", to, "--force"];
    desk.run(&[&fixed[..], more, &["--output", "json"]].concat())
}

fn reads(sandbox: &Sandbox) -> usize {
    sandbox.inspect("requests").as_array().unwrap().len()
}

/// A sync that waits for a page that never comes, the one of this number.
fn hanging_sync(sandbox: &Sandbox, desk: &Desk, page: usize) -> Child {
    let user = sandbox.text("busiest_user");
    let arguments = ["conversation", "sync", user, "--output", "json"];
    let child = desk.command(&arguments).spawn().unwrap();
    while reads(sandbox) < page {
        std::thread::yield_now();
    }
    child
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[test]
fn it_answers_like_a_readable_one_and_nothing_of_it_can_be_read() {
    let sandbox = Sandbox::start(&[]);
    let user = sandbox.text("busiest_user");
    let plain = sandbox.desk();
    sync(&plain, user).expect(0);
    let mut desk = sealed_desk(&sandbox);
    desk.set("ALERTDESK_LOG", "trace");
    let synced = sync(&desk, user).expect(0);
    assert_eq!(synced.json()[0]["total"], 700);
    assert!(!synced.stderr.contains("warning"), "{synced:?}");
    let found = search(&desk, "order").expect(0).json();
    assert_eq!(found, search(&plain, "order").expect(0).json());
    assert!(found.as_array().unwrap().len() > 3);
    assert_eq!(
        export(&desk, user, &["--offline"]).expect(0).json()["messages"],
        700
    );

    let written = desk.everything_written();
    assert!(written.len() > 100_000);
    for message in found.as_array().unwrap() {
        let text = message["text"].as_str().unwrap();
        assert!(contains(&plain.everything_written(), text), "`{text}`");
        for part in [text, &text.to_lowercase(), &text[text.len() / 2..]] {
            assert!(!contains(&written, part), "`{part}` can be read");
        }
    }
    assert!(desk.data().join("cache.sealed").exists());
    assert!(!desk.data().join("cache.db").exists());
}

#[test]
fn the_secret_is_nowhere() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sealed_desk(&sandbox);
    desk.set("ALERTDESK_LOG", "trace");
    let mut printed = String::new();
    let mut keep = |run: Run| printed.push_str(&format!("{run:?}"));
    keep(sync(&desk, ANA).expect(0));
    keep(search(&desk, "order"));
    keep(desk.run(&["config", "show", "--output", "json"]).expect(0));
    keep(desk.run(&["config", "check"]).expect(0));
    set_key(&desk, &format!("{{ command = \"echo {SECRET}-another\" }}"));
    keep(search(&desk, "order").expect(1));
    set_key(&desk, &format!("{{ command = \"echo {SECRET}; exit 3\" }}"));
    keep(search(&desk, "order").expect(2));
    assert!(!printed.contains(SECRET), "{printed}");
    assert!(printed.contains("set (from command)"), "{printed}");
    assert!(
        printed.contains("encrypted, its key from command"),
        "{printed}"
    );
    assert!(!contains(&desk.everything_written(), SECRET));
}

#[test]
fn another_key_changes_nothing_and_no_key_is_said() {
    let sandbox = Sandbox::start(&[]);
    let desk = sealed_desk(&sandbox);
    sync(&desk, ANA).expect(0);
    let file = desk.data().join("cache.sealed");
    let before = std::fs::read(&file).unwrap();
    let refused = |sentence: &str, advice: &str| {
        let offline = export(&desk, ANA, &["--offline"]);
        for run in [search(&desk, "order"), sync(&desk, ANA), offline] {
            let error = run.expect(1).error();
            assert_eq!(error["message"], sentence);
            assert!(
                error["advice"].as_str().unwrap().contains(advice),
                "{error}"
            );
        }
        // What can do without it does, and says so.
        let run = export(&desk, ANA, &[]).expect(0);
        assert!(
            run.stderr.contains("done without the local cache"),
            "{run:?}"
        );
        assert!(run.json()["messages"].as_u64().unwrap() > 0);
        desk.run(&["conversation", "show", ANA]).expect(0);
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert!(!desk.data().join("cache.db").exists());
    };
    set_key(&desk, "{ command = \"echo another-made-up-secret\" }");
    refused(
        "cache.sealed was encrypted with another key and was left untouched",
        "may be done at any time",
    );
    desk.write_config("");
    refused(
        "cache.sealed is encrypted and no `cache_key` is set",
        "Set it again, or delete the file",
    );
    let check = desk.run(&["config", "check"]).expect(0);
    assert!(check.stdout.contains("no `cache_key` is set"), "{check:?}");
    std::fs::remove_file(&file).unwrap();
    sync(&desk, ANA).expect(0);
    assert!(desk.data().join("cache.db").exists());
}

#[test]
fn a_key_that_cannot_be_had_is_one_sentence() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    for (source, sentence) in [
        ("{ command = \"echo short-word\" }", "too short"),
        ("{ command = \"exit 4\" }", "ended with status 4"),
        ("{ keyring = true }", "this build has no keyring"),
        (
            "{ env = \"NOT_SET\" }",
            "NOT_SET for the key of the local cache",
        ),
        ("{ file = \"none\" }", "could not be read"),
    ] {
        set_key(&desk, source);
        let run = search(&desk, "order").expect(2);
        assert!(run.stderr.contains(sentence), "{}", run.stderr);
        assert!(!desk.data().join("cache.sealed").exists());
    }
    desk.write_config("cache_key = \"made-up-cache-secret\"\n");
    let run = search(&desk, "order").expect(2);
    assert!(run.stderr.contains("does not belong here"), "{run:?}");
    assert!(!run.stderr.contains("made-up"), "{run:?}");
}

#[test]
fn a_readable_cache_moves_over_once_and_its_file_goes() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    sync(&desk, user).expect(0);
    let before = search(&desk, "order").expect(0).json();
    set_key(&desk, &format!("{{ command = \"echo {SECRET}\" }}"));
    let asked = reads(&sandbox);
    let moved = search(&desk, "order").expect(0);
    assert_eq!(moved.json(), before);
    assert!(moved.stderr.contains("encrypted from now on"), "{moved:?}");
    assert_eq!(search(&desk, "order").expect(0).stderr, "");
    assert_eq!(reads(&sandbox), asked);
    let files = std::fs::read_dir(desk.data()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let readable: Vec<String> = names.filter(|name| name.starts_with("cache.db")).collect();
    assert_eq!(readable, [""; 0]);
    let text = before[0]["text"].as_str().unwrap();
    assert!(!contains(&desk.everything_written(), text));
}

#[test]
fn the_second_process_hears_that_it_is_in_use() {
    let sandbox = Sandbox::start(&["--faults", "conversations:hang@#2"]);
    let desk = sealed_desk(&sandbox);
    let child = hanging_sync(&sandbox, &desk, 2);
    let error = search(&desk, "order").expect(1).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("in use by another process"), "{error}");
    let run = export(&desk, ANA, &[]).expect(0);
    assert!(run.stderr.contains("in use by another process"), "{run:?}");
    signal(child.id(), "INT");
    finished(child).expect(130);
    assert!(
        search(&desk, "order")
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len()
            > 1
    );
}

#[test]
fn a_kill_in_the_middle_of_a_sync_leaves_a_file_that_opens() {
    // The third page is asked for when the first is stored.
    let sandbox = Sandbox::with_messages("1700", &["--faults", "conversations:hang@#3"]);
    let desk = sealed_desk(&sandbox);
    let child = hanging_sync(&sandbox, &desk, 3);
    signal(child.id(), "KILL");
    finished(child);
    let log = std::fs::metadata(desk.data().join("cache.sealed-wal")).unwrap();
    assert!(
        log.len() > 50_000,
        "it was killed with all of it in its log"
    );
    assert!(!contains(&desk.everything_written(), "order"));
    let run = search(&desk, "e").expect(0);
    assert_eq!(run.stderr, "", "it opens as if nothing had happened");
    assert!(run.json().as_array().unwrap().len() > 200);
    let rest = sync(&desk, sandbox.text("busiest_user")).expect(0).json();
    assert_eq!(rest[0]["total"], 1700);
    assert!(rest[0]["new"].as_u64().unwrap() <= 1200, "{rest}");
}

#[test]
fn kills_at_any_moment_leave_a_file_that_opens() {
    let rounds = std::env::var("ALERTDESK_CRASH_ROUNDS");
    let rounds = rounds.ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let sandbox = Sandbox::with_messages("4000", &[]);
    let desk = sealed_desk(&sandbox);
    let user = sandbox.text("busiest_user");
    let mut known = 0;
    for round in 0..rounds {
        let before = reads(&sandbox);
        let arguments = ["conversation", "sync", user, "--output", "json"];
        let mut child = desk.command(&arguments).spawn().unwrap();
        while reads(&sandbox) < before + 1 + round % 5 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        if child.try_wait().unwrap().is_none() {
            signal(child.id(), "KILL");
        }
        drop(child.wait());
        let run = export(&desk, user, &["--offline"]).expect(0);
        assert!(!run.stderr.contains("damaged"), "round {round}: {run:?}");
        let there = run.json()["messages"].as_u64().unwrap();
        assert!(there >= known, "round {round}: {there} of {known} messages");
        known = there;
    }
    let done = sync(&desk, user).expect(0).json();
    assert_eq!(done[0]["error"], Value::Null);
    assert_eq!(done[0]["total"], 4000);
}
