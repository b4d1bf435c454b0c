//! From a draft as typed to a frozen plan: the same road for preview and review.

use super::clock;
use super::draft_people::DraftPeople;
use super::world::World;
use crate::contract::{DraftForm, PeopleFile, PlanFailure, PlanProblem, PlanPurpose};
use crate::domain::audience::{self, CheckReport, from_recipients};
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::plan_facts::{self, Countries};
use crate::domain::schedule::{When, read_when};
use crate::domain::template::ParameterProblem;
use crate::domain::{
    Audience, Plan, PlanFacts, PriceTable, Profile, RecipientForm, Schedule, SendDraft, SendKind,
    Waiting,
};
use crate::outbox::freeze::FreezeError;
use crate::outbox::twins::{self, Planning};
use crate::outbox::{Outbox, note_limits};
use crate::store::{CacheStore, OutboxStore};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// People whose countries are counted at most while somebody types.
const COUNTED: u64 = 50_000;
/// The same for a review, which somebody waits for.
const COUNTED_FOR_REVIEW: u64 = 2_000_000;
/// A list waits after its first people if it is more than so many times as long: before a short
/// one, looking at the first would take longer than the rest.
const LONG: usize = 20;
/// People of a file in a preview at most.
const PREVIEWED: usize = 500;
/// The rule of a plan for which nobody is left.
const NOBODY: &str = "no_recipients";

/// What is kept on this computer that a plan is compared with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept<'a> {
    /// Asked who wrote last, where it is given and the form does not know.
    pub cache: Option<&'a CacheStore>,
    /// Asked who has the same message already.
    pub record: Option<&'a OutboxStore>,
    /// As [`Planning::shows_twins`].
    pub shows_twins: bool,
    /// Where the people of a file come from.
    pub people: Option<&'a DraftPeople>,
    /// Of a file's people no more than these, so that a preview follows the typing.
    pub most: Option<usize>,
    /// Whether a sender is alive that stays.
    pub stays: bool,
    /// Whether rows of a class that a person wants mended stop the plan.
    pub stops: bool,
}

/// Freezes a draft at a time, with a word that makes titles differ. Blocks for a moment: the first
/// number loads the tables of the phone library.
///
/// # Errors
/// Everything that is to fix, each with its field where it has one.
pub fn build(
    form: &DraftForm,
    profile: &Profile,
    kept: Kept<'_>,
    (now, nonce): (Timestamp, &str),
) -> Result<Arc<Plan>, PlanFailure> {
    let (schedule, waiting) = read_schedule(form, profile, kept.stays, now)
        .map_err(|text| failure("when", "publish_time", text))?;
    let audience = audience_of(form, profile, kept)?;
    let draft = SendDraft {
        content: form.content.clone(),
        audience,
        schedule,
        waiting,
        limits: form.limits,
        standing: form.standing.clone(),
    };
    // A preview shows what would be sent; being read-only is the review's business.
    let mut writable = profile.clone();
    writable.read_only = false;
    let planning = Planning {
        profile: &writable,
        now,
        nonce,
        override_reason: form.override_reason.as_deref(),
        shows_twins: kept.shows_twins,
    };
    let mut plan = twins::plan(&draft, planning, kept.record).map_err(to_fix)?;
    if kept.stops {
        may_go(&draft.audience, &plan)?;
    }
    if plan.calls.len() <= plan.limits.canary as usize * LONG {
        plan.limits.canary = 0;
    }
    Ok(Arc::new(plan))
}

/// Whether nobody is in the plan's people whom a person wants mended first.
fn may_go(audience: &Audience, plan: &Plan) -> Result<(), PlanFailure> {
    let Some((first, rows)) = audience.choices.stopped_by(&plan.skipped) else {
        return Ok(());
    };
    let mut stopped = failure("to", "stopped", audience::stop_sentence(first, rows));
    stopped.skipped.clone_from(&plan.skipped);
    for problem in &mut stopped.problems {
        "Mend them in the file, or let them be left out: c, then c and x."
            .clone_into(&mut problem.advice);
    }
    Err(stopped)
}

