//! Two signed files between two people: the plan that somebody asks to have looked at, whole, and
//! the approval that somebody else gives. Neither holds a key of an account. Whether the signer of
//! an approval may approve is the record's business.

mod calls;

use super::key::{PublicKey, SigningKey};
use super::signed::{Kind, Wrong};
use crate::domain::{BatchId, BotTarget, Plan, PlannedCall, Schedule};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const PLAN: Kind = Kind {
    field: "alertdesk_plan",
    words: "alertdesk plan",
    format: 1,
};
const APPROVAL: Kind = Kind {
    field: "alertdesk_approval",
    words: "alertdesk approval",
    format: 1,
};

/// What every call of a plan is.
const POST: &str = "POST";

/// Why a file is not taken. Each is one sentence, with what to do behind the colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// Something else than a plan.
    #[error("the file is no plan: `alertdesk approval request BATCH --to FILE` writes one")]
    NotAPlan,
    /// Something else than an approval.
    #[error("the file is no approval: `alertdesk approval give FILE --to FILE` writes one")]
    NotAnApproval,
    /// Made by a newer version.
    #[error("the file has format {0}, which this version cannot read: update alertdesk")]
    Newer(u32),
    /// The content is not what was signed.
    #[error(
        "the signature does not fit: the file was changed or cut after it was signed, ask for it again"
    )]
    Signature,
    /// Signed, but it contradicts itself.
    #[error("the file contradicts itself, {0}: ask for it again")]
    Content(String),
}

/// Which plan a file is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Number of the batch where it was planned.
    pub batch: BatchId,
    /// The bot.
    pub target: Address,
    /// SHA-256 over target, schedule and every call's recipients and bytes.
    pub plan_sha256: String,
    /// How many people it reaches.
    pub recipients: u64,
}

/// Where a bot is reached, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    base_url: String,
    customer_id: String,
    bot_key: String,
}

impl From<&BotTarget> for Address {
    fn from(target: &BotTarget) -> Self {
        Self {
            base_url: target.base_url.clone(),
            customer_id: target.customer_id.clone(),
            bot_key: target.bot_key.clone(),
        }
    }
}

impl From<&Address> for BotTarget {
    fn from(bot: &Address) -> Self {
        Self {
            base_url: bot.base_url.clone(),
            customer_id: bot.customer_id.clone(),
            bot_key: bot.bot_key.clone(),
        }
    }
}

/// A whole plan, to be looked at by somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was written.
    pub made: Timestamp,
    /// Who asks, as `meera@desk-4`.
    pub asked_by: String,
    /// Which plan.
    pub about: About,
    /// The profile's name where it was planned.
    pub profile: String,
    /// What it sends: `template`, `broadcast`, `csv_broadcast` or `flow`.
    pub kind: String,
    /// Template name, broadcast title as it leaves, or flow name.
    pub title: String,
    /// When the platform publishes it, if it was given a time.
    pub publish: Option<Timestamp>,
    /// When it leaves by itself, if it waits here.
    pub due: Option<Timestamp>,
    /// What the first person was told before confirming.
    pub notes: Vec<String>,
    /// Every call, in sending order.
    #[serde(with = "calls")]
    pub calls: Vec<PlannedCall>,
}

impl PlanFile {
    /// A file without calls yet.
    pub fn new(about: About, asked_by: String, made: Timestamp) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made,
            asked_by,
            about,
            profile: String::new(),
            kind: String::new(),
            title: String::new(),
            publish: None,
            due: None,
            notes: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// The text of the file, signed.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn seal(&self, key: &SigningKey) -> Result<String, ApprovalError> {
        seal(PLAN, self, key)
    }

    /// Reads a file: its signature fits, its calls are those of its plan, and the number of people
    /// is right.
    ///
    /// # Errors
    /// [`ApprovalError`].
    pub fn open(text: &str) -> Result<(Self, PublicKey), ApprovalError> {
        let (file, key): (Self, PublicKey) = open(PLAN, text, ApprovalError::NotAPlan)?;
        let wrong = |what: &str| ApprovalError::Content(what.to_owned());
        let calls = &file.calls;
        let people: u64 = calls.iter().map(|call| call.recipients.len() as u64).sum();
        if people != file.about.recipients || people == 0 {
            return Err(wrong("the number of its people is another than it says"));
        }
        let target = BotTarget::from(&file.about.target);
        let schedule = Schedule::of(file.publish, file.due);
        if Plan::digest(&target, schedule, calls).as_str() != file.about.plan_sha256 {
            return Err(wrong("its calls are not those of the plan it names"));
        }
        let home = format!("{}/", target.base_url);
        let at_home =
            |call: &PlannedCall| call.request.url.starts_with(&home) && call.request.method == POST;
        if !calls.iter().all(at_home) {
            return Err(wrong("a call goes to another host than the bot's"));
        }
        Ok((file, key))
    }
}

