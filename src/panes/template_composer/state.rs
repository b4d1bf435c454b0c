//! What the Composer pane remembers: the open draft, the drafts beside it, where the form stands.

use super::fields::{Shape, fields};
use super::form::{Choices, DraftKind, Field, FieldId};
use super::people_table::{PeopleTable, file_in, meant, written};
use super::person::{Person, key_of, known_as};
use super::sheet::sheet;
use super::shown_call::ShownCall;
use crate::contract::PlanProblem;
use crate::domain::{Flow, FlowVersion, LastHeard, Plan, Template, User, WaitWish};
use crate::text::{format, sanitize};
use jiff::{Timestamp, Zoned};
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A draft in work.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Its name in the local record, the same as long as it lives.
    pub id: String,
    /// What it becomes.
    pub kind: DraftKind,
    /// What was chosen.
    pub choices: Choices,
    /// Name of the profile it was made for.
    pub profile: Option<String>,
    /// The fields of that kind.
    pub fields: Vec<Field>,
    /// The template chosen.
    pub template: Option<Template>,
    /// The flow chosen.
    pub flow: Option<Flow>,
    /// The form of flow calls in the profile, used unless another is chosen.
    pub usual_version: FlowVersion,
    /// Index of the field under the cursor.
    pub cursor: usize,
    /// What is known of people, by the digits of their number.
    pub people: BTreeMap<String, Person>,
    /// Values typed in fields that are not shown now, by [`FieldId::key`], so that switching
    /// loses nothing.
    pub kept: BTreeMap<String, String>,
    /// What is to fix.
    pub problems: Vec<PlanProblem>,
    /// What the last plan wants a person to know.
    pub warnings: Vec<String>,
    /// Countries of the last plan's numbers and how many people each has, as far as they are known.
    pub countries: Vec<(String, u64)>,
    /// How many people of the plan opted out and are left out.
    pub opted_out: u64,
    /// The last plan, if there was one and the draft is as it was then.
    pub plan: Option<Arc<Plan>>,
    /// The call that the Payload pane shows.
    pub shown_call: Option<ShownCall>,
    /// How the file of people is read, where they come from one.
    pub table: PeopleTable,
    /// What is wished for its waiting.
    pub waits: WaitWish,
}

/// A draft that is not open now.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelved {
    /// Its name in the local record.
    pub id: String,
    /// The draft; `None` where a newer version of the program wrote it.
    pub draft: Option<Draft>,
    /// When it was changed last.
    pub at: Timestamp,
}

/// The Composer pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The open draft.
    pub draft: Option<Draft>,
    /// Whether keys go into the field under the cursor.
    pub typing: bool,
    /// What happened to the draft, shown on the edge: `draft saved 10:46`.
    pub note: String,
    /// Counts every change, so that a change is never mistaken for the one before.
    pub revision: u64,
    /// Since when the open draft has something that is not written down.
    pub unsaved: Option<Timestamp>,
    /// The drafts beside the open one, the last used first.
    pub shelf: Vec<Shelved>,
    /// What was discarded in this session, the last first.
    pub discarded: Vec<Draft>,
    /// Counts drafts begun here, so that each has a name of its own.
    pub begun: u64,
    /// The first block of the form on the screen.
    pub first: usize,
    /// With whom the open chat is, by the digits of the number.
    pub chat: Option<String>,
}

impl Draft {
    /// Whether the draft is written as raw JSON now.
    pub fn is_raw(&self) -> bool {
        self.choices.raw && self.kind.has_raw_form()
    }

    /// Whether the draft is made of a template of the library.
    pub fn takes_template(&self) -> bool {
        !self.is_raw()
            && match self.kind {
                DraftKind::Template | DraftKind::Csv => true,
                DraftKind::Broadcast => self.choices.with_template,
                DraftKind::Flow => false,
            }
    }

    /// An empty draft of a kind.
    pub fn new(id: String, kind: DraftKind) -> Self {
        let mut draft = Self {
            id,
            kind,
            ..Self::default()
        };
        draft.rebuild();
        draft
    }

    /// Makes the fields anew for kind, choices, template and flow; values of the same name stay,
    /// and so does what can be undone in them.
    pub fn rebuild(&mut self) {
        self.keep_values();
        let here = self.field().map(|field| field.id.clone());
        let filled = self.close_gaps();
        let mut made = fields(Shape {
            kind: self.kind,
            choices: self.choices,
            template: self.template.as_ref(),
            flow: self.flow.as_ref(),
            filled,
        });
        for field in &mut made {
            let Some(value) = self.kept.get(&field.id.key()) else {
                continue;
            };
            let old = self.fields.iter().find(|old| old.id == field.id);
            if let Some(old) = old.filter(|old| old.text.text() == *value) {
                field.text = old.text.clone();
            } else {
                field.text.set_text(value);
            }
        }
        self.fields = made;
        let same = self
            .fields
            .iter()
            .position(|field| Some(&field.id) == here.as_ref());
        self.cursor = same
            .unwrap_or(self.cursor)
            .min(self.fields.len().saturating_sub(1));
    }

