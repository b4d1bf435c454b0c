//! The local cache by command: filling it, searching it, exporting from it, doing without it.

use crate::support::{ANA, Desk, Run, Sandbox, TOM, finished, keys, signal};
use serde_json::Value;

fn sync(desk: &Desk, more: &[&str]) -> Run {
    let fixed = ["conversation", "sync", "--output", "json"];
    desk.run(&[&fixed[..], more].concat())
}

fn search(desk: &Desk, more: &[&str]) -> Run {
    let fixed = ["conversation", "search", "--output", "json"];
    desk.run(&[&fixed[..], more].concat())
}

fn reads(sandbox: &Sandbox) -> usize {
    sandbox.inspect("requests").as_array().unwrap().len()
}

#[test]
fn the_whole_history_comes_once_then_only_what_is_new() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let nobody = sync(&desk, &[]).expect(0);
    assert_eq!(nobody.json(), serde_json::json!([]));
    assert!(nobody.stderr.contains("Name the people"), "{nobody:?}");

    let first = sync(&desk, &[user, TOM, user]).expect(0).json();
    assert_eq!(
        keys(&first[0]),
        ["user", "new", "known", "total", "complete", "error"]
    );
    assert_eq!(first.as_array().unwrap().len(), 2, "everybody once");
    assert_eq!(
        (&first[0]["user"], &first[0]["new"]),
        (&user.into(), &700.into())
    );
    assert_eq!(first[0]["complete"], true);
    assert_eq!(first[0]["error"], Value::Null);
    let before = reads(&sandbox);
    let again = sync(&desk, &[]).expect(0).json();
    assert_eq!(again.as_array().unwrap().len(), 2, "everybody cached");
    let busiest = again
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["user"] == user);
    assert_eq!(busiest.unwrap()["new"], 0);
    assert_eq!(busiest.unwrap()["total"], 700);
    assert_eq!(reads(&sandbox), before + 2, "one look each");
    let table = desk.run(&["conversation", "sync", user]).expect(0).stdout;
    assert!(table.starts_with("USER"), "{table}");
}

#[test]
fn a_platform_that_ignores_the_page_number_or_begins_with_the_oldest_is_read_to_its_beginning() {
    for fault in ["conversations:ignore-page", "conversations:oldest-first"] {
        let sandbox = Sandbox::start(&["--faults", fault]);
        let desk = sandbox.desk();
        let row = sync(&desk, &[sandbox.text("busiest_user")])
            .expect(0)
            .json();
        assert_eq!(
            (&row[0]["total"], &row[0]["complete"]),
            (&700.into(), &true.into())
        );
    }
}

#[test]
fn an_error_in_the_middle_keeps_what_came_and_decides_the_status() {
    let sandbox = Sandbox::start(&["--faults", "conversations:status=403@#2"]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let failed = sync(&desk, &[user, TOM]).expect(3);
    let rows = failed.json();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["new"], 500);
    assert_eq!(rows[0]["complete"], false);
    assert_eq!(rows[0]["error"]["kind"], "authentication");
    assert_eq!(failed.error()["http_status"], 403);
    assert!(
        failed.stderr.contains("1 of 2 people were not begun"),
        "{failed:?}"
    );
    let rest = sync(&desk, &[user]).expect(0).json();
    assert_eq!(rest[0]["new"], 200);
    assert_eq!(rest[0]["complete"], true);
}

