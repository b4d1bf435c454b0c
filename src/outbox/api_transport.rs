//! The real transport: the send client writes the call, the one classifier judges what was seen.

use super::clock::Clock;
use super::read_back::Chats;
use super::skew::{Skew, SkewMeter};
use super::transport::{Call, Judged, LookFuture, Seen, SendFuture, Transport};
use crate::api::classify::{Answer, BodyRead};
use crate::api::{ClassifierOptions, Observation, SendTransport, classify};
use crate::contract::{DayLimits, PageRequest};
use crate::domain::Direction;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// How much of an answer is kept with the attempt, in bytes.
const EXCERPT: usize = 4096;
/// How many messages are looked at for an answer; the newest come first.
const LOOKED_AT: u32 = 50;

/// Makes calls with the profile's own send client.
pub struct ApiTransport {
    client: Arc<dyn SendTransport>,
    options: ClassifierOptions,
    clock: Arc<dyn Clock>,
    limits: DayLimits,
    skew: SkewMeter,
    chats: Option<Arc<dyn Chats>>,
}

impl ApiTransport {
    /// A transport that judges by these options. The client belongs to one bot.
    pub fn new(
        client: Arc<dyn SendTransport>,
        options: ClassifierOptions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            client,
            options,
            clock,
            limits: DayLimits::default(),
            skew: SkewMeter::default(),
            chats: None,
        }
    }

    /// Looks at conversations with this, which reads and never sends.
    #[must_use]
    pub fn with_chats(mut self, chats: Arc<dyn Chats>) -> Self {
        self.chats = Some(chats);
        self
    }

    async fn look_at(&self, chats: &dyn Chats, person: &str, since: Timestamp) -> Seen {
        let asked = PageRequest {
            channel_user_id: person.to_owned(),
            since: Some(since),
            until: None,
            page_number: 1,
            page_size: LOOKED_AT,
        };
        let (page, clock) = chats.page(asked).await;
        if let Some(clock) = clock {
            self.skew.note_clock(&clock, self.clock.now());
        }
        let page = match page {
            Ok(page) => page,
            Err(error) => return Seen::Failed(error.message),
        };
        let theirs = page
            .messages
            .iter()
            .filter(|one| one.direction == Direction::In);
        let newest = theirs.filter_map(|one| one.time).max();
        newest
            .filter(|at| *at > since)
            .map_or(Seen::Nothing, Seen::Wrote)
    }

    /// Sends no more within a day than this.
    #[must_use]
    pub fn with_day_limits(mut self, limits: DayLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Transport for ApiTransport {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        Box::pin(async move {
            let (observation, _) = self.client.send(call.request).await;
            let now = self.clock.now();
            if let Observation::Answer(answer) = &observation {
                self.skew.note(answer.date.as_deref(), now);
            }
            Judged {
                judgement: classify(call.kind.into(), &observation, &self.options, now.wall),
                response: excerpt(&observation, self.client.authorization().as_ref()),
            }
        })
    }

    fn day_limits(&self) -> DayLimits {
        self.limits.clone()
    }

    fn can_look(&self) -> bool {
        self.chats.is_some()
    }

    fn look<'a>(&'a self, person: &'a str, since: Timestamp) -> LookFuture<'a> {
        Box::pin(async move {
            match &self.chats {
                Some(chats) => self.look_at(chats.as_ref(), person, since).await,
                None => Seen::Nothing,
            }
        })
    }

    fn skew(&self) -> Option<Skew> {
        self.skew.read(self.clock.now())
    }

    fn authorization(&self) -> Option<SecretString> {
        self.client.authorization()
    }
}

