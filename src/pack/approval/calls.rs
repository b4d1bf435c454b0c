//! The calls of a plan in its file, one after the other: there may be a million, so each is written
//! from where it is and read to where it stays. Whether they are those of the plan is not asked here.

use crate::domain::{FrozenRequest, PlannedCall, Recipient, RequestBody, RequestHead, Sha256Hex};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

#[derive(Serialize)]
struct Written<'a> {
    to: Vec<&'a str>,
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: &'a RequestBody,
}

#[derive(Deserialize)]
struct Read {
    to: Vec<String>,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: RequestBody,
}

/// Writes the calls as a list.
pub fn serialize<S: Serializer>(calls: &[PlannedCall], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(calls.iter().map(|call| Written {
        to: call.recipients.iter().map(Recipient::text).collect(),
        method: &call.request.method,
        url: &call.request.url,
        headers: &call.request.headers,
        body: &call.request.body,
    }))
}

/// Reads what [`serialize`] wrote.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PlannedCall>, D::Error> {
    from.deserialize_seq(Calls)
}

struct Calls;

impl<'de> Visitor<'de> for Calls {
    type Value = Vec<PlannedCall>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of calls")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut calls: Vec<PlannedCall> = Vec::new();
        while let Some(read) = list.next_element::<Read>()? {
            let call = planned(read, calls.last());
            calls.push(call.ok_or_else(|| A::Error::custom("somebody in it can be no recipient"))?);
        }
        Ok(calls)
    }
}

/// The call, with the head of the one before it where both have the same.
fn planned(read: Read, before: Option<&PlannedCall>) -> Option<PlannedCall> {
    let recipients = read.to.iter().map(|text| Recipient::from_text(text));
    let recipients = recipients.collect::<Option<Vec<Recipient>>>()?;
    let head = RequestHead {
        method: read.method,
        url: read.url,
        headers: read.headers,
    };
    let hash = Sha256Hex::of(&read.body.bytes());
    let mut request = FrozenRequest::of(head, read.body, hash);
    if let Some(before) = before {
        request.share_head(&before.request);
    }
    Some(PlannedCall {
        recipients,
        request,
    })
}
