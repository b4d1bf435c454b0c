//! The people of a draft that names a file: its first rows, and everybody, read once as long as
//! neither the file nor the way it is read changes. Blocks.

use super::paths::resolve;
use super::people_files::{read_file, sample_file};
use super::unbroken::unbroken;
use super::world::World;
use crate::contract::{ApiError, ErrorKind, Event, PeopleFile, SampleAnswer, SampleAsk, Ticket};
use crate::domain::audience::{AudienceError, CsvOptions, MappingFor, TableSample};
use crate::domain::{Audience, RecipientForm};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Everybody of the file that was read last.
#[derive(Debug, Default)]
pub struct DraftPeople(Mutex<Option<(Read, Arc<Audience>)>>);

/// What was read, and how.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    file: PeopleFile,
    form: RecipientForm,
    region: Option<String>,
    size: u64,
    modified: Option<SystemTime>,
}

impl DraftPeople {
    /// Everybody of a file, with their columns.
    ///
    /// # Errors
    /// A file that cannot be read as a whole.
    pub fn of(
        &self,
        file: &PeopleFile,
        form: RecipientForm,
        region: Option<&str>,
    ) -> Result<Arc<Audience>, AudienceError> {
        let path = resolve(&file.path);
        let about = std::fs::metadata(&path).ok();
        let wanted = Read {
            file: file.clone(),
            form,
            region: region.map(str::to_owned),
            size: about.as_ref().map_or(0, std::fs::Metadata::len),
            modified: about.and_then(|about| about.modified().ok()),
        };
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, people)) = last.as_ref()
            && *read == wanted
        {
            return Ok(Arc::clone(people));
        }
        // The one before goes first, so that two large files are never in memory together.
        *last = None;
        let options = CsvOptions {
            to_column: file.to_column.clone(),
            form,
            region: wanted.region.clone(),
            strict: false,
            source: Some(file.name().to_owned()),
            shape: file.shape,
            choices: file.choices.clone(),
        };
        let people = Arc::new(read_file(&path, &options)?);
        *last = Some((wanted, Arc::clone(&people)));
        Ok(people)
    }
}

/// The first rows of a file, and what filled this template when such a file was confirmed last, as
/// the event that says so. A reader that breaks is a fault of this program, and leaves a sentence too.
pub fn sampled(world: &World, ticket: Ticket, ask: &SampleAsk) -> Event {
    let broke = || {
        Err(ApiError::new(
            ErrorKind::Usage,
            "The file broke the reader.",
            "Save it anew as CSV UTF-8 and choose that.",
        ))
    };
    let result = unbroken(|| sample(&ask.file), broke);
    let asked = ask.template.clone().zip(result.as_ref().ok());
    let before = asked.and_then(|(template, sample)| {
        let of = MappingFor {
            template: template.0,
            language: template.1,
            columns: sample.columns.clone(),
        };
        // Without a record nothing is remembered, and the columns are proposed by their names.
        let kept = world.library().ok()?.kept_mapping(&of);
        kept.ok().flatten().filter(|_| sample.shape.header)
    });
    Event::Sample(Box::new(SampleAnswer {
        ticket,
        result,
        before,
    }))
}

fn sample(file: &PeopleFile) -> Result<TableSample, ApiError> {
    sample_file(&resolve(&file.path), &file.shape).map_err(|error| {
        let message = format!("{}: {error}.", file.name());
        ApiError::new(ErrorKind::Usage, message, "Choose the file again with c.")
    })
}

#[cfg(test)]
mod tests {
    use super::DraftPeople;
    use crate::contract::PeopleFile;
    use crate::domain::RecipientForm;
    use std::sync::Arc;

    #[test]
    fn a_file_is_read_once_until_it_or_its_columns_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, "phone,other\n+447700900412,+447700900118\n").unwrap();
        let mut file = PeopleFile {
            path: path.display().to_string(),
            ..PeopleFile::default()
        };
        let people = DraftPeople::default();
        let read = |file: &PeopleFile| people.of(file, RecipientForm::Phone, None).unwrap();
        let first = read(&file);
        assert!(Arc::ptr_eq(&first, &read(&file)));
        file.to_column = Some("other".to_owned());
        let other = read(&file);
        assert_eq!(other.rows[0].recipient.text(), "447700900118");
        std::fs::write(
            &path,
            "phone,other\n+447700900412,+447700900390\n+447700900733,+447700900290\n",
        )
        .unwrap();
        assert_eq!(read(&file).rows.len(), 2);
    }
}
