//! Opening a database file: folder and file modes, journal, versioned migrations, refusal of
//! newer and damaged files. It never overwrites a file it cannot read.

use super::error::StoreError;
use super::scribe::Scribe;
use jiff::Timestamp;
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a statement waits for another process before it gives up.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a new file's journal is asked for before others who open it get the blame.
const WAL_TRIES: usize = 50;

/// How much a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it returns.
    Full,
    /// The last commits may be lost with the power, never the file.
    Normal,
}

/// What a file is and how it grows.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Written into the file, so that the two kinds are never mixed up.
    pub application_id: i32,
    /// One script per version, in order; a shipped script never changes.
    pub migrations: &'static [&'static str],
    /// What a commit must survive.
    pub durability: Durability,
}

/// A connection shared between blocking threads, and one more for reads where that was asked for.
/// Cloning shares them.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Arc<Mutex<Connection>>,
    reader: Option<Arc<Mutex<Connection>>>,
    scribe: Option<Arc<dyn Scribe>>,
    path: PathBuf,
}

impl Database {
    /// Opens or creates the file and brings it to the newest version.
    ///
    /// # Errors
    /// [`StoreError`] if the folder or file cannot be made or read, is damaged, belongs to
    /// something else, or was written by a newer version. The file is then unchanged.
    pub fn open(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        Self::adopt(connect(path)?, path, schema)
    }

    /// As [`Database::open`], with somebody who writes along in every transaction.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_with_scribe(
        path: &Path,
        schema: &Schema,
        scribe: Arc<dyn Scribe>,
    ) -> Result<Self, StoreError> {
        let mut connection = connect(path)?;
        let attached = scribe.attach(&mut connection);
        attached.map_err(|error| StoreError::from_sqlite(path, &error))?;
        let mut database = Self::adopt(connection, path, schema)?;
        database.scribe = Some(scribe);
        Ok(database)
    }

    /// As [`Database::open`], for a connection that was made already.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn adopt(
        mut connection: Connection,
        path: &Path,
        schema: &Schema,
    ) -> Result<Self, StoreError> {
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
        connection.set_prepared_statement_cache_capacity(64);
        check_identity(&connection, path, schema)?;
        configure(&connection, schema).map_err(fail)?;
        migrate(&mut connection, schema).map_err(fail)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            reader: None,
            scribe: None,
            path: path.to_owned(),
        })
    }

    /// As [`Database::open`], with a second connection for reads, so that what is shown never
    /// waits for what is being stored.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_with_reader(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        let mut database = Self::open(path, schema)?;
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
        let reader = Connection::open(path).map_err(fail)?;
        reader.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
        reader.set_prepared_statement_cache_capacity(64);
        reader
            .pragma_update(None, "query_only", true)
            .map_err(fail)?;
        database.reader = Some(Arc::new(Mutex::new(reader)));
        Ok(database)
    }

    /// A database in memory at the newest version. It has no file, and is gone with its last clone.
    ///
    /// # Errors
    /// [`StoreError`] if the memory cannot be had.
    pub fn in_memory(schema: &Schema) -> Result<Self, StoreError> {
        let path = PathBuf::from("the database in memory");
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&path, &error);
        let mut connection = Connection::open_in_memory().map_err(fail)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection
            .pragma_update(None, "foreign_keys", true)
            .map_err(fail)?;
        migrate(&mut connection, schema).map_err(fail)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            reader: None,
            scribe: None,
            path,
        })
    }

    /// Copies everything into an empty database, all of it or nothing.
    ///
    /// # Errors
    /// Whatever either database says.
    pub fn copy_into(&self, to: &mut Connection) -> Result<(), StoreError> {
        self.read(|connection| Backup::new(connection, to)?.step(-1).map(drop))
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs reads.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let connection = self
            .reader
            .as_ref()
            .unwrap_or(&self.connection)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|error| StoreError::from_sqlite(&self.path, &error))
    }

    /// Runs one transaction that takes the write lock at its start; an error undoes all of it.
    ///
    /// # Errors
    /// Whatever the work or the commit says.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(&self.path, &error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        if let Some(scribe) = &self.scribe {
            scribe.begin();
        }
        let value = work(&transaction)?;
        if let Some(scribe) = &self.scribe {
            scribe.seal(&transaction).map_err(fail)?;
        }
        transaction.commit().map_err(fail)?;
        if let Some(scribe) = &self.scribe {
            scribe.committed();
        }
        Ok(value)
    }

    /// As [`Database::write`], for work that only meets the database's own errors.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn change<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.write(|transaction| {
            work(transaction).map_err(|error| StoreError::from_sqlite(&self.path, &error))
        })
    }

    /// Rewrites the file without the room that deleted rows left, and empties its journal.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn compact(&self) -> Result<(), StoreError> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        connection
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
            .map_err(|error| StoreError::from_sqlite(&self.path, &error))
    }

    /// A number that differs once another connection has committed something.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("PRAGMA data_version")?
                .query_row([], |row| row.get(0))
        })
    }

    /// Reads the whole file and checks it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if something is wrong with it.
    pub fn check(&self) -> Result<(), StoreError> {
        let answer: String = self
            .read(|connection| connection.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)))?;
        if answer == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged {
            file: self
                .path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
        })
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    prepare_file(path).map_err(|error| StoreError::from_io(path, &error))?;
    let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
    let connection = Connection::open(path).map_err(fail)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    Ok(connection)
}

