//! The sandbox server of a test, its inspection routes, and how the dashboard connects with it.

use alertdesk::api::{
    ApiKey, ClassifierOptions, ReadClient, ReadClientConfig, SendClient, SendClientConfig,
};
use alertdesk::contract::{ApiError, DayLimits, ErrorKind};
use alertdesk::domain::{BotTarget, Profile};
use alertdesk::outbox::{ApiTransport, SystemClock};
use alertdesk::runtime::world::{Connected, Connecting, Connector};
use alertdesk::sandbox::{Announcement, BoundSandbox, SandboxConfig};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A sandbox that ends with the value.
pub struct Platform {
    /// How to connect with it.
    pub known: Announcement,
    client: reqwest::Client,
    _server: JoinSet<()>,
}

impl Platform {
    /// Serves a sandbox on a free port.
    pub fn start(config: SandboxConfig) -> Self {
        // Another test may have been faster; both install the same.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let bound = BoundSandbox::bind(config).unwrap();
        let known = bound.announcement();
        let mut server = JoinSet::new();
        server.spawn(async move { bound.serve(std::future::pending()).await.unwrap() });
        Self {
            known,
            client: reqwest::Client::new(),
            _server: server,
        }
    }

    /// The bot of this sandbox.
    pub fn target(&self) -> BotTarget {
        BotTarget {
            base_url: self.known.listening.clone(),
            customer_id: self.known.customer_id.clone(),
            bot_key: self.known.bot_key.clone(),
        }
    }

    /// The answer of an inspection route.
    pub async fn inspect(&self, what: &str) -> Value {
        let url = format!("{}/_sandbox/{what}", self.known.listening);
        let text = self.client.get(url).send().await.unwrap().text();
        serde_json::from_str(&text.await.unwrap()).unwrap()
    }

    /// How often each recipient was really accepted.
    pub async fn accepted(&self) -> BTreeMap<String, u64> {
        let counts = self.inspect("accepted").await;
        serde_json::from_value(counts["recipients"].clone()).unwrap()
    }

    /// How many calls reached these paths; `part` is a part of the path.
    pub async fn calls(&self, part: &str) -> usize {
        let requests = self.inspect("requests").await;
        let lines = requests.as_array().unwrap().iter();
        lines.filter(|line| line.to_string().contains(part)).count()
    }

    /// What goes wrong from now on.
    pub async fn faults(&self, spec: &str) {
        let url = format!("{}/_sandbox/faults", self.known.listening);
        let answer = self.client.put(url).body(spec.to_owned()).send().await;
        assert_eq!(answer.unwrap().status(), 204, "the faults `{spec}`");
    }

    /// Lets a customer send a file that lies at this address.
    pub async fn customer_sends(&self, user: &str, file: &str, mime: &str) {
        let url = format!("{}/_sandbox/message", self.known.listening);
        let text = format!("User uploaded the-file - [{mime}]");
        let body = json!({ "user": user, "text": text, "file": file, "mime": mime }).to_string();
        let request = self
            .client
            .post(url)
            .header("Content-Type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 204);
    }

    /// The bytes of a file as the sandbox serves it.
    pub async fn file(&self, name: &str) -> Vec<u8> {
        let url = format!("{}/media/{name}", self.known.listening);
        let answer = self.client.get(url).send().await.unwrap();
        answer.bytes().await.unwrap().to_vec()
    }

    /// Lets a customer write.
    pub async fn customer_writes(&self, user: &str, text: &str) {
        let url = format!("{}/_sandbox/message", self.known.listening);
        let body = json!({ "user": user, "text": text }).to_string();
        let request = self
            .client
            .post(url)
            .header("Content-Type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 204);
    }
}

/// Connects profiles of a test with its sandbox.
pub struct TestConnector {
    /// Every profile that can be chosen; the first is the one in use.
    pub profiles: Vec<Profile>,
    /// The key of the sandbox.
    pub key: String,
    /// How long an answer may take, for reads and sends alike.
    pub answer_timeout: Duration,
    /// The largest body that is read, in bytes.
    pub max_body: usize,
    /// How often a read is tried.
    pub tries: u32,
    /// What may be sent within a day.
    pub day: DayLimits,
}

impl TestConnector {
    fn connected(&self, name: Option<&str>) -> Result<Connected, ApiError> {
        let found = match name {
            None => self.profiles.first(),
            Some(name) => self.profiles.iter().find(|profile| profile.name == name),
        };
        let Some(profile) = found.cloned() else {
            return Err(ApiError::new(
                ErrorKind::Usage,
                format!("there is no profile `{}`", name.unwrap_or_default()),
                "config.toml names the profiles.",
            ));
        };
        let key = ApiKey::parse(&self.key)?;
        let mut read = ReadClientConfig::new(profile.target.clone(), key.clone());
        read.answer_timeout = self.answer_timeout;
        read.tries = self.tries;
        read.max_body = self.max_body;
        let mut send = SendClientConfig::new(profile.target.clone(), key);
        send.answer_timeout = self.answer_timeout;
        send.max_body = self.max_body;
        let options = ClassifierOptions {
            strict_5xx: profile.strict_5xx,
            trust_408: profile.trust_408,
        };
        let client = Arc::new(SendClient::new(send)?);
        let transport = ApiTransport::new(client, options, Arc::new(SystemClock::new()));
        Ok(Connected {
            read: ReadClient::new(read)?,
            send: Arc::new(transport.with_day_limits(self.day.clone())),
            profile,
        })
    }
}

impl Connector for TestConnector {
    fn connect<'a>(&'a self, profile: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move { self.connected(profile) })
    }
}
