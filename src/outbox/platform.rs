//! The real transport: the send client and the one classifier, joined. It must not retry.

use super::clock::{Clock, SystemClock};
use super::transport::{Call, Judged, SendFuture, Transport};
use crate::api::classify::BodyRead;
use crate::api::{ClassifierOptions, Observation, SendClient, SendEndpoint, classify};
use crate::domain::Profile;

/// Most of an answer's body kept for the record, in bytes.
const KEPT: usize = 4096;

/// Makes calls to one bot over the network and judges what comes back.
#[derive(Debug)]
pub struct PlatformTransport {
    client: SendClient,
    options: ClassifierOptions,
    clock: SystemClock,
}

impl PlatformTransport {
    /// A transport for the bot this client was built for, judging as the profile says.
    pub fn new(client: SendClient, profile: &Profile) -> Self {
        let options = ClassifierOptions {
            strict_5xx: profile.strict_5xx,
            trust_408: profile.trust_408,
        };
        Self {
            client,
            options,
            clock: SystemClock::new(),
        }
    }
}

impl Transport for PlatformTransport {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        Box::pin(async move {
            let (observation, _timing) = self.client.send(call.request).await;
            let now = self.clock.now().wall;
            let endpoint = SendEndpoint::from(call.kind);
            Judged {
                judgement: classify(endpoint, &observation, &self.options, now),
                response: response_of(&observation),
            }
        })
    }
}

fn response_of(observation: &Observation) -> String {
    let Observation::Answer(answer) = observation else {
        return String::new();
    };
    match &answer.body {
        BodyRead::Whole(bytes) | BodyRead::Truncated(bytes) => {
            let kept = bytes.get(..KEPT).unwrap_or(bytes);
            String::from_utf8_lossy(kept).into_owned()
        }
        BodyRead::TooLarge => String::new(),
    }
}
