//! What helps to fill a field: what is known of the people, days and numbers as their language
//! writes them, the flows a quick reply can start. One list for every field, by what it takes.

use super::form::{DraftKind, Field, FieldId, Takes};
use super::state::Draft;
use crate::domain::Flow;
use crate::domain::day::{read_day, read_day_and_time};
use crate::text::{bidi, format, local, sanitize};
use jiff::civil::{Date, Weekday, time};
use jiff::{ToSpan, Zoned};
use std::collections::BTreeSet;

/// What an offer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Puts this text in the place of what stands there.
    Replaces(String),
    /// Puts this text where the caret is.
    Inserts(String),
    /// Asks what people without this attribute read.
    AsksFallback(String),
    /// Asks for a day, in this language; ISO without one.
    AsksDay(Option<String>),
    /// Asks for a number, for this language.
    AsksNumber(String),
    /// Asks when an offer ends.
    AsksExpiry,
    /// Asks what a quick reply stores, for the flow of this key.
    AsksPayload(String),
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `person`, `day`, `number`, `flow`.
    pub kind: &'static str,
    /// What it puts there, clean.
    pub label: String,
    /// What it is for.
    pub note: String,
    /// What it does.
    pub does: Does,
}

/// Everything that helps in the field under the cursor.
pub fn offers(draft: &Draft, flows: &[Flow], now: &Zoned) -> Vec<Offer> {
    let Some(field) = draft.field() else {
        return Vec::new();
    };
    match field.takes {
        Takes::Words => words(draft, now),
        Takes::Time => times(now),
        Takes::Expiry => expiries(now),
        Takes::Payload => flows.iter().map(payload).collect(),
        Takes::Link | Takes::Plain => plain(draft, field, now),
        Takes::Choice | Takes::Numbers => Vec::new(),
    }
}

fn words(draft: &Draft, now: &Zoned) -> Vec<Offer> {
    let mut offers = attributes(draft);
    offers.extend(days(&language(draft), now));
    let language = language(draft);
    offers.push(Offer {
        kind: "number",
        label: "a number with its groups".to_owned(),
        note: local::number("12000", &language).unwrap_or_default(),
        does: Does::AsksNumber(language),
    });
    offers
}

/// The language of the template; English where there is none.
fn language(draft: &Draft) -> String {
    let template = draft.template.as_ref().filter(|_| draft.takes_template());
    template.map_or_else(|| "en".to_owned(), |one| one.language.clone())
}

/// The attributes of the people addressed. Where each person gets a text of their own they are
/// placeholders; where one text goes to all, only what a single person has can stand there.
fn attributes(draft: &Draft) -> Vec<Offer> {
    let people = draft.addressed();
    let known: Vec<_> = people.iter().flatten().collect();
    let names = known.iter().flat_map(|person| {
        let own = person.attributes.keys().map(String::as_str);
        own.chain(person.name.as_deref().map(|_| "name"))
    });
    let names: BTreeSet<&str> = names.collect();
    let one_text_for_all = draft.kind == DraftKind::Broadcast;
    if one_text_for_all && people.len() != 1 {
        return Vec::new();
    }
    let offer = |name: &&str| {
        let values: Vec<&str> = known.iter().filter_map(|one| one.value(name)).collect();
        let first = sanitize::clean_line(values.first()?).into_owned();
        if one_text_for_all {
            return Some(Offer {
                kind: "person",
                label: format!("{}  {first}", sanitize::clean_line(name)),
                note: "as it is".to_owned(),
                does: Does::Inserts((*values.first()?).to_owned()),
            });
        }
        let everybody = values.len() == people.len();
        let note = match people.len() {
            1 => first,
            all => format!("{} of {} people", values.len(), format::count(all as u64)),
        };
        Some(Offer {
            kind: "person",
            label: sanitize::clean_line(&format!("{{{{{name}}}}}")).into_owned(),
            note,
            does: if everybody {
                Does::Inserts(format!("{{{{{name}}}}}"))
            } else {
                Does::AsksFallback((*name).to_owned())
            },
        })
    };
    // What people are called is what is wanted most.
    let (first, rest): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| **name == "name");
    first.iter().chain(&rest).filter_map(offer).collect()
}

