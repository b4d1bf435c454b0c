//! Where the record lives, and who may send for it.

/// The folder that the record belongs to, and the number of the last sender: a sender writes only
/// while the number is its own.
pub const HOME: &str = "
CREATE TABLE home (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    machine TEXT NOT NULL,
    path    TEXT NOT NULL,
    inode   INTEGER NOT NULL,
    since   INTEGER NOT NULL
);
CREATE TABLE lease (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    fence INTEGER NOT NULL,
    pid   INTEGER NOT NULL,
    since INTEGER NOT NULL
);
INSERT INTO lease (one, fence, pid, since) VALUES (1, 0, 0, 0);
CREATE TRIGGER lease_rises BEFORE UPDATE OF fence ON lease WHEN NEW.fence <= OLD.fence
BEGIN SELECT RAISE(ABORT, 'the number of a sender only rises'); END;
CREATE TRIGGER lease_stays BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'the number of a sender only rises'); END;
";
