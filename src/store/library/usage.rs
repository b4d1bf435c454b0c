//! How often each template and flow was queued. The count itself is written where a batch is
//! inserted, in the same transaction; here it is only read.

use super::Library;
use crate::domain::{Usage, Used};
use crate::store::database::read_time;
use crate::store::error::StoreError;
use std::collections::BTreeMap;

impl Library {
    /// The use of everything that was ever queued, also of what is no longer in the library.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn usage(&self) -> Result<BTreeMap<Used, Usage>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT kind = 'flow', name, language, batches, recipients, last
                     FROM library_usage",
                )?
                .query_map([], |row| {
                    let name: String = row.get(1)?;
                    let used = if row.get(0)? {
                        Used::Flow(name)
                    } else {
                        let language = row.get(2)?;
                        Used::Template { name, language }
                    };
                    let usage = Usage {
                        batches: row.get::<_, i64>(3)?.unsigned_abs(),
                        recipients: row.get::<_, i64>(4)?.unsigned_abs(),
                        last: Some(read_time(row.get(5)?)),
                    };
                    Ok((used, usage))
                })?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Library;
    use crate::domain::Used;
    use crate::store::database::{Database, Schema};
    use crate::store::outbox::schema::SCHEMA;

    #[test]
    fn what_was_queued_before_the_count_is_counted_from_its_calls() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let older = Schema {
            migrations: &SCHEMA.migrations[..3],
            ..SCHEMA
        };
        let old = Database::open(&path, &older).unwrap();
        let calls = [
            (
                "template",
                r#"{"phoneNumber":"+447700900412","payload":{"name":"care","language":{"code":"en"}}}"#,
            ),
            (
                "template",
                r#"{"phoneNumber":"+447700900413","payload":{"name":"care","language":{"code":"de"}}}"#,
            ),
            (
                "broadcast",
                r#"{"payload":{"type":"whatsapp_template","content":[{"template":{"payload":{"name":"care","language":{"code":"en"}}}}]}}"#,
            ),
            (
                "broadcast",
                r#"{"payload":{"type":"direct","content":[{"type":"text"}]}}"#,
            ),
            ("template", "not JSON"),
            ("flow", r#"{"city":"London"}"#),
        ];
        old.change(|tx| {
            tx.execute("INSERT INTO heads (id, method, url, headers) VALUES (1, 'POST', '', '[]')", [])?;
            for (at, (kind, body)) in (1_i64..).zip(calls) {
                tx.execute(
                    "INSERT INTO batches (id, kind, title, profile, base_url, customer_id, bot_key,
                     state, created, confirmed, per_minute, concurrency, calls, owner, typed, notes,
                     plan_sha256, planned, skipped, queued)
                     VALUES (?1, ?2, 'title', '', '', '', '', 'ready', 0, ?1, 1, 1, 1, '', '', '[]',
                     ?3, 3, 1, 2)",
                    rusqlite::params![at, kind, "0".repeat(64)],
                )?;
                tx.execute(
                    "INSERT INTO items (id, batch, recipients, state, body_sha256) VALUES (?1, ?1, 2, 'queued', ?2)",
                    rusqlite::params![at, "0".repeat(64)],
                )?;
                tx.execute(
                    "INSERT INTO bodies (item, head, form, body) VALUES (?1, 1, 'json', ?2)",
                    rusqlite::params![at, body],
                )?;
            }
            Ok(())
        })
        .unwrap();
        drop(old);

        let usage = Library::open(dir.path()).unwrap().usage().unwrap();
        let counts: Vec<_> = usage
            .iter()
            .map(|(used, usage)| (used.clone(), usage.batches, usage.recipients))
            .collect();
        assert_eq!(
            counts,
            [
                (Used::template("care", "de"), 1, 2),
                (Used::template("care", "en"), 2, 4),
                (Used::Flow("title".to_owned()), 1, 2),
            ]
        );
    }
}
