//! What the dialog says of a text: what was found, or why it cannot be read and where.

use super::super::{Found, Reading, State};
use crate::domain::template::{ImportError, ImportRule, summary};
use crate::text::sanitize;
use crate::theme::Role;
use crate::widgets::Spans;

/// Most notes and problems that are said here.
const MOST_NOTES: usize = 4;
/// Cells before the column of a mistake in the line that is shown.
const BEFORE: usize = 24;

/// A sentence behind a mark; its further rows stand below its first word.
struct Said {
    sign: &'static str,
    role: Role,
    text: String,
}

/// The report in rows of this width.
pub fn lines(state: &State, width: usize) -> Vec<Spans> {
    let said = match &state.reading {
        Reading::Empty => Vec::new(),
        Reading::Found(found) => found_lines(found, state.key_found),
        Reading::Failed { error, line } => failed_lines(error, line.as_ref(), state, width),
    };
    said.iter().flat_map(|said| said.rows(width)).collect()
}

fn mark(sign: &'static str, role: Role, text: String) -> Said {
    Said { sign, role, text }
}

impl Said {
    fn rows(&self, width: usize) -> impl Iterator<Item = Spans> {
        let text = Spans::of(self.text_role(), self.text.as_str());
        let rows = text.wrapped(width.saturating_sub(2).max(1)).into_iter();
        rows.enumerate().map(|(number, row)| {
            let sign = if number == 0 { self.sign } else { " " };
            let mut whole = Spans::of(self.role, format!("{sign} "));
            whole.0.extend(row.0);
            whole
        })
    }

    /// A mark has its own role, what it says is plain text.
    fn text_role(&self) -> Role {
        if self.sign == " " {
            self.role
        } else {
            Role::Text
        }
    }
}

fn found_lines(found: &Found, key_found: bool) -> Vec<Said> {
    let import = &found.import;
    let mut rows = Vec::new();
    if let Some(template) = &found.template {
        let version = match found.known {
            Some(known) => format!("will be version {}, the library has {known}", known + 1),
            None => "new in the library".to_owned(),
        };
        let name = sanitize::clean_line(&template.name);
        let language = sanitize::clean_line(&template.language);
        let text = format!("{name} · {language} · {version}");
        rows.push(mark("✓", Role::Accepted, text));
        rows.push(mark(" ", Role::Text, summary(template)));
    } else {
        let count = import.templates.len();
        let text = format!("{count} templates: Tab lists them, Ctrl-s keeps them all");
        rows.push(mark("✓", Role::Accepted, text));
    }
    if key_found || import.key_found {
        rows.push(mark(
            "✓",
            Role::Accepted,
            "key found and discarded".to_owned(),
        ));
    }
    if let Some(differs) = &found.differs {
        let offer = if found.account.is_some() {
            ": Ctrl-o makes a profile of it"
        } else {
            ""
        };
        let text = format!("made for another {differs} than the profile in use{offer}");
        rows.push(mark("!", Role::Attention, text));
    }
    let origin = format!("{}, {}", import.source, import.wrapping.words());
    rows.push(mark(" ", Role::Text, origin));
    let account = account(found);
    if !account.is_empty() {
        rows.push(mark(" ", Role::Text, account));
    }
    let left_out = import.left_out.iter().map(|(name, error)| {
        let name = sanitize::clean_line(name);
        format!("left out: {name}: {}", sanitize::clean_line(&error.what))
    });
    // Notes of a whole list would say too much.
    let only = import.templates.iter().filter(|_| found.template.is_some());
    let notes = only.flat_map(|one| &one.notes);
    let notes = notes.map(|note| sanitize::clean_line(note).into_owned());
    let said = found.problems.iter().cloned().chain(left_out).chain(notes);
    rows.extend(
        said.take(MOST_NOTES)
            .map(|text| mark("!", Role::Attention, text)),
    );
    rows
}

/// The account it names.
fn account(found: &Found) -> String {
    let import = &found.import;
    let parts = [
        ("host", import.bot.host()),
        ("customer", import.bot.customer_id.as_deref()),
        ("bot", import.bot.bot_key.as_deref()),
    ];
    let named = parts.into_iter();
    let named = named.filter_map(|(word, part)| Some(format!("{word} {}", part?)));
    named.collect::<Vec<_>>().join(" · ")
}

fn failed_lines(
    error: &ImportError,
    line: Option<&(String, usize)>,
    state: &State,
    width: usize,
) -> Vec<Said> {
    let what = match &error.at {
        Some(at) => format!("{at}: {}", error.what),
        None => error.what.clone(),
    };
    let mut rows = vec![mark(
        "✗",
        Role::Failed,
        sanitize::clean_line(&what).into_owned(),
    )];
    if let Some((line, column)) = line {
        let (shown, caret) = around(line, *column, width);
        rows.push(mark(" ", Role::Text, shown));
        rows.push(mark(" ", Role::Failed, format!("{}^", " ".repeat(caret))));
    }
    if let ImportRule::NeedsFiles(files) = &error.rule {
        let files = sanitize::clean_line(&files.join(", ")).into_owned();
        let text = format!("it names {files}: Ctrl-r reads it, nothing is read unasked");
        rows.push(mark("!", Role::Attention, text));
    } else {
        let advice = sanitize::clean_line(&error.advice).into_owned();
        rows.push(mark(" ", Role::Muted, advice));
    }
    if state.key_found {
        rows.push(mark(
            "✓",
            Role::Accepted,
            "key found and discarded".to_owned(),
        ));
    }
    rows
}

/// The part of a line around a column, and where the column is in it.
fn around(line: &str, column: usize, width: usize) -> (String, usize) {
    let from = column.saturating_sub(BEFORE);
    let room = width.saturating_sub(4);
    let shown: String = line.chars().skip(from).take(room).collect();
    let before: String = line.chars().skip(from).take(column - from).collect();
    let caret = crate::text::width::cells(&before);
    (shown, caret)
}
