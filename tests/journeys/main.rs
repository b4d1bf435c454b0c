//! Journeys: what people want to do, from keys to the screen and the platform's own count.
#![cfg(test)]
#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::large_futures,
    reason = "a test picks out what it looks for, and nobody copies its future"
)]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod commands;
mod composer_screens;
mod composing;
mod examples;
mod faults;
mod finding;
mod importing;
mod library;
mod limits;
mod links;
mod marks;
mod media;
mod newcomer;
mod one_person;
mod oops;
mod opting_out;
mod outage;
mod payload;
mod people_file;
mod properties;
mod reading;
mod reviewing;
mod scenery;
mod screens;
mod scripts;
mod sealed;
mod search_people;
mod second_person;
mod sending;
mod three_hundred;
mod times;
mod triage;
mod twins;
mod watching;
mod wrong_profile;
