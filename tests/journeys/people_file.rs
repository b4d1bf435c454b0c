//! J4: from a file of a colleague to a confirmed plan: the columns, the check of every row, the
//! review, and what stands in the calls.

use crate::screens::keep_sizes;
use crate::support::harness::{Harness, Options};
use crate::support::stage::Stage;
use alertdesk::app::Settings;
use alertdesk::contract::{Effect, Event, SampleAnswer};
use alertdesk::domain::audience::{CheckReport, CsvOptions, ShapeChoice, from_csv, sample};
use alertdesk::domain::{BatchState, Guard};
use alertdesk::overlays::{Overlay, checks};
use std::path::PathBuf;
use std::time::Duration;

/// Eight rows: one number twice, one damaged by a spreadsheet, one person without a name.
const OWNERS: &str = "first name;mobile;days;postcode
Sara;+44 7700 900412;Tue 27 Oct;E1
Arjun;+44 7700 900118;Wed 28 Oct;E2
;+44 7700 900733;Thu 29 Oct;E3
L\u{e9}a;00447700900290;Fri 30 Oct;E4
Sara again;+447700900412;Tue 27 Oct;E1
Tom;4.477E+11;Mon 26 Oct;E5
Hannah;+447700900620;;E6
Olu;+447700900515;Mon 26 Oct;E7
";

fn at_once(settings: &mut Settings) {
    settings.grace_list = Duration::ZERO;
}

/// A desk with a template draft for nobody yet, and that file.
async fn desk() -> (Harness, PathBuf) {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    let file = desk.folder().join("oak-owners.csv");
    std::fs::write(&file, OWNERS).unwrap();
    desk.keys("Ctrl-p");
    desk.text("fitting_slots");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Esc");
    (desk, file)
}

async fn columns(desk: &mut Harness, file: &str) {
    desk.keys("c");
    desk.assert_shows("People from a file");
    desk.text(file);
    desk.keys("Enter");
    desk.until_idle().await;
}

#[tokio::test]
async fn a_file_typed_like_a_number_is_told_how_to_write_it() {
    let (mut desk, _file) = desk().await;
    desk.keys("Enter Ctrl-u");
    desk.text("Friday.CSV");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.assert_shows("To        Friday.CSV");
    desk.assert_shows("✗ type @Friday.CSV for the people of ");
}

#[tokio::test]
async fn a_file_becomes_a_plan_in_which_everybody_is_counted_once() {
    let (mut desk, file) = desk().await;
    columns(&mut desk, &file.display().to_string()).await;
    desk.assert_shows("People from oak-owners.csv");
    desk.assert_shows("1 of 8 unreadable: 4.477E+11");
    desk.assert_shows("UTF-8, semicolons, header row");
    // What is named alike is filled; the rest is said.
    desk.assert_shows("first name        Sara \u{b7} Arjun");
    desk.assert_shows("1 of 8 empty, f gives a text");
    desk.assert_shows("Columns not used: postcode");
    desk.keys("j f");
    desk.text("there");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("1 of 8 empty: \"there\"");
    let draft = desk.state.composer.draft.as_ref().unwrap();
    let values: Vec<String> = draft.own_fields().map(|field| field.text.text()).collect();
    assert_eq!(values, ["{{first name|there}}", "{{days}}"]);
    desk.keys("c");
    desk.until_idle().await;
    desk.assert_shows("Check of 8 rows \u{b7} oak-owners.csv");
    desk.assert_shows("5 can go");
    desk.assert_shows("8 rows = 5 to go + ");
    // Nothing goes while somebody is to be mended; then they are left out again.
    desk.keys("x");
    desk.until_idle().await;
    desk.assert_shows("before · nothing goes");
    desk.assert_shows("nothing goes yet");
    desk.assert_hides("5 can go");
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("row 5, 447700900412: the same number as row  ");
    desk.assert_shows("Mend them in the file");
    desk.keys("c");
    desk.until_idle().await;
    desk.keys("c");
    desk.until_idle().await;
    desk.keys("x");
    desk.until_idle().await;
    desk.assert_hides("before · nothing goes");
    desk.keys("w");
    desk.keys("Enter");
    desk.until_idle().await;
    let rejects = std::fs::read_to_string(desk.downloads().join("rejects.csv")).unwrap();
    assert!(
        rejects.contains("4.477E+11") && rejects.contains("Hannah"),
        "{rejects}"
    );
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("5 people get the template fitting_slots");
    desk.advance(400);
    desk.keys("5 Enter");
    let batch = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!(
        (
            batch.counts.planned,
            batch.counts.accepted,
            batch.counts.skipped
        ),
        (8, 5, 3)
    );
    let accepted = desk.platform.accepted().await;
    assert_eq!(accepted.get("447700900290"), Some(&1));
    assert_eq!(accepted.get("447700900620"), None, "a date is missing");
}

