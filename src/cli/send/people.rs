//! Who a send is for: numbers and ids of the command line, files, earlier batches, and what they
//! are together. It asks nobody; what is known of 24-hour windows comes from the local copy.

use crate::cli::args_people::PeopleArgs;
use crate::cli::context::{Context, as_sentence, storage, usage};
use crate::cli::outbox;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::audience::{
    AudienceError, BatchPeople, ClassChoices, CsvOptions, Difference, PeopleSet, ShapeChoice,
    from_recipients_choosing,
};
use crate::domain::{Audience, Content, Profile, Recipient, RecipientForm};
use crate::runtime::people_files::{read_file, read_stream};
use crate::settings::{CacheSetting, Settings};
use crate::store::cache_path;
use std::path::Path;

/// What people are read with.
pub struct Reading<'a> {
    /// Where the record of earlier batches is.
    pub settings: &'a Settings,
    /// The bot whose batches count.
    pub profile: &'a Profile,
    /// How recipients are written.
    pub form: RecipientForm,
    /// The column of the recipients, if `--map to=COLUMN` names it.
    pub to_column: Option<String>,
    /// What was decided about classes of rows.
    pub choices: ClassChoices,
}

/// Everybody the options name.
///
/// # Errors
/// Nobody named, a file that cannot be read as a whole, or a batch that is not there.
pub fn read(
    people: &PeopleArgs,
    to_column: Option<String>,
    content: &Content,
    settings: &Settings,
) -> Result<Audience, ApiError> {
    let profile = &settings.connection()?.profile;
    let reading = Reading {
        settings,
        profile,
        form: content.recipient_form(),
        to_column,
        choices: choices(people)?,
    };
    let mut audience = reading.base(people, content.names_recipients())?;
    for source in &people.only {
        audience.only(&reading.set(source)?, source);
    }
    for source in &people.except {
        audience.except(&reading.set(source)?, source);
    }
    for source in &people.also {
        let mut other = reading.source(source)?;
        // Those whom --except names stay out, wherever they come from.
        for without in &people.except {
            other.except(&reading.set(without)?, without);
        }
        audience.also(other);
    }
    audience.choices = reading.choices;
    Ok(audience)
}

/// What `--on` says.
fn choices(people: &PeopleArgs) -> Result<ClassChoices, ApiError> {
    let mut choices = ClassChoices::default();
    for choice in &people.on {
        let read = choices.read(choice);
        read.map_err(|(text, advice)| usage(text, advice))?;
    }
    Ok(choices)
}

/// Who is new and who is gone since the batch of `--compare`, with its number.
///
/// # Errors
/// A batch that is not there, of another bot, or whose people are purged.
pub fn compare<'r>(
    people: &PeopleArgs,
    settings: &Settings,
    now: impl Iterator<Item = &'r Recipient>,
) -> Result<Option<(i64, Difference)>, ApiError> {
    let Some(batch) = &people.compare else {
        return Ok(None);
    };
    let reading = Reading {
        settings,
        profile: &settings.connection()?.profile,
        form: RecipientForm::ChannelUser,
        to_column: None,
        choices: ClassChoices::default(),
    };
    let id = outbox::number(batch)?;
    let then = reading.batch(batch)?;
    let then: Vec<Recipient> = then.rows.into_iter().map(|row| row.recipient).collect();
    Ok(Some((id.0, Difference::between(now, &then))))
}

