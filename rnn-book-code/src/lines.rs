//! Reading a text line by line, whatever its size.
//!
//! In the book: [section 6.3].
//!
//! [section 6.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/words.html

use crate::text::TextError;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// A longer line is cut, at white space if there is any.
const LONGEST: usize = 1 << 16;

// ANCHOR: lines
/// The lines of a UTF-8 file, one in memory at a time. A line of more than 64 KiB comes
/// in parts; a byte-order mark is left out.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: usize,
    /// What was read beyond the place of a cut.
    rest: Vec<u8>,
}

impl Lines {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TextError> {
        let path = path.as_ref();
        let reader = File::open(path).map(BufReader::new);
        let reader =
            reader.map_err(|error| TextError::Io { path: path.into(), error })?;
        Ok(Self { path: path.into(), reader, line: 0, rest: Vec::new() })
    }

    /// The number of the last line, counted from 1.
    pub fn number(&self) -> usize {
        self.line
    }

    /// The bytes of the next line or part of one; none at the end.
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.rest);
        self.line += usize::from(bytes.is_empty());
        let more = LONGEST.saturating_sub(bytes.len()) as u64;
        self.reader.by_ref().take(more).read_until(b'\n', &mut bytes)?;
        if bytes.len() >= LONGEST && !bytes.ends_with(b"\n") {
            let starts = |&byte: &u8| byte & 0xC0 != 0x80; // no char goes on here
            let space = bytes.iter().rposition(u8::is_ascii_whitespace);
            let at = space.or_else(|| bytes.iter().rposition(starts));
            self.rest = bytes.split_off(at.unwrap_or(0).max(1));
        }
        Ok(bytes)
    }
}

impl Iterator for Lines {
    type Item = Result<String, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = match self.read() {
            Ok(bytes) if bytes.is_empty() => return None,
            Ok(bytes) => bytes,
            Err(error) => {
                return Some(Err(TextError::Io { path: self.path.clone(), error }));
            }
        };
        let (path, line) = (self.path.clone(), self.line);
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => return Some(Err(TextError::NotUtf8 { path, line })),
        };
        let marked = text.strip_prefix('\u{FEFF}').filter(|_| line == 1);
        let text = marked.unwrap_or(&text);
        Some(Ok(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}
// ANCHOR_END: lines
