//! The tables of the outbox record. A shipped script never changes; a new one is appended.
//!
//! Four rules are written into the schema, where no code can forget them: only legal changes of
//! state happen, the counters of a batch always add up, a finished attempt stays as it is, and no
//! state changes without a line of the audit.

mod approval;
mod approval_again;
mod audit;
mod counting;
mod home;
mod intents;
mod lean;
mod origin;
mod pace;
mod settled;
mod suppressed;
mod times;
mod triage;
mod windows;

use crate::store::database::{Durability, Schema};

/// The record's schema. `FULL`, because a mark must be on the disk before a byte leaves.
pub const SCHEMA: Schema = Schema {
    application_id: 0x616c_6f62,
    migrations: &[
        VERSION_1,
        VERSION_2,
        VERSION_3,
        VERSION_4,
        VERSION_5,
        counting::COUNTED_ONCE,
        home::HOME,
        pace::PACE,
        audit::AUDIT,
        intents::INTENTS,
        triage::TRIAGE,
        windows::WINDOWS,
        settled::SETTLED,
        origin::ORIGIN,
        times::TIMES,
        suppressed::SUPPRESSED,
        lean::LEAN,
        approval::APPROVAL,
        approval_again::APPROVAL_AGAIN,
    ],
    durability: Durability::Full,
};

const VERSION_1: &str = "
CREATE TABLE batches (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL CHECK (kind IN ('template','broadcast','csv_broadcast','flow')),
    title         TEXT NOT NULL,
    profile       TEXT NOT NULL,
    base_url      TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    bot_key       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('held','ready','armed','scheduled','running',
                  'paused','draining','done','done_with_problems','cancelled')),
    reason_rule   TEXT,
    reason_text   TEXT,
    stop_kind     TEXT CHECK (stop_kind IN ('person','key','network','other')),
    created       INTEGER NOT NULL,
    confirmed     INTEGER NOT NULL,
    start_at      INTEGER,
    publish_at    INTEGER,
    per_minute    INTEGER NOT NULL CHECK (per_minute >= 1),
    concurrency   INTEGER NOT NULL CHECK (concurrency BETWEEN 1 AND 64),
    calls         INTEGER NOT NULL CHECK (calls >= 1),
    runs          INTEGER NOT NULL DEFAULT 0,
    owner         TEXT NOT NULL,
    typed         TEXT NOT NULL,
    notes         TEXT NOT NULL,
    parent        INTEGER REFERENCES batches(id),
    plan_sha256   TEXT NOT NULL CHECK (length(plan_sha256) = 64),
    planned       INTEGER NOT NULL,
    skipped       INTEGER NOT NULL CHECK (skipped >= 0),
    queued        INTEGER NOT NULL CHECK (queued >= 0),
    sending       INTEGER NOT NULL DEFAULT 0 CHECK (sending >= 0),
    accepted      INTEGER NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    rejected      INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    unknown       INTEGER NOT NULL DEFAULT 0 CHECK (unknown >= 0),
    cancelled     INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    not_accepted  INTEGER NOT NULL DEFAULT 0 CHECK (not_accepted >= 0),
    abandoned     INTEGER NOT NULL DEFAULT 0 CHECK (abandoned >= 0),
    CHECK (planned = skipped + queued + sending + accepted + rejected + unknown
                     + cancelled + not_accepted + abandoned)
);
CREATE INDEX batches_unfinished ON batches(id)
    WHERE state IN ('ready','armed','scheduled','running','draining');

