//! What is asked on a real terminal: Enter alone never sends, and never trusts.

use crate::support::{ANA, Desk, PROGRAM, Sandbox, TOM};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rstest::rstest;
use std::io::{Read, Write};

const SEND: [&str; 10] = [
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
];

/// Runs a command on a terminal, types when asked, and gives status and screen.
fn answer_with(
    desk: &Desk,
    arguments: &[&str],
    variables: &[(&str, &str)],
    typed: &str,
) -> (u32, String) {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(arguments);
    command.env_clear();
    command.env("HOME", desk.folder.path());
    command.env("ALERTDESK_CONFIG_DIR", desk.folder.path().join("config"));
    command.env("ALERTDESK_DATA_DIR", desk.data());
    for (name, value) in variables {
        command.env(name, value);
    }
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let mut screen = String::new();
    let mut bytes = [0; 1024];
    let mut answered = false;
    // A closed terminal is an error on some systems and an empty read on others.
    while let Ok(count @ 1..) = reader.read(&mut bytes) {
        screen.push_str(&String::from_utf8_lossy(&bytes[..count]));
        if !answered && screen.contains("anything else stops") {
            writer.write_all(typed.as_bytes()).unwrap();
            answered = true;
        }
    }
    (child.wait().unwrap().exit_code(), screen)
}

#[rstest]
#[case("\n", 1, 0)]
#[case("y\n", 1, 0)]
#[case("22\n", 1, 0)]
#[case("2\n", 0, 1)]
fn only_the_full_number_queues(#[case] typed: &str, #[case] status: u32, #[case] batches: usize) {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let variables = [
        ("ALERTDESK_BASE_URL", sandbox.text("listening")),
        ("ALERTDESK_CUSTOMER_ID", sandbox.text("customer_id")),
        ("ALERTDESK_BOT_KEY", sandbox.text("bot_key")),
        ("ALERTDESK_API_KEY", sandbox.text("api_key")),
    ];
    let arguments = [&SEND[..], &["--now"]].concat();
    let (ended, screen) = answer_with(&desk, &arguments, &variables, typed);
    assert_eq!(ended, status, "{screen}");
    assert!(screen.contains("2 recipients"), "{screen}");
    let list = desk
        .run(&["outbox", "list", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(list.as_array().unwrap().len(), batches);
}

#[test]
fn a_signer_is_trusted_only_when_the_end_of_the_fingerprint_was_typed() {
    let team = Desk::new();
    team.import(&["order_tracking.en"]);
    let file = team.folder.path().join("team.json");
    let file = file.to_str().unwrap();
    let made = team
        .run(&["template", "export", "--to", file, "--output", "json"])
        .expect(0)
        .json();
    let fingerprint = made["fingerprint"].as_str().unwrap();
    let last = &fingerprint[fingerprint.len() - 4..];
    let desk = Desk::new();
    let take = ["template", "import-pack", file];
    for typed in ["\n", "y\n", "0000\n"] {
        if typed.trim() == last {
            continue;
        }
        let (ended, screen) = answer_with(&desk, &take, &[], typed);
        assert_eq!(ended, 1, "{screen}");
        assert!(screen.contains(fingerprint), "{screen}");
        assert!(screen.contains("nothing was taken"), "{screen}");
    }
    let (ended, screen) = answer_with(&desk, &take, &[], &format!("{last}\n"));
    assert_eq!(ended, 0, "{screen}");
    assert!(screen.contains("trusted from now on"), "{screen}");
    let again = desk.run(&take).expect(0);
    assert!(again.stdout.contains("trusted before"), "{again:?}");
}
