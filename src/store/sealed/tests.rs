//! The encrypted file by itself: any reads and writes, keys, locks, and what lies on the disk.

use super::cipher::{Cipher, SECTOR};
use super::connect;
use super::sectors::Sectors;
use crate::store::StoreError;
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};
use rusqlite::Connection;
use secrecy::SecretString;
use std::fs;
use std::path::Path;

const PHRASE: &str = "the heron waits by the weir";

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn open(path: &Path) -> Connection {
    connect(path, &secret("a made-up secret of some length")).unwrap()
}

fn fill(connection: &Connection) {
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE a(x TEXT);
             CREATE VIRTUAL TABLE f USING fts5(x);
             BEGIN;",
        )
        .unwrap();
    for number in 0..300 {
        let text = format!("{PHRASE} {number}");
        connection
            .execute("INSERT INTO a VALUES (?1)", [&text])
            .unwrap();
        connection
            .execute("INSERT INTO f VALUES (?1)", [&text])
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// Every byte of every file in a folder.
fn on_disk(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).unwrap();
    files
        .flat_map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

fn assert_unreadable(bytes: &[u8]) {
    for word in ["heron", "weir", "CREATE", "SQLite"] {
        let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for needle in [word.as_bytes(), &wide] {
            let found = bytes.windows(needle.len()).any(|part| part == needle);
            assert!(!found, "`{word}` is on the disk");
        }
    }
}

#[test]
fn nothing_is_readable_in_the_file_or_its_journals() {
    for mode in ["WAL", "DELETE", "PERSIST", "TRUNCATE"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sealed");
        let connection = open(&path);
        fill(&connection);
        let said: String = connection
            .query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(said, mode.to_lowercase());
        connection
            .execute_batch("BEGIN; UPDATE a SET x = x || '!'; PRAGMA cache_spill = 1")
            .unwrap();
        assert_unreadable(&on_disk(folder.path()));
        connection.execute_batch("COMMIT").unwrap();
        assert_unreadable(&on_disk(folder.path()));
        let bytes = on_disk(folder.path());
        assert!(bytes.len() > 50_000, "{mode}: {} bytes", bytes.len());
        drop(connection);
        assert_unreadable(&on_disk(folder.path()));
        let count: i64 = open(&path)
            .query_row("SELECT count(*) FROM f WHERE f MATCH 'heron'", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(count, 300);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn temporary_files_have_no_name_and_no_readable_byte() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder.path().join("x.sealed"));
    fill(&connection);
    // More than fits into so small a cache goes to the disk.
    connection
        .execute_batch(
            "PRAGMA temp_store = FILE; PRAGMA cache_size = 10; PRAGMA temp.cache_size = 10;
             CREATE TEMP TABLE t AS SELECT b.x || c.x AS x FROM a AS b, a AS c LIMIT 5000;",
        )
        .unwrap();
    let names = fs::read_dir(folder.path()).unwrap();
    let names: Vec<String> = names
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().all(|name| !name.contains("temp")), "{names:?}");
    let open_files = fs::read_dir("/proc/self/fd").unwrap();
    let bytes: Vec<u8> = open_files
        .map(|file| file.unwrap().path())
        .filter(|file| {
            let target = fs::read_link(file).unwrap_or_default();
            let target = target.to_string_lossy();
            target.starts_with(&*folder.path().to_string_lossy()) && target.contains("-temp-")
        })
        .flat_map(|file| fs::read(file).unwrap())
        .collect();
    assert!(bytes.len() > 100_000, "{} bytes", bytes.len());
    assert_unreadable(&bytes);
    let count: i64 = connection
        .query_row("SELECT count(*) FROM t WHERE x LIKE '%heron%'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(count, 5000);
}

#[test]
fn another_key_is_refused_and_the_file_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sealed");
    fill(&open(&path));
    let before = fs::read(&path).unwrap();
    let error = connect(&path, &secret("another made-up secret")).unwrap_err();
    assert!(matches!(error, StoreError::WrongKey { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    open(&path);
}

#[test]
fn a_new_file_and_its_folder_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inner/x.sealed");
    let connection = open(&path);
    fill(&connection);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("sealed-wal")), 0o600);
}

#[test]
fn one_holds_it_and_the_next_may_when_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sealed");
    let first = open(&path);
    fill(&first);
    let key = secret("a made-up secret of some length");
    let error = connect(&path, &key).unwrap_err();
    assert!(matches!(error, StoreError::Held { .. }), "{error}");
    drop(first);
    connect(&path, &key).unwrap();
}

