//! Checks that need more than one value, or the words around them: lengths of filled texts, whole
//! addresses of buttons, one-time codes. What is the same for every person is worked out once.

use super::fill::{Piece, split_places};
use super::rules::ParameterProblem;
use super::{ButtonKind, ButtonWording, ParameterKind, Template, TemplateParameter};

/// Most characters of a filled body (132005 beyond).
const BODY_CHARS: usize = 1024;
/// Most characters of a filled body beside a limited-time offer.
const OFFER_BODY_CHARS: usize = 600;
/// Most characters of a card's filled body.
const CARD_BODY_CHARS: usize = 160;
/// Most characters of a filled header.
const HEADER_CHARS: usize = 60;
/// Most characters of a button's whole address.
const URL_CHARS: usize = 2000;
/// Most characters of a one-time code.
const CODE_CHARS: usize = 15;

/// What is measured for each person.
#[derive(Debug, Clone)]
pub(super) struct Together {
    sums: Vec<Sum>,
    code: Option<Code>,
}

/// A text put together from words and values.
#[derive(Debug, Clone)]
struct Sum {
    /// The field its problems are about.
    field: String,
    /// How sentences call it.
    what: String,
    limit: usize,
    literal_chars: usize,
    /// Indexes of the parameters in it, once for each time they stand there.
    places: Vec<usize>,
}

/// A one-time code that stands in the body and in a button.
#[derive(Debug, Clone)]
struct Code {
    /// Index and name of the text.
    body: (usize, String),
    /// Index and name of the button's.
    button: (usize, String),
}

impl Together {
    pub(super) fn of(template: &Template) -> Self {
        let mut sums = vec![body_sum(template)];
        sums.extend(header_sum(template));
        sums.extend(card_sums(template));
        sums.extend(url_sums(template, &template.wording.buttons, ""));
        for (index, card) in template.wording.cards.iter().enumerate() {
            sums.extend(url_sums(template, &card.buttons, &format!("card.{index}.")));
        }
        Self {
            sums,
            code: one_time_code(template),
        }
    }

    pub(super) fn check<'v>(
        &self,
        value: &impl Fn(usize) -> Option<&'v str>,
    ) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        for sum in &self.sums {
            let values = sum.places.iter().filter_map(|place| value(*place));
            let length = sum.literal_chars + values.map(|text| text.chars().count()).sum::<usize>();
            if length > sum.limit {
                let text = format!(
                    "{} has {length} characters with these values, at most {} are allowed: shorten \
                     them",
                    sum.what, sum.limit
                );
                problems.push(ParameterProblem::error(&sum.field, "too_long", text));
            }
        }
        if let Some(code) = &self.code {
            code.check(value, &mut problems);
        }
        problems
    }
}

impl Code {
    fn check<'v>(
        &self,
        value: &impl Fn(usize) -> Option<&'v str>,
        problems: &mut Vec<ParameterProblem>,
    ) {
        let (Some(code), Some(repeated)) = (value(self.body.0), value(self.button.0)) else {
            return;
        };
        let (body, button) = (&self.body.1, &self.button.1);
        let mut error = |at, rule, text| problems.push(ParameterProblem::error(at, rule, text));
        if code.chars().count() > CODE_CHARS {
            error(
                body,
                "too_long",
                format!("the code has more than {CODE_CHARS} characters: shorten it"),
            );
        }
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-');
        if !code.chars().all(allowed) {
            let text = "the code has a sign that is no letter or digit: a one-time code takes no \
                        address, picture or emoji";
            error(body, "code_signs", text.to_owned());
        }
        if code != repeated {
            let text = "the codes of text and button differ: a one-time code is the same in both";
            error(button, "code_differs", text.to_owned());
        }
    }
}

fn index_of(template: &Template, name: &str) -> Option<usize> {
    let mut parameters = template.parameters.iter();
    parameters.position(|parameter| parameter.name == name)
}

/// Measures known words; their places are found by name, and by number within `prefix`.
fn sum_of_words(template: &Template, words: &str, prefix: &str) -> (usize, Vec<usize>) {
    let mut literal_chars = 0;
    let mut places = Vec::new();
    for piece in split_places(words) {
        match piece {
            Piece::Literal(text) => literal_chars += text.chars().count(),
            Piece::Place { name, .. } => {
                places.extend(index_of(template, &format!("{prefix}{name}")));
            }
        }
    }
    (literal_chars, places)
}

fn is_in_cards(parameter: &TemplateParameter) -> bool {
    parameter.pointer.contains("/cards/")
}