#[test]
fn ctrl_c_keeps_what_came() {
    let sandbox = Sandbox::start(&["--faults", "conversations:hang@#2"]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let arguments = ["conversation", "sync", user, "--output", "json"];
    let child = desk.command(&arguments).spawn().unwrap();
    while reads(&sandbox) < 2 {
        std::thread::yield_now();
    }
    signal(child.id(), "INT");
    let run = finished(child).expect(130);
    assert_eq!(run.json()[0]["new"], 500);
    assert!(run.stderr.contains("goes on from there"), "{run:?}");
    assert_eq!(sync(&desk, &[]).expect(0).json()[0]["new"], 200);
}

#[test]
fn a_text_is_found_newest_first_without_asking_anybody() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    sync(&desk, &[user, ANA]).expect(0);
    let all = desk
        .run(&["conversation", "show", user, "--all", "--output", "json"])
        .expect(0)
        .json();
    let spoken = all.as_array().unwrap().iter().rev();
    let spoken: Vec<&Value> = spoken
        .filter(|one| {
            one["text"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains("order")
                && one["direction"] == "in"
        })
        .collect();
    assert!(spoken.len() > 3);
    let before = reads(&sandbox);
    // The key cannot be had, and is not needed.
    desk.set(
        "ALERTDESK_API_KEY",
        "00000000-0000-4000-8000-000000000009-NOTMINE",
    );
    let more = [
        "ORDER", "--user", user, "--side", "customer", "--limit", "10000",
    ];
    let found = search(&desk, &more).expect(0).json();
    let texts = |list: &mut dyn Iterator<Item = &Value>| -> Vec<(Value, Value)> {
        let both = |one: &Value| (one["time"].clone(), one["text"].clone());
        list.map(both).collect()
    };
    let found = found.as_array().unwrap();
    assert_eq!(texts(&mut found.iter()), texts(&mut spoken.iter().copied()));
    assert!(found.iter().all(|one| one["user_id"] == user));
    let few = search(&desk, &["order", "--limit", "2"]).expect(0);
    assert_eq!(few.json().as_array().unwrap().len(), 2);
    assert!(few.stderr.contains("--limit"), "{few:?}");
    let none = search(&desk, &["order", "--range", "..2001-01-01"]).expect(0);
    assert_eq!(none.json(), serde_json::json!([]));
    assert!(none.stderr.contains("synced or read"), "{none:?}");
    search(&desk, &[""]).expect(2);
    search(&desk, &["order", "--since", "someday"]).expect(2);
    assert_eq!(reads(&sandbox), before);
}

#[test]
fn an_export_asks_only_for_what_is_new_or_for_nothing() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let user = sandbox.text("busiest_user");
    let target = desk.folder.path().join("a.json");
    let to = target.to_str().unwrap();
    let export = |more: &[&str]| {
        let fixed = [
            "conversation",
            "export",
            user,
            "--to",
            to,
            "--force",
            "--output",
            "json",
        ];
        desk.run(&[&fixed[..], more].concat())
    };
    let nothing = export(&["--offline"]).expect(0);
    assert_eq!(nothing.json()["messages"], 0);
    assert_eq!(nothing.json()["exported"]["complete"], false);
    assert!(nothing.stderr.contains("may be missing"), "{nothing:?}");
    assert_eq!(reads(&sandbox), 0);
    let recent = export(&["--range", "last 3 months"]).expect(0).json();
    assert_eq!(recent["exported"]["complete"], true);
    let fetched = reads(&sandbox);
    assert!(fetched > 0);
    let whole = export(&[]).expect(0).json();
    assert_eq!(whole["messages"], 700);
    assert_eq!(whole["exported"]["complete"], true);
    let before = reads(&sandbox);
    assert_eq!(export(&["--offline"]).expect(0).json()["messages"], 700);
    assert_eq!(reads(&sandbox), before);
    assert_eq!(export(&[]).expect(0).json()["messages"], 700);
    assert_eq!(reads(&sandbox), before + 1);
}

#[test]
fn without_a_cache_nothing_is_kept_and_the_commands_say_so() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.write_config("cache = false\n");
    let user = sandbox.text("busiest_user");
    for run in [sync(&desk, &[user]), search(&desk, &["order"])] {
        let error = run.expect(2).error();
        assert!(
            error["message"].as_str().unwrap().contains("switched off"),
            "{error}"
        );
    }
    let target = desk.folder.path().join("a.jsonl");
    let to = target.to_str().unwrap();
    let arguments = [
        "conversation",
        "export",
        user,
        "--to",
        to,
        "--output",
        "json",
    ];
    let run = desk.run(&arguments).expect(0);
    assert_eq!(run.json()["messages"], 700);
    assert!(!run.stderr.contains("no effect"), "{run:?}");
    assert!(!desk.data().join("cache.db").exists());
}
