//! What is looked at before something with a time leaves: whether the person wrote, and what time
//! it is at the platform.

use super::Bench;
use super::times::{Knows, kept};
use crate::api::send_client::SendFuture as ClientFuture;
use crate::api::{ClassifierOptions, SendTransport};
use crate::contract::{ApiError, ConversationPage, ErrorKind, PageRequest, ServerClock};
use crate::domain::{
    BotTarget, ChatMessage, Direction, FrozenRequest, MessageKind, Reason, Schedule,
};
use crate::outbox::clock::Clock;
use crate::outbox::looks::Looked;
use crate::outbox::read_back::{Chats, PageFuture};
use crate::outbox::transport::{
    Call, NoTransport, OneBot, Seen, SendFuture, Transport, TransportProvider,
};
use crate::outbox::{ApiTransport, SystemClock};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Knows when the person wrote last.
struct Copy(OneBot, Option<Timestamp>);

impl TransportProvider for Copy {
    fn transport(
        &self,
        profile: &str,
        target: &BotTarget,
    ) -> Result<Arc<dyn Transport>, NoTransport> {
        self.0.transport(profile, target)
    }

    fn last_heard(&self, _target: &BotTarget, person: &str) -> Option<Timestamp> {
        assert_eq!(person, "447700900000");
        self.1
    }
}

#[test]
fn a_person_who_writes_first_holds_it() {
    for (minutes, asked, held) in [
        (Some(3), true, true),
        (Some(-3), true, false),
        (None, true, false),
        (Some(3), false, false),
    ] {
        let mut bench = Bench::new();
        let mut plan = kept(1, Schedule::StartAt(bench.after(5)));
        plan.waiting.hold_on_reply = asked;
        let id = bench.queue(&plan, 0);
        let heard = minutes.map(|minutes| bench.after(minutes));
        bench.pass(5 * MINUTE);
        let transport = Arc::new(Knows(SignedDuration::ZERO, MINUTE));
        let bot = OneBot {
            target: super::target(),
            transport,
        };
        let turn = bench
            .engine
            .turn(bench.clock.now(), Vec::new(), &Copy(bot, heard), false);
        assert_eq!(turn.sends.len(), usize::from(!held), "{minutes:?}");
        let rule = bench.held_for(id);
        assert_eq!(rule.as_deref(), held.then_some(Reason::REPLY));
    }
}

/// Can be asked, but knows no time yet.
struct Looks;

impl Transport for Looks {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        unreachable!("the test answers")
    }

    fn can_look(&self) -> bool {
        true
    }
}

#[test]
fn the_platform_is_looked_at_before_something_with_a_time_leaves() {
    for (seen, reply, held) in [
        (Seen::Nothing, true, false),
        (Seen::Nothing, false, false),
        (Seen::Failed("Nobody answered.".to_owned()), true, true),
        // Only what time it is could not be learned, and that is judged by the clocks here.
        (Seen::Failed("Nobody answered.".to_owned()), false, false),
    ] {
        let mut bench = Bench::new();
        let mut plan = kept(1, Schedule::StartAt(bench.after(5)));
        plan.waiting.hold_on_reply = reply;
        let id = bench.queue(&plan, 0);
        let bot = Copy(
            OneBot {
                target: super::target(),
                transport: Arc::new(Looks),
            },
            None,
        );
        let before = bench
            .engine
            .turn(bench.clock.now(), Vec::new(), &bot, false);
        assert!(before.looks.is_empty(), "not before its time");
        bench.pass(5 * MINUTE);
        let asks = bench
            .engine
            .turn(bench.clock.now(), Vec::new(), &bot, false);
        assert_eq!((asks.looks.len(), asks.sends.len()), (1, 0));
        assert_eq!(asks.looks[0].person, "447700900000");
        let again = bench
            .engine
            .turn(bench.clock.now(), Vec::new(), &bot, false);
        assert_eq!((again.looks.len(), again.sends.len()), (0, 0), "asked once");
        bench.pass(Duration::from_secs(2));
        let looked = Looked {
            batch: id,
            seen: seen.clone(),
        };
        let now = bench.clock.now();
        bench.engine.looks.take_in(vec![looked], now.steady);
        let then = bench.engine.turn(now, Vec::new(), &bot, false);
        assert_eq!(then.sends.len(), usize::from(!held), "{seen:?} {reply}");
        assert_eq!(bench.held_for(id).as_deref(), held.then_some(Reason::REPLY));
    }
}

