//! A connection: which bot on which host, whose customers, how careful to be. Never the key.

use super::approval::ApprovalRules;
use super::flow::FlowVersion;
use super::intent::TwinRules;
use super::waiting::TimeRules;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The bot that requests go to. Two profiles with the same target share limits and intents.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BotTarget {
    /// Scheme, host and port without a slash at the end; `https`, or `http` on loopback.
    pub base_url: String,
    /// Decimal digits.
    pub customer_id: String,
    /// Sixteen hex digits.
    pub bot_key: String,
}

/// Whether real customers are behind a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// No extra care.
    #[default]
    None,
    /// Real customers: the word on every screen, longer grace, digits to type.
    Production,
    /// The embedded sandbox; nothing leaves this machine.
    #[serde(skip)]
    Sandbox,
}

impl Guard {
    /// The shortest time in which nothing leaves after a confirmation, whatever the settings say.
    pub fn shortest_grace(self) -> Duration {
        match self {
            Guard::Production => Duration::from_secs(5),
            Guard::None | Guard::Sandbox => Duration::ZERO,
        }
    }

    /// The word shown in brackets in the header, if there is one.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Guard::None => None,
            Guard::Production => Some("PRODUCTION"),
            Guard::Sandbox => Some("SANDBOX"),
        }
    }
}

/// Letter case of the enum words that differ between white labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LetterCase {
    /// `direct`, `text`, `whatsapp_template`.
    Lower,
    /// `DIRECT`, `TEXT`, `WHATSAPP_TEMPLATE`.
    Upper,
}

impl LetterCase {
    /// The word in this case.
    pub fn apply(self, word: &str) -> String {
        match self {
            LetterCase::Lower => word.to_lowercase(),
            LetterCase::Upper => word.to_uppercase(),
        }
    }
}

/// What differs on the wire between white labels of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireOptions {
    /// Case of `direct`, `text`, `template`, `whatsapp_template`.
    pub broadcast_case: LetterCase,
    /// Case of `SCHEDULED`.
    pub broadcast_status_case: LetterCase,
    /// Whether `phoneNumber` of a template call carries a `+`.
    pub template_phone_plus: bool,
    /// Whether `user.phone_no` of a flow call carries a `+`.
    pub flow_phone_plus: bool,
    /// The literal that stands for the recipient in a template broadcast.
    pub phone_placeholder: String,
    /// The flow call used unless another is asked for.
    pub flow_version: FlowVersion,
    /// How many recipients go into one broadcast call.
    pub broadcast_chunk: usize,
    /// How many bytes the audience file of one CSV broadcast may have; how much the platform takes
    /// is not documented.
    #[serde(default = "csv_file_bytes")]
    pub csv_file_bytes: usize,
}

fn csv_file_bytes() -> usize {
    5_000_000
}

impl Default for WireOptions {
    fn default() -> Self {
        Self {
            broadcast_case: LetterCase::Lower,
            broadcast_status_case: LetterCase::Upper,
            template_phone_plus: true,
            flow_phone_plus: false,
            phone_placeholder: "{{phone_no}}".to_owned(),
            flow_version: FlowVersion::V2,
            broadcast_chunk: 1000,
            csv_file_bytes: csv_file_bytes(),
        }
    }
}

/// What has to be typed before something is queued for real customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfirmRules {
    /// How many of the last digits of one person, 2 to 4.
    pub digits: u8,
    /// A list of more people than this asks for the profile's name after their number.
    pub name_above: u64,
}

impl Default for ConfirmRules {
    fn default() -> Self {
        Self {
            digits: 4,
            name_above: 1_000,
        }
    }
}

/// A connection without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name in the settings.
    pub name: String,
    /// The bot.
    pub target: BotTarget,
    /// IANA zone name used for every time shown, for example `Asia/Kolkata`.
    pub time_zone: String,
    /// Country of numbers written without one, two letters; `None` refuses such numbers.
    pub region: Option<String>,
    /// How careful to be.
    pub guard: Guard,
    /// Whether sending is off.
    pub read_only: bool,
    /// Messages a minute unless a send says otherwise.
    pub per_minute: u32,
    /// What the wire looks like here.
    pub wire: WireOptions,
    /// Whether a 503 with `Retry-After` counts as unknown instead of not processed.
    pub strict_5xx: bool,
    /// Whether a 408 counts as not processed.
    pub trust_408: bool,
    /// When the same message to the same person is a twin.
    pub twins: TwinRules,
    /// When broadcasts are handed over, and when nobody is to be disturbed.
    pub times: TimeRules,
    /// What has to be typed before something is queued for real customers.
    pub confirm: ConfirmRules,
    /// When a second person looks before anything leaves.
    pub approval: ApprovalRules,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.guard.word() {
            Some(word) => write!(f, " [{word}]"),
            None => Ok(()),
        }
    }
}
