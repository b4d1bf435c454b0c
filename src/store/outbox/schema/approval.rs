//! A second person's approval: a batch that needs one cannot leave its hold without it, whatever
//! asks for that. It must not change once it has shipped.

/// Who may approve, as public keys with a space between; null where nobody is asked. Once it is
/// approved that stays as it is.
pub const APPROVAL: &str = "
ALTER TABLE batches ADD COLUMN approvers TEXT;
ALTER TABLE batches ADD COLUMN approved_key TEXT;
ALTER TABLE batches ADD COLUMN approved_by TEXT;
ALTER TABLE batches ADD COLUMN approved_at INTEGER;

CREATE TRIGGER batches_begin_held BEFORE INSERT ON batches
WHEN NEW.approvers IS NOT NULL AND (NEW.state <> 'held' OR NEW.approved_key IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a batch that needs an approval begins held'); END;
CREATE TRIGGER batches_approved BEFORE UPDATE OF state ON batches
WHEN NEW.approvers IS NOT NULL AND NEW.approved_key IS NULL AND OLD.state <> NEW.state
     AND NEW.state <> 'cancelled'
BEGIN SELECT RAISE(ABORT, 'no second person has approved this batch'); END;
CREATE TRIGGER batches_approval_kept
BEFORE UPDATE OF approvers, approved_key, approved_by, approved_at ON batches
WHEN OLD.approvers IS NOT NEW.approvers OR OLD.approved_key IS NOT NULL
     OR NEW.approved_key IS NULL OR NEW.approved_by IS NULL OR NEW.approved_at IS NULL
     OR length(NEW.approved_key) <> 64 OR instr(coalesce(OLD.approvers, ''), NEW.approved_key) = 0
     OR OLD.state <> 'held'
BEGIN SELECT RAISE(ABORT, 'an approval is given once, by somebody who may'); END;
";
