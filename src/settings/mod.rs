//! Settings: options, environment, file, default; and where each value came from.
