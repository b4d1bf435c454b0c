//! The key of this data folder and the keys whose packs are taken. The own key never leaves the
//! database file; it signs packs and nothing else.

use super::Library;
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use secrecy::{ExposeSecret, SecretString};

/// Name of the setting that holds the own key.
const OWN_KEY: &str = "pack_key";

impl Library {
    /// The own signing key as hex. The first call keeps `made`; later ones, also of other
    /// processes, get what was kept.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn own_key(&self, made: &SecretString) -> Result<SecretString, StoreError> {
        self.db.change(|tx| {
            tx.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
                params![OWN_KEY, made.expose_secret()],
            )?;
            let kept = "SELECT value FROM settings WHERE name = ?1";
            tx.query_row(kept, [OWN_KEY], |row| row.get::<_, String>(0))
                .map(SecretString::from)
        })
    }

    /// The own signing key, if one was made.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn kept_key(&self) -> Result<Option<SecretString>, StoreError> {
        Ok(self.setting(OWN_KEY)?.map(SecretString::from))
    }

    /// Whether packs of this public key (64 hex digits) were taken before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn trusts(&self, key: &str) -> Result<bool, StoreError> {
        self.db.read(|connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM trusted_keys WHERE key = ?1)",
                [key],
                |row| row.get(0),
            )
        })
    }

    /// Takes packs of this public key (64 hex digits) from now on.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn trust(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.db.change(|tx| trust_key(tx, key, now))
    }
}

pub(super) fn trust_key(tx: &Transaction<'_>, key: &str, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO trusted_keys (key, since) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
        params![key, stored_time(now)],
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::Library;
    use jiff::Timestamp;
    use secrecy::{ExposeSecret, SecretString};

    #[test]
    fn the_first_key_that_was_made_stays() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        assert!(library.kept_key().unwrap().is_none());
        let made = |text: &str| library.own_key(&SecretString::from(text)).unwrap();
        assert_eq!(made("first").expose_secret(), "first");
        assert_eq!(made("second").expose_secret(), "first");
        let again = Library::open(dir.path()).unwrap().kept_key().unwrap();
        assert_eq!(again.unwrap().expose_secret(), "first");
    }

    #[test]
    fn a_key_is_trusted_once_it_was_taken_and_only_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        let key = "0f".repeat(32);
        assert!(!library.trusts(&key).unwrap());
        library.trust(&key, Timestamp::UNIX_EPOCH).unwrap();
        library.trust(&key, Timestamp::UNIX_EPOCH).unwrap();
        assert!(library.trusts(&key).unwrap());
        assert!(!library.trusts(&key.replace("0f", "0e")).unwrap());
        library.trust("short", Timestamp::UNIX_EPOCH).unwrap_err();
    }
}
