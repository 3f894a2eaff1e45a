//! From text to tokens and back.
//!
//! In the book: [section 6.1].
//!
//! [section 6.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/text.html

use crate::vocabulary::{UNKNOWN, Vocabulary};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

// ANCHOR: trait
/// Cuts a text into numbered tokens, and puts it together again.
pub trait Tokenizer {
    /// How many different tokens there are, `V`: every number is below it.
    fn size(&self) -> usize;

    /// The numbers of the tokens of a text, in order.
    fn encode(&self, text: &str) -> Vec<usize>;

    /// A text of these tokens.
    ///
    /// # Panics
    /// If a number is not below [`size`](Self::size).
    fn decode(&self, ids: &[usize]) -> String;
}
// ANCHOR_END: trait

// ANCHOR: graphemes
/// One token for what a reader sees as one character: a grapheme cluster, after
/// canonical composition (NFC), so that é is one token however it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Graphemes {
    /// The graphemes and their numbers.
    pub vocabulary: Vocabulary,
}

/// The graphemes of a text, composed.
pub fn graphemes(text: &str) -> Vec<String> {
    let composed: String = text.nfc().collect();
    composed.graphemes(true).map(String::from).collect()
}

impl Graphemes {
    /// The graphemes that occur at least `min_count` times in `text`.
    pub fn of(text: &str, min_count: usize) -> Self {
        let tokens = graphemes(text);
        let tokens = tokens.iter().map(String::as_str);
        Self { vocabulary: Vocabulary::of(tokens, min_count, None) }
    }
}

impl Tokenizer for Graphemes {
    fn size(&self) -> usize {
        self.vocabulary.size()
    }

    fn encode(&self, text: &str) -> Vec<usize> {
        graphemes(text).iter().map(|token| self.vocabulary.id(token)).collect()
    }

    fn decode(&self, ids: &[usize]) -> String {
        ids.iter().map(|&id| written(&self.vocabulary, id)).collect()
    }
}
// ANCHOR_END: graphemes

// ANCHOR: words
/// One token a word and one a punctuation mark, in lower case; white space is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// The words and their numbers.
    pub vocabulary: Vocabulary,
}

/// A text in lower case, then composed: lower case may bring letters together that
/// compose.
pub fn folded(text: &str) -> String {
    text.to_lowercase().nfc().collect()
}

/// The words and punctuation marks of a text, [`folded`].
pub fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    let pieces = folded.split_word_bounds();
    pieces.filter(|piece| !piece.trim().is_empty()).map(String::from).collect()
}

impl Tokenizer for Words {
    fn size(&self) -> usize {
        self.vocabulary.size()
    }

    fn encode(&self, text: &str) -> Vec<usize> {
        words(text).iter().map(|token| self.vocabulary.id(token)).collect()
    }

    fn decode(&self, ids: &[usize]) -> String {
        let tokens: Vec<_> =
            ids.iter().map(|&id| written(&self.vocabulary, id)).collect();
        tokens.join(" ")
    }
}
// ANCHOR_END: words

/// How a token is written in a text: an unknown one as U+FFFD, which stands for what
/// could not be read.
fn written(vocabulary: &Vocabulary, id: usize) -> &str {
    if id == UNKNOWN { "\u{FFFD}" } else { vocabulary.token(id) }
}
