//! The library by keys: choose, look after, see what changed; and how it looks in four sizes.

use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, opening};
use alertdesk::contract::{
    ApiError, Effect, ErrorKind, Event, LibraryChange, PaneId, ShelfAnswer, ShelfRequest, Shelves,
    StorageEvent, StoreRequest,
};
use alertdesk::domain::template::{TemplateEdit, TemplateVersion, Wording};
use alertdesk::domain::{Flow, Template, Usage, Used};
use alertdesk::keymap::KeyContext;
use alertdesk::overlays::{Overlay, form};
use alertdesk::panes::template_composer::FieldId;
use jiff::SignedDuration;

/// A stage whose library was looked after and used.
fn used_library() -> Stage {
    let mut stage = Stage::furnished(120, 40);
    let library = &mut stage.state.library;
    for (name, category, note, batches, hours) in [
        ("autumn_sale", "marketing", "", 3, 200),
        (
            "order_tracking",
            "utility",
            "Only for parcels, not for fitters.",
            1204,
            2,
        ),
        ("login_code", "authentication", "", 0, 0),
    ] {
        for template in library.templates.iter_mut().filter(|one| one.name == name) {
            template.category = Some(category.to_owned());
            template.note = note.to_owned();
            let usage = Usage {
                batches,
                recipients: batches * 3,
                last: Some(opening() - SignedDuration::from_hours(hours)),
            };
            if batches > 0 {
                let used = Used::template(name, &template.language);
                library.usage.insert(used, usage);
            }
        }
    }
    let flow = library.flows[0].name.clone();
    let usage = Usage {
        batches: 7,
        recipients: 7,
        last: Some(opening()),
    };
    library.usage.insert(Used::Flow(flow), usage);
    stage
}

fn command(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text(text);
    stage.keys("Enter");
}

fn answer(stage: &mut Stage, answer: ShelfAnswer) {
    stage.event(Event::Storage(Box::new(StorageEvent::Shelf(Box::new(
        answer,
    )))));
}

fn tracking(stage: &Stage) -> Template {
    let mut templates = stage.state.library.templates.iter();
    templates
        .find(|one| one.name == "order_tracking")
        .unwrap()
        .clone()
}

/// Goes to a template of the open list.
fn go_to(stage: &mut Stage, name: &str) {
    stage.keys("/");
    stage.text(name);
    stage.keys("Esc");
}

#[test]
fn the_lists() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    keep_sizes("library__templates", &stage);
    stage.keys("/");
    stage.text("ortr");
    keep_stage("library__templates_filtered", &stage);
    stage.text("xx");
    keep_stage("library__templates_nothing", &stage);

    let mut chooser = used_library();
    chooser.keys("t");
    keep_sizes("library__chooser", &chooser);

    let mut flows = used_library();
    command(&mut flows, "flows");
    keep_sizes("library__flows", &flows);
    let mut none = used_library();
    none.state.library.flows.clear();
    command(&mut none, "flows");
    keep_stage("library__flows_none", &none);
}

#[test]
fn the_forms() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    stage.keys("e Ctrl-u");
    stage.text("customer");
    stage.keys("Tab Ctrl-u");
    stage.text("there");
    keep_sizes("library__template_form", &stage);
    stage.keys("Tab Ctrl-u");
    stage.text("customer");
    stage.keys("Ctrl-s");
    keep_sizes("library__template_form_refused", &stage);

    let mut flow = used_library();
    command(&mut flow, "flows");
    flow.keys("a");
    flow.text("callback");
    flow.keys("Ctrl-s");
    keep_sizes("library__flow_form", &flow);
}

#[test]
fn a_long_form_scrolls_with_the_field_that_is_typed_in() {
    let mut stage = used_library();
    stage.event(Event::Resized(80, 24));
    command(&mut stage, "templates");
    go_to(&mut stage, "new_arrivals");
    stage.keys("e");
    for _ in 0..20 {
        stage.keys("Tab");
    }
    keep_stage("library__long_form", &stage);
    stage.event(Event::Resized(40, 12));
    keep_stage("library__long_form", &stage);
    for _ in 0..20 {
        stage.keys("Shift-Tab");
    }
    assert!(stage.screen().contains("▌1 label"), "{}", stage.screen());
}

