//! What fills the places of a message when its people come from a file: read from the draft and the
//! first rows of the file, for the dialog that shows it. It asks for nothing.

use super::people_memory;
use crate::domain::audience::{
    RecipientProposal, TableSample, from_recipients, propose_columns, propose_recipient,
};
use crate::domain::placeholder::{Piece, Place as Placeholder, is_blank, parse};
use crate::domain::template::{ParameterKind, TemplateParameter};
use crate::domain::transform::Transform;
use crate::overlays::mapping::{Place, Standing};
use crate::panes::template_composer::{Draft, Field};
use crate::text::{format, sanitize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What separates columns, and its name.
pub(super) const DELIMITERS: [(u8, &str); 4] = [
    (b',', "commas"),
    (b';', "semicolons"),
    (b'\t', "tabs"),
    (b'|', "bars"),
];
/// Signs of a column's name that cannot stand in a placeholder.
const NOT_IN_A_NAME: [char; 3] = ['{', '}', '|'];

/// Fills places with the columns that their names propose: the empty ones, or all that a column
/// fills now.
pub(super) fn fill(draft: &mut Draft, sample: &TableSample, all: bool) {
    if all {
        people_memory::undo(draft, sample);
    }
    let wanted = personal(draft).map(|field| parameter_of(draft, field));
    let wanted: Vec<TemplateParameter> = wanted.collect();
    let to = draft.table.to_column.as_ref();
    let to = to.and_then(|to| sample.columns.iter().position(|column| column == to));
    let proposed = propose_columns(&sample.columns, to, &wanted);
    for field in &mut draft.fields {
        let text = field.text.text();
        let column = single_place(&text).map(|place| place.name.to_owned());
        let known = column.is_some_and(|name| sample.columns.contains(&name));
        let free = text.trim().is_empty() || (all && known);
        let proposal = proposed.get(field.id.name().as_ref());
        let name = proposal.and_then(|at| sample.columns.get(*at));
        if let Some(name) = name.filter(|name| free && can_be_named(name)) {
            field.text.set_text(&placeholder_of(name, None));
        }
    }
}

/// Takes the column that looks like that of the recipients, where nobody chose one.
pub(super) fn propose_number(draft: &mut Draft, sample: &TableSample) {
    if draft.table.to_column.is_none() {
        let at = match propose_recipient(sample) {
            RecipientProposal::Named(at) | RecipientProposal::Looks(at) => Some(at),
            RecipientProposal::Several(_) | RecipientProposal::Nothing => None,
        };
        draft.table.to_column = at.and_then(|at| sample.columns.get(at)).cloned();
    }
}

/// The fields whose values can be each person's own.
pub(super) fn personal(draft: &Draft) -> impl Iterator<Item = &Field> {
    draft.fields.iter().filter(|field| field.id.is_value())
}

/// The parameter of a field; an attribute of a flow is asked for by its name alone.
fn parameter_of(draft: &Draft, field: &Field) -> TemplateParameter {
    let template = draft.template.as_ref();
    let known = field.id.parameter().zip(template);
    if let Some(known) = known.and_then(|(name, template)| template.parameter_named(name)) {
        return known.clone();
    }
    TemplateParameter {
        name: field.id.name().into_owned(),
        pointer: String::new(),
        kind: ParameterKind::Text,
        default: None,
        label: None,
        fallback: None,
    }
}

pub(super) fn can_be_named(column: &str) -> bool {
    !column.contains(NOT_IN_A_NAME)
}

pub(super) fn placeholder_of(column: &str, fallback: Option<&str>) -> String {
    match fallback {
        Some(fallback) => format!("{{{{{column}|{fallback}}}}}"),
        None => format!("{{{{{column}}}}}"),
    }
}

/// The placeholder, where a text is nothing else.
pub(super) fn single_place(text: &str) -> Option<Placeholder<'_>> {
    match parse(text.trim()).ok()?.as_slice() {
        [Piece::Place(place)] => Some(*place),
        _ => None,
    }
}

/// `UTF-8, semicolons, header row`.
pub(super) fn shape_words(sample: &TableSample) -> String {
    let shape = &sample.shape;
    let named = DELIMITERS.iter().find(|(sign, _)| *sign == shape.delimiter);
    let delimiter = named.map_or("other separators", |(_, name)| *name);
    let header = if shape.header {
        "header row"
    } else {
        "no header row"
    };
    format!("{}, {delimiter}, {header}", shape.encoding)
}

/// The cells of a column in the first rows.
pub(super) fn cells<'s>(sample: &'s TableSample, column: &str) -> Option<Vec<&'s str>> {
    let at = sample.columns.iter().position(|name| name == column)?;
    let rows = sample.rows.iter();
    Some(
        rows.filter_map(|row| row.get(at).map(String::as_str))
            .collect(),
    )
}

pub(super) fn shown(cells: &[impl AsRef<str>]) -> String {
    let filled = cells.iter().map(AsRef::as_ref);
    let filled = filled.filter(|cell| !cell.trim().is_empty()).take(4);
    let shown: Vec<String> = filled
        .map(|cell| sanitize::clean_line(cell.trim()).into_owned())
        .collect();
    shown.join(" \u{b7} ")
}

