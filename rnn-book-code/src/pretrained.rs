//! Rows for words that somebody else has trained, in the text format of GloVe.
//!
//! Rows are written into a table `[V, D]`.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{Real, embedding::Embedding, labelled::Lines, vocabulary::Vocabulary};
use std::{fmt, fs::File, io::BufReader, path::Path};

// ANCHOR: load
/// Takes the rows of the words that `vocabulary` has from a file with a word and its
/// `D` numbers on each line, apart by spaces (Pennington et al. 2014), and scales them
/// so that their numbers have the root mean square `size`. Returns how many words were
/// found. A first line of two numbers, as word2vec writes it, is left out.
///
/// # Errors
/// If the file cannot be read, or a line is not of this form.
pub fn load(
    path: impl AsRef<Path>,
    vocabulary: &Vocabulary,
    embedding: &mut Embedding,
    size: Real,
) -> Result<usize, PretrainedError> {
    let path = path.as_ref();
    let wrong = |what: String| PretrainedError(format!("{}{what}", path.display()));
    let file = File::open(path)
        .map_err(|error| wrong(format!(": cannot be read: {error}")))?;
    let width = embedding.w.ncols();
    let mut found: Vec<(usize, Vec<Real>)> = Vec::new();
    for line in Lines::new(BufReader::new(file)) {
        let (n, line) = line.map_err(|(n, what)| wrong(format!(":{n}: {what}")))?;
        let mut fields = line.trim_end().split(' ');
        let word = fields.next().unwrap_or_default();
        let numbers: Vec<&str> = fields.collect();
        if n == 1 && numbers.len() == 1 {
            continue;
        }
        if numbers.len() != width {
            let what = format!("{} numbers after {word:?}, not {width}", numbers.len());
            return Err(wrong(format!(":{n}: {what}")));
        }
        let id = vocabulary.id(word);
        if id == crate::vocabulary::UNKNOWN {
            continue;
        }
        let row: Result<Vec<Real>, _> = numbers.iter().map(|x| x.parse()).collect();
        match row {
            Ok(row) if row.iter().all(|x| x.is_finite()) => found.push((id, row)),
            _ => return Err(wrong(format!(":{n}: a number after {word:?} is none"))),
        }
    }
    let squares: Real = found.iter().flat_map(|(_, row)| row).map(|x| x * x).sum();
    let scale = size / (squares / (found.len() * width).max(1) as Real).sqrt();
    for (id, row) in &found {
        let row = row.iter().map(|x| scale * x);
        embedding.w.row_mut(*id).iter_mut().zip(row).for_each(|(w, x)| *w = x);
    }
    Ok(found.len())
}
// ANCHOR_END: load

/// A file that holds no vectors, and what is wrong with it.
#[derive(Debug)]
pub struct PretrainedError(pub String);

impl fmt::Display for PretrainedError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PretrainedError {}
