//! `user …`: people by their attributes, and the searches kept under a name. Reads of the platform
//! and changes of the local record; it sends nothing.

use super::args_user::{SearchArgs, UserCommand};
use super::connect::reader;
use super::context::{Context, block_on, name_and_value};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use super::searches;
use crate::contract::ApiError;
use crate::domain::{Combine, Search, User, Wanted};
use serde_json::Value;
use std::collections::BTreeSet;

/// Runs a command about people.
///
/// # Errors
/// What the platform, the network or the record says.
pub fn run(context: &Context, command: &UserCommand) -> Result<ExitStatus, ApiError> {
    match command {
        UserCommand::Find {
            attribute,
            kept,
            wide,
            raw,
        } => {
            let search = if let Some(name) = kept {
                searches::kept(&context.library(&context.quiet_settings()?)?, name)?
            } else {
                let attribute = attribute.as_deref().unwrap_or_default();
                Search::of(wanted("--attribute", attribute)?)
            };
            find(context, &search, (*wide, *raw))
        }
        UserCommand::Searches => searches::list(context),
        UserCommand::Save { name, search } => searches::save(context, name, &typed(search)?),
        UserCommand::Forget { name } => searches::forget(context, name),
    }
}

fn wanted(option: &str, text: &str) -> Result<Wanted, ApiError> {
    let (name, value) = name_and_value(option, text)?;
    Ok(Wanted {
        attribute: name.to_owned(),
        value: value.to_owned(),
    })
}

/// The search the options describe: first everybody with the attribute, then `--and`, `--or` and
/// `--not` in this order.
fn typed(search: &SearchArgs) -> Result<Search, ApiError> {
    let mut whole = Search::of(wanted("--attribute", &search.attribute)?);
    let further = [
        ("--and", Combine::And, &search.and),
        ("--or", Combine::Or, &search.or),
        ("--not", Combine::Not, &search.not),
    ];
    for (option, combine, texts) in further {
        for text in texts {
            whole.then(combine, wanted(option, text)?);
        }
    }
    Ok(whole)
}

fn find(
    context: &Context,
    search: &Search,
    (wide, raw): (bool, bool),
) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let users = block_on(async {
        let client = reader(context, connection).await?;
        searches::ask(&client, search).await
    })?;
    let names = users.iter().flat_map(|user| user.attributes.keys());
    let names: BTreeSet<&str> = names.map(String::as_str).collect();
    let columns = wide.then_some(&names);
    let rows: Vec<Row> = users.iter().map(|user| row(user, raw, columns)).collect();
    let heads: Vec<String> = match columns {
        Some(names) => names.iter().map(|name| head(name)).collect(),
        None => vec!["attributes".to_owned()],
    };
    let heads = COLUMNS.into_iter().chain(heads.iter().map(String::as_str));
    let heads: Vec<&str> = heads.collect();
    context.output.list(&heads, &rows);
    if rows.is_empty() {
        context
            .output
            .note(&format!("Nobody has {search}. Case and spaces count."));
    }
    Ok(ExitStatus::Done)
}

/// What every person has a column for.
const COLUMNS: [&str; 4] = ["id", "name", "phone", "channel"];

/// The names of the columns of attributes: their own, unless a column is called so already.
fn head(attribute: &str) -> String {
    if COLUMNS.contains(&attribute) {
        return format!("attribute.{attribute}");
    }
    attribute.to_owned()
}

/// A person as a row; with `columns` each of these attributes in a cell of its own.
fn row(user: &User, raw: bool, columns: Option<&BTreeSet<&str>>) -> Row {
    let mut cells = vec![
        user.channel_user_id.clone(),
        user.name.clone().unwrap_or_default(),
        user.phone.clone().unwrap_or_default(),
        user.channel.clone().unwrap_or_default(),
    ];
    if let Some(names) = columns {
        let values = names.iter();
        cells.extend(values.map(|name| user.attribute(name).unwrap_or_default()));
    } else {
        let attributes: Vec<String> = user
            .attributes
            .keys()
            .filter_map(|name| Some(format!("{name}={}", user.attribute(name)?)))
            .collect();
        cells.push(attributes.join(" "));
    }
    Row {
        document: with_raw(to_value(user), &user.raw, raw),
        cells,
    }
}

/// The document with the object as received, or without it.
pub fn with_raw(mut document: Value, received: &Value, raw: bool) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.remove("raw");
        if raw {
            object.insert("raw".to_owned(), received.clone());
        }
    }
    document
}
