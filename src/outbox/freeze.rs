//! Makes a plan out of a draft: checks every recipient's values, leaves out who cannot be sent to,
//! and freezes the bytes of every call. It reads no clock, no file and no key.

mod broadcast;
mod csv;
mod direct;
mod people;
mod personal;
mod raw;
mod values;
mod window;

use super::quiet::Sleepers;
use crate::api::wire::encode::{EncodeError, Encoder};
use crate::domain::schedule::LEAD;
use crate::domain::template::ParameterProblem;
use crate::domain::{
    ApprovalRules, Approvers, Audience, Content, Intent, Meaning, Once, Plan, PlannedCall, Profile,
    QuietHours, Recipient, Schedule, SendDraft, SendKind, SendLimits, SkippedRow, Standing, Touch,
    Used, Waiting,
};
use broadcast::Label;
use jiff::Timestamp;
pub use people::LeftOut;
use people::{People, Sorted};
use std::borrow::Cow;

/// Why no plan was made. Nothing was queued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FreezeError {
    /// A short stable word, for example `read_only`, `no_recipients`, `publish_time`, `parameters`.
    pub rule: &'static str,
    /// One sentence: what is wrong and where.
    pub message: String,
    /// One sentence: what to do.
    pub advice: String,
    /// What is wrong with values that are the same for everybody.
    pub problems: Box<[ParameterProblem]>,
    /// Who was left out so far, so that a dry run can show it all the same.
    pub skipped: Vec<SkippedRow>,
    /// What was noticed so far.
    pub notes: Box<[String]>,
}

impl FreezeError {
    fn new(rule: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            advice: advice.into(),
            problems: Box::default(),
            skipped: Vec::new(),
            notes: Box::default(),
        }
    }

    /// An error about values that are the same for everybody.
    fn values(problems: Vec<ParameterProblem>) -> Self {
        Self::of(
            "parameters",
            problems,
            "Give the values with --param or --map.",
        )
    }

    /// An error made of problems, those that stop the send first.
    fn of(rule: &'static str, mut problems: Vec<ParameterProblem>, advice: &str) -> Self {
        problems.sort_by_key(|problem| problem.severity);
        let first = problems.first().map(|problem| problem.text.clone());
        let message = match (first, problems.len()) {
            (Some(first), 0 | 1) => first,
            (Some(first), count) => format!("{first} (and {} more)", count - 1),
            (None, _) => "a value cannot be used".to_owned(),
        };
        Self {
            problems: problems.into(),
            ..Self::new(rule, message, advice)
        }
    }
}

impl From<EncodeError> for FreezeError {
    fn from(error: EncodeError) -> Self {
        let advice = "Correct it in the profile or the flow list.";
        Self::new("address", error.to_string(), advice)
    }
}

/// What the makers of calls share.
struct Desk<'a> {
    audience: &'a Audience,
    encoder: Encoder<'a>,
    profile: &'a Profile,
    schedule: Schedule,
    now: Timestamp,
    nonce: &'a str,
    /// Hours in which nobody may be written to, where that is held and not only said.
    night: Option<QuietHours>,
}

/// The calls of a plan before it gets its digest.
struct Frozen {
    title: String,
    calls: Vec<PlannedCall>,
    /// One per recipient, in the order of the calls.
    intents: Vec<Intent>,
}

/// Freezes a draft for a profile's bot.
///
/// `now` is written as the publish time of an immediate broadcast; `nonce` makes the ids in titles
/// differ between drafts that are otherwise the same. Rows that fail a check are in the plan's
/// `skipped`; a number given twice keeps its first row.
///
/// # Errors
/// A read-only profile, a publish time that cannot be, values that are wrong for everybody, an id
/// that fits no address, and nobody left to send to.
pub fn freeze(
    draft: &SendDraft,
    profile: &Profile,
    now: Timestamp,
    nonce: &str,
) -> Result<Plan, FreezeError> {
    freeze_without(draft, profile, now, nonce, &LeftOut::default())
}

