//! Batches that wait here for their time. It must not change once it has shipped.

/// When a batch starts or is handed over and how that was meant, what holds it then, and whether
/// the sender stays until such times.
pub const TIMES: &str = "
ALTER TABLE batches ADD COLUMN due INTEGER;
ALTER TABLE batches ADD COLUMN meant_wall TEXT;
ALTER TABLE batches ADD COLUMN meant_zone TEXT;
ALTER TABLE batches ADD COLUMN hold_on_reply INTEGER NOT NULL DEFAULT 0
    CHECK (hold_on_reply IN (0, 1));
ALTER TABLE batches ADD COLUMN quiet TEXT;
ALTER TABLE batches ADD COLUMN quiet_until INTEGER;
ALTER TABLE batches ADD COLUMN quiet_passed INTEGER;
ALTER TABLE lease ADD COLUMN stays INTEGER NOT NULL DEFAULT 0 CHECK (stays IN (0, 1));

CREATE TRIGGER batches_due_frozen BEFORE UPDATE OF due, meant_wall, meant_zone, hold_on_reply, quiet
    ON batches
WHEN NEW.due IS NOT OLD.due OR NEW.meant_wall IS NOT OLD.meant_wall
    OR NEW.meant_zone IS NOT OLD.meant_zone OR NEW.hold_on_reply <> OLD.hold_on_reply
    OR NEW.quiet IS NOT OLD.quiet
BEGIN SELECT RAISE(ABORT, 'a plan is never edited'); END;
DROP TRIGGER batches_legal;
CREATE TRIGGER batches_legal BEFORE UPDATE OF state ON batches
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
    'held>ready', 'held>armed', 'held>scheduled', 'held>cancelled',
    'ready>running', 'ready>held', 'ready>paused', 'ready>cancelled',
    'armed>ready', 'armed>scheduled', 'armed>held', 'armed>paused', 'armed>cancelled',
    'scheduled>armed', 'scheduled>ready', 'scheduled>held', 'scheduled>paused',
    'scheduled>cancelled',
    'running>paused', 'running>draining', 'running>held', 'running>done',
    'running>done_with_problems', 'running>cancelled',
    'draining>paused', 'draining>done', 'draining>done_with_problems', 'draining>cancelled',
    'paused>ready', 'paused>scheduled', 'paused>cancelled')
  AND NOT (OLD.state = 'done_with_problems' AND NEW.state = 'done' AND NEW.rejected
    + NEW.unknown + NEW.cancelled + NEW.not_accepted + NEW.abandoned = 0)
BEGIN SELECT RAISE(ABORT, 'a batch cannot change that way'); END;
";
