//! Journeys: what people want to do, from keys to the screen and the platform's own count.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod commands;
mod faults;
mod properties;
mod reading;
mod screens;
mod sending;
