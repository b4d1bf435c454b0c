//! Plans from JSON that people wrote: a template's payload per person, or a whole broadcast. The
//! program writes who, when and the title; the rest leaves as it was written, unverified.

use super::broadcast::{Crowd, Label, kept};
use super::direct::{Calls, passes, phone_of};
use super::people::People;
use super::personal::{Names, Replaced, Text, fill_for, no_value};
use super::{Desk, FreezeError, Frozen};
use crate::domain::audience::from_recipients;
use crate::domain::intent::raw_template_intent;
use crate::domain::placeholder::Piece;
use crate::domain::raw::{self, RawError, UNVERIFIED};
use crate::domain::template::{ParameterProblem, check_parameter, import_json};
use crate::domain::{
    Audience, AudienceRow, Content, Profile, Recipient, RecipientId, Schedule, Sha256Hex,
    SkippedRow,
};
use serde_json::{Map, Value};

/// The field that problems of written JSON are about.
pub(super) const FIELD: &str = "json";

impl From<RawError> for FreezeError {
    fn from(error: RawError) -> Self {
        json_problem(error.rule(), error.to_string())
    }
}

/// An error about written JSON.
pub(super) fn json_problem(rule: &'static str, text: String) -> FreezeError {
    FreezeError {
        problems: Box::new([ParameterProblem::error(FIELD, rule, text.clone())]),
        ..FreezeError::new(rule, text, "Correct the JSON, or use the form.")
    }
}

/// A text of a payload that is different for each person.
struct PersonalText<'p> {
    pointer: &'p str,
    pieces: Vec<Piece<'p>>,
}

impl<'a> Desk<'a> {
    /// One template call per person with a payload as it was written.
    pub(super) fn raw_template_calls(
        &self,
        written: &str,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let payload = raw::read_object(written, "the payload of a template call")?;
        let name = payload_name(&payload)?;
        let mut payload = Value::Object(payload);
        let leaves = raw::pointers(&payload);
        let personal = self.personal_texts(&leaves)?;
        refuse_names_with_placeholders(&payload)?;
        people.note(UNVERIFIED.to_owned());
        for problem in as_if_in_the_form(written, &personal) {
            people.warn_all(problem);
        }
        let mut calls = Calls::for_rows(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            let problems = set_texts(&mut payload, &personal, row);
            if passes(&problems, row, people) {
                let intent = raw_template_intent(&self.profile.target, &row.recipient, &payload);
                let request = self.encoder.raw_template_call(phone, &payload);
                calls.add(row, request, intent);
            }
        }
        calls.one_each(name, people)
    }

    fn personal_texts<'p>(
        &self,
        leaves: &'p [(String, String)],
    ) -> Result<Vec<PersonalText<'p>>, FreezeError>
    where
        'a: 'p,
    {
        let names = Names::new(self.audience, Replaced::Nothing);
        let mut personal = Vec::new();
        let mut problems = Vec::new();
        for (pointer, text) in leaves {
            match names.read(FIELD, pointer, text) {
                Ok(Text::Personal(pieces)) => personal.push(PersonalText { pointer, pieces }),
                Ok(Text::Shared(_)) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(personal)
        } else {
            Err(FreezeError::values(problems))
        }
    }

    /// One broadcast call per chunk with a body as it was written.
    pub(super) fn raw_broadcast(
        &self,
        label: Label<'_>,
        written: &str,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let body = raw::read_object(written, "the body of a broadcast call")?;
        let title = match (label.title.trim(), body.get("broadcastTitle")) {
            ("", Some(Value::String(title))) => title.clone(),
            ("", _) => String::new(),
            (given, _) => given.to_owned(),
        };
        let channel = channel(&body).unwrap_or(label.channel);
        let label = Label {
            title: &title,
            channel,
            ..label
        };
        label.check()?;
        check_body(&body)?;
        let number = self.profile.wire.phone_placeholder.as_str();
        let replaced = |one: &str| Replaced::Number(number).replaces(one);
        if let Some((_, text)) = raw::left_over(&Value::Object(body.clone()), replaced) {
            return Err(json_problem("placeholder", text));
        }
        people.note(UNVERIFIED.to_owned());
        for warning in contradictions(&body, self.schedule) {
            people.warn_all(warning);
        }
        for payload in wrapped_payloads(&body) {
            for warning in as_if_in_the_form(&payload.to_string(), &[]) {
                people.warn_all(warning);
            }
        }
        let rows = if is_direct(&body) {
            self.open_rows(channel, people)
        } else {
            self.audience.rows.iter().collect()
        };
        let crowd = Crowd {
            label,
            said: Sha256Hex::of(written.as_bytes()),
            recipients: kept(rows, people)?,
        };
        Ok(self.chunked(&crowd, people, |head| {
            self.encoder.raw_broadcast(head, &body)
        }))
    }
}

