//! A template's own words: whether WhatsApp can have approved them, and whether they take the values
//! that the payload gives. They come from a person or from a description, so they may be wrong.

use super::{MOST_BUTTONS, MOST_CARD_BUTTONS, MOST_URLS, Shape, items, parameters, word};
use crate::domain::template::fill::{Piece, split_places};
use crate::domain::template::{ButtonKind, ButtonWording, Wording};
use serde_json::Value;
use std::collections::BTreeSet;

const LABEL_CHARS: usize = 25;
const FOOTER_CHARS: usize = 60;
const HEADER_CHARS: usize = 60;
const OFFER_CHARS: usize = 16;

impl Shape {
    /// Words that WhatsApp would not have approved, so that they cannot be the template's own.
    pub(super) fn words(&mut self, wording: &Wording) {
        let limited = [
            (wording.header.as_deref(), HEADER_CHARS, "header"),
            (wording.footer.as_deref(), FOOTER_CHARS, "footer"),
            (wording.offer.as_deref(), OFFER_CHARS, "offer"),
        ];
        for (words, most, what) in limited {
            if words.is_some_and(|words| literal_chars(words) > most) {
                self.warn(
                    "wording",
                    format!(
                        "the wording of the {what} has more than {most} characters: correct it"
                    ),
                );
            }
        }
        if wording
            .footer
            .as_deref()
            .is_some_and(|words| !places(words).is_empty())
        {
            self.warn(
                "wording",
                "the wording of the footer holds a value: a footer takes none, correct it"
                    .to_owned(),
            );
        }
        self.button_words(&wording.buttons, MOST_BUTTONS);
        for card in &wording.cards {
            self.button_words(&card.buttons, MOST_CARD_BUTTONS);
        }
    }

    fn button_words(&mut self, buttons: &[ButtonWording], most: usize) {
        let of = |kind: ButtonKind| buttons.iter().filter(|b| b.kind == kind).count();
        let too_many = buttons.len() > most
            || of(ButtonKind::Url) > MOST_URLS
            || of(ButtonKind::Phone) > 1
            || of(ButtonKind::CopyCode) > 1;
        if too_many {
            let text = format!(
                "the wording has too many buttons: at most {most}, of them {MOST_URLS} with an \
                 address, 1 with a number and 1 that copies a code"
            );
            self.warn("wording", text);
        }
        for button in buttons {
            let label = &button.label;
            if label.chars().count() > LABEL_CHARS {
                let text = format!(
                    "the button label {label} has more than {LABEL_CHARS} characters: correct it"
                );
                self.warn("wording", text);
            }
            let target = button.target.as_deref().unwrap_or_default();
            if !places(target).is_empty() && !target.trim_end().ends_with("}}") {
                let text = format!(
                    "the address of {label} takes its value in the middle: it stands at the end"
                );
                self.warn("wording", text);
            }
        }
    }

    /// Words and payload must take the same values (132000 else).
    pub(super) fn agree(&mut self, components: &[Value], wording: &Wording) {
        let of = |kind: &str| {
            let mut all = components.iter();
            all.find(|c| word(c, "type") == kind)
        };
        if let Some(words) = &wording.header {
            self.agree_on("header", words, of("header").map_or(&[], parameters));
        }
        if let Some(words) = &wording.body {
            self.agree_on("body", words, of("body").map_or(&[], parameters));
        }
        self.agree_on_buttons(components, &wording.buttons, "");
        let cards = of("carousel")
            .and_then(|c| c.get("cards"))
            .map_or(&[][..], items);
        if !wording.cards.is_empty() && wording.cards.len() != cards.len() {
            let text = format!(
                "the wording has {} cards and the payload {}: every card of the template is sent",
                wording.cards.len(),
                cards.len()
            );
            self.error("cards", text);
        }
        for (index, (card, words)) in cards.iter().zip(&wording.cards).enumerate() {
            let components = card.get("components").map_or(&[][..], items);
            if let Some(words) = &words.body {
                let body = components.iter().find(|c| word(c, "type") == "body");
                let what = format!("text of card {index}");
                self.agree_on(&what, words, body.map_or(&[], parameters));
            }
            self.agree_on_buttons(components, &words.buttons, &format!("card {index}: "));
        }
    }

    fn agree_on(&mut self, what: &str, words: &str, parameters: &[Value]) {
        let places = places(words);
        if places.len() != parameters.len() {
            let text = format!(
                "the wording of the {what} takes {} and the payload gives {} (132000): import the \
                 template again or correct its wording",
                values(places.len()),
                parameters.len()
            );
            self.error("count", text);
            return;
        }
        let numbers: Option<BTreeSet<usize>> =
            places.iter().map(|name| name.parse().ok()).collect();
        if let Some(numbers) = numbers
            && !numbers.iter().copied().eq(1..=places.len())
        {
            let text = format!(
                "the wording of the {what} counts its values with a gap: they are 1, 2, 3 … in the \
                 payload's order"
            );
            self.error("count", text);
        }
    }

    fn agree_on_buttons(&mut self, components: &[Value], buttons: &[ButtonWording], place: &str) {
        if buttons.is_empty() {
            return;
        }
        let sent = |index: usize| {
            let mut all = components.iter().filter(|c| word(c, "type") == "button");
            all.find(|b| b.get("index").and_then(Value::as_u64) == Some(index as u64))
        };
        for component in components.iter().filter(|c| word(c, "type") == "button") {
            let index = component.get("index").and_then(Value::as_u64);
            let at = index.and_then(|index| usize::try_from(index).ok());
            match at.and_then(|at| buttons.get(at)) {
                Some(button) if !fits(button.kind, &word(component, "sub_type")) => {
                    let text = format!(
                        "{place}the payload gives the button {} another kind of value than its \
                         wording says (132012): check the button's index",
                        button.label
                    );
                    self.error("button_kind", text);
                }
                Some(_) => {}
                None => self.error(
                    "button_index",
                    format!(
                        "{place}the payload gives a value to a button the wording does not have"
                    ),
                ),
            }
        }
        for (index, button) in buttons.iter().enumerate() {
            let target = button.target.as_deref().unwrap_or_default();
            let takes = !places(target).is_empty();
            let gives = sent(index).is_some_and(|b| !parameters(b).is_empty());
            if button.kind == ButtonKind::Url && button.target.is_some() && takes != gives {
                let (wants, has) = if takes {
                    ("takes", "gives none")
                } else {
                    ("takes no", "gives one")
                };
                let text = format!(
                    "{place}the address of {} {wants} value and the payload {has} (132000): import \
                     the template again or correct its wording",
                    button.label
                );
                self.error("count", text);
            }
        }
    }
}

fn values(count: usize) -> String {
    match count {
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    }
}

/// Which payloads fit a button. One-time codes are sent as the end of an address.
fn fits(kind: ButtonKind, sub_type: &str) -> bool {
    match kind {
        ButtonKind::QuickReply => sub_type == "quick_reply",
        ButtonKind::Url => sub_type == "url",
        ButtonKind::Phone => false,
        ButtonKind::CopyCode => matches!(sub_type, "copy_code" | "url"),
        ButtonKind::Other => true,
    }
}

/// The different places in words, by name.
fn places(words: &str) -> BTreeSet<&str> {
    let pieces = split_places(words).into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Place { name, .. } => Some(name),
            Piece::Literal(_) => None,
        })
        .collect()
}

fn literal_chars(words: &str) -> usize {
    let pieces = split_places(words).into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Literal(text) => text.chars().count(),
            Piece::Place { .. } => 0,
        })
        .sum()
}
