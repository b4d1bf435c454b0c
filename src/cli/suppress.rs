//! `suppress add|remove|list|import`: the people who must never be written to. It must not send.

use super::args_suppress::SuppressCommand;
use super::context::{Context, name_and_value, usage};
use super::exit::ExitStatus;
use super::outbox::open_at;
use super::output::{Row, to_value};
use super::send::people::read_people;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::audience::{CsvOptions, from_numbers};
use crate::domain::{Audience, BotTarget, OptOut, OptOutSource, Profile};
use crate::outbox::Outbox;
use crate::text::format::{counted, people};
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeSet;

/// Rows that are named for people at most; a document names all.
const NAMED: usize = 20;

/// The list of one account.
struct Desk<'a> {
    context: &'a Context,
    outbox: Outbox,
    profile: &'a Profile,
}

/// Runs a `suppress` command.
///
/// # Errors
/// A number or a file that cannot be read, nobody who could be taken off, or what the record says.
pub fn run(context: &Context, command: &SuppressCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    settings.folders.make_data()?;
    let desk = Desk {
        context,
        outbox: open_at(&settings.folders.data.path)?,
        profile: &settings.connection()?.profile,
    };
    match command {
        SuppressCommand::Add { numbers, reason } => desk.add(numbers, reason),
        SuppressCommand::Remove { numbers } => desk.remove(numbers),
        SuppressCommand::List => desk.list(),
        SuppressCommand::Import { file, map, reason } => desk.import(file, map.as_deref(), reason),
    }
}

