//! Whatever is changed in the stored lines is found, and where.

use super::{lines, lived};
use crate::store::outbox::audit::read::check;
use rusqlite::Connection;

/// Runs a check on the record as this leaves it, whatever the triggers say; then all is as before.
fn checked_after(connection: &mut Connection, damage: &str) -> Option<(u64, String)> {
    let tx = connection.transaction().unwrap();
    tx.execute_batch(
        "DROP TRIGGER audit_never_edited; DROP TRIGGER audit_never_deleted;
         DROP TRIGGER audit_personal_never_edited; DROP TRIGGER audit_personal_purged;
         DROP TRIGGER audit_in_a_row;",
    )
    .unwrap();
    tx.execute_batch(damage).unwrap();
    check(&tx)
        .unwrap()
        .broken
        .map(|broken| (broken.seq, broken.what))
}

#[test]
fn whatever_is_changed_in_a_line_is_found() {
    let record = lived();
    let mut raw = Connection::open(crate::store::outbox_path(record.dir.path())).unwrap();
    assert_eq!(checked_after(&mut raw, ""), None);
    for line in lines(&record.store) {
        let seq = line.seq;
        // Every byte of the text and of the hash, another one in its place.
        for at in 0..line.proof.len() {
            let byte = line.proof.as_bytes()[at];
            let other = if byte == b'x' { 'y' } else { 'x' };
            let damage = format!(
                "UPDATE audit_lines SET line = substr(line, 1, {at}) || '{other}'
                    || substr(line, {at} + 2) WHERE seq = {seq}"
            );
            let found = checked_after(&mut raw, &damage);
            assert_eq!(
                found.map(|found| found.0),
                Some(seq),
                "byte {at} of line {seq}"
            );
        }
        for at in 0..64 {
            let mut hex = line.hash.clone();
            let digit = if &hex[at..=at] == "0" { "1" } else { "0" };
            hex.replace_range(at..=at, digit);
            let damage = format!("UPDATE audit_lines SET hash = x'{hex}' WHERE seq = {seq}");
            assert_eq!(
                checked_after(&mut raw, &damage).map(|found| found.0),
                Some(seq)
            );
        }
    }
}

#[test]
fn whatever_is_changed_beside_a_line_is_found() {
    let record = lived();
    let mut raw = Connection::open(crate::store::outbox_path(record.dir.path())).unwrap();
    let personal: Vec<u64> = lines(&record.store)
        .iter()
        .filter(|line| line.personal.is_some())
        .map(|line| line.seq)
        .collect();
    assert!(personal.len() >= 5, "{personal:?}");
    for seq in &personal {
        for damage in [
            "UPDATE audit_personal SET text = replace(text, '4', '5') || ' '",
            "UPDATE audit_personal SET salt = randomblob(16)",
            "DELETE FROM audit_personal",
        ] {
            let damage = format!("{damage} WHERE seq = {seq}");
            let found = checked_after(&mut raw, &damage);
            assert_eq!(found.map(|found| found.0), Some(*seq), "{damage}");
        }
    }
    for (damage, seq) in [
        ("UPDATE audit_lines SET at = at + 1 WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = 2 WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = NULL WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = 1 WHERE seq = 1", 1),
        ("UPDATE audit_lines SET line = x'ff' WHERE seq = 5", 5),
        ("DELETE FROM audit_lines WHERE seq = 5", 6),
        ("DELETE FROM audit_lines WHERE seq = 1", 2),
        ("DELETE FROM audit_lines WHERE seq = 11", 11),
        (
            "UPDATE audit_lines SET seq = 99 WHERE seq = 5; UPDATE audit_lines SET seq = 5
             WHERE seq = 6; UPDATE audit_lines SET seq = 6 WHERE seq = 99",
            5,
        ),
        (
            "INSERT INTO audit_personal VALUES (1, zeroblob(16), '{}')",
            1,
        ),
        (
            "INSERT INTO audit_personal VALUES (77, zeroblob(16), '{}')",
            77,
        ),
    ] {
        let found = checked_after(&mut raw, damage);
        assert_eq!(found.map(|found| found.0), Some(seq), "{damage}");
    }
}
