//! Tokens and their numbers: counted, cut off, saved and loaded.
//!
//! In the book: [section 6.1].
//!
//! [section 6.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/text.html

use crate::checkpoint;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

// ANCHOR: special
/// Fills up a batch of unequal lengths; nothing that counts depends on it.
pub const PADDING: usize = 0;
/// Stands for every token that the vocabulary does not have.
pub const UNKNOWN: usize = 1;
/// Comes before the first token of a text.
pub const START: usize = 2;
/// Comes after the last token of a text.
pub const END: usize = 3;
/// How the special tokens are written, by number.
pub const SPECIAL: [&str; 4] = ["<pad>", "<unk>", "<s>", "</s>"];
// ANCHOR_END: special

// ANCHOR: counts
/// How often each token occurs. Tokens are counted as they come by, so what is counted
/// need not be in memory at once.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    counts: HashMap<String, usize>,
    total: usize,
}

impl Counts {
    /// Counts one token.
    pub fn add(&mut self, token: &str) {
        self.total += 1;
        match self.counts.get_mut(token) {
            Some(n) => *n += 1,
            None => {
                self.counts.insert(token.into(), 1);
            }
        }
    }

    /// How often a token occurred.
    pub fn get(&self, token: &str) -> usize {
        self.counts.get(token).copied().unwrap_or(0)
    }

    /// How many tokens were counted.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The distinct tokens with their counts, the most frequent one first. Of two that
    /// are equally frequent, the first in alphabetical order comes first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut list: Vec<_> =
            self.counts.iter().map(|(t, &n)| (t.as_str(), n)).collect();
        list.sort_unstable_by_key(|&(token, n)| (std::cmp::Reverse(n), token));
        list.into_iter()
    }
}

impl<'a> FromIterator<&'a str> for Counts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(tokens: I) -> Self {
        let mut counts = Self::default();
        tokens.into_iter().for_each(|token| counts.add(token));
        counts
    }
}
// ANCHOR_END: counts

// ANCHOR: vocabulary
/// Numbers for the tokens of a text: the special ones first, then the others, the most
/// frequent one first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Vocabulary {
    tokens: Vec<String>,
    /// The numbers of the tokens that are not special.
    ids: HashMap<String, usize>,
}

impl Vocabulary {
    /// The tokens that occur at least `min_count` times, at most `limit` of them
    /// besides the special ones, in the order of [`Counts::iter`].
    pub fn of<'a>(
        tokens: impl IntoIterator<Item = &'a str>,
        min_count: usize,
        limit: Option<usize>,
    ) -> Self {
        Self::of_counts(&tokens.into_iter().collect(), min_count, limit)
    }

    /// The same, of tokens that have been counted.
    pub fn of_counts(counts: &Counts, min_count: usize, limit: Option<usize>) -> Self {
        let frequent = counts.iter().take_while(|&(_, n)| n >= min_count);
        let known = frequent.map(|(token, _)| token).filter(|t| !SPECIAL.contains(t));
        let all = SPECIAL.into_iter().chain(known.take(limit.unwrap_or(usize::MAX)));
        Self::with_numbers(all.map(String::from).collect())
    }

    /// How many tokens it has, the special ones among them: `V`.
    pub fn size(&self) -> usize {
        self.tokens.len()
    }

    /// The number of a token, [`UNKNOWN`] if it has none. A token that is written like
    /// a special one is unknown: no text can forge the end of a text.
    pub fn id(&self, token: &str) -> usize {
        self.ids.get(token).copied().unwrap_or(UNKNOWN)
    }

    /// The token with this number.
    ///
    /// # Panics
    /// If the number is not below [`size`](Self::size).
    pub fn token(&self, id: usize) -> &str {
        &self.tokens[id]
    }

    fn with_numbers(tokens: Vec<String>) -> Self {
        let numbered = tokens.iter().enumerate().skip(SPECIAL.len());
        let ids = numbered.map(|(id, token)| (token.clone(), id)).collect();
        Self { tokens, ids }
    }
}
// ANCHOR_END: vocabulary

// ANCHOR: files
impl Vocabulary {
    /// Writes the tokens as a JSON list, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut json = serde_json::to_string_pretty(&self.tokens)?;
        json.push('\n');
        checkpoint::replace(path.as_ref(), json.as_bytes())
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, or is no vocabulary.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, VocabularyError> {
        let path = path.as_ref();
        let wrong = |what: String| VocabularyError { path: path.into(), what };
        let json = fs::read_to_string(path)
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        serde_json::from_str::<Vec<String>>(&json)
            .map_err(|error| error.to_string())
            .and_then(Self::try_from)
            .map_err(|error| wrong(format!("is no vocabulary: {error}")))
    }
}

impl TryFrom<Vec<String>> for Vocabulary {
    type Error = String;

    fn try_from(tokens: Vec<String>) -> Result<Self, String> {
        if !tokens.iter().take(SPECIAL.len()).eq(&SPECIAL) {
            return Err(format!("the first tokens must be {}", SPECIAL.join(", ")));
        }
        let all = tokens.len();
        let vocabulary = Self::with_numbers(tokens);
        if vocabulary.ids.len() + SPECIAL.len() < all {
            return Err("a token occurs twice".into());
        }
        Ok(vocabulary)
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.tokens
    }
}

/// A file that holds no vocabulary.
#[derive(Debug)]
pub struct VocabularyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for VocabularyError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what)
    }
}

impl std::error::Error for VocabularyError {}
// ANCHOR_END: files
