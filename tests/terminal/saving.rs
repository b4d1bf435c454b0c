//! What somebody saves is still there when the program is gone.

use crate::support::{Home, Tty, entries};

/// Without a folder for downloads: no file here names one.
#[cfg(target_os = "linux")]
#[test]
fn a_file_saved_in_the_demo_stays_when_the_demo_goes() {
    let mut tty = Tty::start_in(Home::new(), &["demo"], (120, 40), &[]);
    tty.find_people();
    tty.keys("\r");
    tty.wait_for("Is that possible?");
    tty.keys("(((((\r");
    tty.wait_for("table-leg.jpg");
    tty.keys("s");
    tty.wait_for("Saved: ");
    tty.keys("\u{3}");
    assert!(tty.wait_for_end().success());
    // The terminal starts in the person's own folder.
    let saved = std::fs::read(tty.home.path("table-leg.jpg")).unwrap();
    assert!(saved.starts_with(&[0xff, 0xd8]), "a picture");
    assert_eq!(entries(&tty.home.temporary(), "alertdesk-demo"), [""; 0]);
}
