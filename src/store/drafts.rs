//! Drafts that two windows may have open: whoever writes says what stood there when it last
//! looked, and text of another window is never overwritten.

use super::database::stored_time;
use super::error::StoreError;
use super::library::{DraftRow, Library};
use rusqlite::{OptionalExtension, Transaction, params};

impl Library {
    /// Keeps a draft if its row still holds what the caller last saw, or is not there. Says whether
    /// it was kept; `false` means that somebody else changed it meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn keep_draft(&self, draft: &DraftRow, seen: Option<&str>) -> Result<bool, StoreError> {
        self.db.change(|tx| {
            if !is_ours(tx, &draft.id, seen)? {
                return Ok(false);
            }
            tx.prepare_cached(
                "INSERT INTO drafts (id, json, updated) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET json = excluded.json, updated = excluded.updated",
            )?
            .execute(params![draft.id, draft.json, stored_time(draft.updated)])?;
            Ok(true)
        })
    }

    /// Forgets a draft if its row still holds what the caller last saw.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn forget_draft(&self, id: &str, seen: Option<&str>) -> Result<(), StoreError> {
        self.db.change(|tx| {
            if is_ours(tx, id, seen)? {
                tx.execute("DELETE FROM drafts WHERE id = ?1", [id])?;
            }
            Ok(())
        })
    }
}

fn is_ours(tx: &Transaction<'_>, id: &str, seen: Option<&str>) -> rusqlite::Result<bool> {
    let stored: Option<String> = tx
        .prepare_cached("SELECT json FROM drafts WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(stored.is_none_or(|stored| seen == Some(stored.as_str())))
}

#[cfg(test)]
mod tests {
    use super::{DraftRow, Library};
    use jiff::Timestamp;

    fn row(json: &str) -> DraftRow {
        DraftRow {
            id: "a".to_owned(),
            json: json.to_owned(),
            updated: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_another_window_wrote_is_neither_overwritten_nor_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        assert!(library.keep_draft(&row("one"), None).unwrap());
        assert!(library.keep_draft(&row("two"), Some("one")).unwrap());
        assert!(!library.keep_draft(&row("other"), Some("one")).unwrap());
        assert!(!library.keep_draft(&row("other"), None).unwrap());
        library.forget_draft("a", Some("one")).unwrap();
        assert_eq!(library.drafts().unwrap()[0].json, "two");
        library.forget_draft("a", Some("two")).unwrap();
        assert!(library.drafts().unwrap().is_empty());
    }
}
