//! `conversation sync`: what is new at the platform comes into the local cache, one person after
//! the other.

use super::person;
use crate::cli::args_conversation::ConversationSync;
use crate::cli::connect::reader;
use crate::cli::context::{Context, block_on, storage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::cli::signals::StopSignals;
use crate::contract::{ApiError, ErrorKind};
use crate::settings::Connection;
use crate::store::cache::{CacheStore, ConversationKey};
use crate::sync::{Progress, SyncEnd, SyncError, Synced, Syncer};
use jiff::Timestamp;
use serde_json::json;
use std::collections::HashSet;
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// The columns for people and spreadsheets.
const HEADERS: [&str; 6] = ["user", "new", "known", "total", "complete", "error"];

/// Brings the cache up to date and prints a row for each person.
///
/// # Errors
/// A cache that is off or cannot be used, or the first thing that went wrong with the platform or
/// the network, after the rows.
pub fn run(context: &Context, args: &ConversationSync) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let cache = context.cache(&settings)?;
    let people = people(&cache, connection, &args.users)?;
    if people.is_empty() {
        context.output.list(&HEADERS, &[]);
        context.output.note(
            "No conversation is in the cache yet. Name the people: `alertdesk conversation sync \
             USER`.",
        );
        return Ok(ExitStatus::Done);
    }
    let done = block_on(until_stopped(async |stop: CancellationToken| {
        let client = reader(context, connection).await?;
        let syncer = Syncer {
            pages: &client,
            cache: &cache,
            stop: &stop,
            now: context.started,
        };
        Ok(each(context, syncer, &people).await)
    }))?;
    let rows: Vec<Row> = done
        .iter()
        .map(|(key, synced)| row(key.user(), synced))
        .collect();
    context.output.list(&HEADERS, &rows);
    conclude(context, &done, people.len())
}

/// Runs work that stops when its token says so, which the first Ctrl-C or SIGTERM does.
///
/// # Errors
/// When the system refuses signals, or what the work says.
pub(super) async fn until_stopped<T, F>(
    work: impl FnOnce(CancellationToken) -> F,
) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut signals = StopSignals::listen()?;
    let stop = CancellationToken::new();
    let work = work(stop.clone());
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = signals.next() => stop.cancel(),
        }
    }
}

fn people(
    cache: &CacheStore,
    connection: &Connection,
    named: &[String],
) -> Result<Vec<ConversationKey>, ApiError> {
    let target = &connection.profile.target;
    let users: Vec<String> = if named.is_empty() {
        cache
            .conversations(&ConversationKey::account_of(target))
            .map_err(|error| storage(&error))?
    } else {
        let mut seen = HashSet::new();
        let users = named.iter().map(|user| person(user));
        users.filter(|user| seen.insert(user.clone())).collect()
    };
    Ok(users
        .iter()
        .map(|user| ConversationKey::new(target, user))
        .collect())
}

async fn each<'a>(
    context: &Context,
    syncer: Syncer<'_>,
    people: &'a [ConversationKey],
) -> Vec<(&'a ConversationKey, Synced)> {
    let mut done = Vec::new();
    for (index, key) in people.iter().enumerate() {
        let place = format!("{} of {}, {}", index + 1, people.len(), key.user());
        let synced = with_progress(context, syncer, (key, &place), None).await;
        let hopeless = match &synced.end {
            SyncEnd::UpToDate | SyncEnd::Repeating => false,
            SyncEnd::Stopped | SyncEnd::Failed(SyncError::Store(_)) => true,
            // The next person would meet the same.
            SyncEnd::Failed(SyncError::Platform(error)) => {
                matches!(error.kind, ErrorKind::Authentication | ErrorKind::Network)
            }
        };
        done.push((key, synced));
        if hopeless {
            break;
        }
    }
    done
}

/// One conversation, with a line of progress where somebody can see it.
pub(super) async fn with_progress(
    context: &Context,
    syncer: Syncer<'_>,
    (key, place): (&ConversationKey, &str),
    back_to: Option<Timestamp>,
) -> Synced {
    let wanted = context.output.progress_wanted();
    let mut told = |progress: Progress| {
        if wanted {
            context.output.progress(&words(place, progress));
        }
    };
    let synced = syncer.conversation(key, back_to, &mut told).await;
    if wanted && synced.progress.pages > 0 {
        context.output.end_progress();
    }
    synced
}

fn words(place: &str, progress: Progress) -> String {
    let Progress {
        new,
        known,
        back_to,
        ..
    } = progress;
    let reach = back_to.map_or_else(String::new, |time| {
        format!(", back to {}", time.strftime("%Y-%m-%d"))
    });
    format!("{place}: {new} new messages, {known} known{reach}")
}

/// The error of a sync as commands show it; nothing if it has none.
pub(super) fn failure(end: &SyncEnd) -> Option<ApiError> {
    match end {
        SyncEnd::UpToDate | SyncEnd::Repeating | SyncEnd::Stopped => None,
        SyncEnd::Failed(SyncError::Platform(error)) => Some(error.clone()),
        SyncEnd::Failed(SyncError::Store(error)) => Some(storage(error)),
    }
}

/// What is said of a platform that repeats itself.
pub(super) fn repeats(user: &str) -> String {
    format!(
        "The platform sent the same page of {user} again instead of the one before it, so older \
         messages cannot be fetched. What came is kept."
    )
}

fn row(user: &str, synced: &Synced) -> Row {
    let Synced {
        progress,
        total,
        complete,
        end,
    } = synced;
    let error = failure(end);
    let document = json!({
        "user": user,
        "new": progress.new,
        "known": progress.known,
        "total": total,
        "complete": complete,
        "error": to_value(&error),
    });
    Row {
        document,
        cells: vec![
            user.to_owned(),
            progress.new.to_string(),
            progress.known.to_string(),
            total.to_string(),
            if *complete { "yes" } else { "no" }.to_owned(),
            error.map(|error| error.message).unwrap_or_default(),
        ],
    }
}

fn conclude(
    context: &Context,
    done: &[(&ConversationKey, Synced)],
    people: usize,
) -> Result<ExitStatus, ApiError> {
    for (key, synced) in done {
        if synced.end == SyncEnd::Repeating {
            context.output.note(&repeats(key.user()));
        }
    }
    if done.len() < people {
        let left = people - done.len();
        context
            .output
            .note(&format!("{left} of {people} people were not begun."));
    }
    if done
        .iter()
        .any(|(_, synced)| synced.end == SyncEnd::Stopped)
    {
        context
            .output
            .note("Stopped. What was fetched is kept; the next sync goes on from there.");
        return Ok(ExitStatus::Interrupted);
    }
    let failures: Vec<ApiError> = done
        .iter()
        .filter_map(|(_, synced)| failure(&synced.end))
        .collect();
    let count = failures.len();
    match failures.into_iter().next() {
        None => Ok(ExitStatus::Done),
        Some(first) => {
            context.output.note(&format!(
                "{count} of {people} people failed; what was fetched is kept."
            ));
            Err(first)
        }
    }
}
