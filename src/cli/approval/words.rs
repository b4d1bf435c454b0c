//! A plan in plain words for the second person, who sees nothing else of it. What is shown is
//! bounded, whatever the plan holds; it must not decide anything.

use crate::cli::context::Context;
use crate::domain::audience::countries;
use crate::domain::{BotTarget, PlannedCall};
use crate::pack::PublicKey;
use crate::pack::approval::PlanFile;
use crate::text::format;
use crate::text::sanitize::{clean, clean_line};
use crate::text::width;
use jiff::Timestamp;

/// So many countries are named.
const NAMED: usize = 8;
/// So many of the first calls are shown, and the last one.
const FIRST: usize = 2;
/// So much of a body is shown: a file of a CSV broadcast has megabytes.
const SHOWN: usize = 1_500;

/// The time of a plan that has passed, if it has one.
pub fn passed(plan: &PlanFile, now: Timestamp) -> Option<Timestamp> {
    // A late hand-over may be later than it was meant, as long as nothing is published.
    let last = plan.publish.or(plan.due);
    last.filter(|at| *at <= now)
}

/// What a second person has to know before signing.
pub fn in_words(context: &Context, plan: &PlanFile, asked_by: &PublicKey) -> Vec<String> {
    let calls = plan.calls.as_slice();
    let target = BotTarget::from(&plan.about.target);
    let mut lines = vec![
        format!(
            "{} asks to send {} {} of profile {} to {}, {}.",
            line(&plan.asked_by),
            line(&plan.kind.replace('_', " ")),
            line(&plan.title),
            line(&plan.profile),
            format::people(plan.about.recipients),
            when(context, plan),
        ),
        format!(
            "Written {} as batch {}, signed with the key {}.",
            format::planned(&plan.made.to_zoned(context.zone())),
            plan.about.batch.0,
            asked_by.fingerprint()
        ),
        format!(
            "Host: {}, customer {}, bot {}",
            line(&target.base_url),
            line(&target.customer_id),
            line(&target.bot_key)
        ),
        format!("Countries: {}", in_countries(calls)),
    ];
    lines.extend(plan.notes.iter().map(|note| line(note)));
    let last = calls.len().saturating_sub(1);
    for (at, call) in calls.iter().enumerate() {
        if at < FIRST || at == last {
            lines.extend(one_call((at + 1, calls.len()), call));
        }
    }
    lines
}

fn line(text: &str) -> String {
    clean_line(text).into_owned()
}

fn when(context: &Context, plan: &PlanFile) -> String {
    let time = |at: Timestamp| format::planned(&at.to_zoned(context.zone()));
    match (plan.publish, plan.due) {
        (None, None) => "as soon as it is resumed".to_owned(),
        (Some(publish), None) => format!("handed over at once, published {}", time(publish)),
        (Some(publish), Some(due)) => {
            format!("handed over {}, published {}", time(due), time(publish))
        }
        (None, Some(due)) => format!("started {}", time(due)),
    }
}

fn in_countries(calls: &[PlannedCall]) -> String {
    let all = countries(calls.iter().flat_map(|call| &call.recipients));
    let mut named: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|(country, people)| format!("{country} {}", format::count(*people)))
        .collect();
    if all.len() > NAMED {
        named.push(format!("{} more countries", all.len() - NAMED));
    }
    named.join(", ")
}

/// Where a call goes and how it begins.
fn one_call((number, of): (usize, usize), call: &PlannedCall) -> [String; 2] {
    let who = match call.recipients.as_slice() {
        [one] => format::recipient(one.text()),
        several => format::people(several.len() as u64),
    };
    let body = call.request.body.bytes();
    let start = body.get(..SHOWN).unwrap_or(&body);
    let start = String::from_utf8_lossy(start);
    // The cut may go through a letter.
    let start = start.trim_end_matches(char::REPLACEMENT_CHARACTER);
    let rest = if body.len() > SHOWN {
        let all = format::bytes(body.len());
        format!("{} the whole of it has {all}", width::ELLIPSIS)
    } else {
        String::new()
    };
    [
        format!(
            "Call {} of {}, to {who}: {} {}",
            format::count(number as u64),
            format::count(of as u64),
            call.request.method,
            line(&call.request.url)
        ),
        format!("{}{rest}", clean(start)),
    ]
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, one_call, passed};
    use crate::domain::{
        BatchId, BotTarget, FrozenRequest, PlannedCall, Recipient, RequestBody, Schedule,
    };
    use crate::pack::approval::{About, PlanFile};
    use jiff::Timestamp;

    fn call(body: &str) -> PlannedCall {
        PlannedCall {
            recipients: vec![Recipient::from_text("447700900412").unwrap()],
            request: FrozenRequest::post(
                "https://api.fern-and-oak.example/template".to_owned(),
                RequestBody::Json(body.to_owned()),
            ),
        }
    }

    #[test]
    fn a_long_body_is_cut_between_letters_and_says_so() {
        let [place, whole] = one_call((1, 1), &call("{\"text\":\"Ana\"}"));
        assert_eq!(
            place,
            "Call 1 of 1, to +44 7700 900412: POST https://api.fern-and-oak.example/template"
        );
        assert_eq!(whole, "{\"text\":\"Ana\"}");
        for before in 0..4 {
            let body = format!("{}{}", "a".repeat(before), "\u{1f333}".repeat(SHOWN));
            let [_, shown] = one_call((2, 9), &call(&body));
            let (trees, rest) = shown.split_once('\u{2026}').unwrap();
            assert!(trees.len() <= SHOWN && body.starts_with(trees), "{before}");
            assert!(rest.contains("the whole of it has"), "{rest}");
        }
        let [_, hostile] = one_call((1, 1), &call("\u{1b}[2J"));
        assert!(!hostile.contains('\u{1b}'), "{hostile}");
    }

    #[test]
    fn a_plan_is_too_late_when_it_would_reach_people_at_another_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let target = BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        };
        let late = |schedule: Schedule| {
            let about = About {
                batch: BatchId(31),
                target: (&target).into(),
                plan_sha256: String::new(),
                recipients: 1,
            };
            let mut plan = PlanFile::new(about, "meera@desk-4".to_owned(), at(0));
            (plan.publish, plan.due) = (schedule.publish_at(), schedule.due());
            passed(&plan, at(100))
        };
        assert_eq!(late(Schedule::Now), None);
        assert_eq!(late(Schedule::StartAt(at(101))), None);
        assert_eq!(late(Schedule::StartAt(at(100))), Some(at(100)));
        assert_eq!(late(Schedule::PublishAt(at(90))), Some(at(90)));
        let (publish, due) = (at(200), at(90));
        assert_eq!(late(Schedule::PublishLate { publish, due }), None);
    }
}
