//! The list of people who must never be written to, by command.

use crate::support::{ANA, Desk, Sandbox, TOM};
use serde_json::Value;

fn list(desk: &Desk) -> Vec<(String, String)> {
    let listed = desk
        .run(&["suppress", "list", "--output", "json"])
        .expect(0);
    let listed = listed.json();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let rows = listed.as_array().unwrap().iter();
    rows.map(|one| (text(one, "recipient"), text(one, "source")))
        .collect()
}

#[test]
fn numbers_are_added_once_listed_and_taken_off() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let empty = desk.run(&["suppress", "list"]).expect(0);
    assert!(
        empty.stderr.contains("Nobody has opted out"),
        "{}",
        empty.stderr
    );

    let add = [
        "suppress",
        "add",
        "+44 7700 900412",
        "--reason",
        "asked on the phone",
    ];
    let added = desk
        .run(&[&add[..], &["--output", "json"]].concat())
        .expect(0);
    let document = added.json();
    assert_eq!(document[0]["recipient"], "447700900412");
    assert_eq!(document[0]["reason"], "asked on the phone");
    assert_eq!(
        (&document[0]["source"], &document[0]["added"]),
        (&"manual".into(), &true.into())
    );
    let again = desk.run(&add).expect(0);
    assert!(
        again.stderr.contains("1 was on it already"),
        "{}",
        again.stderr
    );

    let bad = desk
        .run(&[
            "suppress",
            "add",
            "+447700900118",
            "nobody",
            "--output",
            "json",
        ])
        .expect(2);
    let message = bad.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("nobody was put on the list"), "{message}");
    assert_eq!(
        list(&desk),
        [("447700900412".to_owned(), "manual".to_owned())]
    );

    let off = ["suppress", "remove", "+447700900412", "--output", "json"];
    assert_eq!(desk.run(&off).expect(0).json()[0]["removed"], true);
    desk.run(&off).expect(4);
    assert_eq!(list(&desk), []);
    let audit = desk.run(&["audit", "show", "--output", "json"]).expect(0);
    for word in ["\"suppressed\"", "\"unsuppressed\"", "asked on the phone"] {
        assert!(audit.stdout.contains(word), "{word}: {}", audit.stdout);
    }
    desk.run(&["audit", "verify"]).expect(0);
}

#[test]
fn a_file_is_imported_and_rows_that_cannot_be_read_are_named() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let file = desk.write(
        "gone.csv",
        "who,handy\nAna,+447700900412\nTom,+447700900118\nAna,+44 7700 900412\nEve,4.477E+11\n",
    );
    let import = ["suppress", "import", &file, "--output", "json"];
    desk.run(&import).expect(2);
    let import = [&import[..], &["--map", "to=handy"]].concat();
    let run = desk.run(&import).expect(6);
    let document = run.json();
    assert_eq!(
        (&document["added"], &document["already"]),
        (&2.into(), &0.into())
    );
    assert_eq!(document["refused"][0]["row"], 4);
    assert!(run.stderr.contains("row 4, 4.477E+11"), "{}", run.stderr);
    assert_eq!(desk.run(&import).expect(6).json()["already"], 2);
    let sources: Vec<String> = list(&desk).into_iter().map(|(_, source)| source).collect();
    assert_eq!(sources, ["csv", "csv"]);
    let other = ["suppress", "import", &file, "--map", "name=who"];
    desk.run(&other).expect(2);
}

#[test]
fn every_kind_of_send_leaves_them_out_and_says_so() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    desk.run(&[
        "flow",
        "add",
        "callback",
        "--key",
        "FEDCBA9876543210FEDCBA9876543210",
    ])
    .expect(0);
    desk.run(&["suppress", "add", ANA]).expect(0);
    let kinds: [&[&str]; 3] = [
        &["send", "template", "winter_hours"],
        &["send", "flow", "callback", "--attr", "order=5"],
        &[
            "send",
            "broadcast",
            "--title",
            "Hours",
            "--text",
            "We close at five.",
        ],
    ];
    for kind in kinds {
        let rest = ["--to", ANA, TOM, "--dry-run", "--output", "json"];
        let dry = desk.run(&[kind, &rest].concat()).expect(0).json();
        assert_eq!(
            (&dry["counts"]["queued"], &dry["counts"]["skipped"]),
            (&1.into(), &1.into())
        );
        assert_eq!(dry["skipped"][0]["rule"], "opted_out");
        let reason = dry["skipped"][0]["reason"].as_str().unwrap();
        assert!(reason.starts_with("opted out on "), "{reason}");
        assert!(!dry["requests"].to_string().contains(&ANA[1..]));
        // It is no mistake of the list, so `--strict` lets the others go.
        let now = [
            "--to",
            ANA,
            TOM,
            "--now",
            "--strict",
            "--confirm",
            "1",
            "--wait",
        ];
        let sent = desk
            .run(&[kind, &now, &["--output", "json"]].concat())
            .expect(0)
            .json();
        assert_eq!(sent["counts"]["accepted"], 1, "{kind:?}");
        let alone = ["--to", ANA, "--now", "--confirm", "1", "--output", "json"];
        let refused = desk.run(&[kind, &alone].concat()).expect(2);
        let message = refused.error()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("opted out on "), "{message}");
    }
    assert_eq!(sandbox.sends().len(), 3);
    let csv = desk.write("people.csv", &format!("phone\n{ANA}\n{TOM}\n"));
    let list = [
        "send",
        "csv-broadcast",
        "Hours",
        "--template",
        "winter_hours",
        "--csv",
        &csv,
    ];
    let dry = desk.run(&[&list[..], &["--dry-run", "--output", "json"]].concat());
    assert_eq!(dry.expect(0).json()["counts"]["queued"], 1);
}