#[test]
fn versions_and_the_question() {
    let mut stage = used_library();
    let first = tracking(&stage);
    let edit = TemplateEdit {
        labels: vec![("1".to_owned(), "customer".to_owned())],
        note: Some("Only for parcels.".to_owned()),
        wording: Some(Wording {
            body: Some("Hello {{1}}, your parcel {{2}} is on its way.".to_owned()),
            ..first.wording.clone()
        }),
        ..TemplateEdit::default()
    };
    let second = Template {
        version: 2,
        ..edit.apply(&first).unwrap()
    };
    let mut third = second.clone();
    third.version = 3;
    third.components[1]["index"] = 0.into();
    let versions = [third, second, first].into_iter().enumerate();
    let versions = versions.map(|(at, template)| TemplateVersion {
        template,
        added: opening() - SignedDuration::from_hours(i64::try_from(at).unwrap() * 30 + 1),
        removed: None,
    });
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    let mut question = stage.clone();
    stage.keys("v");
    let asked = ShelfRequest::LoadVersions {
        name: "order_tracking".to_owned(),
        language: "en".to_owned(),
    };
    assert!(
        stage
            .effects
            .contains(&Effect::Store(StoreRequest::Shelf(asked)))
    );
    answer(&mut stage, ShelfAnswer::Versions(versions.collect()));
    keep_sizes("library__versions", &stage);
    stage.keys("Esc");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));

    question.keys("D");
    keep_sizes("library__remove", &question);
}

#[test]
fn what_cannot_be_saved_stays_in_the_form() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    stage.keys("e");
    stage.text("customer");
    stage.keys("Ctrl-s");
    let saves = |stage: &Stage| {
        let saved = |effect: &&Effect| {
            matches!(
                effect,
                Effect::Store(StoreRequest::Shelf(ShelfRequest::Change(_)))
            )
        };
        stage.effects.iter().filter(saved).count()
    };
    assert_eq!(saves(&stage), 1);
    let full = ApiError::new(ErrorKind::Storage, "the disk is full", "Free some space.");
    answer(&mut stage, ShelfAnswer::Refused(full));
    let screen = stage.screen();
    assert!(screen.contains("the disk is full"), "{screen}");
    assert!(screen.contains("customer"), "{screen}");
    // Nothing typed is lost without saying so first.
    stage.keys("Esc");
    assert!(
        stage.screen().contains("Esc once more drops"),
        "{}",
        stage.screen()
    );
    stage.text("s");
    stage.keys("Esc");
    assert!(stage.screen().contains("customers"), "typing asks again");
    stage.keys("Esc");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
    assert_eq!(saves(&stage), 1, "nothing was saved");

    // A form that was not changed saves nothing and closes at once.
    stage.keys("e Ctrl-s");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
    stage.keys("e Esc");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
    assert_eq!(saves(&stage), 1);
}

#[test]
fn a_refusal_goes_to_the_field_it_is_about() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    let typed = [
        ("label:1", "button.1"),
        ("fallback:2", "{{name}}"),
        ("body", "Hello"),
        ("category", "sales"),
    ];
    for (key, text) in typed {
        stage.keys("e");
        let Some(Overlay::Form(open)) = stage.state.overlays.last_mut() else {
            panic!("no form is open");
        };
        open.cursor = open
            .fields
            .iter()
            .position(|field| field.key == key)
            .unwrap();
        stage.keys("Ctrl-u");
        stage.text(text);
        let Some(Overlay::Form(open)) = stage.state.overlays.last_mut() else {
            panic!("no form is open");
        };
        open.cursor = 0;
        stage.keys("Ctrl-s");
        let Some(Overlay::Form(open)) = stage.state.overlays.last() else {
            panic!("{text} was taken");
        };
        assert_eq!(open.fields[open.cursor].key, key, "{:?}", open.refusal);
        assert!(open.refusal.is_some());
        stage.keys("Esc Esc");
    }
}

