//! A plan: recipients and the exact bytes of every call, frozen. Nothing edits a plan.

use super::audience::SkippedRow;
use super::draft::{Schedule, SendKind, SendLimits};
use super::hash::Sha256Hex;
use super::profile::BotTarget;
use super::recipient::Recipient;
use super::request::FrozenRequest;
use super::template::ParameterProblem;
use super::usage::Used;

/// One call of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// Who it reaches; one for templates and flows, up to a chunk for broadcasts.
    pub recipients: Vec<Recipient>,
    /// The call, byte for byte.
    pub request: FrozenRequest,
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
    /// How fast.
    pub limits: SendLimits,
    /// What of the library it is made with, for the count of its use.
    pub used: Option<Used>,
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
