//! The platform's broadcast: one call for many people, published at a time the platform keeps.

use super::Encoder;
use super::template::{Language, TemplatePayload, json_text};
use crate::domain::{FrozenRequest, Recipient, RequestBody, Schedule};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// An entry of a direct broadcast, ready to leave.
#[derive(Debug, Clone)]
pub enum DirectEntry<'a> {
    /// A plain text.
    Text(&'a str),
    /// An entry of another type, as it was written.
    Raw(&'a Value),
}

/// What both forms of a broadcast share.
#[derive(Debug, Clone, Copy)]
pub struct BroadcastHead<'a> {
    /// The title as it leaves.
    pub title: &'a str,
    /// For example `whatsapp`.
    pub channel: &'a str,
    /// Who it reaches.
    pub recipients: &'a [Recipient],
    /// When it is published.
    pub schedule: Schedule,
    /// The time written for [`Schedule::Now`]; the platform publishes a past time at once.
    pub now: Timestamp,
}

impl BroadcastHead<'_> {
    fn published_on(&self) -> String {
        publish_time(self.schedule.publish_at().unwrap_or(self.now))
    }

    fn ids(&self) -> Vec<&str> {
        self.recipients.iter().map(Recipient::text).collect()
    }
}

/// A publish time as the platform reads it: UTC with milliseconds and `Z`.
fn publish_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, Rule, Payload> {
    broadcast_id: Option<&'a str>,
    broadcast_title: &'a str,
    published_on: String,
    audience: Audience<Rule>,
    payload: Payload,
    status: Option<String>,
}

