//! Templates and flows for the dashboard: read, changed, with their versions. Blocks.

use super::world::{World, storage_error};
use crate::contract::{
    ApiError, ErrorKind, LibraryChange, ShelfAnswer, ShelfRequest, Shelves, StorageEvent,
};
use crate::store::{ChangeError, Library};
use jiff::Timestamp;

/// Does what is asked. Whoever asked for a change learns in every case what became of it.
///
/// # Errors
/// When the record cannot be read.
pub fn answer(world: &World, ask: ShelfRequest, now: Timestamp) -> Result<StorageEvent, ApiError> {
    let answer = match ask {
        ShelfRequest::Load => ShelfAnswer::Now(read(&world.library()?)?),
        ShelfRequest::Change(change) => match changed(world, &change, now) {
            Ok(shelves) => ShelfAnswer::Changed(change, shelves),
            Err(error) => ShelfAnswer::Refused(error),
        },
        ShelfRequest::LoadVersions { name, language } => {
            let versions = world.library()?.template_versions(&name, &language);
            ShelfAnswer::Versions(versions.map_err(|error| storage_error(&error))?)
        }
    };
    Ok(StorageEvent::Shelf(Box::new(answer)))
}

fn changed(world: &World, change: &LibraryChange, now: Timestamp) -> Result<Shelves, ApiError> {
    let library = world.library()?;
    let stored = match change {
        LibraryChange::EditTemplate {
            name,
            language,
            edit,
        } => library.edit_template(name, language, edit).map(drop),
        LibraryChange::RemoveTemplate { name, language } => library
            .remove_template(name, Some(language), now)
            .map(drop)
            .map_err(ChangeError::from),
        LibraryChange::PutFlow(flow) => library
            .put_flow(flow, now)
            .map(drop)
            .map_err(ChangeError::from),
        LibraryChange::RemoveFlow(name) => library
            .remove_flow(name)
            .map(drop)
            .map_err(ChangeError::from),
    };
    stored.map_err(|error| match error {
        ChangeError::Store(error) => storage_error(&error),
        ChangeError::Edit(_) | ChangeError::Missing(_) | ChangeError::Version(_) => {
            ApiError::new(ErrorKind::Refused, error.to_string(), "")
        }
    })?;
    read(&library)
}

fn read(library: &Library) -> Result<Shelves, ApiError> {
    Ok(Shelves {
        templates: library.templates().map_err(|error| storage_error(&error))?,
        flows: library.flows().map_err(|error| storage_error(&error))?,
        usage: library.usage().map_err(|error| storage_error(&error))?,
    })
}
