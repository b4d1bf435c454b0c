//! The call that sends one template to one person.

use super::Encoder;
use crate::domain::{FrozenRequest, PhoneNumber, RequestBody};
use serde::Serialize;
use serde_json::Value;

/// A template with its values already in place.
#[derive(Debug, Clone, Copy)]
pub struct TemplatePayload<'a> {
    /// Name at the platform.
    pub name: &'a str,
    /// Left out of the call where there is none.
    pub namespace: Option<&'a str>,
    /// Exact language code.
    pub language: &'a str,
    /// The `components` array as it leaves.
    pub components: &'a Value,
}

#[derive(Serialize)]
pub(super) struct Language<'a> {
    code: &'a str,
    policy: &'static str,
}

impl<'a> Language<'a> {
    /// The only policy in use: exactly this language, no fallback.
    pub(super) fn exactly(code: &'a str) -> Self {
        Self {
            code,
            policy: "deterministic",
        }
    }
}

#[derive(Serialize)]
pub(super) struct PayloadBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    language: Language<'a>,
    components: &'a Value,
}

impl<'a> From<TemplatePayload<'a>> for PayloadBody<'a> {
    fn from(payload: TemplatePayload<'a>) -> Self {
        Self {
            name: payload.name,
            namespace: payload.namespace,
            language: Language::exactly(payload.language),
            components: payload.components,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateBody<Payload> {
    phone_number: String,
    payload: Payload,
}

/// JSON text of a value made of strings, numbers and lists, which always can be written.
pub(super) fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Encoder<'_> {
    /// One template to one person: a `POST` to `/whatsapp-api/v1.0/…/template`.
    pub fn template_call(&self, to: &PhoneNumber, payload: TemplatePayload<'_>) -> FrozenRequest {
        self.to_one(to, PayloadBody::from(payload))
    }

    /// The same call with a payload object as somebody wrote it.
    pub fn raw_template_call(&self, to: &PhoneNumber, payload: &Value) -> FrozenRequest {
        self.to_one(to, payload)
    }

    fn to_one(&self, to: &PhoneNumber, payload: impl Serialize) -> FrozenRequest {
        let body = TemplateBody {
            phone_number: Self::number(to, self.wire.template_phone_plus),
            payload,
        };
        let url = self.address.endpoint("whatsapp-api", "v1.0", "template");
        FrozenRequest::post(url, RequestBody::Json(json_text(&body)))
    }
}