impl Desk<'_> {
    fn target(&self) -> &BotTarget {
        &self.profile.target
    }

    fn add(&self, numbers: &[String], reason: &str) -> Result<ExitStatus, ApiError> {
        let audience = from_numbers(numbers, self.profile.region.as_deref());
        if let Some(bad) = audience.skipped.first() {
            return Err(usage(
                format!(
                    "`{}`: {}; nobody was put on the list",
                    bad.recipient, bad.reason
                ),
                "Write the number with its country code, for example +447700900412.",
            ));
        }
        let texts = texts(&audience);
        let why = (OptOutSource::Manual, reason);
        let added = self.outbox.suppress(self.target(), &texts, why)?;
        let listed = self.outbox.suppressed_among(self.target(), &texts)?;
        let rows: Vec<Row> = listed
            .iter()
            .zip(&added)
            .map(|(one, added)| {
                let mut document = to_value(one);
                if let Some(object) = document.as_object_mut() {
                    object.insert("added".to_owned(), json!(added));
                }
                Row::new(&document, self.cells(one))
            })
            .collect();
        self.context.output.list(&HEADERS, &rows);
        self.say_added(&added);
        Ok(ExitStatus::Done)
    }

    fn say_added(&self, added: &[bool]) {
        let new = added.iter().filter(|new| **new).count();
        let there = added.len() - new;
        let there = match there {
            0 => String::new(),
            there => format!(" {} on it already, as noted first.", were(there)),
        };
        let new = people(new as u64);
        self.context
            .output
            .note(&format!("{new} put on the list of opted out.{there}"));
    }

    fn remove(&self, numbers: &[String]) -> Result<ExitStatus, ApiError> {
        let region = self.profile.region.as_deref();
        // An id of a channel stands on the list as it is.
        let texts: Vec<String> = numbers
            .iter()
            .map(|written| {
                let read = from_numbers(std::slice::from_ref(written), region);
                let number = read.rows.first().map(|row| row.recipient.text().to_owned());
                number.unwrap_or_else(|| written.trim().to_owned())
            })
            .collect();
        let removed = self.outbox.unsuppress(self.target(), &texts)?;
        if !removed.contains(&true) {
            return Err(ApiError::new(
                ErrorKind::NotFound,
                "nobody was taken off: none of them is on the list",
                "`alertdesk suppress list` shows everybody on it.",
            ));
        }
        let rows: Vec<Row> = texts
            .iter()
            .zip(&removed)
            .map(|(text, removed)| {
                let word = if *removed {
                    "taken off"
                } else {
                    "was not on the list"
                };
                let document = json!({ "recipient": text, "removed": removed });
                Row::new(&document, vec![text.clone(), word.to_owned()])
            })
            .collect();
        self.context.output.list(&["recipient", "result"], &rows);
        Ok(ExitStatus::Done)
    }

    fn list(&self) -> Result<ExitStatus, ApiError> {
        let listed = self.outbox.suppressed(self.target())?;
        let rows: Vec<Row> = listed
            .iter()
            .map(|one| Row::new(one, self.cells(one)))
            .collect();
        self.context.output.list(&HEADERS, &rows);
        if rows.is_empty() {
            self.context.output.note(
                "Nobody has opted out. `alertdesk suppress add NUMBER` puts somebody on the list.",
            );
        }
        Ok(ExitStatus::Done)
    }

    fn import(&self, file: &str, map: Option<&str>, reason: &str) -> Result<ExitStatus, ApiError> {
        let audience = read_people(
            file,
            &CsvOptions {
                to_column: map.map(column).transpose()?,
                region: self.profile.region.clone(),
                source: Some(file.to_owned()),
                ..CsvOptions::default()
            },
        )?;
        if audience.rows.is_empty() {
            return Err(usage(
                format!("{file} has no row with a number; nobody was put on the list"),
                audience.skipped.first().map_or_else(String::new, |first| {
                    format!("The first row: {}.", first.reason)
                }),
            ));
        }
        let texts = texts(&audience);
        let why = (OptOutSource::Csv, reason);
        let added = self.outbox.suppress(self.target(), &texts, why)?;
        let new = added.iter().filter(|new| **new).count();
        let document = json!({
            "added": new, "already": added.len() - new, "refused": to_value(&audience.skipped),
            "notes": audience.notes,
        });
        let lines = [
            ("added", new.to_string()),
            ("already on the list", (added.len() - new).to_string()),
            ("not read", audience.skipped.len().to_string()),
        ];
        self.context.output.document(&document, &lines);
        self.say_added(&added);
        Ok(self.say_refused(&audience))
    }

    /// Names the rows of people who are not on the list although somebody wished it.
    fn say_refused(&self, audience: &Audience) -> ExitStatus {
        let refused = &audience.skipped;
        for row in refused.iter().take(NAMED) {
            let number = row.row.unwrap_or_default();
            let (who, why) = (&row.recipient, &row.reason);
            self.context
                .output
                .note(&format!("not on the list: row {number}, {who}: {why}"));
        }
        if refused.is_empty() {
            return ExitStatus::Done;
        }
        let rows = counted(refused.len() as u64, "row");
        self.context.output.note(&format!(
            "{rows} could not be read: these people can still be written to. Mend and import again."
        ));
        ExitStatus::SomeRejected
    }

    fn cells(&self, one: &OptOut) -> Vec<String> {
        let zone = TimeZone::get(&self.profile.time_zone).unwrap_or(TimeZone::UTC);
        let since = one.since.to_zoned(zone);
        vec![
            one.recipient.clone(),
            since.strftime("%Y-%m-%d %H:%M").to_string(),
            one.source.word().to_owned(),
            one.who.clone(),
            one.reason.clone(),
        ]
    }
}

const HEADERS: [&str; 5] = ["recipient", "since", "source", "by", "reason"];

/// Each once, in order.
fn texts(audience: &Audience) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let texts = audience.rows.iter().map(|row| row.recipient.text());
    texts
        .filter(|text| seen.insert(*text))
        .map(str::to_owned)
        .collect()
}

fn column(map: &str) -> Result<String, ApiError> {
    match name_and_value("--map", map)? {
        ("to", column) => Ok(column.to_owned()),
        (other, _) => Err(usage(
            format!("--map {other}=… is nothing here"),
            "Only the column of the numbers is read: --map to=COLUMN.",
        )),
    }
}

fn were(count: usize) -> String {
    if count == 1 {
        "1 was".to_owned()
    } else {
        format!("{count} were")
    }
}
