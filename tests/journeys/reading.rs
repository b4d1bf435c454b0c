//! Find people, open a conversation, read back, look for a word.

use crate::support::harness::{Harness, Options};

#[tokio::test]
async fn people_are_found_and_a_conversation_opens_at_its_end() {
    let mut desk = Harness::start(Options::default()).await;
    desk.assert_shows("Find people by an attribute");
    desk.keys("/");
    desk.text("city=London");
    desk.keys("Enter");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.assert_shows("found");
    desk.keys("Enter");
    desk.until_idle().await;
    println!("{}", desk.screen());
}
