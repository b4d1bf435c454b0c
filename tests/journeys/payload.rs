//! The Payload pane: reading the exact call, comparing it, and taking it out as a command.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::PaneId;
use alertdesk::domain::copy_as::KEY_VARIABLE;
use std::process::Command;

/// Sara's template draft, the Payload pane zoomed.
async fn call_for_sara() -> Harness {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    // Her name stands there already; the typing goes on in the next place.
    desk.text("Sara's Tue 27 Oct");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys("5 z");
    desk
}

#[tokio::test]
async fn a_value_folds_and_a_search_finds_what_is_folded() {
    let mut desk = call_for_sara().await;
    desk.assert_shows("\"text\": \"Sara's Tue 27 Oct\"");
    desk.text("/components");
    desk.keys("Enter");
    desk.assert_shows("1 of 1");
    desk.keys("Esc Enter");
    desk.assert_shows("\"components\": [ … ");
    desk.assert_hides("\"text\": \"Sara's Tue 27 Oct\"");
    desk.keys("l");
    desk.assert_shows("\"text\": \"Sara's Tue 27 Oct\"");
    desk.keys("h");
    desk.text("/tue 27");
    desk.assert_shows("1 found");
    desk.keys("Enter");
    desk.assert_shows("\"text\": \"Sara's Tue 27 Oct\"");
    desk.assert_shows("1 of 1");
}

#[tokio::test]
async fn the_same_template_later_shows_what_differs() {
    let mut desk = call_for_sara().await;
    desk.keys("d");
    desk.until_idle().await;
    let says = |desk: &Harness, text: &str| desk.toasts().iter().any(|toast| toast.contains(text));
    assert!(says(&desk, "Nothing of this name has left yet"));
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_idle().await;
    desk.advance(11_000);
    desk.until_batch("it is accepted", |batch| batch.counts.accepted == 1)
        .await;
    let mut again = desk;
    again.keys("z 2 t");
    again.text("fitting");
    again.keys("Enter");
    again.until_idle().await;
    again.text("Wed 28 Oct");
    again.keys("Esc 5");
    again.until_idle().await;
    again.keys("d");
    again.until_idle().await;
    again.advance(7_000);
    again.assert_shows("changes since #1");
    again.assert_shows("- ");
    again.assert_shows("\"text\": \"Sara's Tue 27 Oct\"");
    again.assert_shows("\"text\": \"Wed 28 Oct\"");
    again.assert_hides("\"policy\"");
    again.keys("d");
    again.assert_shows("\"policy\"");
}

#[tokio::test]
async fn a_letter_copies_the_call_and_the_key_only_by_choice() {
    let mut desk = call_for_sara().await;
    let key = desk.platform.known.api_key.clone();
    desk.keys("y");
    desk.assert_shows("Copy this call as");
    desk.assert_shows("cURL without the key");
    for letter in ["c", "y j", "y h", "y o"] {
        desk.keys(letter);
        desk.until_idle().await;
    }
    let plan = desk.state.payload.request().unwrap().clone();
    let body = String::from_utf8(plan.body.bytes()).unwrap();
    assert_eq!(desk.copied.len(), 4);
    assert!(desk.copied.iter().all(|text| !text.contains(&key)));
    assert!(desk.copied[0].contains(&format!("Basic ${KEY_VARIABLE}")));
    assert_eq!(desk.copied[1], body);
    assert!(desk.copied[2].starts_with("http "));
    assert!(desk.copied[3].starts_with("alertdesk send \\\n  template fitting_slots"));
    assert!(desk.copied[3].contains("--param '2=Sara'\\''s Tue 27 Oct'"));
    assert!(desk.copied[3].ends_with("--dry-run"));
    desk.keys("y k");
    desk.until_idle().await;
    assert!(desk.copied[4].contains(&key));
    assert!(desk.toasts().iter().any(|text| text.contains("key in it")));
    desk.assert_hides(&key);
    assert!(
        desk.effects
            .iter()
            .all(|effect| !format!("{effect:?}").contains(&key))
    );
    assert_eq!(desk.state.focus, PaneId::Payload);
}

