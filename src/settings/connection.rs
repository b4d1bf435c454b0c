//! A profile with what is needed to use it, built from the merged settings. It must not fetch the
//! key.

use super::merge::Merged;
use super::paths::Folders;
use super::secrets::{KeySource, SandboxKey};
use super::usage;
use crate::contract::{ApiError, DayLimits};
use crate::domain::{
    ApprovalRules, Approvers, BotTarget, ConfirmRules, FlowVersion, Guard, LetterCase, Profile,
    QuietHours, QuietPolicy, TimeRules, TwinRules, WireOptions,
};
use std::path::PathBuf;
use std::time::Duration;

/// How long a send can be undone before anything leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// One message.
    pub single: Duration,
    /// A list.
    pub list: Duration,
    /// A list of more than 1,000, or any list in a guarded profile.
    pub large: Duration,
}

/// A profile with what is needed to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The profile, without the key.
    pub profile: Profile,
    /// Where the key comes from; fetched when it is first needed.
    pub key: KeySource,
    /// Extra certificates in PEM form.
    pub ca_file: Option<PathBuf>,
    /// Calls on the way at once unless a send says otherwise, 1 to 64.
    pub concurrency: u32,
    /// What may be sent within a day.
    pub day: DayLimits,
    /// After so many people a long list of the dashboard waits for a person; 0 for no waiting.
    pub canary: u32,
    /// Undo times of the dashboard.
    pub grace: Grace,
}

impl Connection {
    /// A connection to the embedded sandbox.
    pub fn to_sandbox(target: BotTarget, key: SandboxKey, time_zone: String) -> Self {
        Self {
            profile: Profile {
                name: "sandbox".to_owned(),
                target,
                time_zone,
                region: Some("GB".to_owned()),
                guard: Guard::Sandbox,
                read_only: false,
                per_minute: 600,
                wire: WireOptions::default(),
                strict_5xx: false,
                trust_408: false,
                twins: TwinRules::default(),
                times: TimeRules::default(),
                confirm: ConfirmRules::default(),
                approval: ApprovalRules::default(),
            },
            key: KeySource::Sandbox(key),
            ca_file: None,
            concurrency: 4,
            day: DayLimits::default(),
            canary: 5,
            grace: Grace {
                single: Duration::from_secs(10),
                list: Duration::from_secs(30),
                large: Duration::from_secs(60),
            },
        }
    }
}

/// Builds the connection of a profile, or says what it lacks.
pub(super) fn connect(
    name: String,
    merged: &Merged,
    folders: &Folders,
) -> Result<Connection, ApiError> {
    let needed = ["base_url", "customer_id", "bot_key", "api_key"];
    let missing: Vec<&str> = needed
        .into_iter()
        .filter(|path| merged.get(path).is_none())
        .collect();
    let Some(key) = merged.key("api_key").filter(|_| missing.is_empty()) else {
        return Err(not_connected(&name, &missing, needed.len(), folders));
    };
    let small = |path: &str, fallback: u32| {
        merged
            .count(path)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(fallback)
    };
    let guard = match merged.text("guard").as_str() {
        "production" => Guard::Production,
        _ => Guard::None,
    };
    Ok(Connection {
        profile: Profile {
            name,
            target: BotTarget {
                base_url: merged.text("base_url"),
                customer_id: merged.text("customer_id"),
                bot_key: merged.text("bot_key"),
            },
            time_zone: merged.text("time_zone"),
            region: merged.optional_text("region"),
            guard,
            read_only: merged.flag("read_only"),
            per_minute: small("limits.per_minute", 600),
            wire: wire(merged),
            strict_5xx: merged.flag("strict_5xx"),
            trust_408: merged.flag("trust_408"),
            twins: twins(merged),
            times: times(merged),
            confirm: confirm(merged),
            approval: approval(merged),
        },
        key: key.clone(),
        ca_file: merged
            .optional_text("ca_file")
            .map(|path| folders.config.path.join(path)),
        concurrency: small("limits.concurrency", 4),
        day: DayLimits {
            people: merged.count("limits.daily_unique_recipients"),
            messages: merged.count("limits.per_day"),
            zone: merged.text("time_zone"),
        },
        canary: small("limits.canary", 5),
        grace: grace(merged, guard),
    })
}

