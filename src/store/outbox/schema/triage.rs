//! What the record keeps of decisions about unknown results. A decision needs a person or a
//! message that proves it, a message proves one result only, and what is sent again is linked to
//! the one thing it repeats, byte for byte. All of that is a rule of the database here.

/// Decisions, proofs, looks, and the link of an item to the one it repeats.
pub const TRIAGE: &str = "
CREATE TABLE decisions (
    item       INTEGER PRIMARY KEY REFERENCES items(id),
    decided    TEXT NOT NULL CHECK (decided IN ('accepted','not_accepted','abandoned')),
    decided_by TEXT NOT NULL CHECK (decided_by IN ('person','read_back')),
    who        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    CHECK (decided_by = 'person' OR decided = 'accepted')
);
CREATE TABLE proofs (
    message TEXT PRIMARY KEY CHECK (length(message) = 64),
    item    INTEGER NOT NULL UNIQUE REFERENCES items(id)
) WITHOUT ROWID;
CREATE TABLE looks (
    item  INTEGER PRIMARY KEY REFERENCES items(id),
    at    INTEGER NOT NULL,
    found TEXT NOT NULL
);
ALTER TABLE items ADD COLUMN again_of INTEGER REFERENCES items(id);
CREATE UNIQUE INDEX items_again ON items(again_of) WHERE again_of IS NOT NULL;

CREATE TRIGGER decisions_grounded BEFORE INSERT ON decisions
WHEN (SELECT state FROM items WHERE id = NEW.item) IS NOT 'unknown'
    OR (NEW.decided_by = 'read_back'
        AND NOT EXISTS (SELECT 1 FROM proofs WHERE item = NEW.item))
BEGIN SELECT RAISE(ABORT, 'a decision needs an unknown result, and evidence or a person'); END;

CREATE TRIGGER audit_decision AFTER INSERT ON decisions
BEGIN
    SELECT audit_note('note', 'decided', (SELECT batch FROM items WHERE id = NEW.item),
        json_object('item', NEW.item, 'as', NEW.decided, 'by', NEW.decided_by, 'who', NEW.who),
        CASE WHEN NEW.reason <> '' THEN json_object('reason', NEW.reason) END);
END;

CREATE TRIGGER decisions_final BEFORE UPDATE OF item, decided, decided_by, who, at ON decisions
BEGIN SELECT RAISE(ABORT, 'a decision is never edited'); END;

CREATE TRIGGER proofs_final BEFORE UPDATE ON proofs
BEGIN SELECT RAISE(ABORT, 'a message proves one result'); END;

CREATE TRIGGER items_decided BEFORE UPDATE OF state ON items
WHEN OLD.state = 'unknown' AND NEW.state <> 'unknown' AND NOT EXISTS (
    SELECT 1 FROM decisions WHERE item = NEW.id AND decided = NEW.state)
BEGIN SELECT RAISE(ABORT, 'only a person or evidence settles an unknown result'); END;

CREATE TRIGGER items_again_same BEFORE INSERT ON items
WHEN NEW.again_of IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM items AS old JOIN batches AS new ON new.id = NEW.batch
    WHERE old.id = NEW.again_of AND old.state IN ('not_accepted','rejected')
    AND old.body_sha256 IS NEW.body_sha256 AND old.recipient IS NEW.recipient
    AND old.recipients = NEW.recipients
    AND new.parent = old.batch AND new.state = 'paused')
BEGIN SELECT RAISE(ABORT, 'only what was refused is sent again, unchanged and in a paused batch'); END;

CREATE TRIGGER items_again_frozen BEFORE UPDATE OF again_of ON items
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;
";
