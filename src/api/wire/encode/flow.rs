//! The call that starts an automation flow for one person.

use super::Encoder;
use super::address::{EncodeError, query, segment};
use super::template::json_text;
use crate::domain::{FlowVersion, FrozenRequest, PhoneNumber, RequestBody};
use serde_json::{Map, Value};

/// Attribute that says who.
const PHONE: &str = "user.phone_no";
/// Attribute that says on which channel; `whatsapp` unless it is given.
const CHANNEL: &str = "user.channel";

impl Encoder<'_> {
    /// A flow start: a `POST` to `/bot-api/{version}/…/flow/{key}`. v1.0 carries the attributes
    /// in the query and has no body; v2.0 and v3.0 carry them as a flat JSON object.
    ///
    /// # Errors
    /// A flow key that cannot be a path segment.
    pub fn flow_call(
        &self,
        version: FlowVersion,
        key: &str,
        to: &PhoneNumber,
        attributes: &[(&str, &str)],
    ) -> Result<FrozenRequest, EncodeError> {
        let rest = format!("flow/{}", segment("flow key", key)?);
        let url = self.address.endpoint("bot-api", version.as_str(), &rest);
        let number = Self::number(to, self.wire.flow_phone_plus);
        Ok(match version {
            FlowVersion::V1 => {
                let pairs =
                    std::iter::once((PHONE, number.as_str())).chain(attributes.iter().copied());
                FrozenRequest::post(format!("{url}?{}", query(pairs)), RequestBody::Empty)
            }
            FlowVersion::V2 | FlowVersion::V3 => {
                let body = flat_body(&number, attributes);
                FrozenRequest::post(url, RequestBody::Json(json_text(&body)))
            }
        })
    }
}

fn flat_body(number: &str, attributes: &[(&str, &str)]) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert(CHANNEL.to_owned(), Value::from("whatsapp"));
    body.insert(PHONE.to_owned(), Value::from(number));
    for (name, value) in attributes {
        body.insert((*name).to_owned(), Value::from(*value));
    }
    body
}
