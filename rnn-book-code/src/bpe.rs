//! Byte-pair encoding: tokens that are learned from a text and can write any other.
//!
//! In the book: [section 6.1].
//!
//! [section 6.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/text.html

use crate::{
    checkpoint,
    tokens::Tokenizer,
    vocabulary::{Counts, SPECIAL, VocabularyError},
};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
    fs, io,
    path::Path,
};
use unicode_segmentation::UnicodeSegmentation;

// ANCHOR: pieces
/// Cuts a text where no token may cross: at the word boundaries of Unicode, a single
/// space staying with the word after it. Put together, the pieces are the text.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    for word in text.split_word_bounds() {
        let joins = &text[start..at] == " " && !word.starts_with(char::is_whitespace);
        if start < at && !joins {
            pieces.push(&text[start..at]);
            start = at;
        }
        at += word.len();
    }
    if start < at {
        pieces.push(&text[start..]);
    }
    pieces
}
// ANCHOR_END: pieces

/// Two tokens that stand next to each other.
type Pair = (usize, usize);

/// The number of the byte 0: the special tokens come first.
const BYTES: usize = SPECIAL.len();

// ANCHOR: model
/// The special tokens, the 256 bytes, and one token more for each pair that was merged.
#[derive(Clone, Debug, PartialEq)]
pub struct BytePairs {
    /// The pairs in the order in which they were learned.
    merges: Vec<Pair>,
    /// The token that a pair becomes.
    merged: HashMap<Pair, usize>,
    /// What each token stands for.
    bytes: Vec<Vec<u8>>,
}

impl BytePairs {
    /// No pair merged yet: every byte is a token.
    fn new() -> Self {
        let special = SPECIAL.iter().map(|token| token.as_bytes().to_vec());
        let bytes = special.chain((0..=255).map(|byte| vec![byte])).collect();
        Self { merges: Vec::new(), merged: HashMap::new(), bytes }
    }

    /// A new token for a pair.
    fn push(&mut self, pair: Pair) -> usize {
        let id = self.bytes.len();
        self.bytes.push([&self.bytes[pair.0][..], &self.bytes[pair.1]].concat());
        self.merges.push(pair);
        self.merged.insert(pair, id);
        id
    }

    /// What a token stands for; it need not be whole characters.
    ///
    /// # Panics
    /// If there is no token of this number.
    pub fn bytes(&self, id: usize) -> &[u8] {
        &self.bytes[id]
    }

    /// The pairs that were merged, in the order in which they were learned.
    pub fn merges(&self) -> &[(usize, usize)] {
        &self.merges
    }
}

/// Every byte of a piece as a token.
fn raw(piece: &str) -> Vec<usize> {
    piece.bytes().map(|byte| BYTES + usize::from(byte)).collect()
}

/// Writes `id` for every `pair`, from left to right.
fn replace(tokens: &[usize], pair: Pair, id: usize) -> Vec<usize> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let found = tokens[at..].starts_with(&[pair.0, pair.1]);
        out.push(if found { id } else { tokens[at] });
        at += if found { 2 } else { 1 };
    }
    out
}
// ANCHOR_END: model

// ANCHOR: pairs
/// How often each pair occurs, and in which words.
#[derive(Default)]
struct Pairs {
    counts: HashMap<Pair, usize>,
    places: HashMap<Pair, BTreeSet<usize>>,
    /// Counts that held when they were pushed.
    queue: BinaryHeap<(usize, Reverse<Pair>)>,
}

impl Pairs {
    /// Counts the pairs of word number `place`, which occurs `n` times.
    fn add(&mut self, tokens: &[usize], n: usize, place: usize) {
        for pair in tokens.windows(2).map(|w| (w[0], w[1])) {
            let count = self.counts.entry(pair).or_default();
            *count += n;
            self.queue.push((*count, Reverse(pair)));
            self.places.entry(pair).or_default().insert(place);
        }
    }

    /// Takes them back.
    fn subtract(&mut self, tokens: &[usize], n: usize) {
        for pair in tokens.windows(2).map(|w| (w[0], w[1])) {
            *self.counts.entry(pair).or_default() -= n;
        }
    }

