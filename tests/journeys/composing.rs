//! Composing by keys: drafts that are never lost, helpers, raw JSON, the words of a template.

use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, no_answer, person};
use alertdesk::app::Settings;
use alertdesk::contract::{
    ApiError, Effect, ErrorKind, Event, KeptDraft, Library, MouseInput, OutboxAnswer, PaneId,
    StorageEvent, StoreRequest, TimerId,
};
use alertdesk::domain::BatchState;
use alertdesk::overlays::Overlay;
use alertdesk::panes::template_composer::{Draft, DraftKind, FieldId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

fn at_once(settings: &mut Settings) {
    settings.grace_single = Duration::ZERO;
}

fn draft(stage: &Stage) -> &Draft {
    stage
        .state
        .composer
        .draft
        .as_ref()
        .expect("a draft is open")
}

/// Starts a broadcast draft with a text.
fn broadcast(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text("broadcast new");
    stage.keys("Enter Enter");
    stage.text("+447700900118");
    stage.keys("Tab");
    stage.text("Hours");
    stage.keys("Tab");
    stage.text(text);
    stage.keys("Esc");
}

#[tokio::test]
async fn one_template_to_one_person_from_the_chat() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("deliv en");
    desk.keys("Enter");
    desk.until_idle().await;
    // What is known of her stands there already; the typing goes on in the next place.
    desk.assert_shows("1 name    Sara Al-Mutairi");
    desk.text("88213");
    desk.keys("Tab Ctrl-o");
    desk.text("next friday");
    desk.assert_shows("next Friday  ");
    desk.keys("Enter Esc");
    desk.until_idle().await;
    desk.assert_shows("Hello Sara Al-Mutairi, your fitter");
    desk.assert_shows("▣ door.jpg");
    desk.assert_shows("Fern & Oak");
    desk.assert_shows("Change the day");
    desk.assert_shows("✓ number valid, +44");
    desk.assert_shows("✓ 3 values filled");
    desk.keys("p");
    assert_eq!(desk.state.focus, PaneId::Payload);
    // It opens at the row of the field that was in work; g goes to the start.
    desk.keys("g");
    desk.assert_shows("\"name\": \"delivery_note\"");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.assert_shows("1 person gets the template delivery_note");
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!(desk.platform.accepted().await.get("447700900412"), Some(&1));
    assert!(desk.state.composer.draft.is_none());
    assert!(desk.state.composer.shelf.is_empty());
}

#[test]
fn a_new_draft_never_overwrites_another() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "first text");
    let first = draft(&stage).id.clone();
    stage.keys("2 t");
    stage.text("winter");
    stage.keys("Enter");
    assert_ne!(draft(&stage).id, first);
    assert_eq!(draft(&stage).kind, DraftKind::Template);
    assert_eq!(draft(&stage).recipients(), ["+447700900412"]);
    stage.keys("3 d");
    let screen = stage.screen();
    assert!(screen.contains("Hours → +44 7700 900118"), "{screen}");
    assert!(
        screen.contains("winter_hours → Sara Al-Mutairi"),
        "{screen}"
    );
    stage.text("hours 118");
    stage.keys("Enter");
    assert_eq!(draft(&stage).id, first);
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "first text");
    let shelf = &stage.state.composer.shelf;
    assert_eq!(shelf.len(), 1, "the other one is kept");
}

#[test]
fn a_discarded_draft_is_asked_about_and_can_be_brought_back() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "typed with care");
    let id = draft(&stage).id.clone();
    stage.keys("D");
    assert!(stage.screen().contains("Discard this draft?"));
    // Enter on the first line keeps it.
    stage.keys("Enter");
    assert_eq!(draft(&stage).id, id);
    stage.keys("D Esc D Down Enter");
    assert!(stage.state.composer.draft.is_none());
    let deleted = stage
        .effects
        .iter()
        .any(|effect| *effect == Effect::Store(StoreRequest::DeleteDraft(id.clone())));
    assert!(deleted);
    stage.keys("3 d");
    assert!(stage.screen().contains("bring back"), "{}", stage.screen());
    stage.keys("Enter");
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "typed with care");
    // It is written down again.
    stage.event(Event::Timer(TimerId::SaveDraft));
    let saved = saves(&stage);
    assert!(saved.last().unwrap().contains("typed with care"));
}

