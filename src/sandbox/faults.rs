//! The fault language: what goes wrong, at which endpoint, and when.
//!
//! Only words and decisions live here; how a fault looks on the wire is the work of `wire`. It
//! must not read sockets or seed data.

use std::str::FromStr;

use thiserror::Error;

/// The fault language, as the help of the command line prints it.
pub const FAULT_HELP: &str = "\
Faults are rules ENDPOINT:FAULT[@WHEN], separated by commas or semicolons.

ENDPOINT  template | broadcast | external | flow | users | conversations
          sends (the first four) | reads (the last two) | all
WHEN      N%       that share of the calls, by the seed
          /N       every Nth call
          #N #N-M  the Nth call, or the Nth to the Mth, counted per rule
          =DIGITS  calls for this recipient
          without WHEN: always
FAULT     before the call is accepted (nothing is counted):
            status=N       this HTTP status; +retry-after=SECONDS|date|garbage, +html
            code=N         in-body status code, for example 2003
            error=N        in-body errors[] entry, for example 132001
            redirect       307 to a trap at another path
            close-before   closes without reading the body (with =DIGITS: after reading)
          after the call was accepted (it counts):
            html empty not-json wrong-type no-status unknown-fields duplicate-status
            truncated      half of the answer, then the connection closes
            drip[=MS]      one byte every MS milliseconds (default 20)
            huge           a body over 40 MiB
            hang           never answers
            close-after    closes without an answer
            reset          resets the connection without an answer
            late-500       answers 500
            delay=MS       answers late
            undelivered    counted, but marked as never arrived
          how the platform behaves:
            page-base-0 ignore-page oldest-first   paging of conversations
            onprem                                 old numbers in errors[] (2000, 2001, 2012)

Several rules may match one call: delays, paging and numbering add up, of the others the first
rule wins. Example: template:close-after@#3,users:status=503+retry-after=2@10%";

const ENDPOINTS: &str =
    "template, broadcast, external, flow, users, conversations, sends, reads, all";
const FAULTS: &str = "status=N, code=N, error=N, html, empty, truncated, drip, hang, \
    close-before, close-after, reset, redirect, huge, duplicate-status, unknown-fields, \
    no-status, late-500, undelivered, delay=MS, not-json, wrong-type, page-base-0, ignore-page, \
    oldest-first, onprem";
const WHENS: &str = "N%, /N, #N, #N-M, =DIGITS";

/// A fault specification that cannot be read: one sentence naming the bad part and the valid words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct FaultSpecError(String);

/// One of the calls the platform offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Template,
    Broadcast,
    External,
    Flow,
    Users,
    Conversations,
}

impl Endpoint {
    /// Whether the call only reads.
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Users | Self::Conversations)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    One(Endpoint),
    Sends,
    Reads,
    All,
}

impl Target {
    fn covers(self, endpoint: Endpoint) -> bool {
        match self {
            Self::One(one) => one == endpoint,
            Self::Sends => !endpoint.is_read(),
            Self::Reads => endpoint.is_read(),
            Self::All => true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Always,
    Percent(u8),
    Every(u64),
    Calls { first: u64, last: u64 },
    Recipient(String),
}

/// What a `Retry-After` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryAfter {
    Seconds(u32),
    Date,
    Garbage,
}

/// What the body of a bare HTTP status looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Problem,
    Html,
}

/// How the platform behaves for the call, without hurting the answer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quirk {
    PageBaseZero,
    IgnorePage,
    OldestFirst,
    OnPremises,
    Undelivered,
    Delay(u64),
}

/// A fault that answers instead of the platform: the call is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Status {
        code: u16,
        retry_after: Option<RetryAfter>,
        page: Page,
    },
    Code(i64),
    Error(i64),
    Redirect,
    CloseBefore,
}

/// A fault that spoils the answer of a call that was processed as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    Html,
    Empty,
    Truncated,
    Drip(u64),
    Hang,
    CloseAfter,
    Reset,
    Huge,
    DuplicateStatus,
    UnknownFields,
    NoStatus,
    Late500,
    NotJson,
    WrongType,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Quirk(Quirk),
    Act(Act),
}

/// The one fault of a call that decides what the caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Before(Refusal),
    After(Damage),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    target: Target,
    fault: Fault,
    when: When,
    word: String,
}

/// A parsed fault specification; the default one has no faults. See [`FAULT_HELP`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultPlan {
    rules: Vec<Rule>,
}

impl FromStr for FaultPlan {
    type Err = FaultSpecError;