    /// The most frequent pair, the one with the smallest numbers among equals; none if
    /// no pair occurs twice.
    fn best(&mut self) -> Option<Pair> {
        while let Some((pushed, Reverse(pair))) = self.queue.pop() {
            let count = self.counts[&pair];
            if count == pushed && count > 1 {
                return Some(pair);
            }
            if count < pushed && count > 1 {
                self.queue.push((count, Reverse(pair))); // it has become rarer
            }
        }
        None
    }
}
// ANCHOR_END: pairs

// ANCHOR: learn
impl BytePairs {
    /// Learns at most `merges` pairs from counted [`pieces`] (Sennrich et al. 2016). Of
    /// pairs that occur equally often the one with the smallest numbers is merged.
    pub fn learn(pieces: &Counts, merges: usize) -> Self {
        let mut learned = Self::new();
        let mut words: Vec<_> = pieces.iter().map(|(p, n)| (raw(p), n)).collect();
        let mut pairs = Pairs::default();
        for (place, (tokens, n)) in words.iter().enumerate() {
            pairs.add(tokens, *n, place);
        }
        while learned.merges.len() < merges {
            let Some(pair) = pairs.best() else { break };
            let id = learned.push(pair);
            for place in pairs.places.remove(&pair).unwrap_or_default() {
                let (tokens, n) = &mut words[place];
                pairs.subtract(tokens, *n);
                *tokens = replace(tokens, pair, id);
                pairs.add(tokens, *n, place);
            }
        }
        learned
    }

    /// Learns from one text.
    pub fn of(text: &str, merges: usize) -> Self {
        Self::learn(&pieces(text).into_iter().collect(), merges)
    }
}
// ANCHOR_END: learn

// ANCHOR: encode
impl BytePairs {
    /// Merges the pairs of one piece in the order in which they were learned.
    fn encode_piece(&self, piece: &str) -> Vec<usize> {
        let mut tokens = raw(piece);
        loop {
            let pairs = tokens.windows(2).map(|w| (w[0], w[1]));
            let known = pairs.filter_map(|pair| Some((*self.merged.get(&pair)?, pair)));
            let Some((id, pair)) = known.min() else { return tokens };
            tokens = replace(&tokens, pair, id);
        }
    }
}

impl Tokenizer for BytePairs {
    fn size(&self) -> usize {
        self.bytes.len()
    }

    fn encode(&self, text: &str) -> Vec<usize> {
        let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut ids = Vec::new();
        for piece in pieces(text) {
            ids.extend(
                known.entry(piece).or_insert_with(|| self.encode_piece(piece)).iter(),
            );
        }
        ids
    }

    /// The bytes of the tokens as text. What [`encode`](Tokenizer::encode) gave comes
    /// back exactly; where a character was cut in two stands U+FFFD.
    fn decode(&self, ids: &[usize]) -> String {
        let bytes: Vec<u8> =
            ids.iter().flat_map(|&id| self.bytes(id)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
// ANCHOR_END: encode

// ANCHOR: files
impl BytePairs {
    /// Writes the merges as a JSON list of pairs, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut json = serde_json::to_string(&self.merges)?;
        json.push('\n');
        checkpoint::replace(path.as_ref(), json.as_bytes())
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, or is no list of merges.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, VocabularyError> {
        let path = path.as_ref();
        let wrong = |what: String| VocabularyError { path: path.into(), what };
        let json = fs::read_to_string(path)
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        serde_json::from_str::<Vec<Pair>>(&json)
            .map_err(|error| error.to_string())
            .and_then(Self::try_from)
            .map_err(|error| wrong(format!("is no list of merges: {error}")))
    }
}

impl TryFrom<Vec<Pair>> for BytePairs {
    type Error = String;

    fn try_from(merges: Vec<Pair>) -> Result<Self, String> {
        let mut pairs = Self::new();
        for (k, (a, b)) in merges.into_iter().enumerate() {
            let known = BYTES..pairs.size();
            if !known.contains(&a) || !known.contains(&b) {
                return Err(format!(
                    "merge {k} is of {a} and {b}; it must be of numbers from {} to {}",
                    known.start,
                    known.end - 1
                ));
            }
            if pairs.merged.contains_key(&(a, b)) {
                return Err(format!("merge {k} repeats the pair {a}, {b}"));
            }
            pairs.push((a, b));
        }
        Ok(pairs)
    }
}
// ANCHOR_END: files
