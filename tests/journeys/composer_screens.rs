//! The composer in every kind, state and size. Read the pictures as its specification.

use crate::screens::{keep_sizes, keep_stage};
use crate::support::stage::{Stage, opening};
use alertdesk::contract::Event;
use alertdesk::domain::template::{ButtonKind, ButtonWording};
use alertdesk::theme::{Theme, ThemeOptions};
use jiff::SignedDuration;

fn command(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text(text);
    stage.keys("Enter");
}

/// A draft of this template for Sara, typing in its first empty value.
fn for_sara(template: &str) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("t");
    stage.text(template);
    stage.keys("Enter");
    stage
}

#[test]
fn a_template_with_every_part() {
    let mut stage = for_sara("delivery_note en");
    stage.text("88213");
    stage.keys("Tab");
    stage.text("Fri 23 Oct,     after 10:00");
    keep_sizes("composer__template_typing", &stage);
    stage.keys("Esc");
    stage.keys("2");
    keep_sizes("composer__template_beside_the_chat", &stage);
}

#[test]
fn plain_characters_and_no_colours_are_enough() {
    let mut stage = for_sara("autumn_sale");
    stage.text("20 %");
    stage.keys("Esc");
    stage.theme = Theme::built_in(&ThemeOptions {
        ascii: true,
        no_color: true,
        ..ThemeOptions::default()
    })
    .unwrap();
    let screen = stage.screen();
    let rows = screen.lines().skip(9);
    let composer = rows.map(|line| line.chars().skip(26).take(50).collect::<String>());
    let other: Vec<String> = composer.filter(|line| !line.is_ascii()).collect();
    assert!(other.is_empty(), "{other:?}");
    keep_stage("composer__ascii", &stage);
}

#[test]
fn a_template_whose_words_are_not_known() {
    let mut stage = Stage::furnished(120, 40);
    for template in &mut stage.state.library.templates {
        template.wording = alertdesk::domain::template::Wording::default();
        template.category = None;
    }
    stage.keys("t");
    stage.text("order_replacement");
    stage.keys("Enter");
    stage.text("88213");
    stage.keys("Esc");
    keep_stage("composer__words_unknown", &stage);
    stage.keys("e");
    stage.text("Hello {{1}}, order {{2}}\ncomes");
    keep_sizes("composer__words_are_written", &stage);
}

#[test]
fn a_message_from_right_to_left() {
    let mut stage = for_sara("delivery_note ar");
    stage.text("88213");
    stage.keys("Tab Ctrl-o");
    stage.text("friday");
    stage.keys("Enter");
    keep_sizes("composer__right_to_left", &stage);
}

#[test]
fn a_carousel_a_coupon_and_an_offer() {
    let mut stage = for_sara("new_arrivals");
    stage.text("Sara");
    stage.keys("Tab Tab");
    stage.text("Oak bench");
    stage.keys("Tab");
    stage.text("£240");
    keep_sizes("composer__carousel", &stage);
    let mut sale = for_sara("autumn_sale");
    sale.text("20 %");
    sale.keys("Esc G k");
    sale.keys("Enter");
    sale.text("OAK20");
    sale.keys("Esc g");
    keep_stage("composer__coupon_and_offer", &sale);
}

#[test]
fn a_body_of_the_full_length() {
    let mut stage = Stage::furnished(120, 40);
    for template in &mut stage.state.library.templates {
        if template.name == "fitting_slots" {
            let words = "A very long body that says everything twice. ".repeat(20);
            template.wording.body = Some(format!("{{{{1}}}} {{{{2}}}} {words}"));
            let label = |label: &str| ButtonWording {
                kind: ButtonKind::QuickReply,
                label: label.to_owned(),
                target: None,
            };
            template.wording.buttons = vec![label("One"), label("Two")];
        }
    }
    stage.keys("t");
    stage.text("fitting");
    stage.keys("Enter");
    stage.text(&"x".repeat(120));
    stage.keys("Esc");
    keep_stage("composer__body_too_long", &stage);
}

#[test]
fn a_broadcast_with_two_texts() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 Space Space");
    command(&mut stage, "broadcast new");
    stage.keys("j Enter");
    stage.text("Opening hours");
    stage.keys("Tab");
    stage.text("We open at eight.\nCome and see.");
    stage.keys("Tab");
    stage.text("Fern & Oak");
    keep_sizes("composer__broadcast_two_texts", &stage);
    stage.keys("Esc g j j j j l");
    keep_stage("composer__broadcast_with_a_template", &stage);
}

#[test]
fn a_csv_broadcast() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 Space Space");
    command(&mut stage, "broadcast new");
    stage.keys("g l j j Enter");
    stage.text("October fittings");
    stage.keys("Esc j Enter");
    stage.text("fitting");
    stage.keys("Enter Ctrl-o");
    stage.text("name");
    stage.keys("Enter Tab");
    stage.text("Tuesday");
    stage.keys("Esc");
    keep_sizes("composer__csv", &stage);
}

#[test]
fn a_flow() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 Space");
    command(&mut stage, "flow callback_offer");
    stage.text("88213");
    stage.keys("Tab");
    stage.text("morning");
    stage.keys("Tab");
    stage.text("shop=north");
    stage.keys("Tab");
    stage.text("no value");
    stage.keys("Esc");
    keep_sizes("composer__flow", &stage);
}

#[test]
fn raw_json() {
    let mut stage = for_sara("winter_hours");
    stage.keys("3 x");
    keep_sizes("composer__raw_json", &stage);
}

#[test]
fn helpers_and_questions() {
    let mut stage = for_sara("delivery_note en");
    stage.keys("Ctrl-o");
    keep_sizes("composer__helpers", &stage);
    stage.text("another");
    stage.keys("Enter");
    stage.text("in 2 weeks");
    keep_sizes("composer__a_day", &stage);
    stage.keys("Esc Esc G o Enter");
    stage.text("||");
    keep_stage("composer__payload_refused", &stage);
}

#[test]
fn the_list_of_drafts() {
    let mut stage = Stage::furnished(120, 40);
    for (template, days) in [("delivery_note en", 9), ("winter_hours", 2), ("fitting", 0)] {
        stage.now = opening() - SignedDuration::from_hours(days * 24);
        stage.keys("2 t");
        stage.text(template);
        stage.keys("Enter Esc");
    }
    stage.state.composer.shelf[0]
        .draft
        .as_mut()
        .unwrap()
        .profile = Some("paris".to_owned());
    stage.keys("3 D Down Enter");
    command(&mut stage, "broadcast new");
    stage.keys("Enter");
    stage.text("+447700900118, +447700900733");
    stage.keys("Esc d");
    keep_sizes("composer__drafts", &stage);
    stage.keys("Esc D");
    keep_stage("composer__discard", &stage);
}

#[test]
fn a_message_over_the_request() {
    let mut stage = for_sara("delivery_note en");
    stage.text("88213");
    stage.keys("Tab");
    stage.text("Friday");
    stage.keys("Esc");
    for (width, height) in [(80, 24), (40, 12)] {
        let mut small = stage.clone();
        small.event(Event::Resized(width, height));
        small.keys("3 p");
        keep_stage("composer__as_a_phone_shows_it", &small);
    }
}
