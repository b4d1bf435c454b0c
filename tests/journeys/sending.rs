//! Compose, review, confirm by typing, send; and everything that must not send.

use crate::support::harness::{Harness, Options};

#[tokio::test]
async fn explore() {
    let mut desk = Harness::start(Options {
        settings: |settings| settings.grace_single = std::time::Duration::from_secs(60),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    println!("{}", desk.screen());
    desk.text("fitting");
    println!("{}", desk.screen());
    desk.keys("Enter");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.text("Sara");
    desk.keys("Tab");
    desk.text("Tue 27 Oct");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.keys("Esc S");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.advance(400);
    desk.keys("2 Enter");
    println!("{}", desk.screen());
    desk.keys("Backspace 1 Enter");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.keys("4 Enter");
    desk.until_idle().await;
    println!("{}", desk.screen());
    desk.keys("u");
    desk.until_idle().await;
    println!("{}", desk.screen());
    println!("{:?}", desk.platform.accepted().await);
}
