//! `user find`: people by an attribute. A read; it changes nothing.

use super::args::UserCommand;
use super::connect::reader;
use super::context::{Context, block_on, name_and_value};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use crate::contract::{ApiError, ApiRequest, ApiResponse};
use crate::domain::User;
use serde_json::Value;

/// Finds and prints people.
///
/// # Errors
/// What the platform or the network says.
pub fn run(context: &Context, command: &UserCommand) -> Result<ExitStatus, ApiError> {
    let UserCommand::Find { attribute, raw } = command;
    let (name, value) = name_and_value("--attribute", attribute)?;
    let request = ApiRequest::FindUsers {
        attribute: name.to_owned(),
        value: value.to_owned(),
    };
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let response = block_on(async {
        let client = reader(context, connection).await?;
        client.fetch(&request).await.0
    })?;
    let users = match response {
        ApiResponse::Users(users) => users,
        ApiResponse::Page(_) => Vec::new(),
    };
    let rows: Vec<Row> = users.iter().map(|user| row(user, *raw)).collect();
    context
        .output
        .list(&["id", "name", "phone", "channel", "attributes"], &rows);
    if rows.is_empty() {
        context.output.note(&format!(
            "Nobody has {name}={value}. Case and spaces count."
        ));
    }
    Ok(ExitStatus::Done)
}

fn row(user: &User, raw: bool) -> Row {
    let attributes: Vec<String> = user
        .attributes
        .keys()
        .filter_map(|name| Some(format!("{name}={}", user.attribute(name)?)))
        .collect();
    let cells = vec![
        user.channel_user_id.clone(),
        user.name.clone().unwrap_or_default(),
        user.phone.clone().unwrap_or_default(),
        user.channel.clone().unwrap_or_default(),
        attributes.join(" "),
    ];
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
