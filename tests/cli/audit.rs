//! The audit, the report of a batch and the purge by command.

use crate::sends::order;
use crate::support::{ANA, Desk, Sandbox, TOM, keys};
use rusqlite::Connection;
use serde_json::Value;

/// A desk that has sent to Ana, and to Tom what the platform refused.
fn after_a_send(sandbox: &Sandbox) -> Desk {
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    desk.run(&order(&[
        "--to",
        ANA,
        TOM,
        "--now",
        "--confirm",
        "2",
        "--wait",
    ]));
    desk
}

fn lines(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let run = desk.run(&[&["audit", "show", "--output", "json"], arguments].concat());
    run.expect(0).json().as_array().unwrap().clone()
}

fn actions(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect()
}

fn read(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.folder.path().join(name)).unwrap()
}

fn at(desk: &Desk, name: &str) -> String {
    desk.folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn who_confirmed_what_and_how_it_ended_is_shown_filtered_verified_and_exported() {
    let sandbox = Sandbox::start(&["--faults", "template:error=131026@#2"]);
    let desk = after_a_send(&sandbox);
    let all = lines(&desk, &[]);
    assert_eq!(all[0]["action"], "process");
    assert_eq!(all[0]["zone"], "Europe/London");
    let confirmed = &all[1];
    assert_eq!(
        (&confirmed["action"], &confirmed["batch"]),
        (&"confirmed".into(), &1.into())
    );
    assert_eq!(confirmed["personal"]["typed"], "2");
    let batch = desk
        .run(&["outbox", "show", "1", "--output", "json"])
        .json();
    assert_eq!(confirmed["plan_sha256"], batch["plan_sha256"]);

    let of_tom = lines(&desk, &["--recipient", "0733"]);
    assert_eq!(actions(&of_tom), ["result"]);
    assert_eq!(of_tom[0]["personal"]["recipient"], TOM);
    assert!(lines(&desk, &["--batch", "2"]).is_empty());
    assert_eq!(
        lines(&desk, &["--batch", "1"]).len(),
        all.len() - processes(&all)
    );
    assert!(lines(&desk, &["--since", "2099-01-01"]).is_empty());
    assert_eq!(lines(&desk, &["--limit", "2"]), all[all.len() - 2..]);

    let verified = desk.run(&["audit", "verify"]).expect(0).stdout;
    assert!(verified.contains(" lines, chain intact"), "{verified}");
    let verified = desk
        .run(&["audit", "verify", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(keys(&verified), ["lines", "intact"]);

    desk.run(&["audit", "export", "--to", &at(&desk, "a.jsonl")])
        .expect(0);
    let exported = read(&desk, "a.jsonl");
    assert_eq!(exported, read(&desk, "data/audit.jsonl"));
    let parsed: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(parsed, all);
    desk.run(&["audit", "export", "--to", &at(&desk, "a.jsonl")])
        .expect(2);
    desk.run(&["audit", "export", "--to", &at(&desk, "a.csv")])
        .expect(2);

    // No line, here or in the copy, holds the key.
    let key = sandbox.text("api_key").as_bytes();
    let written = desk.everything_written();
    assert!(!written.windows(key.len()).any(|part| part == key));
}

fn processes(lines: &[Value]) -> usize {
    lines.iter().filter(|line| line["batch"].is_null()).count()
}

#[test]
fn a_changed_record_is_found_and_the_status_is_1() {
    let sandbox = Sandbox::start(&[]);
    let desk = after_a_send(&sandbox);
    let record = Connection::open(desk.data().join("outbox.db")).unwrap();
    record
        .execute_batch(
            "DROP TRIGGER audit_never_edited;
             UPDATE audit_lines SET line = replace(line, 'accepted', 'rejected')
             WHERE line LIKE '%template_accepted%';",
        )
        .unwrap();
    let run = desk.run(&["audit", "verify"]).expect(1);
    assert!(run.stdout.contains("the chain breaks at line "), "{run:?}");
    assert!(
        run.stdout.contains("somebody has changed the record"),
        "{run:?}"
    );

    // The last lines of another record are gone: only the copy knows.
    let desk = after_a_send(&sandbox);
    let record = Connection::open(desk.data().join("outbox.db")).unwrap();
    record
        .execute_batch(
            "DROP TRIGGER audit_never_deleted; DROP TRIGGER audit_personal_purged;
             DELETE FROM audit_personal WHERE seq = (SELECT max(seq) FROM audit_lines);
             DELETE FROM audit_lines WHERE seq = (SELECT max(seq) FROM audit_lines);",
        )
        .unwrap();
    let run = desk
        .run(&["audit", "verify", "--output", "json"])
        .expect(1)
        .json();
    assert_eq!(run["intact"], false);
    assert!(
        run["what"]
            .as_str()
            .unwrap()
            .contains("audit.jsonl goes on"),
        "{run}"
    );
}

#[test]
fn a_report_is_written_in_three_formats_and_adds_up() {
    let sandbox = Sandbox::start(&[]);
    let desk = after_a_send(&sandbox);
    for name in ["r.csv", "r.json", "r.md"] {
        let run = desk.run(&[
            "outbox",
            "export",
            "1",
            "--to",
            &at(&desk, name),
            "--output",
            "json",
        ]);
        assert_eq!(run.expect(0).json()["recipients"], 2);
    }
    let document: Value = serde_json::from_str(&read(&desk, "r.json")).unwrap();
    let report = &document["report"];
    assert_eq!(report["counts"]["planned"], 2);
    assert_eq!(report["typed"], "2");
    let batch = desk
        .run(&["outbox", "show", "1", "--output", "json"])
        .json();
    assert_eq!(report["plan_sha256"], batch["plan_sha256"]);
    assert_eq!(report["history"][0]["action"], "confirmed");
    assert_eq!(document["recipients"][0]["recipient"], ANA);
    assert_eq!(document["recipients"][0]["attempts"], 1);
    assert!(read(&desk, "r.csv").contains(ANA));
    let page = read(&desk, "r.md");
    for part in [
        "# Batch 1: order\\_replacement",
        "## Counts",
        "## What happened",
        TOM,
    ] {
        assert!(page.contains(part), "{part} is missing in\n{page}");
    }
    desk.run(&["outbox", "export", "1", "--to", &at(&desk, "r.csv")])
        .expect(2);
    desk.run(&["outbox", "export", "1", "--to", &at(&desk, "r.html")])
        .expect(2);
    desk.run(&["outbox", "export", "9", "--to", &at(&desk, "q.csv")])
        .expect(4);
    assert!(!desk.folder.path().join("q.csv").exists());
}

#[test]
fn a_purge_needs_age_and_number_drops_people_and_keeps_the_proof() {
    let sandbox = Sandbox::start(&[]);
    let desk = after_a_send(&sandbox);
    let young = desk
        .run(&["outbox", "purge", "--older-than", "2h", "--output", "json"])
        .expect(2);
    assert!(
        young.error()["message"]
            .as_str()
            .unwrap()
            .contains("duplicates"),
        "{young:?}"
    );
    let nothing = desk
        .run(&["outbox", "purge", "--older-than", "90d"])
        .expect(0);
    assert!(
        nothing.stdout.contains("nothing is old enough"),
        "{nothing:?}"
    );

    // Let two years pass for everything that is written here.
    let record = Connection::open(desk.data().join("outbox.db")).unwrap();
    let two_years = 2 * 365 * 24 * 3600 * 1_000_000_i64;
    record
        .execute_batch(&format!(
            "UPDATE batches SET created = created - {two_years}, confirmed = confirmed - {two_years}"
        ))
        .unwrap();
    let still_young = desk
        .run(&["outbox", "purge", "--older-than", "1y"])
        .expect(0);
    assert!(
        still_young.stdout.contains("nothing is old enough"),
        "its lines are new"
    );
    record
        .execute_batch(&format!(
            "DROP TRIGGER audit_never_edited; UPDATE audit_lines SET at = at - {two_years};"
        ))
        .unwrap();
    let would = desk
        .run(&[
            "outbox",
            "purge",
            "--older-than",
            "1y",
            "--dry-run",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    assert_eq!(
        (&would["purged"], &would["recipients"]),
        (&false.into(), &2.into())
    );
    assert_eq!(would["batches"][0]["batch"], 1);
    for confirm in [&[][..], &["--confirm", "1"]] {
        let run = desk.run(&[&["outbox", "purge", "--older-than", "1y"], confirm].concat());
        assert!(run.expect(2).stderr.contains("--confirm 2"));
    }
    assert!(holds(&desk, ANA));
    let done = desk
        .run(&["outbox", "purge", "--older-than", "1y", "--confirm", "2"])
        .expect(0);
    assert!(
        done.stdout.contains("1 batches with 2 recipients"),
        "{done:?}"
    );
    drop(record);
    assert!(!holds(&desk, ANA), "the number is still in the data folder");
    let batch = desk
        .run(&["outbox", "show", "1", "--items", "--output", "json"])
        .json();
    assert_eq!(batch["counts"]["planned"], 2);
    assert_eq!(batch["items"][0]["recipient"], Value::Null);
    desk.run(&["outbox", "export", "1", "--to", &at(&desk, "r.csv")])
        .expect(0);
    assert!(read(&desk, "r.csv").contains("(purged)"));
}

fn holds(desk: &Desk, text: &str) -> bool {
    let written = desk.everything_written();
    written
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
