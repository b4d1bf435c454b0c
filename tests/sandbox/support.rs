//! A running sandbox with a plain HTTP client. It knows nothing of the program's own client.

use std::time::Duration;

use alertdesk::sandbox::{Announcement, BoundSandbox, SandboxConfig};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub const SARA: &str = "447700900412";
pub const ARJUN: &str = "447700900118";

/// The start time of every sandbox in these tests.
pub fn start_time() -> Timestamp {
    "2026-10-22T09:47:00Z".parse().unwrap()
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The in-body status code.
    pub fn code(&self) -> i64 {
        self.json()["status"]["code"].as_i64().unwrap()
    }

    /// The numbers in `errors[]`.
    pub fn errors(&self) -> Vec<i64> {
        let json = self.json();
        let list = json["responseObject"]["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        list.iter()
            .map(|one| one["code"].as_i64().unwrap())
            .collect()
    }
}

/// A sandbox that ends with the value.
pub struct Lab {
    pub known: Announcement,
    client: Client,
    _server: JoinSet<()>,
}

impl Lab {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn faulty(spec: &str) -> Self {
        Self::with(|config| config.faults = spec.parse().unwrap())
    }

    pub fn with(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        // Another test may have been faster; both install the same.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let mut config = SandboxConfig::new(start_time());
        config.messages = 120;
        change(&mut config);
        let bound = BoundSandbox::bind(config).unwrap();
        let known = bound.announcement();
        let mut server = JoinSet::new();
        server.spawn(async move { bound.serve(std::future::pending()).await.unwrap() });
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            known,
            client,
            _server: server,
        }
    }

    /// The path of an endpoint, from its service and version on.
    pub fn path(&self, service: &str, rest: &str) -> String {
        let Announcement {
            customer_id,
            bot_key,
            ..
        } = &self.known;
        format!("/{service}/customer/{customer_id}/bot/{bot_key}/{rest}")
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.known.listening);
        let key = format!("Basic {}", self.known.api_key);
        self.client
            .request(method, url)
            .header("Authorization", key)
    }

    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.known.listening))
    }

    pub async fn get(&self, path: &str) -> Reply {
        reply(self.request(Method::GET, path)).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.try_post(path, body).await.unwrap()
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Reply> {
        let request = self.request(Method::POST, path);
        reply(
            request
                .header("Content-Type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    pub async fn users(&self, name: &str, value: &str) -> Reply {
        let query = format!("users?attribute_name={name}&attribute_value={value}");
        self.get(&self.path("bot-api/v1.0", &query)).await
    }

    /// A page; its files lie on this sandbox, whose port is left out to compare it with others.
    pub async fn conversation(&self, user: &str, query: &str) -> Reply {
        let rest = format!("channel-user/{user}/conversations{query}");
        let mut reply = self.get(&self.path("bot-api/v1.0", &rest)).await;
        reply.text = reply.text.replace(&self.known.listening, "OWN");
        reply
    }

    /// The messages of a page.
    pub async fn messages(&self, user: &str, query: &str) -> Vec<Value> {
        let json = self.conversation(user, query).await.json();
        json["conversations"].as_array().unwrap().clone()
    }

    pub async fn template(&self, to: &str, payload: &Value) -> reqwest::Result<Reply> {
        let body = json!({ "phoneNumber": to, "payload": payload });
        self.try_post(&self.path("whatsapp-api/v1.0", "template"), &body)
            .await
    }

    /// The answer of an inspection route.
    pub async fn inspect(&self, what: &str) -> Value {
        let request = self.bare(Method::GET, &format!("/_sandbox/{what}"));
        reply(request).await.unwrap().json()
    }

    /// How often the platform really accepted something for a recipient.
    pub async fn accepted(&self, number: &str) -> u64 {
        self.inspect("accepted").await["recipients"][number]
            .as_u64()
            .unwrap_or_default()
    }
}

pub async fn reply(request: RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Reply {
        status,
        headers,
        text: response.text().await?,
    })
}

/// A template payload with a text body only.
pub fn slots(name: &str) -> Value {
    payload("fitting_slots", "en", &json!([body(&[name, "Tue 27 Oct"])]))
}

pub fn payload(name: &str, language: &str, components: &Value) -> Value {
    json!({
        "name": name, "components": components,
        "language": { "code": language, "policy": "deterministic" },
    })
}

pub fn body(values: &[&str]) -> Value {
    let parameters: Vec<_> = values
        .iter()
        .map(|text| json!({ "type": "text", "text": text }))
        .collect();
    json!({ "type": "body", "parameters": parameters })
}
