//! `sandbox`: the embedded server as a server of its own.

use super::args::SandboxArgs;
use super::context::{Context, block_on, usage};
use super::exit::ExitStatus;
use super::output::to_value;
use super::signals::stop_wanted;
use crate::contract::{ApiError, ErrorKind};
use crate::sandbox::{BoundSandbox, FAULT_HELP, FaultPlan, SandboxConfig, SandboxError};

/// Serves until Ctrl-C or SIGTERM; the first line on stdout says how to connect.
///
/// # Errors
/// A wrong fault rule, an address that is taken or not loopback.
pub fn run(context: &Context, args: &SandboxArgs) -> Result<ExitStatus, ApiError> {
    let spec = args.faults.as_deref().unwrap_or("");
    if spec == "help" {
        context.output.text(FAULT_HELP);
        context.output.text("\n");
        return Ok(ExitStatus::Done);
    }
    let faults: FaultPlan = spec.parse().map_err(|error| {
        usage(
            format!("{error}"),
            "`alertdesk sandbox --faults help` shows the rules.",
        )
    })?;
    let config = SandboxConfig {
        listen: args.listen,
        users: args.users,
        messages: args.messages,
        seed: args.seed,
        strict: args.strict,
        faults,
        live: args.live,
        now: context.started,
    };
    let bound = BoundSandbox::bind(config).map_err(|error| explained(&error))?;
    block_on(async {
        let stop = stop_wanted()?;
        context.output.json_line(&to_value(&bound.announcement()));
        bound.serve(stop).await.map_err(|error| explained(&error))
    })?;
    Ok(ExitStatus::Done)
}

/// The sandbox's own error as commands show it.
pub fn explained(error: &SandboxError) -> ApiError {
    let kind = match error {
        SandboxError::NotLoopback(_) | SandboxError::Users(_) | SandboxError::Messages(_) => {
            ErrorKind::Usage
        }
        SandboxError::Listen { .. } => ErrorKind::Network,
        SandboxError::Seed(_) | SandboxError::Task(_) => ErrorKind::Storage,
    };
    ApiError::new(kind, error.to_string(), "")
}
