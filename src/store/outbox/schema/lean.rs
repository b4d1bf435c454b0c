//! What is looked at for every call. A list of words behind `IN` is a small table that SQLite makes
//! anew each time a row is written, and six of them cost more than the write itself; comparisons one
//! by one cost next to nothing. What is allowed stays the same. It must not change once it has
//! shipped.

/// The same rules for states, forms and verdicts in other words: in the tables, whose text may be
/// changed in place as long as what is stored is not (SQLite's own way to change a `CHECK`, from
/// the page on `ALTER TABLE`), in the trigger, and in the indexes of those not accepted.
pub const LEAN: &str = "
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (''skipped'',''queued'',''sending'',''accepted'',
                  ''rejected'',''unknown'',''cancelled'',''not_accepted'',''abandoned''))',
    'CHECK (state = ''skipped'' OR state = ''queued'' OR state = ''sending'' OR state = ''accepted''
                  OR state = ''rejected'' OR state = ''unknown'' OR state = ''cancelled''
                  OR state = ''not_accepted'' OR state = ''abandoned'')')
WHERE type = 'table' AND name = 'items';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (form IN (''empty'',''json'',''multipart''))',
    'CHECK (form = ''empty'' OR form = ''json'' OR form = ''multipart'')')
WHERE type = 'table' AND name = 'bodies';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (verdict IN (''accepted'',''rejected'',''retry'',''unknown''))',
    'CHECK (verdict = ''accepted'' OR verdict = ''rejected'' OR verdict = ''retry''
                  OR verdict = ''unknown'')')
WHERE type = 'table' AND name = 'attempts';
PRAGMA writable_schema = RESET;

DROP TRIGGER items_legal;
CREATE TRIGGER items_legal BEFORE UPDATE OF state ON items
WHEN OLD.state <> NEW.state AND NOT CASE OLD.state
    WHEN 'queued' THEN NEW.state = 'sending' OR NEW.state = 'cancelled'
    WHEN 'sending' THEN NEW.state = 'accepted' OR NEW.state = 'rejected'
        OR NEW.state = 'unknown' OR NEW.state = 'queued'
    WHEN 'unknown' THEN NEW.state = 'accepted' OR NEW.state = 'not_accepted'
        OR NEW.state = 'abandoned'
    ELSE 0 END
BEGIN SELECT RAISE(ABORT, 'an item cannot change that way'); END;

DROP INDEX items_by_why;
DROP INDEX items_not_accepted;
CREATE INDEX items_by_why ON items(batch, state, rule, platform_code,
    json_extract(errors, '$[0].code'), recipients)
    WHERE state <> 'accepted' AND state <> 'queued' AND state <> 'sending';
CREATE INDEX items_not_accepted ON items(batch, state)
    WHERE state <> 'accepted' AND state <> 'queued' AND state <> 'sending';
";