/// The beginning of an answer. It is kept for years, so a key that it quotes is taken out first.
fn excerpt(observation: &Observation, authorization: Option<&SecretString>) -> String {
    let Observation::Answer(Answer {
        body: BodyRead::Whole(bytes) | BodyRead::Truncated(bytes),
        ..
    }) = observation
    else {
        return String::new();
    };
    let whole = authorization.map_or("", ExposeSecret::expose_secret);
    let key = whole.split_once(' ').map_or(whole, |(_, key)| key);
    let start = bytes.get(..EXCERPT + key.len()).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(start).into_owned();
    if !key.is_empty() && text.contains(key) {
        text = text.replace(key, "[key]");
    }
    let mut end = EXCERPT.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::ApiTransport;
    use crate::api::classify::{Answer, BodyRead};
    use crate::api::send_client::SendFuture as ClientFuture;
    use crate::api::{
        ClassifierOptions, Observation, SendEndpoint, SendTransport, Timing, classify,
    };
    use crate::domain::{FrozenRequest, RequestBody, SendKind, Verdict};
    use crate::outbox::{Call, Clock, SystemClock, Transport};
    use secrecy::SecretString;
    use std::sync::Arc;
    use std::time::Duration;

    struct Taken;

    impl SendTransport for Taken {
        fn send<'a>(&'a self, _request: &'a FrozenRequest) -> ClientFuture<'a> {
            let body = format!(
                "{{\"responseObject\":{{\"message_id\":\"m1\"}},\"status\":{{\"code\":1000}},\"pad\":\"{}\"}}",
                "x".repeat(9000)
            );
            let answer = Answer::new(200, BodyRead::Whole(body.into_bytes()));
            let timing = Timing {
                duration: Duration::ZERO,
            };
            Box::pin(async move { (Observation::Answer(answer), timing) })
        }
    }

    #[tokio::test]
    async fn an_answer_is_judged_and_its_beginning_kept() {
        let options = ClassifierOptions::default();
        let transport = ApiTransport::new(Arc::new(Taken), options, Arc::new(SystemClock::new()));
        let request = FrozenRequest::post(
            "https://api.fern-and-oak.example/x".to_owned(),
            RequestBody::Empty,
        );
        let call = Call {
            kind: SendKind::Template,
            recipients: 1,
            request: &request,
        };
        let judged = transport.send(call).await;
        let Verdict::Accepted { message_id, .. } = judged.judgement.verdict else {
            panic!("{:?}", judged.judgement);
        };
        assert_eq!(message_id.as_deref(), Some("m1"));
        assert_eq!(judged.response.len(), 4096);
    }

    /// Answers with the key that it was called with, at this place.
    struct Echo(usize);

    impl SendTransport for Echo {
        fn send<'a>(&'a self, _request: &'a FrozenRequest) -> ClientFuture<'a> {
            let body = format!("{}k3y-of-nobody and more", "ä".repeat(self.0));
            let answer = Answer::new(401, BodyRead::Whole(body.into_bytes()));
            let timing = Timing {
                duration: Duration::ZERO,
            };
            Box::pin(async move { (Observation::Answer(answer), timing) })
        }

        fn authorization(&self) -> Option<SecretString> {
            Some(SecretString::from("Basic k3y-of-nobody"))
        }
    }

    #[tokio::test]
    async fn a_key_that_is_quoted_in_an_answer_is_not_kept_even_in_part() {
        for place in [0, 2040, 2044, 2046, 2047, 2048] {
            let options = ClassifierOptions::default();
            let clock = Arc::new(SystemClock::new());
            let transport = ApiTransport::new(Arc::new(Echo(place)), options, clock);
            let request = FrozenRequest::post(
                "https://api.fern-and-oak.example/x".to_owned(),
                RequestBody::Empty,
            );
            let call = Call {
                kind: SendKind::Template,
                recipients: 1,
                request: &request,
            };
            let response = transport.send(call).await.response;
            assert!(!response.contains("k3y"), "{place}");
            assert!(response.len() <= 4096);
        }
    }

    #[test]
    fn recovery_uses_the_classifiers_word_for_a_stopped_process() {
        let judgement = classify(
            SendEndpoint::Template,
            &Observation::ProcessStopped,
            &ClassifierOptions::default(),
            SystemClock::new().now().wall,
        );
        assert_eq!(judgement.rule, crate::store::outbox::PROCESS_STOPPED);
        assert_eq!(judgement.verdict, Verdict::Unknown);
    }
}
