//! Screens as text, by pane, state and size. Everything is pure state with a fixed time, so that
//! a picture changes only when the program does. Read the folder `snapshots` as a specification.

use crate::scenery::{batch, counts, outbox, with_batches, with_calls, with_review};
use crate::support::screen;
use crate::support::stage::{Stage, chat, message, no_answer, people, person, profile};
use alertdesk::contract::{
    ApiError, ApiResponse, CacheNews, ErrorKind, Event, OutboxAnswer, OutboxEvent, Slot,
    StorageEvent, TimerId,
};
use alertdesk::domain::{BatchState, ChatMessage, Direction, Guard, Media, MediaKind, MessageKind};
use alertdesk::theme::{Theme, ThemeOptions};
use ratatui::style::{Color, Modifier};
use rstest::rstest;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn keep(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), text));
}

/// Keeps the picture of a stage under a name with its size.
pub fn keep_stage(name: &str, stage: &Stage) {
    let (width, height) = stage.state.size;
    keep(&format!("{name}__{width}x{height}"), &stage.screen());
}

/// Keeps a stage in every size.
pub fn keep_sizes(name: &str, stage: &Stage) {
    for (width, height) in SIZES {
        let mut stage = stage.clone();
        stage.event(Event::Resized(width, height));
        keep_stage(name, &stage);
    }
}

#[test]
fn the_start() {
    let stage = Stage::new(120, 40);
    keep_sizes("start__empty", &stage);
}

#[test]
fn people_in_every_state() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 Space j Space");
    keep_sizes("users__ready", &stage);
    stage.keys("r");
    stage.wait(1500);
    stage.event(Event::Timer(TimerId::Spinner));
    keep_stage("users__loading_with_previous", &stage);
    stage.answer(Slot::UserSearch, Err(no_answer()));
    keep_sizes("users__failed_with_previous", &stage);

    let mut first = Stage::new(120, 40);
    first.keys("/");
    first.text("city=London");
    keep_stage("users__typing", &first);
    first.keys("Enter");
    first.wait(1500);
    first.event(Event::Timer(TimerId::Spinner));
    keep_stage("users__loading", &first);
    let mut nobody = first.clone();
    first.answer(Slot::UserSearch, Err(no_answer()));
    keep_stage("users__failed", &first);
    nobody.answer(Slot::UserSearch, Ok(ApiResponse::Users(Vec::new())));
    keep_stage("users__nobody", &nobody);
}

#[test]
fn a_conversation_in_every_state() {
    let mut stage = Stage::furnished(120, 40);
    keep_sizes("conversation__ready", &stage);
    let mut found = stage.clone();
    found.keys("/");
    found.text("fern");
    found.keys("Enter n n");
    keep_stage("conversation__search", &found);
    stage.keys("r");
    stage.wait(1500);
    stage.event(Event::Timer(TimerId::Spinner));
    keep_stage("conversation__loading_with_previous", &stage);
    stage.answer(Slot::Conversation, Err(no_answer()));
    keep_sizes("conversation__failed_with_previous", &stage);

    let mut other = Stage::furnished(120, 40);
    other.keys("1 j Enter");
    other.wait(1500);
    other.event(Event::Timer(TimerId::Spinner));
    keep_stage("conversation__loading", &other);
    let mut silent = other.clone();
    other.answer(Slot::Conversation, Err(no_answer()));
    keep_stage("conversation__failed", &other);
    silent.answer_page(Vec::new());
    keep_stage("conversation__empty", &silent);
}

#[test]
fn a_local_copy_that_cannot_be_opened() {
    let mut stage = Stage::furnished(120, 40);
    let error = ApiError::new(
        ErrorKind::Storage,
        "cache.sealed was encrypted with another key and was left untouched",
        "Set `cache_key` to the key it was made with, or delete the file, which may be done at any \
         time.",
    );
    let news = StorageEvent::Cache(CacheNews::InMemory(error));
    stage.event(Event::Storage(Box::new(news)));
    keep_sizes("cache__in_memory", &stage);
    stage.keys("@ Enter");
    keep_sizes("cache__in_memory_details", &stage);
}