impl Reading<'_> {
    /// Those of `--to`, `--csv` or `--from-batch`.
    fn base(&self, people: &PeopleArgs, may_be_nobody: bool) -> Result<Audience, ApiError> {
        if let Some(path) = &people.csv {
            let shape = ShapeChoice {
                encoding: people.encoding,
                delimiter: people.delimiter,
                header: people.no_header.then_some(false),
            };
            return self.file(path, self.to_column.clone(), shape);
        }
        if self.to_column.is_some() {
            return Err(usage(
                "--map to=COLUMN needs a file",
                "Give --csv FILE, or leave it out.",
            ));
        }
        if let Some(batch) = &people.from_batch {
            return self.batch(batch);
        }
        if people.to.is_empty() && people.also.is_empty() && !may_be_nobody {
            return Err(usage(
                "nobody to send to is given",
                "Give recipients with --to, a file with --csv, or a batch with --from-batch.",
            ));
        }
        let region = self.profile.region.as_deref();
        Ok(from_recipients_choosing(
            &people.to,
            (self.form, region),
            &self.choices,
        ))
    }

    fn set(&self, source: &str) -> Result<PeopleSet, ApiError> {
        let people = self.source(source)?;
        Ok(people.rows.iter().map(|row| &row.recipient).collect())
    }

    /// A file, or `batch:12:accepted`.
    fn source(&self, source: &str) -> Result<Audience, ApiError> {
        match source.strip_prefix("batch:") {
            Some(batch) => self.batch(batch),
            None => self.file(source, None, ShapeChoice::default()),
        }
    }

    fn file(
        &self,
        path: &str,
        to_column: Option<String>,
        shape: ShapeChoice,
    ) -> Result<Audience, ApiError> {
        let options = CsvOptions {
            to_column,
            form: self.form,
            region: self.profile.region.clone(),
            // Row checks of a plan come later than those of a file; `--strict` looks at both there.
            strict: false,
            source: Some(path.to_owned()),
            shape,
            choices: self.choices.clone(),
        };
        read_people(path, &options)
    }

    /// `12` or `12:accepted`.
    fn batch(&self, text: &str) -> Result<Audience, ApiError> {
        let (id, which) = match text.rsplit_once(':') {
            None => (text, BatchPeople::default()),
            Some((id, word)) => (id, which(word)?),
        };
        let id = outbox::number(id)?;
        let outbox = outbox::open_at(&self.settings.folders.data.path)?;
        let stored = outbox.stored(id)?;
        if stored.target != self.profile.target {
            return Err(usage(
                format!("batch {id} was for another bot: its people are not those of this profile"),
                "Choose its profile with --profile, or another batch.",
            ));
        }
        let people = outbox.store().people_of_batch(id, which.states());
        let people = people.map_err(|error| storage(&error))?;
        let counts = &stored.batch.counts;
        if people.is_empty() && counts.planned > counts.skipped && which == BatchPeople::All {
            return Err(ApiError::new(
                ErrorKind::NotFound,
                format!("the people of batch {id} are purged"),
                "Give their file again.",
            ));
        }
        Ok(Audience::of_record(&people, self.form))
    }
}

fn which(word: &str) -> Result<BatchPeople, ApiError> {
    BatchPeople::from_word(word).ok_or_else(|| {
        usage(
            format!("a batch has no people called `{word}`"),
            "Write all, accepted, rejected or not-reached.",
        )
    })
}

/// Everybody of a file; `-` is the standard input.
///
/// # Errors
/// A file that cannot be read as a whole.
pub fn read_people(path: &str, options: &CsvOptions) -> Result<Audience, ApiError> {
    let read = if path == "-" {
        read_stream(std::io::stdin(), options)
    } else {
        read_file(Path::new(path), options)
    };
    read.map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &str, error: &AudienceError) -> ApiError {
    let shown = if path == "-" { "stdin" } else { path };
    let text = error.to_string();
    let (message, advice) = text.rsplit_once(": ").unwrap_or((&text, ""));
    usage(format!("{shown}: {message}"), as_sentence(advice))
}

/// Adds what the local copy knows of people's last messages. Without one nothing is known, and an
/// unknown window leaves nobody out.
pub fn look_up_windows(
    context: &Context,
    settings: &Settings,
    profile: &Profile,
    audience: &mut Audience,
) {
    let kept = match &settings.cache {
        CacheSetting::Off => false,
        CacheSetting::Readable => cache_path(&settings.folders.data.path).exists(),
        CacheSetting::Encrypted(_) => true,
    };
    if !kept {
        return;
    }
    let heard = context.cache(settings).and_then(|cache| {
        let ids = audience.rows.iter().map(|row| row.recipient.text());
        cache
            .last_heard(&profile.target, ids)
            .map_err(|error| storage(&error))
    });
    match heard {
        Ok(heard) => audience.heard = heard,
        Err(error) => context.output.note(&format!(
            "warning: nothing is known of 24-hour windows: {}",
            error.message
        )),
    }
}
