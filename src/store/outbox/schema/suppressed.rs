//! The list of people who must never be written to. It must not change once it has shipped.

/// One row per account and person. Rows come and go whole, and each step is a line of the audit.
/// An account is host, customer and bot, because a person says stop to the company behind a bot:
/// profiles of one bot share the list, and another company on the same computer does not.
pub const SUPPRESSED: &str = "
CREATE TABLE suppressed (
    base_url    TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    bot_key     TEXT NOT NULL,
    recipient   TEXT NOT NULL CHECK (recipient <> ''),
    since       INTEGER NOT NULL,
    who         TEXT NOT NULL,
    source      TEXT NOT NULL CHECK (source IN ('manual','csv','conversation','word')),
    reason      TEXT NOT NULL,
    PRIMARY KEY (base_url, customer_id, bot_key, recipient)
) WITHOUT ROWID;
CREATE TRIGGER suppressed_final BEFORE UPDATE ON suppressed
BEGIN SELECT RAISE(ABORT, 'who opted out is not edited: take it off and put it on again'); END;
CREATE TRIGGER audit_suppressed AFTER INSERT ON suppressed
BEGIN
    SELECT audit_note('suppressed', 'suppressed', NEW.customer_id, NEW.source, NEW.reason,
                      NEW.recipient);
END;
CREATE TRIGGER audit_unsuppressed AFTER DELETE ON suppressed
BEGIN
    SELECT audit_note('suppressed', 'unsuppressed', OLD.customer_id, OLD.source, '',
                      OLD.recipient);
END;
";