#[test]
fn another_file_is_no_sealed_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sealed");
    for text in ["short", &"long".repeat(5000)] {
        fs::write(&path, text).unwrap();
        let error = connect(&path, &secret("a made-up secret of some length")).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), *text);
    }
}

#[test]
fn the_same_text_under_the_same_secret_looks_different_in_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = |name: &str| {
        let path = folder.path().join(name);
        fill(&open(&path));
        fs::read(path).unwrap()
    };
    let (one, two) = (sealed("one"), sealed("two"));
    assert_eq!(one.len(), two.len());
    let same = one
        .chunks(16)
        .zip(two.chunks(16))
        .skip(256)
        .filter(|(a, b)| a == b);
    assert_eq!(same.count(), 0);
}

#[test]
fn half_a_write_damages_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sectors");
    let file = fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .unwrap();
    let mut sectors = Sectors::new(file, Cipher::throwaway().unwrap(), 0);
    sectors.write(&[1; 2 * SECTOR], 0).unwrap();
    let before = fs::read(&path).unwrap();
    // Neighbours of what is written are written again, as the same bytes.
    sectors.write(&[2; 32], 496).unwrap();
    let after = fs::read(&path).unwrap();
    let changed: Vec<usize> = (0..before.len())
        .filter(|at| before[*at] != after[*at])
        .collect();
    assert!(
        changed.iter().all(|at| (496..528).contains(at)),
        "{changed:?}"
    );
}

#[derive(Debug, Clone)]
enum Step {
    Write(u64, Vec<u8>),
    Read(u64, usize),
    Cut(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || 0_u64..3000;
    let step = proptest::prop_oneof![
        (place(), prop::collection::vec(any::<u8>(), 1..1800))
            .prop_map(|(at, data)| Step::Write(at, data)),
        (place(), 1_usize..1800).prop_map(|(at, length)| Step::Read(at, length)),
        place().prop_map(Step::Cut),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #[test]
    fn it_reads_like_a_plain_file(steps in steps()) {
        let mut sectors = Sectors::new(tempfile::tempfile().unwrap(), Cipher::throwaway().unwrap(), 4096);
        let mut plain: Vec<u8> = Vec::new();
        let whole = |length: usize| length.next_multiple_of(SECTOR);
        for step in steps {
            match step {
                Step::Write(at, data) => {
                    let at = usize::try_from(at).unwrap();
                    let end = whole(at + data.len()).max(plain.len());
                    plain.resize(end, 0);
                    plain[at..at + data.len()].copy_from_slice(&data);
                    sectors.write(&data, at as u64).unwrap();
                }
                Step::Read(at, length) => {
                    let at = usize::try_from(at).unwrap();
                    let mut out = vec![9; length];
                    let there = sectors.read(&mut out, at as u64).unwrap();
                    let mut expected = plain.get(at..).unwrap_or_default().to_vec();
                    expected.truncate(length);
                    prop_assert_eq!(there, expected.len());
                    expected.resize(length, 0);
                    prop_assert_eq!(out, expected);
                }
                Step::Cut(length) => {
                    sectors.set_len(length).unwrap();
                    let length = usize::try_from(length).unwrap();
                    plain.resize(length, 0);
                    plain.resize(whole(length), 0);
                }
            }
            prop_assert_eq!(sectors.len().unwrap(), plain.len() as u64);
        }
    }
}
