//! Lines of the audit as people and scripts read them. How lines are chained and kept is the
//! store's business; here they are only put into words.

use super::batch::BatchId;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Which lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Those about a batch.
    pub batch: Option<BatchId>,
    /// Those about somebody: the number or id, or its last digits.
    pub recipient: Option<String>,
    /// Those written at this time or later.
    pub since: Option<Timestamp>,
}

/// A line of the audit with what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number; they follow one another from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The batch it is about.
    pub batch: Option<BatchId>,
    /// The line itself: the text of an object, of which the chain holds every byte.
    pub proof: String,
    /// SHA-256 of the hash before and the line, as hex.
    pub hash: String,
    /// What lies apart, unless the line has nothing of the kind or it was purged.
    pub personal: Option<AuditPersonal>,
}

/// What a purge drops of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPersonal {
    /// Random, as hex. The line holds SHA-256 of the salt's bytes and the text.
    pub salt: String,
    /// The text of an object.
    pub text: String,
}

/// A line, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReading {
    /// What was done, one stable word.
    pub action: String,
    /// What was done, in words; not cleaned for a screen.
    pub what: String,
    /// Whom it was about: digits or an id.
    pub recipient: Option<String>,
    /// Rule of the classifier or of a pause.
    pub rule: Option<String>,
    /// The fields of the line, without those every line has.
    pub fields: Map<String, Value>,
    /// The personal fields that are left.
    pub personal: Map<String, Value>,
    /// Whether personal fields were there and are purged.
    pub purged: bool,
}

/// What a look over the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many lines were read.
    pub lines: u64,
    /// The first line at which something is wrong.
    pub broken: Option<AuditBreak>,
}

/// Where and how the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditBreak {
    /// Number of the line.
    pub seq: u64,
    /// What is wrong and what that means, as sentences.
    pub what: String,
}

impl AuditLine {
    /// The line as JSON Lines files have it: the object with the personal fields, their salt and
    /// the hash put at its end. Without these it is the text that was hashed.
    pub fn jsonl(&self) -> String {
        let mut text = self
            .proof
            .strip_suffix('}')
            .unwrap_or(&self.proof)
            .to_owned();
        if let Some(personal) = &self.personal {
            text.push_str(&format!(
                ",\"personal\":{},\"salt\":\"{}\"",
                personal.text, personal.salt
            ));
        }
        text.push_str(&format!(",\"hash\":\"{}\"}}", self.hash));
        text
    }

    /// Puts it into words.
    pub fn read(&self) -> AuditReading {
        let mut fields = object(&self.proof);
        let action = fields
            .remove("action")
            .as_ref()
            .map_or_else(String::new, plain);
        let salted = fields.remove("personal_sha256").is_some();
        for known in ["seq", "at", "batch"] {
            fields.remove(known);
        }
        let personal = self
            .personal
            .as_ref()
            .map_or_else(Map::new, |personal| object(&personal.text));
        let text = |map: &Map<String, Value>, name: &str| map.get(name).map(plain);
        AuditReading {
            what: words(&action, &fields, &personal),
            recipient: text(&personal, "recipient"),
            rule: text(&fields, "rule"),
            action,
            purged: salted && self.personal.is_none(),
            fields,
            personal,
        }
    }
}

impl AuditCheck {
    /// What was found, as one sentence: `8 311 lines, chain intact`.
    pub fn sentence(&self) -> String {
        let noun = if self.lines == 1 { "line" } else { "lines" };
        let lines = format!("{} {noun}", grouped(self.lines));
        match &self.broken {
            None => format!("{lines}, chain intact"),
            Some(broken) => format!(
                "the chain breaks at line {} of {lines}: {}",
                grouped(broken.seq),
                broken.what
            ),
        }
    }
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A value as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

fn words(action: &str, fields: &Map<String, Value>, personal: &Map<String, Value>) -> String {
    let get = |name: &str| fields.get(name).map(plain).unwrap_or_default();
    let number = |name: &str| grouped(fields.get(name).and_then(Value::as_u64).unwrap_or(0));
    let people = |name: &str| {
        let count = fields.get(name).and_then(Value::as_u64).unwrap_or(0);
        counted(count, "recipient")
    };
    let private = |name: &str| personal.get(name).map(plain);
    match action {
        "process" => format!(
            "alertdesk {} of {} on {}, process {}, zone {}",
            get("version"),
            get("user"),
            get("host"),
            get("pid"),
            get("zone")
        ),
        "confirmed" => {
            let typed = private("typed").filter(|typed| !typed.is_empty());
            let typed = typed.map_or_else(String::new, |typed| format!(", typed `{typed}`"));
            format!(
                "{} {} for {}, {} left out, confirmed by {} on {}{typed}",
                get("kind"),
                get("title"),
                people("recipients"),
                number("skipped"),
                get("user"),
                get("host"),
            )
        }
        "marked" => {
            let attempts = fields.get("attempts").and_then(Value::as_array);
            let count = attempts.map_or(0, Vec::len) as u64;
            format!("{} about to leave", counted(count, "call"))
        }
        "result" => result(fields),
        "items" => format!("{} from {} to {}", people("people"), get("from"), get("to")),
        "suppressed" => {
            let reason = private("reason").map_or_else(String::new, |why| format!(": {why}"));
            format!("{} opted out, {}{reason}", people("people"), get("source"))
        }
        "unsuppressed" => format!("{} taken off the list of opted out", people("people")),
        "late_evidence" => private("evidence").unwrap_or_else(|| "late evidence".to_owned()),
        _ if fields.contains_key("from") => batch(fields, personal),
        other => free(other, fields, personal),
    }
}

fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(count))
}

