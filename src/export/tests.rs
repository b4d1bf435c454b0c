//! Every format with what hostile and honest people write, and with writers that fail.

use super::{ExportFile, ExportFormat, ExportHeader, ExportReach, ExportSide, Exporter, Overwrite};
use crate::domain::time_range::read_range;
use crate::domain::{ChatMessage, Direction, Media, MediaKind, MessageKind, TimeRange};
use jiff::Zoned;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::io::{self, Write};

fn header() -> ExportHeader {
    let exported: Zoned = "2026-10-22T14:30:05+01:00[Europe/London]".parse().unwrap();
    ExportHeader {
        user: "447700900118".to_owned(),
        name: None,
        messages: None,
        range: read_range("2026-08-01..2026-10-12", &exported).unwrap(),
        side: ExportSide::Both,
        exported,
        reach: ExportReach::Whole,
    }
}

fn message(time: &str, direction: Direction, text: &str) -> ChatMessage {
    ChatMessage {
        time: time.parse().ok(),
        time_raw: time.to_owned(),
        direction,
        sender: match direction {
            Direction::In => "user".to_owned(),
            Direction::Out => "bot".to_owned(),
            Direction::System => "Mia <b>O'Neil</b>".to_owned(),
        },
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: "447700900118".to_owned(),
        raw: Value::Null,
    }
}

fn with_file(url: Option<&str>, name: Option<&str>) -> ChatMessage {
    let mut message = message("2026-08-13T09:00:00Z", Direction::In, "");
    message.kind = MessageKind::Media;
    message.media = Some(Media {
        url: url.map(str::to_owned),
        mime: Some("image/jpeg".to_owned()),
        name: name.map(str::to_owned),
        kind: MediaKind::Image,
    });
    message
}

fn conversation() -> Vec<ChatMessage> {
    let say = |direction, text| message("2026-08-12T08:00:01.120Z", direction, text);
    vec![
        say(Direction::In, "<script>alert(\"1\")</script> & 'you'"),
        say(Direction::In, "=HYPERLINK(\"https://x.example\",\"a\")"),
        say(Direction::Out, "- one\n- two\n\n    four spaces\n1. first"),
        say(
            Direction::In,
            "# no *heading*, [no](link) `code` ~~x~~ | @all",
        ),
        say(Direction::In, "photo\u{202e}gpj.exe\u{1b}[2J bell\u{7}"),
        say(Direction::In, "مرحبا، أريد 3 كراسي من Fern & Oak."),
        say(
            Direction::Out,
            "सुबह 10 बजे के बाद आइए 🙏 👨\u{200d}👩\u{200d}👧",
        ),
        say(Direction::System, "Mia joined"),
        message("2026-08-12T23:30:00Z", Direction::In, "after midnight here"),
        message("12 o'clock", Direction::In, "odd <time>"),
        with_file(
            Some("https://files.example/a.jpg?x=1&y=\"2\""),
            Some("a].jpg"),
        ),
        with_file(Some("javascript:alert(1)"), Some("run.jpg")),
        with_file(None, None),
    ]
}

fn named() -> ExportHeader {
    ExportHeader {
        name: Some("Sara <i>Al-Mutairi</i>".to_owned()),
        messages: Some(5),
        ..header()
    }
}

/// An agent, choices, a type nobody knows, and a file whose name is its caption.
fn other_kinds() -> Vec<ChatMessage> {
    let say = |direction, text| message("2026-08-12T08:00:01Z", direction, text);
    let mut agent = say(Direction::Out, "I look into it.");
    agent.sender = "Mia *O'Neil*".to_owned();
    let mut choices = say(Direction::Out, "[Yes, <b>No</b>, العربية]");
    choices.kind = MessageKind::Options;
    choices.options = ["Yes", "<b>No</b>", "العربية"].map(str::to_owned).to_vec();
    let mut card = say(Direction::Out, "Spring catalogue");
    card.kind = MessageKind::Unknown;
    card.type_raw = "CATALOGUE_<CARD>".to_owned();
    let mut file = with_file(Some("https://files.example/b.pdf"), Some("b.pdf"));
    file.text = "b.pdf".to_owned();
    vec![
        say(Direction::In, "Is it there?"),
        agent,
        choices,
        card,
        file,
    ]
}

fn exported(format: ExportFormat, messages: &[ChatMessage]) -> String {
    exported_as(&header(), format, messages)
}

fn exported_as(header: &ExportHeader, format: ExportFormat, messages: &[ChatMessage]) -> String {
    let mut exporter = Exporter::begin(format, header, Vec::new()).unwrap();
    for message in messages {
        exporter.push(message).unwrap();
    }
    String::from_utf8(exporter.finish().unwrap()).unwrap()
}

