//! How a list begins, and over what time it is spread.

/// After the first people a list waits for a person once; and its calls may be spread over minutes.
pub const PACE: &str = "
ALTER TABLE batches ADD COLUMN canary INTEGER NOT NULL DEFAULT 0 CHECK (canary >= 0);
ALTER TABLE batches ADD COLUMN canary_passed INTEGER NOT NULL DEFAULT 0
    CHECK (canary_passed IN (0, 1));
ALTER TABLE batches ADD COLUMN spread_minutes INTEGER NOT NULL DEFAULT 0
    CHECK (spread_minutes >= 0);
";
