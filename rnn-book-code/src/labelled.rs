//! Texts with labels, from the four kinds of file in which they are published, one line
//! at a time, with the number of the line.
//!
//! In the book: [section 8.1].
//!
//! [section 8.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/data.html

use crate::goemotions::{self, Mapping};
use std::{
    fmt,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

// ANCHOR: example
/// A text and its labels: one, or for the multi-label form of a set any number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What was written.
    pub text: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// The line of the file on which it starts, counted from 1.
    pub line: usize,
}

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `text<TAB>label`, without quoting.
    Tabs,
    /// `text;label`, split at the last `;`, for a text may hold others.
    Semicolon,
    /// `text<TAB>number[,number…]<TAB>anything`, as GoEmotions is published.
    GoEmotions(Mapping),
    /// Comma-separated values with quoting and a first line of names.
    Csv {
        /// The name of the column of the texts.
        text: String,
        /// The name of the column of the labels.
        label: String,
    },
}
// ANCHOR_END: example

/// A line longer than this is no sentence.
pub const LONGEST_LINE: usize = 1 << 16;

// ANCHOR: read
/// The examples of a file, in order. Blank lines are left out, and so is a first line
/// whose text reads `text`.
///
/// # Errors
/// If the file cannot be read, or holds no example; or what is wrong with a line, with
/// its number: not UTF-8, too long, no separator, an empty text or label.
pub fn read(
    path: impl AsRef<Path>,
    format: &Format,
) -> Result<Vec<Labelled>, LabelledError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| {
        LabelledError::whole(path, format!("cannot be read: {error}"))
    })?;
    let examples = Examples::new(path, BufReader::new(file), format.clone())?;
    let examples: Vec<_> = examples.collect::<Result<_, _>>()?;
    if examples.is_empty() {
        let what = "holds no example; it needs a text and a label on each line";
        return Err(LabelledError::whole(path, what.into()));
    }
    Ok(examples)
}
// ANCHOR_END: read

/// Examples as they are read.
pub struct Examples<R> {
    path: PathBuf,
    source: Source<R>,
}

enum Source<R> {
    Lines { lines: Lines<R>, format: Format },
    Csv { records: csv::StringRecordsIntoIter<R>, columns: [usize; 2] },
}

impl<R: BufRead> Examples<R> {
    /// The examples in `input`; `path` is its name in messages.
    ///
    /// # Errors
    /// If a CSV file lacks a column.
    pub fn new(path: &Path, input: R, format: Format) -> Result<Self, LabelledError> {
        let source = match &format {
            Format::Csv { text, label } => Self::csv(path, input, [text, label])?,
            _ => Source::Lines { lines: Lines::new(input), format },
        };
        Ok(Self { path: path.into(), source })
    }

    fn csv(
        path: &Path,
        input: R,
        names: [&String; 2],
    ) -> Result<Source<R>, LabelledError> {
        let mut reader = csv::Reader::from_reader(input);
        let heads = reader.headers().map_err(|error| csv_error(path, &error))?;
        let find = |name: &String| {
            let bare = |head: &str| head.trim_start_matches('\u{feff}').trim() == name;
            heads.iter().position(bare).ok_or_else(|| {
                let known: Vec<_> = heads.iter().collect();
                let what = format!("no column {name:?}, only {known:?}");
                LabelledError { path: path.into(), line: Some(1), what }
            })
        };
        let columns = [find(names[0])?, find(names[1])?];
        Ok(Source::Csv { records: reader.into_records(), columns })
    }
}

// ANCHOR: line
/// The example on one line, or none if the line holds nothing that counts.
fn parse(
    line: &str,
    number: usize,
    format: &Format,
) -> Result<Option<Labelled>, String> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let (text, label) = match format {
        Format::GoEmotions(mapping) => {
            let found = goemotions::parse(line, *mapping)?;
            return Ok(found.map(|(text, labels)| Labelled {
                text: text.into(),
                labels: labels.into_iter().map(String::from).collect(),
                line: number,
            }));
        }
        Format::Semicolon => line.rsplit_once(';').ok_or("no ; before a label")?,
        _ => line.split_once('\t').ok_or("no tab between a text and a label")?,
    };
    if number == 1 && text.eq_ignore_ascii_case("text") {
        return Ok(None);
    }
    example(text, label, number).map(Some)
}

