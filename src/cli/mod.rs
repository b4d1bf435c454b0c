//! Headless commands: one file per command, all on the same core as the dashboard.
