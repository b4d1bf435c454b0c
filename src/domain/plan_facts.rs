//! What a plan comes to, counted once when its review opens, so that drawing a review of a million
//! people costs as much as one of ten. It asks nobody; what the record knows is handed in.

use super::audience::row_rules;
use super::intent::DUPLICATE;
use super::odd::oddity;
use super::prices::Cost;
use super::{BatchId, Plan, PlannedCall, Recipient, RequestBody, SkippedRow};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Calls that are looked through for odd values at most: each is read as JSON for it.
const LOOKED_THROUGH: usize = 20_000;

/// Countries with how many people each has, the one with most people first.
pub type Countries = Vec<(String, u64)>;

/// What a plan comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanFacts {
    /// How many people the plan reaches.
    pub people: u64,
    /// The most people whose calls can be on the way at once: a call to many is unknown for all
    /// of them.
    pub at_once: u64,
    /// Why people are left out, in words, the largest class first. The counts add up to everybody
    /// who is left out.
    pub classes: Vec<(String, u64)>,
    /// Where the people are; empty where that was not counted.
    pub countries: Countries,
    /// Position of the first of the longest calls, and how long it is in bytes.
    pub longest: Option<(usize, usize)>,
    /// Position of the first of the shortest calls, and how long it is in bytes.
    pub shortest: Option<(usize, usize)>,
    /// How many calls hold an odd value, with the position of the first and what is odd about it.
    pub odd: Option<(u64, usize, String)>,
    /// The newest earlier batch of the same thing.
    pub compared: Option<Compared>,
    /// What it would cost, where somebody wrote down prices.
    pub cost: Option<Cost>,
    /// Why the prices that somebody wrote down cannot be read, as one sentence.
    pub no_cost: Option<String>,
}

/// A plan's people beside those of an earlier batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The batch.
    pub batch: BatchId,
    /// When it was confirmed.
    pub confirmed: Timestamp,
    /// People who were not in it.
    pub new: u64,
    /// People who were in it and are not now.
    pub gone: u64,
    /// People who are in both.
    pub same: u64,
}

impl PlanFacts {
    /// Counts what the plan itself says. Takes about a second for a million calls.
    pub fn of(plan: &Plan) -> Self {
        let lengths = || plan.calls.iter().map(length).enumerate();
        Self {
            people: plan.recipients(),
            at_once: most_on_the_way(plan),
            classes: classes(&plan.skipped),
            longest: lengths().rev().max_by_key(|(_, bytes)| *bytes),
            shortest: lengths().min_by_key(|(_, bytes)| *bytes),
            odd: odd(&plan.calls),
            ..Self::default()
        }
    }
}

/// Everybody a plan reaches, in sending order.
pub fn recipients(plan: &Plan) -> impl Iterator<Item = &Recipient> {
    plan.calls.iter().flat_map(|call| &call.recipients)
}

/// The recipients from this place on, without walking over those before it one by one. `people` is
/// how many the plan has.
pub fn recipients_from(plan: &Plan, people: u64, first: usize) -> impl Iterator<Item = &Recipient> {
    let mut before = 0;
    let one_each = plan.calls.len() as u64 == people;
    let call = if one_each {
        before = first.min(plan.calls.len());
        before
    } else {
        let fits = |call: &PlannedCall| {
            let end = before + call.recipients.len();
            let passed = end <= first;
            if passed {
                before = end;
            }
            !passed
        };
        let found = plan.calls.iter().position(fits);
        found.unwrap_or(plan.calls.len())
    };
    let calls = plan.calls.get(call..).unwrap_or_default();
    let people = calls.iter().flat_map(|call| &call.recipients);
    people.skip(first.saturating_sub(before))
}

fn most_on_the_way(plan: &Plan) -> u64 {
    let calls = usize::try_from(plan.limits.concurrency).unwrap_or(usize::MAX);
    let mut largest = BinaryHeap::new();
    for call in &plan.calls {
        largest.push(Reverse(call.recipients.len()));
        if largest.len() > calls {
            largest.pop();
        }
    }
    largest.into_iter().map(|size| size.0 as u64).sum()
}

/// How long the body of a call is, without making it.
fn length(call: &PlannedCall) -> usize {
    match &call.request.body {
        RequestBody::Empty => 0,
        RequestBody::Json(text) => text.len(),
        RequestBody::Multipart { parts, .. } => parts.iter().map(|part| part.content.len()).sum(),
    }
}

fn odd(calls: &[PlannedCall]) -> Option<(u64, usize, String)> {
    let looked = calls.iter().take(LOOKED_THROUGH).enumerate();
    let mut found = looked.filter_map(|(at, call)| Some((at, oddity(&call.request)?)));
    let (first, why) = found.next()?;
    Some((1 + found.count() as u64, first, why))
}

