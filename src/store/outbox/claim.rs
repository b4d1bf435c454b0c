//! The last look before a mark, in its transaction: whoever got the same message since the plan was
//! queued, or has opted out, is not sent to. It marks nothing itself.

use super::candidates::Candidate;
use super::change::{hold_batch, stop_batch};
use super::intents;
use super::rows::StopKind;
use super::send::MarkTime;
use super::suppressed;
use crate::domain::intent::DUPLICATE;
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::{BatchId, BotTarget, ItemId, ItemState, Reason};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How many further calls are looked through once a twin was found.
const SWEEP: i64 = 10_000;

/// The time to mark by: the highest ever seen, so that a clock that was set back makes nothing look
/// older than it is.
pub(super) fn seen(tx: &Transaction<'_>, now: MarkTime) -> rusqlite::Result<i64> {
    intents::see(tx, now.wall)
}

/// Takes back the candidates that became twins, and stops the batch where one call reaches several
/// and some of them did. Gives the items that must not be marked. What only waits in another batch
/// is no reason: the schema lets nothing wait twice unless a person wanted it.
pub(super) fn take_back_twins(
    tx: &Transaction<'_>,
    batch: BatchId,
    candidates: &[Candidate],
    now: MarkTime,
) -> rusqlite::Result<BTreeSet<ItemId>> {
    let Some(since) = window_start(tx, batch, now)? else {
        return Ok(BTreeSet::new());
    };
    let items: Vec<ItemId> = candidates.iter().map(|one| one.item).collect();
    let twins = twins_of(tx, &items, since)?;
    let to_several = candidates
        .iter()
        .filter(|one| one.recipients > 1)
        .find_map(|one| twins.get(&one.item));
    if let Some(found) = to_several {
        stop(tx, batch, found)?;
        return Ok(items.into_iter().collect());
    }
    for (item, found) in &twins {
        take_back_twin(tx, *item, found.newest)?;
    }
    if !twins.is_empty() {
        // Mostly others of the list are in the same place, and each turn costs a sync.
        let next = next_to_one(tx, batch)?;
        for (item, found) in twins_of(tx, &next, since)? {
            take_back_twin(tx, item, found.newest)?;
        }
    }
    Ok(twins.into_keys().collect())
}

/// Takes back the candidates whose only person opted out, and stops the batch where one call
/// reaches several and somebody did, because a frozen body cannot be cut. Gives the items that must
/// not be marked. No reason overrides it, and neither does a repeat.
pub(super) fn take_back_opted_out(
    tx: &Transaction<'_>,
    batch: BatchId,
    candidates: &[Candidate],
) -> rusqlite::Result<BTreeSet<ItemId>> {
    let all: Vec<(usize, Cow<'_, str>)> = people_of(tx, candidates)?;
    let people: Vec<&str> = all.iter().map(|(_, person)| person.as_ref()).collect();
    let found = suppressed::among(tx, &target(tx, batch)?, &people)?;
    let mut gone = BTreeMap::new();
    for (at, opt_out) in found {
        let owner = all.get(at).and_then(|(owner, _)| candidates.get(*owner));
        if let Some(candidate) = owner {
            let entry = gone
                .entry(candidate.item)
                .or_insert((candidate, 0, opt_out));
            entry.1 += 1;
        }
    }
    let to_several = gone.values().find(|(one, _, _)| one.recipients > 1);
    if let Some((_, people, _)) = to_several {
        stop_for(tx, batch, &opted_out_since(*people))?;
        return Ok(candidates.iter().map(|one| one.item).collect());
    }
    for (item, (_, _, opt_out)) in &gone {
        let note = format!("opted out on {}", opt_out.since.strftime("%-d %b %Y"));
        take_back(tx, *item, OPTED_OUT, &note)?;
    }
    Ok(gone.into_keys().collect())
}

/// Everybody whom the candidates reach, each with the position of the candidate.
fn people_of<'a>(
    tx: &Transaction<'_>,
    candidates: &'a [Candidate],
) -> rusqlite::Result<Vec<(usize, Cow<'a, str>)>> {
    let mut people = Vec::with_capacity(candidates.len());
    for (at, candidate) in candidates.iter().enumerate() {
        if let Some(one) = &candidate.recipient {
            people.push((at, Cow::Borrowed(one.as_str())));
        } else {
            let all = recipients(tx, candidate.item)?;
            people.extend(all.lines().map(|one| (at, Cow::Owned(one.to_owned()))));
        }
    }
    Ok(people)
}

fn opted_out_since(people: usize) -> Reason {
    let who = if people == 1 {
        "1 person".to_owned()
    } else {
        format!("{people} people")
    };
    Reason {
        rule: OPTED_OUT.to_owned(),
        text: format!(
            "{who} opted out since it was confirmed, and a call cannot be cut. Cancel it and plan \
             it again: the new plan leaves them out."
        ),
    }
}