/// Everybody a draft is for, with what is known of them.
fn audience_of(
    form: &DraftForm,
    profile: &Profile,
    kept: Kept<'_>,
) -> Result<Audience, PlanFailure> {
    let people = form.content.recipient_form();
    let mut audience = match &form.file {
        Some(file) => {
            let everybody = everybody_of(file, (people, profile.region.as_deref()), kept)?;
            match kept.most.filter(|most| *most < everybody.rows.len()) {
                Some(most) => everybody.first(most),
                None => Audience::clone(&everybody),
            }
        }
        None => from_recipients(&form.to, people, profile.region.as_deref()),
    };
    let ids = audience.rows.iter().map(|row| row.recipient.text());
    // Without an answer nothing is known, and an unknown window leaves nobody out.
    if let Some(Ok(heard)) = kept
        .cache
        .map(|cache| cache.last_heard(&profile.target, ids))
    {
        audience.heard = heard;
    }
    audience.acquaint(&form.people);
    if form.file.is_none() && form.to.is_empty() && !form.content.names_recipients() {
        return Err(failure(
            "to",
            NOBODY,
            "nobody to send to yet: type numbers with country code, or @ and the path of a CSV file"
                .to_owned(),
        ));
    }
    if let ([], Some(first)) = (audience.rows.as_slice(), audience.skipped.first()) {
        let name = &first.recipient;
        let reason = if is_like_a_file(name) {
            format!("type @{name} for the people of that file: `{name}` is no phone number")
        } else {
            first.reason.to_string()
        };
        return Err(PlanFailure {
            skipped: audience.skipped.clone(),
            ..failure("to", NOBODY, reason)
        });
    }
    Ok(audience)
}

/// Whether somebody meant a file where a number is asked for.
fn is_like_a_file(written: &str) -> bool {
    let ends = |end: &str| {
        let from = written.len().saturating_sub(end.len());
        let tail = written.get(from..);
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    written.starts_with(['/', '~'])
        || [".csv", ".tsv", ".txt", ".xlsx", ".xls"]
            .into_iter()
            .any(ends)
}

/// Everybody of a draft's file.
fn everybody_of(
    file: &PeopleFile,
    (form, region): (RecipientForm, Option<&str>),
    kept: Kept<'_>,
) -> Result<Arc<Audience>, PlanFailure> {
    let own = DraftPeople::default();
    let read = kept.people.unwrap_or(&own).of(file, form, region);
    read.map_err(|error| {
        let mut text = format!("{}: {error}", file.name());
        if form == RecipientForm::ChannelUser && !file.path.contains(['/', '.']) {
            text.push_str(&format!(
                "; for an id that begins with @ write @@{}",
                file.path
            ));
        }
        failure("to", "people_file", text)
    })
}

/// A plan with what was counted of it.
#[derive(Debug)]
pub struct Built {
    /// The plan, or why there is none.
    pub result: Result<Arc<Plan>, PlanFailure>,
    /// Countries of its numbers; empty for long lists.
    pub countries: Countries,
    /// What it comes to, where it is to be reviewed.
    pub facts: Option<Arc<PlanFacts>>,
    /// What was found in every row, where that was wanted.
    pub checks: Option<Box<CheckReport>>,
}

impl Built {
    /// No plan.
    pub fn failed(failure: PlanFailure) -> Self {
        Self {
            result: Err(failure),
            countries: Countries::new(),
            facts: None,
            checks: None,
        }
    }

    /// Nothing came of it, because the builder itself failed.
    pub fn broke(error: &impl std::fmt::Display) -> Self {
        let problems = vec![PlanProblem {
            field: None,
            rule: "failed",
            text: format!("the plan could not be built: {error}"),
            advice: String::new(),
        }];
        Self::failed(PlanFailure {
            problems,
            skipped: Vec::new(),
        })
    }

    /// Counts what a plan comes to: little while somebody types, everything for its review.
    pub fn of(
        result: Result<Arc<Plan>, PlanFailure>,
        purpose: PlanPurpose,
        known: Known<'_>,
    ) -> Self {
        let plan = match result {
            Ok(plan) => plan,
            Err(failure) => return Self::failed(failure),
        };
        let countries = countries(&plan, purpose);
        let facts = match purpose {
            PlanPurpose::Preview | PlanPurpose::Check => None,
            PlanPurpose::Review => Some(Arc::new(facts(&plan, &countries, known))),
        };
        Self {
            result: Ok(plan),
            countries,
            facts,
            checks: None,
        }
    }
}

/// What the facts of a plan are taken from besides the plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Earlier batches.
    pub record: Option<&'a OutboxStore>,
    /// Prices that somebody wrote down, or why they cannot be read, as one sentence.
    pub prices: Option<&'a Result<PriceTable, String>>,
    /// What the plan's template is for, if somebody said so.
    pub category: Option<&'a str>,
}