#[test]
fn enter_is_a_line_in_the_body_and_the_next_field_elsewhere() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    stage.keys("e Enter Enter");
    let cursor = |stage: &Stage| match stage.state.overlays.last() {
        Some(Overlay::Form(open)) => open.fields[open.cursor].key.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(cursor(&stage), "label:2");
    while cursor(&stage) != "body" {
        stage.keys("Tab");
    }
    stage.keys("Enter");
    stage.event(Event::Paste("Bye\nnow".to_owned()));
    stage.keys("Up");
    assert_eq!(cursor(&stage), "body");
    let Some(Overlay::Form(open)) = stage.state.overlays.last() else {
        panic!("no form is open");
    };
    assert!(open.value("body").unwrap().ends_with("\nBye\nnow"));
    stage.keys("Ctrl-z");
    stage.keys("Esc");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Form(_))
    ));
}

#[test]
fn a_newer_library_keeps_what_is_typed_and_the_entry_under_the_cursor() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    stage.keys("/");
    stage.text("note");
    stage.keys("Esc j");
    let under = |stage: &Stage| match stage.state.overlays.last() {
        Some(Overlay::Palette(list)) => list.selected().map(|entry| entry.label.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(under(&stage).as_deref(), Some("delivery_note · en"));
    let mut shelves = Shelves {
        templates: stage.state.library.templates.clone(),
        flows: stage.state.library.flows.clone(),
        usage: stage.state.library.usage.clone(),
    };
    let mut added = tracking(&stage);
    added.name = "a_note".to_owned();
    shelves.templates.insert(0, added);
    answer(&mut stage, ShelfAnswer::Now(shelves.clone()));
    assert_eq!(under(&stage).as_deref(), Some("delivery_note · en"));
    assert!(stage.screen().contains("a_note"), "{}", stage.screen());
    shelves.templates.clear();
    answer(&mut stage, ShelfAnswer::Now(shelves));
    assert_eq!(under(&stage), None);
    assert!(
        stage.screen().contains("No templates yet"),
        "{}",
        stage.screen()
    );
    stage.keys("e v D y Enter");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
}

#[test]
fn letters_are_keys_while_moving_and_text_while_typing() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    let context = |stage: &Stage| alertdesk::app::focus::key_context(&stage.state);
    assert_eq!(context(&stage), KeyContext::Library);
    stage.keys("/");
    assert_eq!(context(&stage), KeyContext::Palette);
    stage.text("eD");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
    stage.keys("Esc");
    assert_eq!(context(&stage), KeyContext::Library);
    stage.keys("Esc");
    assert!(stage.state.overlays.is_empty());
    // Whoever chooses types at once, and one Esc leaves.
    stage.keys("t");
    assert_eq!(context(&stage), KeyContext::Palette);
    stage.keys("Esc");
    assert!(stage.state.overlays.is_empty());
}

#[test]
fn hostile_names_and_notes_are_harmless() {
    let mut stage = used_library();
    let name = "evil\u{1b}[2J\u{202e}\nname";
    for template in &mut stage.state.library.templates {
        template.name = name.to_owned();
        template.note = name.to_owned();
        template.category = Some(name.to_owned());
        for place in &mut template.parameters {
            place.label = Some(name.to_owned());
        }
    }
    command(&mut stage, "templates");
    let first = stage.screen();
    stage.keys("e");
    let second = stage.screen();
    for screen in [first, second] {
        assert!(
            !screen.contains('\u{1b}') && !screen.contains('\u{202e}'),
            "{screen}"
        );
    }
}

/// A desk with Sara's conversation open.
async fn desk() -> Harness {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk
}

async fn open_list(desk: &mut Harness, command: &str) {
    desk.keys(":");
    desk.text(command);
    desk.keys("Enter");
    desk.until_idle().await;
}

fn to(desk: &Harness) -> String {
    let draft = desk.state.composer.draft.as_ref().expect("a draft is open");
    let field = draft.fields.iter().find(|field| field.id == FieldId::To);
    field.expect("it has recipients").text.text()
}

