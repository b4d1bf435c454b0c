//! The real transport: the send client writes the call, the one classifier judges what was seen.

use super::clock::Clock;
use super::transport::{Call, Judged, SendFuture, Transport};
use crate::api::classify::{Answer, BodyRead};
use crate::api::{ClassifierOptions, Observation, SendTransport, classify};
use secrecy::SecretString;
use std::sync::Arc;

/// How much of an answer is kept with the attempt, in bytes.
const EXCERPT: usize = 4096;

/// Makes calls with the profile's own send client.
pub struct ApiTransport {
    client: Arc<dyn SendTransport>,
    options: ClassifierOptions,
    clock: Arc<dyn Clock>,
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
        }
    }
}

impl Transport for ApiTransport {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        Box::pin(async move {
            let (observation, _) = self.client.send(call.request).await;
            let now = self.clock.now().wall;
            Judged {
                judgement: classify(call.kind.into(), &observation, &self.options, now),
                response: excerpt(&observation),
            }
        })
    }

    fn authorization(&self) -> Option<SecretString> {
        self.client.authorization()
    }
}

fn excerpt(observation: &Observation) -> String {
    let Observation::Answer(Answer {
        body: BodyRead::Whole(bytes) | BodyRead::Truncated(bytes),
        ..
    }) = observation
    else {
        return String::new();
    };
    let start = bytes.get(..EXCERPT).unwrap_or(bytes);
    String::from_utf8_lossy(start).into_owned()
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