/// Somebody's word that a plan may leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was given.
    pub made: Timestamp,
    /// Who gives it, as `asha@desk-2`.
    pub approved_by: String,
    /// Which plan.
    pub about: About,
}

impl Approval {
    /// The text of the file, signed.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn seal(&self, key: &SigningKey) -> Result<String, ApprovalError> {
        seal(APPROVAL, self, key)
    }

    /// Reads a file whose signature fits. Whether the signer may approve is another question.
    ///
    /// # Errors
    /// [`ApprovalError`].
    pub fn open(text: &str) -> Result<(Self, PublicKey), ApprovalError> {
        open(APPROVAL, text, ApprovalError::NotAnApproval)
    }
}

fn seal(kind: Kind, content: &impl Serialize, key: &SigningKey) -> Result<String, ApprovalError> {
    let text = serde_json::to_string(content)
        .map_err(|error| ApprovalError::Content(error.to_string()))?;
    Ok(kind.seal(&text, key))
}

fn open<T: DeserializeOwned>(
    kind: Kind,
    text: &str,
    other: ApprovalError,
) -> Result<(T, PublicKey), ApprovalError> {
    let (content, key) = kind.open(text).map_err(|wrong| of_wrong(wrong, other))?;
    let content =
        serde_json::from_str(content).map_err(|error| ApprovalError::Content(error.to_string()))?;
    Ok((content, key))
}

fn of_wrong(wrong: Wrong, other: ApprovalError) -> ApprovalError {
    match wrong {
        Wrong::Kind => other,
        Wrong::Newer(format) => ApprovalError::Newer(format),
        Wrong::Signature => ApprovalError::Signature,
    }
}

#[cfg(test)]
mod tests {
    use super::{About, Approval, ApprovalError, PlanFile};
    use crate::domain::{
        BatchId, BotTarget, FrozenRequest, Plan, PlannedCall, Recipient, RequestBody, Schedule,
    };
    use crate::pack::{Pack, SigningKey};
    use jiff::Timestamp;
    use rstest::rstest;

    fn key() -> SigningKey {
        SigningKey::read(&SigningKey::make().unwrap()).unwrap()
    }