#[tokio::test]
async fn a_template_of_the_list_begins_a_draft_for_whoever_is_open_or_marked() {
    let mut desk = desk().await;
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("fitslo");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Composer);
    assert_eq!(to(&desk), "+447700900412");
    desk.text("Sara");
    desk.keys("Esc");
    desk.assert_shows("fitting_slots");

    // An open draft keeps its people and only takes another template.
    desk.keys("1 j");
    open_list(&mut desk, "templates").await;
    desk.keys("G Enter");
    desk.until_idle().await;
    assert_eq!(to(&desk), "+447700900412");

    let mut desk = self::desk().await;
    desk.keys("1 Space j Space");
    open_list(&mut desk, "templates").await;
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(to(&desk).matches("+4477009").count(), 2, "{}", to(&desk));
}

#[tokio::test]
async fn what_staff_give_a_template_is_kept_and_shown_in_the_open_draft() {
    let mut desk = desk().await;
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("order_tracking");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Esc");
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("order_tracking");
    desk.keys("Esc e Ctrl-u");
    desk.text("customer");
    desk.keys("Tab Ctrl-u");
    desk.text("there");
    desk.keys("Tab Ctrl-u");
    desk.text("parcel");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    desk.assert_shows("order_tracking en is saved.");
    let kept = desk.library().templates_named("order_tracking").unwrap();
    let place = kept[0].parameter_named("customer").unwrap();
    assert_eq!(
        (place.name.as_str(), place.fallback.as_deref()),
        ("1", Some("there"))
    );
    assert_eq!(kept[0].version, 1);
    let draft = desk.state.composer.draft.as_ref().unwrap();
    let open = draft.template.as_ref().unwrap();
    assert!(
        open.parameter_named("parcel").is_some(),
        "the draft has the new labels"
    );
}

