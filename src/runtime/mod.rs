//! The edge of the dashboard: terminal, event loop, the one effect runner, clock, signals.
