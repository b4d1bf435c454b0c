//! `conversation show`: messages of one person, oldest first.

use super::{ask, fetch, window};
use crate::cli::args_conversation::ConversationShow;
use crate::cli::connect::reader;
use crate::cli::context::{Context, block_on};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::cli::user::with_raw;
use crate::contract::ApiError;
use crate::domain::{ChatMessage, Direction};
use jiff::tz::TimeZone;

/// Fetches and prints a conversation.
///
/// # Errors
/// A time that cannot be read, or what the platform or the network says.
pub fn run(context: &Context, args: &ConversationShow) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let now = context.now_in_zone(&settings);
    let range = window(&args.when, &now, "show")?;
    let most = if args.all { usize::MAX } else { args.limit };
    let asked = ask(&args.user, range, most);
    let (messages, ended) = block_on(async {
        let client = reader(context, connection).await?;
        fetch(context, &client, asked, most).await
    })?;
    let rows: Vec<Row> = messages
        .iter()
        .map(|message| row(message, now.time_zone(), args))
        .collect();
    context
        .output
        .list(&["time", "from", "sender", "kind", "text"], &rows);
    if !ended {
        context.output.note(&format!(
            "These are the newest {}. --all shows everything.",
            rows.len()
        ));
    } else if rows.is_empty() {
        context
            .output
            .note("There is no message in this conversation and time.");
    }
    Ok(ExitStatus::Done)
}

/// A message's time for people; as it was sent where it cannot be read.
pub(super) fn shown_time(message: &ChatMessage, zone: &TimeZone) -> String {
    message.time.map_or_else(
        || message.time_raw.clone(),
        |time| {
            time.to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        },
    )
}

fn row(message: &ChatMessage, zone: &TimeZone, args: &ConversationShow) -> Row {
    let from = match message.direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::System => "system",
    };
    let media = message.media.as_ref().map(|media| {
        let name = media
            .name
            .as_deref()
            .or(media.url.as_deref())
            .unwrap_or("lost");
        format!(
            "[{}: {name}] ",
            to_value(&media.kind).as_str().unwrap_or("file")
        )
    });
    let cells = vec![
        shown_time(message, zone),
        from.to_owned(),
        message.sender.clone(),
        to_value(&message.kind).as_str().unwrap_or("").to_owned(),
        format!("{}{}", media.unwrap_or_default(), message.text),
    ];
    Row {
        document: with_raw(to_value(message), &message.raw, args.raw),
        cells,
    }
}
