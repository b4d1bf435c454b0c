//! Templates with all their versions. A version's payload never changes (the schema refuses it);
//! what people add to it — labels, fallbacks, words, a note — is changed in place.

use super::{Library, from_json};
use crate::domain::Template;
use crate::domain::template::{EditError, TemplateEdit, TemplateVersion};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateInsert {
    /// The version it got.
    pub version: u32,
    /// Whether an older version of that name and language was in use.
    pub replaced: bool,
}

/// Why a template was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is asked for cannot be.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// It is not in the library.
    #[error("there is no template {0} in the library")]
    Missing(String),
    /// There is no such version, or it is the one in use.
    #[error("{0}")]
    Version(String),
}

impl Library {
    /// Adds a template as the newest version of its name and language. Its own `version` field is
    /// ignored; older versions stay in the file, and what people gave the last one goes on.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn insert_template(
        &self,
        template: &Template,
        now: Timestamp,
    ) -> Result<TemplateInsert, StoreError> {
        self.db.change(|tx| {
            let live = newest(tx, &template.name, &template.language)?;
            let next = match &live {
                Some(before) => template.clone().inheriting(before),
                None => template.clone(),
            };
            let version = insert_version(tx, &next, now)?;
            let replaced = live.is_some();
            Ok(TemplateInsert { version, replaced })
        })
    }

    /// The newest version of every template that was not removed, by name and language.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn templates(&self) -> Result<Vec<Template>, StoreError> {
        self.select_templates(None)
    }

    /// The newest version of each language of one name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn templates_named(&self, name: &str) -> Result<Vec<Template>, StoreError> {
        self.select_templates(Some(name))
    }

    fn select_templates(&self, name: Option<&str>) -> Result<Vec<Template>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT json FROM templates AS t WHERE removed IS NULL
                     AND (?1 IS NULL OR name = ?1)
                     AND version = (SELECT max(version) FROM templates
                                    WHERE name = t.name AND language = t.language)
                     ORDER BY name, language",
                )?
                .query_map([name], |row| from_json(&row.get::<_, String>(0)?))?
                .collect()
        })
    }

    /// Every version of one template, the newest first, also those of a removed one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn template_versions(
        &self,
        name: &str,
        language: &str,
    ) -> Result<Vec<TemplateVersion>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT json, added, removed FROM templates
                     WHERE name = ?1 AND language = ?2 ORDER BY version DESC",
                )?
                .query_map([name, language], version_row)?
                .collect()
        })
    }

    /// The languages in which a name was ever in the library.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn languages_ever(&self, name: &str) -> Result<Vec<String>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT DISTINCT language FROM templates WHERE name = ?1 ORDER BY language",
                )?
                .query_map([name], |row| row.get(0))?
                .collect()
        })
    }

    /// Changes what people gave the newest version, in place. Plans that were frozen keep theirs.
    ///
    /// # Errors
    /// A change that cannot be made, a template that is not there, or the database.
    pub fn edit_template(
        &self,
        name: &str,
        language: &str,
        edit: &TemplateEdit,
    ) -> Result<Template, ChangeError> {
        self.db.write(|tx| {
            let fail = |error: rusqlite::Error| StoreError::from_sqlite(self.db.path(), &error);
            let before = newest(tx, name, language)
                .map_err(fail)?
                .ok_or_else(|| ChangeError::Missing(name.to_owned()))?;
            let changed = edit.apply(&before)?;
            tx.execute(
                "UPDATE templates SET json = ?4 WHERE name = ?1 AND language = ?2 AND version = ?3",
                params![
                    name,
                    language,
                    changed.version,
                    to_json(&changed).map_err(fail)?
                ],
            )
            .map_err(fail)?;
            Ok(changed)
        })
    }

    /// Brings an older version back as the newest one, exactly as it was; also after a removal.
    /// Returns the number it got.
    ///
    /// # Errors
    /// No such version, the one in use already, or the database.
    pub fn restore_template(
        &self,
        name: &str,
        language: &str,
        version: u32,
        now: Timestamp,
    ) -> Result<u32, ChangeError> {
        self.db.write(|tx| {
            let fail = |error: rusqlite::Error| StoreError::from_sqlite(self.db.path(), &error);
            let older = tx
                .query_row(
                    "SELECT json, added, removed FROM templates
                     WHERE name = ?1 AND language = ?2 AND version = ?3",
                    params![name, language, version],
                    version_row,
                )
                .optional()
                .map_err(fail)?;
            let Some(older) = older else {
                let text = format!("{name} in {language} has no version {version}");
                return Err(ChangeError::Version(text));
            };
            let live = newest(tx, name, language).map_err(fail)?;
            if live.is_some_and(|live| live.version == version) {
                let text = format!("version {version} of {name} in {language} is the one in use");
                return Err(ChangeError::Version(text));
            }
            Ok(insert_version(tx, &older.template, now).map_err(fail)?)
        })
    }

    /// Takes every version of a name, or of one of its languages, out of the library; `false` if
    /// none was in it. The versions stay in the file and can be brought back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn remove_template(
        &self,
        name: &str,
        language: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db.change(|tx| {
            let changed = tx.execute(
                "UPDATE templates SET removed = ?3
                 WHERE name = ?1 AND (?2 IS NULL OR language = ?2) AND removed IS NULL",
                params![name, language, stored_time(now)],
            )?;
            Ok(changed > 0)
        })
    }
}

