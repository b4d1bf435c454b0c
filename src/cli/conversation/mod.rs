//! `conversation …`: messages on the screen, in a file, in the local cache. Reads; they change
//! nothing at the platform.

mod export;
mod search;
mod show;
mod sync;

use super::args_conversation::{ConversationCommand, WhenArgs};
use super::context::{Context, usage};
use super::exit::ExitStatus;
use crate::api::ReadClient;
use crate::contract::{ApiError, ApiRequest, ApiResponse, ConversationPage, PageRequest};
use crate::domain::ChatMessage;
use crate::domain::schedule::{DayEdge, read_moment};
use crate::domain::time_range::{TimeRange, read_range};
use jiff::Zoned;
use std::collections::HashSet;

/// The platform's own page size.
const PAGE: usize = 500;

/// Runs a `conversation` command.
///
/// # Errors
/// A time that cannot be read, what the platform or the network says, a file that cannot be
/// written.
pub fn run(context: &Context, command: &ConversationCommand) -> Result<ExitStatus, ApiError> {
    match command {
        ConversationCommand::Show(args) => show::run(context, args),
        ConversationCommand::Export(args) => export::run(context, args),
        ConversationCommand::Sync(args) => sync::run(context, args),
        ConversationCommand::Search(args) => search::run(context, args),
    }
}

/// The range of time that the options say, in the zone of `now`.
fn window(when: &WhenArgs, now: &Zoned, command: &str) -> Result<TimeRange, ApiError> {
    let wrong = |sentence: String| {
        usage(
            sentence,
            format!("`alertdesk help conversation {command}` has examples."),
        )
    };
    if let Some(words) = &when.range {
        return read_range(words, now).map_err(wrong);
    }
    let moment = |text: &Option<String>, edge| {
        text.as_deref()
            .map(|text| read_moment(text, now, edge))
            .transpose()
            .map_err(wrong)
    };
    let since = moment(&when.since, DayEdge::Start)?;
    let until = moment(&when.until, DayEdge::End)?;
    TimeRange::between(since, until).ok_or_else(|| {
        wrong("--until is before --since, so there is no time between them".to_owned())
    })
}

/// The first question for a person's messages.
fn ask(user: &str, range: TimeRange, most: usize) -> PageRequest {
    PageRequest {
        channel_user_id: person(user),
        since: range.since,
        until: range.until,
        page_number: 1,
        page_size: u32::try_from(most.clamp(1, PAGE)).unwrap_or(500),
    }
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

#[cfg(test)]
mod tests {
    use super::person;

    #[test]
    fn a_number_as_people_write_it_is_its_digits() {
        assert_eq!(person("+44 7700 900-412"), "447700900412");
        assert_eq!(person("web-user.7"), "web-user.7");
    }
}