fn result(fields: &Map<String, Value>) -> String {
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let get = |name: &str| given(name).map(plain);
    let mut parts = vec![get("verdict").unwrap_or_default()];
    parts.extend(get("http_status").map(|status| format!("HTTP {status}")));
    parts.extend(get("platform_code").map(|code| format!("status.code {code}")));
    parts.extend(get("message_id").map(|id| format!("id {id}")));
    let micros = fields.get("duration_us").and_then(Value::as_u64);
    parts.extend(micros.map(|micros| format!("{} ms", micros / 1000)));
    let number = get("number").filter(|number| number != "1");
    parts.extend(number.map(|number| format!("try {number}")));
    parts.join(" · ")
}

fn batch(fields: &Map<String, Value>, personal: &Map<String, Value>) -> String {
    let by = fields.get("by").map(plain).unwrap_or_default();
    let by = if by == "person" {
        "by a person"
    } else {
        "by the engine"
    };
    if let Some([before, after]) = fields
        .get("per_minute")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        return format!("{before} to {after} a minute, {by}");
    }
    let mut text = by.to_owned();
    let reason = personal.get("reason").map(plain);
    let rule = fields
        .get("rule")
        .map(plain)
        .filter(|rule| rule != "person");
    if let Some(reason) = reason.or(rule) {
        text.push_str(": ");
        text.push_str(&reason);
    }
    text
}

/// Whatever a line of another kind holds.
fn free(action: &str, fields: &Map<String, Value>, personal: &Map<String, Value>) -> String {
    let said = fields
        .iter()
        .filter(|(name, _)| *name != "process")
        .chain(personal);
    let parts: Vec<String> = said
        .map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value)))
        .collect();
    if parts.is_empty() {
        return action.replace('_', " ");
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{AuditBreak, AuditCheck, AuditLine, AuditPersonal};
    use jiff::Timestamp;
    use rstest::rstest;

    fn line(proof: &str, personal: Option<&str>) -> AuditLine {
        AuditLine {
            seq: 4,
            at: Timestamp::UNIX_EPOCH,
            batch: None,
            proof: proof.to_owned(),
            hash: "ab".to_owned(),
            personal: personal.map(|text| AuditPersonal {
                salt: "00".to_owned(),
                text: text.to_owned(),
            }),
        }
    }

    #[test]
    fn the_hashed_text_stands_at_the_start_of_a_json_line() {
        let proof = r#"{"seq":4,"counts":{"a":{"b":1}}}"#;
        assert_eq!(
            line(proof, Some(r#"{"recipient":"447700900412"}"#)).jsonl(),
            r#"{"seq":4,"counts":{"a":{"b":1}},"personal":{"recipient":"447700900412"},"salt":"00","hash":"ab"}"#
        );
        assert_eq!(
            line(r#"{"seq":4}"#, None).jsonl(),
            r#"{"seq":4,"hash":"ab"}"#
        );
    }

    #[rstest]
    #[case(
        r#"{"action":"result","verdict":"rejected","rule":"http_400","http_status":400,"number":2,"duration_us":84211}"#,
        None,
        "rejected · HTTP 400 · 84 ms · try 2"
    )]
    #[case(
        r#"{"action":"paused","from":"running","to":"paused","by":"engine","rule":"key_refused"}"#,
        Some(r#"{"reason":"The key was refused."}"#),
        "by the engine: The key was refused."
    )]
    #[case(
        r#"{"action":"paused","from":"running","to":"paused","by":"person","rule":"person"}"#,
        None,
        "by a person"
    )]
    #[case(
        r#"{"action":"rate","from":"running","to":"running","by":"person","per_minute":[600,60]}"#,
        None,
        "600 to 60 a minute, by a person"
    )]
    #[case(
        r#"{"action":"items","from":"queued","to":"cancelled","calls":8298,"people":8298,"items":"3-8300"}"#,
        None,
        "8\u{a0}298 recipients from queued to cancelled"
    )]
    #[case(r#"{"action":"overridden","process":3,"people":4}"#, None, "people 4")]
    fn lines_are_put_into_words(
        #[case] proof: &str,
        #[case] personal: Option<&str>,
        #[case] words: &str,
    ) {
        assert_eq!(line(proof, personal).read().what, words);
    }

    #[test]
    fn a_check_is_one_sentence() {
        let mut check = AuditCheck {
            lines: 8311,
            broken: None,
        };
        assert_eq!(check.sentence(), "8\u{a0}311 lines, chain intact");
        check.broken = Some(AuditBreak {
            seq: 12,
            what: "it was changed.".to_owned(),
        });
        assert_eq!(
            check.sentence(),
            "the chain breaks at line 12 of 8\u{a0}311 lines: it was changed."
        );
    }
}