    fn from_str(spec: &str) -> Result<Self, Self::Err> {
        let rules = spec
            .split([',', ';'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(parse_rule)
            .collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }
}

fn bad(rule: &str, what: &str, valid: &str) -> FaultSpecError {
    FaultSpecError(format!(
        "The fault rule \"{rule}\" {what}; valid are {valid}."
    ))
}

fn parse_rule(rule: &str) -> Result<Rule, FaultSpecError> {
    let Some((endpoint, rest)) = rule.split_once(':') else {
        return Err(bad(rule, "has no colon", "rules like ENDPOINT:FAULT@WHEN"));
    };
    let (word, when) = match rest.split_once('@') {
        Some((word, when)) => (word.trim(), parse_when(rule, when.trim())?),
        None => (rest.trim(), When::Always),
    };
    let target = parse_target(endpoint.trim()).ok_or_else(|| {
        bad(
            rule,
            &format!("names the unknown endpoint \"{endpoint}\""),
            ENDPOINTS,
        )
    })?;
    Ok(Rule {
        target,
        fault: parse_fault(rule, word)?,
        when,
        word: word.to_owned(),
    })
}

fn parse_target(word: &str) -> Option<Target> {
    Some(match word {
        "template" => Target::One(Endpoint::Template),
        "broadcast" => Target::One(Endpoint::Broadcast),
        "external" => Target::One(Endpoint::External),
        "flow" => Target::One(Endpoint::Flow),
        "users" => Target::One(Endpoint::Users),
        "conversations" => Target::One(Endpoint::Conversations),
        "sends" => Target::Sends,
        "reads" => Target::Reads,
        "all" => Target::All,
        _ => return None,
    })
}

fn parse_when(rule: &str, text: &str) -> Result<When, FaultSpecError> {
    let parsed = if let Some(share) = text.strip_suffix('%') {
        share
            .parse()
            .ok()
            .filter(|share| *share <= 100)
            .map(When::Percent)
    } else if let Some(step) = text.strip_prefix('/') {
        step.parse().ok().filter(|step| *step > 0).map(When::Every)
    } else if let Some(calls) = text.strip_prefix('#') {
        let (first, last) = calls.split_once('-').unwrap_or((calls, calls));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if 0 < first && first <= last => {
                Some(When::Calls { first, last })
            }
            (Ok(_) | Err(_), _) => None,
        }
    } else if let Some(number) = text.strip_prefix('=') {
        let digits = number.trim_start_matches('+');
        let good = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| When::Recipient(digits.to_owned()))
    } else {
        None
    };
    parsed.ok_or_else(|| bad(rule, &format!("has the unreadable time \"@{text}\""), WHENS))
}

fn parse_fault(rule: &str, word: &str) -> Result<Fault, FaultSpecError> {
    let mut options = word.split('+');
    let head = options.next().unwrap_or_default();
    let (name, value) = match head.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (head, None),
    };
    let unknown = || bad(rule, &format!("has the unknown fault \"{word}\""), FAULTS);
    if name == "status" {
        return parse_status(rule, value, options);
    }
    if options.next().is_some() {
        return Err(bad(
            rule,
            "has an option after a fault other than status",
            "status=N+OPTION",
        ));
    }
    let fault = match value {
        None => plain_fault(name),
        Some(value) => {
            let number: u32 = value.parse().map_err(|_| {
                bad(
                    rule,
                    &format!("has \"{value}\" where a number is needed"),
                    FAULTS,
                )
            })?;
            match name {
                "code" => Some(Fault::Act(Act::Before(Refusal::Code(number.into())))),
                "error" => Some(Fault::Act(Act::Before(Refusal::Error(number.into())))),
                "delay" => Some(Fault::Quirk(Quirk::Delay(number.into()))),
                "drip" => Some(Fault::Act(Act::After(Damage::Drip(number.into())))),
                _ => None,
            }
        }
    };
    fault.ok_or_else(unknown)
}

fn plain_fault(name: &str) -> Option<Fault> {
    let before = |refusal| Some(Fault::Act(Act::Before(refusal)));
    let after = |damage| Some(Fault::Act(Act::After(damage)));
    let quirk = |quirk| Some(Fault::Quirk(quirk));
    match name {
        "redirect" => before(Refusal::Redirect),
        "close-before" => before(Refusal::CloseBefore),
        "html" => after(Damage::Html),
        "empty" => after(Damage::Empty),
        "truncated" => after(Damage::Truncated),
        "drip" => after(Damage::Drip(20)),
        "hang" => after(Damage::Hang),
        "close-after" => after(Damage::CloseAfter),
        "reset" => after(Damage::Reset),
        "huge" => after(Damage::Huge),
        "duplicate-status" => after(Damage::DuplicateStatus),
        "unknown-fields" => after(Damage::UnknownFields),
        "no-status" => after(Damage::NoStatus),
        "late-500" => after(Damage::Late500),
        "not-json" => after(Damage::NotJson),
        "wrong-type" => after(Damage::WrongType),
        "undelivered" => quirk(Quirk::Undelivered),
        "page-base-0" => quirk(Quirk::PageBaseZero),
        "ignore-page" => quirk(Quirk::IgnorePage),
        "oldest-first" => quirk(Quirk::OldestFirst),
        "onprem" => quirk(Quirk::OnPremises),
        _ => None,
    }
}