/// The version in use.
pub(super) fn newest(
    tx: &Transaction<'_>,
    name: &str,
    language: &str,
) -> rusqlite::Result<Option<Template>> {
    tx.query_row(
        "SELECT json FROM templates WHERE name = ?1 AND language = ?2 AND removed IS NULL
         ORDER BY version DESC LIMIT 1",
        [name, language],
        |row| from_json(&row.get::<_, String>(0)?),
    )
    .optional()
}

/// Writes a template as the newest version and returns its number.
pub(super) fn insert_version(
    tx: &Transaction<'_>,
    template: &Template,
    now: Timestamp,
) -> rusqlite::Result<u32> {
    let last: u32 = tx.query_row(
        "SELECT coalesce(max(version), 0) FROM templates WHERE name = ?1 AND language = ?2",
        [&template.name, &template.language],
        |row| row.get(0),
    )?;
    let stored = Template {
        version: last + 1,
        ..template.clone()
    };
    tx.execute(
        "INSERT INTO templates (name, language, version, json, added) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            stored.name,
            stored.language,
            stored.version,
            to_json(&stored)?,
            stored_time(now)
        ],
    )?;
    Ok(stored.version)
}

fn version_row(row: &Row<'_>) -> rusqlite::Result<TemplateVersion> {
    Ok(TemplateVersion {
        template: from_json(&row.get::<_, String>(0)?)?,
        added: read_time(row.get(1)?),
        removed: row.get::<_, Option<i64>>(2)?.map(read_time),
    })
}

