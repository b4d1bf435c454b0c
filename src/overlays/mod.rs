//! Questions and lists above the panes: help, palette, review, details.