fn parse_status<'a>(
    rule: &str,
    value: Option<&str>,
    options: impl Iterator<Item = &'a str>,
) -> Result<Fault, FaultSpecError> {
    let code = value
        .and_then(|value| value.parse().ok())
        .filter(|code| (200..=599).contains(code))
        .ok_or_else(|| {
            bad(
                rule,
                "has no readable HTTP status",
                "status=200 to status=599",
            )
        })?;
    let (mut retry_after, mut page) = (None, Page::Problem);
    for option in options {
        let wait = option.strip_prefix("retry-after=");
        match (option, wait) {
            ("html", _) => page = Page::Html,
            (_, Some("date")) => retry_after = Some(RetryAfter::Date),
            (_, Some("garbage")) => retry_after = Some(RetryAfter::Garbage),
            (_, wait) => {
                let seconds = wait.and_then(|wait| wait.parse().ok()).ok_or_else(|| {
                    let what = format!("has the unknown option \"+{option}\"");
                    bad(rule, &what, "+retry-after=SECONDS|date|garbage, +html")
                })?;
                retry_after = Some(RetryAfter::Seconds(seconds));
            }
        }
    }
    Ok(Fault::Act(Act::Before(Refusal::Status {
        code,
        retry_after,
        page,
    })))
}

/// What happens to one call.
#[derive(Debug, Clone, Default)]
pub(super) struct Decision {
    pub(super) quirks: Vec<Quirk>,
    pub(super) act: Option<Act>,
    /// The fault words that matched, for the request log.
    pub(super) words: Vec<String>,
}

/// The plan in force with its counters.
#[derive(Debug)]
pub(super) struct FaultDesk {
    rules: Vec<(Rule, u64)>,
    rng: fastrand::Rng,
    seed: u64,
}

impl FaultDesk {
    /// A desk for the plan, with counters at zero and chance started from the seed.
    pub(super) fn new(plan: FaultPlan, seed: u64) -> Self {
        let rules = plan.rules.into_iter().map(|rule| (rule, 0)).collect();
        Self {
            rules,
            rng: fastrand::Rng::with_seed(seed),
            seed,
        }
    }

    /// Another plan from now on; counters and chance start again.
    pub(super) fn replace(&mut self, plan: FaultPlan) {
        *self = Self::new(plan, self.seed);
    }

    /// Whether the body must be read before a decision about this endpoint is possible.
    pub(super) fn needs_recipients(&self, endpoint: Endpoint) -> bool {
        self.rules.iter().any(|(rule, _)| {
            rule.target.covers(endpoint) && matches!(rule.when, When::Recipient(_))
        })
    }

    /// Counts one call and says what happens to it.
    pub(super) fn decide(&mut self, endpoint: Endpoint, recipients: &[String]) -> Decision {
        let mut decision = Decision::default();
        for (rule, calls) in &mut self.rules {
            if !rule.target.covers(endpoint) {
                continue;
            }
            *calls += 1;
            let hit = match &rule.when {
                When::Always => true,
                When::Percent(share) => self.rng.u8(0..100) < *share,
                When::Every(step) => calls.is_multiple_of(*step),
                When::Calls { first, last } => (*first..=*last).contains(calls),
                When::Recipient(number) => recipients.contains(number),
            };
            if !hit {
                continue;
            }
            match rule.fault {
                Fault::Quirk(quirk) => decision.quirks.push(quirk),
                Fault::Act(act) if decision.act.is_none() => decision.act = Some(act),
                Fault::Act(_) => continue,
            }
            decision.words.push(rule.word.clone());
        }
        decision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("template", "has no colon")]
    #[case("templates:html", "unknown endpoint \"templates\"")]
    #[case("template:hng", "unknown fault \"hng\"")]
    #[case("template:status", "no readable HTTP status")]
    #[case("template:status=99", "no readable HTTP status")]
    #[case("template:status=503+wait", "unknown option \"+wait\"")]
    #[case("template:html+html", "option after a fault")]
    #[case("template:delay=soon", "\"soon\" where a number")]
    #[case("template:html@101%", "unreadable time \"@101%\"")]
    #[case("template:html@/0", "unreadable time \"@/0\"")]
    #[case("template:html@#5-2", "unreadable time \"@#5-2\"")]
    #[case("template:html@=44x", "unreadable time \"@=44x\"")]
    fn a_bad_rule_is_named_in_one_sentence(#[case] spec: &str, #[case] part: &str) {
        let error = spec.parse::<FaultPlan>().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert!(error.contains("valid are"), "{error}");
        assert_eq!(error.matches('.').count(), 1, "{error}");
    }

    #[test]
    fn the_help_names_every_word_of_the_errors() {
        for word in FAULTS.split(", ") {
            let name = word.split('=').next().unwrap();
            assert!(FAULT_HELP.contains(name), "{name}");
        }
    }

    #[test]
    fn counted_rules_hit_their_calls_only() {
        let plan = "template:html@#2-3;sends:delay=5@/2".parse().unwrap();
        let mut desk = FaultDesk::new(plan, 1);
        let hits: Vec<_> = (0..4)
            .map(|_| {
                let decision = desk.decide(Endpoint::Template, &[]);
                (decision.act.is_some(), decision.quirks.len())
            })
            .collect();
        assert_eq!(hits, [(false, 0), (true, 1), (true, 0), (false, 1)]);
        assert!(desk.decide(Endpoint::Users, &[]).words.is_empty());
    }
}