fn facts(plan: &Plan, countries: &Countries, known: Known<'_>) -> PlanFacts {
    let mut facts = PlanFacts::of(plan);
    facts.countries.clone_from(countries);
    if facts.people > 1
        && let Some(record) = known.record
    {
        match record.compare(plan) {
            Ok(compared) => facts.compared = compared,
            Err(error) => tracing::warn!(%error, "a plan was not compared with an earlier batch"),
        }
    }
    match known.prices {
        Some(Ok(prices)) => facts.cost = prices.cost(countries, known.category),
        Some(Err(sentence)) => facts.no_cost = Some(sentence.clone()),
        None => {}
    }
    facts
}

/// A plan and what is counted of it, built with what this world keeps. Blocks.
pub fn build_in(
    world: &World,
    form: &DraftForm,
    profile: &Profile,
    purpose: PlanPurpose,
    nonce: &str,
) -> Built {
    // Only free text needs to know who wrote last.
    let free_text = form.content.is_free_text();
    // Without a record the plan is compared when it is queued.
    let record = world.outbox().ok().map(Outbox::store);
    let kept = Kept {
        cache: free_text.then(|| world.cache().ok()).flatten(),
        record,
        shows_twins: purpose != PlanPurpose::Review,
        people: Some(world.people()),
        most: (purpose == PlanPurpose::Preview).then_some(PREVIEWED),
        stops: purpose == PlanPurpose::Review,
        stays: world
            .outbox()
            .is_ok_and(|outbox| outbox.somebody_stays().unwrap_or(false)),
    };
    let now = clock::now();
    let mut result = build(form, profile, kept, (now, nonce));
    // Looked for once, and not with every key typed into the draft.
    if let (PlanPurpose::Review, Ok(plan), Some(record), Some(limits)) =
        (purpose, &mut result, kept.record, world.day_limits())
    {
        note_limits(Arc::make_mut(plan), record, &limits, now);
    }
    let prices = match purpose {
        PlanPurpose::Preview | PlanPurpose::Check => None,
        PlanPurpose::Review => world.prices(),
    };
    let template = form.content.template();
    let known = Known {
        record,
        prices: prices.as_ref(),
        category: template.and_then(|template| template.category.as_deref()),
    };
    let checks =
        (purpose == PlanPurpose::Check).then(|| Box::new(checks(form, profile, kept, &result)));
    Built {
        checks,
        ..Built::of(result, purpose, known)
    }
}

