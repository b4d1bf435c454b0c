//! Filling a template: values into places, and what is missing.

use super::{check_values, fill, rendered_body};
use crate::domain::Template;
use crate::domain::template::{Severity, import_json};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn template(components: &Value) -> Template {
    let payload = json!({"name": "oak_care", "language": {"code": "en_GB"},
        "components": components});
    import_json(&payload.to_string()).unwrap().template
}

fn greeting() -> Template {
    template(&json!([{"type": "body", "parameters": [
        {"type": "text", "text": "Asha"}, {"type": "text", "text": "12 August"}]}]))
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn rules(template: &Template, pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
    check_values(template, &values(pairs))
        .into_iter()
        .map(|problem| (problem.parameter, problem.rule))
        .collect()
}

#[test]
fn values_land_in_their_places() {
    let filled = fill(&greeting(), &values(&[("1", "Ben"), ("2", "13 August")])).unwrap();
    assert_eq!(
        filled,
        json!([{"type": "body", "parameters": [
        {"type": "text", "text": "Ben"}, {"type": "text", "text": "13 August"}]}])
    );
}

#[test]
fn the_sample_of_the_import_never_reaches_people() {
    let problems = fill(&greeting(), &values(&[("1", "Ben")])).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].parameter.as_str(), problems[0].rule),
        ("2", "missing")
    );
    assert!(!problems[0].text.contains("12 August"));
}

#[test]
fn a_name_the_template_does_not_have_is_a_problem() {
    let problems = rules(&greeting(), &[("1", "Ben"), ("2", "x"), ("3", "y")]);
    assert_eq!(problems, [("3".to_owned(), "unknown_parameter")]);
    let problem = &check_values(&greeting(), &values(&[("1", "a"), ("2", "b"), ("x", "")]))[0];
    assert!(problem.text.contains("it has 1, 2"), "{}", problem.text);
}

#[test]
fn an_offer_ends_at_a_number_and_a_link_keeps_its_import() {
    let template = template(&json!([
        {"type": "header", "parameters": [{"type": "image",
            "image": {"link": "https://media.fernoak.example/sale.jpg"}}]},
        {"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
            "limited_time_offer": {"expiration_time_ms": 1}}]}]));
    let filled = fill(&template, &values(&[("offer.expires", "1893488400000")])).unwrap();
    let place = "/1/parameters/0/limited_time_offer/expiration_time_ms";
    assert_eq!(filled.pointer(place), Some(&json!(1_893_488_400_000_i64)));
    assert_eq!(filled[0], template.components[0]);
    assert_eq!(
        rules(&template, &[]),
        [("offer.expires".to_owned(), "missing")]
    );
}

#[test]
fn a_body_is_measured_as_a_whole() {
    let (long, rest) = ("x".repeat(1000), "y".repeat(25));
    let pairs = [("1", long.as_str()), ("2", rest.as_str())];
    assert_eq!(
        rules(&greeting(), &pairs),
        [("body".to_owned(), "too_long")]
    );
    let shorter = [("1", long.as_str()), ("2", "y")];
    assert!(rules(&greeting(), &shorter).is_empty());
    let mut known = greeting();
    known.wording.body = Some(format!("Hi {{{{1}}}}, {}{{{{2}}}}", "z".repeat(20)));
    assert_eq!(rules(&known, &shorter), [("body".to_owned(), "too_long")]);
}

#[test]
fn a_one_time_code_is_short_and_the_same_twice() {
    let template = template(&json!([
        {"type": "body", "parameters": [{"type": "text", "text": "482913"}]},
        {"type": "button", "sub_type": "url", "index": 0,
         "parameters": [{"type": "text", "text": "482913"}]}]));
    assert!(rules(&template, &[("1", "12"), ("button.0", "12")]).is_empty());
    let differing = check_values(&template, &values(&[("1", "12"), ("button.0", "13")]));
    assert_eq!(differing[0].rule, "code_differs");
    assert_eq!(differing[0].severity, Severity::Error);
    assert!(fill(&template, &values(&[("1", "12"), ("button.0", "13")])).is_err());
    let long = "1234567890123456";
    assert_eq!(
        rules(&template, &[("1", long), ("button.0", long)]),
        [("1".to_owned(), "too_long")]
    );
}

#[test]
fn a_preview_shows_values_and_leaves_open_places_open() {
    let mut template = greeting();
    assert_eq!(rendered_body(&template, &values(&[])), None);
    template.wording.body = Some("Hi {{1}}, see you {{ 2 }}. {{".to_owned());
    assert_eq!(
        rendered_body(&template, &values(&[("1", "Ben")])).as_deref(),
        Some("Hi Ben, see you {{ 2 }}. {{")
    );
}

#[test]
fn a_damaged_template_is_refused() {
    let mut template = greeting();
    template.components = json!([]);
    let problems = fill(&template, &values(&[("1", "a"), ("2", "b")])).unwrap_err();
    assert_eq!(problems[0].rule, "template_damaged");
}

fn any_components() -> impl Strategy<Value = Value> {
    let text = |named: bool| {
        json!({"type": "text", "text": "sample",
        "parameter_name": if named { json!("first_name") } else { Value::Null }})
    };
    let part = prop_oneof![
        (0..4_usize).prop_map(move |n| json!({"type": "body", "parameters": vec![text(false); n]})),
        Just(json!({"type": "body", "parameters": [text(true)]})),
        Just(json!({"type": "header", "parameters": [{"type": "text", "text": "a"}]})),
        Just(
            json!({"type": "header", "parameters": [{"type": "document", "document":
            {"link": "https://media.fernoak.example/a.pdf", "filename": "a.pdf"}}]})
        ),
        (0..9_u8).prop_map(|index| json!({"type": "button", "sub_type": "quick_reply",
            "index": index.to_string(), "parameters": [{"type": "payload", "payload": "flow_A"}]})),
        (0..9_u8).prop_map(
            |index| json!({"type": "button", "sub_type": "url", "index": index,
            "parameters": [{"type": "text", "text": "a"}]})
        ),
    ];
    let parts = prop::collection::vec(part, 0..5);
    let cards = prop::collection::vec(parts.clone(), 0..3).prop_map(|cards| {
        let cards = cards.into_iter().map(|parts| json!({"components": parts}));
        json!({"type": "carousel", "cards": cards.collect::<Vec<_>>()})
    });
    (parts, prop::option::of(cards)).prop_map(|(mut parts, cards)| {
        parts.extend(cards);
        Value::from(parts)
    })
}

proptest! {
    #[test]
    fn filling_keeps_the_places(components in any_components(), value in "[a-z]{1,15}") {
        let template = template(&components);
        let values: BTreeMap<String, String> = template
            .parameters
            .iter()
            .filter(|parameter| !parameter.kind.keeps_imported_value())
            .map(|parameter| (parameter.name.clone(), value.clone()))
            .collect();
        let filled = fill(&template, &values).unwrap();
        let again = self::template(&filled);
        let names = |t: &Template| t.parameters.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
        prop_assert_eq!(names(&again), names(&template));
        for parameter in &again.parameters {
            let expected = values.get(&parameter.name).or(parameter.default.as_ref()).unwrap();
            prop_assert_eq!(filled.pointer(&parameter.pointer), Some(&json!(expected)));
        }
    }
}
