//! Whether a template itself can be right: its name, how many values, buttons and cards it takes,
//! and whether its payload and its words agree. Values are not looked at here.

mod words;

use super::Template;
use super::rules::ParameterProblem;
use serde_json::Value;
use std::collections::BTreeSet;

/// The field that problems of a template as a whole are about.
const FIELD: &str = "template";
const NAME_CHARS: usize = 512;
const MOST_BUTTONS: usize = 10;
const MOST_CARD_BUTTONS: usize = 2;
const MOST_URLS: usize = 2;
const CARDS: std::ops::RangeInclusive<usize> = 2..=10;

/// What is wrong with a template whatever its values are. Rules: `template_name`,
/// `parameter_name`, `mixed_names`, `count`, `buttons`, `button_index`, `button_kind`, `cards`,
/// `cards_differ`; for words that cannot be the template's own: `wording`.
///
/// Errors are about what would leave, warnings about names and words.
pub fn check_shape(template: &Template) -> Vec<ParameterProblem> {
    let mut shape = Shape::default();
    shape.name(&template.name);
    let components = items(&template.components);
    shape.components(components, "");
    shape.names(components);
    shape.words(&template.wording);
    shape.agree(components, &template.wording);
    shape.problems
}

#[derive(Default)]
struct Shape {
    problems: Vec<ParameterProblem>,
}

impl Shape {
    fn error(&mut self, rule: &'static str, text: String) {
        self.problems
            .push(ParameterProblem::error(FIELD, rule, text));
    }

    fn warn(&mut self, rule: &'static str, text: String) {
        self.problems
            .push(ParameterProblem::warning(FIELD, rule, text));
    }

    fn name(&mut self, name: &str) {
        if !is_plain_name(name) || name.chars().count() > NAME_CHARS {
            self.warn(
                "template_name",
                format!(
                    "the template's name {name} is unusual: names have lower-case letters, digits \
                     and underscores only, check it in the panel"
                ),
            );
        }
    }

    /// Counts within a message or a card; `place` is empty or `card 2: `.
    fn components(&mut self, components: &[Value], place: &str) {
        for kind in ["header", "body", "carousel", "limited_time_offer"] {
            let count = components
                .iter()
                .filter(|c| word(c, "type") == kind)
                .count();
            if count > 1 {
                self.error(
                    "count",
                    format!("{place}there are {count} parts of type {kind}: a template has one"),
                );
            }
        }
        for header in components.iter().filter(|c| word(c, "type") == "header") {
            if parameters(header).len() > 1 {
                self.error(
                    "count",
                    format!("{place}the header takes more than one value: it has one at most"),
                );
            }
        }
        self.buttons(components, place);
        for carousel in components.iter().filter(|c| word(c, "type") == "carousel") {
            self.cards(carousel.get("cards").map_or(&[], items));
        }
    }

    fn buttons(&mut self, components: &[Value], place: &str) {
        let buttons = || components.iter().filter(|c| word(c, "type") == "button");
        let most = if place.is_empty() {
            MOST_BUTTONS
        } else {
            MOST_CARD_BUTTONS
        };
        let of = |kind: &str| buttons().filter(|b| word(b, "sub_type") == kind).count();
        let counts = [
            (buttons().count(), most, "buttons"),
            (of("url"), MOST_URLS, "buttons with an address"),
            (of("copy_code"), 1, "buttons that copy a code"),
        ];
        for (count, most, what) in counts {
            if count > most {
                self.error(
                    "buttons",
                    format!("{place}there are {count} {what}: at most {most} are allowed"),
                );
            }
        }
        let mut seen = BTreeSet::new();
        for button in buttons() {
            let index = button.get("index").and_then(Value::as_u64);
            if index.is_none_or(|index| index >= most as u64 || !seen.insert(index)) {
                self.error(
                    "button_index",
                    format!(
                        "{place}the index of a button is missing, too high or there twice: buttons \
                         count from 0, those without a value too"
                    ),
                );
            }
            if word(button, "sub_type") == "url" && parameters(button).len() > 1 {
                self.error(
                    "count",
                    format!("{place}a button's address takes more than one value: one at its end"),
                );
            }
        }
    }

    fn cards(&mut self, cards: &[Value]) {
        if !CARDS.contains(&cards.len()) {
            self.error(
                "cards",
                format!("a carousel of {}: it has 2 to 10 cards", cards.len()),
            );
        }
        let in_order = cards.iter().enumerate().all(|(position, card)| {
            let index = card.get("card_index").and_then(Value::as_u64);
            index == Some(position as u64)
        });
        if !in_order {
            self.error(
                "cards",
                "the cards are not numbered 0, 1, 2 … in order: every card of the template is sent"
                    .to_owned(),
            );
        }
        let mut structures = cards.iter().map(structure);
        let first = structures.next();
        if structures.any(|other| first.as_ref().is_some_and(|first| *first != other)) {
            self.error(
                "cards_differ",
                "the cards have different parts: every card has the same header kind, values and \
                 buttons"
                    .to_owned(),
            );
        }
        for (position, card) in cards.iter().enumerate() {
            let components = card.get("components").map_or(&[][..], items);
            self.components(components, &format!("card {position}: "));
        }
    }

    /// Named values: all or none, in plain letters.
    fn names(&mut self, components: &[Value]) {
        for body in components.iter().filter(|c| word(c, "type") == "body") {
            let names = || {
                let all = parameters(body).iter();
                all.filter_map(|one| one.get("parameter_name")?.as_str())
            };
            let count = names().count();
            if count > 0 && count < parameters(body).len() {
                self.error(
                    "mixed_names",
                    "some values of the body have names and some have none: all or none".to_owned(),
                );
            }
            for name in names().filter(|name| !is_plain_name(name)) {
                let text = format!(
                    "the value name {name} is unusual: names have lower-case letters, digits and \
                     underscores only"
                );
                self.warn("parameter_name", text);
            }
        }
    }
}

/// The parts of a card without their values: `header image`, `body text text`, `button url`.
fn structure(card: &Value) -> Vec<String> {
    let components = card.get("components").map_or(&[][..], items).iter();
    components
        .map(|component| {
            let mut parts = vec![
                word(component, "type"),
                word(component, "sub_type"),
                component
                    .get("index")
                    .map_or_else(String::new, Value::to_string),
            ];
            parts.extend(parameters(component).iter().map(|one| word(one, "type")));
            parts.join(" ")
        })
        .collect()
}

fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.chars().all(plain)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn parameters(component: &Value) -> &[Value] {
    component.get("parameters").map_or(&[], items)
}

/// A word of the grammar in lower case; empty if there is none.
fn word(value: &Value, key: &str) -> String {
    let word = value.get(key).and_then(Value::as_str);
    word.unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests;