fn payload_name(payload: &Map<String, Value>) -> Result<String, FreezeError> {
    if payload.contains_key("phoneNumber") || payload.contains_key("payload") {
        let what = "is part of the call around the payload: write the payload object alone, the \
                    program writes the numbers";
        return Err(RawError::part("phoneNumber or payload", what).into());
    }
    match payload.get("name").and_then(Value::as_str).map(str::trim) {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        Some(_) | None => Err(RawError::part("name", "must be the template's name, a text").into()),
    }
}

/// Names of objects are the same for everybody.
fn refuse_names_with_placeholders(payload: &Value) -> Result<(), FreezeError> {
    let leaves: Vec<String> = raw::pointers(payload)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let name = raw::texts(payload)
        .into_iter()
        .find(|(_, text)| text.contains("{{") && !leaves.contains(text));
    match name {
        Some((at, _)) => Err(json_problem(
            "placeholder",
            format!("{at} is a name with a placeholder in it: only texts are filled in"),
        )),
        None => Ok(()),
    }
}

/// What the form would say of the places it knows, as warnings: the form may be wrong here.
fn as_if_in_the_form(written: &str, personal: &[PersonalText<'_>]) -> Vec<ParameterProblem> {
    let template = match import_json(written) {
        Ok(report) => report.template,
        Err(error) => {
            return vec![ParameterProblem::warning(
                FIELD,
                "raw_part",
                error.to_string(),
            )];
        }
    };
    let mut problems = Vec::new();
    for parameter in &template.parameters {
        let value = template.components.pointer(&parameter.pointer);
        let pointer = format!("/components{}", parameter.pointer);
        let is_personal = personal.iter().any(|text| text.pointer == pointer);
        let Some(value) = value.and_then(Value::as_str).filter(|_| !is_personal) else {
            continue;
        };
        problems.extend(check_parameter(parameter, value));
    }
    problems.extend(crate::domain::template::check_shape(&template));
    for problem in &mut problems {
        *problem = ParameterProblem::warning(FIELD, problem.rule, problem.text.clone());
    }
    problems
}

/// Puts one person's values into the payload; gives what is wrong with them.
fn set_texts(
    payload: &mut Value,
    personal: &[PersonalText<'_>],
    row: &AudienceRow,
) -> Vec<ParameterProblem> {
    let mut problems = Vec::new();
    for text in personal {
        match fill_for(&text.pieces, row) {
            Ok(filled) => {
                if let Some(slot) = payload.pointer_mut(text.pointer) {
                    *slot = Value::from(filled.text.into_owned());
                }
            }
            Err(why) => problems.push(no_value(FIELD, text.pointer, why)),
        }
    }
    problems
}

fn rule_of(body: &Map<String, Value>) -> Option<&Map<String, Value>> {
    body.get("audience")?.get("rule")?.as_object()
}

fn channel(body: &Map<String, Value>) -> Option<&str> {
    rule_of(body)?.get("channels")?.get(0)?.as_str()
}

fn is_direct(body: &Map<String, Value>) -> bool {
    let kind = body
        .get("payload")
        .and_then(|payload| payload.get("type")?.as_str());
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("direct"))
}

/// The templates that the entries of a body wrap.
fn wrapped_payloads(body: &Map<String, Value>) -> Vec<&Value> {
    let content = body
        .get("payload")
        .and_then(|payload| payload.get("content")?.as_array());
    let entries = content.into_iter().flatten();
    entries
        .filter_map(|entry| entry.pointer("/template/payload"))
        .collect()
}

/// What must be in a body, and what must not.
fn check_body(body: &Map<String, Value>) -> Result<(), RawError> {
    if body.get("broadcastId").is_some_and(|id| !id.is_null()) {
        let what = "may change a broadcast that exists: leave it out or write null";
        return Err(RawError::part("broadcastId", what));
    }
    let payload = body.get("payload").and_then(Value::as_object);
    let payload = payload.ok_or_else(|| RawError::part("payload", "must be an object"))?;
    if payload
        .get("type")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        return Err(RawError::part(
            "payload.type",
            "must be a text, for example direct",
        ));
    }
    if payload
        .get("content")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
    {
        return Err(RawError::part(
            "payload.content",
            "must be a list with something in it",
        ));
    }
    match (body.get("audience"), rule_of(body)) {
        (None | Some(Value::Null), _) => Ok(()),
        (Some(_), None) => Err(RawError::part("audience.rule", "must be an object")),
        (Some(audience), Some(rule)) => check_audience(audience, rule),
    }
}

