//! Read-back over a real record and a conversation the test writes: what settles a result, what
//! is left to a person, and whose clock counts.

use super::{Bench, fast, judgement, plan};
use crate::contract::unknown::{Found, ReadBackBy};
use crate::contract::{ApiError, ConversationPage, ErrorKind, PageRequest, ServerClock};
use crate::domain::{
    BatchId, BatchState, BotTarget, ChatMessage, Direction, FrozenRequest, ItemId, MessageKind,
    Plan, RequestBody, Schedule, SendKind, Verdict,
};
use crate::outbox::read_back::{Chats, PageFuture};
use crate::store::outbox::Outcome;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;

const TEXT: &str = "We close at 17:00.";
const PERSON: &str = "447700900000";

/// A conversation as the platform has it, and its clock.
struct FakeChats {
    target: BotTarget,
    messages: Vec<(Timestamp, &'static str)>,
    ahead: Option<SignedDuration>,
    now: Timestamp,
    error: Option<ErrorKind>,
    asked: Mutex<Vec<PageRequest>>,
}

impl Chats for FakeChats {
    fn target(&self) -> &BotTarget {
        &self.target
    }

    fn page(&self, asked: PageRequest) -> PageFuture<'_> {
        self.asked.lock().unwrap().push(asked.clone());
        let within = |time: &Timestamp| {
            asked.since.is_none_or(|since| *time >= since)
                && asked.until.is_none_or(|until| *time <= until)
        };
        let messages: Vec<ChatMessage> = self
            .messages
            .iter()
            .filter(|(time, _)| within(time))
            .map(|(time, text)| message(*time, text))
            .collect();
        let received = messages.len();
        let clock = self.ahead.map(|ahead| ServerClock {
            date: self.now + ahead,
            asked: self.now,
            answered: self.now + SignedDuration::from_millis(80),
        });
        let answer = match self.error {
            Some(kind) => Err(ApiError::new(kind, "refused", "")),
            None => Ok(ConversationPage { messages, received }),
        };
        Box::pin(async move { (answer, clock) })
    }
}

fn message(time: Timestamp, text: &str) -> ChatMessage {
    ChatMessage {
        time: Some(time),
        time_raw: time.to_string(),
        direction: Direction::Out,
        sender: "bot".to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: PERSON.to_owned(),
        // Texts that are ids stand for messages that say their own.
        raw: json!({ "message_id": text.strip_prefix("wamid.").map(|_| text) }),
    }
}

/// A text to the one person, as a broadcast to her alone.
fn text_plan() -> Plan {
    let mut plan = plan(1, fast(1));
    plan.kind = SendKind::Broadcast;
    plan.title = "closing~7F3K".to_owned();
    let body = json!({"payload": {"content": [{"type": "text", "data": {"message": TEXT}}]}});
    let url = format!("{}/broadcast", plan.target.base_url);
    plan.calls[0].request = FrozenRequest::post(url, RequestBody::Json(body.to_string()));
    plan.sha256 = Plan::digest(&plan.target, Schedule::Now, &plan.calls);
    plan
}

impl Bench {
    /// Sends the plan now; its one call ends like this.
    fn sent(&self, plan: &Plan, verdict: Verdict) -> (BatchId, ItemId, Timestamp) {
        let id = self.queue(plan, 0);
        let store = self.outbox.store();
        let now = self.outbox.now();
        let candidates = store.candidates(id, now, 9).unwrap();
        let marked = store.mark(id, &candidates, now).unwrap();
        let outcome = Outcome::judged(&marked[0], id, &judgement(verdict, None), now);
        store.record(&[outcome], &[]).unwrap();
        (id, candidates[0].item, now)
    }

