//! The encrypted form of a database file: what SQLite writes to the disk goes through a virtual
//! file system that encrypts it, journals and temporary files included.
//!
//! The file begins with 4096 bytes in the clear (what it is, a random salt, a value that tells
//! whether a key is the right one), then follow encrypted sectors. One process at a time holds it.
//! It protects what a disk, a backup or a copy holds against being read; it does not notice
//! somebody who changes the file. It must not know what is stored.

mod cipher;
mod keys;
mod sectors;
mod vfs;

use super::database::prepare_folder;
use super::error::{StoreError, file_name};
use keys::Keys;
use ring::rand::{SecureRandom, SystemRandom};
use rusqlite::{Connection, OpenFlags};
use secrecy::SecretString;
use sectors::Sectors;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use vfs::SealedFiles;

/// Bytes before the first sector; a whole page, so that pages lie as the disk likes them.
const HEADER: u16 = 4096;
/// How a sealed file of this form begins.
const MAGIC: &[u8; 24] = b"alertdesk sealed file 1\n";
/// Bytes of the salt.
const SALT: usize = 32;
/// Bytes of the value that tells whether a key is the right one.
const PROOF: usize = 32;

/// Opens a sealed database, or makes it. Nobody else can open it while the connection lives.
///
/// # Errors
/// [`StoreError::Held`] while another process has it, [`StoreError::WrongKey`], and
/// [`StoreError::Damaged`] for something else than a sealed file. The file is then unchanged.
pub fn connect(path: &Path, secret: &SecretString) -> Result<Connection, StoreError> {
    let (file, keys) = open_file(path, secret)?;
    let main = Sectors::new(file, keys.main(), u64::from(HEADER));
    let name = SealedFiles::new(path, main, Arc::new(keys))
        .register()
        .map_err(|error| StoreError::from_io(path, &error))?;
    let connection = Connection::open_with_flags_and_vfs(
        vfs::MAIN,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        name.as_str(),
    );
    let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
    let connection = connection.map_err(fail)?;
    // Alone with the file, SQLite keeps the index of its journal in memory and asks the file
    // system for no shared memory, which could not be encrypted. Nothing may be read before.
    connection
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY;")
        .map_err(fail)?;
    Ok(connection)
}

fn open_file(path: &Path, secret: &SecretString) -> Result<(File, Keys), StoreError> {
    let fail = |error: io::Error| StoreError::from_io(path, &error);
    prepare_folder(path).map_err(fail)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).open(path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let file = file_name(path);
            return Err(StoreError::Held { file });
        }
        Err(TryLockError::Error(error)) => return Err(fail(error)),
    }
    let keys = if file.metadata().map_err(fail)?.len() == 0 {
        begin(&file, secret).map_err(fail)?
    } else {
        let salt = read_header(&file).map_err(fail)?;
        let Some((salt, proof)) = salt else {
            let file = file_name(path);
            return Err(StoreError::Damaged { file });
        };
        let keys = Keys::derive(secret, &salt).map_err(fail)?;
        if keys.proof() != &proof {
            let file = file_name(path);
            return Err(StoreError::WrongKey { file });
        }
        keys
    };
    Ok((file, keys))
}

/// Writes the header of a new file; nothing else is written before it is on the disk.
fn begin(file: &File, secret: &SecretString) -> io::Result<Keys> {
    let mut salt = [0; SALT];
    random(&mut salt)?;
    let keys = Keys::derive(secret, &salt)?;
    let mut header = [&MAGIC[..], &salt, keys.proof()].concat();
    header.resize(usize::from(HEADER), 0);
    file.write_all_at(&header, 0)?;
    file.sync_all()?;
    Ok(keys)
}

/// Salt and proof of the header; nothing if it is another file.
fn read_header(file: &File) -> io::Result<Option<([u8; SALT], [u8; PROOF])>> {
    let mut header = vec![0; usize::from(HEADER)];
    if let Err(error) = file.read_exact_at(&mut header, 0) {
        let short = error.kind() == io::ErrorKind::UnexpectedEof;
        return if short { Ok(None) } else { Err(error) };
    }
    let Some(rest) = header.strip_prefix(MAGIC) else {
        return Ok(None);
    };
    let parts = rest.split_first_chunk().and_then(|(salt, rest)| {
        let proof = rest.first_chunk()?;
        Some((*salt, *proof))
    });
    Ok(parts)
}

/// Fills bytes with chance.
fn random(bytes: &mut [u8]) -> io::Result<()> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| io::Error::other("the system gives no random bytes"))
}

#[cfg(test)]
mod tests;
