//! Small reusable parts of panes, each with its own state type.