    /// Notes the values of all fields.
    fn keep_values(&mut self) {
        self.kept = self.values();
    }

    /// Every value of the draft, also of fields that are not shown now. A value that only came
    /// with the template is not the person's own and goes with it.
    pub fn values(&self) -> BTreeMap<String, String> {
        let mut values = self.kept.clone();
        for field in self.fields.iter().filter(|field| !field.id.is_choice()) {
            let text = field.text.text();
            if field.imported.as_deref() == Some(text.as_str()) {
                values.remove(&field.id.key());
            } else {
                values.insert(field.id.key(), text);
            }
        }
        values
    }

    /// Moves texts and further attributes up over empty ones; gives how many there are.
    fn close_gaps(&mut self) -> usize {
        let mut counts = [0, 0];
        for (count, id) in counts.iter_mut().zip([FieldId::Text, FieldId::Extra]) {
            let keys = (0..).map(|at| id(at).key());
            let known: Vec<String> = keys.take_while(|key| self.kept.contains_key(key)).collect();
            let values: Vec<String> = known
                .iter()
                .filter_map(|key| self.kept.remove(key))
                .filter(|text| !text.trim().is_empty())
                .collect();
            *count = values.len();
            for (at, value) in values.into_iter().enumerate() {
                self.kept.insert(id(at).key(), value);
            }
        }
        let [texts, extras] = counts;
        if self.kind == DraftKind::Flow {
            extras
        } else {
            texts
        }
    }

    /// Whether fields that come and go are too few, or have a gap.
    pub fn wants_rebuild(&self) -> bool {
        let empty = self.empty_of_several();
        empty
            .split_last()
            .is_some_and(|(last, others)| !last || others.contains(&true))
    }

    /// One more text or attribute waits as soon as the last one has something in it.
    pub fn grow(&mut self) {
        let empty = self.empty_of_several();
        let gap = empty.iter().rev().skip(1).any(|empty| *empty);
        if empty.last() == Some(&false) && !gap {
            self.rebuild();
        }
    }

    fn empty_of_several(&self) -> Vec<bool> {
        let several = self
            .fields
            .iter()
            .filter(|field| matches!(field.id, FieldId::Text(_) | FieldId::Extra(_)));
        several.map(|field| field.text.is_empty()).collect()
    }

    /// The field under the cursor.
    pub fn field(&self) -> Option<&Field> {
        self.fields.get(self.cursor)
    }

