//! Plans against the record: whoever opted out or has the same message already is left out and named, the same
//! file is refused for the same template on the same day, and who got the template lately is noted.
//! It only looks; what it found is looked for again when the plan is queued and when it is claimed.

use super::freeze::{FreezeError, LeftOut, audience_of, freeze_without};
use super::twin_words::{counted, days_in_words, name, stands};
use crate::domain::audience::RECENT;
pub use crate::domain::intent::{DUPLICATE, SAME_FILE};
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::template::ParameterProblem;
use crate::domain::{
    BatchId, FoundTwins, Plan, Profile, Recipient, SendDraft, SendKind, Sha256Hex,
};
use crate::store::StoreError;
use crate::store::outbox::{OutboxStore, Twin};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What to do about either.
const OVERRIDE: &str = "Type a reason to override.";
/// Most people named in one note.
const NAMED: usize = 3;

/// What a plan is made of besides the draft.
#[derive(Clone, Copy)]
pub struct Planning<'a> {
    /// The profile it is made for.
    pub profile: &'a Profile,
    /// Now.
    pub now: Timestamp,
    /// Makes the ids in titles differ between drafts that are otherwise the same.
    pub nonce: &'a str,
    /// Why twins are sent all the same, if a person said so.
    pub override_reason: Option<&'a str>,
    /// Whether people who have it already are shown where nobody else is left: for a preview, of
    /// which nothing is queued.
    pub shows_twins: bool,
}

/// Freezes a draft and compares it with the record, where there is one.
///
/// # Errors
/// As [`super::freeze::freeze`]; rule `opted_out` if everybody did; rule `duplicate` if everybody
/// has the message already, `same_file` if the file went out today. The last two only without a
/// reason to override.
pub fn plan(
    draft: &SendDraft,
    planning: Planning<'_>,
    record: Option<&OutboxStore>,
) -> Result<Plan, FreezeError> {
    let Planning {
        profile,
        now,
        nonce,
        override_reason,
        ..
    } = planning;
    let mut desk = Desk {
        draft,
        planning,
        zone: TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC),
        opted_out: LeftOut::default(),
    };
    if let Some(record) = record {
        match desk.opted_out(record)? {
            Ok(opted_out) => desk.opted_out = opted_out,
            Err(error) => tracing::warn!(%error, "nobody knows who of a plan opted out"),
        }
    }
    let frozen = freeze_without(draft, profile, now, nonce, &desk.opted_out);
    let mut plan = frozen.map_err(|error| all_opted_out(error, &desk.opted_out))?;
    plan.once.override_reason = override_reason.map(str::to_owned);
    plan.once.file = desk.file_of_day();
    let mut plan = desk.compared(plan, record)?;
    plan.notes.extend(super::quiet::note(&plan, now));
    Ok(plan)
}

impl Desk<'_> {
    /// The plan as the record leaves it.
    fn compared(&self, mut plan: Plan, record: Option<&OutboxStore>) -> Result<Plan, FreezeError> {
        let Some(record) = record else {
            return Ok(plan);
        };
        match self.look(&plan, record) {
            Ok(looked) => self.decide(plan, looked),
            Err(error) => {
                tracing::warn!(%error, "a plan was not compared with the record");
                let note = "The record could not be read now: whether somebody has this already is \
                        looked for when it is queued.";
                plan.notes.push(note.to_owned());
                Ok(plan)
            }
        }
    }
}

/// What the record has of a plan.
struct Looked {
    /// Why the file must not go out again.
    refusal: Option<FreezeError>,
    /// The newest twin of each person, by the position of the person.
    twins: BTreeMap<usize, Twin>,
    /// Who got the template lately.
    lately: Lately,
}

/// Who got the template lately: worth knowing, and a reason to stop only if a person says so.
#[derive(Default)]
struct Lately {
    /// Positions of the people, in order.
    people: Vec<usize>,
    /// How many, who and since when, without a full stop.
    sentence: String,
    /// What is said of one of them who is left out.
    reason: String,
}