/// When a second person looks, and whose word counts.
fn approval(merged: &Merged) -> ApprovalRules {
    ApprovalRules {
        above: merged.count("approval.above"),
        approvers: Approvers::read(&merged.optional_text("approval.keys").unwrap_or_default()),
    }
}

/// The grace times, never under five seconds where real customers are.
fn grace(merged: &Merged, guard: Guard) -> Grace {
    let least = if guard == Guard::Production {
        Duration::from_secs(5)
    } else {
        Duration::ZERO
    };
    let seconds = |path: &str| Duration::from_secs(merged.count(path).unwrap_or(0)).max(least);
    Grace {
        single: seconds("grace.single"),
        list: seconds("grace.list"),
        large: seconds("grace.large"),
    }
}

/// When the same message to the same person is a twin.
fn confirm(merged: &Merged) -> ConfirmRules {
    let usual = ConfirmRules::default();
    ConfirmRules {
        digits: merged
            .count("confirm_digits")
            .and_then(|digits| u8::try_from(digits).ok())
            .unwrap_or(usual.digits),
        name_above: merged
            .count("confirm_name_above")
            .unwrap_or(usual.name_above),
    }
}

fn twins(merged: &Merged) -> TwinRules {
    let usual = TwinRules::default();
    let span = |path: &str, seconds_each: u64, usual: Duration| {
        let count = merged.count(path);
        count.map_or(usual, |count| {
            Duration::from_secs(count.saturating_mul(seconds_each))
        })
    };
    TwinRules {
        window: span("duplicates.window_hours", 3600, usual.window),
        flow_window: span("duplicates.flow_window_minutes", 60, usual.flow_window),
        recent_days: merged
            .count("duplicates.recent_days")
            .and_then(|days| u32::try_from(days).ok())
            .unwrap_or(usual.recent_days),
    }
}

/// When broadcasts are handed over, and when nobody is to be disturbed. Quiet hours need both ends.
fn times(merged: &Merged) -> TimeRules {
    let usual = TimeRules::default();
    let clock = |path: &str| merged.optional_text(path)?.parse().ok();
    let policy = match merged.text("quiet_hours.policy").as_str() {
        "hold" => QuietPolicy::Hold,
        _ => QuietPolicy::Warn,
    };
    let ends = clock("quiet_hours.start").zip(clock("quiet_hours.end"));
    TimeRules {
        late: merged.text("hand_over.mode") != "now",
        lead: merged
            .count("hand_over.lead_minutes")
            .map_or(usual.lead, |minutes| Duration::from_secs(minutes * 60)),
        quiet: ends.map(|(start, end)| QuietHours { start, end, policy }),
    }
}

fn not_connected(name: &str, missing: &[&str], needed: usize, folders: &Folders) -> ApiError {
    let file = folders.config_file();
    if missing.len() == needed {
        return usage(
            "no account is set up yet",
            format!(
                "`alertdesk demo` shows everything without one. For an account, write a profile \
                 into {} or set ALERTDESK_BASE_URL, ALERTDESK_CUSTOMER_ID, ALERTDESK_BOT_KEY and \
                 ALERTDESK_API_KEY.",
                file.display()
            ),
        );
    }
    let variables: Vec<String> = missing
        .iter()
        .map(|path| format!("ALERTDESK_{}", path.to_uppercase()))
        .collect();
    usage(
        format!("the profile `{name}` has no {}", missing.join(", no ")),
        format!(
            "Write it below [profiles.{name}] in {}, or set {}. `alertdesk demo` needs no account.",
            file.display(),
            variables.join(", ")
        ),
    )
}

fn wire(merged: &Merged) -> WireOptions {
    let case = |path: &str| match merged.text(path).as_str() {
        "upper" => LetterCase::Upper,
        _ => LetterCase::Lower,
    };
    WireOptions {
        broadcast_case: case("wire.broadcast_case"),
        broadcast_status_case: case("wire.broadcast_status_case"),
        template_phone_plus: merged.flag("wire.phone_plus.template"),
        flow_phone_plus: merged.flag("wire.phone_plus.flow"),
        phone_placeholder: merged.text("wire.phone_placeholder"),
        flow_version: merged
            .text("wire.flow_version")
            .parse::<FlowVersion>()
            .unwrap_or_default(),
        broadcast_chunk: merged
            .count("wire.broadcast_chunk")
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(1000),
        csv_file_bytes: merged
            .count("wire.csv_file_bytes")
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(5_000_000),
    }
}
