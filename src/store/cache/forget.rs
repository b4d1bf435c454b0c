//! Taking things out of the cache again, so that nothing of them stays in the file.

use super::CacheStore;
use super::conversations::find_conversation;
use super::model::ConversationKey;
use crate::store::StoreError;

impl CacheStore {
    /// Takes a conversation out: its messages, its ranges, its state. Notes and labels about the
    /// person stay.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn forget_conversation(&self, key: &ConversationKey) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let Some(id) = find_conversation(tx, key)? else {
                return Ok(());
            };
            for sql in [
                "DELETE FROM grams WHERE rowid IN (SELECT id FROM blocks WHERE conversation = ?1)",
                "DELETE FROM block_texts
                 WHERE block IN (SELECT id FROM blocks WHERE conversation = ?1)",
                "DELETE FROM block_signatures
                 WHERE block IN (SELECT id FROM blocks WHERE conversation = ?1)",
                "DELETE FROM blocks WHERE conversation = ?1",
                "DELETE FROM messages WHERE conversation = ?1",
                "DELETE FROM hours WHERE conversation = ?1",
                "DELETE FROM known WHERE conversation = ?1",
                "DELETE FROM conversations WHERE id = ?1",
            ] {
                tx.execute(sql, [id])?;
            }
            Ok(())
        })
    }

    /// Empties the cache: everything in it. The file shrinks, and nothing of what was deleted stays
    /// in it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn forget_everything(&self) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.execute_batch(
                "INSERT INTO grams (grams) VALUES ('delete-all');
                 DELETE FROM block_texts;
                 DELETE FROM block_signatures;
                 DELETE FROM blocks;
                 DELETE FROM messages;
                 DELETE FROM shapes;
                 DELETE FROM hours;
                 DELETE FROM known;
                 DELETE FROM conversations;
                 DELETE FROM opened;
                 DELETE FROM searches;
                 DELETE FROM attribute_names;
                 DELETE FROM users;",
            )
        })?;
        self.db.compact()
    }
}
