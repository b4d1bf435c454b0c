//! `flow add|list|remove`: the local registry of flows. It must not talk to anybody.

use super::args::FlowCommand;
use super::context::{Context, storage, usage};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use super::template::last_used;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::{Flow, Usage, Used};
use crate::store::Library;
use crate::text::nearest::nearest;
use jiff::Zoned;
use serde_json::json;

/// Runs a `flow` command.
///
/// # Errors
/// An empty name or key, or a name that is not there.
pub fn run(context: &Context, command: &FlowCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let library = context.library(&settings)?;
    match command {
        FlowCommand::Add { name, key, require } => {
            let flow = Flow {
                name: name.trim().to_owned(),
                key: key.trim().to_owned(),
                required: require.clone(),
            };
            if flow.name.is_empty() || flow.key.is_empty() {
                return Err(usage(
                    "a flow needs a name and a key",
                    "Give both, not empty.",
                ));
            }
            let replaced = library
                .put_flow(&flow, context.started)
                .map_err(|error| storage(&error))?;
            let mut document = to_value(&flow);
            if let Some(object) = document.as_object_mut() {
                object.insert("replaced".to_owned(), json!(replaced));
            }
            context.output.document(&document, &lines(&flow));
        }
        FlowCommand::List => list(context, &library)?,
        FlowCommand::Remove { name } => {
            find(&library, name)?;
            library.remove_flow(name).map_err(|error| storage(&error))?;
            context
                .output
                .document(&json!({ "removed": name }), &[("removed", name.clone())]);
        }
    }
    Ok(ExitStatus::Done)
}

/// The flow of that name.
///
/// # Errors
/// Not there, with the nearest name.
pub fn find(library: &Library, name: &str) -> Result<Flow, ApiError> {
    let flows = library.flows().map_err(|error| storage(&error))?;
    if let Some(flow) = flows.iter().find(|flow| flow.name == name) {
        return Ok(flow.clone());
    }
    let hint = nearest(name, flows.iter().map(|flow| flow.name.as_str())).map_or_else(
        || "`alertdesk flow list` shows what there is; `alertdesk flow add NAME --key KEY` adds one.".to_owned(),
        |near| format!("Did you mean `{near}`?"),
    );
    Err(ApiError::new(
        ErrorKind::NotFound,
        format!("there is no flow `{name}` in the registry"),
        hint,
    ))
}

fn list(context: &Context, library: &Library) -> Result<(), ApiError> {
    let flows = library.flows().map_err(|error| storage(&error))?;
    let usage = library.usage().map_err(|error| storage(&error))?;
    let now = context.now_in_zone(&context.quiet_settings()?);
    let rows: Vec<Row> = flows
        .iter()
        .map(|flow| {
            let used = usage.get(&Used::Flow(flow.name.clone())).copied();
            row(flow, used.unwrap_or_default(), &now)
        })
        .collect();
    let headers = ["name", "key", "required", "used", "last used"];
    context.output.list(&headers, &rows);
    if rows.is_empty() {
        context
            .output
            .note("The registry is empty. `alertdesk flow add NAME --key KEY` adds a flow.");
    }
    Ok(())
}

fn row(flow: &Flow, usage: Usage, now: &Zoned) -> Row {
    let document = json!({
        "name": flow.name, "key": flow.key, "required": flow.required, "batches": usage.batches,
        "recipients": usage.recipients, "last_used": usage.last,
    });
    let cells = lines(flow).into_iter().map(|(_, text)| text);
    let used = [usage.batches.to_string(), last_used(usage, now)];
    Row::new(&document, cells.chain(used).collect())
}

fn lines(flow: &Flow) -> [(&'static str, String); 3] {
    [
        ("name", flow.name.clone()),
        ("key", flow.key.clone()),
        ("required", flow.required.join(" ")),
    ]
}
