//! `conversation show`: messages of one person, oldest first. A read; it changes nothing.

use super::args::{ConversationCommand, ConversationShow};
use super::connect::reader;
use super::context::{Context, block_on, usage};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use super::user::with_raw;
use crate::api::ReadClient;
use crate::contract::{ApiError, ApiRequest, ApiResponse, ConversationPage, PageRequest};
use crate::domain::schedule::{DayEdge, read_moment};
use crate::domain::{ChatMessage, Direction};
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// The platform's own page size.
const PAGE: usize = 500;

/// Fetches and prints a conversation.
///
/// # Errors
/// A time that cannot be read, or what the platform or the network says.
pub fn run(context: &Context, command: &ConversationCommand) -> Result<ExitStatus, ApiError> {
    let ConversationCommand::Show(args) = command;
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let now = context.now_in_zone(&settings);
    let moment = |text: &Option<String>, edge| {
        text.as_deref()
            .map(|text| read_moment(text, &now, edge))
            .transpose()
            .map_err(|sentence| usage(sentence, "`alertdesk help conversation show` has examples."))
    };
    let most = if args.all { usize::MAX } else { args.limit };
    let asked = PageRequest {
        channel_user_id: person(&args.user),
        since: moment(&args.since, DayEdge::Start)?,
        until: moment(&args.until, DayEdge::End)?,
        page_number: 1,
        page_size: u32::try_from(most.clamp(1, PAGE)).unwrap_or(500),
    };
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

/// A channel user id as given; a phone number as people write it becomes its digits.
fn person(text: &str) -> String {
    let text = text.trim();
    let numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || " +()-.".contains(c));
    if numeric {
        text.chars().filter(char::is_ascii_digit).collect()
    } else {
        text.to_owned()
    }
}

/// The newest messages, oldest first, and whether that is all there is. Paging ends with a short
/// or empty page, or one that brings nothing new, because some hosts repeat the last page.
async fn fetch(
    context: &Context,
    client: &ReadClient,
    mut asked: PageRequest,
    most: usize,
) -> Result<(Vec<ChatMessage>, bool), ApiError> {
    let mut seen = HashSet::new();
    let mut pages: Vec<Vec<ChatMessage>> = Vec::new();
    let mut total = 0;
    let ended = loop {
        let page = one_page(client, &asked).await?;
        let received = page.received;
        let fresh: Vec<ChatMessage> = page
            .messages
            .into_iter()
            .filter(|message| seen.insert(identity(message)))
            .collect();
        let nothing_new = fresh.is_empty();
        total += fresh.len();
        pages.push(fresh);
        if nothing_new || received < usize::try_from(asked.page_size).unwrap_or(PAGE) {
            break true;
        }
        if total >= most {
            break false;
        }
        asked.page_number += 1;
        if context.output.progress_wanted() {
            context.output.progress(&format!("{total} messages read"));
        }
    };
    if pages.len() > 1 && context.output.progress_wanted() {
        context.output.end_progress();
    }
    let mut messages: Vec<ChatMessage> = pages.into_iter().rev().flatten().collect();
    // Hosts that page from the oldest end give the slices the other way round; a stable sort
    // keeps messages without a readable time at their place among equals.
    if messages.iter().all(|message| message.time.is_some()) {
        messages.sort_by_key(|message| message.time);
    }
    let surplus = messages.len().saturating_sub(most);
    messages.drain(..surplus);
    Ok((messages, ended && surplus == 0))
}

fn identity(message: &ChatMessage) -> (String, String, String, String, Option<String>) {
    let (time, sender, kind, text, url) = message.identity();
    let own = str::to_owned;
    (own(time), own(sender), own(kind), own(text), url.map(own))
}

async fn one_page(client: &ReadClient, asked: &PageRequest) -> Result<ConversationPage, ApiError> {
    let request = ApiRequest::ConversationPage(asked.clone());
    match client.fetch(&request).await.0? {
        ApiResponse::Page(page) => Ok(page),
        ApiResponse::Users(_) => Ok(ConversationPage {
            messages: Vec::new(),
            received: 0,
        }),
    }
}

fn row(message: &ChatMessage, zone: &TimeZone, args: &ConversationShow) -> Row {
    let time = message.time.map_or_else(
        || message.time_raw.clone(),
        |time| {
            time.to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        },
    );
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
        time,
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

#[cfg(test)]
mod tests {
    use super::person;

    #[test]
    fn a_number_as_people_write_it_is_its_digits() {
        assert_eq!(person("+44 7700 900-412"), "447700900412");
        assert_eq!(person("web-user.7"), "web-user.7");
    }
}