/// The place of the recipient. What it says of the sample is what reading the whole file will say of
/// these rows; `region` is the country of numbers without one.
pub(super) fn number_place(draft: &Draft, sample: &TableSample, region: Option<&str>) -> Place {
    let label = "number".to_owned();
    let column = draft.table.to_column.as_deref();
    let Some((column, cells)) = column.and_then(|name| Some((name, cells(sample, name)?))) else {
        return Place {
            label,
            takes: "no column yet".to_owned(),
            samples: String::new(),
            standing: Standing::Missing,
            check: "Enter chooses the column".to_owned(),
        };
    };
    let (form, all) = (draft.recipient_form(), cells.len());
    let unread = |cell: &&&str| {
        let read = from_recipients(&[(**cell).to_owned()], form, region);
        !read.skipped.is_empty()
    };
    let mut unread = cells.iter().filter(unread);
    let (standing, check) = match unread.next() {
        None => (Standing::Good, format!("{all} of {all} readable")),
        Some(first) => {
            let (count, first) = (unread.count() + 1, sanitize::clean_line(first.trim()));
            let check = match (first.is_empty(), count) {
                (true, 1) => format!("1 of {all} is empty"),
                (true, _) => format!("{count} of {all} unreadable, one is empty"),
                (false, _) => format!("{count} of {all} unreadable: {first}"),
            };
            (Standing::Doubtful, check)
        }
    };
    Place {
        label,
        takes: sanitize::clean_line(column).into_owned(),
        samples: shown(&cells),
        standing,
        check,
    }
}

pub(super) fn place_of(field: &Field, sample: &TableSample) -> Place {
    let text = field.text.text();
    let label = sanitize::clean_line(&field.label).into_owned();
    let column = single_place(&text).and_then(|place| Some((place, cells(sample, place.name)?)));
    if let Some((place, cells)) = column {
        return filled_place(label, &place, &cells);
    }
    let (takes, standing, check) = if text.trim().is_empty() {
        let why = "Enter chooses a column".to_owned();
        ("nothing yet", Standing::Missing, why)
    } else if text.contains("{{") {
        let count = text.chars().count();
        (
            "a text of its own",
            Standing::Good,
            format!("{count} characters, with places"),
        )
    } else {
        let count = text.chars().count() as u64;
        let check = format::counted(count, "character");
        ("(same for all)", Standing::Good, check)
    };
    Place {
        label,
        takes: takes.to_owned(),
        samples: sanitize::clean_line(&text).into_owned(),
        standing,
        check,
    }
}

/// A place that a column fills, with what becomes of its first cells.
fn filled_place(label: String, place: &Placeholder<'_>, cells: &[&str]) -> Place {
    let form = |cell: &&str| match &place.form {
        Some(form) if !is_blank(cell) => form.apply(Cow::Owned((*cell).to_owned())),
        Some(_) | None => Ok(Cow::Owned((*cell).to_owned())),
    };
    let formed: Vec<Cow<'_, str>> = cells.iter().filter_map(|cell| form(cell).ok()).collect();
    let unread = cells.len() - formed.len();
    let empty = cells.iter().filter(|cell| is_blank(cell)).count();
    let longest = formed.iter().map(|cell| cell.trim().chars().count()).max();
    let (all, longest) = (cells.len(), longest.unwrap_or(0));
    let reads = place.form.map_or("", |form| form.reads());
    let (standing, check) = match (unread, empty, place.fallback) {
        (1.., ..) => (Standing::Doubtful, format!("{unread} of {all} not {reads}")),
        (0, 0, _) if !reads.is_empty() => {
            (Standing::Good, format!("all {reads}, longest {longest}"))
        }
        (0, 0, _) => (Standing::Good, format!("all filled, longest {longest}")),
        (0, _, Some(text)) => (
            Standing::Good,
            format!("{empty} of {all} empty: \"{}\"", sanitize::clean_line(text)),
        ),
        (0, _, None) => (
            Standing::Doubtful,
            format!("{empty} of {all} empty, f gives a text"),
        ),
    };
    let name = sanitize::clean_line(place.name);
    let takes = match place.form {
        None => name.into_owned(),
        Some(Transform::Trim) => format!("{name} trimmed"),
        Some(Transform::Title) => format!("{name} titled"),
        Some(Transform::Date { .. }) => format!("{name} as date"),
    };
    Place {
        label,
        takes,
        samples: shown(&formed),
        standing,
        check,
    }
}

/// Columns that fill nothing, in their order.
pub(super) fn unused(draft: &Draft, sample: &TableSample) -> Vec<String> {
    let texts: Vec<String> = draft.fields.iter().map(|field| field.text.text()).collect();
    let mut used: BTreeSet<&str> = draft.table.to_column.iter().map(String::as_str).collect();
    for text in &texts {
        for piece in parse(text).unwrap_or_default() {
            if let Piece::Place(place) = piece {
                used.insert(place.name);
            }
        }
    }
    let free = sample
        .columns
        .iter()
        .filter(|column| !used.contains(column.as_str()));
    free.map(|column| sanitize::clean_line(column).into_owned())
        .collect()
}
