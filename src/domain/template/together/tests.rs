//! Values that are fine alone and too much together.

use super::Together;
use crate::domain::Template;
use crate::domain::template::{ButtonKind, ButtonWording, CardWording, import_json};
use rstest::rstest;
use serde_json::{Value, json};

fn template(components: &Value) -> Template {
    let payload = json!({"name": "care", "language": {"code": "en"}, "components": components});
    import_json(&payload.to_string()).unwrap().template
}

fn found(template: &Template, values: &[&str]) -> Vec<(String, &'static str)> {
    let problems = Together::of(template).check(&|index| values.get(index).copied());
    problems
        .into_iter()
        .map(|p| (p.parameter, p.rule))
        .collect()
}

fn text() -> Value {
    json!({"type": "text", "text": "x"})
}

#[test]
fn a_body_beside_an_offer_is_shorter() {
    let offer = json!([{"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
        "limited_time_offer": {"expiration_time_ms": 1}}]}, {"type": "body", "parameters": [text()]}]);
    let template = template(&offer);
    let values = |length| ["1893488400000".to_owned(), "x".repeat(length)];
    let check = |length| {
        let values = values(length);
        found(&template, &[&values[0], &values[1]])
    };
    assert!(check(600).is_empty());
    assert_eq!(check(601), [("body".to_owned(), "too_long")]);
}

#[test]
fn the_text_of_each_card_is_measured_by_itself() {
    let card = |index: u64| {
        json!({"card_index": index, "components": [{"type": "body",
        "parameters": [text(), text()]}]})
    };
    let mut template = template(&json!([{"type": "carousel", "cards": [card(0), card(1)]}]));
    let (half, more) = ("x".repeat(80), "x".repeat(81));
    assert!(found(&template, &[&half, &half, &half, &half]).is_empty());
    let second = [("card.1.body".to_owned(), "too_long")];
    assert_eq!(found(&template, &[&half, &half, &half, &more]), second);
    template.wording.cards = vec![
        CardWording::default(),
        CardWording {
            body: Some("{{1}} and {{2}}".to_owned()),
            buttons: Vec::new(),
        },
    ];
    assert_eq!(found(&template, &[&half, &half, &half, &half]), second);
}

#[test]
fn a_header_and_an_address_are_measured_with_their_words() {
    let mut template = template(&json!([
        {"type": "header", "parameters": [text()]},
        {"type": "button", "sub_type": "url", "index": 0, "parameters": [text()]}]));
    template.wording.header = Some("Order {{1}} of Fernoak".to_owned());
    template.wording.buttons = vec![ButtonWording {
        kind: ButtonKind::Url,
        label: "Track".to_owned(),
        target: Some("https://fernoak.example/{{1}}".to_owned()),
    }];
    let (header, end) = ("x".repeat(43), "x".repeat(1976));
    assert!(found(&template, &[&header, &end]).is_empty());
    let (header, end) = ("x".repeat(44), "x".repeat(1977));
    let too_long = |field: &str| (field.to_owned(), "too_long");
    assert_eq!(
        found(&template, &[&header, &end]),
        [too_long("header.1"), too_long("button.0")]
    );
}

#[rstest]
#[case("482913", "482913", &[])]
#[case("AB 12-9", "AB 12-9", &[])]
#[case("1234567890123456", "1234567890123456", &["too_long"])]
#[case("482913", "482914", &["code_differs"])]
#[case("bit.ly/x", "bit.ly/x", &["code_signs"])]
#[case("12\u{1f600}", "12\u{1f600}", &["code_signs"])]
fn a_code_is_short_plain_and_the_same_twice(
    #[case] body: &str,
    #[case] button: &str,
    #[case] expected: &[&str],
) {
    let mut template = template(&json!([
        {"type": "body", "parameters": [text()]},
        {"type": "button", "sub_type": "url", "index": 0, "parameters": [text()]}]));
    assert!(
        found(&template, &[body, button]).is_empty(),
        "no sign that it is a code"
    );
    template.category = Some("authentication".to_owned());
    let rules: Vec<&str> = found(&template, &[body, button])
        .into_iter()
        .map(|p| p.1)
        .collect();
    assert_eq!(rules, expected);
    template.category = Some("utility".to_owned());
    assert!(found(&template, &[body, button]).is_empty());
}