fn to_json(template: &Template) -> rusqlite::Result<String> {
    serde_json::to_string(template)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::{ChangeError, Library};
    use crate::domain::Template;
    use crate::domain::template::{TemplateEdit, import_json};
    use jiff::Timestamp;
    use rusqlite::params;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    fn template(name: &str, language: &str, link: &str) -> Template {
        let text = format!(
            r#"{{"name": "{name}", "language": {{"code": "{language}"}}, "components": [
            {{"type": "header", "parameters": [{{"type": "image", "image": {{"link": "{link}"}}}}]}},
            {{"type": "body", "parameters": [{{"type": "text", "text": "Ana"}}]}}]}}"#
        );
        import_json(&text).unwrap().template
    }

    const DOOR: &str = "https://img.fernoak.example/door.jpg";
    const OIL: &str = "https://img.fernoak.example/oil.jpg";

    struct Shelf {
        library: Library,
        _dir: tempfile::TempDir,
    }

    fn shelf() -> Shelf {
        let dir = tempfile::tempdir().unwrap();
        Shelf {
            library: Library::open(dir.path()).unwrap(),
            _dir: dir,
        }
    }

    fn label(place: &str, label: &str) -> TemplateEdit {
        TemplateEdit {
            labels: vec![(place.to_owned(), label.to_owned())],
            ..TemplateEdit::default()
        }
    }

    #[test]
    fn an_import_of_the_same_name_and_language_is_a_new_version() {
        let Shelf { library, _dir } = shelf();
        let insert = |language, second| {
            let template = template("care", language, DOOR);
            let insert = library.insert_template(&template, time(second)).unwrap();
            (insert.version, insert.replaced)
        };
        assert_eq!(insert("en", 0), (1, false));
        assert_eq!(insert("en", 1), (2, true));
        assert_eq!(insert("de", 2), (1, false));

        let found = library.templates_named("care").unwrap();
        let versions: Vec<_> = found
            .iter()
            .map(|t| (t.language.as_str(), t.version))
            .collect();
        assert_eq!(versions, [("de", 1), ("en", 2)]);

        assert!(library.remove_template("care", None, time(3)).unwrap());
        assert!(library.templates().unwrap().is_empty());
        assert_eq!(insert("en", 4), (3, false));
    }

    #[test]
    fn one_language_alone_can_go_and_its_history_stays() {
        let Shelf { library, _dir } = shelf();
        for language in ["en", "de"] {
            let template = template("care", language, DOOR);
            library.insert_template(&template, time(0)).unwrap();
        }
        assert!(
            library
                .remove_template("care", Some("de"), time(3))
                .unwrap()
        );
        assert!(
            !library
                .remove_template("care", Some("de"), time(4))
                .unwrap()
        );
        let left = library.templates().unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].language, "en");
        let kept = library.template_versions("care", "de").unwrap();
        assert_eq!(kept[0].removed, Some(time(3)));
        assert_eq!(library.languages_ever("care").unwrap(), ["de", "en"]);
    }

    #[test]
    fn what_people_gave_a_version_goes_on_to_the_next_and_is_changed_in_place() {
        let Shelf { library, _dir } = shelf();
        let first = template("care", "en", DOOR);
        library.insert_template(&first, time(0)).unwrap();
        let edited = library
            .edit_template("care", "en", &label("1", "customer"))
            .unwrap();
        assert_eq!((edited.version, &edited.components), (1, &first.components));
        library
            .insert_template(&template("care", "en", OIL), time(1))
            .unwrap();
        library
            .edit_template("care", "en", &label("customer", "owner"))
            .unwrap();

        let versions = library.template_versions("care", "en").unwrap();
        let labels: Vec<_> = versions
            .iter()
            .map(|one| {
                let place = one.template.parameter_named("1").unwrap();
                (
                    one.template.version,
                    one.added,
                    place.label.clone().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            labels,
            [
                (2, time(1), "owner".to_owned()),
                (1, time(0), "customer".to_owned())
            ]
        );
    }

    #[test]
    fn a_change_that_cannot_be_changes_nothing() {
        let Shelf { library, _dir } = shelf();
        let missing = library.edit_template("care", "en", &label("1", "customer"));
        assert_eq!(missing, Err(ChangeError::Missing("care".to_owned())));
        library
            .insert_template(&template("care", "en", DOOR), time(0))
            .unwrap();
        let before = library.templates().unwrap();
        let refused = library.edit_template("care", "en", &label("1", "header.link"));
        assert!(matches!(refused, Err(ChangeError::Edit(_))), "{refused:?}");
        assert_eq!(library.templates().unwrap(), before);
    }

    #[test]
    fn the_schema_refuses_another_payload_in_the_same_version() {
        let Shelf { library, _dir } = shelf();
        library
            .insert_template(&template("care", "en", DOOR), time(0))
            .unwrap();
        let json = serde_json::to_string(&template("care", "en", OIL)).unwrap();
        let refused = library
            .db
            .change(|tx| tx.execute("UPDATE templates SET json = ?1", params![json]));
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("never changes"), "{text}");
    }

    #[test]
    fn an_older_version_comes_back_as_a_new_one_exactly_as_it_was() {
        let Shelf { library, _dir } = shelf();
        for (second, link) in [(0, DOOR), (1, OIL)] {
            let template = template("care", "en", link);
            library.insert_template(&template, time(second)).unwrap();
        }
        library
            .edit_template("care", "en", &label("1", "customer"))
            .unwrap();
        assert_eq!(library.restore_template("care", "en", 1, time(2)), Ok(3));
        let now = &library.templates().unwrap()[0];
        assert!(now.components.to_string().contains("door.jpg"));
        assert_eq!(now.parameter_named("1").unwrap().label, None);

        let twice = library.restore_template("care", "en", 3, time(3));
        let why = twice.unwrap_err().to_string();
        assert_eq!(why, "version 3 of care in en is the one in use");
        let none = library.restore_template("care", "en", 9, time(3));
        assert_eq!(none.unwrap_err().to_string(), "care in en has no version 9");

        library.remove_template("care", None, time(4)).unwrap();
        assert_eq!(library.restore_template("care", "en", 3, time(5)), Ok(4));
        assert_eq!(library.templates().unwrap()[0].version, 4);
    }
}