    fn chats(&self, messages: &[(Timestamp, &'static str)]) -> FakeChats {
        FakeChats {
            target: super::target(),
            messages: messages.to_vec(),
            ahead: Some(SignedDuration::ZERO),
            now: self.outbox.now(),
            error: None,
            asked: Mutex::default(),
        }
    }

    /// Looks for these, in a word each.
    async fn look(&self, items: &[ItemId], chats: &FakeChats) -> Vec<(ItemId, &'static str)> {
        let mut found = Vec::new();
        let mut told = |item, one: Found| {
            let word = match one {
                Found::Accepted { .. } => "accepted",
                Found::NoEvidence(_) => "no evidence",
                Found::Settled => "settled",
                Found::Failed(_) => "failed",
            };
            found.push((item, word));
        };
        let looked = self
            .outbox
            .read_back(items.to_vec(), chats, "meera@desk-4", &mut told);
        looked.await.unwrap();
        self.balanced();
        found
    }
}

fn after(time: Timestamp, millis: i64) -> Timestamp {
    time + SignedDuration::from_millis(millis)
}

#[tokio::test]
async fn the_one_equal_message_settles_a_result_and_is_used_up() {
    let bench = Bench::new();
    let (batch, item, sent) = bench.sent(&text_plan(), Verdict::Unknown);
    assert_eq!(bench.batch(batch).state, BatchState::DoneWithProblems);
    let unknown = bench.outbox.unknown(item).unwrap().unwrap();
    assert_eq!(unknown.text.as_deref(), Some(TEXT));
    assert_eq!(unknown.read_back, ReadBackBy::Text);
    let chats = bench.chats(&[(after(sent, 200), TEXT), (after(sent, 900), "another text")]);
    assert_eq!(bench.look(&[item], &chats).await, [(item, "accepted")]);
    assert_eq!(bench.batch(batch).counts.accepted, 1);
    let since = chats.asked.lock().unwrap()[0].since;
    assert_eq!(since, Some(sent - SignedDuration::from_mins(1)));
    assert_eq!(
        bench.look(&[item], &bench.chats(&[])).await,
        [(item, "settled")]
    );
}

#[tokio::test]
async fn nothing_to_be_seen_is_kept_as_seen_and_settles_nothing() {
    let bench = Bench::new();
    let (batch, item, sent) = bench.sent(&text_plan(), Verdict::Unknown);
    for chats in [
        bench.chats(&[]),
        bench.chats(&[(after(sent, -60_000), TEXT)]),
        FakeChats {
            error: Some(ErrorKind::NotFound),
            ..bench.chats(&[])
        },
    ] {
        assert_eq!(bench.look(&[item], &chats).await, [(item, "no evidence")]);
    }
    assert_eq!(bench.batch(batch).counts.unknown, 1);
    let unknown = bench.outbox.unknown(item).unwrap().unwrap();
    assert!(unknown.looked.unwrap().found.contains("No such message"));
    assert_eq!(unknown.wait_until, sent + SignedDuration::from_mins(15));
    let broken = FakeChats {
        error: Some(ErrorKind::Network),
        ..bench.chats(&[])
    };
    assert_eq!(bench.look(&[item], &broken).await, [(item, "failed")]);
}

#[tokio::test]
async fn two_equal_messages_a_minute_apart_prove_each_its_own() {
    // Asked one after the other in both orders, and at once.
    for order in [[0, 1], [1, 0]] {
        let bench = Bench::new();
        let (_, first, first_at) = bench.sent(&text_plan(), Verdict::Unknown);
        bench.pass(Duration::from_secs(60));
        let (_, second, second_at) = bench.sent(&text_plan(), Verdict::Unknown);
        let only_first = [(after(first_at, 200), TEXT)];
        let only_second = [(after(second_at, 200), TEXT)];
        let items = [first, second];
        // The later one may be the late message of the earlier try: nobody can tell.
        for at in order {
            let found = bench.look(&[items[at]], &bench.chats(&only_second)).await;
            assert_eq!(found, [(items[at], "no evidence")]);
        }
        // Only the first try can have made the first message.
        let found = bench.look(&[second], &bench.chats(&only_first)).await;
        assert_eq!(found, [(second, "no evidence")]);
        let found = bench.look(&[first], &bench.chats(&only_first)).await;
        assert_eq!(found, [(first, "accepted")]);
        // With the first used up, the second message belongs to the second try.
        let both = [only_first[0], only_second[0]];
        let found = bench.look(&[second], &bench.chats(&both)).await;
        assert_eq!(found, [(second, "accepted")]);
    }
    let bench = Bench::new();
    let (_, first, first_at) = bench.sent(&text_plan(), Verdict::Unknown);
    bench.pass(Duration::from_secs(60));
    let (_, second, second_at) = bench.sent(&text_plan(), Verdict::Unknown);
    let both = [(after(first_at, 200), TEXT), (after(second_at, 200), TEXT)];
    let found = bench.look(&[first, second], &bench.chats(&both)).await;
    assert_eq!(found, [(second, "accepted"), (first, "accepted")]);
}

#[tokio::test]
async fn an_accepted_twin_takes_the_message_first() {
    let bench = Bench::new();
    let accepted = Verdict::Accepted {
        message_id: None,
        note: None,
    };
    let (_, _, twin_at) = bench.sent(&text_plan(), accepted);
    bench.pass(Duration::from_secs(60));
    let (_, item, sent) = bench.sent(&text_plan(), Verdict::Unknown);
    let late = [(after(sent, 200), TEXT)];
    assert_eq!(
        bench.look(&[item], &bench.chats(&late)).await,
        [(item, "no evidence")]
    );
    let both = [(after(twin_at, 200), TEXT), late[0]];
    let chats = bench.chats(&both);
    assert_eq!(bench.look(&[item], &chats).await, [(item, "accepted")]);
    let since = chats.asked.lock().unwrap()[0].since;
    let early = twin_at - SignedDuration::from_mins(1);
    assert_eq!(since, Some(early), "the twin's own message must be in view");
}

#[tokio::test]
async fn the_servers_clock_decides_what_was_before() {
    let ten_minutes = SignedDuration::from_mins(10);
    for ahead in [ten_minutes, -ten_minutes] {
        let bench = Bench::new();
        let (_, item, sent) = bench.sent(&text_plan(), Verdict::Unknown);
        let by_server = sent + ahead;
        // Sent by somebody else a minute before, by the server's clock.
        let before = FakeChats {
            ahead: Some(ahead),
            ..bench.chats(&[(after(by_server, -60_000), TEXT)])
        };
        assert_eq!(bench.look(&[item], &before).await, [(item, "no evidence")]);
        let asked = before.asked.lock().unwrap().len();
        assert_eq!(
            asked, 2,
            "the stretch is asked for anew by the server's clock"
        );
        let own = FakeChats {
            ahead: Some(ahead),
            ..bench.chats(&[(after(by_server, 200), TEXT)])
        };
        assert_eq!(bench.look(&[item], &own).await, [(item, "accepted")]);
    }
    let bench = Bench::new();
    let (_, item, sent) = bench.sent(&text_plan(), Verdict::Unknown);
    let silent = FakeChats {
        ahead: None,
        ..bench.chats(&[(after(sent, 200), TEXT)])
    };
    assert_eq!(bench.look(&[item], &silent).await, [(item, "no evidence")]);
    let unknown = bench.outbox.unknown(item).unwrap().unwrap();
    assert!(unknown.looked.unwrap().found.contains("clock"));
}

#[tokio::test]
async fn the_id_in_an_answer_that_broke_off_is_proof_without_any_words() {
    let bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    let (store, now) = (bench.outbox.store(), bench.outbox.now());
    let candidates = store.candidates(id, now, 9).unwrap();
    let marked = store.mark(id, &candidates, now).unwrap();
    let lost = judgement(Verdict::Unknown, Some(200));
    let mut outcome = Outcome::judged(&marked[0], id, &lost, now);
    outcome.response = r#"{"responseObject":{"message_id":"wamid.HBgM77"},"sta"#.to_owned();
    store.record(&[outcome], &[]).unwrap();
    let item = candidates[0].item;
    let unknown = bench.outbox.unknown(item).unwrap().unwrap();
    assert_eq!(unknown.read_back, ReadBackBy::MessageId);
    let other = [(after(now, 200), "wamid.ANOTHER")];
    let found = bench.look(&[item], &bench.chats(&other)).await;
    assert_eq!(found, [(item, "no evidence")]);
    let own = [(after(now, 200), "wamid.HBgM77")];
    let found = bench.look(&[item], &bench.chats(&own)).await;
    assert_eq!(found, [(item, "accepted")]);
    let item = bench.outbox.item(item).unwrap().unwrap();
    assert_eq!(item.message_id.as_deref(), Some("wamid.HBgM77"));
}

#[tokio::test]
async fn what_no_conversation_can_prove_says_where_to_look() {
    let bench = Bench::new();
    let (_, template, _) = bench.sent(&plan(1, fast(1)), Verdict::Unknown);
    bench.pass(Duration::from_secs(60));
    let mut many = text_plan();
    many.title = "autumn_sale~7F3K".to_owned();
    let others = plan(3, fast(1)).calls;
    many.calls[0].recipients = others
        .into_iter()
        .flat_map(|call| call.recipients)
        .collect();
    many.sha256 = Plan::digest(&many.target, Schedule::Now, &many.calls);
    many.once = super::once(&many.target, &many.calls);
    let (_, broadcast, _) = bench.sent(&many, Verdict::Unknown);
    let chats = bench.chats(&[]);
    let found = bench.look(&[template, broadcast], &chats).await;
    assert!(found.iter().all(|(_, word)| *word == "no evidence"));
    assert!(chats.asked.lock().unwrap().is_empty(), "nothing was asked");
    let unknown = bench.outbox.unknown(broadcast).unwrap().unwrap();
    assert_eq!(unknown.people(), 3);
    let yourself = unknown.look_yourself.unwrap();
    assert!(
        yourself.contains("Broadcast → Published for autumn_sale~7F3K"),
        "{yourself}"
    );
    let unknown = bench.outbox.unknown(template).unwrap().unwrap();
    assert!(unknown.look_yourself.unwrap().contains("not known here"));
    let stranger = FakeChats {
        target: BotTarget {
            bot_key: "ffffffffffffffff".to_owned(),
            ..super::target()
        },
        ..bench.chats(&[])
    };
    let found = bench.look(&[broadcast], &stranger).await;
    assert_eq!(
        found,
        [(broadcast, "failed")],
        "another bot's chats prove nothing"
    );
}