    fn target() -> BotTarget {
        BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        }
    }

    fn calls() -> Vec<PlannedCall> {
        let call = |digits: &str, body: RequestBody| PlannedCall {
            recipients: vec![Recipient::from_text(digits).unwrap()],
            request: FrozenRequest::post(format!("{}/template", target().base_url), body),
        };
        vec![
            call(
                "447700900412",
                RequestBody::Json("{\"to\":\"Ana\"}".to_owned()),
            ),
            call("447700900118", RequestBody::multipart(Vec::new())),
            call("447700900119", RequestBody::Empty),
        ]
    }

    fn file(schedule: Schedule) -> PlanFile {
        let about = About {
            batch: BatchId(31),
            target: (&target()).into(),
            plan_sha256: Plan::digest(&target(), schedule, &calls())
                .as_str()
                .to_owned(),
            recipients: 3,
        };
        let mut file = PlanFile::new(about, "meera@desk-4".to_owned(), Timestamp::UNIX_EPOCH);
        (file.publish, file.due) = (schedule.publish_at(), schedule.due());
        file.calls = calls();
        file
    }

    fn times() -> [Schedule; 4] {
        let at = |text: &str| text.parse().unwrap();
        let (due, publish) = (at("2030-01-02T08:45:00Z"), at("2030-01-02T09:00:00Z"));
        [
            Schedule::Now,
            Schedule::StartAt(due),
            Schedule::PublishAt(publish),
            Schedule::PublishLate { publish, due },
        ]
    }

    #[test]
    fn a_plan_arrives_whole_whatever_its_time() {
        for schedule in times() {
            let key = key();
            let text = file(schedule).seal(&key).unwrap();
            let (read, signer) = PlanFile::open(&text).unwrap();
            assert_eq!(read, file(schedule), "{schedule:?}");
            assert_eq!(signer, key.public());
        }
    }

    #[test]
    fn a_plan_that_is_not_what_it_says_is_refused_although_it_is_signed() {
        let refused = |change: fn(&mut PlanFile)| {
            let mut file = file(Schedule::Now);
            change(&mut file);
            let opened = PlanFile::open(&file.seal(&key()).unwrap());
            let Err(ApprovalError::Content(why)) = opened else {
                panic!("{opened:?}");
            };
            why
        };
        let other = "its calls are not those of the plan it names";
        assert_eq!(
            refused(|file| file.due = Some(Timestamp::UNIX_EPOCH)),
            other
        );
        assert_eq!(refused(|file| file.calls.swap(0, 1)), other);
        assert_eq!(refused(|file| file.about.target.bot_key.push('0')), other);
        assert_eq!(
            refused(|file| {
                let url = file.calls[0].request.url.clone();
                let other = RequestBody::Json("{}".to_owned());
                file.calls[0].request = FrozenRequest::post(url, other);
            }),
            other
        );
        let number = "the number of its people is another than it says";
        assert_eq!(refused(|file| file.about.recipients = 2), number);
        assert_eq!(refused(|file| file.calls.clear()), number);
        // Signed by hand, because no program writes it so.
        let by_hand = |from: &str, to: &str| {
            let text = file(Schedule::Now).seal(&key()).unwrap();
            let start = text.find("\"content\": ").unwrap() + "\"content\": ".len();
            let content = text[start..].strip_suffix("\n}\n").unwrap();
            let content = content.replacen(from, to, 1);
            let opened = PlanFile::open(&super::PLAN.seal(&content, &key()));
            opened.unwrap_err().to_string()
        };
        let said = by_hand("\"POST\"", "\"GET\"");
        assert!(said.contains("goes to another host"), "{said}");
        let said = by_hand("447700900412", "a/b");
        assert!(
            said.contains("somebody in it can be no recipient"),
            "{said}"
        );
    }

    fn approval() -> String {
        let approval = Approval {
            program: "1".to_owned(),
            made: Timestamp::UNIX_EPOCH,
            approved_by: "asha@desk-2".to_owned(),
            about: file(Schedule::Now).about,
        };
        let key = key();
        let text = approval.seal(&key).unwrap();
        assert_eq!(Approval::open(&text), Ok((approval, key.public())));
        text
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_json("{")]
    #[case::no_object("[]")]
    #[case::bare(r#"{"alertdesk_plan": 1}"#)]
    #[case::no_key(r#"{"alertdesk_plan": 1, "key": "", "signature": "", "content": {}}"#)]
    fn what_is_neither_is_neither(#[case] text: &str) {
        assert_eq!(PlanFile::open(text).unwrap_err(), ApprovalError::NotAPlan);
        let no_approval = Approval::open(text).unwrap_err();
        assert_eq!(no_approval, ApprovalError::NotAnApproval);
    }

    #[test]
    fn one_kind_is_not_the_other_even_under_its_name() {
        let (plan, approval) = (file(Schedule::Now).seal(&key()).unwrap(), approval());
        let pack = Pack::new(Vec::new(), Vec::new(), Timestamp::UNIX_EPOCH);
        let pack = pack.seal(&key()).unwrap();
        for (text, name) in [(&plan, "plan"), (&approval, "approval"), (&pack, "pack")] {
            assert_eq!(PlanFile::open(text).is_ok(), name == "plan");
            assert_eq!(Approval::open(text).is_ok(), name == "approval");
            assert_eq!(Pack::open(text).is_ok(), name == "pack");
            let named = text.replacen(&format!("alertdesk_{name}"), "alertdesk_approval", 1);
            if name != "approval" {
                assert_eq!(Approval::open(&named), Err(ApprovalError::Signature));
            }
        }
        let newer = plan.replacen(": 1", ": 2", 1);
        assert_eq!(PlanFile::open(&newer).unwrap_err(), ApprovalError::Newer(2));
        let changed = approval.replacen("asha", "ashe", 1);
        assert_eq!(Approval::open(&changed), Err(ApprovalError::Signature));
    }
}
