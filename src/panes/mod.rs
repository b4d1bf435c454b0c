//! The six panes of the dashboard; none knows another.