    /// The field under the cursor, to change it.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.cursor)
    }

    /// The text of a field.
    pub fn value(&self, id: &FieldId) -> String {
        self.fields
            .iter()
            .find(|field| field.id == *id)
            .map_or_else(|| self.kept_time(id), |field| field.text.text())
    }

    /// The time of a draft whose form has no field for it.
    fn kept_time(&self, id: &FieldId) -> String {
        let kept = (*id == FieldId::When).then(|| self.kept.get(&id.key()));
        kept.flatten().cloned().unwrap_or_default()
    }

    /// Sets when it goes out; a form without a field for it shows it all the same.
    pub fn set_when(&mut self, text: &str) {
        let has_field = self.fields.iter().any(|field| field.id == FieldId::When);
        if has_field {
            self.set_value(&FieldId::When, text);
        } else {
            self.kept.insert(FieldId::When.key(), text.to_owned());
        }
    }

    /// Sets the text of a field.
    pub fn set_value(&mut self, id: &FieldId, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == *id) {
            field.text.set_text(text);
        }
    }

    /// Addresses the draft to people; what is known of them is kept.
    pub fn address(&mut self, users: &[User]) {
        let recipients: Vec<String> = users.iter().map(written).collect();
        self.forget_own_values();
        self.set_value(&FieldId::To, &recipients.join(", "));
        for user in users {
            self.people.insert(key_of(user), Person::of(user));
        }
        self.prefill();
    }

    /// Notes when somebody the draft is addressed to wrote last.
    pub fn hear(&mut self, digits: &str, heard: LastHeard) {
        if self.recipients().iter().any(|one| known_as(one) == digits) {
            self.people.entry(digits.to_owned()).or_default().heard = Some(heard);
        }
    }

    /// Adds somebody to those it is addressed to.
    pub fn add(&mut self, user: &User) {
        let key = key_of(user);
        let mut recipients = self.typed_recipients();
        let is_same = |one: &String| known_as(one) == key || meant(one) == key;
        if !recipients.iter().any(is_same) {
            self.forget_own_values();
            recipients.push(written(user));
        }
        self.set_value(&FieldId::To, &recipients.join(", "));
        self.people.insert(key, Person::of(user));
    }

    /// The numbers and ids that are typed.
    pub fn recipients(&self) -> Vec<String> {
        let typed = self.typed_recipients().into_iter();
        typed.map(|one| meant(&one).to_owned()).collect()
    }

    fn typed_recipients(&self) -> Vec<String> {
        let text = self.value(&FieldId::To);
        if file_in(&text).is_some() {
            return Vec::new();
        }
        let parts = text.split([',', ';', '\n']);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// What is known of those to whom the draft is addressed now; `None` for a number of which
    /// nothing is known.
    pub fn addressed(&self) -> Vec<Option<&Person>> {
        let recipients = self.recipients();
        let known = recipients.iter().map(|one| {
            let key = self.person_key(one)?;
            self.people.get(&key)
        });
        known.collect()
    }

    /// The key of a recipient as typed among those of whom something is known.
    pub fn person_key(&self, recipient: &str) -> Option<String> {
        [known_as(recipient), recipient.to_owned()]
            .into_iter()
            .find(|key| self.people.contains_key(key))
    }

    /// The name that belongs to the digits of a number.
    pub fn name_of(&self, digits: &str) -> Option<String> {
        self.people.get(digits).and_then(Person::shown_name)
    }

    /// Who it goes to in a few words: a name and number, or how many.
    pub fn to_words(&self) -> String {
        if let Some(file) = self.people_file() {
            return self.file_words(&file);
        }
        let recipients = self.recipients();
        match recipients.as_slice() {
            [] => "nobody yet".to_owned(),
            [one] => {
                let known = known_as(one);
                let shown = format::recipient(&sanitize::clean_line(&known));
                match self.name_of(&known) {
                    Some(name) => format!("{name}  {shown}"),
                    None => shown,
                }
            }
            many => format::people(many.len() as u64),
        }
    }

    /// What the draft is about: the name of its template or flow, or its title.
    pub fn subject(&self) -> String {
        let template = || self.template.as_ref().map(|template| template.name.clone());
        let title = || Some(self.value(&FieldId::Title)).filter(|title| !title.is_empty());
        let subject = match self.kind {
            DraftKind::Template => template(),
            DraftKind::Flow => self.flow.as_ref().map(|flow| flow.name.clone()),
            DraftKind::Broadcast | DraftKind::Csv => title().or_else(template),
        };
        subject.map_or_else(
            || self.kind.word().to_owned(),
            |text| sanitize::clean_line(&text).into_owned(),
        )
    }

    /// Whether nothing would be lost by forgetting the draft: nothing was chosen or typed, and it
    /// is for one person at most.
    pub fn is_blank(&self) -> bool {
        let to = self.value(&FieldId::To);
        let typed = self
            .values()
            .into_iter()
            .any(|(key, text)| key != FieldId::To.key() && !text.trim().is_empty());
        let chosen = self.template.is_some() || self.flow.is_some();
        !typed && !chosen && (to.trim().is_empty() || self.recipients().len() == 1)
    }

    /// The first problem of a field.
    pub fn problem_of(&self, id: &FieldId) -> Option<&str> {
        self.problem_named(&id.name())
    }

    /// The first problem with this name: that of a field, of `body`, of `card.2.body`.
    pub fn problem_named(&self, name: &str) -> Option<&str> {
        let named = |problem: &&PlanProblem| problem.field.as_deref() == Some(name);
        let problem = self.problems.iter().find(named)?;
        Some(&problem.text)
    }

    /// The fields whose values the draft needs; those that came with the template are there.
    pub fn own_fields(&self) -> impl Iterator<Item = &Field> {
        let fields = self.fields.iter();
        fields.filter(|field| field.id.is_value() && field.imported.is_none())
    }

    /// How many values stand there, of how many.
    pub fn filled(&self) -> (usize, usize) {
        let typed = self.own_fields();
        let total = self.own_fields().count();
        (typed.filter(|field| !field.text.is_empty()).count(), total)
    }
}

impl State {
    /// Whether the open chat is with somebody else than the one person of the draft.
    pub fn is_elsewhere(&self) -> bool {
        let (Some(draft), Some(chat)) = (&self.draft, &self.chat) else {
            return false;
        };
        match draft.recipients().as_slice() {
            [one] => known_as(one) != *chat,
            _ => false,
        }
    }

    /// Computes what the view only shows: how far the form is scrolled.
    pub fn prepare(&mut self, inside: Rect, now: &Zoned) {
        if let Some(draft) = &self.draft {
            self.first = sheet(draft, inside, now).first(draft, self.first);
        }
    }

    /// Puts the cursor on the field in a row of the pane; the typing elsewhere ends.
    pub fn select_row(&mut self, row: u16, inside: Rect, now: &Zoned) {
        let first = self.first;
        if let Some(draft) = &mut self.draft {
            let at = sheet(draft, inside, now).field_at(row, first);
            if let Some(at) = at.filter(|at| *at != draft.cursor) {
                draft.cursor = at;
                self.typing = false;
            }
        }
    }

    /// Every draft there is, the open one first.
    pub fn drafts(&self) -> impl Iterator<Item = &Draft> {
        let shelved = self.shelf.iter().filter_map(|one| one.draft.as_ref());
        self.draft.iter().chain(shelved)
    }
}