CREATE TABLE items (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    batch         INTEGER NOT NULL REFERENCES batches(id),
    recipient     TEXT,
    recipients    INTEGER NOT NULL CHECK (recipients >= 1),
    state         TEXT NOT NULL CHECK (state IN ('skipped','queued','sending','accepted',
                  'rejected','unknown','cancelled','not_accepted','abandoned')),
    rule          TEXT,
    note          TEXT,
    source_row    INTEGER,
    body_sha256   TEXT CHECK (length(body_sha256) = 64),
    message_id    TEXT,
    http_status   INTEGER,
    platform_code INTEGER,
    errors        TEXT,
    attempts      INTEGER NOT NULL DEFAULT 0,
    waits         INTEGER NOT NULL DEFAULT 0,
    waiting_since INTEGER,
    retry_at      INTEGER,
    CHECK (state = 'skipped' OR body_sha256 IS NOT NULL)
);
CREATE INDEX items_of_batch ON items(batch);
CREATE INDEX items_queued ON items(batch) WHERE state = 'queued';
CREATE INDEX items_sending ON items(batch) WHERE state = 'sending';
CREATE INDEX items_unknown ON items(batch) WHERE state = 'unknown';

CREATE TABLE heads (
    id      INTEGER PRIMARY KEY,
    method  TEXT NOT NULL,
    url     TEXT NOT NULL,
    headers TEXT NOT NULL
);
CREATE TABLE bodies (
    item       INTEGER PRIMARY KEY REFERENCES items(id),
    head       INTEGER NOT NULL REFERENCES heads(id),
    form       TEXT NOT NULL CHECK (form IN ('empty','json','multipart')),
    body       TEXT NOT NULL,
    recipients TEXT
);

CREATE TABLE attempts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    item          INTEGER NOT NULL REFERENCES items(id),
    number        INTEGER NOT NULL,
    started       INTEGER NOT NULL,
    body_sha256   TEXT NOT NULL,
    pid           INTEGER NOT NULL,
    finished      INTEGER,
    duration_us   INTEGER,
    verdict       TEXT CHECK (verdict IN ('accepted','rejected','retry','unknown')),
    rule          TEXT,
    http_status   INTEGER,
    platform_code INTEGER,
    message_id    TEXT,
    errors        TEXT,
    transient     INTEGER,
    sentence      TEXT,
    response      TEXT,
    late_evidence TEXT,
    UNIQUE (item, number)
);

CREATE TRIGGER items_legal BEFORE UPDATE OF state ON items
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
    'queued>sending', 'queued>cancelled',
    'sending>accepted', 'sending>rejected', 'sending>unknown', 'sending>queued',
    'unknown>accepted', 'unknown>not_accepted', 'unknown>abandoned')
BEGIN SELECT RAISE(ABORT, 'an item cannot change that way'); END;

CREATE TRIGGER items_frozen BEFORE UPDATE OF batch, recipient, recipients, body_sha256 ON items
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;

CREATE TRIGGER items_counted AFTER UPDATE OF state ON items WHEN OLD.state <> NEW.state
BEGIN
    UPDATE batches SET
        queued       = queued       + OLD.recipients * ((NEW.state = 'queued')       - (OLD.state = 'queued')),
        sending      = sending      + OLD.recipients * ((NEW.state = 'sending')      - (OLD.state = 'sending')),
        accepted     = accepted     + OLD.recipients * ((NEW.state = 'accepted')     - (OLD.state = 'accepted')),
        rejected     = rejected     + OLD.recipients * ((NEW.state = 'rejected')     - (OLD.state = 'rejected')),
        unknown      = unknown      + OLD.recipients * ((NEW.state = 'unknown')      - (OLD.state = 'unknown')),
        cancelled    = cancelled    + OLD.recipients * ((NEW.state = 'cancelled')    - (OLD.state = 'cancelled')),
        not_accepted = not_accepted + OLD.recipients * ((NEW.state = 'not_accepted') - (OLD.state = 'not_accepted')),
        abandoned    = abandoned    + OLD.recipients * ((NEW.state = 'abandoned')    - (OLD.state = 'abandoned'))
    WHERE id = NEW.batch;
END;

CREATE TRIGGER batches_legal BEFORE UPDATE OF state ON batches
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
    'held>ready', 'held>armed', 'held>cancelled',
    'ready>running', 'ready>held', 'ready>paused', 'ready>cancelled',
    'armed>ready', 'armed>held', 'armed>paused', 'armed>cancelled',
    'scheduled>armed', 'scheduled>ready', 'scheduled>held', 'scheduled>paused',
    'scheduled>cancelled',
    'running>paused', 'running>draining', 'running>held', 'running>done',
    'running>done_with_problems', 'running>cancelled',
    'draining>paused', 'draining>done', 'draining>done_with_problems', 'draining>cancelled',
    'paused>ready', 'paused>cancelled')
