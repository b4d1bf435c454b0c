//! What happened in the transaction that is being made, as the triggers told it. It must not ask
//! the database anything: it runs inside a statement.

use crate::domain::ItemState;
use rusqlite::Error;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;

/// People of a line by name, as long as they are few.
const NAMED: usize = 64;

/// A batch that changed its state, its reason or its rate.
#[derive(Debug)]
pub(super) struct BatchMoved {
    pub batch: i64,
    pub from: String,
    pub to: String,
    pub rule: Option<String>,
    pub reason: Option<String>,
    pub rate: Option<(u32, u32)>,
    /// A grace that ended before its time was ended by a person.
    pub early: bool,
}

/// An item that began or ended being sent.
#[derive(Debug)]
pub(super) struct ItemMoved {
    pub item: i64,
    pub batch: i64,
    pub from: ItemState,
    pub to: ItemState,
    pub rule: Option<String>,
    pub people: u64,
    pub recipient: Option<String>,
    /// An attempt says the same.
    pub told: bool,
}

/// Items of a batch that made the same step.
#[derive(Debug)]
pub(super) struct Group {
    pub batch: i64,
    pub from: ItemState,
    pub to: ItemState,
    pub rule: Option<String>,
    pub calls: u64,
    pub people: u64,
    /// First and last number of each run of items.
    pub runs: Vec<(i64, i64)>,
    /// The first few recipients.
    pub recipients: Vec<String>,
}

/// A mark.
#[derive(Debug)]
pub(super) struct Marked {
    pub attempt: i64,
    pub item: i64,
    pub number: u32,
    pub sha256: String,
}

/// A result.
#[derive(Debug)]
pub(super) struct Ended {
    pub attempt: i64,
    pub item: i64,
    pub number: u32,
    pub sha256: String,
    pub verdict: Option<String>,
    pub rule: Option<String>,
    pub http_status: Option<u16>,
    pub platform_code: Option<i64>,
    pub message_id: Option<String>,
    pub duration_us: Option<i64>,
    pub response: Option<String>,
}

/// What came to light after a result had been decided.
#[derive(Debug)]
pub(super) struct Late {
    pub attempt: i64,
    pub item: i64,
    pub evidence: String,
}

/// People who were put on the list of those who must not be written to, or taken off it, for the
/// same reason.
#[derive(Debug)]
pub(super) struct Suppressed {
    /// `suppressed` or `unsuppressed`.
    pub action: String,
    pub customer_id: String,
    pub source: String,
    pub reason: String,
    /// As many as one line names: nobody is put there without being named.
    pub people: Vec<String>,
}

/// A line in whole.
#[derive(Debug)]
pub(super) struct Note {
    pub action: String,
    pub batch: Option<i64>,
    pub detail: Option<String>,
    pub personal: Option<String>,
}

/// Everything that happened and has no line yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub confirmed: Vec<i64>,
    pub batches: Vec<BatchMoved>,
    pub marked: Vec<Marked>,
    pub ended: Vec<Ended>,
    pub sending: Vec<ItemMoved>,
    pub groups: Vec<Group>,
    pub late: Vec<Late>,
    pub suppressed: Vec<Suppressed>,
    pub notes: Vec<Note>,
}

impl Pending {
    /// Whether every change has its line.
    pub fn is_empty(&self) -> bool {
        self.confirmed.is_empty()
            && self.batches.is_empty()
            && self.marked.is_empty()
            && self.ended.is_empty()
            && self.sending.is_empty()
            && self.groups.is_empty()
            && self.late.is_empty()
            && self.suppressed.is_empty()
            && self.notes.is_empty()
    }

    /// Takes down one call of `audit_note`.
    pub fn take_down(&mut self, call: &Context<'_>) -> rusqlite::Result<()> {
        match word(call, 0) {
            "confirmed" => self.confirmed.push(call.get(1)?),
            "batch" => self.batches.push(batch(call)?),
            "item" => self.item(call)?,
            "attempt" => self.marked.push(Marked {
                attempt: call.get(1)?,
                item: call.get(2)?,
                number: call.get(3)?,
                sha256: text(call, 4)?,
            }),
            "result" => self.ended.push(ended(call)?),
            "late" => self.late.push(Late {
                attempt: call.get(1)?,
                item: call.get(2)?,
                evidence: text(call, 3)?,
            }),
            "suppressed" => self.suppressed(call)?,
            "note" => self.notes.push(Note {
                action: text(call, 1)?,
                batch: call.get(2)?,
                detail: call.get(3)?,
                personal: call.get(4)?,
            }),
            other => {
                let text = format!("`{other}` is nothing the audit writes down");
                return Err(Error::UserFunctionError(text.into()));
            }
        }
        Ok(())
    }

