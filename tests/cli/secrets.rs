//! The key is in no output, no log, no database, wherever it came from.

use crate::support::{ANA, Sandbox};

const SENTINEL: &str = "made-up-sentinel-key-4711";

#[test]
fn the_key_is_nowhere() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    desk.set("ALERTDESK_API_KEY", SENTINEL)
        .set("ALERTDESK_LOG", "trace");
    let send = [
        "send",
        "template",
        "order_replacement",
        "--to",
        ANA,
        "--param",
        "1=a",
        "2=b",
        "3=c",
    ];
    // Once only: the same person is not written to again for six seconds.
    let output = desk
        .run(&[&send[..], &["--now", "--confirm", "1", "--wait"]].concat())
        .expect(3);
    assert!(!format!("{output:?}").contains(SENTINEL));
    let commands: [&[&str]; 6] = [
        &["user", "find", "--attribute", "city=London"],
        &["conversation", "show", ANA],
        &["config", "show"],
        &["config", "check"],
        &["outbox", "show", "1", "--items"],
        &[&send[..], &["--dry-run"]].concat(),
    ];
    for command in commands {
        for format in ["table", "json", "jsonl", "csv"] {
            let run = desk.run(&[command, &["--output", format]].concat());
            let printed = format!("{}{}", run.stdout, run.stderr);
            assert!(
                !printed.contains(SENTINEL),
                "{command:?} {format}: {printed}"
            );
        }
    }
    let written = desk.everything_written();
    assert!(written.len() > 1000, "log and databases are there");
    assert!(
        !written
            .windows(SENTINEL.len())
            .any(|bytes| bytes == SENTINEL.as_bytes())
    );
}

#[test]
fn a_key_comes_from_a_command_or_a_file_and_a_failure_never_repeats_it() {
    let sandbox = Sandbox::start(&[]);
    let key = sandbox.text("api_key").to_owned();
    let find = ["user", "find", "--attribute", "city=London"];
    let profile = |source: &str| {
        format!(
            "[profiles.shop]\nbase_url = \"{}\"\ncustomer_id = \"{}\"\nbot_key = \"{}\"\napi_key = {source}\n",
            sandbox.text("listening"),
            sandbox.text("customer_id"),
            sandbox.text("bot_key")
        )
    };
    let desk = crate::support::Desk::new();
    desk.write("config/key", &format!("{key}\n"));
    for source in [
        format!("{{ command = \"echo {key}\" }}"),
        "{ file = \"key\" }".to_owned(),
        format!("{{ command = \"echo Basic {key}\" }}"),
    ] {
        desk.write_config(&profile(&source));
        desk.run(&find).expect(0);
    }
    for (source, sentence) in [
        (
            "{ command = \"echo made-up-sentinel; exit 4\" }",
            "ended with status 4",
        ),
        ("{ keyring = true }", "this build has no keyring"),
        ("{ env = \"NOT_SET\" }", "NOT_SET"),
        ("{ file = \"none\" }", "could not be read"),
    ] {
        desk.write_config(&profile(source));
        let run = desk.run(&find).expect(2);
        assert!(run.stderr.contains(sentence), "{}", run.stderr);
        assert!(!run.stderr.contains("sentinel"), "{}", run.stderr);
    }
}

#[test]
fn a_command_that_sends_asks_for_the_key_once() {
    let sandbox = Sandbox::start(&[]);
    let desk = crate::support::Desk::new();
    let asked = desk.write("asked", "");
    desk.write_config(&format!(
        "[profiles.shop]\nbase_url = \"{}\"\ncustomer_id = \"{}\"\nbot_key = \"{}\"\n\
         api_key = {{ command = \"echo asked >> {asked}; echo {}\" }}\n",
        sandbox.text("listening"),
        sandbox.text("customer_id"),
        sandbox.text("bot_key"),
        sandbox.text("api_key"),
    ));
    desk.import(&["order_replacement.en"]);
    let send = [
        "send",
        "template",
        "order_replacement",
        "--to",
        ANA,
        "--param",
        "1=a",
        "2=b",
        "3=c",
        "--now",
        "--confirm",
        "1",
        "--wait",
    ];
    desk.run(&send).expect(0);
    desk.run(&["outbox", "run"]).expect(0);
    assert_eq!(std::fs::read_to_string(&asked).unwrap(), "asked\nasked\n");
}
