//! Places in a text of a description, and the samples that come with it.

use super::super::json_path::JsonPath;
use super::super::payload::PartError;
use crate::domain::template::placeholders;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A place of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// `{{1}}`
    Number(usize),
    /// `{{first_name}}`
    Name(String),
}

/// The different places of a text in the order in which values are given: numbers from 1, or names
/// as they come.
pub(super) fn places(text: &str, path: &JsonPath) -> Result<Vec<Place>, PartError> {
    let mut seen = HashSet::new();
    let mut places = Vec::new();
    for placeholder in placeholders(text) {
        let inner = placeholder
            .trim_start_matches('{')
            .trim_end_matches('}')
            .trim();
        let place = match inner.parse() {
            Ok(number) => Place::Number(number),
            Err(_) => Place::Name(inner.to_owned()),
        };
        if seen.insert(place.clone()) {
            places.push(place);
        }
    }
    let numbers = places
        .iter()
        .filter(|place| matches!(place, Place::Number(_)));
    let numbers = numbers.count();
    let refuse = |wanted| Err(PartError::wrong(path.key("text"), wanted));
    if numbers > 0 && numbers < places.len() {
        return refuse("a text whose places are all numbers or all names");
    }
    if numbers > 0 {
        let whole = (1..=numbers).all(|number| seen.contains(&Place::Number(number)));
        if !whole {
            return refuse("a text whose places count from {{1}} without a gap");
        }
        places = (1..=numbers).map(Place::Number).collect();
    }
    Ok(places)
}

/// The samples of a component.
pub(super) struct Samples<'c> {
    listed: Vec<&'c str>,
    named: Vec<(&'c str, &'c str)>,
}

impl<'c> Samples<'c> {
    /// The samples under `example.KEY`, a list or a list of lists, and `example.KEY_named_params`.
    pub fn of(component: &'c Value, key: &str) -> Self {
        let example = component.get("example");
        let listed = example.and_then(|example| example.get(key));
        let first = listed
            .and_then(|listed| listed.get(0))
            .filter(|first| first.is_array());
        let listed = first.or(listed).and_then(Value::as_array);
        let listed = listed.map_or(&[][..], Vec::as_slice);
        let named = example.and_then(|example| example.get(format!("{key}_named_params")));
        let named = named
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let pair = |entry: &'c Value| {
            let name = entry.get("param_name")?.as_str()?;
            Some((name, entry.get("example")?.as_str()?))
        };
        Self {
            listed: listed
                .iter()
                .map(|one| one.as_str().unwrap_or(""))
                .collect(),
            named: named.iter().filter_map(pair).collect(),
        }
    }

    fn for_place(&self, place: &Place) -> &'c str {
        match place {
            Place::Number(number) => self.listed.get(number.saturating_sub(1)).copied(),
            Place::Name(name) => {
                let pair = self.named.iter().find(|(known, _)| known == name);
                pair.map(|(_, sample)| *sample)
            }
        }
        .unwrap_or("")
    }
}

/// The parameters that fill these places.
pub(super) fn parameters(places: &[Place], samples: &Samples<'_>) -> Vec<Value> {
    let parameter = |place: &Place| {
        let sample = samples.for_place(place);
        match place {
            Place::Number(_) => json!({"type": "text", "text": sample}),
            Place::Name(name) => json!({"type": "text", "parameter_name": name, "text": sample}),
        }
    };
    places.iter().map(parameter).collect()
}