fn days(language: &str, now: &Zoned) -> Vec<Offer> {
    let today = now.date();
    let named = [
        ("today", Some(today)),
        ("tomorrow", today.tomorrow().ok()),
        ("next Friday", today.nth_weekday(1, Weekday::Friday).ok()),
    ];
    let own = local::is_known(language);
    let day = |text: String, what: &str| Offer {
        kind: "day",
        label: format!("{what}  {}", bidi::apart(&text)),
        note: String::new(),
        does: Does::Inserts(text),
    };
    let days: Vec<(&str, Date)> = named
        .into_iter()
        .filter_map(|(what, date)| Some((what, date?)))
        .collect();
    let mut offers = Vec::new();
    if own {
        offers.extend(
            days.iter()
                .map(|(what, date)| day(local::date(*date, language), what)),
        );
        offers.push(Offer {
            kind: "day",
            label: "another day".to_owned(),
            note: "type it".to_owned(),
            does: Does::AsksDay(Some(language.to_owned())),
        });
    }
    offers.extend(days.iter().map(|(what, date)| day(date.to_string(), what)));
    offers.push(Offer {
        kind: "day",
        label: "another day as 2026-12-31".to_owned(),
        note: "type it".to_owned(),
        does: Does::AsksDay(None),
    });
    offers
}

fn times(now: &Zoned) -> Vec<Offer> {
    let today = now.date();
    let nine = time(9, 0, 0, 0);
    let ahead = [
        ("tomorrow", today.tomorrow().ok()),
        ("next Monday", today.nth_weekday(1, Weekday::Monday).ok()),
    ];
    let now = Offer {
        kind: "time",
        label: "now".to_owned(),
        note: String::new(),
        does: Does::Replaces("now".to_owned()),
    };
    let ahead = ahead.into_iter().filter_map(|(what, date)| {
        let text = date?
            .to_datetime(nine)
            .strftime("%Y-%m-%d %H:%M")
            .to_string();
        Some(Offer {
            kind: "time",
            label: format!("{what}  {text}"),
            note: String::new(),
            does: Does::Replaces(text),
        })
    });
    std::iter::once(now).chain(ahead).collect()
}

fn expiries(now: &Zoned) -> Vec<Offer> {
    let ends = [("tomorrow night", 1), ("in 7 days", 7), ("in 30 days", 30)];
    let ends = ends.into_iter().filter_map(|(what, days)| {
        let day = now.date().checked_add(days.days()).ok()?;
        let end = day.to_datetime(time(23, 59, 0, 0));
        let end = end.to_zoned(now.time_zone().clone()).ok()?;
        Some(Offer {
            kind: "time",
            label: format!("{what}  {}", end.strftime("%a %-d %b %Y %H:%M")),
            note: String::new(),
            does: Does::Replaces(end.timestamp().as_millisecond().to_string()),
        })
    });
    let typed = Offer {
        kind: "time",
        label: "another time".to_owned(),
        note: "type it".to_owned(),
        does: Does::AsksExpiry,
    };
    ends.chain(std::iter::once(typed)).collect()
}

fn payload(flow: &Flow) -> Offer {
    Offer {
        kind: "flow",
        label: sanitize::clean_line(&flow.name).into_owned(),
        note: "what it stores is asked".to_owned(),
        does: Does::AsksPayload(flow.key.clone()),
    }
}

fn plain(draft: &Draft, field: &Field, now: &Zoned) -> Vec<Offer> {
    if let Some(imported) = &field.imported {
        return vec![Offer {
            kind: "import",
            label: sanitize::clean_line(imported).into_owned(),
            note: "as imported".to_owned(),
            does: Does::Replaces(imported.clone()),
        }];
    }
    if field.id == FieldId::Title {
        days(&language(draft), now)
    } else {
        Vec::new()
    }
}