/// What was found in every row of a draft's people.
fn checks(
    form: &DraftForm,
    profile: &Profile,
    kept: Kept<'_>,
    result: &Result<Arc<Plan>, PlanFailure>,
) -> CheckReport {
    let people = (form.content.recipient_form(), profile.region.as_deref());
    let audience = match &form.file {
        Some(file) => everybody_of(file, people, kept).unwrap_or_default(),
        None => Arc::new(from_recipients(&form.to, people.0, people.1)),
    };
    match result {
        Ok(plan) => CheckReport::of_plan(&audience, plan),
        Err(failure) => {
            let problems = failure.problems.iter();
            let problems: Vec<ParameterProblem> = problems
                .map(|problem| {
                    let field = problem.field.as_deref().unwrap_or("draft");
                    ParameterProblem::error(field, problem.rule, problem.text.clone())
                })
                .collect();
            CheckReport::of_problems(&audience, &failure.skipped, &problems)
        }
    }
}

/// The countries of a plan's numbers, the one with most people first. Nothing for long lists,
/// because looking at each number takes its time: while somebody types less of it than for a
/// review.
fn countries(plan: &Plan, purpose: PlanPurpose) -> Countries {
    let most = match purpose {
        PlanPurpose::Preview | PlanPurpose::Check => COUNTED,
        PlanPurpose::Review => COUNTED_FOR_REVIEW,
    };
    if plan.recipients() > most {
        return Countries::new();
    }
    audience::countries(plan_facts::recipients(plan))
}

/// Everything that stops a plan, as the form shows it. What is only worth a look is in the notes of
/// a plan, once there is one.
fn to_fix(error: FreezeError) -> PlanFailure {
    let stops = error.problems.iter().filter(|problem| problem.is_error());
    let mut problems: Vec<PlanProblem> = stops
        .map(|problem| PlanProblem {
            field: Some(problem.parameter.clone()),
            rule: problem.rule,
            text: problem.text.clone(),
            advice: String::new(),
        })
        .collect();
    if problems.is_empty() {
        // With nobody left the reason of the first one says more than that.
        let (text, advice) = match error.skipped.first() {
            Some(row) if error.rule == NOBODY => (row.reason.to_string(), String::new()),
            Some(_) | None => (error.message.clone(), error.advice.clone()),
        };
        problems.push(PlanProblem {
            field: field_of_rule(error.rule),
            rule: error.rule,
            text,
            advice,
        });
    }
    PlanFailure {
        problems,
        skipped: error.skipped,
    }
}

fn failure(field: &str, rule: &'static str, text: String) -> PlanFailure {
    PlanFailure {
        problems: vec![PlanProblem {
            field: Some(field.to_owned()),
            rule,
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
        NOBODY | OPTED_OUT => "to",
        _ => return None,
    };
    Some(field.to_owned())
}

/// When it goes out. What only the platform has a time for is kept here if somebody stays, else
/// handed over at once; everything else is started here.
fn read_schedule(
    form: &DraftForm,
    profile: &Profile,
    stays: bool,
    now: Timestamp,
) -> Result<(Schedule, Waiting), String> {
    let zone = TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC);
    let mut waiting = Waiting {
        quiet: profile.times.quiet,
        ..Waiting::default()
    };
    let time = match read_when(&form.when, &zone, now) {
        Ok(When::Now) => return Ok((Schedule::Now, waiting)),
        Ok(When::At(time)) => time,
        Ok(When::Ask(question)) => return Err(question.to_string()),
        Err(error) => return Err(error.to_string()),
    };
    let schedule = if form.content.kind() == SendKind::Broadcast {
        if form.waits.late == Some(true) && !stays {
            return Err(
                "nobody would hand it over later: start \"alertdesk outbox run --stay\", or \
                        let it be handed over at once (w, Ctrl-o)"
                    .to_owned(),
            );
        }
        let late = form.waits.late.unwrap_or(profile.times.late) && stays;
        profile.times.publish(time.at, late, now)
    } else {
        Schedule::StartAt(time.at)
    };
    waiting.hold_on_reply = form.waits.hold_on_reply && schedule.due().is_some();
    waiting.meant = Some(time);
    Ok((schedule, waiting))
}
