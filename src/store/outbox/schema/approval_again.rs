//! What is sent again of a batch that needed an approval. It must not change once it has shipped.

/// Above how many people the approvers are asked; null, for those that were held before it was
/// kept, asks about anybody. What is sent again begins held where that asks, and paused elsewhere.
pub const APPROVAL_AGAIN: &str = "
ALTER TABLE batches ADD COLUMN approval_above INTEGER;
CREATE TRIGGER batches_approval_above BEFORE UPDATE OF approval_above ON batches
WHEN OLD.approval_above IS NOT NEW.approval_above
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;

DROP TRIGGER items_again_same;
CREATE TRIGGER items_again_same BEFORE INSERT ON items
WHEN NEW.again_of IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM items AS old JOIN batches AS new ON new.id = NEW.batch
    WHERE old.id = NEW.again_of AND old.state IN ('not_accepted','rejected')
    AND old.body_sha256 IS NEW.body_sha256 AND old.recipient IS NEW.recipient
    AND old.recipients = NEW.recipients
    AND new.parent = old.batch AND new.state IN ('paused','held'))
BEGIN SELECT RAISE(ABORT, 'only what was refused is sent again, unchanged and not by itself'); END;
";
