//! Reads Rust sources line by line and knows what is code, what is text and what is a test.
//!
//! It is no parser: it blanks comments and literals and counts braces, which is enough for rules
//! that speak of words and lines.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file: as it is, and with comments and literals blanked.
pub struct Source {
    /// The path from the top of the repository, with `/`.
    pub path: String,
    /// The lines as they are.
    pub raw: Vec<String>,
    /// The same lines without comments and without what stands in quotes.
    pub code: Vec<String>,
    /// Whether each line belongs to a test.
    pub test: Vec<bool>,
}

/// The folder of this package.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, tests marked.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.sort();
    let files = paths.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let name = path.strip_prefix(root()).unwrap().to_string_lossy();
        Source::new(&name.replace('\\', "/"), &text)
    });
    marked(files.collect())
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Marks the files that another file takes in as `#[cfg(test)] mod name;`.
fn marked(mut files: Vec<Source>) -> Vec<Source> {
    let mut of_tests = Vec::new();
    for file in &files {
        let folder = file.child_folder();
        for (number, line) in file.code.iter().enumerate() {
            let Some(name) = line.trim().strip_prefix("mod ") else {
                continue;
            };
            if let (true, Some(name)) = (file.test[number], name.strip_suffix(';')) {
                of_tests.push((format!("{folder}{name}.rs"), format!("{folder}{name}/")));
            }
        }
    }
    for file in &mut files {
        let is_test = |(whole, below): &(String, String)| {
            file.path == *whole || file.path.starts_with(below.as_str())
        };
        if of_tests.iter().any(is_test) {
            file.test.fill(true);
        }
    }
    files
}

impl Source {
    /// A file with this path and text.
    pub fn new(path: &str, text: &str) -> Self {
        let code: Vec<String> = blanked(text).lines().map(str::to_owned).collect();
        Self {
            path: path.to_owned(),
            raw: text.lines().map(str::to_owned).collect(),
            test: test_lines(&code),
            code,
        }
    }

    /// The code lines that are no tests, with their numbers from 1.
    pub fn product(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code.iter().zip(&self.test).enumerate();
        lines
            .filter(|(_, (_, test))| !**test)
            .map(|(number, (line, _))| (number + 1, line.as_str()))
    }

    /// The top-level module: `api` of `src/api/http.rs`.
    pub fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = inside.split('/').next().unwrap_or(inside);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many modules stand above the file's own code, the crate itself not counted.
    pub fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let parts = inside.split('/').count();
        if inside.ends_with("/mod.rs") {
            parts - 1
        } else {
            parts
        }
    }

    fn child_folder(&self) -> String {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        for root in ["mod", "lib", "main"] {
            if let Some(folder) = stem.strip_suffix(root).filter(|rest| rest.ends_with('/')) {
                return folder.to_owned();
            }
        }
        format!("{stem}/")
    }
}

/// Whether `word` stands in `line` as a word of its own, so that `Color` is not in `Colorful`.
/// Ends that are no letters need no border.
pub fn has_word(line: &str, word: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open = |inner: Option<char>, outer: Option<char>| {
            !(inner.is_some_and(is_name) && outer.is_some_and(is_name))
        };
        open(word.chars().next(), before) && open(word.chars().next_back(), after)
    })
}

/// The text with comments and the inside of literals replaced by spaces; lines stay lines.
pub fn blanked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let end = literal_end(&letters, at);
        if end == at {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        for letter in &letters[at..end] {
            out.push(if *letter == '\n' { '\n' } else { ' ' });
        }
        at = end;
    }
    out
}

/// Where the comment or literal that starts here ends; `at` itself if none starts here.
fn literal_end(letters: &[char], at: usize) -> usize {
    let next = |ahead: usize| letters.get(at + ahead).copied().unwrap_or(' ');
    match (letters[at], next(1)) {
        ('/', '/') => find(letters, at, |rest| rest.starts_with(&['\n'])),
        ('/', '*') => block_end(letters, at),
        ('"', _) => quoted_end(letters, at + 1, '"'),
        ('r', '"' | '#') if !follows_name(letters, at) => raw_end(letters, at),
        ('\'', '\\') => quoted_end(letters, at + 1, '\''),
        ('\'', _) if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn follows_name(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(' ', |before| letters[before]);
    // The `b` of `br"…"` belongs to the literal.
    before != 'b' && (before.is_alphanumeric() || before == '_')
}

fn find(letters: &[char], from: usize, ends: impl Fn(&[char]) -> bool) -> usize {
    let found = (from..letters.len()).find(|at| ends(&letters[*at..]));
    found.unwrap_or(letters.len())
}

fn quoted_end(letters: &[char], from: usize, quote: char) -> usize {
    let mut at = from;
    while at < letters.len() && letters[at] != quote {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(letters.len())
}

fn raw_end(letters: &[char], at: usize) -> usize {
    let fences = letters[at + 1..]
        .iter()
        .take_while(|letter| **letter == '#')
        .count();
    let inside = at + 1 + fences;
    if letters.get(inside) != Some(&'"') {
        return at;
    }
    let mut close = vec!['"'];
    close.resize(fences + 1, '#');
    let end = find(letters, inside + 1, |rest| rest.starts_with(&close));
    (end + close.len()).min(letters.len())
}

fn block_end(letters: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while at < letters.len() {
        if letters[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if letters[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    letters.len()
}

/// Which lines belong to an item under `#[cfg(test)]`.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut test = vec![false; code.len()];
    let mut line = 0;
    while line < code.len() {
        let attribute = code[line].trim();
        if attribute.starts_with("#[cfg(test)]") || attribute.starts_with("#![cfg(test)]") {
            let end = if attribute.starts_with("#!") {
                code.len() - 1
            } else {
                item_end(code, line)
            };
            test[line..=end].fill(true);
            line = end;
        }
        line += 1;
    }
    test
}

/// The last line of the item that starts at this line: its closing brace, or its semicolon.
pub fn item_end(code: &[String], start: usize) -> usize {
    let mut braces = 0_usize;
    let mut others = 0_usize;
    for (number, line) in code.iter().enumerate().skip(start) {
        for letter in line.chars() {
            match letter {
                '{' => braces += 1,
                '(' | '[' => others += 1,
                ')' | ']' => others = others.saturating_sub(1),
                ';' if braces == 0 && others == 0 => return number,
                '}' => {
                    braces = braces.saturating_sub(1);
                    if braces == 0 {
                        return number;
                    }
                }
                _ => {}
            }
        }
    }
    code.len().saturating_sub(1)
}
