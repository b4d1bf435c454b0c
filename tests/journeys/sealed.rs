//! Reading with an encrypted local copy, and without one because it cannot be opened.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::{ApiError, ErrorKind};
use alertdesk::runtime::local_copy::{CachePlace, CacheSecret};
use alertdesk::store::{CacheStore, cache_path, sealed_cache_path};
use jiff::Timestamp;
use rstest::rstest;
use secrecy::SecretString;
use std::path::Path;

const KEY: &str = "a made-up key of some length";

fn place(key: &'static str) -> CachePlace {
    CachePlace::Sealed(CacheSecret::new(move || Ok(SecretString::from(key))))
}

fn filled(folder: &Path, key: &str) {
    let secret = SecretString::from(key);
    let (cache, _) = CacheStore::open_sealed(folder, &secret).unwrap();
    cache
        .searched("city", "Leeds", Timestamp::UNIX_EPOCH)
        .unwrap();
}

async fn start(cache: fn(&Path) -> CachePlace) -> Harness {
    Harness::start(Options {
        cache,
        ..Options::default()
    })
    .await
}

async fn open_somebody(desk: &mut Harness) {
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Is that possible?");
}

fn on_disk(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .flat_map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[tokio::test]
async fn what_is_read_is_kept_and_found_and_cannot_be_read_on_the_disk() {
    let mut desk = start(|_| place(KEY)).await;
    open_somebody(&mut desk).await;
    assert_eq!(desk.toasts(), [""; 0], "there is nothing to say");
    desk.keys(":");
    desk.text("search that possible");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Is that possible?");
    assert!(sealed_cache_path(desk.data()).exists());
    assert!(!cache_path(desk.data()).exists());
    let bytes = on_disk(desk.data());
    assert!(bytes.len() > 50_000);
    for part in ["Is that possible?", "is that possible?", "possible?"] {
        let there = bytes
            .windows(part.len())
            .any(|found| found == part.as_bytes());
        assert!(!there, "`{part}` is on the disk");
    }
}

fn another_key(folder: &Path) -> CachePlace {
    filled(folder, KEY);
    place("another key of some length")
}

fn no_key(folder: &Path) -> CachePlace {
    filled(folder, KEY);
    CachePlace::File
}

fn no_secret(folder: &Path) -> CachePlace {
    filled(folder, KEY);
    CachePlace::Sealed(CacheSecret::new(|| {
        let text = "the command for the key of the local cache ended with status 1";
        Err(ApiError::new(ErrorKind::Usage, text, "Run it by hand."))
    }))
}

#[rstest]
#[case(
    another_key,
    "encrypted with another key",
    "Set `cache_key` to the key"
)]
#[case(no_key, "no `cache_key` is set", "Set it again, or delete the file")]
#[case(no_secret, "ended with status 1", "Run it by hand.")]
#[tokio::test]
async fn a_copy_that_cannot_be_opened_stops_nobody(
    #[case] cache: fn(&Path) -> CachePlace,
    #[case] sentence: &str,
    #[case] advice: &str,
) {
    let mut desk = start(cache).await;
    let before = std::fs::read(sealed_cache_path(desk.data())).unwrap();
    let toasts = desk.toasts();
    assert_eq!(toasts.len(), 1, "{toasts:?}");
    assert!(toasts[0].contains(sentence), "{toasts:?}");
    assert!(
        toasts[0].starts_with("✗ Cache in memory only: "),
        "{toasts:?}"
    );
    open_somebody(&mut desk).await;
    desk.keys(":");
    desk.text("search that possible");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Is that possible?");
    desk.keys("Esc Esc @ G Enter");
    desk.assert_shows("open the local cache");
    desk.assert_shows("What is read is gone at the end.");
    desk.assert_shows(advice);
    let after = std::fs::read(sealed_cache_path(desk.data())).unwrap();
    assert!(before == after, "the file is left alone");
    assert!(!cache_path(desk.data()).exists());
}

#[tokio::test]
async fn a_readable_copy_moves_over_and_its_searches_are_there() {
    let mut desk = start(|folder| {
        let cache = CacheStore::open(folder).unwrap();
        cache
            .searched("city", "Leeds", Timestamp::UNIX_EPOCH)
            .unwrap();
        place(KEY)
    })
    .await;
    desk.assert_shows("The cache is encrypted from now on; cache.db moved over and is gone.");
    desk.keys("/ Up");
    assert_eq!(desk.state.users.search.text(), "city=Leeds");
    assert!(!cache_path(desk.data()).exists());
}