#[test]
fn an_answer_that_only_the_platform_knows_of_holds_it() {
    let mut bench = Bench::new();
    let mut plan = kept(1, Schedule::StartAt(bench.after(5)));
    plan.waiting.hold_on_reply = true;
    let id = bench.queue(&plan, 0);
    let wrote = Seen::Wrote(bench.after(2));
    bench.pass(5 * MINUTE);
    let now = bench.clock.now();
    let looked = Looked {
        batch: id,
        seen: wrote,
    };
    bench.engine.looks.take_in(vec![looked], now.steady);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.held_for(id).as_deref(), Some(Reason::REPLY));
    let text = bench.batch(id).reason.unwrap().text;
    assert!(text.starts_with("The person wrote at"), "{text}");
}

/// What the conversation holds: when, and whether the person wrote it. `None` fails.
struct Chat(BotTarget, Option<Vec<(Timestamp, Direction)>>, Timestamp);

impl Chats for Chat {
    fn target(&self) -> &BotTarget {
        &self.0
    }

    fn page(&self, asked: PageRequest) -> PageFuture<'_> {
        assert_eq!(
            (asked.channel_user_id.as_str(), asked.page_number),
            ("447700900000", 1)
        );
        let now = self.2;
        let clock = ServerClock {
            date: now - SignedDuration::from_secs(200),
            asked: now,
            answered: now + SignedDuration::from_millis(80),
        };
        let page = match &self.1 {
            None => Err(ApiError::new(ErrorKind::Network, "Nobody answered.", "")),
            Some(messages) => {
                let messages: Vec<ChatMessage> = messages.iter().map(said).collect();
                let received = messages.len();
                Ok(ConversationPage { messages, received })
            }
        };
        Box::pin(async move { (page, Some(clock)) })
    }
}

fn said((time, direction): &(Timestamp, Direction)) -> ChatMessage {
    ChatMessage {
        time: Some(*time),
        time_raw: time.to_string(),
        direction: *direction,
        sender: String::new(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: "Yes please".to_owned(),
        options: Vec::new(),
        media: None,
        user_id: "447700900000".to_owned(),
        raw: Value::Null,
    }
}

/// Sends nothing here.
struct NoSends;

impl SendTransport for NoSends {
    fn send<'a>(&'a self, _request: &'a FrozenRequest) -> ClientFuture<'a> {
        unreachable!("nothing is sent")
    }
}

#[tokio::test]
async fn a_look_reads_who_wrote_last_and_what_time_it_is_there() {
    let clock = Arc::new(SystemClock::new());
    let now = clock.now().wall;
    let ago = |minutes| now - SignedDuration::from_mins(minutes);
    let mine = (ago(1), Direction::Out);
    for (messages, expected) in [
        (Some(vec![]), Seen::Nothing),
        (Some(vec![mine]), Seen::Nothing),
        (Some(vec![mine, (ago(9), Direction::In)]), Seen::Nothing),
        (
            Some(vec![(ago(4), Direction::In), mine, (ago(2), Direction::In)]),
            Seen::Wrote(ago(2)),
        ),
        (None, Seen::Failed("Nobody answered.".to_owned())),
    ] {
        let chats = Chat(super::target(), messages, now);
        let transport = ApiTransport::new(
            Arc::new(NoSends),
            ClassifierOptions::default(),
            Arc::<SystemClock>::clone(&clock),
        )
        .with_chats(Arc::new(chats));
        assert!(transport.can_look() && transport.skew().is_none());
        assert_eq!(transport.look("447700900000", ago(5)).await, expected);
        let skew = transport.skew().unwrap();
        assert!(skew.is_fresh());
        assert_eq!(skew.ahead.as_secs(), 199);
    }
}