/// The real curl, where the machine has one, sends the bytes of the plan.
#[tokio::test]
async fn a_copied_command_sends_the_same_bytes() {
    let mut desk = call_for_sara().await;
    desk.keys("y c y k");
    desk.until_idle().await;
    let request = desk.state.payload.request().unwrap().clone();
    let key = desk.platform.known.api_key.clone();
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no curl on this machine");
        return;
    }
    for command in desk.copied.clone() {
        let key = key.clone();
        let output = tokio::process::Command::new("bash")
            .args(["-c", &format!("{command} --silent")])
            .env(KEY_VARIABLE, key)
            .output()
            .await
            .unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert!(answer.contains("1000"), "{answer}");
    }
    let requests = desk.platform.inspect("requests").await;
    let bodies: Vec<&str> = requests
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["path"].as_str().unwrap().ends_with("/template"))
        .map(|line| line["body_sha256"].as_str().unwrap())
        .collect();
    assert_eq!(bodies, [request.body_sha256.as_str(); 2]);
}

#[tokio::test]
async fn odd_values_are_found_one_after_the_other() {
    let mut desk = call_for_sara().await;
    desk.keys("O");
    let toasts = desk.toasts();
    assert!(
        toasts
            .iter()
            .any(|text| text.contains("no call holds an odd value"))
    );
    desk.keys("3 G Enter Ctrl-u");
    desk.text("#REF!");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys("5 O");
    desk.advance(7_000);
    desk.assert_shows("is a spreadsheet's error");
}

/// Another width lays the rows out anew; the cursor stays with the value it was on.
#[tokio::test]
async fn the_cursor_stays_with_its_value_at_any_width() {
    let mut desk = call_for_sara().await;
    desk.text("/Tue 27");
    desk.keys("Enter Esc");
    let here = |desk: &Harness| {
        let payload = &desk.state.payload;
        payload.rows[payload.list.selected].pointer.clone()
    };
    let before = here(&desk);
    assert!(before.ends_with("/parameters/1"), "{before}");
    for (width, height) in [(80, 24), (40, 12), (200, 60)] {
        desk.resize(width, height);
        // Where more fits on a row it is the row of what holds the value.
        let now = here(&desk);
        assert!(
            before.starts_with(&now) && !now.is_empty(),
            "{width}: {now}"
        );
    }
}

/// Beside the form the row of the field in work is marked, also where values share a row.
#[tokio::test]
async fn the_row_of_the_field_in_work_is_marked() {
    let mut desk = call_for_sara().await;
    desk.keys("z 3");
    for (width, height) in [(120, 40), (200, 60)] {
        desk.resize(width, height);
        let payload = &desk.state.payload;
        let row = payload.rows[payload.field_row.unwrap()].text();
        assert!(row.contains("Sara's Tue 27 Oct"), "{width}: {row}");
        let marked = desk.screen();
        let marked = marked
            .lines()
            .find(|line| line.contains("\"Sara's Tue 27 Oct\""));
        assert!(marked.unwrap().contains('▌'), "{width}");
    }
}

#[tokio::test]
async fn the_bubble_reads_as_the_person_of_the_call_that_is_looked_at() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Space Space :");
    desk.text("template fitting_slots");
    desk.keys("Enter Ctrl-u");
    desk.text("{{name|there}}");
    desk.keys("Tab");
    desk.text("Tue 27 Oct");
    desk.keys("Esc");
    desk.until_idle().await;
    let read = |desk: &Harness| desk.state.composer.draft.as_ref().unwrap().reads().unwrap();
    assert!(
        read(&desk).starts_with("Hello Sara Al-Mutairi,"),
        "{}",
        read(&desk)
    );
    desk.keys("5 ]");
    assert!(
        read(&desk).starts_with("Hello Arjun Mehta,"),
        "{}",
        read(&desk)
    );
    desk.keys("[");
    assert!(
        read(&desk).starts_with("Hello Sara Al-Mutairi,"),
        "{}",
        read(&desk)
    );
}
