//! What people talk about: the phrase pools, and messages and threads made of them.
//!
//! Deterministic under the same chance and times. It must not read the clock or know HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::media::PLACE;
use super::state::{File, Message, Stamp, later};

pub(super) const MINUTE: i64 = 60_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;
/// How many threads before the end the unusual messages stand.
const SPECIALS_BACK: usize = 12;

/// The phrase pools. A line is `KIND:TEXT`, alternatives are separated by `|`.
#[derive(Debug, Deserialize)]
pub(super) struct Phrases {
    items: Vec<String>,
    days: Vec<String>,
    slots: Vec<String>,
    agents: Vec<String>,
    threads: BTreeMap<String, Vec<Vec<String>>>,
    pub(super) specials: Vec<String>,
    pub(super) scene: Vec<(i64, String)>,
    live: Vec<String>,
}

impl Phrases {
    /// Reads the phrases that are part of the program.
    pub(super) fn embedded() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../assets/sandbox/phrases.json"))
    }

    /// The lines of a thread in one of the languages; English where there is none.
    pub(super) fn thread(
        &self,
        languages: &[&str],
        rng: &mut fastrand::Rng,
    ) -> Option<&Vec<String>> {
        let language = rng.choice(languages).copied().unwrap_or("en");
        let pool = self
            .threads
            .get(language)
            .or_else(|| self.threads.get("en"));
        pool.and_then(|pool| rng.choice(pool))
    }

    /// Something a customer writes out of the blue.
    pub(super) fn live_line(&self, rng: &mut fastrand::Rng) -> String {
        let topic = Topic::pick(self, rng);
        topic.fill(pick(&self.live, rng))
    }
}

fn pick<'a>(list: &'a [String], rng: &mut fastrand::Rng) -> &'a str {
    rng.choice(list).map_or("", String::as_str)
}

/// What one thread is about.
pub(super) struct Topic {
    order: String,
    item: String,
    day: String,
    slot: String,
    agent: String,
    amount: String,
}

impl Topic {
    pub(super) fn pick(phrases: &Phrases, rng: &mut fastrand::Rng) -> Self {
        Self {
            order: rng.u32(60_000..99_999).to_string(),
            item: pick(&phrases.items, rng).to_owned(),
            day: pick(&phrases.days, rng).to_owned(),
            slot: pick(&phrases.slots, rng).to_owned(),
            agent: pick(&phrases.agents, rng).to_owned(),
            amount: (rng.u32(12..190) * 10).to_string(),
        }
    }

    /// The same topic in the hands of this agent.
    pub(super) fn answered_by(self, agent: &str) -> Self {
        let agent = agent.to_owned();
        Self { agent, ..self }
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{order}", &self.order)
            .replace("{item}", &self.item)
            .replace("{day}", &self.day)
            .replace("{slot}", &self.slot)
            .replace("{agent}", &self.agent)
            .replace("{amount}", &self.amount)
    }

    /// Turns a line of a phrase pool into a message.
    pub(super) fn message(&self, line: &str, at: Timestamp, rng: &mut fastrand::Rng) -> Message {
        let (kind, texts) = line.split_once(':').unwrap_or(("u", line));
        let choices: Vec<_> = texts.split('|').collect();
        let text = self.fill(rng.choice(choices).unwrap_or_default());
        let plain = |sender: &str, text: &str| Message::text(at, sender, text);
        match kind {
            "b" => plain("bot", &text),
            "a" => plain(&self.agent, &text),
            "o" => Message {
                kind: "OPTIONS",
                ..plain("bot", &text)
            },
            "x" => Message {
                kind: "CATALOGUE_CARD",
                ..plain("bot", &text)
            },
            "t" => Message {
                stamp: Stamp::NoOffset,
                ..plain("user", &text)
            },
            "p" => Message {
                kind: "LOCATION",
                ..plain("user", &text)
            },
            "j" => self.participation(at, "joined"),
            "l" => self.participation(at, "left"),
            "f" => media(at, "FILE_RECEIVED", &text),
            "i" => media(at, "IMAGE", &text),
            "d" => media(at, "DOCUMENT", &text),
            "w" => media(at, "VIDEO", &text),
            "n" => media(at, "AUDIO", &text),
            "v" => media(at, "VOICE", &text),
            _ => plain("user", &text),
        }
    }

