//! A plan: recipients and the exact bytes of every call, frozen. Nothing edits a plan.

use super::audience::SkippedRow;
use super::draft::{Schedule, SendKind, SendLimits};
use super::hash::Sha256Hex;
use super::intent::{Intent, Touch};
use super::profile::BotTarget;
use super::recipient::Recipient;
use super::request::FrozenRequest;
use super::template::ParameterProblem;
use super::usage::Used;
use super::waiting::Waiting;
use std::time::Duration;

/// One call of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// Who it reaches; one for templates and flows, up to a chunk for broadcasts.
    pub recipients: Vec<Recipient>,
    /// The call, byte for byte.
    pub request: FrozenRequest,
}

/// What keeps a plan from reaching people twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Once {
    /// One per recipient, in the order of the calls and their recipients.
    pub intents: Vec<Intent>,
    /// The same for the template alone; empty where none of the library is sent.
    pub touches: Vec<Touch>,
    /// How long the same message to the same person stands in the way once it was accepted.
    pub window: Duration,
    /// Bot, file, template version and day, where people came from a file and get a template.
    pub file: Option<Sha256Hex>,
    /// What the record said when the plan was made; `None` where it was not asked.
    pub found: Option<FoundTwins>,
    /// Why twins are sent all the same, as a person typed it.
    pub override_reason: Option<String>,
    /// Whether it repeats what a person decided to send again. It is then compared when it is
    /// claimed, but not when it is queued.
    pub is_repeat: bool,
}

/// Twins that the record had when a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundTwins {
    /// How many people have one. They are left out, unless the plan overrides.
    pub people: u64,
    /// How many, what and when, without a full stop; empty without any.
    pub sentence: String,
}

/// What a person reviews and confirms. Preview, send and record all use these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it sends.
    pub kind: SendKind,
    /// Template name, broadcast title as it leaves, or flow name.
    pub title: String,
    /// The profile's name.
    pub profile: String,
    /// The bot it was made for; a changed profile never redirects it.
    pub target: BotTarget,
    /// The calls, in sending order.
    pub calls: Vec<PlannedCall>,
    /// Who is left out, and why.
    pub skipped: Vec<SkippedRow>,
    /// What a person should know before confirming, as sentences.
    pub notes: Vec<String>,
    /// Those of the notes that are about one parameter or form field.
    pub warnings: Vec<ParameterProblem>,
    /// When it goes out.
    pub schedule: Schedule,
    /// What was agreed about its waiting.
    pub waiting: Waiting,
    /// How fast.
    pub limits: SendLimits,
    /// What of the library it is made with, for the count of its use.
    pub used: Option<Used>,
    /// The name of the file its people came from, if they came from one.
    pub source: Option<String>,
    /// What keeps it from reaching people twice.
    pub once: Once,
    /// SHA-256 over target, schedule and every call's recipients and bytes.
    pub sha256: Sha256Hex,
}

impl Plan {
    /// How many people the plan reaches: the number to be typed.
    pub fn recipients(&self) -> u64 {
        self.calls
            .iter()
            .map(|call| call.recipients.len() as u64)
            .sum()
    }

    /// Everybody, those left out included.
    pub fn planned(&self) -> u64 {
        self.recipients() + self.skipped.len() as u64
    }

    /// The digest of what will leave and to whom.
    pub fn digest(target: &BotTarget, schedule: Schedule, calls: &[PlannedCall]) -> Sha256Hex {
        let schedule = match schedule {
            Schedule::Now => "now".to_owned(),
            Schedule::PublishAt(time) => time.to_string(),
            Schedule::PublishLate { publish, due } => format!("{publish}, handed over {due}"),
            Schedule::StartAt(time) => format!("kept until {time}"),
        };
        let mut pieces: Vec<&[u8]> = vec![
            target.base_url.as_bytes(),
            target.customer_id.as_bytes(),
            target.bot_key.as_bytes(),
            schedule.as_bytes(),
        ];
        for call in calls {
            pieces.push(call.request.url.as_bytes());
            pieces.push(call.request.body_sha256.as_str().as_bytes());
            pieces.extend(
                call.recipients
                    .iter()
                    .map(|recipient| recipient.text().as_bytes()),
            );
        }
        Sha256Hex::of_pieces(pieces)
    }
}
