//! Messages as rows. Most messages differ only in time and text, so everything else, the form of
//! the raw object included, is kept once as a shape; what a shape cannot say goes to the rest.
//! Every message comes back exactly as it was.

use super::model::{CachedMessage, MessageKey};
use crate::domain::{ChatMessage, Direction, Media, MessageKind};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Columns in the order [`Shapes::restore`] reads them.
pub(super) const COLUMNS: &str = "at, id, shape, nanos, untimed, time_raw, text, rest";

/// Shapes held in memory; a server that makes up a new one for each message must not fill it.
const HELD: usize = 4096;

/// What many messages have in common.
#[derive(Debug, Serialize, Deserialize)]
struct Shape {
    direction: Direction,
    kind: MessageKind,
    sender: String,
    type_raw: String,
    /// The raw object's names and where their values are; `None` if it is no object.
    raw: Option<Vec<(String, Source)>>,
}

/// Where a value of the raw object is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Source {
    /// It is null.
    Null,
    /// The sender.
    Sender,
    /// The type.
    Type,
    /// The time as sent.
    Time,
    /// The text.
    Text,
    /// The person.
    User,
    /// The next value of the rest.
    Rest,
}

/// What only this message has.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Rest {
    /// The person, if not the one of the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<Media>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    raw: Vec<Value>,
}

/// The parts of a message that are not columns of their own.
#[derive(Debug)]
pub(super) struct Packed {
    /// The shape, to be looked up or added.
    pub shape: String,
    /// What the shape cannot say.
    pub rest: Option<String>,
}

/// Takes a message of this person's conversation apart.
pub(super) fn pack(message: &ChatMessage, user: &str) -> rusqlite::Result<Packed> {
    let mut rest = Rest {
        user: (message.user_id != user).then(|| message.user_id.clone()),
        media: message.media.clone(),
        options: message.options.clone(),
        raw: Vec::new(),
    };
    let raw = if let Value::Object(object) = &message.raw {
        let sources = object.iter().map(|(name, value)| {
            let source = source_of(message, value);
            if source == Source::Rest {
                rest.raw.push(value.clone());
            }
            (name.clone(), source)
        });
        Some(sources.collect())
    } else {
        rest.raw.push(message.raw.clone());
        None
    };
    let shape = Shape {
        direction: message.direction,
        kind: message.kind,
        sender: message.sender.clone(),
        type_raw: message.type_raw.clone(),
        raw,
    };
    let plain = rest.user.is_none()
        && rest.media.is_none()
        && rest.options.is_empty()
        && rest.raw.is_empty();
    Ok(Packed {
        shape: to_json(&shape)?,
        rest: if plain { None } else { Some(to_json(&rest)?) },
    })
}

fn source_of(message: &ChatMessage, value: &Value) -> Source {
    match value {
        Value::Null => Source::Null,
        Value::String(text) if *text == message.sender => Source::Sender,
        Value::String(text) if *text == message.type_raw => Source::Type,
        Value::String(text) if *text == message.time_raw => Source::Time,
        Value::String(text) if *text == message.text => Source::Text,
        Value::String(text) if *text == message.user_id => Source::User,
        Value::String(_)
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => Source::Rest,
    }
}

/// The shapes read so far. A number is never used for a second shape.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    held: Mutex<HashMap<i64, Arc<Shape>>>,
}

impl Shapes {
    /// Puts a message of this person's conversation together again, from a row of [`COLUMNS`].
    pub(super) fn restore(
        &self,
        connection: &Connection,
        user: &str,
        row: &Row<'_>,
    ) -> rusqlite::Result<CachedMessage> {
        let at: i64 = row.get(0)?;
        let untimed: Option<i64> = row.get(4)?;
        let shape = self.shape(connection, row.get(2)?)?;
        let rest: Rest = match row.get_ref(7)?.as_str_or_null()? {
            Some(json) => from_json(json)?,
            None => Rest::default(),
        };
        let mut message = ChatMessage {
            time: if untimed.is_some() {
                None
            } else {
                read_moment(at, row.get(3)?)
            },
            time_raw: row.get(5)?,
            direction: shape.direction,
            sender: shape.sender.clone(),
            kind: shape.kind,
            type_raw: shape.type_raw.clone(),
            text: row.get(6)?,
            options: rest.options,
            media: rest.media,
            user_id: rest.user.unwrap_or_else(|| user.to_owned()),
            raw: Value::Null,
        };
        message.raw = raw_of(&message, shape.raw.as_deref(), rest.raw);
        let id = row.get(1)?;
        Ok(CachedMessage {
            key: MessageKey { at, id },
            message,
        })
    }

    fn shape(&self, connection: &Connection, id: i64) -> rusqlite::Result<Arc<Shape>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = held.get(&id) {
            return Ok(Arc::clone(shape));
        }
        let json: String = connection
            .prepare_cached("SELECT json FROM shapes WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let shape: Arc<Shape> = Arc::new(from_json(&json)?);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(id, Arc::clone(&shape));
        Ok(shape)
    }
}

fn raw_of(message: &ChatMessage, names: Option<&[(String, Source)]>, rest: Vec<Value>) -> Value {
    let mut rest = rest.into_iter();
    let Some(names) = names else {
        return rest.next().unwrap_or_default();
    };
    let mut object = Map::with_capacity(names.len());
    for (name, source) in names {
        let value = match source {
            Source::Null => Value::Null,
            Source::Sender => message.sender.clone().into(),
            Source::Type => message.type_raw.clone().into(),
            Source::Time => message.time_raw.clone().into(),
            Source::Text => message.text.clone().into(),
            Source::User => message.user_id.clone().into(),
            Source::Rest => rest.next().unwrap_or_default(),
        };
        object.insert(name.clone(), value);
    }
    Value::Object(object)
}

/// A moment as whole milliseconds and the nanoseconds beyond them, if there are any.
pub(super) fn moment(time: Timestamp) -> (i64, Option<i64>) {
    let nanos = time.as_nanosecond();
    let at = i64::try_from(nanos.div_euclid(1_000_000)).unwrap_or(0);
    let beyond = i64::try_from(nanos.rem_euclid(1_000_000)).unwrap_or(0);
    (at, (beyond != 0).then_some(beyond))
}

fn read_moment(at: i64, beyond: Option<i64>) -> Option<Timestamp> {
    match beyond {
        None => Timestamp::from_millisecond(at).ok(),
        Some(beyond) => {
            Timestamp::from_nanosecond(i128::from(at) * 1_000_000 + i128::from(beyond)).ok()
        }
    }
}

fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a str) -> rusqlite::Result<T> {
    serde_json::from_str(json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, Type::Text, Box::new(error)))
}