#[derive(Serialize)]
struct Audience<Rule> {
    rule: Rule,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DirectRule<'a> {
    channels: [&'a str; 1],
    channel_user_ids: Vec<&'a str>,
}

#[derive(Serialize)]
struct DirectPayload<'a> {
    #[serde(rename = "type")]
    kind: String,
    content: Vec<DirectContent<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DirectContent<'a> {
    Text {
        #[serde(rename = "type")]
        kind: String,
        data: Message<'a>,
    },
    Raw(&'a Value),
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateRule<'a> {
    user_ids: [&'a str; 0],
    channel_user_ids: Vec<&'a str>,
    channels: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateForm<'a> {
    #[serde(rename = "type")]
    kind: String,
    campaign_key: Option<&'a str>,
    content: [TemplateContent<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateContent<'a> {
    #[serde(rename = "type")]
    kind: String,
    data: Option<&'a str>,
    template: Wrapped<'a>,
    flow_key: Option<&'a str>,
    attributes: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped<'a> {
    payload: WrappedPayload<'a>,
    target_whatsapp_number: &'a str,
}

/// The template inside a broadcast: the same words as alone, in the order of the panel's sample.
#[derive(Serialize)]
struct WrappedPayload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    components: &'a Value,
    language: Language<'a>,
}

impl Encoder<'_> {
    /// Texts and other entries to many people: a `POST` to `/bot-api/v1.0/…/broadcast`. `status` is
    /// always null in this form.
    pub fn direct_broadcast(
        &self,
        head: BroadcastHead<'_>,
        entries: &[DirectEntry<'_>],
    ) -> FrozenRequest {
        let content = entries.iter().map(|entry| match entry {
            DirectEntry::Text(message) => DirectContent::Text {
                kind: self.wire.broadcast_case.apply("text"),
                data: Message { message },
            },
            DirectEntry::Raw(entry) => DirectContent::Raw(entry),
        });
        let body = Body {
            broadcast_id: None,
            broadcast_title: head.title,
            published_on: head.published_on(),
            audience: Audience {
                rule: DirectRule {
                    channels: [head.channel],
                    channel_user_ids: head.ids(),
                },
            },
            payload: DirectPayload {
                kind: self.wire.broadcast_case.apply("direct"),
                content: content.collect(),
            },
            status: None,
        };
        self.broadcast(&body)
    }

    /// One template to many people: a `POST` to `/bot-api/v1.0/…/broadcast`. `status` is
    /// `SCHEDULED` for a publish time and null for now.
    pub fn template_broadcast(
        &self,
        head: BroadcastHead<'_>,
        payload: TemplatePayload<'_>,
    ) -> FrozenRequest {
        let status = match head.schedule {
            Schedule::Now | Schedule::StartAt(_) => None,
            Schedule::PublishAt(_) | Schedule::PublishLate { .. } => {
                Some(self.wire.broadcast_status_case.apply("scheduled"))
            }
        };
        let body = Body {
            broadcast_id: None,
            broadcast_title: head.title,
            published_on: head.published_on(),
            audience: Audience {
                rule: TemplateRule {
                    user_ids: [],
                    channel_user_ids: head.ids(),
                    channels: [head.channel],
                },
            },
            payload: TemplateForm {
                kind: self.wire.broadcast_case.apply("whatsapp_template"),
                campaign_key: None,
                content: [TemplateContent {
                    kind: self.wire.broadcast_case.apply("template"),
                    data: None,
                    template: Wrapped {
                        payload: WrappedPayload {
                            namespace: payload.namespace,
                            name: payload.name,
                            components: payload.components,
                            language: Language::exactly(payload.language),
                        },
                        target_whatsapp_number: &self.wire.phone_placeholder,
                    },
                    flow_key: None,
                    attributes: None,
                }],
            },
            status,
        };
        self.broadcast(&body)
    }

    /// A broadcast with a body as somebody wrote it: a `POST` to `/bot-api/v1.0/…/broadcast`.
    /// Title, publish time and people are written; everything else stays where and as it is.
    pub fn raw_broadcast(
        &self,
        head: BroadcastHead<'_>,
        written: &Map<String, Value>,
    ) -> FrozenRequest {
        let mut body = written.clone();
        body.insert("broadcastTitle".to_owned(), Value::from(head.title));
        body.insert("publishedOn".to_owned(), Value::from(head.published_on()));
        let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
        let mut audience = object(body.get("audience")).unwrap_or_default();
        let mut rule = object(audience.get("rule")).unwrap_or_default();
        let is_platform = |one: &&Recipient| matches!(one, Recipient::PlatformUser(_));
        let people = || head.recipients.iter();
        let platform: Vec<&str> = people().filter(is_platform).map(Recipient::text).collect();
        let channel = people().filter(|one| !is_platform(one));
        let channel: Vec<&str> = channel.map(Recipient::text).collect();
        rule.entry("channels")
            .or_insert_with(|| Value::from(vec![head.channel]));
        if !platform.is_empty() || rule.contains_key("userIds") {
            rule.insert("userIds".to_owned(), Value::from(platform));
        }
        if !channel.is_empty() || rule.contains_key("channelUserIds") {
            rule.insert("channelUserIds".to_owned(), Value::from(channel));
        }
        audience.insert("rule".to_owned(), Value::Object(rule));
        body.insert("audience".to_owned(), Value::Object(audience));
        self.broadcast(&body)
    }

    fn broadcast(&self, body: &impl Serialize) -> FrozenRequest {
        let url = self.address.endpoint("bot-api", "v1.0", "broadcast");
        FrozenRequest::post(url, RequestBody::Json(json_text(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::publish_time;

    #[test]
    fn a_publish_time_has_three_decimals_and_a_z() {
        let exact = "2030-01-01T09:00:00Z".parse().unwrap();
        assert_eq!(publish_time(exact), "2030-01-01T09:00:00.000Z");
        let fine = "2030-01-01T09:00:00.0078999Z".parse().unwrap();
        assert_eq!(publish_time(fine), "2030-01-01T09:00:00.007Z");
        let elsewhere = "2030-01-01T10:00:00+01:00".parse().unwrap();
        assert_eq!(publish_time(elsewhere), "2030-01-01T09:00:00.000Z");
    }
}