/// The texts of drafts that were to be kept.
fn saves(stage: &Stage) -> Vec<String> {
    let effects = stage.effects.iter();
    let texts = effects.filter_map(|effect| match effect {
        Effect::Store(StoreRequest::SaveDraft { text, .. }) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

/// How long the last change lets the draft wait.
fn save_delay(stage: &Stage) -> Duration {
    let timers = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::After {
            delay,
            timer: TimerId::SaveDraft,
        } => Some(*delay),
        _ => None,
    });
    timers.expect("a change sets the timer")
}

#[test]
fn typing_without_a_pause_does_not_put_off_the_saving() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("broadcast new");
    stage.keys("Enter Enter");
    stage.event(Event::Timer(TimerId::SaveDraft));
    let mut waited = 0;
    let delays: Vec<u128> = "0123456789"
        .chars()
        .map(|sign| {
            stage.wait(100);
            stage.text(&sign.to_string());
            waited += 100;
            save_delay(&stage).as_millis()
        })
        .collect();
    assert_eq!(delays[0], 300, "a pause of 300 ms saves");
    for (index, delay) in delays.iter().enumerate() {
        let since_first = u128::try_from(index).unwrap() * 100;
        assert!(since_first + delay <= 700 || *delay == 0, "{delays:?}");
    }
    stage.event(Event::Timer(TimerId::SaveDraft));
    assert!(saves(&stage).last().unwrap().contains("0123456789"));
}

#[test]
fn a_draft_that_cannot_be_kept_is_said_and_tried_again() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "typed");
    stage.event(Event::Timer(TimerId::SaveDraft));
    let error = ApiError::new(ErrorKind::Storage, "the disk is full.", "Free space.");
    stage.event(Event::Storage(Box::new(StorageEvent::DraftNotSaved(error))));
    let screen = stage.screen();
    assert!(
        screen.contains("The draft cannot be saved: the disk is full."),
        "{screen}"
    );
    assert_eq!(save_delay(&stage), Duration::from_secs(3));
    let before = saves(&stage).len();
    stage.event(Event::Timer(TimerId::SaveDraft));
    assert_eq!(saves(&stage).len(), before + 1);
    let id = draft(&stage).id.clone();
    stage.event(Event::Storage(Box::new(StorageEvent::DraftSaved {
        kept_as: id.clone(),
        id,
    })));
    assert!(stage.screen().contains("draft saved"), "{}", stage.screen());
    assert!(!stage.screen().contains("cannot be saved"));
}

#[test]
fn drafts_of_last_time_are_there_again() {
    let mut before = Stage::furnished(120, 40);
    let mut kept = Vec::new();
    for text in ["first", "second", "third"] {
        broadcast(&mut before, text);
        let draft = draft(&before);
        kept.push(KeptDraft {
            id: draft.id.clone(),
            text: draft.to_text().unwrap(),
            updated: before.now,
        });
        before.wait(1000);
    }
    kept.push(KeptDraft {
        id: "newer".to_owned(),
        text: "{\"version\":77}".to_owned(),
        updated: before.now,
    });
    let mut stage = Stage::new(120, 40);
    let library = Library {
        drafts: kept,
        ..Library::default()
    };
    stage.event(Event::Storage(Box::new(StorageEvent::Library(Box::new(
        library,
    )))));
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "third");
    let screen = stage.screen();
    assert!(screen.contains("of last time · d lists 3 more"), "{screen}");
    stage.keys("3 d");
    let screen = stage.screen();
    assert!(
        screen.contains("of another version of the program"),
        "{screen}"
    );
    // The library comes again with every import; what is open stays open.
    stage.keys("Esc");
    stage.event(Event::Storage(Box::new(StorageEvent::Library(
        Box::default(),
    ))));
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "third");
    assert_eq!(stage.state.composer.shelf.len(), 3);
}

