//! Stopping: the sandbox, the sender, and a sender that is killed.

use crate::support::{ANA, Desk, Sandbox, TOM, finished, signal};
use std::io::{BufRead, BufReader};

#[test]
fn the_sandbox_says_how_to_connect_and_stops_when_told() {
    for name in ["INT", "TERM"] {
        let sandbox = Sandbox::start(&[]);
        for field in [
            "listening",
            "customer_id",
            "bot_key",
            "api_key",
            "busiest_user",
        ] {
            assert!(!sandbox.text(field).is_empty());
        }
        signal(sandbox.pid(), name);
        assert_eq!(sandbox.wait(), Some(0), "{name}");
    }
    Desk::new()
        .run(&["sandbox", "--listen", "0.0.0.0:0"])
        .expect(2);
    Desk::new()
        .run(&["sandbox", "--faults", "nonsense"])
        .expect(2);
}

fn queue(desk: &Desk) {
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
}

/// Waits until the platform has seen a call, by the run's own output.
fn until_sending(child: &mut std::process::Child) -> BufReader<std::process::ChildStdout> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        if line.contains("\"sending\":1") {
            break;
        }
        line.clear();
    }
    lines
}

#[test]
fn a_killed_sender_leaves_unknown_and_sends_nothing_again() {
    let sandbox = Sandbox::start(&["--faults", "template:hang"]);
    let desk = sandbox.desk();
    queue(&desk);
    let mut child = desk.command(&["outbox", "run"]).spawn().unwrap();
    let lines = until_sending(&mut child);
    signal(child.id(), "KILL");
    child.wait().unwrap();
    drop(lines);
    let batch = desk
        .run(&["outbox", "show", "1", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(batch["state"], "paused");
    assert_eq!(
        (&batch["counts"]["unknown"], &batch["counts"]["queued"]),
        (&1.into(), &1.into())
    );
    let before = sandbox.sends().len();
    desk.run(&["outbox", "run"]);
    assert_eq!(sandbox.sends().len(), before, "nothing goes on by itself");
}

#[test]
fn the_first_ctrl_c_drains_the_second_ends_at_once_and_says_what_is_unknown() {
    let sandbox = Sandbox::start(&["--faults", "template:hang"]);
    let desk = sandbox.desk();
    queue(&desk);
    let mut child = desk.command(&["outbox", "run", "--stay"]).spawn().unwrap();
    let mut lines = until_sending(&mut child);
    signal(child.id(), "INT");
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.contains("no new call starts"), "{line}");
    signal(child.id(), "INT");
    line.clear();
    errors.read_line(&mut line).unwrap();
    assert!(line.contains("1 on the way become unknown"), "{line}");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut lines, &mut rest).unwrap();
    assert_eq!(finished(child).status, 130);
}

#[test]
fn a_termination_drains_what_is_on_the_way_and_starts_nothing_more() {
    let sandbox = Sandbox::start(&["--faults", "template:delay=900"]);
    let desk = sandbox.desk();
    queue(&desk);
    let mut child = desk.command(&["outbox", "run", "--stay"]).spawn().unwrap();
    let mut lines = until_sending(&mut child);
    signal(child.id(), "TERM");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut lines, &mut rest).unwrap();
    let run = finished(child);
    assert!(run.stderr.contains("no new call starts"), "{run:#?}");
    assert_eq!(run.status, 1, "what is left waits paused: {run:#?}");
    let shown = desk.run(&["outbox", "show", "1", "--output", "json"]);
    let counts = shown.expect(0).json()["counts"].clone();
    assert_eq!(
        (&counts["accepted"], &counts["unknown"], &counts["queued"]),
        (&1.into(), &0.into(), &1.into())
    );
    assert_eq!(sandbox.sends().len(), 1);
}
