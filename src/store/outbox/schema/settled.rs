//! A batch whose unknown results turned out to be accepted. It must not change once it has
//! shipped.

/// Once nothing of a batch that ended with problems is a problem any more it is done: its state
/// follows from its counts, whoever settled the last one.
pub const SETTLED: &str = "
DROP TRIGGER batches_legal;
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
  AND NOT (OLD.state = 'done_with_problems' AND NEW.state = 'done' AND NEW.rejected
    + NEW.unknown + NEW.cancelled + NEW.not_accepted + NEW.abandoned = 0)
BEGIN SELECT RAISE(ABORT, 'a batch cannot change that way'); END;

CREATE TRIGGER batches_settled AFTER UPDATE OF unknown ON batches
WHEN NEW.state = 'done_with_problems' AND NEW.unknown < OLD.unknown AND NEW.rejected
    + NEW.unknown + NEW.cancelled + NEW.not_accepted + NEW.abandoned = 0
BEGIN UPDATE batches SET state = 'done' WHERE id = NEW.id; END;
";
