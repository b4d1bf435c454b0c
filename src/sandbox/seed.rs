//! Seed data: invented people of the furniture shop Fern & Oak and what they talk about.
//!
//! Deterministic under the same seed and time. It must not read the clock or know HTTP.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::history::{Archive, Chat, FAMILY, History, chance};
use super::state::{Message, User, later};
use super::talk::{DAY, MINUTE, Phrases, Stretch, Topic, daytime, threads};

/// The kept part of the busiest conversation covers about fourteen months.
const LONG_SPAN: i64 = 425 * DAY;
/// As many messages of it are kept; what is older is made when it is read.
const KEPT: usize = 3000;
/// The other conversations cover up to three months.
const SHORT_SPAN: i64 = 90 * DAY;
/// The longest of the other conversations.
const SHORT: usize = 60;
/// The first people on the list have written in the last hours.
const LATELY: usize = 7;

#[derive(Debug, Deserialize)]
struct Person<'a> {
    name: Option<&'a str>,
    number: &'a str,
    city: &'a str,
    language: &'a str,
    label: Option<&'a str>,
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
    let people: Vec<Person<'static>> =
        serde_json::from_str(include_str!("../../assets/sandbox/people.json"))?;
    let numbers = numbers(&people, amount.users);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut users = Vec::with_capacity(amount.users);
    for (place, number) in numbers.into_iter().enumerate() {
        let Some(person) = people.get(place % people.len()) else {
            break;
        };
        let round = place / people.len();
        if round > 0 {
            // From here on everybody has chance of their own, so that a chat can be made alone.
            rng = chance(seed, place);
        }
        let created = later(now, -LONG_SPAN - rng.i64(0..DAY));
        let mut user = User::new(&number, created);
        user.name = match round {
            0 => person.name.map(str::to_owned),
            round => person.name.map(|name| format!("{name} {}", round + 1)),
        };
        user.attributes = attributes(person, &number, &mut rng);
        if place == 0 {
            busiest(&mut user, phrases, (amount.messages, seed), now, &mut rng);
        } else if number != QUIET {
            let chat = chat(person.language, place, now, &mut rng);
            user.history = if round == 0 {
                let languages = [chat.language];
                let written = threads(phrases, &languages, chat.count, chat.stretch, &mut rng);
                History::written(written)
            } else {
                History::chat(chat)
            };
        }
        users.push(user);
    }
    Ok(users)
}

/// How much one of the others wrote, and when.
fn chat(language: &'static str, place: usize, now: Timestamp, rng: &mut fastrand::Rng) -> Chat {
    let to = if place < LATELY {
        let minutes = rng.i64(5..60) * i64::try_from(place).unwrap_or(1);
        later(now, -minutes * MINUTE)
    } else {
        daytime(later(now, -rng.i64(2 * DAY..31 * DAY)))
    };
    let from = later(to, -rng.i64(SHORT_SPAN / 4..SHORT_SPAN));
    let count = rng.usize(0..=SHORT);
    Chat {
        rng: rng.clone(),
        language,
        count,
        stretch: Stretch { from, to },
    }
}

/// Grace Lim has an account and no conversation.
const QUIET: &str = "447700900047";

/// The beginnings of the ranges of a thousand numbers that are reserved for fiction: mobile first,
/// then London, Leeds, Sheffield, Nottingham, Leicester, Bristol, Reading, Birmingham, Edinburgh,
/// Glasgow, Liverpool and Manchester.
const FICTION: [&str; 13] = [
    "447700900",
    "442079460",
    "441134960",
    "441144960",
    "441154960",
    "441164960",
    "441174960",
    "441184960",
    "441214960",
    "441314960",
    "441414960",
    "441514960",
    "441614960",
];

