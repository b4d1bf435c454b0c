//! Where the people of a batch come from, and when a list went on. It must not change once it has
//! shipped.

/// The name of the file the people came from, and when a person went on after the first of them.
pub const ORIGIN: &str = "
ALTER TABLE batches ADD COLUMN source TEXT;
ALTER TABLE batches ADD COLUMN went_on INTEGER;
";
