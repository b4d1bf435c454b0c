//! Shows that each rule finds what it looks for, on small wrong snippets, and leaves right ones
//! alone.

use crate::rules;
use crate::scan::{Source, blanked, has_word};
use rstest::rstest;

type Rule = fn(&[Source]) -> Vec<String>;

fn sixty_one_lines(files: &[Source]) -> Vec<String> {
    rules::function_lengths(files, 3, &[])
}

#[rstest]
#[case::outer_module(rules::dependency_direction, "src/api/x.rs", "use crate::app::State;")]
#[case::sandbox(
    rules::dependency_direction,
    "src/sandbox/x.rs",
    "use crate::domain::User;"
)]
#[case::in_a_path(
    rules::dependency_direction,
    "src/text/x.rs",
    "fn f() { crate::theme::g(); }"
)]
#[case::braces(
    rules::dependency_direction,
    "src/app/x.rs",
    "use crate::{domain, text};"
)]
#[case::through_super(rules::dependency_direction, "src/api/x.rs", "use super::super::app;")]
#[case::new_module(rules::dependency_direction, "src/other/x.rs", "fn f() {}")]
#[case::pane(
    rules::panes_are_strangers,
    "src/panes/activity/x.rs",
    "use crate::panes::conversation::X;"
)]
#[case::task(rules::purity, "src/app/x.rs", "tokio::spawn(async {});")]
#[case::clock(rules::purity, "src/panes/a/x.rs", "let now = Timestamp::now();")]
#[case::file(rules::purity, "src/domain/x.rs", "use std::fs;")]
#[case::chance(rules::purity, "src/overlays/x.rs", "fastrand::u8(..);")]
#[case::screen(
    rules::drawing_stays_above,
    "src/store/x.rs",
    "use ratatui::text::Line;"
)]
#[case::key(rules::key_codes, "src/app/x.rs", "KeyCode::Enter => {}")]
#[case::colour(rules::colours, "src/panes/a/x.rs", "use ratatui::style::Color;")]
#[case::swallowed(rules::no_shortcuts, "src/app/x.rs", "let _ = send();")]
#[case::unwrap(rules::no_shortcuts, "src/app/x.rs", "let a = b.unwrap();")]
#[case::panic(rules::no_shortcuts, "src/app/x.rs", "panic!();")]
#[case::long(sixty_one_lines, "src/app/x.rs", "pub(super) async fn f() {\n\n\n}")]
#[case::no_file_doc(rules::file_docs, "src/app/x.rs", "use a::b;")]
#[case::no_doc(rules::public_docs, "src/app/x.rs", "//! X.\n\npub fn f() {}")]
#[case::doc_elsewhere(
    rules::public_docs,
    "src/app/x.rs",
    "/// Y.\nfn g() {}\n#[must_use]\npub fn f() {}"
)]
#[case::second_client(rules::http_clients, "src/api/x.rs", "reqwest::Client::builder()")]
#[case::client_elsewhere(rules::http_clients, "src/outbox/x.rs", "use reqwest::Client;")]
#[case::redirect(rules::http_clients, "src/api/x.rs", ".redirect(Policy::limited(3))")]
fn a_wrong_snippet_is_found(#[case] rule: Rule, #[case] path: &str, #[case] text: &str) {
    let found = rule(&[Source::new(path, text)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(path));
}

#[rstest]
#[case::inner_module(
    rules::dependency_direction,
    "src/app/x.rs",
    "use crate::domain::User;"
)]
#[case::comment(rules::dependency_direction, "src/api/x.rs", "// as crate::app does")]
#[case::in_quotes(rules::no_shortcuts, "src/app/x.rs", "let a = \"b.unwrap()\";")]
#[case::raw_quotes(rules::no_shortcuts, "src/app/x.rs", "let a = r#\"\" panic!()\"#;")]
#[case::in_a_test(
    rules::no_shortcuts,
    "src/app/x.rs",
    "#[cfg(test)]\nmod tests {\n fn f() { a.unwrap(); }\n}"
)]
#[case::setting(rules::colours, "src/settings/x.rs", "Color::None => {}")]
#[case::longer_word(rules::purity, "src/app/x.rs", "struct Instantly;")]
#[case::attribute_between(
    rules::public_docs,
    "src/app/x.rs",
    "/// Y.\n#[expect(\n    x,\n    reason = \"z\"\n)]\npub fn f() {}"
)]
#[case::short(sixty_one_lines, "src/app/x.rs", "fn f() {\n\n}\n\nfn g() {\n}")]
#[case::chrome(
    rules::panes_are_strangers,
    "src/panes/activity/x.rs",
    "use crate::panes::chrome::Edges;"
)]
fn a_right_snippet_is_left_alone(#[case] rule: Rule, #[case] path: &str, #[case] text: &str) {
    let found = rule(&[Source::new(path, text)]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn code_after_a_test_module_counts_again() {
    let text = "#[cfg(test)]\nmod tests {\n    fn f() { a.unwrap(); }\n}\nfn g() { b.unwrap(); }";
    let found = rules::no_shortcuts(&[Source::new("src/app/x.rs", text)]);
    assert_eq!(found, ["src/app/x.rs:5: `.unwrap()` outside tests"]);
}

#[test]
fn blanking_keeps_lines_and_code_and_nothing_else() {
    let text = "a('\"', '\\'', \"x // y\") /* b /* c */ d\n */ e<'f>(r\"\\\") // g\nh";
    let lines: Vec<String> = blanked(text)
        .lines()
        .map(|line| line.replace(' ', ""))
        .collect();
    assert_eq!(lines, ["a(,,)", "e<'f>()", "h"]);
}

#[test]
fn words_have_borders() {
    assert!(has_word("x.spawn(y)", "spawn("));
    assert!(!has_word("respawn(y)", "spawn("));
    assert!(has_word("a.unwrap()", ".unwrap()"));
}