#[tokio::test]
async fn messages_of_those_who_were_checked_are_read_one_by_one() {
    let (mut desk, file) = desk().await;
    columns(&mut desk, &file.display().to_string()).await;
    desk.keys("j f");
    desk.text("there");
    desk.keys("Enter c");
    desk.until_idle().await;
    desk.keys("]");
    desk.assert_shows("1 of 5 \u{b7} +44 7700 900412 \u{b7} row 1");
    desk.assert_shows("Hello Sara, our next free fitting");
    desk.keys("] ]");
    desk.assert_shows("3 of 5 \u{b7} +44 7700 900733 \u{b7} row 3");
    desk.assert_shows("Hello there, our next free fitting");
    // Rows 5 to 7 are left out, so the last message is that of row 8.
    desk.keys("] ] ]");
    desk.assert_shows("5 of 5 \u{b7} +44 7700 900515 \u{b7} row 8");
    desk.keys("[");
    desk.assert_shows("4 of 5 \u{b7} +44 7700 900290 \u{b7} row 4");
    desk.keys("Esc");
    desk.assert_shows("Check of 8 rows");
    desk.keys("L");
    desk.assert_shows("2 of 5 \u{b7} +44 7700 900118 \u{b7} row 2");
    desk.assert_shows("Hello Arjun, our next free fitting");
    // Back at the columns the first person is the first one again.
    desk.keys("Esc Esc");
    desk.assert_shows("the first person gets");
    desk.assert_shows("Hello Sara, our next free fitting slots near you");
    desk.assert_hides("Hello Arjun");
}

#[tokio::test]
async fn the_next_file_of_this_shape_is_filled_as_the_last_one() {
    let (mut desk, file) = desk().await;
    columns(&mut desk, &file.display().to_string()).await;
    desk.keys("j f");
    desk.text("there");
    desk.keys("Enter j t");
    desk.text("outer spaces");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("5 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;

    // The same columns in another order, with other people.
    let next = desk.folder().join("november.csv");
    std::fs::write(
        &next,
        "days,first name,mobile,postcode\nMon 2 Nov,,+447700900811,E9\n",
    )
    .unwrap();
    desk.keys("Ctrl-p");
    desk.text("fitting_slots");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Esc");
    columns(&mut desk, &next.display().to_string()).await;
    desk.assert_shows("Filled as on ");
    desk.assert_shows("a proposes anew");
    let texts = |desk: &Harness| -> Vec<String> {
        let draft = desk.state.composer.draft.as_ref().unwrap();
        draft.own_fields().map(|field| field.text.text()).collect()
    };
    assert_eq!(texts(&desk), ["{{first name|there}}", "{{days:trim}}"]);
    let to = |desk: &Harness| {
        let draft = desk.state.composer.draft.as_ref().unwrap();
        draft.people_file().unwrap().to_column.unwrap()
    };
    assert_eq!(to(&desk), "mobile");
    desk.keys("a");
    desk.until_idle().await;
    desk.assert_hides("Filled as on ");
    assert_eq!(texts(&desk), ["{{first name}}", "{{days}}"]);
    assert_eq!(to(&desk), "mobile");
}

#[tokio::test]
async fn a_column_is_chosen_and_the_file_read_otherwise() {
    let (mut desk, _) = desk().await;
    let file = desk.folder().join("list.txt");
    std::fs::write(
        &file,
        "447700900412,Sara,Monday\n447700900118,Arjun,Friday\n",
    )
    .unwrap();
    columns(&mut desk, &file.display().to_string()).await;
    desk.assert_shows("UTF-8, commas, no header row");
    desk.assert_shows("nothing yet");
    desk.keys("j Enter");
    desk.assert_shows("What fills 1 name");
    desk.text("B");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Sara \u{b7} Arjun");
    desk.keys("h");
    desk.until_idle().await;
    desk.assert_shows("header row");
    desk.keys("h");
    desk.until_idle().await;
    desk.assert_shows("no header row");
    // The draft keeps its file, and Esc loses nothing.
    desk.keys("Esc");
    let draft = desk.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.people_file().unwrap().name(), "list.txt");
}

#[tokio::test]
async fn a_file_that_is_no_table_is_named_with_what_to_do() {
    let (mut desk, _) = desk().await;
    let file = desk.folder().join("people.csv");
    std::fs::write(&file, b"PK\x03\x04 and more of a workbook").unwrap();
    columns(&mut desk, &file.display().to_string()).await;
    desk.assert_shows("people.csv: ");
    desk.assert_shows("Choose the file again with c");
    // The path stands there to be mended.
    desk.keys("c Ctrl-u");
    desk.text("nowhere.csv");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("nowhere.csv: the file cannot be read");
}

