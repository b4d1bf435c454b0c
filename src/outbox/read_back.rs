//! Looks at the conversation of an unknown result for the message that would prove it. Positive
//! evidence settles it as accepted; anything else is kept as what was seen and settles nothing.

use super::error::OutboxError;
use super::queue::Outbox;
use super::sender::blocking;
use super::unknown::{known_ids, wait_until};
use crate::contract::unknown::{Found, ReadBackBy};
use crate::contract::{ApiError, ConversationPage, ErrorKind, PageRequest, ServerClock};
use crate::domain::read_back::{Question, Reading, message_key, read_back};
use crate::domain::sent_text::{SentText, template_of};
use crate::domain::{BotTarget, ChatMessage, ItemId, Sha256Hex};
use crate::store::outbox::{Proof, Proven, Rival, UnknownRow};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;

/// The conversation is read from so long before the try.
const BEFORE: SignedDuration = SignedDuration::from_mins(1);
/// Tries of ours that began so long before could still show up; four times what a message takes.
const RIVALS_BEFORE: SignedDuration = SignedDuration::from_mins(60);
/// The server's clock is only good for comparing if its answer came this fast.
const QUICK: SignedDuration = SignedDuration::from_secs(2);
/// How far the clock of the conversation may be behind the one that dates answers. Tries of ours
/// for one person are three times as far apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(2);
/// From this difference of the clocks on, the stretch of time is asked for anew.
const FAR: SignedDuration = SignedDuration::from_secs(20);
/// Messages per page, and pages at most: a quarter of an hour of one person's messages.
const PAGE: u32 = 500;
const MOST_PAGES: u32 = 20;

/// A page on its way, with the server's clock if its answer told.
pub type PageFuture<'a> = Pin<
    Box<dyn Future<Output = (Result<ConversationPage, ApiError>, Option<ServerClock>)> + Send + 'a>,
>;

/// Conversations of one bot, for reading.
pub trait Chats: Send + Sync {
    /// The bot.
    fn target(&self) -> &BotTarget;

    /// Reads one page.
    fn page(&self, asked: PageRequest) -> PageFuture<'_>;
}

/// What was read of a conversation.
struct Chat {
    messages: Vec<ChatMessage>,
    /// How far the server's clock is ahead of ours, at least.
    ahead: Option<SignedDuration>,
}

