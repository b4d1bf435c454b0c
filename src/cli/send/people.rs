//! Who a send is for: numbers and ids of the command line, files, earlier batches, searches, and
//! what they are together. Only a search asks the platform, and never in a dry run; what is known of
//! 24-hour windows comes from the local copy.

use crate::cli::args_people::PeopleArgs;
use crate::cli::connect::Line;
use crate::cli::context::{Context, as_sentence, storage, usage};
use crate::cli::{outbox, searches};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::audience::{
    AudienceError, BatchPeople, ClassChoices, CsvOptions, Difference, PeopleSet, ShapeChoice,
    from_recipients_choosing, row_rules,
};
use crate::domain::{Audience, Content, Profile, Recipient, RecipientForm};
use crate::runtime::people_files::{read_file, read_stream};
use crate::settings::{CacheSetting, Settings};
use crate::store::{Library, cache_path};
use crate::text::nearest::nearest;
use std::path::Path;

/// Where people come from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Where the record of earlier batches is.
    pub settings: &'a Settings,
    /// Where searches are kept.
    pub library: &'a Library,
    /// The way to the platform; none in a dry run.
    pub line: Option<&'a Line<'a>>,
}

/// What people are read with.
struct Reading<'a> {
    sources: Sources<'a>,
    /// The bot whose batches count.
    profile: &'a Profile,
    /// How recipients are written.
    form: RecipientForm,
    /// The column of the recipients, if `--map to=COLUMN` names it.
    to_column: Option<String>,
    /// What was decided about classes of rows.
    choices: ClassChoices,
}

/// Everybody the options name.
///
/// # Errors
/// Nobody named, a file that cannot be read as a whole, a batch that is not there, or a search that
/// cannot be asked.
pub fn read(
    people: &PeopleArgs,
    to_column: Option<String>,
    content: &Content,
    sources: Sources<'_>,
) -> Result<Audience, ApiError> {
    let reading = Reading {
        sources,
        profile: &sources.settings.connection()?.profile,
        form: content.recipient_form(),
        to_column,
        choices: choices(people)?,
    };
    let mut audience = reading.base(people, content.names_recipients())?;
    for source in &people.only {
        audience.only(&reading.set(source)?, source);
    }
    // Each source is read once: a second look could find other people.
    let mut without = Vec::new();
    for source in &people.except {
        without.push((reading.set(source)?, source));
    }
    for (others, source) in &without {
        audience.except(others, source);
    }
    for source in &people.also {
        let mut other = reading.source(source)?;
        // Those whom --except names stay out, wherever they come from.
        for (others, source) in &without {
            other.except(others, source);
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
        let rule = read.map_err(|(text, advice)| usage(text, advice))?;
        if !row_rules::all().any(|known| known == rule) {
            // A word that names nothing would decide nothing, without a word.
            let advice = match nearest(rule, row_rules::all()) {
                Some(near) => format!("Is {near} meant? A dry run with --output json names them."),
                None => "A dry run with --output json names them, in `checks`.".to_owned(),
            };
            let text = format!("--on {choice}: no rows are told apart by the rule {rule}");
            return Err(usage(text, advice));
        }
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
    let id = outbox::number(batch)?;
    let profile = &settings.connection()?.profile;
    let then = of_batch((settings, profile), batch, RecipientForm::ChannelUser)?;
    let then: Vec<Recipient> = then.rows.into_iter().map(|row| row.recipient).collect();
    Ok(Some((id.0, Difference::between(now, &then))))
}

impl Reading<'_> {
    /// Those of `--to`, `--csv`, `--from-batch` or `--from-search`.
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
        if let Some(search) = &people.from_search {
            return self.search(search);
        }
        if people.to.is_empty() && people.also.is_empty() && !may_be_nobody {
            return Err(usage(
                "nobody to send to is given",
                "Give recipients with --to, a file with --csv, a batch with --from-batch, or a search \
                 with --from-search.",
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

    /// A file, `batch:12:accepted`, or `search:NAME`.
    fn source(&self, source: &str) -> Result<Audience, ApiError> {
        match source.split_once(':') {
            Some(("batch", batch)) => self.batch(batch),
            Some(("search", search)) => self.search(search),
            Some(_) | None => self.file(source, None, ShapeChoice::default()),
        }
    }

    /// Asks the platform for the people of a search.
    fn search(&self, text: &str) -> Result<Audience, ApiError> {
        let search = searches::meant(self.sources.library, text)?;
        let Some(line) = self.sources.line else {
            return Err(searches::refused_in_a_dry_run(self.sources.library, text));
        };
        let users = searches::people(line, &search)?;
        let region = self.profile.region.as_deref();
        Ok(Audience::of_users(
            &users,
            (self.form, region),
            &self.choices,
        ))
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

    fn batch(&self, text: &str) -> Result<Audience, ApiError> {
        of_batch((self.sources.settings, self.profile), text, self.form)
    }
}

/// The people of a batch, written `12` or `12:accepted`.
fn of_batch(
    (settings, profile): (&Settings, &Profile),
    text: &str,
    form: RecipientForm,
) -> Result<Audience, ApiError> {
    let (id, which) = match text.rsplit_once(':') {
        None => (text, BatchPeople::default()),
        Some((id, word)) => (id, which(word)?),
    };
    let id = outbox::number(id)?;
    let outbox = outbox::open_at(&settings.folders.data.path)?;
    let stored = outbox.stored(id)?;
    if stored.target != profile.target {
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
    Ok(Audience::of_record(&people, form))
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