struct Desk<'a> {
    draft: &'a SendDraft,
    planning: Planning<'a>,
    zone: TimeZone,
    /// Nobody overrides these.
    opted_out: LeftOut,
}

/// The sentence of a plan that comes to nothing because whoever could be reached opted out.
fn all_opted_out(error: FreezeError, opted_out: &LeftOut) -> FreezeError {
    let mut of_rule = error.skipped.iter().filter(|row| row.rule == OPTED_OUT);
    let Some(first) = of_rule.next().filter(|_| error.rule == "no_recipients") else {
        return error;
    };
    let message = match opted_out.len() {
        1 => first.reason.to_string(),
        people => format!("all {people} people who could be reached opted out"),
    };
    FreezeError {
        rule: OPTED_OUT,
        message,
        advice: "Nothing is sent to people who opted out; `alertdesk suppress list` shows why."
            .to_owned(),
        problems: Box::default(),
        ..error
    }
}

impl Desk<'_> {
    /// Who of the draft must not be written to.
    fn opted_out(&self, record: &OutboxStore) -> Result<Result<LeftOut, StoreError>, FreezeError> {
        let audience = audience_of(self.draft, self.planning.profile)?;
        let rows = &audience.rows;
        let people: Vec<&str> = rows.iter().map(|row| row.recipient.text()).collect();
        let target = &self.planning.profile.target;
        let found = match record.suppressed_among(target, &people) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let mut left_out = LeftOut::default();
        for (at, one) in found {
            if let Some(row) = rows.get(at) {
                let day = one.since.to_zoned(self.zone.clone());
                let reason = format!("opted out on {}", day.strftime("%-d %b %Y"));
                left_out.add(&row.recipient, OPTED_OUT, reason);
            }
        }
        Ok(Ok(left_out))
    }

    fn look(&self, plan: &Plan, record: &OutboxStore) -> Result<Looked, StoreError> {
        let window = SignedDuration::try_from(plan.once.window).unwrap_or(SignedDuration::MAX);
        let twins = newest_each(record.twins(&plan.once.intents, self.ago(window))?);
        Ok(Looked {
            refusal: self.same_file(plan, record)?,
            lately: self.lately(plan, &twins, record)?,
            twins,
        })
    }

    fn decide(&self, mut plan: Plan, looked: Looked) -> Result<Plan, FreezeError> {
        let Looked {
            refusal,
            twins,
            lately,
        } = looked;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let found = FoundTwins {
            people: twins.len() as u64,
            sentence: self.sentence(&plan, &twins),
        };
        if let (Some(reason), false) = (&plan.once.override_reason, twins.is_empty()) {
            let note = format!("{}: they get it again, because: {reason}", found.sentence);
            plan.notes.insert(0, note);
        }
        let left_out = self.left_out(&plan, &twins, &lately);
        if left_out.len() > self.opted_out.len() {
            plan = self.without(plan, &left_out, (&found, &lately))?;
        }
        if !lately.people.is_empty() && !self.leaves_recent() {
            plan.notes.push(format!("{}.", lately.sentence));
            plan.warnings.push(ParameterProblem {
                rows: lately.people.len() as u64,
                ..ParameterProblem::warning("to", RECENT, lately.sentence)
            });
        }
        plan.once.found = Some(found);
        Ok(plan)
    }

    /// Whether those who got the template lately are left out.
    fn leaves_recent(&self) -> bool {
        self.draft.audience.choices.takes_out(RECENT)
    }

    /// Everybody whom the record leaves out: who opted out, who has the message already, and who got
    /// the template lately where a person does not want that.
    fn left_out(&self, plan: &Plan, twins: &BTreeMap<usize, Twin>, lately: &Lately) -> LeftOut {
        let mut left_out = self.opted_out.clone();
        let sends_twins = plan.once.override_reason.is_some();
        let mut recent = lately.people.iter().peekable();
        for (at, recipient) in recipients(plan).enumerate() {
            let is_recent = recent.next_if(|next| **next == at).is_some();
            match twins.get(&at) {
                Some(twin) if !sends_twins => {
                    left_out.add(recipient, DUPLICATE, self.reason(plan.kind, twin));
                }
                Some(_) | None if is_recent && self.leaves_recent() => {
                    left_out.add(recipient, RECENT, lately.reason.clone());
                }
                Some(_) | None => {}
            }
        }
        left_out
    }

    /// The plan without those whom the record leaves out.
    fn without(
        &self,
        plan: Plan,
        left_out: &LeftOut,
        (found, lately): (&FoundTwins, &Lately),
    ) -> Result<Plan, FreezeError> {
        let (file, reason) = (plan.once.file.clone(), plan.once.override_reason.clone());
        let sentences = [
            (reason.is_none() && found.people > 0).then_some(&found.sentence),
            (self.leaves_recent() && !lately.people.is_empty()).then_some(&lately.sentence),
        ];
        let sentence = sentences.iter().flatten().next();
        let sentence = sentence.map_or_else(String::new, |one| (*one).clone());
        // What is made anew needs the room.
        drop(plan);
        let Planning {
            profile,
            now,
            nonce,
            ..
        } = self.planning;
        match freeze_without(self.draft, profile, now, nonce, left_out) {
            Ok(mut plan) => {
                (plan.once.file, plan.once.override_reason) = (file, reason);
                let notes = sentences.into_iter().flatten();
                let notes = notes.map(|one| format!("{one}: left out."));
                plan.notes.splice(0..0, notes);
                Ok(plan)
            }
            Err(error) if error.rule == "no_recipients" && self.planning.shows_twins => {
                let mut plan = freeze_without(self.draft, profile, now, nonce, &self.opted_out)?;
                (plan.once.file, plan.once.override_reason) = (file, reason);
                plan.notes.insert(0, format!("{sentence}. {OVERRIDE}"));
                Ok(plan)
            }
            Err(error) if error.rule == "no_recipients" && found.people > 0 => Err(FreezeError {
                rule: DUPLICATE,
                message: sentence,
                advice: OVERRIDE.to_owned(),
                problems: Box::default(),
                ..error
            }),
            Err(error) if error.rule == "no_recipients" => Err(FreezeError {
                message: format!("{sentence}, and they are to be left out"),
                advice: "Let them get it, or choose others.".to_owned(),
                problems: Box::default(),
                ..error
            }),
            Err(error) => Err(error),
        }
    }

    fn ago(&self, span: SignedDuration) -> Timestamp {
        let now = self.planning.now;
        now.saturating_sub(span).unwrap_or(Timestamp::MIN)
    }

    /// Bot, file, template version and the day on which it arrives, as one digest.
    fn file_of_day(&self) -> Option<Sha256Hex> {
        let file = self.draft.audience.file_sha256.as_ref()?;
        let template = self.draft.content.template()?;
        let target = &self.planning.profile.target;
        let arrives = self.draft.schedule.reaches(self.planning.now);
        let day = arrives.to_zoned(self.zone.clone()).date().to_string();
        let version = template.version.to_string();
        let pieces = [
            &target.base_url,
            &target.customer_id,
            &target.bot_key,
            file.as_str(),
            &template.name,
            &template.language,
            &version,
            &day,
        ];
        Some(Sha256Hex::of_pieces(pieces.map(str::as_bytes)))
    }

    fn same_file(
        &self,
        plan: &Plan,
        record: &OutboxStore,
    ) -> Result<Option<FreezeError>, StoreError> {
        let Some(file) = &plan.once.file else {
            return Ok(None);
        };
        if plan.once.override_reason.is_some() {
            return Ok(None);
        }
        let Some((batch, at)) = record.batch_of_file(file)? else {
            return Ok(None);
        };
        let template = self.draft.content.template();
        let name = template.map_or("", |template| template.name.as_str());
        let source = self.draft.audience.source.as_deref().unwrap_or("-");
        let source = if source == "-" { "this list" } else { source };
        Ok(Some(FreezeError {
            rule: SAME_FILE,
            message: format!(
                "{source} went to {name} already, for the same day, at {} in batch {}",
                self.clock(at),
                batch.0
            ),
            advice: OVERRIDE.to_owned(),
            problems: Box::default(),
            skipped: plan.skipped.clone(),
            notes: plan.notes.clone().into(),
        }))
    }

    /// `11:03` of today, else with its day.
    fn clock(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        let today = self.planning.now.to_zoned(self.zone.clone()).date();
        let form = if at.date() == today {
            "%H:%M"
        } else {
            "%a %-d %b %H:%M"
        };
        at.strftime(form).to_string()
    }

    /// How many of how many, what and when: `40 of 40 already triggered at 11:03`.
    fn sentence(&self, plan: &Plan, twins: &BTreeMap<usize, Twin>) -> String {
        if twins.is_empty() {
            return String::new();
        }
        let mut words: Vec<&str> = twins
            .values()
            .map(|twin| stands(plan.kind, twin.state))
            .collect();
        words.sort_unstable();
        words.dedup();
        let times: Vec<String> = twins
            .values()
            .filter_map(|twin| twin.time)
            .map(|at| self.clock(at))
            .collect();
        let newest = twins.values().filter_map(|twin| twin.time).max();
        let when = match newest.map(|at| self.clock(at)) {
            None => String::new(),
            Some(newest) if times.iter().all(|time| *time == newest) => format!(" at {newest}"),
            Some(newest) => format!(", last at {newest}"),
        };
        format!(
            "{} of {} already {}{when}",
            twins.len(),
            plan.recipients(),
            words.join(" or ")
        )
    }

    /// Why one person is left out.
    fn reason(&self, kind: SendKind, twin: &Twin) -> String {
        let when = twin
            .time
            .map_or_else(String::new, |at| format!(" at {}", self.clock(at)));
        let BatchId(batch) = twin.batch;
        format!(
            "already {}{when}, batch {batch}: the same to the same person",
            stands(kind, twin.state)
        )
    }

    fn lately(
        &self,
        plan: &Plan,
        twins: &BTreeMap<usize, Twin>,
        record: &OutboxStore,
    ) -> Result<Lately, StoreError> {
        let days = self.planning.profile.twins.recent_days;
        let template = self.draft.content.template().filter(|_| days > 0);
        let Some(template) = template else {
            return Ok(Lately::default());
        };
        let since = self.ago(SignedDuration::from_hours(i64::from(days) * 24));
        let mut found = record.touched(&plan.once.touches, since)?;
        if plan.once.override_reason.is_none() {
            // They are left out, and said to be.
            found.retain(|at| !twins.contains_key(at));
        }
        if found.is_empty() {
            return Ok(Lately::default());
        }
        let mut wanted = found.iter().peekable();
        let mut names: Vec<String> = Vec::new();
        for (at, recipient) in recipients(plan).enumerate() {
            if names.len() == NAMED {
                break;
            }
            if wanted.next_if(|next| **next == at).is_some() {
                names.push(name(&self.draft.audience, recipient));
            }
        }
        let more = found.len().saturating_sub(names.len());
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let (people, span) = (
            counted(found.len(), "person", "people"),
            days_in_words(days),
        );
        Ok(Lately {
            sentence: format!(
                "{people} got {} in the last {span}: {}",
                template.name,
                names.join(", ")
            ),
            reason: format!("got {} in the last {span}", template.name),
            people: found,
        })
    }
}

/// The newest twin of each person.
fn newest_each(twins: Vec<Twin>) -> BTreeMap<usize, Twin> {
    let mut each: BTreeMap<usize, Twin> = BTreeMap::new();
    for twin in twins {
        match each.get(&twin.at) {
            Some(known) if known.item >= twin.item => {}
            Some(_) | None => {
                each.insert(twin.at, twin);
            }
        }
    }
    each
}

fn recipients(plan: &Plan) -> impl Iterator<Item = &Recipient> {
    plan.calls.iter().flat_map(|call| &call.recipients)
}