#[tokio::test]
async fn a_template_goes_only_after_the_word_and_its_history_stays() {
    let mut desk = desk().await;
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("winter");
    desk.keys("Esc D");
    desk.advance(400);
    desk.text("yes");
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet");
    desk.keys("Esc");
    assert_eq!(
        desk.library()
            .templates_named("winter_hours")
            .unwrap()
            .len(),
        1
    );
    desk.keys("D");
    desk.advance(400);
    desk.text("remove");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("winter_hours en is out of the library.");
    desk.assert_shows("nothing has that name");
    let library = desk.library();
    assert!(library.templates_named("winter_hours").unwrap().is_empty());
    assert_eq!(
        library
            .template_versions("winter_hours", "en")
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_list_shows_what_others_did_and_what_was_queued() {
    let mut desk = desk().await;
    let library = desk.library();
    let mut template = library.templates_named("fitting_slots").unwrap().remove(0);
    template.note = "brought by a colleague".to_owned();
    library.insert_template(&template, desk.now).unwrap();
    library
        .put_flow(
            &Flow {
                name: "a_new_flow".to_owned(),
                key: "K1".to_owned(),
                required: Vec::new(),
            },
            desk.now,
        )
        .unwrap();
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("fitting");
    let row = |desk: &Harness| {
        let screen = desk.screen();
        let mut rows = screen.lines().filter(|line| line.contains("fitting_slots"));
        rows.next().expect("the template is listed").to_owned()
    };
    let words: Vec<String> = row(&desk).split_whitespace().map(str::to_owned).collect();
    let of_row = words
        .iter()
        .skip_while(|word| !word.contains("fitting_slots"));
    let of_row: Vec<&str> = of_row.map(String::as_str).collect();
    assert_eq!(
        of_row[1..8],
        ["en", "utility", "2", "0", "never", "2", "note"][..],
        "{of_row:?}"
    );

    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Sara");
    desk.keys("Tab");
    desk.text("Tue 27 Oct");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it is queued", |batch| batch.title == "fitting_slots")
        .await;
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("fitting");
    assert!(row(&desk).contains("  1  "), "{}", row(&desk));
    desk.keys("Esc Esc");
    open_list(&mut desk, "flows").await;
    desk.assert_shows("a_new_flow");
}

#[tokio::test]
async fn versions_of_a_template_are_read_from_the_record() {
    let mut desk = desk().await;
    let library = desk.library();
    let mut template = library.templates_named("delivery_note").unwrap().remove(1);
    template.components[0]["parameters"][0]["image"]["link"] =
        "https://img.fernoak.example/oil.jpg".into();
    template.parameters[0].default = Some("https://img.fernoak.example/oil.jpg".to_owned());
    library.insert_template(&template, desk.now).unwrap();
    open_list(&mut desk, "templates").await;
    desk.keys("/");
    desk.text("delivery en");
    desk.keys("Esc v");
    desk.until_idle().await;
    desk.assert_shows("Versions of delivery_note · en");
    desk.assert_shows("value header.link keeps");
    desk.assert_shows("- https://img.fernoak.example/door.jpg");
    desk.assert_shows("+ https://img.fernoak.example/oil.jpg");
    desk.keys("Esc y");
    desk.until_idle().await;
    let copied = desk.copied.last().unwrap();
    let payload: serde_json::Value = serde_json::from_str(copied).unwrap();
    assert_eq!(payload["name"], "delivery_note");
    assert_eq!(payload["language"]["code"], "en");
    assert!(!copied.contains("Sara"), "samples stay here: {copied}");
}

#[tokio::test]
async fn flows_are_added_changed_started_and_forgotten() {
    let mut desk = desk().await;
    open_list(&mut desk, "flows").await;
    desk.keys("a");
    desk.text("oil_reminder");
    desk.keys("Tab");
    desk.text("5C0F1E2D");
    desk.keys("Tab");
    desk.text("city, order");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    desk.assert_shows("The flow oil_reminder is saved.");
    let flow = |desk: &Harness| {
        let flows = desk.library().flows().unwrap();
        flows.into_iter().find(|flow| flow.name == "oil_reminder")
    };
    assert_eq!(flow(&desk).unwrap().required, ["city", "order"]);

    desk.keys("a");
    desk.text("oil_reminder");
    desk.keys("Tab");
    desk.text("OTHER");
    desk.keys("Ctrl-s");
    desk.assert_shows("There is a flow of that name");
    desk.keys("Esc Esc");
    assert_eq!(flow(&desk).unwrap().key, "5C0F1E2D");

    desk.keys("/");
    desk.text("oil");
    desk.keys("Esc e Ctrl-u");
    desk.text("6D0F1E2D");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    assert_eq!(flow(&desk).unwrap().key, "6D0F1E2D");
    desk.keys("v");
    desk.assert_shows("a flow has no versions");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(to(&desk), "+447700900412");
    desk.assert_shows("oil_reminder");

    desk.keys("Esc");
    open_list(&mut desk, "flows").await;
    desk.keys("/");
    desk.text("oil");
    desk.keys("Esc D");
    desk.advance(400);
    desk.text("remove");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(flow(&desk), None);
}

#[tokio::test]
async fn the_palette_finds_the_lists_by_what_they_do() {
    let mut desk = desk().await;
    desk.keys("Ctrl-p");
    desk.text(">look after the templates");
    desk.assert_shows(":templates");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("═ Templates ═");
    desk.keys("Esc Ctrl-p");
    desk.text(">look after the flows");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("═ Flows ═");
}

#[test]
fn a_change_of_another_version_leaves_the_open_draft_alone() {
    let mut stage = used_library();
    command(&mut stage, "templates");
    go_to(&mut stage, "order_tracking");
    stage.keys("Enter Esc");
    let before = stage.state.composer.draft.clone().unwrap().template;
    let mut newer = tracking(&stage);
    newer.version = 9;
    newer.parameters[0].label = Some("customer".to_owned());
    let change = LibraryChange::EditTemplate {
        name: newer.name.clone(),
        language: newer.language.clone(),
        edit: Box::default(),
    };
    let shelves = Shelves {
        templates: vec![newer],
        ..Shelves::default()
    };
    answer(&mut stage, ShelfAnswer::Changed(change, shelves));
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.template, before);
    let form = form::State::new(form::Subject::Flow(None), String::new(), Vec::new());
    assert_eq!(form.value("key"), None);
}
