//! Reads the files that a pasted command names, after a person allowed it and never before.

use crate::contract::{ApiError, ErrorKind};
use crate::domain::template::NamedFiles;
use std::io::Read;
use std::path::Path;

/// Bytes of a file at most; a template is a page.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// The contents of these files, by the name each was given; a relative name lies in the folder
/// where the program was started. Blocks.
///
/// # Errors
/// The first that is missing, no plain file, too large or no text.
pub fn read(names: &[String]) -> Result<NamedFiles, ApiError> {
    let mut files = NamedFiles::new();
    for name in names {
        files.insert(name.clone(), read_file(name)?);
    }
    Ok(files)
}

fn read_file(name: &str) -> Result<String, ApiError> {
    let refuse = |what: String, advice: &str| {
        let message = format!("{name} {what}");
        Err(ApiError::new(ErrorKind::Usage, message, advice))
    };
    let paste = "Paste what is in it instead.";
    let unreadable = |error: &std::io::Error| {
        refuse(
            format!("cannot be read: {error}"),
            "Start in the folder where the file is, or paste what is in it.",
        )
    };
    // A pipe or a device could wait for ever, so it is not even opened.
    let about = match std::fs::metadata(Path::new(name)) {
        Ok(about) => about,
        Err(error) => return unreadable(&error),
    };
    if !about.is_file() {
        return refuse("is no plain file".to_owned(), paste);
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(name);
    let read = opened.and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return unreadable(&error);
    }
    if bytes.len() as u64 > MOST_BYTES {
        return refuse("has more than 8 MiB".to_owned(), paste);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => refuse("is not UTF-8 text".to_owned(), "Save it as UTF-8."),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn only_plain_files_of_text_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("a.json"), "{}").unwrap();
        std::fs::write(path("b.bin"), [0xFF, 0xFE]).unwrap();
        std::fs::File::create(path("large"))
            .unwrap()
            .set_len(8 * 1024 * 1024 + 1)
            .unwrap();
        let read_one = |name: &str| read(&[path(name)]);
        assert_eq!(read_one("a.json").unwrap()[&path("a.json")], "{}");
        let why = |name: &str| read_one(name).unwrap_err().message;
        assert!(why("b.bin").ends_with("is not UTF-8 text"));
        assert!(why("large").ends_with("has more than 8 MiB"));
        assert!(why("none").contains("cannot be read"));
        assert!(why(".").ends_with("is no plain file"));
        assert!(read(&["/dev/zero".to_owned()]).is_err());
    }
}