    fn participation(&self, at: Timestamp, verb: &str) -> Message {
        let sentence = format!("<strong>{}</strong> {verb} the conversation", self.agent);
        let text = json!({ "agentId": 1001, "PARTICIPATION_MESSAGE": sentence });
        let text = text.to_string().replace("</", "<\\/");
        Message {
            kind: "AGENT_PARTICIPATION_STATUS",
            ..Message::text(at, "bot", text)
        }
    }
}

fn media(at: Timestamp, kind: &'static str, text: &str) -> Message {
    let (name, mime) = text
        .split_once('~')
        .unwrap_or((text, "application/octet-stream"));
    let name = name.replace(' ', "-");
    let inbound = matches!(kind, "FILE_RECEIVED" | "VOICE");
    // The platform puts a suffix in front of the ending of uploaded files.
    let stored = match name.rsplit_once('.') {
        Some((_, ending)) if inbound => format!("{name}-AB1CD.{ending}"),
        Some(_) | None => name.clone(),
    };
    let response = match kind {
        "FILE_RECEIVED" => format!("User uploaded {name} - [{mime}]"),
        _ => name,
    };
    let file = File {
        url: format!("{PLACE}{stored}"),
        mime_type: mime.to_owned(),
        upload_type: "WHATSAPP",
    };
    let sender = if inbound { "user" } else { "bot" };
    Message {
        kind,
        file: Some(file),
        ..Message::text(at, sender, response)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// Exactly `count` messages in threads, oldest first, spread over the stretch.
pub(super) fn threads(
    phrases: &Phrases,
    languages: &[&str],
    count: usize,
    stretch: Stretch,
    rng: &mut fastrand::Rng,
) -> Vec<Message> {
    let mut plan: Vec<&[String]> = Vec::new();
    let mut planned = 0;
    while planned < count {
        let lines = if languages.len() > 1 && plan.len() == SPECIALS_BACK {
            Some(&phrases.specials)
        } else {
            phrases.thread(languages, rng)
        };
        let Some(lines) = lines.filter(|lines| !lines.is_empty()) else {
            break;
        };
        planned += lines.len();
        plan.push(lines);
    }
    // Planned from the newest thread backwards, so that the unusual one is always near the end.
    plan.reverse();
    let mut messages: Vec<Message> = Vec::with_capacity(planned);
    let total = i64::try_from(plan.len().max(1)).unwrap_or(i64::MAX);
    let slot = (stretch.to.duration_since(stretch.from).as_millis() / i128::from(total)).max(2);
    let slot = i64::try_from(slot).unwrap_or(DAY);
    let mut start = stretch.from;
    let mut newest = 0;
    for lines in plan {
        newest = messages.len();
        let topic = Topic::pick(phrases, rng);
        let mut at = daytime(later(start, rng.i64(0..=slot / 4)));
        let steps = i64::try_from(lines.len().max(1)).unwrap_or(1);
        let gap = (slot / 5 / steps).clamp(1, 6 * MINUTE);
        for line in lines {
            if let Some(last) = messages.last() {
                at = at.max(later(last.at, 1 + gap / 4));
            }
            messages.push(topic.message(line, at, rng));
            at = later(at, rng.i64(gap / 8..=gap).max(1));
        }
        start = later(start, slot);
    }
    align(&mut messages, newest, stretch.to);
    messages.split_off(messages.len().saturating_sub(count))
}

/// Moves the whole by whole days and the newest thread by the rest, so that it ends at `to`.
fn align(messages: &mut [Message], newest: usize, to: Timestamp) {
    let Some(last) = messages.last() else { return };
    let off = to.as_millisecond() - last.at.as_millisecond();
    let days = off.div_euclid(DAY) * DAY;
    for (place, message) in messages.iter_mut().enumerate() {
        let by = if place < newest { days } else { off };
        message.at = later(message.at, by);
    }
}

/// The same day, with the whole day pressed into the hours from eight to seven.
pub(super) fn daytime(at: Timestamp) -> Timestamp {
    let past_midnight = at.as_millisecond().rem_euclid(DAY);
    let pressed = DAY / 3 + past_midnight * 11 / 24;
    later(at, pressed - past_midnight)
}
