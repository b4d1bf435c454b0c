//! The audit lines: who may write them, and what makes one be written. The triggers tell every
//! change of state to the pen of the connection, which turns it into lines before the commit; a
//! connection without a pen cannot change any state at all.

/// Lines and their personal fields, and the one way in which personal text may leave the record.
pub const AUDIT: &str = "
CREATE TABLE audit_lines (
    seq   INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    batch INTEGER,
    line  TEXT NOT NULL,
    hash  BLOB NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_of_batch ON audit_lines(batch) WHERE batch IS NOT NULL;
CREATE TABLE audit_personal (
    seq  INTEGER PRIMARY KEY,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    text TEXT NOT NULL
);
ALTER TABLE batches ADD COLUMN purged INTEGER;

CREATE TRIGGER audit_in_a_row BEFORE INSERT ON audit_lines
WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM audit_lines), 0)
BEGIN SELECT RAISE(ABORT, 'audit lines follow one another'); END;
CREATE TRIGGER audit_never_edited BEFORE UPDATE ON audit_lines
BEGIN SELECT RAISE(ABORT, 'an audit line is never edited'); END;
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit_lines
BEGIN SELECT RAISE(ABORT, 'an audit line is never deleted'); END;
CREATE TRIGGER audit_personal_never_edited BEFORE UPDATE ON audit_personal
BEGIN SELECT RAISE(ABORT, 'an audit line is never edited'); END;
CREATE TRIGGER audit_personal_purged BEFORE DELETE ON audit_personal
WHEN NOT EXISTS (SELECT 1 FROM audit_lines JOIN batches ON batches.id = audit_lines.batch
                 WHERE audit_lines.seq = OLD.seq AND batches.purged IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'personal text leaves by a purge alone'); END;

CREATE TRIGGER audit_confirmed AFTER INSERT ON batches
BEGIN SELECT audit_note('confirmed', NEW.id); END;
CREATE TRIGGER audit_batch AFTER UPDATE OF state, reason_rule, reason_text, per_minute ON batches
WHEN OLD.state <> NEW.state OR OLD.reason_rule IS NOT NEW.reason_rule
     OR OLD.reason_text IS NOT NEW.reason_text AND NEW.purged IS NULL
     OR OLD.per_minute <> NEW.per_minute
BEGIN
    SELECT audit_note('batch', NEW.id, OLD.state, NEW.state, NEW.reason_rule, NEW.reason_text,
                      OLD.per_minute, NEW.per_minute, OLD.start_at, NEW.confirmed);
END;
CREATE TRIGGER audit_item AFTER UPDATE OF state ON items WHEN OLD.state <> NEW.state
BEGIN
    SELECT audit_note('item', NEW.id, NEW.batch, OLD.state, NEW.state, NEW.rule, NEW.recipients,
                      NEW.recipient);
END;
CREATE TRIGGER audit_attempt AFTER INSERT ON attempts
BEGIN SELECT audit_note('attempt', NEW.id, NEW.item, NEW.number, NEW.body_sha256); END;
CREATE TRIGGER audit_result AFTER UPDATE OF finished ON attempts
WHEN OLD.finished IS NULL AND NEW.finished IS NOT NULL
BEGIN
    SELECT audit_note('result', NEW.id, NEW.item, NEW.number, NEW.body_sha256, NEW.verdict,
                      NEW.rule, NEW.http_status, NEW.platform_code, NEW.message_id,
                      NEW.duration_us, NEW.response);
END;
CREATE TRIGGER audit_late AFTER UPDATE OF late_evidence ON attempts
WHEN NEW.late_evidence IS NOT NULL AND OLD.late_evidence IS NOT NEW.late_evidence
BEGIN SELECT audit_note('late', NEW.id, NEW.item, NEW.late_evidence); END;

CREATE TRIGGER batches_begin BEFORE INSERT ON batches
WHEN NEW.planned <> NEW.skipped + NEW.queued
BEGIN SELECT RAISE(ABORT, 'a batch begins with nobody reached'); END;
CREATE TRIGGER batches_kept BEFORE DELETE ON batches
BEGIN SELECT RAISE(ABORT, 'a batch is never deleted'); END;
CREATE TRIGGER items_kept BEFORE DELETE ON items
BEGIN SELECT RAISE(ABORT, 'an item is never deleted'); END;
CREATE TRIGGER attempts_kept BEFORE DELETE ON attempts
BEGIN SELECT RAISE(ABORT, 'an attempt is never deleted'); END;
CREATE TRIGGER bodies_kept BEFORE DELETE ON bodies
WHEN NOT EXISTS (SELECT 1 FROM items JOIN batches ON batches.id = items.batch
                 WHERE items.id = OLD.item AND batches.purged IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a body leaves by a purge alone'); END;
CREATE TRIGGER batches_purged BEFORE UPDATE OF purged ON batches
WHEN OLD.purged IS NOT NULL OR NEW.purged IS NULL OR OLD.unknown + OLD.sending + OLD.queued > 0
     OR OLD.state NOT IN ('done','done_with_problems','cancelled')
BEGIN SELECT RAISE(ABORT, 'only what is finished and known is purged, and once'); END;
DROP TRIGGER items_frozen;
CREATE TRIGGER items_frozen BEFORE UPDATE OF batch, recipient, recipients, body_sha256 ON items
WHEN NEW.recipient IS NOT NULL OR NEW.batch <> OLD.batch OR NEW.recipients <> OLD.recipients
     OR NEW.body_sha256 IS NOT OLD.body_sha256
     OR (SELECT purged FROM batches WHERE id = OLD.batch) IS NULL
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;
";