#[tokio::test]
async fn the_form_of_a_column_is_chosen_and_a_date_is_asked_for_both_ways() {
    let (mut desk, _) = desk().await;
    let file = desk.folder().join("dates.csv");
    std::fs::write(
        &file,
        "mobile,name,days\n+447700900412,SARA,03/04/2026\n+447700900118,arjun,05/06/2026\n\
         +447700900733,Ana,25.6.2026\n",
    )
    .unwrap();
    columns(&mut desk, &file.display().to_string()).await;
    desk.keys("t");
    desk.assert_shows("numbers are read by themselves");
    desk.keys("j t");
    desk.assert_shows("How name stands in the message");
    desk.text("title");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Sara \u{b7} Arjun \u{b7} Ana");
    desk.keys("j t");
    desk.assert_shows("which comes first, day or month?");
    desk.assert_shows("date M/D/YYYY as D MMM YYYY");
    desk.assert_shows("4 Mar 2026");
    desk.text("D/M/YYYY as D MMM");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("days as date");
    desk.assert_shows("3 Apr 2026 \u{b7} 5 Jun 2026");
    desk.assert_shows("1 of 3 not D/M/YYYY");
    let draft = desk.state.composer.draft.as_ref().unwrap();
    let values: Vec<String> = draft.own_fields().map(|field| field.text.text()).collect();
    assert_eq!(values, ["{{name:title}}", "{{days:date(D/M/YYYY)}}"]);
    // Another text for empty cells leaves the form as it is.
    desk.keys("f");
    desk.text("soon");
    desk.keys("Enter");
    desk.until_idle().await;
    let draft = desk.state.composer.draft.as_ref().unwrap();
    let values: Vec<String> = draft.own_fields().map(|field| field.text.text()).collect();
    assert_eq!(values[1], "{{days:date(D/M/YYYY)|soon}}");
    desk.keys("c");
    desk.until_idle().await;
    desk.assert_shows("a date that is not written as said");
    desk.assert_shows("3 rows = 2 to go + 1 with an unreadable date");
}

#[test]
fn columns_and_checks_in_every_size() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oak-owners.csv");
    std::fs::write(&file, OWNERS).unwrap();
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template fitting_slots");
    stage.keys("Enter Esc c");
    stage.text(&file.display().to_string());
    stage.keys("Enter");
    keep_sizes("people_file__reading", &stage);
    let ticket = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::SamplePeople { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let table = sample(OWNERS.as_bytes(), &ShapeChoice::default()).unwrap();
    stage.event(Event::Sample(Box::new(SampleAnswer {
        ticket: ticket.unwrap(),
        result: Ok(table),
        before: None,
    })));
    stage.keys("j");
    keep_sizes("people_file__columns", &stage);
    let plan = stage
        .state
        .composer
        .draft
        .as_ref()
        .unwrap()
        .plan
        .clone()
        .unwrap();
    let audience = from_csv(OWNERS.as_bytes(), &CsvOptions::default()).unwrap();
    stage
        .state
        .overlays
        .push(Overlay::Checks(Box::new(checks::State {
            source: "oak-owners.csv".to_owned(),
            report: CheckReport::of_plan(&audience, &plan),
            at: 0,
            guarded: stage.state.profile.guard == Guard::Production,
        })));
    keep_sizes("people_file__checks", &stage);
    stage.keys("]");
    keep_sizes("people_file__message", &stage);
}

#[tokio::test]
async fn a_path_is_completed_and_what_fits_is_shown() {
    let (mut desk, _) = desk().await;
    let folder = desk.folder().join("from lists");
    std::fs::create_dir(&folder).unwrap();
    for name in ["autumn.csv", "august.csv"] {
        std::fs::write(folder.join(name), "mobile\n+447700900412\n").unwrap();
    }
    desk.keys("c");
    desk.text(&format!("{}/from", desk.folder().display()));
    desk.keys("Tab");
    desk.until_idle().await;
    desk.keys("Tab");
    desk.until_idle().await;
    desk.assert_shows("august.csv  autumn.csv");
    desk.text("t");
    desk.keys("Tab");
    desk.until_idle().await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("People from autumn.csv");
}

#[tokio::test]
async fn what_is_known_of_one_person_is_read_by_nobody_else() {
    let (mut desk, file) = desk().await;
    desk.keys("Esc 1 /");
    desk.text("name=Sara Al-Mutairi");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting_slots");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Esc");
    let value = |desk: &Harness| {
        let draft = desk.state.composer.draft.as_ref().unwrap();
        draft.own_fields().next().unwrap().text.text()
    };
    assert_eq!(value(&desk), "Sara Al-Mutairi");
    columns(&mut desk, &file.display().to_string()).await;
    assert_eq!(value(&desk), "{{first name}}");
    desk.assert_hides("Sara Al-Mutairi, our next");
}

#[tokio::test]
async fn the_check_gives_a_text_to_people_without_a_value_whatever_form_it_has() {
    let (mut desk, file) = desk().await;
    columns(&mut desk, &file.display().to_string()).await;
    desk.keys("j t");
    desk.text("Title Case");
    desk.keys("Enter c");
    desk.until_idle().await;
    desk.assert_shows("4 can go");
    desk.assert_shows("no value for a placeholder");
    desk.keys("f");
    desk.assert_shows("People without first name");
    desk.text("friend");
    desk.keys("Enter");
    desk.until_idle().await;
    let draft = desk.state.composer.draft.as_ref().unwrap();
    let first = draft.own_fields().next().unwrap().text.text();
    assert_eq!(first, "{{first name:title|friend}}");
    desk.keys("c");
    desk.until_idle().await;
    desk.assert_shows("5 can go");
}