fn strange_messages() -> Vec<ChatMessage> {
    let picture = ChatMessage {
        kind: MessageKind::Media,
        type_raw: "FILE_RECEIVED".to_owned(),
        media: Some(Media {
            url: None,
            mime: Some("image/jpeg".to_owned()),
            name: Some("a-very-long-name-of-a-picture-of-an-oak-table-with-a-crack.jpg".to_owned()),
            kind: MediaKind::Image,
        }),
        ..message(50, Direction::In, "")
    };
    let options = ChatMessage {
        kind: MessageKind::Options,
        options: ["English", "हिन्दी", "العربية"].map(str::to_owned).to_vec(),
        ..message(48, Direction::Out, "[English, हिन्दी, العربية]")
    };
    vec![
        message(60 * 30, Direction::In, "a message of the day before"),
        message(59, Direction::In, &"long words about ferns ".repeat(30)),
        message(58, Direction::In, &"w".repeat(300)),
        message(
            57,
            Direction::In,
            "山田花子です。オークのテーブルは届きましたか？",
        ),
        message(56, Direction::In, "مرحبا، أين الطاولة رقم 88213؟ شكرا"),
        message(55, Direction::Out, "שלום Sara, ההזמנה 42 בדרך"),
        message(
            54,
            Direction::In,
            "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 e\u{301}\u{302}\u{303} सुबह 10 बजे",
        ),
        message(
            53,
            Direction::In,
            "\u{1b}[31mred?\u{7} \u{202e}gnp.exe\u{200b} \u{0}",
        ),
        message(52, Direction::System, "Meera joined the conversation"),
        picture,
        options,
    ]
}

#[rstest]
#[case(40, 12)]
#[case(80, 24)]
#[case(120, 40)]
fn long_wide_and_right_to_left(#[case] width: u16, #[case] height: u16) {
    let mut stage = Stage::furnished(width, height);
    let mut strange = people();
    strange.push(person("\u{202e}txt.exe \u{1b}[31m", 999));
    stage.keys("1 r");
    stage.answer(Slot::UserSearch, Ok(ApiResponse::Users(strange)));
    stage.keys("G k Enter");
    stage.answer_page(strange_messages());
    keep_stage("conversation__long_wide_right_to_left", &stage);
    stage.keys("g");
    keep_stage("conversation__long_wide_right_to_left_top", &stage);
    stage.keys("1");
    keep_stage("users__long_wide_right_to_left", &stage);
}

#[test]
fn a_draft_and_its_request() {
    let mut stage = with_review(120, 40);
    stage.wait(400);
    stage.keys("Esc");
    keep_sizes("composer__template", &stage);
    stage.keys("5");
    keep_sizes("payload__ready", &stage);
    stage.keys("w");
    keep_stage("payload__exact_bytes", &stage);
    stage.keys("3 G Enter Ctrl-u");
    keep_stage("composer__value_missing", &stage);
    let mut broadcast = Stage::furnished(120, 40);
    broadcast.keys("1 Space Space :");
    broadcast.text("broadcast new");
    broadcast.keys("Enter j Enter");
    broadcast.text("Opening hours");
    broadcast.keys("Tab");
    broadcast.text("We open at eight.");
    keep_sizes("composer__broadcast_typing", &broadcast);
    let mut read_only = stage.clone();
    read_only.state.profile.read_only = true;
    read_only.keys("Esc S");
    keep_stage("composer__read_only", &read_only);
}

#[test]
fn what_is_planned_and_sent() {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    stage.keys("4");
    keep_sizes("broadcasts__ready", &stage);
    let mut detail = stage.clone();
    detail.keys("Enter");
    keep_stage("broadcasts__detail_loading", &detail);
    let mut empty = Stage::new(120, 40);
    empty.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(
        Vec::new(),
    ))));
    empty.keys("4");
    keep_stage("broadcasts__empty", &empty);
    let mut stopped = Stage::furnished(120, 40);
    let sentence = "#34 stopped: 612 accepted, 9 rejected, 2 unknown, 548 not sent.".to_owned();
    outbox(&mut stopped, OutboxEvent::Recovered(vec![sentence]));
    with_batches(&mut stopped);
    stopped.keys("4");
    keep_stage("broadcasts__after_a_stop", &stopped);
}

