//! Seed data: invented people of the furniture shop Fern & Oak and what they talk about.
//!
//! Deterministic under the same seed and time. It must not read the clock or know HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::state::{File, Message, Stamp, User, later};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// The busiest conversation covers about fourteen months.
const LONG_SPAN: i64 = 425 * DAY;
/// The other conversations cover up to three months.
const SHORT_SPAN: i64 = 90 * DAY;
/// The first people on the list have written in the last hours.
const LATELY: usize = 7;
/// How many threads before the end the unusual messages stand.
const SPECIALS_BACK: usize = 12;
const MEDIA: &str = "https://media.fernoak.example/in";

#[derive(Debug, Deserialize)]
struct Person {
    name: Option<String>,
    number: String,
    city: String,
    language: String,
    label: Option<String>,
}

/// The phrase pools. A line is `KIND:TEXT`, alternatives are separated by `|`.
#[derive(Debug, Deserialize)]
pub(super) struct Phrases {
    items: Vec<String>,
    days: Vec<String>,
    slots: Vec<String>,
    agents: Vec<String>,
    threads: BTreeMap<String, Vec<Vec<String>>>,
    specials: Vec<String>,
    scene: Vec<(i64, String)>,
    live: Vec<String>,
}

impl Phrases {
    /// Reads the phrases that are part of the program.
    pub(super) fn embedded() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../assets/sandbox/phrases.json"))
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
struct Topic {
    order: String,
    item: String,
    day: String,
    slot: String,
    agent: String,
    amount: String,
}

impl Topic {
    fn pick(phrases: &Phrases, rng: &mut fastrand::Rng) -> Self {
        Self {
            order: rng.u32(60_000..99_999).to_string(),
            item: pick(&phrases.items, rng).to_owned(),
            day: pick(&phrases.days, rng).to_owned(),
            slot: pick(&phrases.slots, rng).to_owned(),
            agent: pick(&phrases.agents, rng).to_owned(),
            amount: (rng.u32(12..190) * 10).to_string(),
        }
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
    fn message(&self, line: &str, at: Timestamp, rng: &mut fastrand::Rng) -> Message {
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
        url: format!("{MEDIA}/{stored}"),
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

/// What to generate; `messages` is the length of the busiest user's conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) users: usize,
    pub(super) messages: usize,
}

/// Generates the users with their conversations; the first one is the busiest.
pub(super) fn generate(
    phrases: &Phrases,
    amount: Amount,
    seed: u64,
    now: Timestamp,
) -> Result<Vec<User>, serde_json::Error> {
    let people: Vec<Person> =
        serde_json::from_str(include_str!("../../assets/sandbox/people.json"))?;
    let numbers = numbers(&people, amount.users);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut users = Vec::with_capacity(amount.users);
    for (place, number) in numbers.into_iter().enumerate() {
        let Some(person) = people.get(place % people.len()) else {
            break;
        };
        let created = later(now, -LONG_SPAN - rng.i64(0..DAY));
        let mut user = User::new(&number, created);
        user.name = match place / people.len() {
            0 => person.name.clone(),
            round => person
                .name
                .as_ref()
                .map(|name| format!("{name} {}", round + 1)),
        };
        user.attributes = attributes(person, &number, &mut rng);
        if place == 0 {
            busiest(&mut user, phrases, amount.messages, now, &mut rng);
        } else if number != QUIET {
            let end = if place < LATELY {
                later(
                    now,
                    -rng.i64(5..60) * MINUTE * i64::try_from(place).unwrap_or(1),
                )
            } else {
                daytime(later(now, -rng.i64(2 * DAY..31 * DAY)))
            };
            let from = later(end, -rng.i64(SHORT_SPAN / 4..SHORT_SPAN));
            let stretch = Stretch { from, to: end };
            let language = person.language.as_str();
            let count = rng.usize(0..=60);
            for message in threads(phrases, &[language], count, stretch, &mut rng) {
                user.push(message);
            }
        }
        users.push(user);
    }
    Ok(users)
}

/// Grace Lim has an account and no conversation.
const QUIET: &str = "447700900047";

/// The numbers of the named people, then the free ones of the range reserved for fiction.
fn numbers(people: &[Person], count: usize) -> Vec<String> {
    let named: Vec<_> = people.iter().map(|person| person.number.clone()).collect();
    let free = (900_000..=900_999)
        .map(|tail| format!("447700{tail}"))
        .filter(|number| !named.contains(number))
        .collect::<Vec<_>>();
    named.iter().cloned().chain(free).take(count).collect()
}

fn attributes(person: &Person, number: &str, rng: &mut fastrand::Rng) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("city".into(), person.city.as_str().into());
    map.insert("language".into(), person.language.as_str().into());
    if let Some(label) = &person.label {
        map.insert("label".into(), label.as_str().into());
    }
    map.insert(
        "last_order".into(),
        rng.u32(60_000..99_999).to_string().into(),
    );
    let tail = number
        .get(number.len().saturating_sub(4)..)
        .unwrap_or_default();
    map.insert(
        "email".into(),
        format!("customer{tail}@mail.example").into(),
    );
    map
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: Timestamp,
    to: Timestamp,
}

fn busiest(
    user: &mut User,
    phrases: &Phrases,
    count: usize,
    now: Timestamp,
    rng: &mut fastrand::Rng,
) {
    let topic = Topic {
        agent: "Meera".to_owned(),
        ..Topic::pick(phrases, rng)
    };
    let scene: Vec<_> = phrases
        .scene
        .iter()
        .map(|(ago, line)| topic.message(line, later(now, -ago * MINUTE), rng))
        .collect();
    let scene = scene
        .get(scene.len().saturating_sub(count)..)
        .unwrap_or_default();
    let stretch = Stretch {
        from: later(now, -LONG_SPAN),
        to: later(now, -2 * DAY),
    };
    // Other languages come up now and then, as with a family that shares one telephone.
    let languages = [
        "en", "en", "en", "en", "en", "en", "ar", "ar", "en", "hi", "ja",
    ];
    let rest = count - scene.len();
    for message in threads(phrases, &languages, rest, stretch, rng) {
        user.push(message);
    }
    for message in scene {
        user.push(message.clone());
    }
}

/// Exactly `count` messages in threads, oldest first, spread over the stretch.
fn threads(
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
            let language = rng.choice(languages).copied().unwrap_or("en");
            let pool = phrases
                .threads
                .get(language)
                .or_else(|| phrases.threads.get("en"));
            pool.and_then(|pool| rng.choice(pool))
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
fn daytime(at: Timestamp) -> Timestamp {
    let past_midnight = at.as_millisecond().rem_euclid(DAY);
    let pressed = DAY / 3 + past_midnight * 11 / 24;
    later(at, pressed - past_midnight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(amount: Amount) -> Vec<User> {
        let now = "2026-10-22T09:47:00Z".parse().unwrap();
        generate(&Phrases::embedded().unwrap(), amount, 7, now).unwrap()
    }

    #[rstest::rstest]
    #[case(0)]
    #[case(5)]
    #[case(100)]
    #[case(3000)]
    fn the_busiest_conversation_has_exactly_the_asked_length(#[case] messages: usize) {
        let users = users(Amount { users: 3, messages });
        assert_eq!(users[0].messages.len(), messages);
        assert!(users[0].messages.is_sorted_by(|one, next| one.at < next.at));
    }

    #[test]
    fn every_message_lies_before_now() {
        let now: Timestamp = "2026-10-22T09:47:00Z".parse().unwrap();
        for user in users(Amount {
            users: 46,
            messages: 3000,
        }) {
            let name = user.name.as_deref();
            assert!(
                user.messages.iter().all(|message| message.at < now),
                "{name:?}"
            );
            assert!(
                user.number == "447700900412" || user.messages.len() <= 60,
                "{name:?}"
            );
        }
    }

    #[test]
    fn people_write_by_day() {
        let users = users(Amount {
            users: 1,
            messages: 3000,
        });
        let hour = |message: &&Message| message.at.as_millisecond().rem_euclid(DAY) / 60 / MINUTE;
        let by_day = users[0]
            .messages
            .iter()
            .filter(|one| (7..22).contains(&hour(one)));
        assert!(by_day.count() > 2900);
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        let amount = Amount {
            users: 60,
            messages: 400,
        };
        let (one, two) = (users(amount), users(amount));
        assert_eq!(one.len(), 60);
        assert!(
            one.iter()
                .zip(&two)
                .all(|(one, two)| one.messages == two.messages)
        );
    }
}