#[test]
fn what_comes_back_does_not_push_a_draft_away() {
    let mut stage = crate::scenery::with_review(120, 40);
    stage.wait(400);
    stage.keys("1 Enter");
    assert!(stage.state.composer.draft.is_none());
    broadcast(&mut stage, "being written");
    let refused = OutboxAnswer::NotQueued(no_answer());
    stage.event(Event::OutboxAnswer(Box::new(refused)));
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "being written");
    let shelved = stage.state.composer.shelf[0].draft.as_ref().unwrap();
    assert_eq!(shelved.subject(), "fitting_slots");
    assert!(saves(&stage).last().unwrap().contains("Tue 27 Oct"));
}

#[test]
fn another_window_with_the_same_draft_gets_a_copy() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "mine");
    stage.event(Event::Timer(TimerId::SaveDraft));
    let id = draft(&stage).id.clone();
    stage.event(Event::Storage(Box::new(StorageEvent::DraftSaved {
        kept_as: format!("{id}-2"),
        id: id.clone(),
    })));
    assert_eq!(draft(&stage).id, format!("{id}-2"));
    assert!(stage.screen().contains("yours is kept beside it"));
}

#[test]
fn a_paste_of_lines_into_one_line_is_joined_and_said() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("broadcast new");
    stage.keys("Enter Enter Tab");
    stage.event(Event::Paste("Opening\nhours\n".to_owned()));
    assert_eq!(draft(&stage).value(&FieldId::Title), "Opening hours");
    let screen = stage.screen();
    assert!(
        screen.contains("the lines of the paste were joined"),
        "{screen}"
    );
    // In a text the lines stay.
    stage.keys("Tab");
    stage.event(Event::Paste("one\ntwo".to_owned()));
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "one\ntwo");
}

#[test]
fn a_pasted_list_is_people_and_two_signs_begin_an_id() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("broadcast new");
    stage.keys("Enter Enter");
    stage.event(Event::Paste(
        "+44 7700 900412\r\n+447700900118,\n\n +447700900733\n".to_owned(),
    ));
    let people = ["+44 7700 900412", "+447700900118", "+447700900733"];
    assert_eq!(draft(&stage).recipients(), people);
    assert!(!stage.screen().contains("were joined"));
    stage.keys("Ctrl-u");
    stage.text("@@web_17");
    assert_eq!(draft(&stage).recipients(), ["@web_17"]);
    assert_eq!(draft(&stage).people_file(), None);
}

#[test]
fn an_edit_is_taken_back_and_made_again() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "eight");
    stage.keys("Enter Ctrl-u");
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "");
    stage.keys("Ctrl-z");
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "eight");
    stage.keys("Ctrl-y");
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "");
}

#[test]
fn a_quick_reply_is_built_from_a_flow_and_an_attribute() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template delivery_note");
    stage.keys("Enter Esc G o");
    stage.text("callback");
    stage.keys("Enter Ctrl-u");
    stage.text("slot=a||b");
    let screen = stage.screen();
    assert!(screen.contains("`||` cannot stand there"), "{screen}");
    stage.keys("Enter");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Prompt(_))
    ));
    stage.keys("Ctrl-u");
    stage.text("slot=fri_am");
    stage.keys("Enter");
    let value = draft(&stage).value(&FieldId::Parameter("button.0.payload".to_owned()));
    assert!(value.starts_with("flow_"), "{value}");
    assert!(value.ends_with("||data_slot=fri_am"), "{value}");
}

#[test]
fn people_without_an_attribute_read_another_text() {
    let mut stage = Stage::furnished(120, 40);
    // Five of the six have a name.
    stage.keys("1 g Space Space Space Space Space Space :");
    stage.text("template fitting_slots");
    stage.keys("Enter Ctrl-o");
    stage.text("name");
    let screen = stage.screen();
    assert!(screen.contains("5 of 6 people"), "{screen}");
    stage.keys("Enter");
    stage.text("there");
    let screen = stage.screen();
    assert!(screen.contains("{{name|there}}"), "{screen}");
    stage.keys("Enter");
    let value = draft(&stage).value(&FieldId::Parameter("1".to_owned()));
    assert_eq!(value, "{{name|there}}");
    stage.keys("Tab");
    stage.text("Tuesday");
    stage.keys("Esc");
    let screen = stage.screen();
    assert!(
        screen.contains("Hello Sara Al-Mutairi, our next"),
        "{screen}"
    );
}

