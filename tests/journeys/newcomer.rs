//! Somebody who has never seen the program gets a colleague's file to a confirmed plan: every key
//! they press is one that the screen names at that moment, or an arrow or letter of a list it shows.

use crate::support::harness::{Harness, Options};
use alertdesk::domain::BatchState;
use rstest::rstest;

/// Names in capitals and small letters, one person twice, one number a spreadsheet damaged.
const FRIDAY: &str = "Customer;Mobile no;Order;Delivery date
ana petrov;+44 7700 900118;A-1001;27/11/2026
TOM BAKER;447700900733;A-1002;28/11/2026
ana petrov;+447700900118;A-1001;27/11/2026
Nobody;4.47701E+11;A-1005;01/12/2026
Ben Ito;+447700900119;A-1004;30/11/2026
";

/// Somebody who reads what the screen says and does that.
struct Newcomer {
    desk: Harness,
}

impl Newcomer {
    /// Presses a key that the screen names with these words.
    async fn told(&mut self, words: &str, key: &str) {
        let screen = self.desk.screen();
        // What is said may be broken over lines of one pane.
        let found = screen.contains(words) || in_columns(&screen, words);
        assert!(found, "nothing says `{words}`:\n{screen}");
        self.desk.keys(key);
        self.desk.until_idle().await;
        self.desk.advance(400);
    }

    async fn types(&mut self, text: &str) {
        self.desk.text(text);
        self.desk.until_idle().await;
    }
}

/// Whether words stand in a pane, one line below the other.
fn in_columns(screen: &str, words: &str) -> bool {
    let lines = screen.lines().map(|line| line.split(['│', '┃', '║']));
    let mut columns: Vec<String> = Vec::new();
    for line in lines {
        for (at, cell) in line.enumerate() {
            if columns.len() <= at {
                columns.push(String::new());
            }
            columns[at].push_str(cell.trim());
            columns[at].push(' ');
        }
    }
    columns.iter().any(|column| column.contains(words))
}

#[rstest]
#[case(120, 40)]
#[case(80, 24)]
#[tokio::test]
async fn a_file_becomes_a_confirmed_plan_by_what_the_screen_says(
    #[case] width: u16,
    #[case] height: u16,
) {
    let desk = Harness::start(Options {
        size: (width, height),
        ..Options::default()
    })
    .await;
    let file = desk.folder().join("friday.csv");
    std::fs::write(&file, FRIDAY).unwrap();
    let mut person = Newcomer { desk };
    person.told("3 Composer", "3").await;
    person
        .told("c starts a template for the people of a file", "c")
        .await;
    person.desk.assert_shows("A CSV or TSV file");
    person.types(&file.display().to_string()).await;
    person
        .desk
        .assert_shows("the template is asked next, then its columns");
    person.told("Enter", "Enter").await;
    person.desk.assert_shows("Templates");
    person.types("order_track").await;
    person.told("Enter", "Enter").await;
    person.told("Enter map", "j j j").await;
    person.told("Enter chooses a column", "Enter").await;
    person.types("Order").await;
    person.told("Enter", "Enter").await;
    person.told("t form", "k k t").await;
    person.types("title").await;
    person.told("Enter", "Enter").await;
    person.told("c check all rows", "c").await;
    person.told("Esc back", "Esc").await;
    person.told("Esc back", "Esc").await;
    person.told("w sets a time", "w").await;
    person.types("tomorrow 9:00").await;
    person.told("Enter", "Enter").await;
    person.told("S review", "S").await;
    person.told("type the number of people: 3", "3 Enter").await;
    person.desk.assert_shows("u stops it: nothing has left yet");
    // It is found again, read as it will leave, and taken back.
    person.told("4 Broadcasts", "4").await;
    person.desk.assert_shows("09:00 London");
    person.told("Enter open", "Enter").await;
    person.told("Enter open", "Enter").await;
    person.desk.assert_shows("\"Ana Petrov\"");
    person.told("4 Broadcasts", "4").await;
    person.told("C cancel", "C").await;
    person.desk.assert_shows("cancel");
    person.types("cancel").await;
    person.told("Enter", "Enter").await;
    let batch = person
        .desk
        .until_batch("all of it is taken back", |batch| {
            batch.state == BatchState::Cancelled
        })
        .await;
    let counts = &batch.counts;
    assert_eq!(
        (counts.planned, counts.skipped, counts.cancelled),
        (5, 2, 3)
    );
    assert!(person.desk.platform.accepted().await.is_empty());
}
