//! Logging, redaction of secrets, and the crash report.
