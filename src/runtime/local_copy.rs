//! The local copy of people and conversations: opened once, when it is first needed. Where an
//! encrypted one cannot be opened, a copy in memory takes its place, and that is said once.

use crate::contract::{ApiError, CacheNews};
use crate::store::{CacheNote, CacheStore, StoreError};
use secrecy::SecretString;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where the local copy is.
#[derive(Debug)]
pub enum CachePlace {
    /// In the data folder.
    File,
    /// In the data folder, encrypted.
    Sealed(CacheSecret),
    /// In memory: nothing read is written down, and all of it is gone at the end.
    Memory,
}

/// Fetches a secret. Blocks.
type Fetch = Box<dyn Fn() -> Result<SecretString, ApiError> + Send + Sync>;

/// Fetches the key of the encrypted copy when it is needed.
pub struct CacheSecret(Fetch);

impl CacheSecret {
    /// A key that this function fetches; it may block.
    pub fn new(fetch: impl Fn() -> Result<SecretString, ApiError> + Send + Sync + 'static) -> Self {
        Self(Box::new(fetch))
    }

    fn open(&self, data_dir: &Path) -> Result<(CacheStore, Option<CacheNote>), ApiError> {
        let Self(fetch) = self;
        CacheStore::open_sealed(data_dir, &fetch()?).map_err(ApiError::from)
    }
}

impl fmt::Debug for CacheSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheSecret")
    }
}

/// The local copy.
#[derive(Debug)]
pub struct LocalCopy {
    place: CachePlace,
    opened: OnceLock<CacheStore>,
    /// Whoever opens it must be alone: an encrypted file lets nobody in twice.
    turn: Mutex<()>,
    news: Mutex<Option<CacheNews>>,
}

impl LocalCopy {
    /// A copy in this place, not opened yet.
    pub fn new(place: CachePlace) -> Self {
        Self {
            place,
            opened: OnceLock::new(),
            turn: Mutex::new(()),
            news: Mutex::new(None),
        }
    }

    /// The copy. Blocks at the first call.
    ///
    /// # Errors
    /// When a readable file cannot be used, or there is no memory.
    pub fn get(&self, data_dir: &Path) -> Result<&CacheStore, ApiError> {
        if let Some(cache) = self.opened.get() {
            return Ok(cache);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cache) = self.opened.get() {
            return Ok(cache);
        }
        let opened = self.open(data_dir)?;
        Ok(self.opened.get_or_init(|| opened))
    }

    /// What its opening had to say, once.
    pub fn take_news(&self) -> Option<CacheNews> {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        news.take()
    }

    fn open(&self, data_dir: &Path) -> Result<CacheStore, ApiError> {
        match &self.place {
            CachePlace::Memory => CacheStore::in_memory().map_err(ApiError::from),
            CachePlace::File => match CacheStore::open(data_dir) {
                Err(error @ StoreError::NoKey { .. }) => self.in_memory(error.into()),
                opened => opened.map_err(ApiError::from),
            },
            CachePlace::Sealed(secret) => match secret.open(data_dir) {
                Ok((cache, note)) => {
                    if let Some(note) = note {
                        self.tell(CacheNews::Told(note.to_string()));
                    }
                    Ok(cache)
                }
                Err(error) => self.in_memory(error),
            },
        }
    }

    fn in_memory(&self, why: ApiError) -> Result<CacheStore, ApiError> {
        let cache = CacheStore::in_memory()?;
        self.tell(CacheNews::InMemory(why));
        Ok(cache)
    }

    fn tell(&self, what: CacheNews) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        *news = Some(what);
    }
}

#[cfg(test)]
mod tests {
    use super::{CachePlace, CacheSecret, LocalCopy};
    use crate::contract::{ApiError, CacheNews, ErrorKind};
    use crate::store::{CacheStore, sealed_cache_path};
    use jiff::Timestamp;
    use secrecy::SecretString;
    use std::path::Path;

    const KEY: &str = "a made-up key of some length";

    fn sealed(key: &'static str) -> LocalCopy {
        let fetch = move || Ok(SecretString::from(key));
        LocalCopy::new(CachePlace::Sealed(CacheSecret::new(fetch)))
    }

    /// Uses a copy that must be in memory, and gives the reason.
    fn why_in_memory(copy: &LocalCopy, folder: &Path) -> String {
        let cache = copy.get(folder).unwrap();
        cache
            .searched("city", "London", Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_eq!(cache.recent_searches(9).unwrap().len(), 1);
        let Some(CacheNews::InMemory(error)) = copy.take_news() else {
            panic!("nothing was said");
        };
        assert_eq!(copy.take_news(), None, "it is said once");
        format!("{} | {}", error.message, error.advice)
    }

    #[test]
    fn an_encrypted_copy_is_kept_and_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..2 {
            let copy = sealed(KEY);
            let cache = copy.get(folder.path()).unwrap();
            assert_eq!(cache.recent_searches(9).unwrap().len(), round);
            cache
                .searched("city", "London", Timestamp::UNIX_EPOCH)
                .unwrap();
            assert_eq!(copy.take_news(), None);
        }
        assert!(!format!("{:?}", sealed(KEY)).contains(KEY));
    }

    #[test]
    fn whatever_is_wrong_the_copy_is_in_memory_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = sealed_cache_path(folder.path());
        let holder = sealed(KEY);
        holder.get(folder.path()).unwrap();
        let held = why_in_memory(&sealed(KEY), folder.path());
        assert!(held.contains("in use by another process"), "{held}");
        drop(holder);
        let before = std::fs::read(&path).unwrap();
        let wrong = why_in_memory(&sealed("another key of some length"), folder.path());
        assert!(wrong.contains("another key"), "{wrong}");
        assert!(wrong.contains("Set `cache_key`"), "{wrong}");
        let none = why_in_memory(&LocalCopy::new(CachePlace::File), folder.path());
        assert!(none.contains("no `cache_key` is set"), "{none}");
        let refused = || {
            Err(ApiError::new(
                ErrorKind::Usage,
                "no made-up store",
                "Open it.",
            ))
        };
        let refused = LocalCopy::new(CachePlace::Sealed(CacheSecret::new(refused)));
        let said = why_in_memory(&refused, folder.path());
        assert_eq!(said, "no made-up store | Open it.");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn two_that_need_it_at_once_get_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let copy = sealed(KEY);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| copy.get(folder.path()).unwrap());
            }
        });
        assert_eq!(copy.take_news(), None);
    }

    #[test]
    fn a_readable_copy_is_moved_and_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let readable = CacheStore::open(folder.path()).unwrap();
        readable
            .searched("city", "Leeds", Timestamp::UNIX_EPOCH)
            .unwrap();
        drop(readable);
        let copy = sealed(KEY);
        let searches = copy.get(folder.path()).unwrap().recent_searches(9).unwrap();
        assert_eq!(searches, [("city".to_owned(), "Leeds".to_owned())]);
        let Some(CacheNews::Told(sentence)) = copy.take_news() else {
            panic!("nothing was said");
        };
        assert!(sentence.contains("encrypted from now on"), "{sentence}");
        let names = std::fs::read_dir(folder.path()).unwrap();
        for name in names {
            let name = name.unwrap().file_name().into_string().unwrap();
            assert!(name.starts_with("cache.sealed"), "{name}");
        }
    }
}
