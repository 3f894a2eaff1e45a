//! Word vectors in use: neighbours, analogies, files, and a score by people's
//! judgement.
//!
//! The rows are `[V, D]`.
//!
//! In the book: [section 6.3].
//!
//! [section 6.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/words.html

use crate::{
    Real, checkpoint, lines::Lines, text::TextError, tokens::folded,
    vocabulary::SPECIAL,
};
use ndarray::{Array2, ArrayView1, Axis};
use std::{
    collections::HashMap,
    fmt::{self, Write},
    io,
    path::{Path, PathBuf},
};

// ANCHOR: vectors
/// A row of `D` numbers for each word.
#[derive(Clone, Debug, PartialEq)]
pub struct WordVectors {
    words: Vec<String>,
    ids: HashMap<String, usize>,
    /// The rows as they were given, `[V, D]`.
    rows: Array2<Real>,
    /// The rows at length 1, `[V, D]`: their products are cosines.
    unit: Array2<Real>,
}

impl WordVectors {
    /// The vectors of distinct words, in order of their rows. Special tokens are left
    /// out.
    ///
    /// # Panics
    /// If there is not one row a word.
    pub fn new(words: Vec<String>, rows: Array2<Real>) -> Self {
        assert_eq!(words.len(), rows.nrows(), "one row for each word");
        let (kept, words): (Vec<usize>, Vec<String>) = words
            .into_iter()
            .enumerate()
            .filter(|(_, word)| !SPECIAL.contains(&word.as_str()))
            .unzip();
        let rows = rows.select(Axis(0), &kept);
        let mut unit = rows.clone();
        for mut row in unit.outer_iter_mut() {
            let length = row.dot(&row).sqrt().max(Real::MIN_POSITIVE);
            row /= length;
        }
        Self { ids: words.iter().cloned().zip(0..).collect(), words, rows, unit }
    }

    /// The words, in the order of their rows.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The row of a word, if it has one.
    pub fn row(&self, word: &str) -> Option<ArrayView1<'_, Real>> {
        self.ids.get(word).map(|&i| self.rows.row(i))
    }

    /// The row of a word at length 1, if it has one.
    pub fn unit(&self, word: &str) -> Option<ArrayView1<'_, Real>> {
        self.ids.get(word).map(|&i| self.unit.row(i))
    }
}
// ANCHOR_END: vectors

// ANCHOR: neighbours
impl WordVectors {
    /// The cosine of the angle between two words, if both have a row.
    pub fn cosine(&self, a: &str, b: &str) -> Option<Real> {
        Some(self.unit(a)?.dot(&self.unit(b)?))
    }

    /// The `n` words whose rows point most nearly in a direction, with their cosines;
    /// the words in `without` are passed over.
    pub fn nearest(
        &self,
        direction: ArrayView1<Real>,
        n: usize,
        without: &[&str],
    ) -> Vec<(&str, Real)> {
        let length = direction.dot(&direction).sqrt().max(Real::MIN_POSITIVE);
        let cosines = self.unit.dot(&direction) / length;
        let named = self.words.iter().map(String::as_str).zip(cosines);
        let mut list: Vec<_> = named.filter(|(w, _)| !without.contains(w)).collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1));
        list.truncate(n);
        list
    }

    /// The `n` nearest neighbours of a word, if it has a row.
    pub fn neighbours(&self, word: &str, n: usize) -> Option<Vec<(&str, Real)>> {
        Some(self.nearest(self.unit(word)?, n, &[word]))
    }

    /// The words to complete "`a` is to `b` as `c` is to …", eq. (6.15) #data-analogy,
    /// if all three have rows. None of the three is an answer.
    pub fn analogy(
        &self,
        a: &str,
        b: &str,
        c: &str,
        n: usize,
    ) -> Option<Vec<(&str, Real)>> {
        let direction = &self.unit(b)? - &self.unit(a)? + self.unit(c)?;
        Some(self.nearest(direction.view(), n, &[a, b, c]))
    }
}
// ANCHOR_END: neighbours

// ANCHOR: spearman
/// The rank of each number, counted from 1; equal numbers share the mean of their
/// ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut done = 0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let shared = done as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|&i| ranks[i] = shared);
        done += equal.len();
    }
    ranks
}

/// Spearman's rank correlation, eq. (6.16) #data-spearman: the correlation of the
/// ranks. None if there are fewer than two numbers, or all of one list are equal.
///
/// # Panics
/// If the lists differ in length.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "two lists of one length");
    let mean = (x.len() + 1) as f64 / 2.0;
    let [x, y] = [x, y].map(|list| ranks(list).into_iter().map(|r| r - mean));
    let (x, y): (Vec<f64>, Vec<f64>) = x.zip(y).unzip();
    let product =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let spread = (product(&x, &x) * product(&y, &y)).sqrt();
    (spread > 0.0).then(|| product(&x, &y) / spread)
}
// ANCHOR_END: spearman

// ANCHOR: similarity
/// Two words, and how similar people find them.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The two words.
    pub words: [String; 2],
    /// Their similarity, on any scale.
    pub score: f64,
}

