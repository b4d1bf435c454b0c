//! `conversation search`: finds a text in the local cache. It must not ask the platform.

use super::show::shown_time;
use super::{person, window};
use crate::cli::args_conversation::{ConversationSearch, SideArg};
use crate::cli::context::{Context, storage, usage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::cli::user::with_raw;
use crate::contract::ApiError;
use crate::domain::Direction;
use crate::store::cache::{ConversationKey, Found, MessageQuery};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Finds and prints, newest first.
///
/// # Errors
/// A time that cannot be read, an empty text, or a cache that is off or cannot be used.
pub fn run(context: &Context, args: &ConversationSearch) -> Result<ExitStatus, ApiError> {
    if args.text.is_empty() {
        return Err(usage(
            "there is no text to find",
            "Give one letter or more.",
        ));
    }
    let settings = context.settings()?;
    let target = &settings.connection()?.profile.target;
    let now = context.now_in_zone(&settings);
    let range = window(&args.when, &now, "search")?;
    let query = MessageQuery {
        text: args.text.clone(),
        account: ConversationKey::account_of(target),
        user: args.user.as_deref().map(person),
        since: range.since,
        until: range.until.map(just_after),
        direction: args.side.map(|side| match side {
            SideArg::Customer => Direction::In,
            SideArg::Us => Direction::Out,
        }),
        limit: args.limit,
        before: None,
    };
    let found = context
        .cache(&settings)?
        .search_messages(&query)
        .map_err(|error| storage(&error))?;
    let rows: Vec<Row> = found
        .iter()
        .map(|found| row(found, now.time_zone(), args.raw))
        .collect();
    context
        .output
        .list(&["time", "user", "sender", "text"], &rows);
    if rows.is_empty() {
        context.output.note(
            "Nothing found. Only what was synced or read is searched; `alertdesk conversation sync \
             USER` fetches a whole conversation.",
        );
    } else if u32::try_from(rows.len()).is_ok_and(|rows| rows >= args.limit) {
        context.output.note(&format!(
            "These are the newest {}; --limit shows more.",
            rows.len()
        ));
    }
    Ok(ExitStatus::Done)
}

/// The end of a range belongs to it, in whole milliseconds.
pub(super) fn just_after(until: Timestamp) -> Timestamp {
    until
        .saturating_add(SignedDuration::from_millis(1))
        .unwrap_or(until)
}

fn row(found: &Found, zone: &TimeZone, raw: bool) -> Row {
    let message = &found.message;
    let mut document = with_raw(to_value(message), &message.raw, raw);
    if let Some(fields) = document.as_object_mut() {
        // The person whose conversation it is, also where the message itself names nobody.
        fields.insert("user_id".to_owned(), found.user.clone().into());
    }
    Row {
        document,
        cells: vec![
            shown_time(message, zone),
            found.user.clone(),
            message.sender.clone(),
            message.text.clone(),
        ],
    }
}