/// As [`freeze`], without people who have the message already or have opted out: they are skipped
/// by the rule they were left out for.
///
/// # Errors
/// As [`freeze`].
pub fn freeze_without(
    draft: &SendDraft,
    profile: &Profile,
    now: Timestamp,
    nonce: &str,
    left_out: &LeftOut,
) -> Result<Plan, FreezeError> {
    let audience = audience_of(draft, profile)?;
    let audience = audience.as_ref();
    let mut people = People::of(audience, left_out);
    let frozen = guarded(draft, profile, now)
        .and_then(|()| check_standing(draft, &mut people))
        .and_then(|()| Ok(Encoder::new(&profile.target, &profile.wire)?))
        .and_then(|encoder| {
            let (schedule, night) = (draft.schedule, draft.waiting.quiet);
            let desk = Desk {
                audience,
                encoder,
                profile,
                schedule,
                now,
                nonce,
                night: night.filter(QuietHours::holds),
            };
            desk.calls(&draft.content, &mut people)
        })
        .and_then(|frozen| frozen.asked_of(&profile.approval, &mut people));
    let Sorted {
        skipped,
        notes,
        warnings,
    } = people.finish();
    match frozen {
        Ok((frozen, approvers)) => Ok(Plan {
            kind: draft.content.kind(),
            title: frozen.title,
            profile: profile.name.clone(),
            target: profile.target.clone(),
            sha256: Plan::digest(&profile.target, draft.schedule, &frozen.calls),
            skipped,
            notes,
            warnings,
            schedule: draft.schedule,
            waiting: Waiting {
                approvers,
                ..draft.waiting.clone()
            },
            limits: draft.limits,
            once: once(draft, profile, frozen.intents, &frozen.calls),
            used: Used::of(&draft.content),
            source: draft.audience.source.as_deref().and_then(file_name),
            calls: frozen.calls,
        }),
        Err(error) => Err(FreezeError {
            skipped,
            notes: notes.into(),
            ..error
        }),
    }
}

/// Said before it is confirmed.
const SECOND_PERSON: &str =
    "A second person approves it before anything leaves: it is held until then.";

impl Frozen {
    /// With those who have to approve it.
    fn asked_of(
        self,
        rules: &ApprovalRules,
        people: &mut People<'_>,
    ) -> Result<(Self, Option<Approvers>), FreezeError> {
        let sizes = self.calls.iter().map(|call| call.recipients.len() as u64);
        let reached: u64 = sizes.sum();
        match (rules.asked_of(reached), rules.above) {
            (Some(nobody), Some(above)) if nobody.keys().next().is_none() => Err(FreezeError::new(
                "approval",
                format!(
                    "this reaches {reached}, which a second person approves above {above}, and the \
                     profile names nobody who may"
                ),
                "Write into approval.keys what `alertdesk approval key` prints for them.",
            )),
            (asked, _) => {
                if asked.is_some() {
                    people.note(SECOND_PERSON.to_owned());
                }
                Ok((self, asked))
            }
        }
    }
}

/// The name of a file without its folder; none for what was piped in.
fn file_name(source: &str) -> Option<String> {
    let name = source.rsplit(['/', '\\']).next()?;
    (!matches!(name, "" | "-")).then(|| name.to_owned())
}

/// Everybody a draft is meant for, those that its own JSON names included.
///
/// # Errors
/// JSON that names people while others are given beside it.
pub fn audience_of<'a>(
    draft: &'a SendDraft,
    profile: &Profile,
) -> Result<Cow<'a, Audience>, FreezeError> {
    let own = raw::own_audience(&draft.content, &draft.audience, profile)?;
    Ok(own.map_or(Cow::Borrowed(&draft.audience), Cow::Owned))
}

/// What keeps the plan from reaching people twice, as far as that is known without the record.
fn once(draft: &SendDraft, profile: &Profile, intents: Vec<Intent>, calls: &[PlannedCall]) -> Once {
    let people = calls.iter().flat_map(|call| &call.recipients);
    let touches = draft.content.template().map(|template| {
        people
            .map(|one| Touch::of(&profile.target, &template.name, one))
            .collect()
    });
    Once {
        intents,
        touches: touches.unwrap_or_default(),
        window: profile.twins.window_of(draft.content.kind()),
        ..Once::default()
    }
}

impl<'a> Desk<'a> {
    /// What a plan of this kind says, before anything is said.
    fn meaning(&self, content: SendKind) -> Meaning {
        Meaning::new(&self.profile.target, content)
    }

    fn calls(&self, content: &Content, people: &mut People<'a>) -> Result<Frozen, FreezeError> {
        match content {
            Content::Template { template, values } => self.template_calls(template, values, people),
            Content::DirectBroadcast {
                title,
                parts,
                channel,
                exact_title,
            } => {
                let exact = *exact_title;
                let label = Label {
                    title,
                    channel,
                    exact,
                };
                self.direct_broadcast(label, parts, people)
            }
            Content::RawTemplate { payload } => self.raw_template_calls(payload, people),
            Content::RawBroadcast {
                title,
                body,
                channel,
                exact_title,
            } => {
                let exact = *exact_title;
                let label = Label {
                    title,
                    channel,
                    exact,
                };
                self.raw_broadcast(label, body, people)
            }
            Content::TemplateBroadcast {
                title,
                template,
                values,
                channel,
                exact_title,
            } => {
                let exact = *exact_title;
                let label = Label {
                    title,
                    channel,
                    exact,
                };
                self.template_broadcast(label, template, values, people)
            }
            Content::CsvBroadcast {
                title,
                template,
                values,
            } => self.csv_broadcast(title, template, values, people),
            Content::Flow {
                flow,
                version,
                attributes,
            } => self.flow_calls(flow, *version, attributes, people),
        }
    }