/// Reads a list of judged pairs: two words and a number, parted by tabs, on each line.
/// Empty lines and lines that begin with `#` are passed over. Words are [`folded`],
/// like those of a text.
///
/// # Errors
/// The first line that is none, and what it should be.
pub fn read_judged(path: impl AsRef<Path>) -> Result<Vec<Judged>, VectorsError> {
    let path = path.as_ref();
    let mut list = Vec::new();
    let mut lines = Lines::open(path)?;
    while let Some(line) = lines.next() {
        let line = line?;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what| VectorsError::line(path, lines.number(), what);
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [a, b, score] = fields[..] else {
            let found = fields.len();
            return Err(wrong(format!(
                "has {found} fields; it should be word, tab, word, tab, score"
            )));
        };
        let score = score.parse().ok().filter(|score: &f64| score.is_finite());
        let Some(score) = score else {
            return Err(wrong(format!(
                "the score {:?} is no number; take headings out, or mark them by #",
                fields[2]
            )));
        };
        list.push(Judged { words: [a, b].map(folded), score });
    }
    Ok(list)
}

impl WordVectors {
    /// The rank correlation of the cosines with people's scores over the pairs of which
    /// both words have a row, and the number of those pairs.
    pub fn judge(&self, list: &[Judged]) -> (Option<f64>, usize) {
        let cosine = |j: &Judged| self.cosine(&j.words[0], &j.words[1]);
        let both = list.iter().filter_map(|j| Some((cosine(j)? as f64, j.score)));
        let (ours, theirs): (Vec<f64>, Vec<f64>) = both.unzip();
        (spearman(&ours, &theirs), ours.len())
    }
}
// ANCHOR_END: similarity

// ANCHOR: files
impl WordVectors {
    /// Writes the text format of word2vec: a line with the number of words and of
    /// numbers a word, then a word and its numbers on each line.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut text = format!("{} {}\n", self.rows.nrows(), self.rows.ncols());
        for (word, row) in self.words.iter().zip(self.rows.outer_iter()) {
            text.push_str(word);
            row.iter().for_each(|x| write!(text, " {x}").expect("a string grows"));
            text.push('\n');
        }
        checkpoint::replace(path.as_ref(), text.as_bytes())
    }

    /// Reads the text format of word2vec, or of GloVe, which has no first line. At most
    /// `limit` words are kept; the files are sorted by frequency.
    ///
    /// # Errors
    /// If the file cannot be read, or the first line that is wrong.
    pub fn load(path: impl AsRef<Path>, limit: usize) -> Result<Self, VectorsError> {
        let path = path.as_ref();
        let mut lines = Lines::open(path)?;
        let (mut words, mut numbers) = (Vec::<String>::new(), Vec::new());
        let mut ids = HashMap::new();
        let (mut size, mut promised) = (None, None);
        let mut whole = true;
        while let Some(line) = lines.next() {
            let line = line?;
            let wrong = |what| VectorsError::line(path, lines.number(), what);
            let mut fields = line.trim_end().split(' ');
            let word = fields.next().unwrap_or_default();
            let row: Result<Vec<Real>, _> = fields.map(str::parse::<Real>).collect();
            let row =
                row.map_err(|_| wrong("should be a word, then numbers".into()))?;
            // The first line of word2vec: how many words, how many numbers
            if let (1, &[d], Ok(n)) = (lines.number(), &row[..], word.parse::<usize>())
            {
                (size, promised) = (Some(d as usize), Some(n));
                continue;
            }
            let expected = *size.get_or_insert(row.len());
            if row.len() != expected || row.is_empty() {
                let found = row.len();
                return Err(wrong(format!(
                    "has {found} numbers; it should be {expected}"
                )));
            }
            if row.iter().any(|x| !x.is_finite()) {
                return Err(wrong(format!("a number of {word:?} is not finite")));
            }
            if let Some(first) = ids.insert(word.to_owned(), lines.number()) {
                return Err(wrong(format!("{word:?} stands on line {first} already")));
            }
            words.push(word.into());
            numbers.extend(row);
            if words.len() == limit {
                whole = false;
                break;
            }
        }
        if words.is_empty() {
            return Err(VectorsError::line(path, lines.number(), "no words".into()));
        }
        if let Some(n) = promised.filter(|&n| whole && n != words.len()) {
            let what = format!("the file ends after {} of {n} words", words.len());
            return Err(VectorsError::line(path, lines.number(), what));
        }
        let shape = (words.len(), numbers.len() / words.len());
        let rows = Array2::from_shape_vec(shape, numbers).expect("rows of one length");
        Ok(Self::new(words, rows))
    }
}
// ANCHOR_END: files

/// A file that holds no word vectors, or no judged pairs.
#[derive(Debug)]
pub enum VectorsError {
    /// The file cannot be read.
    Text(TextError),
    /// A line is wrong.
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: usize,
        /// What is wrong, and what would be right.
        what: String,
    },
}

impl VectorsError {
    fn line(path: &Path, line: usize, what: String) -> Self {
        Self::Line { path: path.into(), line, what }
    }
}

impl From<TextError> for VectorsError {
    fn from(error: TextError) -> Self {
        Self::Text(error)
    }
}

impl fmt::Display for VectorsError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Text(error) => error.fmt(f),
            Self::Line { path, line, what } => {
                write!(f, "{}:{line}: {what}", path.display())
            }
        }
    }
}

impl std::error::Error for VectorsError {}
