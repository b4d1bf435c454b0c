//! A plan beside the newest earlier batch of the same thing. It only looks.

use super::OutboxStore;
use crate::domain::plan_facts::{Compared, recipients};
use crate::domain::{BatchId, Plan};
use crate::store::database::read_time;
use crate::store::error::StoreError;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;

/// The title of a broadcast without the mark after its last `~`, and the same as a pattern.
pub(super) fn stem(title: &str) -> (&str, String) {
    let stem = title.rsplit_once('~').map_or(title, |(stem, _)| stem);
    let escaped = stem
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    (stem, escaped)
}

impl OutboxStore {
    /// The plan's people beside those of the newest batch of the same kind and title for the same
    /// bot of which anything left or still may. `None` without one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn compare(&self, plan: &Plan) -> Result<Option<Compared>, StoreError> {
        self.db.read(|connection| {
            let (stem, escaped) = stem(&plan.title);
            let found: Option<(i64, i64)> = connection
                .prepare_cached(
                    "SELECT id, confirmed FROM batches WHERE kind = ?1 AND customer_id = ?4
                     AND bot_key = ?5 AND base_url = ?6 AND purged IS NULL
                     AND (title = ?2 OR title LIKE ?3 || '~%' ESCAPE '\\')
                     AND planned > skipped + cancelled ORDER BY id DESC LIMIT 1",
                )?
                .query_row(
                    params![
                        plan.kind.word(),
                        stem,
                        escaped,
                        plan.target.customer_id,
                        plan.target.bot_key,
                        plan.target.base_url,
                    ],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let Some((batch, confirmed)) = found else {
                return Ok(None);
            };
            let (same, gone) = beside(connection, plan, batch)?;
            Ok(Some(Compared {
                batch: BatchId(batch),
                confirmed: read_time(confirmed),
                new: plan.recipients().saturating_sub(same),
                gone,
                same,
            }))
        })
    }
}

/// How many people of a batch are in the plan, and how many are not.
fn beside(connection: &Connection, plan: &Plan, batch: i64) -> rusqlite::Result<(u64, u64)> {
    let people: HashSet<&str> = recipients(plan)
        .map(crate::domain::Recipient::text)
        .collect();
    let mut statement = connection.prepare_cached(
        "SELECT items.recipient, CASE WHEN items.recipient IS NULL THEN bodies.recipients END
         FROM items LEFT JOIN bodies ON bodies.item = items.id AND items.recipient IS NULL
         WHERE items.batch = ?1 AND items.state <> 'skipped'",
    )?;
    let mut rows = statement.query([batch])?;
    let (mut same, mut gone) = (0, 0);
    let mut count = |person: &str| {
        if people.contains(person) {
            same += 1;
        } else {
            gone += 1;
        }
    };
    while let Some(row) = rows.next()? {
        if let Some(one) = row.get_ref(0)?.as_str_or_null()? {
            count(one);
        } else {
            let all = row.get_ref(1)?.as_str_or_null()?.unwrap_or_default();
            all.lines().for_each(&mut count);
        }
    }
    Ok((same, gone))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{plan, record_with, time};
    use crate::domain::plan_facts::Compared;

    #[test]
    fn a_list_is_compared_with_the_newest_one_of_its_name() {
        let record = record_with(5, None);
        let mut next = plan(8);
        next.calls.drain(..2);
        let expected = Compared {
            batch: record.batch,
            confirmed: time(0),
            new: 3,
            gone: 2,
            same: 3,
        };
        let compare = |plan: &crate::domain::Plan| record.store.compare(plan).unwrap();
        assert_eq!(compare(&next), Some(expected));
        next.title = "another".to_owned();
        assert_eq!(compare(&next), None);
        next.title = "care_reminder".to_owned();
        next.target.bot_key = "ffffffffffffffff".to_owned();
        assert_eq!(compare(&next), None);
    }

    #[test]
    fn what_was_taken_back_as_a_whole_is_nothing_to_compare_with() {
        let record = record_with(5, None);
        record.store.cancel(record.batch).unwrap();
        assert_eq!(record.store.compare(&plan(5)).unwrap(), None);
    }
}