#[test]
fn every_call() {
    let mut stage = Stage::furnished(120, 40);
    with_calls(&mut stage);
    stage.keys("6");
    keep_sizes("activity__ready", &stage);
    stage.keys("Enter");
    keep_sizes("detail__failed_read", &stage);
}

#[test]
fn overlays() {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    let mut help = stage.clone();
    help.keys("?");
    keep_sizes("help__conversation", &help);
    let mut palette = stage.clone();
    palette.keys("Ctrl-p");
    keep_sizes("palette__everything", &palette);
    palette.text("sara");
    keep_stage("palette__filtered", &palette);
    let mut command = stage.clone();
    command.keys(":");
    command.text("fnd city=London");
    command.keys("Enter");
    keep_sizes("command_line__unknown_command", &command);
    let mut quit = stage.clone();
    quit.keys("Ctrl-c");
    keep_sizes("confirm__quit", &quit);
    let mut resume = stage.clone();
    resume.keys("4 R");
    keep_stage("confirm__resume", &resume);
}

#[test]
fn reviews() {
    let mut stage = with_review(120, 40);
    keep_sizes("review__summary", &stage);
    stage.wait(400);
    stage.keys("7 Enter");
    keep_stage("review__wrong_number", &stage);
    stage.keys("Tab");
    keep_stage("review__people", &stage);
    stage.keys("Tab");
    keep_sizes("review__json", &stage);
    let mut guarded = with_review(120, 40);
    guarded.wait(400);
    guarded.keys("Esc");
    guarded.state.profile.guard = Guard::Production;
    guarded.keys("S");
    keep_sizes("review__production", &guarded);
}

#[test]
fn the_grace_strip() {
    let mut stage = with_review(120, 40);
    stage.wait(400);
    stage.keys("1 Enter");
    let mut armed = batch(37, "fitting_slots", BatchState::Armed, counts(0, 0, 0, 1));
    armed.created = stage.now;
    armed.only = Some("447700900412".into());
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Queued(armed))));
    stage.wait(4000);
    stage.event(Event::Timer(TimerId::Countdown));
    keep_sizes("grace__one_person", &stage);
    stage.event(Event::Resized(36, 9));
    keep_stage("too_small__in_grace", &stage);
}

#[test]
fn too_small() {
    keep_stage("too_small__empty", &Stage::new(36, 9));
    keep_stage("too_small__tiny", &Stage::new(10, 3));
}

#[test]
fn real_customers() {
    let mut profile = profile();
    profile.guard = Guard::Production;
    let mut stage = Stage::with(120, 40, profile, alertdesk::app::Settings::default());
    stage.furnish();
    keep_sizes("conversation__production", &stage);
}

#[test]
fn zoomed() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("z");
    keep_stage("conversation__zoomed", &stage);
    let long: Vec<_> = chat(200);
    stage.keys("r");
    stage.answer_page(long);
    stage.keys("g");
    keep_stage("conversation__zoomed_top", &stage);
}

fn themed(ascii: bool, no_color: bool) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    with_calls(&mut stage);
    stage.theme = Theme::built_in(&ThemeOptions {
        ascii,
        no_color,
        ..ThemeOptions::default()
    })
    .unwrap();
    stage
}

#[test]
fn ascii_uses_no_other_sign_of_its_own() {
    let mut stage = themed(true, true);
    stage.keys("1");
    keep_sizes("ascii__users", &stage);
    stage.keys("4");
    keep_stage("ascii__broadcasts", &stage);
    stage.keys("?");
    keep_stage("ascii__help", &stage);
    let mut review = with_review(120, 40);
    review.theme = stage.theme.clone();
    keep_stage("ascii__review", &review);
    let foreign = |text: &str| -> String {
        let mut names: String = people().into_iter().filter_map(|user| user.name).collect();
        // The letters of an Arabic name in the forms in which they join.
        names.push_str("\u{FEF3}\u{FEEE}\u{FEB3}\u{FED1}\u{FED2} \u{FEA3}\u{FEAA}\u{FE8D}\u{FEA9}");
        text.chars()
            .filter(|sign| !sign.is_ascii() && !names.contains(*sign))
            .collect()
    };
    for text in [stage.screen(), review.screen()] {
        assert_eq!(foreign(&text), "", "{text}");
    }
}

