//! Conversations in the scripts people write: long texts, numbers and Latin words inside, both
//! sides, and what is marked in them.

use crate::support::screen;
use crate::support::stage::{Stage, message, people, person};
use alertdesk::contract::{ApiResponse, Event, Slot};
use alertdesk::domain::{ChatMessage, Direction};
use alertdesk::text::turning::Turning;
use ratatui::style::Modifier;
use rstest::rstest;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

const ARABIC: &str = "السلام عليكم، طلبت طاولة من خشب البلوط (رقم الطلب 88213) يوم 19 أكتوبر، ووصلت \
    اليوم لكن إحدى أرجلها مكسورة. هل يمكنكم إرسال Fern & Oak fitter إلى المنزل بين 9:00 و12:00؟";
const ARABIC_REPLY: &str = "أهلا بك يا يوسف.\nسنرسل رجلا جديدة مجانا، وسيصل الفني غدا. شكرا لصبرك!";
const HINDI: &str = "नमस्ते, मैंने 19 अक्टूबर को ओक की मेज़ मँगवाई थी (ऑर्डर 88213), आज आई है लेकिन उसका एक \
    पैर टूटा हुआ है। क्या आप Fern & Oak के कारीगर को सुबह 9 से 12 बजे के बीच भेज सकते हैं?";
const HINDI_REPLY: &str = "जी हाँ, अंजलि जी। नया पैर कल निःशुल्क भेजा जाएगा।";
const JAPANESE: &str = "こんにちは、10月19日に注文したオークのテーブル（注文番号88213）が今日届きましたが、\
    脚が一本割れています。明日の9時から12時の間にFern & Oakの方に来ていただけますか？";
const JAPANESE_REPLY: &str = "ご不便をおかけしました。新しい脚を明日お届けします。";
const HEBREW: &str = "שלום, הזמנתי שולחן אלון (הזמנה 88213) והוא הגיע היום עם רגל שבורה. האם אפשר לשלוח \
    מישהו מ-Fern & Oak מחר בין 9:00 ל-12:00?";
const HEBREW_REPLY: &str = "כמובן, רגל חדשה תישלח מחר ללא תשלום.";

/// A dashboard on the conversation of one person.
fn talk(name: &str, messages: Vec<ChatMessage>) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    let mut list = people();
    list.push(person(name, 902));
    stage.keys("1 r");
    stage.answer(Slot::UserSearch, Ok(ApiResponse::Users(list)));
    stage.keys("G Enter");
    stage.answer_page(messages);
    stage
}

fn long_talk(name: &str, text: &str, reply: &str) -> Stage {
    let lines = [
        (60 * 26, Direction::In, "88213"),
        (58, Direction::In, text),
        (54, Direction::Out, reply),
        (50, Direction::System, "Meera joined the conversation"),
        (31, Direction::In, reply),
        (30, Direction::Out, text),
    ];
    let messages = lines.map(|(at, way, text)| message(at, way, text)).to_vec();
    talk(name, messages)
}

fn keep(name: &str, stage: &Stage) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let (width, height) = stage.state.size;
    let name = format!("{name}__{width}x{height}");
    settings.bind(|| insta::assert_snapshot!(name, stage.screen()));
}

#[rstest]
#[case("scripts__arabic", "يوسف حداد", ARABIC, ARABIC_REPLY)]
#[case("scripts__hindi", "अंजलि शर्मा", HINDI, HINDI_REPLY)]
#[case("scripts__japanese", "山田 花子", JAPANESE, JAPANESE_REPLY)]
#[case("scripts__hebrew", "שרה כהן", HEBREW, HEBREW_REPLY)]
fn long_texts_stand_in_their_block(
    #[case] picture: &str,
    #[case] name: &str,
    #[case] text: &str,
    #[case] reply: &str,
) {
    for (width, height) in SIZES {
        let mut stage = long_talk(name, text, reply);
        stage.event(Event::Resized(width, height));
        keep(picture, &stage);
    }
}

/// The cells of the screen that carry the role of a match, row by row.
fn matches(stage: &Stage) -> Vec<String> {
    let both = Modifier::REVERSED | Modifier::UNDERLINED;
    let rows = screen::marked(&stage.picture(), both);
    rows.iter().map(|row| row[4..].to_owned()).collect()
}

#[test]
fn what_is_found_is_marked_in_its_own_cells() {
    for (word, shown) in [
        // Cells from left to right: the last letter of the word is the first.
        ("الطلب", "\u{FE90}\u{FEE0}\u{FEC4}\u{FEDF}\u{FE8D}"),
        (
            "رقم الطلب",
            "\u{FE90}\u{FEE0}\u{FEC4}\u{FEDF}\u{FE8D} \u{FEE2}\u{FED7}\u{FEAD}",
        ),
        (
            "الطلب 88213",
            "88213 \u{FE90}\u{FEE0}\u{FEC4}\u{FEDF}\u{FE8D}",
        ),
        ("fern & oak", "Fern & Oak"),
    ] {
        let mut stage = talk("يوسف حداد", vec![message(5, Direction::In, ARABIC)]);
        stage.keys("/");
        stage.text(word);
        stage.keys("Enter");
        assert_eq!(matches(&stage), [shown], "{word}:\n{}", stage.screen());
    }
    let mut stage = talk("अंजलि शर्मा", vec![message(5, Direction::In, HINDI)]);
    stage.keys("/");
    stage.text("मेज़");
    stage.keys("Enter");
    assert_eq!(matches(&stage), ["मेज़"], "{}", stage.screen());
}

#[test]
fn a_terminal_that_turns_words_gets_them_as_they_are_read() {
    let mut stage = talk("يوسف حداد", vec![message(5, Direction::In, ARABIC_REPLY)]);
    assert!(!stage.screen().contains('\u{200E}'));
    stage.state.settings.turning = Turning::Terminal;
    let terminal = stage.screen();
    assert!(terminal.contains("يوسف حداد\u{200E}"), "{terminal}");
    assert!(terminal.contains("أهلا بك يا يوسف\u{200E}"), "{terminal}");
    stage.state.settings.turning = Turning::Word;
    let words = stage.screen();
    assert!(words.contains("حداد يوسف"), "{words}");
    assert!(!words.contains('\u{200E}'));
}

#[test]
fn names_leave_numbers_and_words_of_ours_in_their_places() {
    let mut stage = talk("يوسف حداد", Vec::new());
    stage.state.settings.turning = Turning::Word;
    let shown = stage.screen();
    assert!(shown.contains("Conversation · حداد يوسف …0902"), "{shown}");
    assert!(
        shown.contains("No messages with حداد يوسف on this bot yet"),
        "{shown}"
    );
    stage.keys("Ctrl-p");
    let listed = stage.screen();
    assert!(listed.contains("person    حداد يوسف  +44"), "{listed}");
}
