//! Keys, pastes and the editor: what is typed elsewhere does not leak, and nothing but the whole
//! number typed by hand confirms.

use crate::support::{Home, Tty, signal};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// Opens the review of a broadcast to two people.
fn review(tty: &mut Tty) {
    tty.wait_for("3 Composer");
    tty.keys("3b");
    tty.wait_for("Title");
    tty.keys("\r");
    tty.keys("+447700900118, +447700900733\t");
    tty.keys("Winter hours\t");
    tty.keys("We close at four.\u{1b}");
    tty.wait_for("We close at four.");
    // Together with the key after it Esc would be Alt and that key.
    tty.wait_without("[typing]");
    tty.keys("S");
    tty.wait_for("type the number of people");
}

#[test]
fn held_enter_never_confirms() {
    let mut tty = Tty::demo();
    review(&mut tty);
    // The first of them counts if it is not too early; those right after it are one held key.
    tty.wait("the answer to Enter", |tty| {
        tty.keys("\r\r\r\r");
        while tty.take(Duration::from_millis(150)) {}
        tty.text().contains("Enter does nothing yet")
    });
    tty.keys("\u{1b}[200~2\n\u{1b}[201~");
    tty.wait_for("a paste is not taken here");
    tty.keys("\r\r");
    tty.wait_for("Enter does nothing yet");
    tty.keys("7\r\r\r");
    tty.wait_for("Enter does nothing yet");
    let journal = tty.text();
    assert!(journal.contains("type the number of people"), "{journal}");
    tty.keys("\u{1b}");
    tty.wait_without("type the number of people");
    tty.keys("4");
    tty.wait_for("┏━ 4 Broadcasts");
    assert!(!tty.text().contains("#1"), "{}", tty.text());
}

#[test]
fn the_whole_number_and_enter_confirm() {
    let mut tty = Tty::demo();
    review(&mut tty);
    // A dialog takes nothing in its first moments; a number typed too early is typed again.
    tty.wait("the number", |tty| {
        tty.keys("\u{7f}2");
        tty.take(Duration::from_millis(100));
        tty.text().contains("Enter arms it")
    });
    tty.keys("\r");
    tty.wait_without("type the number of people");
    tty.keys("4");
    tty.wait_for("#1");
}

#[test]
fn a_paste_of_lines_into_the_search_runs_nothing() {
    let mut tty = Tty::demo();
    tty.wait_for("3 Composer");
    tty.keys("1/");
    tty.keys("\u{1b}[200~city=London\nq\n:quit\n\u{1b}[201~");
    tty.wait_for("city=London");
    tty.keys("z");
    tty.wait("the pasted text and the key after it", |tty| {
        tty.text().contains(":quit")
    });
    assert!(!tty.text().contains(" found"), "{}", tty.text());
    assert!(!tty.has_ended());
}

/// An editor that waits for a line of its own on the terminal, then adds a text to the file.
fn editor(home: &Home) -> String {
    let path = home.path("editor.sh");
    let script = "#!/bin/sh\nprintf 'the editor is open\\n'\nread line\n\
                  printf ' and more [%s]' \"$line\" >> \"$1\"\n";
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_editor_gets_terminal_and_keys_and_its_text_comes_back() {
    let home = Home::new();
    let editor = editor(&home);
    let mut tty = Tty::start_in(home, &["demo"], (120, 40), &[("EDITOR", &editor)]);
    tty.wait_for("3 Composer");
    tty.keys("3b");
    tty.wait_for("Title");
    tty.keys("\r\t");
    tty.keys("Winter\u{5}");
    tty.wait_for("the editor is open");
    assert!(!tty.screen().alternate_screen());
    assert!(tty.modes_are_back(), "the editor has a raw terminal");
    // These are the editor's: q would leave the dashboard, S would review.
    tty.keys("qqS4\n");
    tty.wait_for("Winter and more [qqS4]");
    for text in ["1 Users", "4 Broadcasts"] {
        tty.wait_for(text);
    }
    assert!(tty.screen().alternate_screen());
    assert!(!tty.modes_are_back());
    // The keys are the dashboard's again, at once and all of them.
    tty.keys("xyz");
    tty.wait_for("xyz");
    signal(tty.pid(), "TERM");
    tty.wait_for_end();
    tty.assert_given_back();
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let mut tty = Tty::start(&["demo"], (120, 40), &[("EDITOR", "false")]);
    tty.wait_for("3 Composer");
    tty.keys("3b");
    tty.wait_for("Title");
    tty.keys("\r\tWinter\u{5}");
    tty.wait_for("ended with an error");
    tty.wait_for("Winter");
    tty.keys("-ok");
    tty.wait_for("Winter-ok");
}