/// Makes the folder of a file (0700) if it is not there.
pub(super) fn prepare_folder(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    Ok(())
}

/// Makes the folder and the file (0600); SQLite gives its side files the same mode.
fn prepare_file(path: &Path) -> std::io::Result<()> {
    prepare_folder(path)?;
    if path.exists() {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

fn check_identity(connection: &Connection, path: &Path, schema: &Schema) -> Result<(), StoreError> {
    let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
    // One snapshot: a file that somebody else is just making must not look like a foreign one.
    let connection = connection.unchecked_transaction().map_err(fail)?;
    let pragma = |name: &str| -> Result<i64, StoreError> {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            .map_err(fail)
    };
    let found = pragma("user_version")?;
    let application = pragma("application_id")?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    let file = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let known = i64::try_from(schema.migrations.len()).unwrap_or(i64::MAX);
    if tables > 0 && application != i64::from(schema.application_id) {
        return Err(StoreError::Damaged { file });
    }
    if found > known {
        return Err(StoreError::Newer { file, found, known });
    }
    Ok(())
}

fn configure(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    switch_to_wal(connection)?;
    // One plan per statement: otherwise SQLite plans anew for every value that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let synchronous = match schema.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// The switch itself never waits for others who open the same new file; taking the write lock
/// does, so that is how its turn is waited for.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..WAL_TRIES {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                let immediate = TransactionBehavior::Immediate;
                drop(Transaction::new_unchecked(connection, immediate)?);
            }
            ended => return ended,
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")
}

fn migrate(connection: &mut Connection, schema: &Schema) -> rusqlite::Result<()> {
    let version = |connection: &Connection| -> rusqlite::Result<usize> {
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok(usize::try_from(found).unwrap_or(0))
    };
    if version(connection)? >= schema.migrations.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again: another process may have migrated while this one waited for the lock.
    let from = version(&transaction)?;
    if from >= schema.migrations.len() {
        return Ok(());
    }
    for script in schema.migrations.iter().skip(from) {
        transaction.execute_batch(script)?;
    }
    transaction.pragma_update(None, "application_id", schema.application_id)?;
    let newest = i64::try_from(schema.migrations.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", newest)?;
    transaction.commit()
}

/// A time as stored: microseconds since 1970, UTC.
pub fn stored_time(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A stored time.
pub fn read_time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::{Database, Durability, Schema};
    use crate::store::StoreError;
    use std::fs;

    const SCHEMA: Schema = Schema {
        application_id: 77,
        migrations: &["CREATE TABLE a(x)", "CREATE TABLE b(x)"],
        durability: Durability::Full,
    };

    #[test]
    fn a_new_file_is_private_and_has_every_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("inner/one.db");
        let db = Database::open(&path, &SCHEMA).unwrap();
        db.change(|tx| tx.execute("INSERT INTO b VALUES (1)", []))
            .unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |p: &std::path::Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
            assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
        }
        drop(db);
        Database::open(&path, &SCHEMA).unwrap().check().unwrap();
    }

    #[test]
    fn a_new_file_may_be_opened_by_several_at_once() {
        for _ in 0..60 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("one.db");
            let start = std::sync::Barrier::new(4);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        start.wait();
                        Database::open(&path, &SCHEMA).unwrap();
                    });
                }
            });
        }
    }

    #[test]
    fn an_older_file_gets_only_what_it_lacks() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one.db");
        let old = Schema {
            migrations: &["CREATE TABLE a(x)"],
            ..SCHEMA
        };
        Database::open(&path, &old)
            .unwrap()
            .change(|tx| tx.execute("INSERT INTO a VALUES (5)", []))
            .unwrap();
        let db = Database::open(&path, &SCHEMA).unwrap();
        let kept: i64 = db
            .read(|c| c.query_row("SELECT x FROM a LEFT JOIN b USING (x)", [], |r| r.get(0)))
            .unwrap();
        assert_eq!(kept, 5);
    }

    #[test]
    fn a_newer_or_damaged_or_foreign_file_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let newer = dir.path().join("newer.db");
        let third = Schema {
            migrations: &[
                "CREATE TABLE a(x)",
                "CREATE TABLE b(x)",
                "CREATE TABLE c(x)",
            ],
            ..SCHEMA
        };
        drop(Database::open(&newer, &third).unwrap());
        let error = Database::open(&newer, &SCHEMA).unwrap_err();
        assert!(matches!(
            error,
            StoreError::Newer {
                found: 3,
                known: 2,
                ..
            }
        ));
        assert!(error.to_string().contains("update alertdesk"));

        let damaged = dir.path().join("damaged.db");
        fs::write(&damaged, b"this was never a database, only some text").unwrap();
        let error = Database::open(&damaged, &SCHEMA).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }));
        assert!(fs::read(&damaged).unwrap().starts_with(b"this was never"));

        let foreign = Schema {
            application_id: 78,
            ..SCHEMA
        };
        let other = dir.path().join("other.db");
        drop(Database::open(&other, &foreign).unwrap());
        assert!(matches!(
            Database::open(&other, &SCHEMA).unwrap_err(),
            StoreError::Damaged { .. }
        ));
    }
}
