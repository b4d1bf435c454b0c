//! `conversation export`: messages of one person in a file that appears only when it is whole. The
//! messages come from the local cache, which is brought up to date first.

use super::search::just_after;
use super::sync::{client, failure, repeats, until_stopped, with_progress};
use super::{person, window};
use crate::cli::args_conversation::{ConversationExport, SideArg};
use crate::cli::context::{Context, block_on, storage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::to_value;
use crate::contract::ApiError;
use crate::domain::{ChatMessage, User};
use crate::export::{
    ExportFile, ExportFormat, ExportHeader, ExportReach, ExportSide, Exporter, Overwrite,
};
use crate::settings::{CacheSetting, Connection, Settings};
use crate::store::cache::{CacheStore, ConversationKey, MessageKey, Place};
use crate::sync::{SyncEnd, Syncer};
use jiff::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// After so many messages a request to stop is looked at.
const BREATH: u32 = 1_000;

/// How an export ended.
enum Ended {
    Written(u64),
    Stopped,
}

/// Brings the cache up to date and writes a conversation to a file.
///
/// # Errors
/// A time or a name that cannot be read, a file that is there already or cannot be written, or
/// what the platform or the network says.
pub fn run(context: &Context, args: &ConversationExport) -> Result<ExitStatus, ApiError> {
    let format = ExportFormat::of_path(&args.to)?;
    let overwrite = if args.force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    };
    ExportFile::check(&args.to, overwrite)?;
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let now = context.now_in_zone(&settings);
    let mut header = ExportHeader {
        user: person(&args.user),
        name: None,
        messages: None,
        range: window(&args.when, &now, "export")?,
        side: match args.side {
            None => ExportSide::Both,
            Some(SideArg::Customer) => ExportSide::Customer,
            Some(SideArg::Us) => ExportSide::Us,
        },
        exported: now,
        reach: ExportReach::Whole,
    };
    // Made before anything is fetched, so that a folder that cannot be written to costs no time.
    let file = ExportFile::create(&args.to, overwrite)?;
    let source = Source {
        cache: cache(context, &settings, args)?,
        key: ConversationKey::new(&connection.profile.target, &header.user),
    };
    let ended = block_on(until_stopped(async |stop: CancellationToken| {
        if !args.offline && !refresh(context, connection, (&source, &header), &stop).await? {
            return Ok(Ended::Stopped);
        }
        header.reach = source.reach(header.range.since)?;
        if format.is_for_eyes() {
            header.name = source.name()?;
            let mut messages = 0;
            let count = |_: &ChatMessage| {
                messages += 1;
                Ok(())
            };
            if !source.each(&header, &stop, count).await? {
                return Ok(Ended::Stopped);
            }
            header.messages = Some(messages);
        }
        source.write((&header, format), (file, args), &stop).await
    }))?;
    let Ended::Written(messages) = ended else {
        let text = format!("Stopped. {} was not written.", args.to.display());
        context.output.note(&text);
        return Ok(ExitStatus::Interrupted);
    };
    tell(context, args, (&header, format), messages);
    Ok(ExitStatus::Done)
}

/// The cache; where there is none, one that is gone with this process: all of it is fetched then.
fn cache(
    context: &Context,
    settings: &Settings,
    args: &ConversationExport,
) -> Result<CacheStore, ApiError> {
    if settings.cache == CacheSetting::Off && !args.offline {
        return CacheStore::in_memory().map_err(ApiError::from);
    }
    match context.cache(settings) {
        Err(error) if !args.offline => {
            let (message, advice) = (error.message, error.advice);
            context.output.note(&format!(
                "warning: done without the local cache, {message}. {advice}"
            ));
            CacheStore::in_memory().map_err(ApiError::from)
        }
        opened => opened,
    }
}

/// Fetches what the cache lacks; false if that was stopped.
async fn refresh(
    context: &Context,
    connection: &Connection,
    (source, header): (&Source, &ExportHeader),
    stop: &CancellationToken,
) -> Result<bool, ApiError> {
    let Some(client) = client(context, connection, stop).await? else {
        return Ok(false);
    };
    let engine = Syncer {
        pages: &client,
        cache: &source.cache,
        stop,
        now: context.started,
    };
    let what = (&source.key, header.user.as_str());
    let synced = with_progress(context, engine, what, header.range.since).await;
    if let Some(error) = failure(&synced.end) {
        return Err(error);
    }
    if synced.end == SyncEnd::Repeating {
        context.output.note(&repeats(&header.user));
    }
    Ok(synced.end != SyncEnd::Stopped)
}