BEGIN SELECT RAISE(ABORT, 'a batch cannot change that way'); END;

CREATE TRIGGER batches_frozen BEFORE UPDATE OF kind, base_url, customer_id, bot_key, publish_at,
    plan_sha256, planned, skipped ON batches
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;

CREATE TRIGGER attempts_final BEFORE UPDATE OF item, number, started, body_sha256, finished,
    verdict, rule, http_status, platform_code, message_id ON attempts
WHEN OLD.finished IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished attempt is never edited'); END;

CREATE TABLE templates (
    name     TEXT NOT NULL,
    language TEXT NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 1),
    json     TEXT NOT NULL,
    added    INTEGER NOT NULL,
    removed  INTEGER,
    PRIMARY KEY (name, language, version)
);
CREATE TABLE flows (
    name     TEXT PRIMARY KEY,
    key      TEXT NOT NULL,
    required TEXT NOT NULL,
    added    INTEGER NOT NULL
);
CREATE TABLE drafts (
    id      TEXT PRIMARY KEY,
    json    TEXT NOT NULL,
    updated INTEGER NOT NULL
);
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
";

/// What staff note for each other.
const VERSION_2: &str = "
CREATE TABLE notes (
    account TEXT NOT NULL,
    user    TEXT NOT NULL,
    text    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, user)
) WITHOUT ROWID;
CREATE TABLE labels (
    account TEXT NOT NULL,
    user    TEXT NOT NULL,
    label   TEXT NOT NULL,
    PRIMARY KEY (account, user, label)
) WITHOUT ROWID;
CREATE INDEX labels_by_label ON labels (account, label, user);
CREATE TABLE saved_searches (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;
";

/// A template's known body became one part of its wording.
const VERSION_3: &str = "
UPDATE templates SET json = json_remove(
    json_set(json, '$.wording', json_object('body', json_extract(json, '$.body_text'))),
    '$.body_text')
WHERE json_extract(json, '$.body_text') IS NOT NULL;
";

/// The library counts what is queued with it (what was queued before is counted from the frozen
/// calls, as far as these name a template), never changes a payload in place, and knows whose
/// packs it takes.
const VERSION_4: &str = "
CREATE TABLE library_usage (
    kind       TEXT NOT NULL CHECK (kind IN ('template','flow')),
    name       TEXT NOT NULL,
    language   TEXT NOT NULL,
    batches    INTEGER NOT NULL CHECK (batches >= 1),
    recipients INTEGER NOT NULL CHECK (recipients >= 0),
    last       INTEGER NOT NULL,
    PRIMARY KEY (kind, name, language)
) WITHOUT ROWID;
INSERT INTO library_usage (kind, name, language, batches, recipients, last)
SELECT 'template', name, language, count(*), sum(people), max(confirmed) FROM (
    SELECT coalesce(json_extract(call, '$.payload.name'),
                    json_extract(call, '$.payload.content[0].template.payload.name')) AS name,
           coalesce(json_extract(call, '$.payload.language.code'),
                    json_extract(call, '$.payload.content[0].template.payload.language.code'))
               AS language,
           people, confirmed
    FROM (SELECT CASE WHEN json_valid(b.body) THEN b.body ELSE '{}' END AS call,
                 planned - skipped AS people, confirmed
          FROM batches JOIN bodies AS b ON b.item = (
              SELECT min(id) FROM items WHERE batch = batches.id AND state <> 'skipped')
          WHERE kind IN ('template','broadcast') AND b.form = 'json'))
WHERE name IS NOT NULL AND language IS NOT NULL GROUP BY name, language;
INSERT INTO library_usage (kind, name, language, batches, recipients, last)
SELECT 'flow', title, '', count(*), sum(planned - skipped), max(confirmed)
FROM batches WHERE kind = 'flow' GROUP BY title;

CREATE TRIGGER templates_frozen BEFORE UPDATE OF json ON templates
WHEN json_extract(OLD.json, '$.components') IS NOT json_extract(NEW.json, '$.components')
BEGIN SELECT RAISE(ABORT, 'the payload of a version never changes'); END;

CREATE TABLE trusted_keys (
    key   TEXT PRIMARY KEY CHECK (length(key) = 64),
    since INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Every change of a batch has a number, so that an older picture of it never hides a newer one.
const VERSION_5: &str = "
ALTER TABLE batches ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER batches_revised AFTER UPDATE ON batches WHEN NEW.revision = OLD.revision
BEGIN
    UPDATE batches SET revision = OLD.revision + 1 WHERE id = NEW.id;
END;
";

#[cfg(test)]
mod tests {
    use super::SCHEMA;
    use crate::domain::{BatchId, BatchState, Decision, ItemId, Sha256Hex};
    use crate::store::database::{Database, Schema};
    use crate::store::outbox::{Asked, Chosen, Ruling};
    use crate::store::{Library, OutboxStore};
    use jiff::Timestamp;

    #[test]
    fn a_template_kept_by_an_older_version_keeps_its_body() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let older = Schema {
            migrations: &SCHEMA.migrations[..2],
            ..SCHEMA
        };
        let old = Database::open(&path, &older).unwrap();
        old.change(|tx| {
            tx.execute(
                r#"INSERT INTO templates (name, language, version, json, added) VALUES
                ('care', 'en', 1, '{"name":"care","language":"en","namespace":null,"version":1,
                 "components":[],"parameters":[],"body_text":"Hi {{1}}"}', 0)"#,
                [],
            )
        })
        .unwrap();
        drop(old);

        let library = Library::of(&OutboxStore::open(dir.path()).unwrap());
        let templates = library.templates().unwrap();
        assert_eq!(templates[0].wording.body.as_deref(), Some("Hi {{1}}"));
    }

    #[test]
    fn what_an_older_version_left_unknown_can_be_settled() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let older = Schema {
            migrations: &SCHEMA.migrations[..5],
            ..SCHEMA
        };
        let old = Database::open(&path, &older).unwrap();
        let body = r#"{"phoneNumber":"447700900412"}"#;
        let hash = Sha256Hex::of(body.as_bytes());
        let sql = format!(
            "INSERT INTO batches (kind, title, profile, base_url, customer_id, bot_key, state,
                created, confirmed, per_minute, concurrency, calls, owner, typed, notes,
                plan_sha256, planned, skipped, queued, unknown)
             VALUES ('template', 'care', 'p', 'https://api.fern-and-oak.example', '9', 'ff',
                'done_with_problems', 0, 0, 60, 4, 1, 'me', '1', '[]', '{hash}', 1, 0, 0, 1);
             INSERT INTO items (batch, recipient, recipients, state, body_sha256, attempts)
             VALUES (1, '447700900412', 1, 'unknown', '{hash}', 1);
             INSERT INTO heads VALUES (1, 'POST', 'https://api.fern-and-oak.example/x', '[]');
             INSERT INTO bodies VALUES (1, 1, 'json', '{body}', NULL);
             INSERT INTO attempts (item, number, started, body_sha256, pid, finished, verdict)
             VALUES (1, 1, 0, '{hash}', 1, 1, 'unknown');",
            hash = hash.as_str()
        );
        old.change(|tx| tx.execute_batch(&sql)).unwrap();
        drop(old);

        let store = OutboxStore::open(dir.path()).unwrap();
        assert_eq!(store.unknown_rows(None, 9).unwrap().len(), 1);
        let asked = Asked {
            now: Timestamp::UNIX_EPOCH,
            owner: "me",
            typed: "",
        };
        let ruling = Ruling {
            chosen: Chosen::Items(&[ItemId(1)]),
            decision: Decision::NotAccepted,
            count: None,
            who: "meera@desk-4",
            reason: "",
            asked,
        };
        let ruled = store.resolve(&ruling).unwrap().unwrap();
        let made = store.batch(ruled.made[0]).unwrap().unwrap();
        assert_eq!(made.batch.state, BatchState::Paused);
    }

    #[test]
    fn a_batch_of_a_version_without_an_audit_goes_on_and_is_purged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let older = Schema {
            migrations: &SCHEMA.migrations[..5],
            ..SCHEMA
        };
        let old = Database::open(&path, &older).unwrap();
        let sha256 = "a".repeat(64);
        old.change(|tx| {
            tx.execute_batch(&format!(
                "INSERT INTO batches (kind, title, profile, base_url, customer_id, bot_key, state,
                    created, confirmed, per_minute, concurrency, calls, owner, typed, notes,
                    plan_sha256, planned, skipped, queued)
                 VALUES ('template', 'care', 'p', 'b', 'c', 'k', 'ready', 0, 0, 600, 4, 1, 'o',
                    '0412', '[]', '{sha256}', 1, 0, 1);
                 INSERT INTO items (batch, recipient, recipients, state, body_sha256)
                 VALUES (1, '447700900412', 1, 'queued', '{sha256}');"
            ))
        })
        .unwrap();
        drop(old);

        let store = OutboxStore::open(dir.path()).unwrap();
        assert_eq!(store.audit_end().unwrap(), 0);
        store.cancel(BatchId(1)).unwrap();
        // Who writes, what was decided, whom it met.
        assert_eq!(store.audit_end().unwrap(), 3);
        let later = jiff::Timestamp::from_second(4_000_000_000).unwrap();
        assert_eq!(store.purgeable(later, later).unwrap().batches.len(), 1);
        store.purge(BatchId(1), later).unwrap();
        let check = store.audit_check().unwrap();
        assert_eq!((check.lines, check.broken), (4, None));
    }

    #[test]
    fn what_is_written_for_every_call_makes_no_tables_of_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let store = Database::open(&path, &SCHEMA).unwrap();
        let hot = "SELECT count(*), sum(sql LIKE '% IN (%') FROM sqlite_schema WHERE name IN
            ('items','bodies','attempts','items_legal','items_by_why','items_not_accepted')";
        let found: (i64, i64) = store
            .read(|connection| connection.query_row(hot, [], |row| Ok((row.get(0)?, row.get(1)?))))
            .unwrap();
        assert_eq!(found, (6, 0));
    }

    #[test]
    fn a_record_from_before_the_lean_rules_keeps_them_in_other_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.db");
        let scripts = SCHEMA.migrations.iter();
        let lean = scripts
            .take_while(|script| **script != super::lean::LEAN)
            .count();
        let older = Schema {
            migrations: &SCHEMA.migrations[..lean],
            ..SCHEMA
        };
        let rules = "SELECT group_concat(sql, ';') FROM sqlite_schema
            WHERE name IN ('items','bodies','attempts')";
        let old = Database::open(&path, &older).unwrap();
        let refused = |database: &Database, sql: &str| {
            // The audit of this trigger is not there without its writer.
            let bare = |tx: &rusqlite::Transaction<'_>| {
                tx.execute_batch("DROP TRIGGER audit_attempt")?;
                tx.execute(sql, [])
            };
            let error = database.change(bare).unwrap_err();
            assert!(error.to_string().contains("CHECK"), "{error}");
        };
        let wrong = [
            "INSERT INTO items (batch, recipients, state, body_sha256) VALUES (1, 1, 'gone', NULL)",
            "INSERT INTO bodies (item, head, form, body) VALUES (1, 1, 'xml', '')",
            "INSERT INTO attempts (item, number, started, body_sha256, pid, verdict)
             VALUES (1, 1, 0, '', 1, 'maybe')",
        ];
        for sql in wrong {
            refused(&old, sql);
        }
        let before: String = old
            .read(|c| c.query_row(rules, [], |row| row.get(0)))
            .unwrap();
        drop(old);
        let new = Database::open(&path, &SCHEMA).unwrap();
        let after: String = new
            .read(|c| c.query_row(rules, [], |row| row.get(0)))
            .unwrap();
        assert_ne!(before, after);
        for sql in wrong {
            refused(&new, sql);
        }
        new.check().unwrap();
    }
}
