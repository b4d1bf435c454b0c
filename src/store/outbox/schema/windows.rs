//! Looking into a list of a million. It must not change once it has shipped.

/// Whoever was not accepted and does not wait is found without walking over everybody else: by
/// why, for the chart of a batch, and in sending order, for its rows. Calls that are accepted
/// never enter these.
pub const WINDOWS: &str = "
CREATE INDEX items_by_why ON items(batch, state, rule, platform_code,
    json_extract(errors, '$[0].code'), recipients)
    WHERE state NOT IN ('accepted','queued','sending');
CREATE INDEX items_not_accepted ON items(batch, state)
    WHERE state NOT IN ('accepted','queued','sending');
";