fn body_sum(template: &Template) -> Sum {
    let offer = |parameter: &TemplateParameter| parameter.kind == ParameterKind::OfferExpiry;
    let limit = if template.parameters.iter().any(offer) {
        OFFER_BODY_CHARS
    } else {
        BODY_CHARS
    };
    let (literal_chars, places) = match &template.wording.body {
        Some(words) => sum_of_words(template, words, ""),
        None => (0, texts(template, |parameter| !is_in_cards(parameter))),
    };
    Sum {
        field: "body".to_owned(),
        what: "the body".to_owned(),
        limit,
        literal_chars,
        places,
    }
}

/// Indexes of the body texts that fit.
fn texts(template: &Template, fits: impl Fn(&TemplateParameter) -> bool) -> Vec<usize> {
    let parameters = template.parameters.iter().enumerate();
    parameters
        .filter(|(_, parameter)| parameter.kind == ParameterKind::Text && fits(parameter))
        .map(|(index, _)| index)
        .collect()
}

/// The header with its words; without them its value alone is measured by its kind.
fn header_sum(template: &Template) -> Option<Sum> {
    let words = template.wording.header.as_deref()?;
    let (literal_chars, _) = sum_of_words(template, words, "");
    let parameters = template.parameters.iter().enumerate();
    let places: Vec<usize> = parameters
        .filter(|(_, p)| p.kind == ParameterKind::HeaderText && !is_in_cards(p))
        .map(|(index, _)| index)
        .collect();
    let field = template.parameters.get(*places.first()?)?.name.clone();
    Some(Sum {
        field,
        what: "the header".to_owned(),
        limit: HEADER_CHARS,
        literal_chars,
        places,
    })
}

fn card_sums(template: &Template) -> Vec<Sum> {
    let mut sums: Vec<Sum> = Vec::new();
    for (index, parameter) in template.parameters.iter().enumerate() {
        let in_card = is_in_cards(parameter) && parameter.kind == ParameterKind::Text;
        let Some(card) = card_of(&parameter.name).filter(|_| in_card) else {
            continue;
        };
        let field = format!("card.{card}.body");
        if let Some(sum) = sums.iter_mut().find(|sum| sum.field == field) {
            sum.places.push(index);
            continue;
        }
        sums.push(Sum {
            field,
            what: format!("the text of card {card}"),
            limit: CARD_BODY_CHARS,
            literal_chars: 0,
            places: vec![index],
        });
    }
    for (card, wording) in template.wording.cards.iter().enumerate() {
        let field = format!("card.{card}.body");
        let sum = sums.iter_mut().find(|sum| sum.field == field);
        if let (Some(sum), Some(words)) = (sum, &wording.body) {
            let (literal_chars, places) = sum_of_words(template, words, &format!("card.{card}."));
            (sum.literal_chars, sum.places) = (literal_chars, places);
        }
    }
    sums
}

/// The card's number in a name such as `card.2.1`.
fn card_of(name: &str) -> Option<&str> {
    let (card, _) = name.strip_prefix("card.")?.split_once('.')?;
    Some(card)
}

/// The whole address of each button that takes the end of one.
fn url_sums(template: &Template, buttons: &[ButtonWording], prefix: &str) -> Vec<Sum> {
    let buttons = buttons.iter().enumerate();
    buttons
        .filter(|(_, button)| button.kind == ButtonKind::Url)
        .filter_map(|(index, button)| {
            let name = format!("{prefix}button.{index}");
            let place = index_of(template, &name)?;
            let target = button.target.as_deref()?;
            let literal_chars = split_places(target)
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => text.chars().count(),
                    Piece::Place { .. } => 0,
                })
                .sum();
            Some(Sum {
                what: format!(
                    "the address of {}",
                    template.parameters.get(place)?.shown_name()
                ),
                field: name,
                limit: URL_CHARS,
                literal_chars,
                places: vec![place],
            })
        })
        .collect()
}

/// A code is the only text and repeated in the only button. Authentication templates have one;
/// where the category is not known, the same four to eight digits in both samples tell it.
fn one_time_code(template: &Template) -> Option<Code> {
    let [body, button] = template.parameters.as_slice() else {
        return None;
    };
    if (body.kind, button.kind) != (ParameterKind::Text, ParameterKind::ButtonText) {
        return None;
    }
    let certain = if let Some(category) = template.category.as_deref() {
        category.eq_ignore_ascii_case("authentication")
    } else {
        let sample = |parameter: &TemplateParameter| {
            template.components.pointer(&parameter.pointer)?.as_str()
        };
        let digits = |text: &&str| {
            (4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let code = sample(body).filter(digits);
        code.is_some() && sample(button) == code
    };
    certain.then(|| Code {
        body: (0, body.name.clone()),
        button: (1, button.name.clone()),
    })
}

#[cfg(test)]
mod tests;
