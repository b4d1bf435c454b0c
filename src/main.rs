//! The binary: arguments in, exit code out. Everything else lives in the library.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    alertdesk::cli::run(&arguments)
}