    /// Those who are awake when it arrives, and those who sleep, both in their order: a call to
    /// several of whom one sleeps waits as a whole, so nobody awake shares one with them.
    fn by_night<T>(&self, people: Vec<T>, one: impl Fn(&T) -> &Recipient) -> [Vec<T>; 2] {
        let Some(quiet) = self.night else {
            return [people, Vec::new()];
        };
        let mut sleepers = Sleepers::new(quiet, self.arrives());
        let mut wakes = |person: &T| one(person).phone().and_then(|it| sleepers.wakes(it));
        let (awake, asleep) = people.into_iter().partition(|one| wakes(one).is_none());
        [awake, asleep]
    }

    /// The time at which people get it, as far as it is known.
    fn arrives(&self) -> Timestamp {
        self.schedule.reaches(self.now)
    }
}

/// How the template of the draft stands to the library.
fn check_standing(draft: &SendDraft, people: &mut People<'_>) -> Result<(), FreezeError> {
    let Some(template) = draft.content.template() else {
        return Ok(());
    };
    let name = &template.name;
    let refuse = |rule, text: String| {
        let problem = ParameterProblem::error("template", rule, text);
        let advice = "Choose a template of the library.";
        Err(FreezeError::of(rule, vec![problem], advice))
    };
    match &draft.standing {
        Standing::Current => Ok(()),
        Standing::Replaced {
            version,
            same_places,
        } => {
            let places = if *same_places {
                ""
            } else {
                " with other values"
            };
            let text = format!(
                "the library has a newer version {version} of {name}{places}: this draft still \
                 sends version {}, choose the template again to take the new one",
                template.version
            );
            people.warn_all(ParameterProblem::warning(
                "template",
                "template_replaced",
                text,
            ));
            Ok(())
        }
        Standing::OtherLanguages(languages) => refuse(
            "language",
            format!(
                "the library has {name} in {} and no longer in {}: a template of another language \
                 is another template",
                languages.join(", "),
                template.language
            ),
        ),
        Standing::Gone => refuse(
            "template_gone",
            format!("the library no longer has the template {name}: import or choose it again"),
        ),
    }
}

/// Checks that need no recipient.
fn guarded(draft: &SendDraft, profile: &Profile, now: Timestamp) -> Result<(), FreezeError> {
    if profile.read_only {
        return Err(FreezeError::new(
            "read_only",
            format!(
                "the profile {} is read-only: it sends nothing",
                profile.name
            ),
            "Turn read-only off, or choose another profile.",
        ));
    }
    let SendLimits {
        per_minute,
        concurrency,
        ..
    } = draft.limits;
    if per_minute == 0 || !(1..=64).contains(&concurrency) {
        return Err(FreezeError::new(
            "limits",
            "the rate must be at least 1 a minute and the concurrency 1 to 64",
            "Give --rate and --concurrency other numbers.",
        ));
    }
    check_time(&draft.content, draft.schedule, now)?;
    Ok(())
}

fn check_time(content: &Content, schedule: Schedule, now: Timestamp) -> Result<(), FreezeError> {
    let time = match schedule {
        Schedule::Now => return Ok(()),
        Schedule::PublishAt(time)
        | Schedule::PublishLate { publish: time, .. }
        | Schedule::StartAt(time) => time,
    };
    let can_be_published = match content {
        Content::DirectBroadcast { .. }
        | Content::TemplateBroadcast { .. }
        | Content::RawBroadcast { .. } => true,
        Content::Template { .. }
        | Content::RawTemplate { .. }
        | Content::CsvBroadcast { .. }
        | Content::Flow { .. } => false,
    };
    let by_the_platform = schedule.publish_at().is_some();
    if can_be_published && !by_the_platform {
        return Err(FreezeError::new(
            "publish_time",
            "the platform keeps the time of its broadcast, which is written into the call",
            "Hand it over now or late; only other sends are started from here.",
        ));
    }
    if by_the_platform && !can_be_published {
        return Err(FreezeError::new(
            "publish_time",
            "only the platform's broadcast can be given a publish time",
            "Send now, or use `send broadcast`.",
        ));
    }
    if time.duration_since(now) < LEAD {
        return Err(FreezeError::new(
            "publish_time",
            format!("the time {time} is past or less than 2 minutes ahead"),
            "Give a later time, or say --now: the platform publishes a past time at once.",
        ));
    }
    Ok(())
}

fn no_recipients(people: &People<'_>) -> FreezeError {
    let message = match people.left_out() {
        0 => "there is nobody to send to".to_owned(),
        1 => "nobody is left to send to: the only recipient was left out".to_owned(),
        count => format!("nobody is left to send to: all {count} recipients were left out"),
    };
    let advice = "Name others, or correct those that were left out.";
    FreezeError {
        // What is wrong for all is mostly what is wrong for the first.
        problems: people.first_problem().cloned().into_iter().collect(),
        ..FreezeError::new("no_recipients", message, advice)
    }
}