/// Whoever else a rule reaches could not be counted, so nothing else may be in it.
fn check_audience(audience: &Value, rule: &Map<String, Value>) -> Result<(), RawError> {
    let uncounted = "may reach people the plan does not know: only channels, channelUserIds and \
                     userIds are taken";
    let says_something = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    let beside = audience.as_object().into_iter().flatten();
    for (name, value) in beside.filter(|(name, _)| name.as_str() != "rule") {
        if says_something(value) {
            return Err(RawError::part(&format!("audience.{name}"), uncounted));
        }
    }
    for (name, value) in rule {
        let at = format!("audience.rule.{name}");
        match name.as_str() {
            "channels" => {
                let one = value.as_array().map(Vec::as_slice);
                let is_one = matches!(one, Some([Value::String(name)]) if !name.trim().is_empty());
                if !is_one {
                    return Err(RawError::part(&at, "must be a list with one channel"));
                }
            }
            "channelUserIds" | "userIds" => {
                let ids = value.as_array();
                let readable = |id: &Value| id.is_string() || id.is_u64();
                if !ids.is_some_and(|ids| ids.iter().all(readable)) {
                    return Err(RawError::part(&at, "must be a list of ids"));
                }
            }
            _ if says_something(value) => return Err(RawError::part(&at, uncounted)),
            _ => {}
        }
    }
    Ok(())
}

/// What the body says of its time against the time of the send, which wins.
fn contradictions(body: &Map<String, Value>, schedule: Schedule) -> Vec<ParameterProblem> {
    let mut found = Vec::new();
    let mut warn = |text: &str| {
        found.push(ParameterProblem::warning(
            FIELD,
            "raw_time",
            text.to_owned(),
        ));
    };
    if body.get("publishedOn").is_some_and(|time| !time.is_null()) {
        warn("publishedOn of the JSON is not used: the time of this send is written in its place");
    }
    let status = body
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let scheduled = status.eq_ignore_ascii_case("scheduled");
    match schedule {
        Schedule::Now if scheduled => {
            warn("status says scheduled although this goes out now: write null for now");
        }
        Schedule::PublishAt(_) | Schedule::PublishLate { .. } if !scheduled && !is_direct(body) => {
            warn("status does not say SCHEDULED although this has a publish time");
        }
        Schedule::Now
        | Schedule::PublishAt(_)
        | Schedule::PublishLate { .. }
        | Schedule::StartAt(_) => {}
    }
    if status.eq_ignore_ascii_case("draft") {
        warn("status says draft: the platform may keep it without sending it");
    }
    found
}

/// The people a broadcast written as JSON names itself; `None` for everything else.
///
/// # Errors
/// People in the JSON and in the draft.
pub(super) fn own_audience(
    content: &Content,
    audience: &Audience,
    profile: &Profile,
) -> Result<Option<Audience>, FreezeError> {
    let Content::RawBroadcast { body, .. } = content else {
        return Ok(None);
    };
    if !content.names_recipients() {
        return Ok(None);
    }
    if !(audience.rows.is_empty() && audience.skipped.is_empty()) {
        let text =
            "the JSON names its people itself, and people are given beside it: leave one out";
        return Err(json_problem("two_audiences", text.to_owned()));
    }
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let ids = |key: &str| -> Vec<String> {
        let rule = body.pointer("/audience/rule");
        let ids = rule.and_then(|rule| rule.get(key)?.as_array());
        ids.into_iter().flatten().filter_map(id_text).collect()
    };
    let form = content.recipient_form();
    let mut own = from_recipients(&ids("channelUserIds"), form, profile.region.as_deref());
    for id in ids("userIds") {
        match RecipientId::read(&id) {
            Ok(id) => own.rows.push(AudienceRow {
                row: None,
                recipient: Recipient::PlatformUser(id),
                columns: crate::domain::audience::Columns::default(),
            }),
            Err(error) => own.skipped.push(SkippedRow {
                recipient: id.into(),
                reason: error.to_string().into(),
                row: None,
                rule: error.rule().into(),
            }),
        }
    }
    Ok(Some(own))
}

fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