fn example(text: &str, label: &str, line: usize) -> Result<Labelled, String> {
    let (text, label) = (text.trim(), label.trim());
    if text.is_empty() || label.is_empty() {
        let what = if text.is_empty() { "text" } else { "label" };
        return Err(format!("an empty {what}"));
    }
    if label.contains('\t') {
        return Err("more than one tab; this looks like another format".into());
    }
    Ok(Labelled { text: text.into(), labels: vec![label.into()], line })
}
// ANCHOR_END: line

impl<R: BufRead> Iterator for Examples<R> {
    type Item = Result<Labelled, LabelledError>;

    fn next(&mut self) -> Option<Self::Item> {
        let path = &self.path;
        let wrong = |line, what| LabelledError { path: path.clone(), line, what };
        match &mut self.source {
            Source::Lines { lines, format } => loop {
                let (number, line) = match lines.next()? {
                    Ok(line) => line,
                    Err((number, what)) => return Some(Err(wrong(Some(number), what))),
                };
                match parse(&line, number, format) {
                    Ok(None) => {}
                    Ok(Some(example)) => return Some(Ok(example)),
                    Err(what) => return Some(Err(wrong(Some(number), what))),
                }
            },
            Source::Csv { records, columns } => {
                let record = match records.next()? {
                    Ok(record) => record,
                    Err(error) => return Some(Err(csv_error(path, &error))),
                };
                let line = record.position().map_or(0, |at| at.line() as usize);
                let field = |k: usize| record.get(columns[k]).unwrap_or_default();
                let read = if record.as_slice().len() > LONGEST_LINE {
                    Err(too_long())
                } else {
                    example(field(0), field(1), line)
                };
                Some(read.map_err(|what| wrong(Some(line), what)))
            }
        }
    }
}

// ANCHOR: lines
/// The lines of a text, numbered from 1, without their ends; a mark of UTF-8 at the
/// start is taken off. No line is ever held beyond [`LONGEST_LINE`].
pub struct Lines<R> {
    input: R,
    number: usize,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`.
    pub fn new(input: R) -> Self {
        Self { input, number: 0, ended: false }
    }

    fn read(&mut self) -> Result<Option<String>, String> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.input).take(LONGEST_LINE as u64 + 1);
        let n = limited.read_until(b'\n', &mut bytes).map_err(|e| e.to_string())?;
        if n == 0 {
            return Ok(None);
        }
        if n > LONGEST_LINE {
            return Err(too_long());
        }
        while bytes.last().is_some_and(|byte| b"\r\n".contains(byte)) {
            bytes.pop();
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| "not UTF-8; save the file as UTF-8 text".to_owned())?;
        Ok(Some(if self.number == 1 {
            text.trim_start_matches('\u{feff}').into()
        } else {
            text
        }))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    /// A line with its number, or the number of a bad one and what is wrong with it.
    type Item = Result<(usize, String), (usize, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.number += 1;
        match self.read() {
            Ok(None) => None,
            Ok(Some(line)) => Some(Ok((self.number, line))),
            Err(what) => {
                self.ended = true;
                Some(Err((self.number, what)))
            }
        }
    }
}
// ANCHOR_END: lines

fn too_long() -> String {
    format!("more than {LONGEST_LINE} bytes on one line; a text is a sentence or two")
}

fn csv_error(path: &Path, error: &csv::Error) -> LabelledError {
    let line = error.position().map(|at| at.line() as usize);
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8; save the file as UTF-8 text".into(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the first line names {expected_len}")
        }
        _ => error.to_string(),
    };
    LabelledError { path: path.into(), line, what }
}

// ANCHOR: by_label
/// The names of the labels that occur, in alphabetical order.
pub fn label_names(examples: &[Labelled]) -> Vec<String> {
    let all = examples.iter().flat_map(|example| example.labels.iter().cloned());
    all.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}
// ANCHOR_END: by_label

/// A file that holds no labelled texts.
#[derive(Debug)]
pub struct LabelledError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, if it is about one.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl LabelledError {
    fn whole(path: &Path, what: String) -> Self {
        Self { path: path.into(), line: None, what }
    }
}

impl fmt::Display for LabelledError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.what)
    }
}

impl std::error::Error for LabelledError {}
