//! The tables that keep the same message from reaching a person twice. It must not change once it
//! has shipped.

/// One intent per recipient of every call. Rows are written once and never change: whether an
/// intent is live is the state of its item, so that nothing can tell the two apart, and a result
/// costs no write here. An intent that is queued, on the way or unknown stands alone, unless a
/// person overrode that with a reason. Rows lie in the order of their keys and name their item
/// without a foreign key: checking a million of those would jump through the whole table of items.
///
/// `marked` is when an item was marked last, and when a batch was queued, resumed or marked last,
/// by the highest time ever seen: a clock that was set back never makes a message look older than
/// it is.
pub const INTENTS: &str = "
CREATE TABLE intents (
    key       BLOB NOT NULL CHECK (length(key) = 16),
    item      INTEGER NOT NULL,
    overrides INTEGER NOT NULL CHECK (overrides IN (0, 1)),
    PRIMARY KEY (key, item)
) WITHOUT ROWID;
CREATE TRIGGER intents_once BEFORE INSERT ON intents
WHEN NEW.overrides = 0 AND EXISTS (
    SELECT 1 FROM intents AS other JOIN items ON items.id = other.item
    WHERE other.key = NEW.key AND other.item <> NEW.item
    AND items.state IN ('queued','sending','unknown'))
BEGIN SELECT RAISE(ABORT, 'this person gets this message already'); END;
CREATE TRIGGER intents_frozen BEFORE UPDATE ON intents
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;

CREATE TABLE touches (
    person INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    PRIMARY KEY (person, item)
) WITHOUT ROWID;

ALTER TABLE bodies ADD COLUMN intents BLOB;
ALTER TABLE bodies ADD COLUMN touches BLOB;
ALTER TABLE items ADD COLUMN marked INTEGER;
ALTER TABLE batches ADD COLUMN marked INTEGER;
ALTER TABLE batches ADD COLUMN twin_window INTEGER NOT NULL DEFAULT 86400000000;
ALTER TABLE batches ADD COLUMN override_reason TEXT;
ALTER TABLE batches ADD COLUMN file_key TEXT;
CREATE INDEX batches_of_file ON batches(file_key) WHERE file_key IS NOT NULL;

CREATE TABLE time_seen (
    id      INTEGER PRIMARY KEY CHECK (id = 0),
    highest INTEGER NOT NULL
);
";