impl Outbox {
    /// Looks at the conversations of these items, the last try first: what proves a later one
    /// cannot prove an earlier one any more. Tells what came of each.
    ///
    /// # Errors
    /// [`OutboxError::Store`]; a conversation that cannot be read is no error of all.
    pub async fn read_back(
        &self,
        items: Vec<ItemId>,
        chats: &dyn Chats,
        who: &str,
        told: &mut (dyn FnMut(ItemId, Found) + Send),
    ) -> Result<(), OutboxError> {
        let outbox = self.clone();
        let (mut rows, settled) = blocking(move || outbox.unknown_among(items)).await??;
        for item in settled {
            told(item, Found::Settled);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.attempt.started));
        for row in rows {
            let item = row.item.id;
            let found = self.look(row, chats, who).await?;
            told(item, found);
        }
        Ok(())
    }

    fn unknown_among(
        &self,
        items: Vec<ItemId>,
    ) -> Result<(Vec<UnknownRow>, Vec<ItemId>), OutboxError> {
        let (mut rows, mut settled) = (Vec::new(), Vec::new());
        for item in items {
            match self.store().unknown_row(item)? {
                Some(row) => rows.push(row),
                None => settled.push(item),
            }
        }
        Ok((rows, settled))
    }

    async fn look(
        &self,
        row: UnknownRow,
        chats: &dyn Chats,
        who: &str,
    ) -> Result<Found, OutboxError> {
        if row.batch.target != *chats.target() {
            return Ok(Found::Failed(other_profile(&row)));
        }
        let outbox = self.clone();
        let (row, asking) = blocking(move || {
            let asking = outbox.asking(&row);
            asking.map(|asking| (row, asking))
        })
        .await??;
        let asking = match asking {
            Ok(asking) => asking,
            Err(yourself) => return Ok(Found::NoEvidence(yourself)),
        };
        let chat = match asking.fetch(chats).await {
            Ok(chat) => chat,
            Err(error) if error.kind == ErrorKind::NotFound => Chat {
                messages: Vec::new(),
                ahead: None,
            },
            Err(error) => return Ok(Found::Failed(error)),
        };
        let (outbox, who) = (self.clone(), who.to_owned());
        blocking(move || outbox.weigh(&row, &asking, &chat, &who)).await?
    }

    /// What to look for, or what a person has to do because no look can prove it.
    fn asking(&self, row: &UnknownRow) -> Result<Result<Asking, String>, OutboxError> {
        let evidence = self.evidence(row)?;
        let person = row.item.recipient.clone();
        let (Some(person), true) = (person, evidence.read_back != ReadBackBy::Nobody) else {
            let yourself = evidence.look_yourself.unwrap_or_default();
            return Ok(Err(yourself));
        };
        let kind = row.batch.batch.kind;
        let words = self.words_of(kind, &row.request)?;
        let started = row.attempt.started;
        let from = started
            .saturating_sub(RIVALS_BEFORE)
            .unwrap_or(Timestamp::MIN);
        let mut rivals = Vec::new();
        for rival in self.store().rivals(row, from, wait_until(started))? {
            if self.says_the_same(&rival, row, &words)? {
                rivals.push(rival.started);
            }
        }
        Ok(Ok(Asking {
            person,
            ids: known_ids(row),
            text: match words {
                SentText::Words(text) => Some(text),
                SentText::Template { .. } | SentText::Flow | SentText::Several => None,
            },
            started,
            rivals,
        }))
    }

    /// Whether another try may have said the same. What cannot be told counts.
    fn says_the_same(
        &self,
        rival: &Rival,
        row: &UnknownRow,
        words: &SentText,
    ) -> Result<bool, OutboxError> {
        let same_template = || {
            let own = template_of(row.batch.batch.kind, &row.request);
            own.is_some() && own == template_of(rival.kind, &rival.request)
        };
        Ok(match (self.words_of(rival.kind, &rival.request)?, words) {
            (SentText::Words(theirs), SentText::Words(ours)) => theirs.trim() == ours.trim(),
            (SentText::Template { .. } | SentText::Words(_), _) => same_template(),
            (SentText::Flow, _) => rival.kind == row.batch.batch.kind,
            (SentText::Several, _) => true,
        })
    }

    fn weigh(
        &self,
        row: &UnknownRow,
        asking: &Asking,
        chat: &Chat,
        who: &str,
    ) -> Result<Found, OutboxError> {
        let key = |message: &ChatMessage| message_key(&row.batch.target, &asking.person, message);
        let keys: Vec<Sha256Hex> = chat.messages.iter().map(key).collect();
        let claimed: HashSet<Sha256Hex> = self.store().claimed(&keys)?;
        let by_server = |ours: Timestamp| {
            let ahead = chat.ahead?;
            ours.checked_add(ahead).ok()
        };
        let rivals: Vec<Timestamp> = asking
            .rivals
            .iter()
            .copied()
            .filter_map(by_server)
            .collect();
        let question = Question {
            ids: &asking.ids,
            text: asking.text.as_deref(),
            started: by_server(asking.started),
            rivals: &rivals,
        };
        let reading = read_back(&question, &chat.messages, |message| {
            claimed.contains(&key(message))
        });
        let (message, id) = match reading {
            Reading::ById(message, id) => (message, Some(id)),
            Reading::ByText(message) => (message, None),
            Reading::Unclear(equal) => {
                return self.seen(row, unclear(&equal, chat.ahead.is_some()));
            }
            Reading::Nothing => return self.seen(row, "No such message is there yet.".to_owned()),
        };
        let key = &key(message);
        self.prove(row, (message, key, id), who)
    }

    /// The message settles the result, unless it proves another one already.
    fn prove(
        &self,
        row: &UnknownRow,
        (message, key, id): (&ChatMessage, &Sha256Hex, Option<&str>),
        who: &str,
    ) -> Result<Found, OutboxError> {
        let time = time_of(message);
        let evidence = match id {
            Some(id) => format!("The conversation has it under its id {id}, at {time}."),
            None => format!("The conversation has it, at {time}."),
        };
        let proof = Proof {
            item: row.item.id,
            message: key,
            message_id: id,
            evidence: &evidence,
            who,
            at: self.now(),
        };
        match self.store().prove(&proof)? {
            Proven::Accepted(stored) => {
                self.tell();
                Ok(Found::Accepted {
                    evidence,
                    at: message.time,
                    batch: Box::new(stored.batch),
                })
            }
            Proven::Claimed => {
                let text = "The only such message proves another result.".to_owned();
                self.seen(row, text)
            }
            Proven::Settled => Ok(Found::Settled),
        }
    }

    fn seen(&self, row: &UnknownRow, found: String) -> Result<Found, OutboxError> {
        self.store().looked(row.item.id, self.now(), &found)?;
        Ok(Found::NoEvidence(found))
    }
}