/// The numbers of the named people, then the free ones of the ranges reserved for fiction.
fn numbers(people: &[Person<'_>], count: usize) -> Vec<String> {
    let named = people.iter().map(|person| person.number.to_owned());
    let free = FICTION
        .iter()
        .flat_map(|range| (0..1000).map(move |tail| format!("{range}{tail:03}")))
        .filter(|number| people.iter().all(|person| person.number != number));
    named.chain(free).take(count).collect()
}

fn attributes(person: &Person<'_>, number: &str, rng: &mut fastrand::Rng) -> Map<String, Value> {
    let mut map = Map::with_capacity(5);
    map.insert("city".into(), person.city.into());
    map.insert("language".into(), person.language.into());
    if let Some(label) = person.label {
        map.insert("label".into(), label.into());
    }
    map.insert(
        "last_order".into(),
        rng.u32(60_000..99_999).to_string().into(),
    );
    let tail = number.strip_prefix("44770090").unwrap_or(number);
    map.insert(
        "email".into(),
        format!("customer{tail}@mail.example").into(),
    );
    map
}

fn busiest(
    user: &mut User,
    phrases: &Phrases,
    (count, seed): (usize, u64),
    now: Timestamp,
    rng: &mut fastrand::Rng,
) {
    let recent = recent(phrases, count.min(KEPT), now, rng);
    let end = recent.first().map_or(now, |message| message.at);
    user.history = if count > KEPT {
        let archive = Archive::before(end, seed, count - KEPT);
        user.created = user.created.min(later(archive.begin(), -DAY));
        History::long(archive, recent)
    } else {
        History::written(recent)
    };
}

fn recent(
    phrases: &Phrases,
    count: usize,
    now: Timestamp,
    rng: &mut fastrand::Rng,
) -> Vec<Message> {
    let topic = Topic::pick(phrases, rng).answered_by("Meera");
    let mut scene: Vec<_> = phrases
        .scene
        .iter()
        .map(|(ago, line)| topic.message(line, later(now, -ago * MINUTE), rng))
        .collect();
    scene.drain(..scene.len().saturating_sub(count));
    let stretch = Stretch {
        from: later(now, -LONG_SPAN),
        to: later(now, -2 * DAY),
    };
    let mut messages = threads(phrases, &FAMILY, count - scene.len(), stretch, rng);
    messages.append(&mut scene);
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(amount: Amount) -> Vec<User> {
        let now = "2026-10-22T09:47:00Z".parse().unwrap();
        generate(&Phrases::embedded().unwrap(), amount, 7, now).unwrap()
    }

    fn messages(user: &User) -> Vec<Message> {
        let phrases = Phrases::embedded().unwrap();
        let all = user.history.read(0..user.history.len(), &phrases);
        all.into_iter().map(std::borrow::Cow::into_owned).collect()
    }

    #[rstest::rstest]
    #[case(0)]
    #[case(5)]
    #[case(100)]
    #[case(3000)]
    #[case(3001)]
    #[case(20_000)]
    fn the_busiest_conversation_has_exactly_the_asked_length(#[case] asked: usize) {
        let users = users(Amount {
            users: 3,
            messages: asked,
        });
        assert_eq!(users[0].history.len(), asked);
        let messages = messages(&users[0]);
        assert_eq!(messages.len(), asked);
        assert!(messages.is_sorted_by(|one, next| one.at < next.at));
        let first = messages.first().map_or(Timestamp::MAX, |first| first.at);
        assert!(users[0].created < first);
    }

    #[test]
    fn the_end_is_the_same_however_long_the_conversation_is() {
        let end = |asked| {
            let all = users(Amount {
                users: 60,
                messages: asked,
            });
            let longest = messages(&all[0]);
            let others: Vec<_> = all[1..].iter().map(messages).collect();
            (longest[longest.len() - 4000..].to_vec(), others)
        };
        assert_eq!(end(4000), end(9321));
    }

    #[test]
    fn every_message_lies_before_now() {
        let now: Timestamp = "2026-10-22T09:47:00Z".parse().unwrap();
        for user in users(Amount {
            users: 400,
            messages: 3000,
        }) {
            let name = user.name.as_deref();
            let messages = messages(&user);
            assert!(messages.iter().all(|message| message.at < now), "{name:?}");
            let last = messages.last().map(|message| message.at);
            assert_eq!(last, user.history.last_at(), "{name:?}");
            assert_eq!(messages.len(), user.history.len(), "{name:?}");
            assert!(
                user.number == "447700900412" || messages.len() <= SHORT,
                "{name:?}"
            );
        }
    }

    #[rstest::rstest]
    #[case(3000)]
    #[case(9000)]
    fn people_write_by_day(#[case] asked: usize) {
        let users = users(Amount {
            users: 1,
            messages: asked,
        });
        let hour = |message: &&Message| message.at.as_millisecond().rem_euclid(DAY) / 60 / MINUTE;
        let messages = messages(&users[0]);
        let by_day = messages.iter().filter(|one| (7..22).contains(&hour(one)));
        assert!(by_day.count() > asked - 100);
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        let amount = Amount {
            users: 60,
            messages: 4000,
        };
        let (one, two) = (users(amount), users(amount));
        assert_eq!(one.len(), 60);
        assert!(
            one.iter()
                .zip(&two)
                .all(|(one, two)| messages(one) == messages(two))
        );
    }

    #[test]
    fn ten_thousand_people_have_numbers_of_their_own() {
        let users = users(Amount {
            users: 10_000,
            messages: 0,
        });
        let numbers: std::collections::HashSet<_> = users.iter().map(|one| &one.number).collect();
        assert_eq!(numbers.len(), 10_000);
        assert!(numbers.iter().all(|number| number.len() == 12));
    }
}
