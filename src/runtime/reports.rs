//! The report of a batch, the file for a second person, and those who are left out of a draft, as
//! files in the folder for downloads unless the name says another. Blocks.

use super::paths::below_home;
use super::world::World;
use super::{approvals, clock};
use crate::contract::{ApiError, ErrorKind, Rejects};
use crate::domain::BatchId;
use crate::export::{self, ExportFile, Overwrite, ReportFormat, ReportWriter};
use crate::outbox::{Outbox, SystemClock};
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes the report; gives the file and how many recipients are in it. Nothing is replaced.
pub fn write(world: &World, batch: BatchId, name: &str) -> Result<(String, u64), ApiError> {
    let target = target(&world.files().folder, name)?;
    let format = ReportFormat::of_path(&target)?;
    let snapshot = world.outbox()?.snapshot()?;
    let report = snapshot.report(batch)?;
    let made = clock::now().to_zoned(TimeZone::system());
    let failed = |error| ExportFile::failed(&target, &error);
    let file = ExportFile::create(&target, Overwrite::Refuse)?;
    let mut writer = ReportWriter::begin(format, &report, &made, file).map_err(failed)?;
    snapshot.each_recipient(batch, |row| writer.push(row).map_err(failed))?;
    let recipients = writer.recipients();
    writer.finish().map_err(failed)?.keep()?;
    Ok((target.display().to_string(), recipients))
}

/// Writes who is left out, with their rows as they stood; gives the file. Nothing is replaced.
pub fn write_rejects(world: &World, rejects: &Rejects) -> Result<String, ApiError> {
    let target = target(&world.files().folder, &rejects.name)?;
    let read = world
        .people()
        .of(&rejects.file, rejects.form, rejects.region.as_deref());
    let people = read.map_err(|error| {
        let message = format!("{}: {error}.", rejects.file.name());
        ApiError::new(ErrorKind::Usage, message, "Check all rows again with c.")
    })?;
    export::write_rejects(&target, Overwrite::Refuse, &people.table, &rejects.skipped)?;
    Ok(target.display().to_string())
}

/// Writes a batch for a second person to look at; gives the file. Nothing is replaced.
pub fn write_for_approval(world: &World, batch: BatchId, name: &str) -> Result<String, ApiError> {
    let target = target(&world.files().folder, name)?;
    let key = approvals::own_key(&world.library()?)?;
    let to = (target.as_path(), Overwrite::Refuse);
    // A connection of its own: a pause must not wait until a long list is read.
    let outbox = Outbox::open(world.data_dir(), Arc::new(SystemClock::new()))?;
    approvals::request(&outbox, &key, batch, to, clock::now())?;
    Ok(target.display().to_string())
}

/// Where a name leads: below home with `~/`, else below the folder for downloads, which is made.
fn target(downloads: &Path, name: &str) -> Result<PathBuf, ApiError> {
    if name.starts_with("~/") {
        return below_home(name).ok_or_else(|| {
            let text = "This machine names no home folder.";
            ApiError::new(ErrorKind::Storage, text, "Name the whole folder.")
        });
    }
    let target = downloads.join(name);
    if target.parent() == Some(downloads) {
        std::fs::create_dir_all(downloads).map_err(|error| ExportFile::failed(&target, &error))?;
    }
    Ok(target)
}
