//! The form as blocks from top to bottom: where each stands, how much of it shows, where the
//! checks and the bubble are. `update` asks it how far to scroll, `view` draws it; nothing here
//! draws.

use super::checks;
use super::form::{Field, FieldId, Section, Takes};
use super::preview;
use super::state::Draft;
use super::update::tidied;
use crate::text::wrap::wrap;
use crate::widgets::bubble::{self, Rows};
use jiff::Zoned;
use ratatui::layout::Rect;

/// Cells of the column of labels.
pub const LABEL: u16 = 10;
/// Rows from which the form shows its groups.
const ROOMY: u16 = 18;
/// Rows and cells from which the bubble stands below the form.
const WITH_BUBBLE: (u16, u16) = (26, 44);
/// Rows that the form keeps when it is long.
const FORM_KEEPS: u16 = 10;
/// Rows of a value at most.
const VALUE_ROWS: u16 = 6;
/// Rows of a raw draft at most.
const RAW_ROWS: u16 = 18;
/// Most characters of a filled body and of the body of a card.
const BODY_CHARS: usize = 1024;
const CARD_CHARS: usize = 160;

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An empty row between groups.
    Blank,
    /// The head of a group: label, words, characters and how many are allowed.
    Head {
        /// At the left.
        label: String,
        /// In the column of values.
        text: String,
        /// Characters.
        count: usize,
        /// The most there may be.
        limit: usize,
        /// What is wrong with the group as a whole, wrapped.
        problem: Vec<String>,
    },
    /// That it leaves now: this kind of send has no other time.
    Now,
    /// A field by its index.
    Field(usize),
}

/// A block of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What.
    pub what: What,
    /// Its rows.
    pub height: u16,
}

/// Everything the pane shows of a draft, laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The blocks of the form.
    pub blocks: Vec<Block>,
    /// Where they stand.
    pub form: Rect,
    /// Where the checks stand, if there is room.
    pub checks: Option<Rect>,
    /// Where the bubble stands, if there is room.
    pub bubble: Option<(Rect, Rows)>,
    /// Whether groups are not shown, for want of room.
    pub dense: bool,
}

/// Lays out a draft in the inside of the pane.
pub fn sheet(draft: &Draft, inside: Rect, now: &Zoned) -> Sheet {
    let dense = inside.height < ROOMY;
    let blocks = blocks(draft, inside.width, dense);
    let wanted: u16 = blocks.iter().map(|block| block.height).sum();
    let checks_height = checks::height(draft, inside.width);
    let with_checks = inside.height > checks_height + 8;
    let below = if with_checks { checks_height } else { 0 };
    let room = inside.height.saturating_sub(below + u16::from(with_checks));
    let rows = if inside.height >= WITH_BUBBLE.0 && inside.width >= WITH_BUBBLE.1 {
        let keeps = wanted.min(FORM_KEEPS.max(room / 2));
        let rows = preview::rows(draft, now, bubble::WIDTH);
        rows.cut(room.saturating_sub(keeps), " · p shows it")
    } else {
        Rows::default()
    };
    let bubble_height = rows.height();
    let form = Rect {
        height: room - bubble_height.min(room),
        ..inside
    };
    let from = inside.bottom() - bubble_height;
    let area = Rect {
        y: from,
        height: bubble_height,
        x: inside.x + 3,
        width: inside.width.saturating_sub(4),
    };
    let checks = Rect {
        y: from.saturating_sub(below),
        height: below,
        ..inside
    };
    Sheet {
        blocks,
        form,
        checks: with_checks.then_some(checks),
        bubble: (bubble_height > 0).then_some((area, rows)),
        dense,
    }
}

impl Sheet {
    /// The field that stands in a row of the pane, counted from its top.
    pub fn field_at(&self, row: u16, first: usize) -> Option<usize> {
        if row >= self.form.height {
            return None;
        }
        let mut bottom = 0;
        let block = self.blocks.iter().skip(first).find(|block| {
            bottom += block.height;
            row < bottom
        })?;
        match block.what {
            What::Field(index) => Some(index),
            What::Blank | What::Head { .. } | What::Now => None,
        }
    }

    /// The first block to show so that the field under the cursor is in view, moving as little as
    /// possible from where the form stood.
    pub fn first(&self, draft: &Draft, before: usize) -> usize {
        let here = What::Field(draft.cursor);
        let at = self.blocks.iter().position(|block| block.what == here);
        let Some(at) = at else { return 0 };
        let room = self.form.height;
        let mut first = before.min(self.blocks.len().saturating_sub(1));
        if at <= first {
            first = self.with_head(at);
        }
        while first < at && self.rows(first, at + 1) > room {
            first += 1;
        }
        // No rows stay empty below the last block while others are hidden above the first.
        while first > 0 && self.rows(first - 1, self.blocks.len()) <= room {
            first -= 1;
        }
        first
    }

    /// The first block of the group of which this is the first field; the beginning of the form
    /// for its first field.
    fn with_head(&self, at: usize) -> usize {
        let fields_before = self.blocks.iter().take(at).rev();
        let heads = fields_before.take_while(|block| !matches!(block.what, What::Field(_)));
        at - heads.count()
    }

