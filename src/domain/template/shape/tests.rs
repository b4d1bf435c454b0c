//! Templates that cannot be right, by rule.

use super::check_shape;
use crate::domain::Template;
use crate::domain::template::{ButtonKind, ButtonWording, CardWording, Severity, import_json};
use rstest::rstest;
use serde_json::{Value, json};

fn template(name: &str, components: &Value) -> Template {
    let payload = json!({"name": name, "language": {"code": "en"}, "components": components});
    import_json(&payload.to_string()).unwrap().template
}

fn body(texts: usize) -> Value {
    json!({"type": "body", "parameters": vec![json!({"type": "text", "text": "x"}); texts]})
}

fn quick_reply(index: &Value) -> Value {
    json!({"type": "button", "sub_type": "quick_reply", "index": index,
        "parameters": [{"type": "payload", "payload": "flow_A"}]})
}

fn url(index: u64) -> Value {
    json!({"type": "button", "sub_type": "url", "index": index,
        "parameters": [{"type": "text", "text": "a"}]})
}

fn coupon(index: u64) -> Value {
    json!({"type": "button", "sub_type": "copy_code", "index": index,
        "parameters": [{"type": "coupon_code", "coupon_code": "A"}]})
}

fn card(index: u64, parts: &[Value]) -> Value {
    json!({"card_index": index, "components": parts})
}

fn carousel(cards: &[Value]) -> Value {
    json!([{"type": "carousel", "cards": cards}])
}

fn errors(template: &Template) -> Vec<&'static str> {
    let problems = check_shape(template);
    for problem in &problems {
        assert_eq!(problem.parameter, "template");
    }
    let errors = problems.iter().filter(|p| p.severity == Severity::Error);
    errors.map(|problem| problem.rule).collect()
}

fn warnings(template: &Template) -> Vec<&'static str> {
    let problems = check_shape(template);
    let warnings = problems.iter().filter(|p| p.severity == Severity::Warning);
    warnings.map(|problem| problem.rule).collect()
}

fn button(kind: ButtonKind, label: &str, target: Option<&str>) -> ButtonWording {
    ButtonWording {
        kind,
        label: label.to_owned(),
        target: target.map(str::to_owned),
    }
}

#[rstest]
#[case(json!([]), &[])]
#[case(json!([body(2), quick_reply(&json!(1)), url(0)]), &[])]
#[case(json!([body(1), body(1)]), &["count"])]
#[case(json!([{"type": "header", "parameters": [
    {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]), &["count"])]
#[case(json!([{"type": "button", "sub_type": "url", "index": 0, "parameters": [
    {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]), &["count"])]
#[case(json!([quick_reply(&json!(0)), quick_reply(&json!(0))]), &["button_index"])]
#[case(json!([quick_reply(&json!(10))]), &["button_index"])]
#[case(json!([quick_reply(&Value::Null)]), &["button_index"])]
#[case(json!([url(0), url(1), url(2)]), &["buttons"])]
#[case(json!([coupon(0), coupon(1)]), &["buttons"])]
#[case(json!([{"type": "body", "parameters": [
    {"type": "text", "parameter_name": "a", "text": "x"}, {"type": "text", "text": "y"}]}]),
    &["mixed_names"])]
#[case(carousel(&[card(0, &[body(1)]), card(1, &[body(1)])]), &[])]
#[case(carousel(&[card(0, &[body(1)])]), &["cards"])]
#[case(carousel(&[card(0, &[body(1)]), card(2, &[body(1)])]), &["cards"])]
#[case(carousel(&[card(0, &[body(1)]), card(1, &[body(2)])]), &["cards_differ"])]
#[case(carousel(&[card(0, &[url(0)]), card(1, &[quick_reply(&json!(0))])]), &["cards_differ"])]
#[case(carousel(&[card(0, &[url(0), url(1), quick_reply(&json!(2))]),
    card(1, &[url(0), url(1), quick_reply(&json!(2))])]),
    &["buttons", "button_index", "buttons", "button_index"])]
fn a_payload_that_whatsapp_refuses_is_an_error(
    #[case] components: Value,
    #[case] expected: &[&str],
) {
    assert_eq!(errors(&template("care", &components)), expected);
}

