//! The local database: the outbox record and the disposable cache, two files.
