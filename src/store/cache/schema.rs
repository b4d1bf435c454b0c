//! The tables of the cache. A shipped script never changes; a new one is added after it.

use crate::store::database::{Durability, Schema};

/// Messages are kept in the order they are read. Their texts are kept once more, folded for
/// searching, in blocks of [`BLOCK`](super::messages::BLOCK) messages; `grams` says which block
/// holds which one, two and three letters in a row, `block_signatures` which longer pieces it cannot
/// hold; blocks from before there were any have none. A message's number is its block's number times
/// the size of a block, plus its place in it.
pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x616c_6361,
    migrations: &[
        "
CREATE TABLE attribute_names (
    name      TEXT PRIMARY KEY,
    last_used INTEGER NOT NULL,
    uses      INTEGER NOT NULL
);
CREATE TABLE users (
    id   TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    seen INTEGER NOT NULL
);
CREATE TABLE searches (
    attribute TEXT NOT NULL,
    value     TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    PRIMARY KEY (attribute, value)
);
",
        "
CREATE TABLE conversations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account       TEXT NOT NULL,
    user          TEXT NOT NULL,
    total         INTEGER NOT NULL DEFAULT 0,
    first         INTEGER,
    last          INTEGER,
    last_customer INTEGER,
    refreshed     INTEGER,
    complete      INTEGER NOT NULL DEFAULT 0,
    next_page     INTEGER,
    UNIQUE (account, user)
);
CREATE TABLE shapes (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    json TEXT NOT NULL UNIQUE
);
CREATE TABLE messages (
    conversation INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    shape        INTEGER NOT NULL,
    nanos        INTEGER,
    untimed      INTEGER,
    time_raw     TEXT NOT NULL,
    text         TEXT NOT NULL,
    rest         TEXT,
    PRIMARY KEY (conversation, at, id)
) WITHOUT ROWID;
CREATE INDEX messages_untimed ON messages (conversation, untimed) WHERE untimed IS NOT NULL;
CREATE TABLE blocks (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    messages     INTEGER NOT NULL
);
CREATE INDEX blocks_by_time ON blocks (last, first, conversation);
CREATE INDEX blocks_by_conversation ON blocks (conversation, last, first);
CREATE TABLE block_texts (
    block INTEGER PRIMARY KEY,
    times BLOB NOT NULL,
    text  TEXT NOT NULL
);
CREATE VIRTUAL TABLE grams USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none,
    tokenize = 'ascii'
);
CREATE TABLE hours (
    conversation  INTEGER NOT NULL,
    hour          INTEGER NOT NULL,
    messages      INTEGER NOT NULL,
    from_customer INTEGER NOT NULL,
    from_us       INTEGER NOT NULL,
    PRIMARY KEY (conversation, hour)
) WITHOUT ROWID;
CREATE TABLE known (
    conversation INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    PRIMARY KEY (conversation, since)
) WITHOUT ROWID;
CREATE TABLE opened (
    account TEXT NOT NULL,
    user    TEXT NOT NULL,
    json    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, user)
) WITHOUT ROWID;
",
        "
CREATE TABLE block_signatures (
    block INTEGER PRIMARY KEY,
    bits  BLOB NOT NULL
);
",
    ],
    durability: Durability::Normal,
};