/// A typed day as text of this language; ISO without one.
///
/// # Errors
/// Why it is no day.
pub fn typed_day(text: &str, language: Option<&str>, now: &Zoned) -> Result<String, String> {
    let day = read_day(text, now.date())?;
    Ok(language.map_or_else(|| day.to_string(), |code| local::date(day, code)))
}

/// A typed local time as epoch milliseconds, with what it is for people.
///
/// # Errors
/// Why it is no time, or that it is past.
pub fn typed_expiry(text: &str, now: &Zoned) -> Result<(String, String), String> {
    let end = read_day_and_time(text, now.date(), time(23, 59, 0, 0))?;
    let zone = now.time_zone();
    let moment = zone.to_ambiguous_zoned(end);
    let moment = moment
        .unambiguous()
        .map_err(|_| format!("{end} is not one moment here: the clock is changed then"))?;
    if moment <= *now {
        return Err("that is past".to_owned());
    }
    let millis = moment.timestamp().as_millisecond().to_string();
    Ok((millis, format::planned(&moment)))
}

/// What a quick reply hands over: the flow, and one attribute with its value if one is typed as
/// `attribute=value`.
///
/// # Errors
/// What the platform could not read.
pub fn typed_payload(text: &str, key: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(format!("flow_{key}"));
    }
    let Some((attribute, value)) = text.split_once('=') else {
        return Err("write attribute=value, or nothing to only start the flow".to_owned());
    };
    let (attribute, value) = (attribute.trim(), value.trim());
    if attribute.is_empty() || value.is_empty() {
        return Err("write attribute=value, or nothing to only start the flow".to_owned());
    }
    if attribute.contains('|') || value.contains("||") {
        return Err("`||` cannot stand there: the platform reads it as the next part".to_owned());
    }
    Ok(format!("flow_{key}||data_{attribute}={value}"))
}

/// A placeholder with the text for people without the attribute.
///
/// # Errors
/// Signs that would end the placeholder.
pub fn typed_fallback(text: &str, attribute: &str) -> Result<String, String> {
    if text.contains(['{', '}', '|']) {
        return Err("the signs { } | cannot stand in it".to_owned());
    }
    if text.trim().is_empty() {
        return Err("some people have no value: they need a text".to_owned());
    }
    Ok(format!("{{{{{attribute}|{}}}}}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::{typed_day, typed_expiry, typed_fallback, typed_payload};
    use jiff::Zoned;

    fn now() -> Zoned {
        "2026-10-22T10:47[Europe/London]".parse().unwrap()
    }

    #[test]
    fn a_payload_is_built_from_a_flow_and_an_attribute() {
        assert_eq!(typed_payload("", "AB").unwrap(), "flow_AB");
        assert_eq!(
            typed_payload(" slot = fri_am ", "AB").unwrap(),
            "flow_AB||data_slot=fri_am"
        );
        assert!(typed_payload("slot=a||b", "AB").unwrap_err().contains("||"));
        assert!(typed_payload("slot", "AB").is_err());
        assert!(typed_payload("=x", "AB").is_err());
    }

    #[test]
    fn a_day_and_the_end_of_an_offer_are_typed_in_words() {
        assert_eq!(
            typed_day("next friday", Some("en"), &now()).unwrap(),
            "23 October 2026"
        );
        assert_eq!(typed_day("friday", None, &now()).unwrap(), "2026-10-23");
        let (millis, words) = typed_expiry("1 Jan 2030 09:00", &now()).unwrap();
        assert_eq!(millis, "1893488400000");
        assert!(words.starts_with("Tue 1 Jan 2030 09:00 London"), "{words}");
        assert!(typed_expiry("today 09:00", &now()).is_err());
        assert!(typed_expiry("25 Oct 01:30", &now()).is_err(), "twice");
    }

    #[test]
    fn a_fallback_is_a_text() {
        assert_eq!(typed_fallback("there", "name").unwrap(), "{{name|there}}");
        assert!(typed_fallback("", "name").is_err());
        assert!(typed_fallback("a}}b", "name").is_err());
    }
}
