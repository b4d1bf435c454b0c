//! Every setting there is: name, shape, default and what it does. The reader of the file, the
//! merge and `config show` all work from these two tables. It must not read anything.

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any text that is not empty.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from .. to.
    Count(u64, u64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Where a secret comes from.
    KeySource,
    /// Scheme, host and port.
    BaseUrl,
    /// Decimal digits.
    Digits,
    /// Letters, digits, `-` and `_`.
    Token,
    /// A name of the IANA time zone database.
    Zone,
    /// Two letters.
    Country,
    /// `HH:MM`.
    ClockTime,
    /// Ed25519 keys of 64 hex digits, with spaces or commas between.
    PublicKeys,
}

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Dotted path; for profiles below `profiles.NAME`.
    pub path: &'static str,
    /// What a value must look like.
    pub shape: Shape,
    /// The value without any other, as written in the file; `None` for unset.
    pub default: Option<&'static str>,
    /// One line without a full stop.
    pub help: &'static str,
}

const fn key(
    path: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    help: &'static str,
) -> Key {
    Key {
        path,
        shape,
        default,
        help,
    }
}

const CASES: Shape = Shape::Word(&["lower", "upper"]);

/// Settings that hold for every profile.
pub static GENERAL: &[Key] = &[
    key(
        "default_profile",
        Shape::Text,
        None,
        "the profile used without --profile",
    ),
    key(
        "theme",
        Shape::Text,
        Some("terminal"),
        "colours: a built-in name or a file in themes/",
    ),
    key("no_color", Shape::Flag, Some("false"), "no colours at all"),
    key(
        "ascii",
        Shape::Flag,
        Some("false"),
        "plain ASCII lines and marks",
    ),
    key(
        "reader",
        Shape::Flag,
        Some("false"),
        "a linear dialogue instead of the dashboard",
    ),
    key(
        "bidi",
        Shape::Word(&["auto", "app", "terminal"]),
        Some("auto"),
        "who turns right-to-left words: this program or the terminal",
    ),
    key(
        "pictures",
        Shape::Word(&["auto", "half_blocks", "kitty", "sixel", "iterm2", "off"]),
        Some("auto"),
        "how pictures of messages are drawn",
    ),
    key(
        "hyperlinks",
        Shape::Word(&["auto", "on", "off"]),
        Some("auto"),
        "whether links in messages can be clicked in the terminal",
    ),
    key(
        "log_level",
        Shape::Word(&["off", "error", "warn", "info", "debug", "trace"]),
        Some("info"),
        "how much is written to the log file",
    ),
    key(
        "cache",
        Shape::Flag,
        Some("true"),
        "keep what was read in a local cache",
    ),
    key(
        "cache_key",
        Shape::KeySource,
        None,
        "where the key of the local cache comes from; with one the cache is encrypted",
    ),
    key(
        "notify_command",
        Shape::Text,
        None,
        "a shell command that calls a person when a batch needs one",
    ),
    key(
        "stop_words",
        Shape::Text,
        None,
        "messages that propose an opt-out, with commas between; without it a list of many languages",
    ),
    key(
        "layout.dock_users",
        Shape::Flag,
        Some("true"),
        "keep the user list beside the conversation",
    ),
    key(
        "layout.follow_focus",
        Shape::Flag,
        Some("true"),
        "make the focused pane larger",
    ),
];