    fn rows(&self, from: usize, to: usize) -> u16 {
        let blocks = self.blocks.iter().take(to).skip(from);
        blocks.map(|block| block.height).sum()
    }
}

/// The blocks of a draft at a width.
fn blocks(draft: &Draft, width: u16, dense: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = Section::General;
    for (index, field) in draft.fields.iter().enumerate() {
        let changes = field.section != before;
        if changes && !dense {
            group(&mut blocks, draft, (before, field), width);
        }
        before = field.section;
        blocks.push(Block {
            what: What::Field(index),
            height: field_height(draft, field, (width, index == draft.cursor), dense),
        });
    }
    if before == Section::General && !dense && is_always_now(draft) {
        blocks.push(row(What::Now));
    }
    blocks
}

fn is_always_now(draft: &Draft) -> bool {
    let timed = draft.fields.iter().any(|field| field.id == FieldId::When);
    !timed
}

fn row(what: What) -> Block {
    Block { what, height: 1 }
}

/// What stands between two fields of different sections.
fn group(blocks: &mut Vec<Block>, draft: &Draft, between: (Section, &Field), width: u16) {
    let (before, field) = between;
    let head = |label: String, text: String, card: Option<usize>, limit: usize| {
        let name = card.map_or_else(|| "body".to_owned(), |card| format!("card.{card}.body"));
        let problem = draft.problem_named(&name);
        let problem = problem.map_or_else(Vec::new, |text| wrong(text, width));
        let rows = u16::try_from(problem.len()).unwrap_or(0);
        Block {
            what: What::Head {
                label,
                text,
                count: draft.body_chars(card),
                limit,
                problem,
            },
            height: 1 + rows,
        }
    };
    if before == Section::General {
        if is_always_now(draft) {
            blocks.push(row(What::Now));
        }
        blocks.push(row(What::Blank));
    } else if field.section == Section::General {
        blocks.push(row(What::Blank));
    }
    match field.section {
        Section::Body if field.id.parameter().is_some() => {
            let (label, text) = ("Body".to_owned(), "filled in".to_owned());
            blocks.push(head(label, text, None, BODY_CHARS));
        }
        Section::Card(card) => {
            let of = draft.template.as_ref().map_or(0, preview::cards);
            let (label, text) = (format!("Card {}", card + 1), format!("of {of}"));
            blocks.push(head(label, text, Some(card), CARD_CHARS));
        }
        Section::General | Section::Header | Section::Offer | Section::Body | Section::Buttons => {}
    }
}

/// Cells of a value at a width of the pane.
pub fn value_width(field: &Field, width: u16, dense: bool) -> u16 {
    let counter = if field.stacked && !dense { 0 } else { 6 };
    width.saturating_sub(LABEL + 2 + counter).max(1)
}

/// Rows of the value of a field. A long link or payload is cut in its middle while the cursor is
/// elsewhere.
pub fn value_rows(field: &Field, width: u16, here: bool) -> u16 {
    if is_cut(field, here) {
        return 1;
    }
    let most = if field.id == FieldId::Raw {
        RAW_ROWS
    } else {
        VALUE_ROWS
    };
    field.text.height(width).min(most)
}

/// Whether a long value is cut in its middle.
pub fn is_cut(field: &Field, here: bool) -> bool {
    !here && matches!(field.takes, Takes::Payload | Takes::Link)
}

fn field_height(draft: &Draft, field: &Field, (width, here): (u16, bool), dense: bool) -> u16 {
    if field.id.is_choice() {
        return 1;
    }
    let value = value_rows(field, value_width(field, width, dense), here);
    let head = u16::from(field.stacked && !dense);
    let problem = problem_lines(draft, field, width);
    value + head + u16::try_from(problem.len()).unwrap_or(0)
}

/// What stands under a field: what is wrong first with it, and the key that helps. What to do is
/// said in the list below. Only where something was typed, because an empty field is seen to be
/// empty.
pub fn problem_lines(draft: &Draft, field: &Field, width: u16) -> Vec<String> {
    let Some(problem) = draft
        .problem_of(&field.id)
        .filter(|_| !field.text.is_empty())
    else {
        return Vec::new();
    };
    let mut lines = wrong(problem, width);
    let text = field.text.text();
    if field.takes == Takes::Words && tidied(&text) != text {
        lines.push("Ctrl-t tidies it.".to_owned());
    } else if matches!(field.takes, Takes::Expiry | Takes::Payload) {
        lines.push("Ctrl-o helps.".to_owned());
    }
    lines
}

/// What is wrong, without what to do, on at most three rows.
fn wrong(problem: &str, width: u16) -> Vec<String> {
    let room = usize::from(width.saturating_sub(LABEL + 2)).max(8);
    let wrong = problem.split(": ").next().unwrap_or(problem);
    let lines = wrap(wrong, room).into_iter().take(3);
    lines.map(str::to_owned).collect()
}
