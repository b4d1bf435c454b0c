//! The command of the settings that calls a person.

use crate::support::{ANA, Desk, Sandbox, TOM};

const KEY_VARIABLE: &str = "DESK_KEY";

/// A desk with this command, whose key stands in two variables.
fn desk(sandbox: &Sandbox, command: &str) -> Desk {
    let mut desk = Desk::new();
    desk.set(KEY_VARIABLE, sandbox.text("api_key"))
        .set("ALERTDESK_API_KEY", sandbox.text("api_key"));
    desk.write_config(&format!(
        "notify_command = \"\"\"{command}\"\"\"\n[profiles.london]\nbase_url = \"{}\"\n\
         customer_id = \"{}\"\nbot_key = \"{}\"\napi_key = {{ env = \"{KEY_VARIABLE}\" }}\n",
        sandbox.text("listening"),
        sandbox.text("customer_id"),
        sandbox.text("bot_key"),
    ));
    desk.import(&["order_replacement.en"]);
    desk.run(&[
        "send",
        "template",
        "order_replacement",
        "--to",
        ANA,
        TOM,
        "--param",
        "1=a",
        "2=b",
        "3=c",
        "--now",
        "--confirm",
        "2",
        "--concurrency",
        "1",
    ])
    .expect(0);
    desk
}

#[test]
fn a_run_calls_a_person_with_the_batch_and_without_the_key() {
    let sandbox = Sandbox::start(&["--faults", "template:close-after@#2"]);
    let desk = desk(&sandbox, "cat >> told; env >> told");
    desk.command(&["outbox", "run"])
        .current_dir(desk.folder.path())
        .status()
        .unwrap();
    let told = std::fs::read_to_string(desk.folder.path().join("told")).unwrap();
    let first = told.lines().next().unwrap();
    assert_eq!(
        first,
        "#1 order_replacement (london) ended: 1 of 2 accepted, 1 unknown."
    );
    for wanted in [
        "ALERTDESK_BATCH=1",
        "ALERTDESK_STATE=done_with_problems",
        "ALERTDESK_RULE=unknown",
    ] {
        assert!(
            told.lines().any(|line| line == wanted),
            "{wanted} in {told}"
        );
    }
    assert!(!told.contains(KEY_VARIABLE), "{told}");
    assert!(!told.contains("ALERTDESK_API_KEY"), "{told}");
    assert!(!told.contains(sandbox.text("api_key")), "{told}");
    // Another run finds it as it was.
    desk.command(&["outbox", "run"])
        .current_dir(desk.folder.path())
        .status()
        .unwrap();
    let again = std::fs::read_to_string(desk.folder.path().join("told")).unwrap();
    assert_eq!(again, told, "once for each state");
}

#[test]
fn a_command_that_fails_is_a_warning_and_nothing_else() {
    let sandbox = Sandbox::start(&["--faults", "template:status=401@#2"]);
    let desk = desk(&sandbox, "exit 9");
    let run = desk.run(&["outbox", "run"]).expect(3);
    let warnings = run
        .stderr
        .lines()
        .filter(|line| line.contains("notify_command"));
    assert_eq!(
        warnings.collect::<Vec<_>>(),
        ["warning: notify_command for #1 ended with status 9"]
    );
    let shown = desk.run(&["outbox", "show", "1", "--output", "json"]);
    let counts = shown.expect(0).json()["counts"].clone();
    assert_eq!(
        (&counts["accepted"], &counts["rejected"]),
        (&1.into(), &1.into())
    );
}