#[test]
fn a_file_that_may_lack_messages_says_so() {
    let mut header = header();
    header.reach = ExportReach::Unknown;
    for (format, _) in ExportFormat::ALL {
        let exporter = Exporter::begin(format, &header, Vec::new()).unwrap();
        let text = String::from_utf8(exporter.finish().unwrap()).unwrap();
        let said = ["may be missing", "\"complete\":false", "complete=false"];
        assert!(said.iter().any(|said| text.contains(said)), "{text}");
    }
}

#[test]
fn json_lines_come_back_as_they_were() {
    let text = exported(ExportFormat::JsonLines, &conversation());
    let mut lines = text.lines();
    let first: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(
        first.to_string(),
        "{\"exported\":{\"user\":\"447700900118\",\"since\":\"2026-07-31T23:00:00.000Z\",\
         \"until\":\"2026-10-12T22:59:59.999Z\",\"range\":\"Sat 1 Aug – Mon 12 Oct 2026\",\
         \"side\":\"both\",\"at\":\"2026-10-22T13:30:05.000Z\",\"time_zone\":\"Europe/London\",\
         \"complete\":true,\"program\":\"alertdesk 0.1.0\"}}"
    );
    let read: Vec<ChatMessage> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read, conversation());
}

#[test]
fn json_is_one_document_with_its_count() {
    let text = exported(ExportFormat::Json, &conversation());
    let mut document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["count"], 13);
    assert_eq!(document["exported"]["range"], "Sat 1 Aug – Mon 12 Oct 2026");
    let read: Vec<ChatMessage> = serde_json::from_value(document["messages"].take()).unwrap();
    assert_eq!(read, conversation());
    let empty: Value = serde_json::from_str(&exported(ExportFormat::Json, &[])).unwrap();
    assert_eq!(
        (&empty["count"], &empty["messages"]),
        (&0.into(), &Value::Array(Vec::new()))
    );
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), &super::csv::COLUMNS[..]);
    reader.records().map(Result::unwrap).collect()
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[test]
fn csv_comes_back_as_it_was_and_has_no_formula() {
    let rows = rows(&exported(ExportFormat::Csv, &conversation()));
    assert_eq!(rows.len(), conversation().len());
    for (row, message) in rows.iter().zip(conversation()) {
        assert!(!row.iter().any(is_formula), "{row:?}");
        assert_eq!(row[7].strip_prefix('\'').unwrap_or(&row[7]), message.text);
        assert_eq!(row[2], message.time_raw);
    }
    assert_eq!(&rows[0][0], "2026-08-12T08:00:01.120Z");
    assert_eq!(&rows[0][1], "2026-08-12 09:00:01");
    assert_eq!(&rows[1][7], "'=HYPERLINK(\"https://x.example\",\"a\")");
    assert_eq!(
        &rows[0][13],
        "user=447700900118; since=2026-07-31T23:00:00.000Z; until=2026-10-12T22:59:59.999Z; \
         side=both; exported=2026-10-22T13:30:05.000Z; time_zone=Europe/London; \
         complete=true; program=alertdesk 0.1.0"
    );
    assert!(rows[1..].iter().all(|row| row[13].is_empty()));
}

#[test]
fn a_table_without_messages_still_says_its_filter() {
    let rows = rows(&exported(ExportFormat::Csv, &[]));
    assert_eq!(rows.len(), 1);
    assert!(rows[0][13].starts_with("user=447700900118; "));
    assert!(rows[0].iter().take(13).all(str::is_empty));
}

#[test]
fn markdown_of_hostile_people() {
    let text = exported(ExportFormat::Markdown, &conversation());
    insta::assert_snapshot!("markdown", text);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert_eq!(
        text.matches('<').count(),
        1,
        "only the address of the picture"
    );
}

#[test]
fn pages_for_eyes_say_who_it_is_how_much_and_what_kind() {
    let page = exported_as(&named(), ExportFormat::Html, &other_kinds());
    let (_, body) = page.split_once("</style>").unwrap();
    insta::assert_snapshot!("html_other_kinds", body);
    assert!(page.contains("<title>Conversation with Sara &lt;i&gt;Al-Mutairi&lt;/i&gt;</title>"));
    let text = exported_as(&named(), ExportFormat::Markdown, &other_kinds());
    insta::assert_snapshot!("markdown_other_kinds", text);
    for (format, _) in ExportFormat::ALL
        .into_iter()
        .filter(|(format, _)| !format.is_for_eyes())
    {
        let raw = exported_as(&named(), format, &other_kinds());
        assert!(!raw.contains("Sara"), "only what the platform sent: {raw}");
    }
}

#[test]
fn html_of_hostile_people() {
    let text = exported(ExportFormat::Html, &conversation());
    let (_, body) = text.split_once("</style>").unwrap();
    insta::assert_snapshot!("html", body);
    for forbidden in [
        "<script",
        "javascript:alert(1)\"",
        "\u{1b}",
        "\u{202e}",
        "<img",
        "src=",
    ] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for needed in [
        "prefers-color-scheme: dark",
        "@media print",
        "default-src 'none'",
    ] {
        assert!(text.contains(needed), "{needed}");
    }
}

