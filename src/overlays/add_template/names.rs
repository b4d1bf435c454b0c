//! What people call the places of a template, and what stands in for an empty value: rows of texts
//! and one field for the cell that is typed in.

use crate::domain::template::{TemplateEdit, kind_in_words};
use crate::domain::{ParameterKind, Template, TemplateParameter};
use crate::text::sanitize;
use crate::widgets::TextField;
use crossterm::event::KeyEvent;
use serde_json::Value;
use std::collections::HashMap;

/// A column that is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// What people call the place.
    #[default]
    Label,
    /// The text for people whose own value is empty.
    Fallback,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name in the template.
    pub name: String,
    kind: ParameterKind,
    /// Its kind in words.
    pub what: &'static str,
    /// What stood there in the pasted text, clean.
    pub sample: String,
    /// Whether that stays unless another value is given.
    pub keeps: bool,
    /// What people call it.
    pub label: String,
    /// What stands in for an empty value.
    pub fallback: String,
    /// Whether a person typed in the row.
    typed: bool,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// A row for each place.
    pub rows: Vec<Row>,
    /// How many templates are listed instead, where there are several.
    pub listed: usize,
    /// The row that is typed in, or the first that is listed.
    pub row: usize,
    /// The column that is typed in.
    pub column: Column,
    /// The cell that is typed in.
    pub cell: TextField,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
}

impl Names {
    /// Makes the rows of a template's places; what a person typed for the same place stays.
    pub fn fit(&mut self, template: &Template) {
        let typed: HashMap<(String, ParameterKind), Row> = std::mem::take(&mut self.rows)
            .into_iter()
            .filter(|row| row.typed)
            .map(|row| ((row.name.clone(), row.kind), row))
            .collect();
        let row = |place: &TemplateParameter| {
            let fresh = fresh(template, place);
            match typed.get(&(place.name.clone(), place.kind)) {
                Some(before) => Row {
                    label: before.label.clone(),
                    fallback: before.fallback.clone(),
                    typed: true,
                    ..fresh
                },
                None => fresh,
            }
        };
        self.rows = template.parameters.iter().map(row).collect();
        self.listed = 0;
        // What keeps its value needs no name as much as what everybody gets differently.
        let open = self.rows.iter().position(|row| !row.keeps);
        self.row = open.unwrap_or(0);
        self.column = Column::Label;
        self.load();
    }

    /// Forgets all rows; so many templates are listed instead.
    pub fn list(&mut self, templates: usize) {
        *self = Self {
            listed: templates,
            ..Self::default()
        };
    }

    /// What the rows say, as one change; a text that was taken away goes.
    pub fn edit(&self) -> TemplateEdit {
        let pairs = |text: fn(&Row) -> &String| {
            let pair = |row: &Row| (row.name.clone(), text(row).trim().to_owned());
            self.rows.iter().map(pair).collect()
        };
        TemplateEdit {
            labels: pairs(|row| &row.label),
            fallbacks: pairs(|row| &row.fallback),
            ..TemplateEdit::default()
        }
    }

    /// Goes so many cells on, around the end.
    pub fn step(&mut self, cells: isize) {
        let all = self.rows.len() * 2;
        if all == 0 {
            return;
        }
        let at = self.row * 2 + usize::from(self.column == Column::Fallback);
        let at = at.saturating_add_signed(cells.rem_euclid(all.cast_signed())) % all;
        self.row = at / 2;
        self.column = if at.is_multiple_of(2) {
            Column::Label
        } else {
            Column::Fallback
        };
        self.load();
    }

    /// Goes so many rows on, not beyond the ends.
    pub fn move_by(&mut self, rows: isize) {
        let last = self.rows.len().max(self.listed).saturating_sub(1);
        self.row = self.row.saturating_add_signed(rows).min(last);
        self.load();
    }

    fn load(&mut self) {
        let Some(row) = self.rows.get(self.row) else {
            self.cell = TextField::default();
            return;
        };
        let text = match self.column {
            Column::Label => &row.label,
            Column::Fallback => &row.fallback,
        };
        self.cell = TextField::with_text(text);
    }

    /// A key into the cell; says whether it changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let changed = self.cell.key(key);
        self.take_over();
        changed
    }

    /// Changes the cell, and the row with it.
    pub fn change(&mut self, change: impl FnOnce(&mut TextField)) {
        change(&mut self.cell);
        self.take_over();
    }

    fn take_over(&mut self) {
        let text = self.cell.text();
        let Some(row) = self.rows.get_mut(self.row) else {
            return;
        };
        let slot = match self.column {
            Column::Label => &mut row.label,
            Column::Fallback => &mut row.fallback,
        };
        if *slot != text {
            *slot = text;
            row.typed = true;
        }
    }
}

fn fresh(template: &Template, place: &TemplateParameter) -> Row {
    let sample = place.default.clone().or_else(|| {
        let value = template.components.pointer(&place.pointer)?;
        value.as_str().map(str::to_owned).or_else(|| {
            let number = value.as_i64().filter(|number| *number != 0)?;
            Some(Value::from(number).to_string())
        })
    });
    Row {
        name: place.name.clone(),
        kind: place.kind,
        what: kind_in_words(place.kind),
        sample: sanitize::clean_line(&sample.unwrap_or_default()).into_owned(),
        keeps: place.default.is_some(),
        label: place.label.clone().unwrap_or_default(),
        fallback: place.fallback.clone().unwrap_or_default(),
        typed: false,
    }
}
