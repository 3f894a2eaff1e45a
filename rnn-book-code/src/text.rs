//! A text as a stream of characters: reading, numbering, cutting into batches.
//!
//! A window holds `x` and `y: [T, B]`: `T` steps of `B` lanes.
//!
//! In the book: [section 2.6].
//!
//! [section 2.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/training.html

use ndarray::Array2;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

// ANCHOR: vocabulary
/// The distinct characters of a text, each with a number: its place in sorted order.
#[derive(Clone, Debug, PartialEq)]
pub struct CharVocabulary {
    chars: Vec<char>,
}

impl CharVocabulary {
    /// The characters that occur in `text`.
    pub fn of(text: &str) -> Self {
        let mut chars: Vec<char> = text.chars().collect();
        chars.sort_unstable();
        chars.dedup();
        Self { chars }
    }

    /// How many characters it knows, `V`.
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// The numbers of the characters of `text`.
    ///
    /// # Errors
    /// The first character that the vocabulary does not have, and its line.
    pub fn encode(&self, text: &str) -> Result<Vec<usize>, TextError> {
        let mut line = 1;
        let mut ids = Vec::with_capacity(text.len());
        for c in text.chars() {
            let id = self.chars.binary_search(&c);
            ids.push(id.map_err(|_| TextError::UnknownChar { c, line })?);
            line += usize::from(c == '\n');
        }
        Ok(ids)
    }

    /// The text with these numbers.
    ///
    /// # Panics
    /// If a number is not below [`len`](Self::len).
    pub fn decode(&self, ids: &[usize]) -> String {
        ids.iter().map(|&id| self.chars[id]).collect()
    }
}
// ANCHOR_END: vocabulary

// ANCHOR: batches
/// One window of a stream cut into lanes: what goes in, and what should come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The characters read, `[T, B]`.
    pub x: Array2<usize>,
    /// The characters one place further on, `[T, B]`.
    pub y: Array2<usize>,
}

/// Cuts a stream into `lanes` equal parts that are read side by side, and each part
/// into windows of `steps` characters. Lane `b` of one window goes on where lane `b` of
/// the window before it stopped, so the state can be carried over. What does not fill a
/// last window is left out.
///
/// # Errors
/// If the stream is too short for one window.
pub fn windows(
    stream: &[usize],
    lanes: usize,
    steps: usize,
) -> Result<Vec<Window>, TextError> {
    let needed = lanes * steps + 1; // the last character is a target only
    if lanes == 0 || steps == 0 || stream.len() < needed {
        return Err(TextError::TooShort { length: stream.len(), lanes, steps });
    }
    let lane = (stream.len() - 1) / lanes;
    Ok((0..lane / steps)
        .map(|window| {
            let at = |t, b| b * lane + window * steps + t;
            Window {
                x: Array2::from_shape_fn((steps, lanes), |(t, b)| stream[at(t, b)]),
                y: Array2::from_shape_fn((steps, lanes), |(t, b)| stream[at(t, b) + 1]),
            }
        })
        .collect())
}
// ANCHOR_END: batches

/// Reads a text file.
///
/// # Errors
/// If it cannot be read, is not UTF-8 (with the line), or holds no text.
pub fn read_text(path: impl AsRef<Path>) -> Result<String, TextError> {
    let path = path.as_ref();
    let bytes =
        fs::read(path).map_err(|error| TextError::Io { path: path.into(), error })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|&&byte| byte == b'\n').count();
        TextError::NotUtf8 { path: path.into(), line }
    })?;
    if text.trim().is_empty() {
        return Err(TextError::Empty { path: path.into() });
    }
    Ok(text)
}

/// A number that almost surely differs between two texts (FNV-1a, 64 bits): a resumed
/// run asks whether its text is still the same.
pub fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// What can be wrong with a text.
#[derive(Debug)]
pub enum TextError {
    /// The file cannot be read.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is not UTF-8.
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first wrong byte.
        line: usize,
    },
    /// The file holds nothing but white space.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A character that the vocabulary does not have.
    UnknownChar {
        /// The character.
        c: char,
        /// Its line.
        line: usize,
    },
    /// Fewer characters than one window takes.
    TooShort {
        /// The characters there are.
        length: usize,
        /// The lanes asked for.
        lanes: usize,
        /// The steps asked for.
        steps: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Io { path, error } => {
                write!(f, "{}: cannot be read: {error}", path.display())
            }
            Self::NotUtf8 { path, line } => {
                write!(
                    f,
                    "{}:{line}: not UTF-8; save the file as UTF-8 text",
                    path.display()
                )
            }
            Self::Empty { path } => {
                write!(f, "{}: holds no text; give a file with some", path.display())
            }
            Self::UnknownChar { c, line } => {
                write!(
                    f,
                    "line {line}: the vocabulary of the model does not have {c:?}"
                )
            }
            Self::TooShort { length, lanes, steps } => write!(
                f,
                "the text has {length} characters; lanes ({lanes}) and steps ({steps}) \
                 must be at least 1 and take {} characters",
                lanes * steps + 1
            ),
        }
    }
}

impl std::error::Error for TextError {}
