//! Commands that need no connection.

use crate::support::{Desk, keys};
use rstest::rstest;

#[test]
fn completions_and_manual_are_printed() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.run(&["completions", shell]).expect(0).stdout;
        assert!(script.contains("csv-broadcast"), "{shell}");
    }
    let manual = desk.run(&["man"]).expect(0).stdout;
    for word in [
        ".TH alertdesk",
        "SEND TEMPLATE",
        "\\-\\-dry\\-run",
        "OUTBOX RESUME",
    ] {
        assert!(manual.contains(word), "{word}");
    }
}

#[test]
fn every_command_and_option_has_help() {
    let desk = Desk::new();
    for command in [
        "demo",
        "sandbox",
        "user find",
        "conversation show",
        "conversation export",
        "conversation sync",
        "conversation search",
        "template import",
        "template check",
        "template list",
        "template show",
        "template edit",
        "template restore",
        "template export",
        "template import-pack",
        "flow add",
        "send template",
        "send broadcast",
        "send csv-broadcast",
        "send flow",
        "outbox run",
        "outbox resume",
        "explain",
        "keys",
        "config",
        "profile",
        "completions",
        "man",
    ] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let help = desk.run(&arguments).expect(0).stdout;
        for (index, line) in help.lines().enumerate() {
            let bare = line.trim_start();
            if bare.starts_with("--") && !bare.contains("  ") {
                let next = help.lines().nth(index + 1).unwrap_or_default();
                assert!(!next.trim().is_empty(), "{command}: {line} says nothing");
            }
        }
    }
}

#[test]
fn keys_check_has_a_summary_also_when_all_is_well() {
    let desk = Desk::new();
    let well = desk.run(&["keys", "check"]).expect(0).stdout;
    assert_eq!(well.lines().count(), 1, "{well}");
    desk.write("config/keymap.toml", "[global]\nx = \"no_such_action\"\n");
    let wrong = desk.run(&["keys", "check", "--output", "json"]).expect(2);
    assert!(
        wrong.json()["findings"][0]
            .as_str()
            .unwrap()
            .contains("line")
    );
    let listed = desk.run(&["keys", "--output", "json"]).expect(0).json();
    assert_eq!(keys(&listed[0]), ["context", "keys", "action", "help"]);
    assert!(
        desk.run(&["keys", "markdown"])
            .expect(0)
            .stdout
            .starts_with("| Where |")
    );
}

#[test]
fn a_code_is_explained_for_each_of_its_owners() {
    let desk = Desk::new();
    let both = desk
        .run(&["explain", "2000", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(both.as_array().unwrap().len(), 2);
    assert_eq!(keys(&both[0]), ["code", "owner", "meaning", "advice"]);
    let unknown = desk
        .run(&["explain", "987654", "--output", "json"])
        .expect(4);
    assert_eq!(unknown.error()["kind"], "not_found");
}

#[rstest]
#[case(&["nonsense"])]
#[case(&["send", "template"])]
#[case(&["send", "template", "x", "--to", "+447700900118", "--now", "--at", "2030-01-01 09:00"])]
#[case(&["--output", "xml", "config", "path"])]
fn wrong_use_is_status_2(#[case] arguments: &[&str]) {
    Desk::new().run(arguments).expect(2);
}

#[test]
fn wrong_use_is_json_where_json_was_asked_for() {
    let error = Desk::new()
        .run(&["--output", "json", "nonsense"])
        .expect(2)
        .error();
    assert_eq!(
        keys(&error),
        [
            "kind",
            "message",
            "advice",
            "http_status",
            "platform_code",
            "request"
        ]
    );
    assert_eq!(error["kind"], "usage");
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let desk = Desk::new();
    let mut child = desk.command(&["man"]).spawn().unwrap();
    drop(child.stdout.take());
    let run = crate::support::finished(child);
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    assert_eq!(run.status, 0);
}

#[test]
fn the_template_library_by_command() {
    let desk = Desk::new();
    desk.import(&["order_tracking.en", "delivery_note.en", "delivery_note.ar"]);
    let file = format!(
        "{}/assets/sandbox/payloads/order_tracking.en.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let again = desk
        .run(&["template", "import", &file, "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        keys(&again),
        ["name", "language", "version", "replaced", "parameters"]
    );
    assert_eq!(
        (&again["version"], &again["replaced"]),
        (&2.into(), &true.into())
    );
    let list = desk
        .run(&["template", "list", "--output", "jsonl"])
        .expect(0)
        .stdout;
    assert_eq!(list.lines().count(), 3);
    let near = desk
        .run(&["template", "show", "order_traking", "--output", "json"])
        .expect(4);
    assert_eq!(near.error()["advice"], "Did you mean `order_tracking`?");
    desk.run(&["template", "show", "delivery_note"]).expect(2);
    desk.run(&["template", "show", "delivery_note", "--language", "ar"])
        .expect(0);
    desk.run(&["template", "check", "order_tracking", "--param", "1=Ana"])
        .expect(1);
    desk.run(&["template", "remove", "delivery_note"]).expect(0);
    desk.run(&["template", "show", "delivery_note"]).expect(4);
}

#[test]
fn a_key_in_an_imported_call_is_dropped() {
    let desk = Desk::new();
    let file = desk.write(
        "call.json",
        r#"{"headers":{"Authorization":"Basic made-up-sentinel"},
            "body":{"payload":{"name":"greeting","language":{"code":"en"},"components":[]}}}"#,
    );
    let run = desk.run(&["template", "import", &file]).expect(0);
    assert!(run.stderr.contains("key"), "{run:?}");
    let written = desk.everything_written();
    assert!(
        !written
            .windows(16)
            .any(|bytes| bytes == b"made-up-sentinel")
    );
}

#[test]
fn what_is_no_template_says_where() {
    let desk = Desk::new();
    let broken = desk.write("broken.json", "{\n  \"name\": }");
    let run = desk
        .run(&["template", "import", &broken, "--output", "json"])
        .expect(2);
    assert!(
        run.error()["message"].as_str().unwrap().contains("line 2"),
        "{run:?}"
    );
    desk.run(&["template", "import", "/no/such/file"]).expect(2);
    desk.run_with_input(
        &["template", "import", "-"],
        "curl https://panel.fern-oak.example",
    )
    .expect(2);
}

#[test]
fn the_flow_registry_by_command() {
    let desk = Desk::new();
    desk.run(&[
        "flow",
        "add",
        "callback",
        "--key",
        "ABC123",
        "--require",
        "city",
        "day",
    ])
    .expect(0);
    let list = desk
        .run(&["flow", "list", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(list[0]["required"], serde_json::json!(["city", "day"]));
    desk.run(&["flow", "remove", "calback"]).expect(4);
    desk.run(&["flow", "remove", "callback"]).expect(0);
    assert_eq!(
        desk.run(&["flow", "list", "--output", "json"])
            .expect(0)
            .json(),
        serde_json::json!([])
    );
}

#[test]
fn csv_cells_are_no_formulas() {
    let desk = Desk::new();
    desk.run(&["flow", "add", "=cmd", "--key", "+1"]).expect(0);
    let csv = desk
        .run(&["flow", "list", "--output", "csv"])
        .expect(0)
        .stdout;
    assert_eq!(csv.lines().nth(1), Some("'=cmd,'+1,,0,never"));
}