/// Settings of one profile.
pub static PROFILE: &[Key] = &[
    key(
        "base_url",
        Shape::BaseUrl,
        None,
        "scheme and host of the platform",
    ),
    key(
        "customer_id",
        Shape::Digits,
        None,
        "the customer id of the account",
    ),
    key(
        "bot_key",
        Shape::Token,
        None,
        "the key that names the bot (not secret)",
    ),
    key(
        "api_key",
        Shape::KeySource,
        None,
        "where the API key comes from",
    ),
    key(
        "time_zone",
        Shape::Zone,
        None,
        "the zone of every time shown",
    ),
    key(
        "region",
        Shape::Country,
        None,
        "country of numbers written without one",
    ),
    key(
        "guard",
        Shape::Word(&["none", "production"]),
        Some("none"),
        "how careful to be",
    ),
    key("read_only", Shape::Flag, Some("false"), "sending is off"),
    key(
        "confirm_digits",
        Shape::Count(2, 4),
        Some("4"),
        "last digits to type for one person of a guarded profile",
    ),
    key(
        "confirm_name_above",
        Shape::Count(0, 100_000_000),
        Some("1000"),
        "a guarded list of more people asks for the profile's name too",
    ),
    key(
        "strict_5xx",
        Shape::Flag,
        None,
        "a 503 with Retry-After counts as unknown",
    ),
    key(
        "trust_408",
        Shape::Flag,
        Some("false"),
        "a 408 counts as not processed",
    ),
    key(
        "ca_file",
        Shape::Text,
        None,
        "extra certificates in PEM form",
    ),
    key(
        "limits.per_minute",
        Shape::Count(1, 60_000),
        Some("600"),
        "messages a minute",
    ),
    key(
        "limits.concurrency",
        Shape::Count(1, 64),
        Some("4"),
        "calls on the way at once",
    ),
    key(
        "limits.canary",
        Shape::Count(0, 1_000),
        Some("5"),
        "people after whom a long list of the dashboard waits; 0 for none",
    ),
    key(
        "limits.daily_unique_recipients",
        Shape::Count(1, 100_000_000),
        None,
        "different people who may be written to within 24 hours",
    ),
    key(
        "limits.per_day",
        Shape::Count(1, 100_000_000),
        None,
        "messages within a day of the profile's zone",
    ),
    key(
        "grace.single",
        Shape::Count(0, 3600),
        Some("10"),
        "seconds to undo one message",
    ),
    key(
        "grace.list",
        Shape::Count(0, 3600),
        Some("30"),
        "seconds to undo a list",
    ),
    key(
        "grace.large",
        Shape::Count(0, 3600),
        Some("60"),
        "seconds to undo a large or guarded list",
    ),
    key(
        "approval.above",
        Shape::Count(0, 100_000_000),
        None,
        "a plan for more people than this waits until a second person has approved it",
    ),
    key(
        "approval.keys",
        Shape::PublicKeys,
        None,
        "who may approve: what `alertdesk approval key` prints for them, with spaces between",
    ),
    key(
        "quiet_hours.start",
        Shape::ClockTime,
        None,
        "from this time of day, by the clocks of each person's country, it is quiet",
    ),
    key(
        "quiet_hours.end",
        Shape::ClockTime,
        None,
        "until this time of day it is quiet; both are needed",
    ),
    key(
        "quiet_hours.policy",
        Shape::Word(&["warn", "hold"]),
        Some("warn"),
        "what happens in quiet hours: a warning, or whoever is awake gets it and the rest is held until \
         a person resumes it",
    ),
    key(
        "duplicates.window_hours",
        Shape::Count(0, 8760),
        Some("24"),
        "the same message to the same person is left out within these hours",
    ),
    key(
        "duplicates.flow_window_minutes",
        Shape::Count(0, 525_600),
        Some("10"),
        "the same flow for the same person is left out within these minutes",
    ),
    key(
        "duplicates.recent_days",
        Shape::Count(0, 365),
        Some("7"),
        "the same template to the same person within these days is worth a warning",
    ),
    key(
        "hand_over.mode",
        Shape::Word(&["now", "late"]),
        Some("late"),
        "late keeps a broadcast here until shortly before its time, if a sender stays until then",
    ),
    key(
        "hand_over.lead_minutes",
        Shape::Count(3, 1440),
        Some("15"),
        "minutes before its time at which a broadcast that was kept here is handed over",
    ),
    key(
        "wire.broadcast_case",
        CASES,
        Some("lower"),
        "case of direct, text, template, whatsapp_template",
    ),
    key(
        "wire.broadcast_status_case",
        CASES,
        Some("upper"),
        "case of scheduled",
    ),
    key(
        "wire.phone_plus.template",
        Shape::Flag,
        Some("true"),
        "template calls carry a + before the number",
    ),
    key(
        "wire.phone_plus.flow",
        Shape::Flag,
        Some("false"),
        "flow calls carry a + before the number",
    ),
    key(
        "wire.phone_placeholder",
        Shape::Text,
        Some("{{phone_no}}"),
        "stands for the recipient in a template broadcast",
    ),
    key(
        "wire.flow_version",
        Shape::Word(&["v1.0", "v2.0", "v3.0"]),
        Some("v2.0"),
        "form of the flow call",
    ),
    key(
        "wire.broadcast_chunk",
        Shape::Count(1, 100_000),
        Some("1000"),
        "recipients in one broadcast call",
    ),
    key(
        "wire.csv_file_bytes",
        Shape::Count(1_000, 1_000_000_000),
        Some("5000000"),
        "bytes of the file of one CSV broadcast; longer lists are several uploads",
    ),
];

/// The setting of that path in a table.
pub fn find(table: &'static [Key], path: &str) -> Option<&'static Key> {
    table.iter().find(|key| key.path == path)
}

/// The names that may stand below a prefix (`""` or `limits.`), each once.
pub fn names_below(table: &'static [Key], prefix: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = table
        .iter()
        .filter_map(|key| key.path.strip_prefix(prefix))
        .filter_map(|rest| rest.split('.').next())
        .collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::{GENERAL, PROFILE, names_below};

    #[test]
    fn names_below_a_prefix_are_those_of_one_level() {
        assert_eq!(
            names_below(PROFILE, "limits."),
            [
                "per_minute",
                "concurrency",
                "canary",
                "daily_unique_recipients",
                "per_day"
            ]
        );
        assert_eq!(
            names_below(PROFILE, "wire.phone_plus."),
            ["template", "flow"]
        );
        assert!(names_below(GENERAL, "").contains(&"layout"));
    }

    #[test]
    fn paths_are_unique() {
        for table in [GENERAL, PROFILE] {
            let mut paths: Vec<_> = table.iter().map(|key| key.path).collect();
            paths.sort_unstable();
            paths.dedup();
            assert_eq!(paths.len(), table.len());
        }
    }
}