/// The texts of a page, read as a browser reads them: tags away, references replaced.
fn texts(html: &str) -> Vec<String> {
    html.split("<div class=\"text\" dir=\"auto\" lang=\"\">")
        .skip(1)
        .map(|rest| {
            let inside = rest.split("</div>").next().unwrap();
            assert!(
                !inside
                    .replace("<span class=\"odd\">U+", "")
                    .replace("</span>", "")
                    .contains('<')
            );
            let references = [
                ("&lt;", "<"),
                ("&gt;", ">"),
                ("&quot;", "\""),
                ("&#39;", "'"),
            ];
            let text = references
                .iter()
                .fold(inside.to_owned(), |text, (from, to)| text.replace(from, to));
            text.replace("&amp;", "&")
        })
        .collect()
}

#[test]
fn a_page_shows_every_text_as_it_was() {
    let read = texts(&exported(ExportFormat::Html, &conversation()));
    let said: Vec<String> = conversation()
        .into_iter()
        .map(|message| message.text)
        .filter(|text| !text.is_empty())
        .collect();
    let named = |text: &String| text.contains('\u{1b}');
    assert_eq!(read.len(), said.len());
    for (read, said) in read.iter().zip(&said).filter(|(_, said)| !named(said)) {
        assert_eq!(read, said);
    }
}

#[test]
fn the_filter_takes_sides_and_times() {
    let mut header = header();
    let count = |header: &ExportHeader| {
        let all = conversation();
        all.iter().filter(|message| header.takes(message)).count()
    };
    assert_eq!(count(&header), 13);
    header.side = ExportSide::Us;
    assert_eq!(count(&header), 2);
    header.side = ExportSide::Customer;
    assert_eq!(count(&header), 10);
    header.side = ExportSide::Both;
    header.range = read_range("2026-08-13", &header.exported).unwrap();
    assert_eq!(
        count(&header),
        5,
        "four of that day in London and the one that cannot be read"
    );
    header.range = TimeRange::default();
    assert!(header.lines().contains(&("Period", "all time".to_owned())));
}

/// A writer with room for so many bytes; it keeps the size of the largest piece.
struct Narrow {
    room: usize,
    largest: usize,
}

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.largest = self.largest.max(bytes.len());
        self.room = self
            .room
            .checked_sub(bytes.len())
            .ok_or_else(|| io::Error::from(io::ErrorKind::StorageFull))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[rstest]
fn memory_does_not_grow_with_messages(#[values(0, 1, 2, 3, 4)] format: usize) {
    let (format, _) = ExportFormat::ALL[format];
    let out = Narrow {
        room: usize::MAX,
        largest: 0,
    };
    let mut exporter = Exporter::begin(format, &header(), out).unwrap();
    for message in conversation().iter().cycle().take(13_000) {
        exporter.push(message).unwrap();
        assert!(exporter.waiting.capacity() < 200 * 1024, "{format:?}");
    }
    assert_eq!(exporter.messages(), 13_000);
    let out = exporter.finish().unwrap();
    assert!(out.largest < 80 * 1024, "{format:?}: {}", out.largest);
}

#[rstest]
fn a_writer_that_fails_leaves_no_file(#[values(0, 1, 2, 3, 4)] format: usize) {
    /// Writes to the file until its room is used up.
    struct Both(ExportFile, Narrow);
    impl Write for Both {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.write(bytes)?;
            self.0.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (format, endings) = ExportFormat::ALL[format];
    let target = folder.path().join("talk").with_extension(endings[0]);
    let file = ExportFile::create(&target, Overwrite::Refuse).unwrap();
    let narrow = Narrow {
        room: 300_000,
        largest: 0,
    };
    let mut exporter = Exporter::begin(format, &header(), Both(file, narrow)).unwrap();
    let failed = conversation()
        .iter()
        .cycle()
        .take(50_000)
        .try_for_each(|message| exporter.push(message))
        .unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::StorageFull);
    drop(exporter);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

proptest! {
    #[test]
    fn any_text_comes_back_from_csv_and_json_and_stays_text_in_a_page(text in any::<String>()) {
        let said = message("2026-08-12T08:00:01Z", Direction::In, &text);
        let rows = rows(&exported(ExportFormat::Csv, std::slice::from_ref(&said)));
        let cell = &rows[0][7];
        prop_assert!(!is_formula(cell));
        prop_assert!(cell == text || cell.strip_prefix('\'') == Some(&text));
        let lines = exported(ExportFormat::JsonLines, std::slice::from_ref(&said));
        let read: ChatMessage = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
        prop_assert_eq!(&read.text, &text);
        let page = exported(ExportFormat::Html, std::slice::from_ref(&said));
        texts(&page);
        let hostile = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202d}' | '\u{202e}');
        prop_assert!(!page.contains(hostile));
        prop_assert!(!exported(ExportFormat::Markdown, &[said]).contains(hostile));
    }
}
