//! Reads a keymap file into bindings. A wrong line is reported with its number and what was
//! probably meant, and left out; it never spoils the others. It gets text, it opens no file.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::chord::Chord;
use super::condition::Condition;
use super::conflicts::{Finding, Kind};
use super::context::KeyContext;
use super::{Binding, Source};
use crate::contract::action::Action;
use crate::text::nearest::{line_of, nearest};

/// The bindings of a file in its order, and everything that is wrong with it.
pub(super) fn parse(file: &str, text: &str, source: Source) -> (Vec<Binding>, Vec<Finding>) {
    let mut reader = Reader {
        file,
        text,
        source,
        bindings: Vec::new(),
        findings: Vec::new(),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let problem = error.message().lines().next().unwrap_or_default();
        reader.report(at, Kind::Mistake, format!("not readable: {problem}"));
    }
    reader.read(table.get_ref());
    (reader.bindings, reader.findings)
}

/// What a line starts (nothing for the word `none`) and what must hold for it.
type Meaning = (Option<Action>, Condition);

/// The line cannot be used, and the report says why.
struct Reported;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    source: Source,
    bindings: Vec<Binding>,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn read(&mut self, table: &DeTable) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let at = key.span().start;
            let Some(context) = KeyContext::from_name(name) else {
                let names = KeyContext::ALL.iter().map(|context| context.name());
                let Reported = self.unknown(at, "context", name, nearest(name, names));
                continue;
            };
            match value.get_ref().as_table() {
                Some(keys) => self.context(context, keys),
                None => {
                    let Reported =
                        self.mistake(at, format!("`{name}` is a context: write [{name}]"));
                }
            }
        }
    }

    fn context(&mut self, context: KeyContext, keys: &DeTable) {
        let mut seen: Vec<(Chord, usize)> = Vec::new();
        for (key, value) in keys {
            let at = key.span().start;
            let chord = match key.get_ref().parse::<Chord>() {
                Ok(chord) => chord,
                Err(error) => {
                    let Reported = self.mistake(at, error.to_string());
                    continue;
                }
            };
            let line = line_of(self.text, at);
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == chord) {
                let text = format!(
                    "`{chord}` stands twice in [{}], first on line {first}",
                    context.name()
                );
                self.report(at, Kind::Twice, text);
                // The later line counts.
                self.bindings
                    .retain(|old| (old.context, old.chord) != (context, chord));
            }
            seen.push((chord, line));
            match value.get_ref().as_array() {
                Some(choices) => {
                    for choice in choices {
                        self.binding(context, chord, choice);
                    }
                }
                None => self.binding(context, chord, value),
            }
        }
    }

    fn binding(&mut self, context: KeyContext, chord: Chord, value: &Spanned<DeValue>) {
        let at = value.span().start;
        if let Ok((run, when)) = self.meaning(at, value.get_ref()) {
            let line = line_of(self.text, at);
            let source = self.source;
            self.bindings.push(Binding {
                context,
                chord,
                run,
                when,
                line,
                source,
            });
        }
    }

    fn meaning(&mut self, at: usize, value: &DeValue) -> Result<Meaning, Reported> {
        match value {
            DeValue::String(name) => Ok((self.action(at, name)?, Condition::default())),
            DeValue::Table(parts) => self.parts(at, parts),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                let shape = "the name of an action is needed, or { run = \"...\", when = \"...\" }";
                Err(self.mistake(at, shape.to_owned()))
            }
        }
    }

    /// `{ run = "...", when = "..." }`.
    fn parts(&mut self, at: usize, parts: &DeTable) -> Result<Meaning, Reported> {
        let mut run = None;
        let mut when = Condition::default();
        for (key, value) in parts {
            let value_at = value.span().start;
            match (key.get_ref().as_ref(), value.get_ref().as_str()) {
                ("run", Some(name)) => run = Some(self.action(value_at, name)),
                ("when", Some(words)) => {
                    when = Condition::parse(words).map_err(|text| self.mistake(value_at, text))?;
                }
                ("run" | "when", None) => {
                    return Err(self.mistake(value_at, "text in quotes is needed here".to_owned()));
                }
                (other, _) => {
                    let meant = nearest(other, ["run", "when"]);
                    return Err(self.unknown(key.span().start, "setting", other, meant));
                }
            }
        }
        let shape = "`run` is missing: { run = \"...\", when = \"...\" }";
        let run = run.unwrap_or_else(|| Err(self.mistake(at, shape.to_owned())))?;
        Ok((run, when))
    }

    /// The action of a name; nothing for the word `none`.
    fn action(&mut self, at: usize, name: &str) -> Result<Option<Action>, Reported> {
        if name == "none" {
            return Ok(None);
        }
        Action::from_name(name).map(Some).ok_or_else(|| {
            let names = Action::ALL.iter().map(|action| action.name());
            self.unknown(at, "action", name, nearest(name, names))
        })
    }

    fn unknown(&mut self, at: usize, kind: &str, word: &str, meant: Option<&str>) -> Reported {
        let hint = meant
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        self.mistake(at, format!("unknown {kind} `{word}`{hint}"))
    }

    fn mistake(&mut self, at: usize, text: String) -> Reported {
        self.report(at, Kind::Mistake, text);
        Reported
    }

    fn report(&mut self, at: usize, kind: Kind, text: String) {
        let line = line_of(self.text, at);
        self.findings.push(Finding {
            file: self.file.to_owned(),
            line,
            kind,
            text,
        });
    }
}
