//! The cache as its callers see it.

use super::CacheStore;
use crate::domain::User;
use jiff::Timestamp;
use serde_json::{Map, json};

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

#[test]
fn searches_and_people_come_back_latest_first() {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheStore::open(dir.path()).unwrap();
    cache.searched("city", "London", time(0)).unwrap();
    cache.searched("tier", "gold", time(1)).unwrap();
    cache.searched("city", "Leeds", time(2)).unwrap();
    let names = cache.attribute_names().unwrap();
    assert_eq!(names[0].name, "city");
    assert_eq!(names[0].uses, 2);
    let recent = cache.recent_searches(2).unwrap();
    assert_eq!(recent[0], ("city".to_owned(), "Leeds".to_owned()));
    assert_eq!(recent.len(), 2);

    let user = User {
        id: "u1".to_owned(),
        channel_user_id: "447700900047".to_owned(),
        name: Some("Grace Lim".to_owned()),
        phone: None,
        channel: None,
        attributes: Map::new(),
        raw: json!({}),
    };
    cache
        .seen_users(std::slice::from_ref(&user), time(3))
        .unwrap();
    assert_eq!(cache.users(10).unwrap(), [(user, time(3))]);
}

#[test]
fn a_damaged_cache_is_kept_aside_and_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = crate::store::cache_path(dir.path());
    std::fs::write(&path, b"not a database at all, but kept").unwrap();
    let cache = CacheStore::open(dir.path()).unwrap();
    assert!(cache.users(1).unwrap().is_empty());
    let aside = std::fs::read(dir.path().join("cache.db.damaged")).unwrap();
    assert!(aside.starts_with(b"not a database"));
}
