//! Suggesting words as a keyboard does, and what that saves.
//!
//! The scores are one row, `[V]`.
//!
//! In the book: [section 9.7].
//!
//! [section 9.7]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/program.html

use crate::{decoding::Predictor, vocabulary::Vocabulary};

// ANCHOR: suggest
/// The `n` best scored words that begin with what is typed, the best first.
/// `scores: [V]`; special tokens and marks of punctuation are never suggested.
pub fn suggestions(
    scores: &[crate::Real],
    vocabulary: &Vocabulary,
    typed: &str,
    n: usize,
) -> Vec<usize> {
    let mut fitting: Vec<usize> = (crate::vocabulary::SPECIAL.len()..vocabulary.size())
        .filter(|&id| {
            let word = vocabulary.token(id);
            word.starts_with(typed) && word.starts_with(char::is_alphabetic)
        })
        .collect();
    fitting.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    fitting.truncate(n);
    fitting
}

/// The keys that a word takes: it is typed letter by letter until it stands among the
/// `n` suggestions, and then taken with one key, which sets the space as well. Without
/// suggestions it would take one key a letter and the space.
pub fn keys(
    scores: &[crate::Real],
    vocabulary: &Vocabulary,
    word: &str,
    n: usize,
) -> usize {
    let letters: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    for (typed, &at) in letters.iter().enumerate() {
        let offered = suggestions(scores, vocabulary, &word[..at], n);
        if offered.iter().any(|&id| vocabulary.token(id) == word) {
            return typed + 1;
        }
    }
    letters.len() + 1
}
// ANCHOR_END: suggest

// ANCHOR: typing
/// What suggestions were worth while a text was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Typing {
    /// The words; marks of punctuation are typed, not counted.
    pub words: usize,
    /// How many of them were the first suggestion, among the first three, and among
    /// the first five, before a letter was typed.
    pub hits: [usize; 3],
    /// The keys they take without suggestions.
    pub plain: usize,
    /// The keys they take with three suggestions on show.
    pub pressed: usize,
}

/// Types the words of a text with the help of a model that has read what stands before
/// each of them.
pub fn typing<P: Predictor>(
    mut model: P,
    vocabulary: &Vocabulary,
    words: &[String],
) -> Typing {
    let mut sums = Typing::default();
    for word in words {
        if word.starts_with(char::is_alphabetic) {
            let scores = model.scores();
            let offered = suggestions(&scores, vocabulary, "", 5);
            let place = offered.iter().position(|&id| vocabulary.token(id) == word);
            for (hits, n) in sums.hits.iter_mut().zip([1, 3, 5]) {
                *hits += usize::from(place.is_some_and(|place| place < n));
            }
            sums.words += 1;
            sums.plain += word.chars().count() + 1;
            sums.pressed += keys(&scores, vocabulary, word, 3);
        }
        model.read(vocabulary.id(word));
    }
    sums
}
// ANCHOR_END: typing
