//! The file system that SQLite sees: a file, its journals and nameless temporary files, all of
//! them encrypted. It is made for one connection, which therefore is alone with it.

use super::cipher::Cipher;
use super::keys::Keys;
use super::random;
use super::sectors::Sectors;
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenKind, Vfs, WalDisabled};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// What SQLite calls the file; the real name stays here, whatever it is made of.
pub(super) const MAIN: &str = "sealed";
/// What SQLite is told of files without a name.
const NAMELESS: &str = "nameless";

static REGISTERED: AtomicU64 = AtomicU64::new(0);

/// A sealed file and what belongs to it.
#[derive(Debug)]
pub(super) struct SealedFiles {
    path: PathBuf,
    /// Open and locked already; SQLite takes it once.
    main: Mutex<Option<Handle>>,
    /// The keys go with the connection, although SQLite never forgets a file system.
    keys: Weak<Keys>,
}

impl SealedFiles {
    /// The file system of this open file.
    pub fn new(path: &Path, main: Sectors, keys: Arc<Keys>) -> Self {
        let weak = Arc::downgrade(&keys);
        Self {
            path: path.to_owned(),
            main: Mutex::new(Some(Handle {
                sectors: main,
                lock: LockKind::None,
                _keys: Some(keys),
            })),
            keys: weak,
        }
    }

    /// Makes it known to SQLite and gives the name by which a connection asks for it.
    pub fn register(self) -> io::Result<String> {
        let number = REGISTERED.fetch_add(1, Ordering::Relaxed);
        let name = format!("alertdesk-sealed-{number}");
        sqlite_vfs::register(&name, self, false).map_err(|error| {
            io::Error::other(format!("the encrypted file cannot be set up: {error}"))
        })?;
        Ok(name)
    }

    /// The real place of a file of this name.
    fn place(&self, name: &str) -> io::Result<PathBuf> {
        let ending = name.strip_prefix(MAIN).ok_or(io::ErrorKind::NotFound)?;
        let mut path = self.path.as_os_str().to_owned();
        path.push(ending);
        Ok(PathBuf::from(path))
    }

    /// A journal beside the file.
    fn journal(&self, name: &str, access: OpenAccess, cipher: Arc<Cipher>) -> io::Result<Handle> {
        let mut options = OpenOptions::new();
        options.read(true).mode(0o600);
        match access {
            OpenAccess::Read => {}
            OpenAccess::Write => {
                options.write(true);
            }
            OpenAccess::Create => {
                options.write(true).create(true);
            }
            OpenAccess::CreateNew => {
                options.write(true).create_new(true);
            }
        }
        let file = options.open(self.place(name)?)?;
        Ok(Handle::new(Sectors::new(file, cipher, 0)))
    }

    /// A file that is in no folder any more once it is open, with a key that is nowhere else.
    fn nameless(&self) -> io::Result<Handle> {
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let number = u64::from_le_bytes(bytes);
        let path = self.place(&format!("{MAIN}-temp-{number:016x}"))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Handle::new(Sectors::new(file, Cipher::throwaway()?, 0)))
    }

    fn keys(&self) -> io::Result<Arc<Keys>> {
        let keys = self.keys.upgrade();
        keys.ok_or_else(|| io::Error::other("the encrypted file is closed"))
    }
}

impl Vfs for SealedFiles {
    type Handle = Handle;

    fn open(&self, name: &str, options: sqlite_vfs::OpenOptions) -> io::Result<Handle> {
        match options.kind {
            OpenKind::MainDb => {
                let mut slot = self.main.lock().unwrap_or_else(PoisonError::into_inner);
                // Nothing else can be attached, and nobody opens it a second time.
                let handle = slot.take().filter(|_| name == MAIN);
                handle.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            OpenKind::Wal => self.journal(name, options.access, self.keys()?.log()),
            OpenKind::MainJournal => self.journal(name, options.access, self.keys()?.journal()),
            OpenKind::TempDb
            | OpenKind::TempJournal
            | OpenKind::TransientDb
            | OpenKind::SubJournal => self.nameless(),
            OpenKind::SuperJournal => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn delete(&self, name: &str) -> io::Result<()> {
        if name == NAMELESS {
            return Ok(());
        }
        std::fs::remove_file(self.place(name)?)
    }

    fn exists(&self, name: &str) -> io::Result<bool> {
        self.place(name)?.try_exists()
    }

    fn temporary_name(&self) -> String {
        NAMELESS.to_owned()
    }

    fn random(&self, buffer: &mut [i8]) {
        let mut bytes = vec![0; buffer.len()];
        if let Err(error) = random(&mut bytes) {
            tracing::warn!(%error, "SQLite gets no random bytes");
        }
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = from.cast_signed();
        }
    }

    /// Nobody else has the file, so nobody is waited for.
    fn sleep(&self, duration: Duration) -> Duration {
        duration
    }
}

/// An open file of a sealed file system.
#[derive(Debug)]
pub(super) struct Handle {
    sectors: Sectors,
    lock: LockKind,
    /// Held by the file itself for those that are opened after it.
    _keys: Option<Arc<Keys>>,
}

impl Handle {
    fn new(sectors: Sectors) -> Self {
        Self {
            sectors,
            lock: LockKind::None,
            _keys: None,
        }
    }
}

/// SQLite knows a full disk by this kind only.
fn told(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::StorageFull {
        return io::ErrorKind::WriteZero.into();
    }
    error
}

impl DatabaseHandle for Handle {
    type WalIndex = WalDisabled;

    fn size(&self) -> io::Result<u64> {
        self.sectors.len()
    }

    fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let there = self.sectors.read(buffer, offset)?;
        if there < buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    fn write_all_at(&mut self, buffer: &[u8], offset: u64) -> io::Result<()> {
        self.sectors.write(buffer, offset).map_err(told)
    }

    fn sync(&mut self, data_only: bool) -> io::Result<()> {
        self.sectors.sync(data_only)
    }

    fn set_len(&mut self, size: u64) -> io::Result<()> {
        self.sectors.set_len(size).map_err(told)
    }

    /// The file was locked for this process when it was opened; this only keeps the count.
    fn lock(&mut self, lock: LockKind) -> io::Result<bool> {
        self.lock = lock;
        Ok(true)
    }

    fn reserved(&mut self) -> io::Result<bool> {
        Ok(self.lock > LockKind::Shared)
    }

    fn current_lock(&self) -> io::Result<LockKind> {
        Ok(self.lock)
    }

    fn wal_index(&self, _readonly: bool) -> io::Result<WalDisabled> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