#[test]
fn an_offer_ends_at_a_time_typed_in_words() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template autumn_sale");
    stage.keys("Enter Esc");
    let id = FieldId::Parameter("offer.expires".to_owned());
    let at = draft(&stage)
        .fields
        .iter()
        .position(|field| field.id == id)
        .unwrap();
    stage.keys("g");
    for _ in 0..at {
        stage.keys("j");
    }
    stage.keys("o");
    stage.text("another");
    stage.keys("Enter");
    stage.text("1 Jan 2030 9:00");
    stage.keys("Enter");
    assert_eq!(draft(&stage).value(&id), "1893488400000");
    let screen = stage.screen();
    assert!(screen.contains("ends Tue 1 Jan 2030 09:00"), "{screen}");
}

#[test]
fn somebody_of_the_list_is_added_to_the_people() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "hello");
    stage.keys("g j o");
    stage.text("arjun");
    stage.keys("Enter g j o");
    stage.text("sara");
    stage.keys("Enter");
    let numbers = draft(&stage).recipients();
    assert_eq!(numbers, ["+447700900118", "+447700900412"]);
    assert_eq!(
        draft(&stage).name_of("447700900412").as_deref(),
        Some("Sara Al-Mutairi")
    );
}

#[test]
fn raw_json_begins_as_the_form_and_both_texts_stay() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template winter_hours");
    stage.keys("Enter");
    stage.text("+447700900412");
    stage.keys("Esc x");
    let screen = stage.screen();
    assert!(screen.contains("unverified"), "{screen}");
    let raw = draft(&stage).value(&FieldId::Raw);
    assert!(raw.contains("\"name\": \"winter_hours\""), "{raw}");
    let form_bytes = stage.state.payload.request().cloned();
    stage.keys("Enter");
    stage.text(" ");
    stage.keys("Esc");
    let raw_bytes = stage.state.payload.request().cloned();
    assert!(form_bytes.is_some() && raw_bytes.is_some());
    stage.keys("x");
    assert_eq!(
        draft(&stage).template.as_ref().unwrap().name,
        "winter_hours"
    );
    stage.keys("x");
    assert_eq!(draft(&stage).value(&FieldId::Raw), format!("{raw} "));
    // What is no JSON stops it, and says where.
    stage.keys("Enter Ctrl-u");
    stage.text("{ \"name\": }");
    stage.keys("Esc");
    assert!(!draft(&stage).problems.is_empty(), "{}", stage.screen());
    // A flow has no raw form.
    stage.keys("f");
    stage.keys("Esc x");
    assert!(
        stage.screen().contains("only templates and broadcasts"),
        "{}",
        stage.screen()
    );
}

#[test]
fn the_words_of_a_template_are_written_down() {
    let mut stage = Stage::furnished(120, 40);
    for template in &mut stage.state.library.templates {
        template.wording.body = None;
    }
    stage.keys(":");
    stage.text("template fitting_slots");
    stage.keys("Enter");
    stage.text("+447700900412");
    stage.keys("Esc");
    assert!(
        stage
            .screen()
            .contains("text of this template is not known")
    );
    stage.keys("e");
    stage.text("Hello {{1}}, we come");
    stage.keys("Enter");
    let screen = stage.screen();
    assert!(screen.contains("{{2}} is not in it yet"), "{screen}");
    stage.keys("Ctrl-s");
    assert!(!stage.state.overlays.is_empty(), "not yet");
    stage.text("on {{2}}.");
    stage.keys("Ctrl-s");
    assert!(stage.state.overlays.is_empty());
    let asked = stage.effects.iter().any(|effect| {
        matches!(effect, Effect::Store(StoreRequest::SaveWording { name, wording, .. })
            if name == "fitting_slots"
                && wording.body.as_deref() == Some("Hello {{1}}, we come\non {{2}}."))
    });
    assert!(asked, "{:?}", stage.effects);
    stage.keys("3");
    assert!(stage.screen().contains("we come"), "{}", stage.screen());
    // Now that they are known, e edits the field again.
    stage.keys("e");
    assert!(stage.state.composer.typing);
}

