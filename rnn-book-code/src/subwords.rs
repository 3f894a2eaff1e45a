//! Words, and the pieces of their spelling: a word that was never seen is made of
//! pieces that were.
//!
//! `B` texts of words become rows `[T, B, D]`.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{
    Real, Rng,
    embedding::Embedding,
    init,
    parameters::{Parameters, prefixed},
    tokens,
    vector::{slice, slice_mut},
    vocabulary::Vocabulary,
};
use ndarray::{Array3, ArrayView3, ArrayViewD, ArrayViewMutD, s};

// ANCHOR: lexicon
/// A word of a text: its number in the vocabulary, and the buckets of its pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// [`UNKNOWN`](crate::vocabulary::UNKNOWN) if the vocabulary does not have it.
    pub id: usize,
    /// One bucket for each run of three to five characters of `<word>`.
    pub pieces: Vec<usize>,
}

/// Turns texts into words.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexicon {
    /// The words that have a row of their own.
    pub vocabulary: Vocabulary,
    /// The rows that all pieces share; 0 for none.
    pub buckets: usize,
}

impl Lexicon {
    /// The words of a text, in lower case. A sign that repeats more than three times
    /// counts three times.
    pub fn encode(&self, text: &str) -> Vec<Word> {
        let words = tokens::words(&shorten(text));
        let pieces = |word: &str| self.pieces(word);
        words
            .iter()
            .map(|word| Word { id: self.vocabulary.id(word), pieces: pieces(word) })
            .collect()
    }

    /// The buckets of the pieces of a word. Different pieces may share a bucket
    /// (Bojanowski et al. 2017).
    fn pieces(&self, word: &str) -> Vec<usize> {
        if self.buckets == 0 {
            return Vec::new();
        }
        let signs: Vec<char> = format!("<{word}>").chars().collect();
        let runs = (3..=5).flat_map(|n| signs.windows(n));
        runs.map(|run| (hash(run) % self.buckets as u64) as usize).collect()
    }
}

/// FNV-1a over the characters of a piece.
fn hash(piece: &[char]) -> u64 {
    piece.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &sign| {
        (hash ^ u64::from(u32::from(sign))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The text with no sign more than three times in a row.
pub fn shorten(text: &str) -> String {
    let (mut last, mut times) = (None, 0);
    let keep = |&sign: &char| {
        times = if last == Some(sign) { times + 1 } else { 1 };
        last = Some(sign);
        times <= 3
    };
    text.chars().filter(keep).collect()
}
// ANCHOR_END: lexicon

// ANCHOR: embedding
/// The input of a word: its own row and the mean of those of its pieces.
#[derive(Clone, Debug)]
pub struct WordEmbedding {
    /// One row a word, `[V, D]`.
    pub words: Embedding,
    /// One row a bucket, `[K, D]`.
    pub pieces: Embedding,
}

impl WordEmbedding {
    /// Small random rows.
    pub fn new(words: usize, buckets: usize, size: usize, rng: &mut Rng) -> Self {
        let rows = |n, rng: &mut Rng| Embedding { w: init::normal(n, size, 0.1, rng) };
        Self { words: rows(words, rng), pieces: rows(buckets, rng) }
    }

    /// The inputs `[T, B, D]` of texts side by side; 0 beyond the end of a text.
    pub fn forward(&self, texts: &[&[Word]]) -> Array3<Real> {
        let steps = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let mut x = Array3::zeros((steps, texts.len(), self.words.w.ncols()));
        for (b, text) in texts.iter().enumerate() {
            for (t, word) in text.iter().enumerate() {
                let x = slice_mut(x.slice_mut(s![t, b, ..]));
                x.copy_from_slice(slice(self.words.w.row(word.id)));
                let share = 1.0 / word.pieces.len() as Real;
                for &piece in &word.pieces {
                    let row = slice(self.pieces.w.row(piece));
                    x.iter_mut().zip(row).for_each(|(x, &w)| *x += share * w);
                }
            }
        }
        x
    }

    /// Adds the gradient `d_x: [T, B, D]` of the inputs to the rows that they were made
    /// of: eq. (6.5) #data-scatter, for several rows a word.
    pub fn backward(&self, texts: &[&[Word]], d_x: ArrayView3<Real>, grad: &mut Self) {
        for (b, text) in texts.iter().enumerate() {
            for (t, word) in text.iter().enumerate() {
                let d_x = d_x.slice(s![t, b, ..]);
                let mut row = grad.words.w.row_mut(word.id);
                row += &d_x;
                let share = 1.0 / word.pieces.len() as Real;
                for &piece in &word.pieces {
                    grad.pieces.w.row_mut(piece).scaled_add(share, &d_x);
                }
            }
        }
    }
}
// ANCHOR_END: embedding

impl Parameters for WordEmbedding {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("words", self.words.parameters());
        list.extend(prefixed("pieces", self.pieces.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("words", self.words.parameters_mut());
        list.extend(prefixed("pieces", self.pieces.parameters_mut()));
        list
    }
}
