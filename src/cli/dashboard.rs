//! Without a command: the dashboard, for the profile in use. It must not draw itself.

use super::context::Context;
use super::exit::ExitStatus;
use crate::contract::{ApiError, ErrorKind};
use crate::sandbox::BoundSandbox;
use crate::settings::Settings;

/// What a dashboard starts with.
#[derive(Debug)]
pub struct Start {
    /// The settings, whose connection is there.
    pub settings: Settings,
    /// A sandbox to serve in this process, and a library to fill once the first frame is drawn.
    pub sandbox: Option<BoundSandbox>,
}

/// Opens the dashboard on the profile in use.
///
/// # Errors
/// What is wrong with the settings; without any profile the sentence offers the demo.
pub fn run(context: &Context) -> Result<ExitStatus, ApiError> {
    let settings = context.quiet_settings()?;
    settings.connection()?;
    context.start_reports(&settings);
    open(
        context,
        Start {
            settings,
            sandbox: None,
        },
    )
}

/// Runs the dashboard to its end.
///
/// # Errors
/// When the terminal cannot be used.
pub fn open(_context: &Context, _start: Start) -> Result<ExitStatus, ApiError> {
    Err(ApiError::new(
        ErrorKind::Refused,
        "this build has no dashboard",
        "`alertdesk --help` shows the commands.",
    ))
}
