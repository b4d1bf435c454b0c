//! The cache as an encrypted file: what is on the disk, moving over, files that are damaged.

use super::{found, key, message, query, store, texts, time, whole};
use crate::domain::ChatMessage;
use crate::store::cache::{CacheNote, CacheStore};
use crate::store::{StoreError, cache_path, sealed_cache_path};
use secrecy::SecretString;
use std::fs;
use std::path::{Path, PathBuf};

const PHRASE: &str = "Heron WEIR quicksilver Çelebi";

fn secret() -> SecretString {
    SecretString::from("a made-up secret of some length")
}

fn sealed(folder: &Path) -> (CacheStore, Option<CacheNote>) {
    CacheStore::open_sealed(folder, &secret()).unwrap()
}

fn pages() -> Vec<ChatMessage> {
    let text = |n: i64| format!("{PHRASE} number {n}");
    (0..600).map(|n| message(Some(n), &text(n))).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let name = |file: std::io::Result<fs::DirEntry>| file.unwrap().file_name();
    let mut names: Vec<String> = files
        .map(|file| name(file).into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Fails if a file of the folder has any part of the phrase or of what else is in the cache.
fn assert_unreadable(folder: &Path) {
    let words = [
        "Heron",
        "heron",
        "WEIR",
        "weir",
        "ksilv",
        "Çelebi",
        "çelebi",
        "celebi",
        "447700900412",
        "timestamp",
        "fern-and-oak",
        "99001",
        "CREATE TABLE",
        "SQLite",
    ];
    for name in names(folder) {
        let bytes = fs::read(folder.join(&name)).unwrap();
        for word in words {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let swapped: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for needle in [word.as_bytes(), &wide, &swapped] {
                let there = bytes.windows(needle.len()).any(|part| part == needle);
                assert!(!there, "{name} has `{word}`");
            }
        }
    }
}

#[test]
fn nothing_of_a_message_is_readable_while_it_is_open_or_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, note) = sealed(folder.path());
    assert_eq!(note, None);
    for page in pages().chunks(100) {
        store(&cache, page);
    }
    assert_eq!(names(folder.path()), ["cache.sealed", "cache.sealed-wal"]);
    assert_unreadable(folder.path());
    let wal = fs::metadata(folder.path().join("cache.sealed-wal")).unwrap();
    assert!(wal.len() > 100_000, "the log holds the pages");
    assert_eq!(found(&cache, &query("quicksilver")).len(), 50);
    drop(cache);
    assert_eq!(names(folder.path()), ["cache.sealed"]);
    assert_unreadable(folder.path());
    let (cache, _) = sealed(folder.path());
    assert_eq!(whole(&cache).messages.len(), 600);
    assert_eq!(found(&cache, &query("çelebi number 599")).len(), 1);
    cache.forget_everything().unwrap();
    assert_eq!(whole(&cache).messages.len(), 0);
    assert_unreadable(folder.path());
}

#[test]
fn a_readable_cache_is_moved_whole_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let readable = CacheStore::open(folder.path()).unwrap();
    store(&readable, &pages());
    drop(readable);
    let damaged = folder.path().join("cache.db.damaged");
    fs::write(damaged, PHRASE).unwrap();
    let (cache, note) = sealed(folder.path());
    assert_eq!(note, Some(CacheNote::Moved));
    assert_eq!(whole(&cache).messages.len(), 600);
    assert_eq!(found(&cache, &query("number 77")).len(), 1);
    store(&cache, &[message(Some(700), "later")]);
    drop(cache);
    assert_eq!(names(folder.path()), ["cache.sealed"]);
    assert_unreadable(folder.path());
    assert_eq!(sealed(folder.path()).1, None, "it is said once");
}

#[test]
fn what_another_process_still_has_open_is_moved_too() {
    let folder = tempfile::tempdir().unwrap();
    let readable = CacheStore::open(folder.path()).unwrap();
    store(&readable, &[message(Some(1), "still in the log")]);
    let (cache, note) = sealed(folder.path());
    assert_eq!(note, Some(CacheNote::Moved));
    assert_eq!(texts(&whole(&cache)), ["still in the log"]);
    drop(readable);
    assert!(
        names(folder.path())
            .iter()
            .all(|name| name.starts_with("cache.sealed"))
    );
}

#[test]
fn a_move_that_was_cut_short_begins_again_and_a_leftover_goes() {
    let folder = tempfile::tempdir().unwrap();
    // The header stands, and nothing was moved yet.
    drop(crate::store::sealed::connect(&sealed_cache_path(folder.path()), &secret()).unwrap());
    let readable = cache_path(folder.path());
    fs::write(&readable, "damaged").unwrap();
    let (cache, note) = sealed(folder.path());
    assert_eq!(note, Some(CacheNote::Removed), "nothing worth moving");
    store(&cache, &[message(Some(1), "kept")]);
    drop(cache);
    fs::write(&readable, "left over").unwrap();
    let (cache, note) = sealed(folder.path());
    assert_eq!(note, Some(CacheNote::Removed));
    assert_eq!(texts(&whole(&cache)), ["kept"]);
    assert!(!readable.exists());
}

#[test]
fn without_the_key_nothing_readable_is_begun_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(sealed(folder.path()));
    let error = CacheStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::NoKey { .. }), "{error}");
    assert_eq!(names(folder.path()), ["cache.sealed"]);
}

#[test]
fn a_damaged_file_is_set_aside_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = sealed_cache_path(folder.path());
    let (cache, _) = sealed(folder.path());
    store(&cache, &pages());
    drop(cache);
    // The first page, then the header.
    for damage in [4096 + 20, 3] {
        let mut bytes = fs::read(&path).unwrap();
        bytes[damage] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let (cache, note) = sealed(folder.path());
        assert_eq!(note, Some(CacheNote::Renewed));
        assert_eq!(whole(&cache).messages.len(), 0);
        store(&cache, &pages());
        drop(cache);
        assert_eq!(
            fs::read(folder.path().join("cache.sealed.damaged")).unwrap(),
            bytes
        );
    }
}

/// A copy of a folder as it is while the cache is open: what a process leaves that is killed.
fn killed(from: &Path) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for name in names(from) {
        fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    let log = folder.path().join("cache.sealed-wal");
    (folder, log)
}

#[test]
fn a_log_that_ends_anywhere_gives_the_state_before() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, _) = sealed(folder.path());
    for page in pages().chunks(20) {
        cache.store_messages(&key(), page, time(0)).unwrap();
    }
    let length = fs::metadata(folder.path().join("cache.sealed-wal"))
        .unwrap()
        .len();
    let mut before = 0;
    for part in 0..=10 {
        let (folder, log) = killed(folder.path());
        let end = length * part / 10 + part % 3;
        fs::File::options()
            .write(true)
            .open(&log)
            .unwrap()
            .set_len(end)
            .unwrap();
        let (cache, _) = sealed(folder.path());
        let there = whole(&cache).messages.len();
        assert!(
            there >= before && there.is_multiple_of(20),
            "{there} messages"
        );
        assert_eq!(
            cache.count_matches(&key(), "quicksilver").unwrap(),
            there as u64
        );
        before = there;
    }
    assert_eq!(before, 600);
}