fn target(tx: &Transaction<'_>, batch: BatchId) -> rusqlite::Result<BotTarget> {
    tx.prepare_cached("SELECT base_url, customer_id, bot_key FROM batches WHERE id = ?1")?
        .query_row([batch.0], |row| {
            Ok(BotTarget {
                base_url: row.get(0)?,
                customer_id: row.get(1)?,
                bot_key: row.get(2)?,
            })
        })
}

/// Everybody of a call to several, a line each.
fn recipients(tx: &Transaction<'_>, item: ItemId) -> rusqlite::Result<String> {
    let sql = "SELECT recipients FROM bodies WHERE item = ?1";
    let all: Option<String> = tx
        .prepare_cached(sql)?
        .query_row([item.0], |row| row.get(0))?;
    Ok(all.unwrap_or_default())
}

/// What a call's people have elsewhere.
struct Found {
    /// Positions of the people among all that were asked about.
    people: BTreeSet<usize>,
    /// The newest batch that has it.
    newest: BatchId,
}

/// Which of these items reach somebody who got the same elsewhere, or may have.
fn twins_of(
    tx: &Transaction<'_>,
    items: &[ItemId],
    since: Timestamp,
) -> rusqlite::Result<BTreeMap<ItemId, Found>> {
    let (mut keys, mut owners) = (Vec::new(), Vec::new());
    for item in items {
        let own = intents::kept(tx, &[*item])?.intents;
        owners.extend(own.iter().map(|_| *item));
        keys.extend(own);
    }
    let mut found: BTreeMap<ItemId, Found> = BTreeMap::new();
    for twin in intents::find(tx, &keys, since)? {
        let owner = owners.get(twin.at).filter(|owner| **owner != twin.item);
        let Some(owner) = owner.filter(|_| twin.state != ItemState::Queued) else {
            continue;
        };
        let entry = found.entry(*owner).or_insert(Found {
            people: BTreeSet::new(),
            newest: twin.batch,
        });
        entry.people.insert(twin.at);
        entry.newest = entry.newest.max(twin.batch);
    }
    Ok(found)
}

/// The next calls of a batch that reach one person each.
fn next_to_one(tx: &Transaction<'_>, batch: BatchId) -> rusqlite::Result<Vec<ItemId>> {
    tx.prepare_cached(
        "SELECT id FROM items WHERE batch = ?1 AND state = 'queued' AND recipients = 1
         ORDER BY id LIMIT ?2",
    )?
    .query_map(params![batch.0, SWEEP], |row| Ok(ItemId(row.get(0)?)))?
    .collect()
}

/// Since when what was accepted is a twin; `None` where a person overrode all of it.
fn window_start(
    tx: &Transaction<'_>,
    batch: BatchId,
    now: MarkTime,
) -> rusqlite::Result<Option<Timestamp>> {
    let (window, overridden): (i64, bool) = tx
        .prepare_cached(
            "SELECT twin_window, override_reason IS NOT NULL FROM batches WHERE id = ?1",
        )?
        .query_row([batch.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let since = now
        .twins
        .saturating_sub(SignedDuration::from_micros(window))
        .unwrap_or(Timestamp::MIN);
    Ok((!overridden).then_some(since))
}

fn take_back_twin(tx: &Transaction<'_>, item: ItemId, twin: BatchId) -> rusqlite::Result<()> {
    let note = format!(
        "the same message reached or may have reached this person in batch {}",
        twin.0
    );
    take_back(tx, item, DUPLICATE, &note)
}

fn take_back(tx: &Transaction<'_>, item: ItemId, rule: &str, note: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE items SET state = 'cancelled', rule = ?2, note = ?3, retry_at = NULL
         WHERE id = ?1 AND state = 'queued'",
    )?
    .execute(params![item.0, rule, note])?;
    Ok(())
}

fn stop(tx: &Transaction<'_>, batch: BatchId, found: &Found) -> rusqlite::Result<()> {
    let who = match found.people.len() {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let reason = Reason {
        rule: DUPLICATE.to_owned(),
        text: format!(
            "{who} of its next call got the same in batch {} since it was planned, and a call \
             cannot be cut. \
             Cancel it and plan the rest again: the new plan leaves them out.",
            found.newest.0
        ),
    };
    stop_for(tx, batch, &reason)
}

/// Held; while other calls of it are on the way, paused as soon as they have ended.
fn stop_for(tx: &Transaction<'_>, batch: BatchId, reason: &Reason) -> rusqlite::Result<()> {
    if hold_batch(tx, batch, reason)? == 0 {
        stop_batch(tx, batch, StopKind::Other, reason)?;
    }
    Ok(())
}
