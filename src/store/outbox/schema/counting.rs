//! Counting and numbering a change of a batch in one step. Every call moves through the counters
//! twice, so a second update of the batch for its revision alone was paid for each time.

/// `items_counted` as it was, with the revision counted along; `batches_revised` then has nothing
/// left to do.
pub const COUNTED_ONCE: &str = "
DROP TRIGGER items_counted;
CREATE TRIGGER items_counted AFTER UPDATE OF state ON items WHEN OLD.state <> NEW.state
BEGIN
    UPDATE batches SET
        revision     = revision + 1,
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
";
