//! Every way out gives the terminal back as it was, and the way to the shell and back leads to
//! the same screen.

use crate::support::{Home, PROGRAM, Tty, entries, is_stopped, signal};
use rstest::rstest;
use std::process::{Command, Stdio};

#[rstest]
#[case("TERM")]
#[case("HUP")]
#[case("INT")]
fn a_signal_gives_the_terminal_back(#[case] name: &str) {
    let mut tty = Tty::demo();
    tty.find_people();
    signal(tty.pid(), name);
    let status = tty.wait_for_end();
    tty.assert_given_back();
    assert_eq!(status.exit_code(), 0, "{status}");
    let left = entries(&tty.home.temporary(), "alertdesk-demo");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn q_at_the_top_leaves_and_takes_the_folder_of_the_demo_along() {
    let mut tty = Tty::demo();
    tty.wait_for("3 Composer");
    let folder = tty.home.temporary();
    tty.wait("the folder of the demo", |_| {
        entries(&folder, "alertdesk-demo").len() == 1
    });
    tty.keys("q");
    let status = tty.wait_for_end();
    assert!(status.success(), "{status}");
    tty.assert_given_back();
    assert!(entries(&folder, "alertdesk-demo").is_empty());
}

#[test]
fn ctrl_c_leaves() {
    let mut tty = Tty::demo();
    tty.wait_for("3 Composer");
    tty.keys("\u{3}");
    assert!(tty.wait_for_end().success());
    tty.assert_given_back();
}

#[test]
fn stopped_and_continued_the_screen_is_whole_again() {
    let mut tty = Tty::demo();
    tty.find_people();
    let pid = tty.pid();
    for _ in 0..2 {
        signal(pid, "TSTP");
        tty.wait("the stop", |_| is_stopped(pid));
        tty.wait("the screen of the shell", |tty| {
            !tty.screen().alternate_screen()
        });
        tty.assert_given_back();
        let before = tty.written.len();
        signal(pid, "CONT");
        tty.wait("the screen of the program", |tty| {
            tty.screen().alternate_screen()
        });
        for text in ["1 Users", "3 Composer", "4 Broadcasts", "city=London"] {
            tty.wait_for(text);
        }
        // All of it was drawn anew: nothing of the old screen is relied on.
        let again = String::from_utf8_lossy(&tty.written[before..]).into_owned();
        assert!(again.contains("city=London"), "{again}");
        assert!(!tty.modes_are_back());
        // And it takes keys.
        tty.keys("4");
        tty.wait_for("┏━ 4 Broadcasts");
        tty.keys("1");
        tty.wait_for("┏━ 1 Users");
    }
    tty.keys("q");
    assert!(tty.wait_for_end().success());
    tty.assert_given_back();
}

#[test]
fn without_a_terminal_one_sentence_says_so() {
    let home = Home::new();
    let output = Command::new(PROGRAM)
        .arg("demo")
        .env_clear()
        .envs(home.variables())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(output.status.code().is_some(), "ended by a signal");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("terminal"), "{said}");
    assert!(said.trim().lines().count() <= 2, "{said}");
    assert!(
        output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(entries(&home.temporary(), "alertdesk-demo").is_empty());
}
