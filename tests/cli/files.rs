//! Recipients from CSV files: mapped, cleaned, listed when left out, refused as a whole.

use crate::sends::{BATCH, order};
use crate::support::{Sandbox, keys};
use serde_json::Value;

/// Two good rows, one that is no number, one given twice, one that a spreadsheet damaged.
const PEOPLE: &str = "Phone Number,first,order\n+44 7700 900118,Ana,1\nnobody,Bo,2\n\
                      447700900118,Twin,3\n+447700900733,Tom,4\n9.1E+11,Eve,5\n";

#[test]
fn a_file_is_mapped_bad_rows_are_listed_and_twins_skipped() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let file = desk.write("people.csv", PEOPLE);
    let send = [
        "send",
        "template",
        "order_replacement",
        "--csv",
        &file,
        "--map",
        "1=first",
        "2=order",
        "--param",
        "3=Monday",
    ];
    let plan = desk
        .run(&[&send[..], &["--dry-run", "--output", "json"]].concat())
        .expect(0)
        .json();
    assert_eq!(
        (&plan["counts"]["planned"], &plan["counts"]["skipped"]),
        (&5.into(), &3.into())
    );
    let mut skipped: Vec<(u64, &str)> = plan["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), row["rule"].as_str().unwrap()))
        .collect();
    skipped.sort_unstable();
    assert_eq!(
        skipped,
        [
            (2, "number_not_a_number"),
            (3, "duplicate"),
            (5, "number_spreadsheet_damage")
        ]
    );
    assert!(
        plan["requests"][1]["body"]
            .as_str()
            .unwrap()
            .contains("\"Tom\"")
    );
    let strict = desk
        .run(&[&send[..], &["--dry-run", "--strict"]].concat())
        .expect(2);
    assert!(strict.stderr.contains("row 2"), "{}", strict.stderr);
}

#[test]
fn a_file_from_standard_input_is_queued_and_sent_by_the_next_sender() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let from_stdin = desk.run_with_input(
        &[
            "send",
            "template",
            "order_replacement",
            "--csv",
            "-",
            "--map",
            "1=first",
            "2=order",
            "to=Phone Number",
            "--param",
            "3=Monday",
            "--now",
            "--confirm",
            "2",
            "--output",
            "json",
        ],
        PEOPLE,
    );
    let queued = from_stdin.expect(0).json();
    assert_eq!(keys(&queued), BATCH);
    assert_eq!(
        (&queued["state"], &queued["counts"]["queued"]),
        (&"ready".into(), &2.into())
    );
    assert!(sandbox.sends().is_empty(), "queued is not sent");
    let lines = desk.run(&["outbox", "run"]).expect(0).stdout;
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["state"], &last["counts"]["accepted"]),
        (&"done".into(), &2.into())
    );
    assert_eq!(sandbox.sends().len(), 2);
}

#[test]
fn files_that_cannot_be_trusted_as_a_whole_are_refused() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let nobody = desk.write("nobody.csv", "phone\nx\n");
    let plain = desk.write("plain.csv", "name\nAna\n");
    let folder = desk.folder.path().to_str().unwrap().to_owned();
    for file in [&plain, &folder, &"/no/such.csv".to_owned()] {
        let run = desk
            .run(&order(&["--csv", file, "--dry-run", "--output", "json"]))
            .expect(2);
        assert_eq!(run.stdout, "", "{file}");
        assert_eq!(run.error()["kind"], "usage");
    }
    let run = desk
        .run(&order(&["--csv", &nobody, "--dry-run", "--output", "json"]))
        .expect(2);
    assert_eq!(
        run.json()["counts"]["skipped"],
        1,
        "the document is printed all the same"
    );
}