/// Why these are left out, the largest class first.
fn classes(skipped: &[SkippedRow]) -> Vec<(String, u64)> {
    // A person who has the message already and a number that is there twice share a rule.
    let key = |row: &SkippedRow| row.rule == DUPLICATE && row.reason.starts_with("the same ");
    let mut counts: HashMap<(&str, bool), u64> = HashMap::new();
    for row in skipped {
        *counts.entry((&row.rule, key(row))).or_default() += 1;
    }
    let mut classes: BTreeMap<String, u64> = BTreeMap::new();
    for ((rule, twice), count) in counts {
        let words = match rule {
            DUPLICATE if twice => "given twice".to_owned(),
            DUPLICATE => "have it already".to_owned(),
            rule => row_rules::short(rule),
        };
        *classes.entry(words).or_default() += count;
    }
    let mut classes: Vec<(String, u64)> = classes.into_iter().collect();
    classes.sort_by_key(|(_, count)| Reverse(*count));
    classes
}

#[cfg(test)]
mod tests {
    use super::{PlanFacts, classes, recipients, recipients_from};
    use crate::domain::audience::countries;
    use crate::domain::{
        BotTarget, FrozenRequest, Once, PhoneNumber, Plan, PlannedCall, Recipient, RequestBody,
        Schedule, SendKind, SendLimits, SkippedRow,
    };

    fn person(index: usize) -> Recipient {
        let digits = format!("44770090{index:04}");
        PhoneNumber::from_digits(&digits).unwrap().into()
    }

    /// A plan with calls to so many people each; the body of the second call is the longest.
    fn plan(sizes: &[usize]) -> Plan {
        let mut next = 0..;
        let calls: Vec<PlannedCall> = sizes
            .iter()
            .enumerate()
            .map(|(at, size)| PlannedCall {
                recipients: next.by_ref().take(*size).map(person).collect(),
                request: FrozenRequest::post(
                    "https://api.fern-and-oak.example/x".to_owned(),
                    RequestBody::Json(match at {
                        1 => "{\"text\":\"a longer one\"}".to_owned(),
                        2 => "{\"text\":\"null\"}".to_owned(),
                        _ => "{\"text\":\"a text\"}".to_owned(),
                    }),
                ),
            })
            .collect();
        let target = BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        };
        Plan {
            source: None,
            waiting: crate::domain::Waiting::default(),
            kind: SendKind::Template,
            title: "oak_care".to_owned(),
            profile: "london-care".to_owned(),
            sha256: Plan::digest(&target, Schedule::Now, &calls),
            target,
            calls,
            skipped: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            schedule: Schedule::Now,
            limits: SendLimits::default(),
            used: None,
            once: Once::default(),
        }
    }

    #[test]
    fn a_window_of_people_is_a_part_of_all_of_them() {
        for sizes in [&[1, 1, 1, 1, 1][..], &[2, 3, 1], &[6], &[]] {
            let plan = plan(sizes);
            let all: Vec<&Recipient> = recipients(&plan).collect();
            for first in 0..8 {
                let found: Vec<&Recipient> =
                    recipients_from(&plan, plan.recipients(), first).collect();
                assert_eq!(
                    found,
                    all.get(first..).unwrap_or_default(),
                    "{sizes:?} {first}"
                );
            }
        }
    }

    #[test]
    fn extremes_and_oddities_are_the_first_of_their_kind() {
        let facts = PlanFacts::of(&plan(&[1, 1, 1, 1]));
        assert_eq!(facts.longest, Some((1, 23)));
        assert_eq!(facts.shortest, Some((2, 15)));
        let (count, first, why) = facts.odd.unwrap();
        assert_eq!((count, first), (1, 2));
        assert!(why.contains("missing"), "{why}");
        assert_eq!(PlanFacts::of(&plan(&[])), PlanFacts::default());
    }

    #[test]
    fn classes_add_up_and_the_largest_comes_first() {
        let row = |rule: &'static str, reason: &str| SkippedRow {
            recipient: "x".into(),
            reason: reason.into(),
            row: None,
            rule: rule.into(),
        };
        let rows = [
            row("opted_out", "opted out on 9 Sep 2026"),
            row("number_invalid", "no"),
            row("duplicate", "the same number as row 3, which is kept"),
            row("number_invalid", "no"),
            row("duplicate", "already accepted at 11:03, batch 4"),
            row("button_rule", "a rule nobody worded"),
        ];
        let classes = classes(&rows);
        assert_eq!(classes[0], ("no number of its country".to_owned(), 2));
        let words: Vec<&str> = classes.iter().map(|(words, _)| words.as_str()).collect();
        for expected in ["opted out", "given twice", "have it already", "button rule"] {
            assert!(words.contains(&expected), "{words:?}");
        }
        let total: u64 = classes.iter().map(|(_, count)| count).sum();
        assert_eq!(total, rows.len() as u64);
    }

    #[test]
    fn countries_stand_in_the_order_of_their_people() {
        let numbers = ["447700900001", "353850000001", "447700900002", "web"];
        let people: Vec<Recipient> = numbers
            .iter()
            .filter_map(|digits| PhoneNumber::from_digits(digits))
            .map(Recipient::from)
            .collect();
        let counted = countries(people.iter());
        // Several countries share +44, and the tables do not tell for invented numbers.
        assert_eq!(counted, [("+44".to_owned(), 2), ("IE".to_owned(), 1)]);
    }
}
