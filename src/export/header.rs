//! How an export came to be: the filter and the circumstances. It must not write any format.

use crate::domain::{ChatMessage, Direction, TimeRange};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

/// Whose messages an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportSide {
    /// Everybody's, and the platform's notes.
    #[default]
    Both,
    /// Only the person's.
    Customer,
    /// Only ours: bot and agents, without the platform's notes.
    Us,
}

impl ExportSide {
    /// The word for it, as options and files have it.
    pub fn word(self) -> &'static str {
        match self {
            ExportSide::Both => "both",
            ExportSide::Customer => "customer",
            ExportSide::Us => "us",
        }
    }
}

/// Whether an export holds everything its filter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExportReach {
    /// Everything.
    #[default]
    Whole,
    /// Not every page could be fetched, or nobody was asked: messages may be missing.
    Unknown,
}

impl ExportReach {
    /// What people must know about it; nothing where all is well.
    pub fn sentence(self) -> Option<&'static str> {
        match self {
            ExportReach::Whole => None,
            ExportReach::Unknown => Some(
                "The local copy is not known to reach back far enough, so older messages may be \
                 missing here.",
            ),
        }
    }
}

/// The filter of an export and when, where and by what it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportHeader {
    /// Channel user id of the person.
    pub user: String,
    /// Their name, if it is known; only in formats for eyes, because it may change.
    pub name: Option<String>,
    /// How many messages follow, where that was counted before; only in formats for eyes.
    pub messages: Option<u64>,
    /// The range of time.
    pub range: TimeRange,
    /// Whose messages.
    pub side: ExportSide,
    /// When, in the zone that times for people are written in.
    pub exported: Zoned,
    /// Whether everything is in it.
    pub reach: ExportReach,
}

impl ExportHeader {
    /// Whether a message passes the filter. One whose time cannot be read passes every range: it
    /// came with its neighbours, and leaving it out would lose it.
    pub fn takes(&self, message: &ChatMessage) -> bool {
        let side = match (self.side, message.direction) {
            (ExportSide::Both, _)
            | (ExportSide::Customer, Direction::In)
            | (ExportSide::Us, Direction::Out) => true,
            (ExportSide::Customer, Direction::Out | Direction::System)
            | (ExportSide::Us, Direction::In | Direction::System) => false,
        };
        side && message.time.is_none_or(|time| self.range.contains(time))
    }

    /// The zone of times for people.
    pub fn zone(&self) -> &TimeZone {
        self.exported.time_zone()
    }

    /// The name of the zone, or its offset where it has none.
    pub fn zone_name(&self) -> String {
        self.zone()
            .iana_name()
            .map_or_else(|| self.exported.offset().to_string(), str::to_owned)
    }

    /// Program and version.
    pub fn program() -> &'static str {
        concat!("alertdesk ", env!("CARGO_PKG_VERSION"))
    }

    /// What people call the person.
    pub fn person(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.user)
    }

    /// Name and value of everything, for people.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let exported = self.exported.strftime("%a %-d %b %Y, %H:%M:%S");
        let name = self.name.clone().map(|name| ("Person", name));
        let messages = self.messages.map(|count| ("Messages", count.to_string()));
        let sides = match self.side {
            ExportSide::Both => "both, with notes",
            ExportSide::Customer => "only the person",
            ExportSide::Us => "only us",
        };
        let mut lines = Vec::with_capacity(9);
        lines.extend(name);
        lines.push(("Number", self.user.clone()));
        lines.push(("Period", self.range.words(self.zone())));
        lines.push(("Sides", sides.to_owned()));
        lines.extend(messages);
        lines.push(("Exported", exported.to_string()));
        lines.push(("Time zone", self.zone_name()));
        lines.push(("Program", Self::program().to_owned()));
        let missing = self.reach.sentence();
        lines.extend(missing.map(|sentence| ("Missing", sentence.to_owned())));
        lines
    }
}

/// A moment as every document has it: RFC 3339 in UTC with milliseconds.
pub(super) fn utc(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl Serialize for ExportHeader {
    /// `{user, since, until, range, side, at, time_zone, complete, program}`; `since` and `until` are RFC
    /// 3339 in UTC or null, `range` says the same for people.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ExportHeader", 9)?;
        fields.serialize_field("user", &self.user)?;
        fields.serialize_field("since", &self.range.since.map(utc))?;
        fields.serialize_field("until", &self.range.until.map(utc))?;
        fields.serialize_field("range", &self.range.words(self.zone()))?;
        fields.serialize_field("side", &self.side)?;
        fields.serialize_field("at", &utc(self.exported.timestamp()))?;
        fields.serialize_field("time_zone", &self.zone_name())?;
        fields.serialize_field("complete", &(self.reach == ExportReach::Whole))?;
        fields.serialize_field("program", Self::program())?;
        fields.end()
    }
}