#[test]
fn without_colour_the_selection_is_still_seen() {
    for keys in ["1", "4", "6", "1 Ctrl-p"] {
        let mut stage = themed(false, true);
        stage.keys(keys);
        let picture = stage.picture();
        let selected = screen::marked(&picture, Modifier::REVERSED);
        assert!(!selected.is_empty(), "{keys}\n{}", stage.screen());
        let colours = picture.content().iter();
        assert!(
            colours
                .clone()
                .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
        );
        let name = format!("no_color__attributes_after_{}", keys.replace(' ', "_"));
        keep(&name, &screen::styles(&picture));
    }
}

/// What the panel's "Generate cURL" gives, for an account that is not the stage's.
fn generated_curl() -> String {
    let body = r#"{
  "phoneNumber": "+447700900412",
  "payload": {
    "name": "order_ready",
    "language": { "code": "en", "policy": "deterministic" },
    "components": [
      { "type": "header", "parameters": [ { "type": "image",
          "image": { "link": "https://img.fernoak.example/door.jpg" } } ] },
      { "type": "body", "parameters": [ { "type": "text", "text": "Ana" },
          { "type": "text", "text": "88213" }, { "type": "text", "text": "Tue 27 Oct" } ] },
      { "type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [
          { "type": "payload", "payload": "flow_0123456789ABCDEF0123456789ABCDEF" } ] }
    ]
  }
}"#;
    format!(
        "curl --location --request POST 'https://api.fernoak.example/whatsapp-api/v1.0/customer/99002\
         /bot/00aa11bb22cc33dd/template' \\\n--header 'Authorization: Basic \
         00000000-0000-4000-8000-000000000000-ABCDEFG' \\\n--data-raw '{body}'"
    )
}

#[test]
fn a_template_is_added() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("3 a");
    keep_sizes("add_template__empty", &stage);
    let mut slip = stage.clone();
    slip.event(Event::Paste(
        generated_curl().replace("\"policy\":", "policy:"),
    ));
    keep_sizes("add_template__mistake", &slip);
    let mut file = stage.clone();
    file.event(Event::Paste(
        "curl https://api.fernoak.example -d @payload.json".to_owned(),
    ));
    keep_stage("add_template__named_file", &file);
    let mut long = stage.clone();
    let filler = "Hello ".repeat(20_000);
    long.event(Event::Paste(generated_curl().replace("Ana", &filler)));
    keep_stage("add_template__long", &long);

    stage.event(Event::Paste(generated_curl()));
    keep_sizes("add_template__found", &stage);
    let mut profile = stage.clone();
    profile.keys("Ctrl-o");
    profile.text("london");
    profile.keys("Tab");
    keep_sizes("add_template__profile", &profile);
    stage.keys("Tab");
    stage.text("customer");
    stage.keys("Tab");
    stage.text("there");
    stage.keys("Tab");
    stage.text("Customer");
    keep_sizes("add_template__names", &stage);
    assert!(!stage.screen().contains("ABCDEFG"));
}

#[test]
fn a_list_of_descriptions_is_added() {
    let one = |name: &str, button: &str| {
        serde_json::json!({"name": name, "language": "en", "category": "UTILITY", "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Fern & Oak"},
            {"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ana"]]}},
            {"type": "BUTTONS", "buttons": [{"type": button, "text": "Go"}]}]})
    };
    let list = serde_json::json!({"data": [one("opening_hours", "QUICK_REPLY"),
        one("closing_day", "PHONE_NUMBER"), one("catalogue", "MPM")]});
    let mut stage = Stage::furnished(120, 40);
    stage.keys("3 a");
    stage.event(Event::Paste(list.to_string()));
    keep_stage("add_template__list_found", &stage);
    stage.keys("Tab");
    keep_stage("add_template__list", &stage);
}
