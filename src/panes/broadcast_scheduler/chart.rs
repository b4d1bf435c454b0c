//! The small pictures of a batch: why people were refused, and how fast it went.

use crate::domain::ReportClass;
use crate::domain::opt_out::WANTS_NO_MORE;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// From this width on the chart has bars and advice.
const ROOMY: u16 = 60;

/// Where the columns of the chart begin: meaning, bar, count, advice; narrow panes have no bar and
/// no advice.
struct Columns {
    meaning: u16,
    bar: Option<(u16, u16)>,
    count_end: u16,
    advice: Option<u16>,
}

fn columns(row: Rect) -> Columns {
    let meaning = row.x + 8;
    if row.width < ROOMY {
        return Columns {
            meaning,
            bar: None,
            count_end: row.right(),
            advice: None,
        };
    }
    let text = (row.width * 34 / 100).clamp(20, 48);
    let bar = (row.width / 8).clamp(8, 24);
    let start = meaning + text + 1;
    let count_end = start + bar + 6;
    Columns {
        meaning,
        bar: Some((start, start + bar)),
        count_end,
        advice: Some(count_end + 3),
    }
}

/// The head of the chart, with how many were refused.
pub fn why_head(painter: &mut Painter<'_>, row: Rect, count: u64) {
    let columns = columns(row);
    painter.text(
        (row.x, row.y),
        columns.count_end,
        "Why rejected",
        Role::Muted,
    );
    let count = format::count(count);
    painter.right((columns.count_end, row.y), row.x + 12, &count, Role::Muted);
    if let Some(x) = columns.advice {
        painter.text((x, row.y), row.right(), "what to do", Role::Muted);
    }
}

/// Refusals of one kind; `most` is the number of the most frequent one.
pub fn class_row(painter: &mut Painter<'_>, row: Rect, class: &ReportClass, most: u64) {
    let columns = columns(row);
    let code = class.error_code.or(class.platform_code);
    let code = code.map_or_else(|| "–".to_owned(), |code| code.to_string());
    painter.text((row.x, row.y), columns.meaning - 1, &code, Role::Failed);
    let count = format::count(class.recipients);
    let cells = u16::try_from(width::cells(&count)).unwrap_or(u16::MAX);
    painter.right((columns.count_end, row.y), row.x, &count, Role::Text);
    let limit = match columns.bar {
        Some((from, to)) => {
            let room = u64::from(to - from);
            let cells = u16::try_from((class.recipients * room / most.max(1)).max(1)).unwrap_or(1);
            painter.rule((from, row.y), from + cells, Glyph::BarFull, Role::Failed);
            from - 1
        }
        None => columns.count_end.saturating_sub(cells + 1),
    };
    let cut = |text: &str, room: u16| {
        let text = sanitize::clean_line(text);
        width::truncate(&text, usize::from(room), width::ELLIPSIS).to_string()
    };
    let meaning = cut(&class.meaning, limit.saturating_sub(columns.meaning));
    painter.text((columns.meaning, row.y), limit, &meaning, Role::Text);
    if let Some(x) = columns.advice {
        let advice = if class.error_code == Some(WANTS_NO_MORE) {
            "opt out for good: O"
        } else {
            class.advice.as_str()
        };
        let advice = cut(advice, row.right().saturating_sub(x));
        painter.text((x, row.y), row.right(), &advice, Role::Muted);
    }
}

/// `last 13 min ▁▃▅▅▅▄▅`, at the right end of its area.
pub fn sparkline(painter: &mut Painter<'_>, area: Rect, minutes: &[u64]) {
    const STEPS: [Glyph; 8] = [
        Glyph::Rate1,
        Glyph::Rate2,
        Glyph::Rate3,
        Glyph::Rate4,
        Glyph::Rate5,
        Glyph::Rate6,
        Glyph::Rate7,
        Glyph::Rate8,
    ];
    let Some(most) = minutes.iter().max().filter(|most| **most > 0) else {
        return;
    };
    let line: String = minutes
        .iter()
        .map(|count| {
            let step = usize::try_from(count * 7 / most).unwrap_or(0);
            STEPS
                .get(step)
                .map_or(" ", |glyph| painter.theme.glyph(*glyph))
        })
        .collect();
    let text = format!("last {} min ", minutes.len());
    let spans = Spans::of(Role::Muted, text).with(Role::Active, line);
    let cells = u16::try_from(spans.cells()).unwrap_or(u16::MAX);
    if cells <= area.width {
        painter.spans((area.right() - cells, area.y), area.right(), &spans);
    }
}
