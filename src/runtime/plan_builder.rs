//! From a draft as typed to a frozen plan: the same road for preview and review.

use crate::contract::{DraftForm, PlanFailure, PlanProblem};
use crate::domain::audience::from_recipients;
use crate::domain::schedule::read_plan_time;
use crate::domain::{Plan, Profile, Schedule, SendDraft};
use crate::outbox::freeze::freeze;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Freezes a draft. Blocks for a moment: the first number loads the tables of the phone library.
///
/// # Errors
/// Everything that is to fix, each with its field where it has one.
pub fn build(
    form: &DraftForm,
    profile: &Profile,
    now: Timestamp,
    nonce: &str,
) -> Result<Arc<Plan>, PlanFailure> {
    let schedule = read_schedule(&form.when, profile).map_err(|text| failure("when", text))?;
    let people = form.content.recipient_form();
    let mut audience = from_recipients(&form.to, people, profile.region.as_deref());
    audience.acquaint(&form.people);
    if form.to.is_empty() && !form.content.names_recipients() {
        return Err(failure(
            "to",
            "nobody to send to yet: type a number with country code".to_owned(),
        ));
    }
    if let ([], Some(first)) = (audience.rows.as_slice(), audience.skipped.first()) {
        return Err(PlanFailure {
            skipped: audience.skipped.clone(),
            ..failure("to", first.reason.clone())
        });
    }
    let draft = SendDraft {
        content: form.content.clone(),
        audience,
        schedule,
        limits: form.limits,
        standing: form.standing.clone(),
    };
    // A preview shows what would be sent; being read-only is the review's business.
    let mut writable = profile.clone();
    writable.read_only = false;
    freeze(&draft, &writable, now, nonce)
        .map(Arc::new)
        .map_err(|error| {
            let mut problems: Vec<PlanProblem> = error
                .problems
                .iter()
                .map(|problem| PlanProblem {
                    field: Some(problem.parameter.clone()),
                    rule: problem.rule,
                    text: problem.text.clone(),
                    advice: String::new(),
                })
                .collect();
            if problems.is_empty() {
                let field = field_of_rule(error.rule);
                problems.push(PlanProblem {
                    field,
                    rule: error.rule,
                    text: error.message.clone(),
                    advice: error.advice.clone(),
                });
            }
            PlanFailure {
                problems,
                skipped: error.skipped,
            }
        })
}

fn failure(field: &'static str, text: String) -> PlanFailure {
    PlanFailure {
        problems: vec![PlanProblem {
            field: Some(field.to_owned()),
            rule: field,
            text,
            advice: String::new(),
        }],
        skipped: Vec::new(),
    }
}

/// The form field a draft-wide rule is about.
fn field_of_rule(rule: &str) -> Option<String> {
    let field = match rule {
        "title" | "channel" => rule,
        "publish_time" => "when",
        "no_recipients" => "to",
        _ => return None,
    };
    Some(field.to_owned())
}

fn read_schedule(when: &str, profile: &Profile) -> Result<Schedule, String> {
    let when = when.trim();
    if when.eq_ignore_ascii_case("now") {
        return Ok(Schedule::Now);
    }
    let zone = TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC);
    read_plan_time(when, &zone).map(Schedule::PublishAt)
}
