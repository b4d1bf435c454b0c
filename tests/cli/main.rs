//! The compiled program from outside: arguments, output, exit statuses, settings. Every test has
//! folders of its own and, where it talks to somebody, a sandbox process of its own.

#![cfg(test)]

mod approval;
mod audit;
mod cache;
mod commands;
mod config;
mod copied;
mod drafts;
mod examples;
mod export;
mod files;
mod import;
mod library;
mod limits;
mod notify;
mod people;
mod reads;
mod sealed;
mod searches;
mod secrets;
mod sends;
#[path = "../support/signal.rs"]
mod signal;
mod signals;
mod support;
mod suppress;
mod terminal;
mod times;
mod triage;
mod twins;