    fn item(&mut self, call: &Context<'_>) -> rusqlite::Result<()> {
        let moved = ItemMoved {
            item: call.get(1)?,
            batch: call.get(2)?,
            from: state(call, 3)?,
            to: state(call, 4)?,
            rule: call.get(5)?,
            people: u64::try_from(call.get::<i64>(6)?).unwrap_or(0),
            recipient: call.get(7)?,
            told: false,
        };
        if moved.from == ItemState::Sending || moved.to == ItemState::Sending {
            self.sending.push(moved);
        } else {
            self.group(moved);
        }
        Ok(())
    }

    fn suppressed(&mut self, call: &Context<'_>) -> rusqlite::Result<()> {
        let (action, customer_id) = (text(call, 1)?, text(call, 2)?);
        let (source, reason) = (text(call, 3)?, text(call, 4)?);
        let person = text(call, 5)?;
        let same = self.suppressed.last_mut().filter(|last| {
            last.people.len() < NAMED
                && (&last.action, &last.customer_id) == (&action, &customer_id)
                && (&last.source, &last.reason) == (&source, &reason)
        });
        match same {
            Some(group) => group.people.push(person),
            None => self.suppressed.push(Suppressed {
                action,
                customer_id,
                source,
                reason,
                people: vec![person],
            }),
        }
        Ok(())
    }

    /// Adds an item to those of its batch that made the same step: a list of a million that is
    /// cancelled is one line.
    pub fn group(&mut self, moved: ItemMoved) {
        let same = |group: &Group| {
            (group.batch, group.from, group.to) == (moved.batch, moved.from, moved.to)
                && group.rule == moved.rule
        };
        let at = self.groups.iter().rposition(same).unwrap_or_else(|| {
            self.groups.push(Group {
                batch: moved.batch,
                from: moved.from,
                to: moved.to,
                rule: moved.rule.clone(),
                calls: 0,
                people: 0,
                runs: Vec::new(),
                recipients: Vec::new(),
            });
            self.groups.len() - 1
        });
        let Some(group) = self.groups.get_mut(at) else {
            return;
        };
        group.calls += 1;
        group.people += moved.people;
        match group.runs.last_mut() {
            Some((_, last)) if *last + 1 == moved.item => *last = moved.item,
            Some(_) | None => group.runs.push((moved.item, moved.item)),
        }
        if group.recipients.len() < NAMED {
            group.recipients.extend(moved.recipient);
        }
    }
}

fn batch(call: &Context<'_>) -> rusqlite::Result<BatchMoved> {
    let (before, after): (u32, u32) = (call.get(6)?, call.get(7)?);
    let (start_at, confirmed): (Option<i64>, i64) = (call.get(8)?, call.get(9)?);
    Ok(BatchMoved {
        batch: call.get(1)?,
        from: text(call, 2)?,
        to: text(call, 3)?,
        rule: call.get(4)?,
        reason: call.get(5)?,
        rate: (before != after).then_some((before, after)),
        early: start_at.is_some_and(|start| confirmed < start),
    })
}

fn ended(call: &Context<'_>) -> rusqlite::Result<Ended> {
    Ok(Ended {
        attempt: call.get(1)?,
        item: call.get(2)?,
        number: call.get(3)?,
        sha256: text(call, 4)?,
        verdict: call.get(5)?,
        rule: call.get(6)?,
        http_status: call.get(7)?,
        platform_code: call.get(8)?,
        message_id: call.get(9)?,
        duration_us: call.get(10)?,
        response: call.get(11)?,
    })
}

fn text(call: &Context<'_>, index: usize) -> rusqlite::Result<String> {
    call.get(index)
}

fn word<'a>(call: &'a Context<'_>, index: usize) -> &'a str {
    match call.get_raw(index) {
        ValueRef::Text(word) => std::str::from_utf8(word).unwrap_or_default(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => "",
    }
}

fn state(call: &Context<'_>, index: usize) -> rusqlite::Result<ItemState> {
    let word = word(call, index);
    ItemState::from_word(word)
        .ok_or_else(|| Error::UserFunctionError(format!("`{word}` is no state").into()))
}