/// What is looked for in whose conversation; times are ours.
struct Asking {
    person: String,
    ids: Vec<String>,
    text: Option<String>,
    started: Timestamp,
    rivals: Vec<Timestamp>,
}

impl Asking {
    /// Reads the stretch of time. Where the clocks are far apart, it is read again by the
    /// server's.
    async fn fetch(&self, chats: &dyn Chats) -> Result<Chat, ApiError> {
        let (chat, clock) = self.stretch(chats, SignedDuration::ZERO).await?;
        let Some(clock) = clock else {
            return Ok(chat);
        };
        let ahead = clock.date.duration_since(clock.answered);
        if ahead.abs() < FAR {
            return Ok(chat);
        }
        self.stretch(chats, ahead).await.map(|(chat, _)| chat)
    }

    async fn stretch(
        &self,
        chats: &dyn Chats,
        shift: SignedDuration,
    ) -> Result<(Chat, Option<ServerClock>), ApiError> {
        let first = self
            .rivals
            .iter()
            .copied()
            .fold(self.started, Timestamp::min);
        let at = |time: Timestamp, extra: SignedDuration| {
            let moved = time
                .checked_add(shift)
                .and_then(|time| time.checked_add(extra));
            moved.ok()
        };
        let mut asked = PageRequest {
            channel_user_id: self.person.clone(),
            since: at(first, -BEFORE),
            until: at(wait_until(self.started), BEFORE),
            page_number: 1,
            page_size: PAGE,
        };
        let mut messages: Vec<ChatMessage> = Vec::new();
        let mut clock = None;
        while asked.page_number <= MOST_PAGES {
            let (page, told) = chats.page(asked.clone()).await;
            let page = page?;
            clock = told.or(clock);
            let last = page.received < PAGE as usize;
            let known: HashSet<_> = messages.iter().map(identity).collect();
            let new: Vec<ChatMessage> = page
                .messages
                .into_iter()
                .filter(|message| !known.contains(&identity(message)))
                .collect();
            // A platform that ignores page numbers repeats itself for ever.
            let ended = last || new.is_empty();
            messages.extend(new);
            if ended {
                break;
            }
            asked.page_number += 1;
        }
        let ahead = clock
            .filter(|clock| clock.answered.duration_since(clock.asked) <= QUICK)
            .map(|clock| clock.date.duration_since(clock.answered) - CLOCKS_APART);
        Ok((Chat { messages, ahead }, clock))
    }
}

fn identity(message: &ChatMessage) -> (String, String, String, String) {
    let (time, sender, kind, text, _) = message.identity();
    let own = |text: &str| text.to_owned();
    (own(time), own(sender), own(kind), own(text))
}

fn other_profile(row: &UnknownRow) -> ApiError {
    let text = format!(
        "Item {} was sent with the profile {}, which is not the one in use.",
        row.item.id.0, row.batch.batch.profile
    );
    let advice = format!("Choose the profile {} to look.", row.batch.batch.profile);
    ApiError::new(ErrorKind::Refused, text, advice)
}

fn unclear(equal: &[&ChatMessage], clock_known: bool) -> String {
    let times: Vec<String> = equal.iter().map(|message| time_of(message)).collect();
    let times = times.join(", ");
    match (equal, clock_known) {
        ([_], true) => format!(
            "An equal message is there at {times}, but another try of ours may have made it."
        ),
        (_, true) => format!("Equal messages are there at {times}; they cannot be told apart."),
        ([_], false) => format!(
            "An equal message is there at {times}, but the server's clock cannot be compared."
        ),
        (_, false) => format!(
            "Equal messages are there at {times}, and the server's clock cannot be compared."
        ),
    }
}

fn time_of(message: &ChatMessage) -> String {
    match message.time {
        Some(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => "an unreadable time".to_owned(),
    }
}