/// One cached conversation.
struct Source {
    cache: CacheStore,
    key: ConversationKey,
}

impl Source {
    /// Whether everything since a moment, or since the beginning, is in the cache.
    fn reach(&self, since: Option<Timestamp>) -> Result<ExportReach, ApiError> {
        let state = self.cache.conversation(&self.key);
        let complete = state
            .map_err(|error| storage(&error))?
            .is_some_and(|state| state.complete);
        let known = self.cache.known(&self.key);
        let known = known.map_err(|error| storage(&error))?;
        let newest = known.last().map(|range| range.since);
        // Without any stretch there are no messages with a time, or none were ever fetched.
        let gapless = known.len() <= 1;
        let far_enough = since.is_some() && newest.is_some() && newest <= since;
        Ok(if far_enough || (complete && gapless) {
            ExportReach::Whole
        } else {
            ExportReach::Unknown
        })
    }

    /// The person's name, if they were seen in the dashboard before.
    fn name(&self) -> Result<Option<String>, ApiError> {
        let is_them = |user: &User| user.channel_user_id == self.key.user();
        let opened = self.cache.recent(self.key.account(), u32::MAX);
        let opened = opened.map_err(|error| storage(&error))?;
        let mut found = opened.into_iter().map(|(user, _)| user).find(is_them);
        if found.is_none() {
            let seen = self.cache.users(u32::MAX);
            let seen = seen.map_err(|error| storage(&error))?;
            found = seen.into_iter().map(|(user, _)| user).find(is_them);
        }
        let name = found.and_then(|user| user.name);
        Ok(name.filter(|name| !name.trim().is_empty()))
    }

    /// Goes through what passes the filter, oldest first; false if that was stopped.
    async fn each(
        &self,
        header: &ExportHeader,
        stop: &CancellationToken,
        mut take: impl FnMut(&ChatMessage) -> Result<(), ApiError>,
    ) -> Result<bool, ApiError> {
        let until = header.range.until.map(just_after);
        let until = until.map_or(i64::MAX, Timestamp::as_millisecond);
        let mut last = MessageKey {
            at: header
                .range
                .since
                .map_or(i64::MIN, Timestamp::as_millisecond),
            id: i64::MIN,
        };
        loop {
            let window = self.cache.window(&self.key, Place::After(last), BREATH);
            let window = window.map_err(|error| storage(&error))?;
            for cached in &window.messages {
                if cached.key.at >= until {
                    return Ok(true);
                }
                last = cached.key;
                if header.takes(&cached.message) {
                    take(&cached.message)?;
                }
            }
            tokio::task::yield_now().await;
            if stop.is_cancelled() {
                return Ok(false);
            }
            if !window.newer {
                return Ok(true);
            }
        }
    }

    /// Writes what passes the filter, and puts the file under its name. Dropped on the way, it
    /// leaves nothing.
    async fn write(
        &self,
        (header, format): (&ExportHeader, ExportFormat),
        (file, args): (ExportFile, &ConversationExport),
        stop: &CancellationToken,
    ) -> Result<Ended, ApiError> {
        let failed = |error| ExportFile::failed(&args.to, &error);
        let mut exporter = Exporter::begin(format, header, file).map_err(failed)?;
        let push = |message: &ChatMessage| exporter.push(message).map_err(failed);
        if !self.each(header, stop, push).await? {
            return Ok(Ended::Stopped);
        }
        let written = exporter.messages();
        exporter.finish().map_err(failed)?.keep()?;
        Ok(Ended::Written(written))
    }
}

fn tell(
    context: &Context,
    args: &ConversationExport,
    (header, format): (&ExportHeader, ExportFormat),
    messages: u64,
) {
    let file = args.to.display().to_string();
    let document = json!({
        "file": file,
        "format": to_value(&format),
        "messages": messages,
        "exported": to_value(header),
    });
    let lines = [
        ("file", file),
        ("format", format.name().to_owned()),
        ("messages", messages.to_string()),
        ("person", header.user.clone()),
        ("time", header.range.words(header.zone())),
        ("side", header.side.word().to_owned()),
    ];
    context.output.document(&document, &lines);
    if let Some(sentence) = header.reach.sentence() {
        context.output.note(sentence);
    }
    if messages == 0 {
        context.output.note(
            "There is no message in this conversation and time; the file holds only the filter.",
        );
    }
}