#[tokio::test]
async fn written_words_are_in_the_library_from_then_on() {
    let mut desk = Harness::start(Options {
        others: vec![|other| other.name = "second".to_owned()],
        ..Options::default()
    })
    .await;
    for template in &mut desk.state.library.templates {
        template.wording.body = None;
    }
    desk.keys(":");
    desk.text("template winter_hours");
    desk.keys("Enter Esc e");
    desk.text("Open from ten to five.");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    // Another profile reads the library anew.
    desk.keys(":");
    desk.text("ctx second");
    desk.keys("Enter");
    desk.until_idle().await;
    let templates = &desk.state.library.templates;
    let winter = templates
        .iter()
        .find(|one| one.name == "winter_hours")
        .unwrap();
    assert_eq!(
        winter.wording.body.as_deref(),
        Some("Open from ten to five.")
    );
    assert_eq!(winter.version, 1, "words are no new version");
    // The draft is there under the other profile too, and says for whom it was made.
    desk.keys("3");
    desk.assert_shows("made for demo");
}

#[test]
fn a_text_of_several_lines_takes_enter_and_the_editor_gets_it_whole() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "one\ntwo");
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "one\ntwo");
    stage.keys("E");
    assert!(
        matches!(stage.effects.last(), Some(Effect::EditExternally(text)) if text == "one\ntwo")
    );
    stage.event(Event::Edited(Ok("three\nfour\n".to_owned())));
    assert_eq!(draft(&stage).value(&FieldId::Text(0)), "three\nfour");
    // A field of one line takes the editor's lines as one and says so.
    stage.keys("k k k E");
    stage.event(Event::Edited(Ok("Opening\nhours\n".to_owned())));
    assert_eq!(draft(&stage).value(&FieldId::Title), "Opening hours");
    assert!(stage.screen().contains("were joined"), "{}", stage.screen());
}

#[test]
fn a_click_selects_a_field() {
    let mut stage = Stage::furnished(120, 40);
    broadcast(&mut stage, "hello");
    let screen = stage.screen();
    let mut rows = screen.lines();
    let row = rows.position(|line| line.contains("Title     Hours"));
    let at = (40, u16::try_from(row.unwrap()).unwrap());
    stage.event(Event::Mouse(MouseInput::Click(at.0, at.1)));
    assert_eq!(draft(&stage).field().unwrap().id, FieldId::Title);
    // Outside of every field nothing happens.
    stage.event(Event::Mouse(MouseInput::Click(40, at.1 + 20)));
    assert_eq!(draft(&stage).field().unwrap().id, FieldId::Title);
}

#[test]
fn a_card_is_shown_with_its_field() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template new_arrivals");
    stage.keys("Enter Esc");
    assert!(stage.screen().contains("card 1 of 3"), "{}", stage.screen());
    stage.keys("G");
    assert!(stage.screen().contains("card 3 of 3"), "{}", stage.screen());
}

#[test]
fn where_there_is_no_room_for_the_bubble_it_stands_over_the_request() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys(":");
    stage.text("template winter_hours");
    stage.keys("Enter");
    stage.text("+447700900412");
    stage.keys("Esc p");
    let screen = stage.screen();
    assert!(
        screen.contains("As a phone shows it: winter_hours"),
        "{screen}"
    );
    assert!(screen.contains("From 1 November our showroom"), "{screen}");
    stage.keys("Enter");
    assert_eq!(stage.state.focus, PaneId::Payload);
    assert!(
        stage.screen().contains("POST https://"),
        "{}",
        stage.screen()
    );
    stage.keys("Esc");
    assert_eq!(stage.state.focus, PaneId::Composer);
}

#[test]
fn a_draft_is_for_its_person_whatever_chat_is_open() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("template winter_hours");
    stage.keys("Enter");
    stage.text("+447700900118");
    stage.keys("Esc 2");
    assert!(
        stage.screen().contains("not the open chat"),
        "{}",
        stage.screen()
    );
    stage.keys("1");
    stage
        .state
        .composer
        .draft
        .as_mut()
        .unwrap()
        .address(&[person("Sara Al-Mutairi", 412)]);
    stage.key(KeyEvent::new(KeyCode::Char('2'), KeyModifiers::NONE));
    assert!(
        !stage.screen().contains("not the open chat"),
        "{}",
        stage.screen()
    );
}