#[test]
fn eleven_buttons_or_cards_are_too_many() {
    let buttons: Vec<Value> = (0..11).map(|index| quick_reply(&json!(index))).collect();
    let found = errors(&template("care", &Value::from(buttons)));
    assert_eq!(found, ["buttons", "button_index"]);
    let cards: Vec<Value> = (0..11).map(|index| card(index, &[body(1)])).collect();
    assert_eq!(errors(&template("care", &carousel(&cards))), ["cards"]);
}

#[rstest]
#[case("order_update_2", &[])]
#[case("OrderUpdate", &["template_name"])]
#[case("order update", &["template_name"])]
#[case(&"x".repeat(513), &["template_name"])]
fn an_unusual_name_is_worth_a_look(#[case] name: &str, #[case] expected: &[&str]) {
    assert_eq!(warnings(&template(name, &json!([]))), expected);
}

#[test]
fn names_of_values_are_plain() {
    let named = json!([{"type": "body", "parameters": [
        {"type": "text", "parameter_name": "First Name", "text": "x"}]}]);
    assert_eq!(warnings(&template("care", &named)), ["parameter_name"]);
}

#[rstest]
#[case("Hi {{1}}, see you {{2}}", 2, &[])]
#[case("Hi {{1}} and again {{1}}", 1, &[])]
#[case("Hi {{1}}", 2, &["count"])]
#[case("Hi {{1}} {{2}}", 1, &["count"])]
#[case("Hi {{1}} {{3}}", 2, &["count"])]
#[case("Hi {{first_name}}", 1, &[])]
fn words_and_payload_take_the_same_values(
    #[case] words: &str,
    #[case] given: usize,
    #[case] expected: &[&str],
) {
    let mut template = template("care", &json!([body(given)]));
    template.wording.body = Some(words.to_owned());
    assert_eq!(errors(&template), expected);
}

#[test]
fn a_button_of_the_payload_is_the_one_of_the_words() {
    let mut template = template("care", &json!([url(1)]));
    let target = Some("https://fernoak.example/o/{{1}}");
    template.wording.buttons = vec![
        button(ButtonKind::Phone, "Call us", Some("+447700900412")),
        button(ButtonKind::Url, "Track", target),
    ];
    assert_eq!(errors(&template), Vec::<&str>::new());
    template.wording.buttons.swap(0, 1);
    assert_eq!(errors(&template), ["button_kind", "count"]);
    template.wording.buttons.truncate(1);
    assert_eq!(errors(&template), ["button_index", "count"]);
    template.wording.buttons = vec![
        button(ButtonKind::QuickReply, "Yes", None),
        button(ButtonKind::Url, "Shop", Some("https://fernoak.example")),
    ];
    assert_eq!(errors(&template), ["count"]);
}

#[test]
fn a_code_is_sent_as_the_end_of_an_address() {
    let mut template = template("otp", &json!([body(1), url(0)]));
    template.wording.buttons = vec![button(ButtonKind::CopyCode, "Copy code", None)];
    assert_eq!(errors(&template), Vec::<&str>::new());
}

#[test]
fn every_card_of_the_words_is_sent() {
    let mut template = template(
        "care",
        &carousel(&[card(0, &[body(1)]), card(1, &[body(1)])]),
    );
    let words = |text: &str| CardWording {
        body: Some(text.to_owned()),
        buttons: Vec::new(),
    };
    template.wording.cards = vec![words("{{1}}"), words("{{1}}")];
    assert_eq!(errors(&template), Vec::<&str>::new());
    template.wording.cards[1] = words("none");
    assert_eq!(errors(&template), ["count"]);
    template.wording.cards.push(words("{{1}}"));
    assert_eq!(errors(&template), ["cards", "count"]);
}

#[test]
fn words_that_were_never_approved_are_worth_a_look() {
    let mut template = template("care", &json!([]));
    let wording = &mut template.wording;
    wording.header = Some("x".repeat(61));
    wording.footer = Some(format!("{}{{{{1}}}}", "x".repeat(61)));
    wording.offer = Some("x".repeat(17));
    wording.buttons = vec![
        button(ButtonKind::QuickReply, &"x".repeat(26), None),
        button(ButtonKind::Phone, "a", None),
        button(ButtonKind::Phone, "b", None),
    ];
    assert_eq!(warnings(&template), ["wording"; 6]);
    template.wording.header = Some("x".repeat(60));
    template.wording.footer = Some("x".repeat(60));
    template.wording.offer = Some("x".repeat(16));
    template.wording.buttons = vec![button(ButtonKind::QuickReply, &"x".repeat(25), None)];
    assert_eq!(warnings(&template), Vec::<&str>::new());
}
