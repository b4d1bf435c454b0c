//! The report for programs: `{"report":{…},"recipients":[…],"count":N}`. The count stands at the
//! end; a document without it is not whole.

use super::{Cover, program, zone_name};
use crate::domain::{BatchReport, ReportRow};
use crate::export::header::utc;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Beginning<'a> {
    #[serde(flatten)]
    report: &'a BatchReport,
    exported: String,
    time_zone: String,
    program: &'static str,
}

/// Writes what is known of the batch.
pub fn begin(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let beginning = Beginning {
        report: cover.report,
        exported: utc(cover.made.timestamp()),
        time_zone: zone_name(cover.made),
        program: program(),
    };
    out.extend_from_slice(b"{\"report\":");
    serde_json::to_writer(&mut *out, &beginning)?;
    out.extend_from_slice(b",\"recipients\":[");
    Ok(())
}

/// Writes a recipient.
pub fn row(row: &ReportRow, first: bool, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(if first { b"\n" } else { b",\n" });
    serde_json::to_writer(&mut *out, row)?;
    Ok(())
}

/// Ends the document.
pub fn end(recipients: u64, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, "\n],\"count\":{recipients}}}")
}
